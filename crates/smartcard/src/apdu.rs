//! What goes over the wire (ISO 7816-4): short command and response APDUs, and the words of status.

/// Most data of a short command.
pub const DATA_MAX: usize = 255;
/// Most data of a short response.
pub const ANSWER_MAX: usize = 256;

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Class.
    pub class: u8,
    /// Instruction.
    pub instruction: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// At most 255 bytes.
    pub data: Vec<u8>,
    /// How much is expected back: 1 to 256; `None` when nothing is.
    pub expected: Option<u16>,
}

/// Why bytes are no APDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApduFault {
    /// Too short.
    #[error("too short")]
    Short,
    /// The lengths in it do not agree with its length, or it is an extended one.
    #[error("the lengths do not agree")]
    Length,
}

impl Command {
    /// A command of the class ISO, without data or answer.
    pub const fn new(instruction: u8, p1: u8, p2: u8) -> Self {
        Self { class: 0, instruction, p1, p2, data: Vec::new(), expected: None }
    }
    /// With data.
    #[must_use]
    pub fn data(mut self, data: &[u8]) -> Self {
        self.data = data.to_vec();
        self
    }
    /// With an answer of so many bytes.
    #[must_use]
    pub const fn expect(mut self, expected: u16) -> Self {
        self.expected = Some(expected);
        self
    }

    /// Its bytes.
    ///
    /// # Errors
    /// When it has more data, or wants more back, than a short command can.
    pub fn encode(&self) -> Result<Vec<u8>, ApduFault> {
        let mut out = vec![self.class, self.instruction, self.p1, self.p2];
        if !self.data.is_empty() {
            out.push(u8::try_from(self.data.len()).map_err(|_| ApduFault::Length)?);
            out.extend(&self.data);
        }
        match self.expected {
            None => {}
            Some(256) => out.push(0),
            Some(expected) => match u8::try_from(expected) {
                Ok(expected @ 1..) => out.push(expected),
                Ok(0) | Err(_) => return Err(ApduFault::Length),
            },
        }
        Ok(out)
    }

    /// Reads a short command.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, ApduFault> {
        let ([class, instruction, p1, p2], rest) =
            bytes.split_first_chunk().ok_or(ApduFault::Short)?;
        let le = |byte: u8| if byte == 0 { 256 } else { u16::from(byte) };
        let (data, expected): (&[u8], _) = match rest {
            [] => (&[], None),
            [expected] => (&[], Some(le(*expected))),
            [0, ..] => return Err(ApduFault::Length),
            [length, body @ ..] => {
                let length = usize::from(*length);
                match (body.split_at_checked(length), body.len() - body.len().min(length)) {
                    (Some((data, [])), 0) => (data, None),
                    (Some((data, [expected])), 1) => (data, Some(le(*expected))),
                    _ => return Err(ApduFault::Length),
                }
            }
        };
        Ok(Self {
            class: *class,
            instruction: *instruction,
            p1: *p1,
            p2: *p2,
            data: data.to_vec(),
            expected,
        })
    }
}

/// What a card answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// At most 256 bytes.
    pub data: Vec<u8>,
    /// How it went.
    pub status: Status,
}

impl Response {
    /// An answer without data.
    pub const fn bare(status: Status) -> Self {
        Self { data: Vec::new(), status }
    }
    /// All well, with data.
    pub const fn done(data: Vec<u8>) -> Self {
        Self { data, status: Status::Done }
    }
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.data.clone();
        out.extend(u16::from(self.status).to_be_bytes());
        out
    }
    /// Reads an answer.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, ApduFault> {
        let (data, status) = bytes.split_last_chunk().ok_or(ApduFault::Short)?;
        if data.len() > ANSWER_MAX {
            return Err(ApduFault::Length);
        }
        Ok(Self { data: data.to_vec(), status: u16::from_be_bytes(*status).into() })
    }
}

/// The two bytes at the end of every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 9000.
    Done,
    /// 61xx: so many bytes more wait to be fetched.
    More(u8),
    /// 6Cxx: to be asked again for so many bytes.
    Expect(u8),
    /// 63Cx: wrong; so many tries are left.
    TriesLeft(u8),
    /// 6581: the memory failed.
    Memory,
    /// 6700.
    Length,
    /// 6982: who asks has not proved what he must.
    Security,
    /// 6983: no tries are left.
    Blocked,
    /// 6985: not now.
    Conditions,
    /// 6A80: the data make no sense.
    Data,
    /// 6A82.
    FileNotFound,
    /// 6A83.
    RecordNotFound,
    /// 6A86.
    Parameters,
    /// 6B00: outside the file.
    Offset,
    /// 6D00: no such instruction.
    Instruction,
    /// 6E00: no such class.
    Class,
    /// Another one.
    Other(u16),
}

impl From<u16> for Status {
    fn from(word: u16) -> Self {
        let [high, low] = word.to_be_bytes();
        match (high, low) {
            (0x90, 0x00) => Self::Done,
            (0x61, more) => Self::More(more),
            (0x6c, expected) => Self::Expect(expected),
            (0x63, 0xc0..=0xcf) => Self::TriesLeft(low & 0x0f),
            (0x65, 0x81) => Self::Memory,
            (0x67, 0x00) => Self::Length,
            (0x69, 0x82) => Self::Security,
            (0x69, 0x83) => Self::Blocked,
            (0x69, 0x85) => Self::Conditions,
            (0x6a, 0x80) => Self::Data,
            (0x6a, 0x82) => Self::FileNotFound,
            (0x6a, 0x83) => Self::RecordNotFound,
            (0x6a, 0x86) => Self::Parameters,
            (0x6b, 0x00) => Self::Offset,
            (0x6d, 0x00) => Self::Instruction,
            (0x6e, 0x00) => Self::Class,
            _ => Self::Other(word),
        }
    }
}

impl From<Status> for u16 {
    fn from(status: Status) -> u16 {
        match status {
            Status::Done => 0x9000,
            Status::More(more) => u16::from_be_bytes([0x61, more]),
            Status::Expect(expected) => u16::from_be_bytes([0x6c, expected]),
            Status::TriesLeft(tries) => u16::from_be_bytes([0x63, 0xc0 | (tries & 0x0f)]),
            Status::Memory => 0x6581,
            Status::Length => 0x6700,
            Status::Security => 0x6982,
            Status::Blocked => 0x6983,
            Status::Conditions => 0x6985,
            Status::Data => 0x6a80,
            Status::FileNotFound => 0x6a82,
            Status::RecordNotFound => 0x6a83,
            Status::Parameters => 0x6a86,
            Status::Offset => 0x6b00,
            Status::Instruction => 0x6d00,
            Status::Class => 0x6e00,
            Status::Other(word) => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_of_the_standard() {
        let check = |command: Command, bytes: &[u8]| {
            assert_eq!(command.encode().unwrap(), bytes);
            assert_eq!(Command::decode(bytes), Ok(command));
        };
        check(Command::new(0xa4, 4, 0).data(&[0xf0, 1]).expect(256), b"\0\xa4\x04\0\x02\xf0\x01\0");
        check(Command::new(0xa4, 2, 0x0c).data(&[0x2f, 1]), b"\0\xa4\x02\x0c\x02\x2f\x01");
        check(Command::new(0xb0, 0x81, 0).expect(16), b"\0\xb0\x81\0\x10");
        check(Command::new(0x84, 0, 0).expect(8), b"\0\x84\0\0\x08");
        check(Command::new(0x84, 0, 0), b"\0\x84\0\0");
    }

    #[test]
    fn every_word_of_status_is_itself() {
        for word in 0..=u16::MAX {
            assert_eq!(u16::from(Status::from(word)), word);
        }
    }

    #[test]
    fn what_is_no_short_command_is_refused() {
        for wrong in [&[0, 1, 2][..], &[0; 6], &[0, 0, 0, 0, 3, 1, 2], &[0, 0, 0, 0, 1, 1, 2, 3]] {
            assert!(Command::decode(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(Command::new(0, 0, 0).data(&[0; 256]).encode(), Err(ApduFault::Length));
        assert_eq!(Command::new(0, 0, 0).expect(257).encode(), Err(ApduFault::Length));
        assert_eq!(Command::new(0, 0, 0).expect(0).encode(), Err(ApduFault::Length));
        assert_eq!(Response::decode(&[0x90]), Err(ApduFault::Short));
        assert_eq!(Response::decode(&[0; 259]), Err(ApduFault::Length));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(command) = Command::decode(&bytes) {
                prop_assert_eq!(command.encode().unwrap(), bytes.clone());
            }
            if let Ok(response) = Response::decode(&bytes) {
                prop_assert_eq!(response.encode(), bytes);
            }
        }
    }
}
