//! The exchange of commands over whatever carries them.

use crate::apdu::{Command, Response, Status};
use crate::files::{File, instruction};

use super::CardFault;

/// Bytes of one READ or UPDATE BINARY: every reader carries that many.
const CHUNK: usize = 240;
/// Rounds of one exchange: an answer in pieces, a length corrected.
const ROUNDS_MAX: usize = 16;

/// Carries a command to a card and its answer back.
pub trait Transport {
    /// One command, one answer.
    ///
    /// # Errors
    /// When there is no answer.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault>;
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// The card is not there, or no longer.
    #[error("no card")]
    NoCard,
    /// Somebody has reset it: what was proved is proved no more.
    #[error("the card was reset")]
    Reset,
    /// The reader or its service failed.
    #[error("the reader failed: {0}")]
    Reader(String),
}

pub(super) struct Link<'t> {
    transport: &'t mut dyn Transport,
}

impl<'t> Link<'t> {
    pub(super) fn new(transport: &'t mut dyn Transport) -> Self {
        Self { transport }
    }

    /// The whole answer: fetched where more waits (61xx), asked for again where the length was wrong (6Cxx).
    pub(super) fn exchange(&mut self, command: &Command) -> Result<Response, CardFault> {
        let mut next = command.clone();
        let mut data = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let answer = Response::decode(&self.transport.transmit(&next.encode()?)?)?;
            data.extend(answer.data);
            match answer.status {
                Status::More(more) => {
                    next = Command::new(instruction::GET_RESPONSE, 0, 0).expect(any(more));
                }
                // Nothing was done yet; what came with it does not count.
                Status::Expect(expected) => {
                    next.expected = Some(any(expected));
                    data.clear();
                }
                status => return Ok(Response { data, status }),
            }
        }
        Err(CardFault::Garbled)
    }

    /// The answer's data, if all went well.
    pub(super) fn done(&mut self, command: &Command) -> Result<Vec<u8>, CardFault> {
        let answer = self.exchange(command)?;
        match answer.status {
            Status::Done => Ok(answer.data),
            other => Err(other.into()),
        }
    }

    fn select(&mut self, file: File) -> Result<(), CardFault> {
        let select = Command::new(instruction::SELECT, 2, 0x0c).data(&file.id());
        self.done(&select).map(drop)
    }

    /// So many bytes of a transparent file.
    pub(super) fn read(
        &mut self,
        file: File,
        offset: usize,
        length: usize,
    ) -> Result<Vec<u8>, CardFault> {
        self.select(file)?;
        let mut out = Vec::new();
        while out.len() < length {
            let wanted = CHUNK.min(length - out.len());
            let [high, low] = offset_bytes(offset + out.len())?;
            let read = Command::new(instruction::READ_BINARY, high, low)
                .expect(u16::try_from(wanted).map_err(|_| CardFault::Garbled)?);
            let bytes = self.done(&read)?;
            if bytes.len() != wanted {
                return Err(CardFault::Garbled);
            }
            out.extend(bytes);
        }
        Ok(out)
    }

    /// Writes into a transparent file, from the front on.
    pub(super) fn write(
        &mut self,
        file: File,
        offset: usize,
        bytes: &[u8],
    ) -> Result<(), CardFault> {
        self.select(file)?;
        for (number, chunk) in bytes.chunks(CHUNK).enumerate() {
            let [high, low] = offset_bytes(offset + number * CHUNK)?;
            self.done(&Command::new(instruction::UPDATE_BINARY, high, low).data(chunk))?;
        }
        Ok(())
    }
}

/// A length of which 0 means 256.
fn any(length: u8) -> u16 {
    if length == 0 { 256 } else { length.into() }
}

/// Offsets have 15 bits: the first bit would make it a short number of a file.
fn offset_bytes(offset: usize) -> Result<[u8; 2], CardFault> {
    match u16::try_from(offset) {
        Ok(offset @ ..=0x7fff) => Ok(offset.to_be_bytes()),
        Ok(_) | Err(_) => Err(CardFault::Unwritable),
    }
}
