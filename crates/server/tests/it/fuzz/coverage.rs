//! Which of our code inputs have reached: the counters a build for coverage keeps in a file while it runs
//! (docs/fuzzing.md, "Led by coverage"). Nothing but reading that file is needed.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Words of 64 bits before the parts of the file: its form (10) says what the others mean.
const HEAD: usize = 16;
const FORM: u64 = 10;
/// Length of what stands in the file for each function (bytes).
const FUNCTION: u64 = 64;
/// So much is compared at once (bytes); most of it never changes.
const PIECE: usize = 256;

/// The counters, as they stood when they were last looked at.
pub(super) struct Coverage {
    file: File,
    from: u64,
    seen: Vec<u8>,
    now: Vec<u8>,
}

impl Coverage {
    /// Finds the counters in the file.
    pub(super) fn open(path: &Path) -> Coverage {
        let file = File::open(path).expect("the file of counters of a build for coverage");
        let length = file.metadata().expect("its length").len();
        let mut head = [0; HEAD * 8];
        file.read_exact_at(&mut head, 0).expect("its head");
        let word = |at: usize| u64::from_le_bytes(head[at * 8..][..8].try_into().expect("a word"));
        // a file of another form is read whole: the rest of it does not change
        let (from, bytes) = match word(1) {
            FORM => {
                let names = u64::try_from(head.len()).expect("short") + word(2);
                (names + FUNCTION * word(3) + word(4), 8 * word(5))
            }
            _ => (0, length),
        };
        assert!(bytes > 0 && from + bytes <= length, "no counters in {}", path.display());
        let empty = vec![0; usize::try_from(bytes).expect("a length")];
        let mut coverage = Coverage { file, from, seen: empty.clone(), now: empty };
        coverage.news();
        coverage
    }
    /// How many places were reached since the last call that never were before.
    pub(super) fn news(&mut self) -> usize {
        self.file.read_exact_at(&mut self.now, self.from).expect("the counters");
        let mut news = 0;
        for (old, new) in self.seen.chunks_mut(PIECE).zip(self.now.chunks(PIECE)) {
            if old == new {
                continue;
            }
            let words = old.chunks_exact(8).zip(new.chunks_exact(8));
            news += words.filter(|(old, new)| **old == [0; 8] && **new != [0; 8]).count();
            old.copy_from_slice(new);
        }
        news
    }
    /// How many places there are, and how many were reached.
    pub(super) fn reached(&self) -> (usize, usize) {
        let words = self.seen.chunks_exact(8);
        (words.len(), words.filter(|word| *word != [0; 8]).count())
    }
}
