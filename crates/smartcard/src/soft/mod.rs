//! A card in software: it speaks what a real one does, keeps its files and keys in a memory of bytes, and can be
//! made to lose power after any byte it writes. For trials without hardware, and for the tests.
//!
//! `memory.rs` is what outlives power, this file what a command does.

mod memory;
mod vpcd;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use kernel::Entropy;

use crate::apdu::{Command, Response, Status};
use crate::copies;
use crate::files::{
    APPLICATION, CHALLENGE, Datum, File, HMAC_SHA256_128, Identity, KeyReference, PIN_REFERENCE,
    PIN_TRIES, Stage, instruction,
};
use crate::keys::{Key, PROOF};
use crate::record::{RECORD, Record};
use crate::terminal::{Transport, TransportFault};
pub use memory::Image;
use memory::{Memory, PowerLost};
pub use vpcd::insert;

/// How a card hands over long answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// At once.
    Whole,
    /// In pieces that have to be fetched, and only when asked for the right length; as under the protocol T=0.
    Pieces,
}

/// A card in software.
pub struct SoftCard {
    memory: Memory,
    manner: Manner,
    entropy: Arc<dyn Entropy>,
    /// `None` without power.
    state: Option<Volatile>,
    /// The answer after which power goes.
    silent: bool,
}

/// What is forgotten with power.
#[derive(Default)]
struct Volatile {
    selected: bool,
    file: Option<File>,
    challenge: Option<[u8; CHALLENGE]>,
    /// The terminal has proved itself; the card has not yet.
    external: Option<(KeyReference, [u8; CHALLENGE])>,
    session: Option<(KeyReference, Key)>,
    pin_given: bool,
    waiting: Vec<u8>,
}

/// A refusal, or no power any more.
enum Stop {
    Refused(Status),
    Dark,
}

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        Self::Refused(status)
    }
}
impl From<PowerLost> for Stop {
    fn from(_: PowerLost) -> Self {
        Self::Dark
    }
}

type Answer = Result<Vec<u8>, Stop>;

impl SoftCard {
    /// A card as it leaves the factory, with this key.
    pub fn blank(transport_key: &Key, entropy: Arc<dyn Entropy>) -> Self {
        Self::of(Image::blank(transport_key), entropy)
    }
    /// A card with this memory: one that was kept, or a copy, keys and all.
    pub fn of(image: Image, entropy: Arc<dyn Entropy>) -> Self {
        let memory = Memory::of(image);
        Self { memory, manner: Manner::Whole, entropy, state: None, silent: false }
    }
    /// Its memory: what a file keeps, or what a thief with a laboratory takes.
    pub fn image(&self) -> Image {
        self.memory.image()
    }
    /// How it hands over long answers.
    pub const fn set_manner(&mut self, manner: Manner) {
        self.manner = manner;
    }
    /// Power goes when so many more bytes have been written.
    pub const fn lose_power_after(&mut self, bytes: usize) {
        self.memory.lose_power_after(bytes);
    }
    /// Power goes after the next APPEND RECORD is done and before it is answered.
    pub const fn fall_silent_after_append(&mut self) {
        self.silent = true;
    }
    /// Bytes written since it was made.
    pub const fn written(&self) -> usize {
        self.memory.written()
    }
    /// Puts it into a reader, or takes it out and puts it in again.
    pub fn power_on(&mut self) {
        self.memory.wake();
        self.state = Some(Volatile::default());
    }
    /// Takes it out.
    pub fn power_off(&mut self) {
        self.state = None;
    }
    /// Answer to reset: T=1, as cards without contacts say it.
    pub const fn answer_to_reset() -> &'static [u8] {
        &[0x3b, 0x80, 0x80, 0x01, 0x01]
    }

    fn answer(&mut self, bytes: &[u8]) -> Result<Response, PowerLost> {
        let Ok(command) = Command::decode(bytes) else {
            return Ok(Response::bare(Status::Length));
        };
        let Some(mut state) = self.state.take() else { return Err(PowerLost) };
        let answer = if command.class == 0 {
            self.run(&command, &mut state)
        } else {
            Err(Status::Class.into())
        };
        let response = match answer {
            Ok(data) => hand_over(self.manner, &command, data, &mut state),
            Err(Stop::Refused(status)) => Response::bare(status),
            Err(Stop::Dark) => return Err(PowerLost),
        };
        if self.silent && command.instruction == instruction::APPEND_RECORD {
            self.silent = false;
            return Err(PowerLost);
        }
        self.state = Some(state);
        Ok(response)
    }

    fn run(&mut self, command: &Command, state: &mut Volatile) -> Answer {
        if command.instruction != instruction::GET_RESPONSE {
            state.waiting.clear();
        }
        match command.instruction {
            instruction::SELECT => self.select(command, state),
            instruction::GET_RESPONSE => Ok(std::mem::take(&mut state.waiting)),
            _ if !state.selected => Err(Status::Conditions.into()),
            instruction::GET_CHALLENGE => self.challenge(command, state),
            instruction::EXTERNAL_AUTHENTICATE => self.external(command, state),
            instruction::INTERNAL_AUTHENTICATE => self.internal(command, state),
            instruction::READ_BINARY => self.read_binary(command, state),
            instruction::UPDATE_BINARY => self.update_binary(command, state),
            instruction::READ_RECORD => self.read_record(command, state),
            instruction::APPEND_RECORD => self.append_record(command, state),
            instruction::VERIFY => self.verify(command, state),
            instruction::PUT_DATA => self.put_data(command, state),
            _ => Err(Status::Instruction.into()),
        }
    }

    fn select(&self, command: &Command, state: &mut Volatile) -> Answer {
        match (command.p1, command.p2) {
            (4, 0) if command.data == APPLICATION => {
                *state = Volatile { selected: true, ..Volatile::default() };
                let length = u8::try_from(APPLICATION.len()).unwrap_or(0);
                Ok([&[0x6f, length + 2, 0x84, length], APPLICATION].concat())
            }
            // the master file: nothing of ours
            (0, 0) if command.data == [0x3f, 0] => {
                *state = Volatile::default();
                Ok(Vec::new())
            }
            (2, 0x0c) if state.selected => {
                let id = command.data.as_slice().try_into().map_err(|_| Status::Length)?;
                state.file = Some(File::of_id(id).ok_or(Status::FileNotFound)?);
                Ok(Vec::new())
            }
            (4, 0) | (0, 0) | (2, 0x0c) => Err(Status::FileNotFound.into()),
            _ => Err(Status::Parameters.into()),
        }
    }

    fn challenge(&self, command: &Command, state: &mut Volatile) -> Answer {
        if command.expected != Some(8) {
            return Err(Status::Expect(8).into());
        }
        let mut challenge = [0; CHALLENGE];
        self.entropy.fill(&mut challenge);
        state.challenge = Some(challenge);
        Ok(challenge.to_vec())
    }

    /// The key a reference means at this stage.
    fn key(&self, command: &Command) -> Result<(KeyReference, Key), Stop> {
        let reference = KeyReference::of(command.p2).ok_or(Status::Parameters)?;
        if command.p1 != HMAC_SHA256_128 {
            return Err(Status::Parameters.into());
        }
        let fits = match reference {
            KeyReference::Transport => self.memory.stage() == Stage::Blank,
            KeyReference::Desk | KeyReference::Admin => self.memory.stage() == Stage::Active,
        };
        if fits {
            Ok((reference, self.memory.key(reference)))
        } else {
            Err(Status::Conditions.into())
        }
    }

    fn external(&self, command: &Command, state: &mut Volatile) -> Answer {
        let (reference, key) = self.key(command)?;
        (state.session, state.external) = (None, None);
        // A challenge serves once.
        let challenge = state.challenge.take().ok_or(Status::Conditions)?;
        let number = self.memory.number();
        if !key.proves("external", &[&challenge, &number.0], &command.data) {
            return Err(Status::Security.into());
        }
        state.external = Some((reference, challenge));
        Ok(Vec::new())
    }

    fn internal(&self, command: &Command, state: &mut Volatile) -> Answer {
        let (reference, key) = self.key(command)?;
        // Only to who has proved himself, and once.
        let challenge = match state.external.take() {
            Some((of, challenge)) if of == reference => challenge,
            Some(_) | None => return Err(Status::Security.into()),
        };
        let theirs: [u8; CHALLENGE] =
            command.data.as_slice().try_into().map_err(|_| Status::Length)?;
        let number = self.memory.number();
        let counters = self.memory.counters().encode();
        let proof = key.prove("internal", &[&theirs, &challenge, &number.0, &counters]);
        state.session = Some((reference, key.derive("session", &[&challenge, &theirs, &number.0])));
        Ok([counters.as_slice(), &proof].concat())
    }

    fn read_binary(&self, command: &Command, state: &mut Volatile) -> Answer {
        let (file, offset) = place(command, state)?;
        let wanted = usize::from(command.expected.ok_or(Status::Length)?);
        let whole = match file {
            File::Id => {
                let (stage, number) = (self.memory.stage(), self.memory.number());
                Identity { stage, number }.encode().to_vec()
            }
            _ if state.session.is_none() => return Err(Status::Security.into()),
            File::Profile => self.memory.profile().to_vec(),
            File::Counters => self.memory.counters().encode().to_vec(),
            File::Log => return Err(Status::Conditions.into()),
        };
        let rest = whole.get(offset..).filter(|rest| !rest.is_empty()).ok_or(Status::Offset)?;
        Ok(rest.get(..wanted.min(rest.len())).unwrap_or_default().to_vec())
    }

    fn update_binary(&mut self, command: &Command, state: &mut Volatile) -> Answer {
        let (file, offset) = place(command, state)?;
        if state.session.is_none() {
            return Err(Status::Security.into());
        }
        if file != File::Profile {
            return Err(Status::Conditions.into());
        }
        if offset + command.data.len() > copies::FILE {
            return Err(Status::Offset.into());
        }
        self.memory.write_profile(offset, &command.data)?;
        Ok(Vec::new())
    }

    fn read_record(&self, command: &Command, state: &Volatile) -> Answer {
        if command.p2 != (File::Log.short() << 3) | 4 {
            return Err(Status::Parameters.into());
        }
        if state.session.is_none() {
            return Err(Status::Security.into());
        }
        let record = self.memory.record(command.p1).ok_or(Status::RecordNotFound)?;
        Ok(record.encode().to_vec())
    }

    fn append_record(&mut self, command: &Command, state: &Volatile) -> Answer {
        if (command.p1, command.p2) != (0, File::Log.short() << 3) {
            return Err(Status::Parameters.into());
        }
        let Some((KeyReference::Desk, key)) = &state.session else {
            return Err(Status::Security.into());
        };
        let (bytes, proof) = command.data.split_at_checked(RECORD).ok_or(Status::Length)?;
        if !key.proves("append", &[bytes], proof) {
            return Err(Status::Security.into());
        }
        let record = Record::decode(bytes).ok_or(Status::Data)?;
        if record.kind.needs_pin() && !state.pin_given {
            return Err(Status::Security.into());
        }
        if !self.memory.counters().is_followed_by(&record) {
            return Err(Status::Conditions.into());
        }
        let sealed = record.certify(&self.memory.log_key());
        self.memory.append(&sealed)?;
        let proof = key.prove("appended", &[&sealed.encode()]);
        Ok([sealed.certificate.as_slice(), &proof].concat())
    }

    fn verify(&mut self, command: &Command, state: &mut Volatile) -> Answer {
        if (command.p1, command.p2) != (0, PIN_REFERENCE) {
            return Err(Status::Parameters.into());
        }
        let tries = self.memory.pin_tries();
        if command.data.is_empty() {
            let left = Status::TriesLeft(tries);
            return if state.pin_given { Ok(Vec::new()) } else { Err(left.into()) };
        }
        state.pin_given = false;
        let left = tries.checked_sub(1).ok_or(Status::Blocked)?;
        // The try is spent before anything is compared: pulling the card out gives none back.
        self.memory.write_pin_tries(left)?;
        if !self.memory.is_pin(&command.data) {
            return Err(Status::TriesLeft(left).into());
        }
        self.memory.write_pin_tries(PIN_TRIES)?;
        state.pin_given = true;
        Ok(Vec::new())
    }

    fn put_data(&mut self, command: &Command, state: &Volatile) -> Answer {
        let tag = [command.p1, command.p2];
        let datum = Datum::of_tag(tag).ok_or(Status::Parameters)?;
        let (reference, key) = state.session.as_ref().ok_or(Status::Security)?;
        let allowed = match reference {
            KeyReference::Transport => true,
            KeyReference::Admin => datum == Datum::Pin,
            KeyReference::Desk => false,
        };
        if !allowed {
            return Err(Status::Security.into());
        }
        let (hidden, proof) = command.data.split_first_chunk::<32>().ok_or(Status::Length)?;
        if proof.len() != PROOF || !key.proves("put", &[&tag, hidden], proof) {
            return Err(Status::Security.into());
        }
        if datum == Datum::Seal && !self.memory.is_complete() {
            return Err(Status::Conditions.into());
        }
        self.memory.put(datum, key.wrap(&tag, *hidden))?;
        Ok(Vec::new())
    }
}

/// Which file, and from which byte on: named in the command or selected before.
fn place(command: &Command, state: &mut Volatile) -> Result<(File, usize), Stop> {
    if command.p1 & 0x80 != 0 {
        let file = File::of_short(command.p1 & 0x1f).ok_or(Status::FileNotFound)?;
        state.file = Some(file);
        return Ok((file, command.p2.into()));
    }
    let file = state.file.ok_or(Status::Conditions)?;
    Ok((file, u16::from_be_bytes([command.p1, command.p2]).into()))
}

/// An answer in the card's manner.
fn hand_over(
    manner: Manner,
    command: &Command,
    mut data: Vec<u8>,
    state: &mut Volatile,
) -> Response {
    /// Bytes of one piece.
    const PIECE: usize = 100;
    if data.is_empty() || manner == Manner::Whole {
        return Response::done(data);
    }
    let wait = |state: &mut Volatile, rest: Vec<u8>| {
        let more = u8::try_from(rest.len()).unwrap_or(0);
        state.waiting = rest;
        Status::More(more)
    };
    let fetched = command.instruction == instruction::GET_RESPONSE;
    if !command.data.is_empty() && !fetched {
        // data went in: the answer has to be fetched
        return Response::bare(wait(state, data));
    }
    let exact = PIECE.min(data.len());
    let wanted = usize::from(command.expected.unwrap_or(256));
    if fetched && wanted > data.len() {
        let expected = u8::try_from(data.len()).unwrap_or(0);
        state.waiting = data;
        return Response::bare(Status::Expect(expected));
    }
    if data.len() > exact {
        let rest = data.split_off(exact);
        return Response { data, status: wait(state, rest) };
    }
    Response::done(data)
}

impl Transport for SoftCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        self.answer(command)
            .map(|response| response.encode())
            .map_err(|PowerLost| TransportFault::NoCard)
    }
}
