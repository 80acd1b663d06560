//! Where the card is: in a reader, or in a file for trials.

use std::path::PathBuf;
use std::sync::Arc;

use kernel::RandomEntropy;
use smartcard::keys::Key;
use smartcard::soft::{Image, SoftCard};
use smartcard::terminal::{Transport, TransportFault};

use crate::RunError;

/// A place for one card.
pub trait Slot: Send {
    /// Takes the card up; what was proved before is proved no more.
    ///
    /// # Errors
    /// When there is none.
    fn open(&mut self) -> Result<(), TransportFault>;
    /// Carries a command.
    ///
    /// # Errors
    /// When there is no answer.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault>;
    /// Lets it go.
    fn close(&mut self);
}

/// A card in software, kept in a file.
pub struct Soft {
    file: PathBuf,
    card: Option<SoftCard>,
}

impl Soft {
    /// The card in this file; blank when there is none yet.
    pub const fn kept_in(file: PathBuf) -> Self {
        Self { file, card: None }
    }
    fn load(&self) -> Result<SoftCard, TransportFault> {
        let entropy = Arc::new(RandomEntropy);
        match std::fs::read(&self.file) {
            Ok(bytes) => {
                let none = || TransportFault::Reader(format!("{}: no card", self.file.display()));
                Ok(SoftCard::of(Image::from_bytes(&bytes).ok_or_else(none)?, entropy))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                Ok(SoftCard::blank(&Key::of_trials(), entropy))
            }
            Err(e) => Err(TransportFault::Reader(format!("{}: {e}", self.file.display()))),
        }
    }
    /// What it has written outlives the program, as it does on a card.
    fn keep(&self, card: &SoftCard) -> Result<(), TransportFault> {
        let failed = |e: std::io::Error| TransportFault::Reader(e.to_string());
        let fresh = self.file.with_extension("new");
        std::fs::write(&fresh, card.image().as_bytes()).map_err(failed)?;
        std::fs::rename(&fresh, &self.file).map_err(failed)
    }
}

impl Slot for Soft {
    fn open(&mut self) -> Result<(), TransportFault> {
        let mut card = self.load()?;
        card.power_on();
        self.card = Some(card);
        Ok(())
    }
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let card = self.card.as_mut().ok_or(TransportFault::NoCard)?;
        let before = card.written();
        let answer = card.transmit(command);
        match &self.card {
            Some(card) if card.written() != before => self.keep(card)?,
            _ => {}
        }
        answer
    }
    fn close(&mut self) {
        self.card = None;
    }
}

/// The card in a reader of this machine.
#[cfg(feature = "pcsc")]
pub(super) fn in_reader(named: Option<String>) -> Result<Box<dyn Slot>, RunError> {
    Ok(Box::new(smartcard::readers::DeskReader::named(named)))
}

/// Without readers there is none.
#[cfg(not(feature = "pcsc"))]
pub(super) fn in_reader(_: Option<String>) -> Result<Box<dyn Slot>, RunError> {
    let words = "this program was built without readers: build it with `--features pcsc`, or try a card in software with --soft FILE";
    Err(RunError::Asked(words.to_owned()))
}

#[cfg(feature = "pcsc")]
mod pcsc {
    use smartcard::readers::DeskReader;
    use smartcard::terminal::{Transport, TransportFault};

    use super::Slot;

    impl Slot for DeskReader {
        fn open(&mut self) -> Result<(), TransportFault> {
            DeskReader::open(self)
        }
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
            Transport::transmit(self, command)
        }
        fn close(&mut self) {
            DeskReader::close(self);
        }
    }
}
