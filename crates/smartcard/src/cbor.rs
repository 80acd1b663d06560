//! The little of CBOR (RFC 8949) that cards carry, written and read in its one deterministic form (section
//! 4.2.1): shortest lengths, nothing indefinite, keys in order. Whatever is said in another way is refused, so
//! that one meaning has one sequence of bytes.

/// Why bytes are not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CborFault {
    /// They end too early.
    #[error("the bytes end too early")]
    Truncated,
    /// Something else stands there.
    #[error("something else stands there")]
    Unexpected,
    /// Said in a longer way than need be, or of indefinite length.
    #[error("not written in the shortest way")]
    NotShortest,
    /// Longer or larger than we take.
    #[error("longer or larger than is taken")]
    TooLarge,
    /// Something follows the end.
    #[error("something follows the end")]
    Trailing,
}

const UINT: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

/// Reads from the front of bytes.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], CborFault> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(CborFault::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self, wanted: u8) -> Result<u64, CborFault> {
        let first = *self.rest.first().ok_or(CborFault::Truncated)?;
        if first >> 5 != wanted {
            return Err(CborFault::Unexpected);
        }
        self.rest = self.rest.get(1..).unwrap_or_default();
        let (width, least) = match first & 0x1f {
            short @ 0..=23 => return Ok(u64::from(short)),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(CborFault::NotShortest),
        };
        let value = self.take(width)?.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
        if value < least { Err(CborFault::NotShortest) } else { Ok(value) }
    }

    pub(crate) fn uint(&mut self) -> Result<u64, CborFault> {
        self.head(UINT)
    }

    /// A number that may be negative.
    pub(crate) fn int(&mut self) -> Result<i64, CborFault> {
        let negative = self.rest.first().is_some_and(|first| first >> 5 == NEGATIVE);
        let value = self.head(if negative { NEGATIVE } else { UINT })?;
        let value = i64::try_from(value).map_err(|_| CborFault::TooLarge)?;
        Ok(if negative { -1 - value } else { value })
    }

    fn run(&mut self, kind: u8, longest: usize) -> Result<&'a [u8], CborFault> {
        let length = usize::try_from(self.head(kind)?).map_err(|_| CborFault::TooLarge)?;
        if length > longest {
            return Err(CborFault::TooLarge);
        }
        self.take(length)
    }

    pub(crate) fn bytes(&mut self, longest: usize) -> Result<&'a [u8], CborFault> {
        self.run(BYTES, longest)
    }

    pub(crate) fn text(&mut self, longest: usize) -> Result<&'a str, CborFault> {
        std::str::from_utf8(self.run(TEXT, longest)?).map_err(|_| CborFault::Unexpected)
    }

    pub(crate) fn array(&mut self) -> Result<u64, CborFault> {
        self.head(ARRAY)
    }

    pub(crate) fn map(&mut self) -> Result<u64, CborFault> {
        self.head(MAP)
    }

    pub(crate) fn tag(&mut self) -> Result<u64, CborFault> {
        self.head(TAG)
    }

    pub(crate) fn end(&self) -> Result<(), CborFault> {
        if self.rest.is_empty() { Ok(()) } else { Err(CborFault::Trailing) }
    }
}

/// Writes one item after another.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn done(self) -> Vec<u8> {
        self.bytes
    }

    fn head(&mut self, kind: u8, value: u64) -> &mut Self {
        let kind = kind << 5;
        let all = value.to_be_bytes();
        let (info, width) = match value {
            0..=23 => {
                self.bytes.push(kind | all.last().copied().unwrap_or_default());
                return self;
            }
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        self.bytes.push(kind | info);
        self.bytes.extend(all.iter().skip(8 - width));
        self
    }

    pub(crate) fn uint(&mut self, value: u64) -> &mut Self {
        self.head(UINT, value)
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        match u64::try_from(value) {
            Ok(value) => self.uint(value),
            // -1 - value of a negative number is its complement, which is never negative
            Err(_) => self.head(NEGATIVE, (!value).unsigned_abs()),
        }
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.head(BYTES, length(value.len()));
        self.bytes.extend(value);
        self
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.head(TEXT, length(value.len()));
        self.bytes.extend(value.as_bytes());
        self
    }

    pub(crate) fn array(&mut self, items: u64) -> &mut Self {
        self.head(ARRAY, items)
    }

    pub(crate) fn map(&mut self, pairs: u64) -> &mut Self {
        self.head(MAP, pairs)
    }

    pub(crate) fn tag(&mut self, tag: u64) -> &mut Self {
        self.head(TAG, tag)
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn examples_of_the_standard() {
        // RFC 8949, appendix A
        let ints: [(i64, &[u8]); 8] = [
            (0, &[0x00]),
            (23, &[0x17]),
            (24, &[0x18, 0x18]),
            (1000, &[0x19, 0x03, 0xe8]),
            (1_000_000_000_000, &[0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0]),
            (-1, &[0x20]),
            (-100, &[0x38, 0x63]),
            (-1000, &[0x39, 0x03, 0xe7]),
        ];
        for (value, bytes) in ints {
            let mut writer = Writer::default();
            writer.int(value);
            assert_eq!(writer.done(), bytes, "{value}");
            assert_eq!(Reader::new(bytes).int(), Ok(value));
        }
    }

    #[test]
    fn another_way_to_say_the_same_is_refused() {
        for long in [&[0x18, 0x17][..], &[0x19, 0, 24], &[0x1a, 0, 0, 1, 0], &[0x1f], &[0x1c]] {
            assert_eq!(Reader::new(long).uint(), Err(CborFault::NotShortest), "{long:?}");
        }
        assert_eq!(Reader::new(&[0x5f, 0x41, 1, 0xff]).bytes(9), Err(CborFault::NotShortest));
        assert_eq!(Reader::new(&[0x43, 1, 2]).bytes(9), Err(CborFault::Truncated));
        assert_eq!(Reader::new(&[0x43, 1, 2, 3]).bytes(2), Err(CborFault::TooLarge));
        assert_eq!(Reader::new(&[0x61, 0xff]).text(9), Err(CborFault::Unexpected));
        let huge = [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(Reader::new(&huge).bytes(usize::MAX), Err(CborFault::Truncated));
    }

    proptest! {
        #[test]
        fn every_number_is_read_back(value in any::<i64>()) {
            let mut writer = Writer::default();
            writer.int(value);
            let bytes = writer.done();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.int(), Ok(value));
            prop_assert_eq!(reader.end(), Ok(()));
        }
    }
}
