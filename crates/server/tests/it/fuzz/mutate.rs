//! A mutator without chance: the same name and seeds give the same inputs in the same order.

/// Makes inputs out of seeds.
pub(super) struct Mutator {
    state: u64,
    seeds: Vec<Vec<u8>>,
    /// How many of the seeds, at the end, have reached something new.
    kept: usize,
    words: &'static [&'static str],
}

/// Seeds that are tried more often than others: those kept last.
const FRESH: usize = 64;

/// Bytes and characters that parsers stumble over.
const PIECES: [&[u8]; 22] = [
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b"\"",
    b"'",
    b"\\",
    b"%",
    b"&",
    b"=",
    b"+",
    b"-",
    b",",
    b".",
    b"9999999999999999999",
    b"-9223372036854775808",
    "\u{2028}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{665}".as_bytes(),
    "ё\u{308}".as_bytes(),
];

impl Mutator {
    pub(super) fn new(name: &str, seeds: Vec<Vec<u8>>, words: &'static [&'static str]) -> Mutator {
        let state = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Mutator { state, seeds, kept: 0, words }
    }
    /// splitmix64
    fn random(&mut self, below: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
    /// The next input.
    pub(super) fn next(&mut self, bytes_max: usize) -> Vec<u8> {
        let (all, fresh) = (self.seeds.len(), self.kept.min(FRESH));
        // every other input is made of what has led on of late
        let is_fresh = fresh > 0 && self.random(2) == 0;
        let at = if is_fresh { all - 1 - self.random(fresh) } else { self.random(all) };
        let mut input = self.seeds[at].clone();
        for _ in 0..=self.random(4) {
            self.change(&mut input);
        }
        // a file found by a long run may be longer than what is tried here
        input.truncate(bytes_max.max(self.seeds[at].len()));
        input
    }
    /// Keeps an input that has reached something new, as a seed for others.
    pub(super) fn keep(&mut self, input: Vec<u8>) {
        self.seeds.push(input);
        self.kept += 1;
    }
    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.random(input.len() + 1);
        match self.random(9) {
            0 if at < input.len() => input[at] ^= 1 << self.random(8),
            1 if at < input.len() => input[at] = u8::try_from(self.random(256)).unwrap(),
            2 if at < input.len() => {
                let end = at + 1 + self.random((input.len() - at).min(8));
                drop(input.drain(at..end.min(input.len())));
            }
            3 => input.truncate(at),
            4 => {
                let piece = PIECES[self.random(PIECES.len())];
                drop(input.splice(at..at, piece.iter().copied()));
            }
            5 if !self.words.is_empty() => {
                let word = self.words[self.random(self.words.len())];
                drop(input.splice(at..at, word.bytes()));
            }
            6 => {
                let other = self.random(self.seeds.len());
                let other = self.seeds[other].clone();
                let from = self.random(other.len() + 1);
                input.truncate(at);
                input.extend(&other[from..]);
            }
            7 if at < input.len() => {
                let end = at + 1 + self.random((input.len() - at).min(32));
                let copy = input[at..end.min(input.len())].to_vec();
                for _ in 0..=self.random(3) {
                    drop(input.splice(at..at, copy.iter().copied()));
                }
            }
            _ => drop(input.splice(at..at, [u8::try_from(self.random(256)).unwrap()])),
        }
    }
}
