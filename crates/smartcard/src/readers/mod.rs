//! Cards in readers, through PC/SC: the service that every system has or can be given (`pcscd` on Linux).

#[cfg(test)]
mod tests;

use std::ffi::CString;
use std::time::{Duration, Instant};

use pcsc::{Context, Error, MAX_BUFFER_SIZE, Protocols, ReaderState, Scope, ShareMode, State};

use crate::terminal::{Transport, TransportFault};

/// The service and its readers.
pub struct Readers {
    context: Context,
}

/// The name of a reader.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ReaderName(CString);

impl std::fmt::Display for ReaderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_string_lossy())
    }
}

/// Whether a card is in a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// There is.
    Present,
    /// There is none.
    Absent,
}

impl Readers {
    /// Finds the service.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn open() -> Result<Self, TransportFault> {
        let context = Context::establish(Scope::User).map_err(fault)?;
        Ok(Self { context })
    }

    /// The readers, by name.
    ///
    /// # Errors
    /// When the service does not answer.
    pub fn list(&self) -> Result<Vec<ReaderName>, TransportFault> {
        let mut names = match self.context.list_readers_owned() {
            Ok(names) => names,
            Err(Error::NoReadersAvailable) => Vec::new(),
            Err(other) => return Err(fault(other)),
        };
        names.sort();
        Ok(names.into_iter().map(ReaderName).collect())
    }

    /// Whether a card is in the reader now.
    ///
    /// # Errors
    /// When the service or the reader does not answer.
    pub fn presence(&self, reader: &ReaderName) -> Result<Presence, TransportFault> {
        let mut states = [ReaderState::new(reader.0.clone(), State::UNAWARE)];
        self.context.get_status_change(Duration::ZERO, &mut states).map_err(fault)?;
        Ok(presence(&states))
    }

    /// Waits until a card is there, or none; false when that has not come in time.
    ///
    /// # Errors
    /// When the service or the reader does not answer.
    pub fn wait(
        &self,
        reader: &ReaderName,
        wanted: Presence,
        at_most: Duration,
    ) -> Result<bool, TransportFault> {
        let begun = Instant::now();
        let mut states = [ReaderState::new(reader.0.clone(), State::UNAWARE)];
        loop {
            let left = at_most.saturating_sub(begun.elapsed());
            match self.context.get_status_change(left, &mut states) {
                Ok(()) if presence(&states) == wanted => return Ok(true),
                Ok(()) if left.is_zero() => return Ok(false),
                Ok(()) => states.iter_mut().for_each(ReaderState::sync_current_state),
                Err(Error::Timeout) => return Ok(false),
                Err(other) => return Err(fault(other)),
            }
        }
    }

    /// The card in the reader, for this program alone.
    ///
    /// # Errors
    /// When there is none, or another program has it.
    pub fn connect(&self, reader: &ReaderName) -> Result<CardInReader, TransportFault> {
        let card = self.context.connect(&reader.0, ShareMode::Exclusive, Protocols::ANY);
        Ok(CardInReader { card: card.map_err(fault)? })
    }
}

/// The card of a desk: in the reader of a name, or in whichever has one.
pub struct DeskReader {
    named: Option<String>,
    card: Option<CardInReader>,
}

impl DeskReader {
    /// The reader whose name contains this; any when nothing is said.
    pub const fn named(named: Option<String>) -> Self {
        Self { named, card: None }
    }

    /// Takes the card up; one that was taken up before is let go. The service and the readers may have changed meanwhile.
    ///
    /// # Errors
    /// When there is no card, no such reader, or another program has the card.
    pub fn open(&mut self) -> Result<(), TransportFault> {
        self.card = None;
        let readers = Readers::open()?;
        let is_meant = |name: &str| self.named.as_ref().is_none_or(|part| name.contains(part));
        let mut fault = TransportFault::Reader("no such reader".to_owned());
        for name in readers.list()?.iter().filter(|name| is_meant(&name.to_string())) {
            match readers.connect(name) {
                Ok(card) => {
                    self.card = Some(card);
                    return Ok(());
                }
                Err(why) => fault = why,
            }
        }
        Err(fault)
    }

    /// Lets the card go.
    pub fn close(&mut self) {
        self.card = None;
    }
}

impl Transport for DeskReader {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        self.card.as_mut().ok_or(TransportFault::NoCard)?.transmit(command)
    }
}

/// A card in a reader. When it is let go it is reset: nobody takes over what was proved.
pub struct CardInReader {
    card: pcsc::Card,
}

impl Transport for CardInReader {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let mut buffer = vec![0; MAX_BUFFER_SIZE];
        match self.card.transmit(command, &mut buffer) {
            // some drivers say of a card that was pulled out in the middle that it answered nothing
            Ok([]) => Err(TransportFault::NoCard),
            Ok(answer) => Ok(answer.to_vec()),
            Err(error) => Err(fault(error)),
        }
    }
}

fn presence(states: &[ReaderState]) -> Presence {
    let is_there = states.iter().any(|state| state.event_state().contains(State::PRESENT));
    if is_there { Presence::Present } else { Presence::Absent }
}

fn fault(error: Error) -> TransportFault {
    match error {
        Error::NoSmartcard | Error::RemovedCard | Error::UnpoweredCard => TransportFault::NoCard,
        Error::ResetCard => TransportFault::Reset,
        other => TransportFault::Reader(other.to_string()),
    }
}
