//! What a desk does with a card: find it, prove itself and have it proved, read, check the PIN, write back.
//!
//! `link.rs` exchanges commands, `fault.rs` says what may go wrong, `session.rs` is what two who have proved
//! themselves do, `issue.rs` is how the centre makes a card, `talk.rs` how a talk goes on over a page.

mod fault;
mod issue;
mod link;
mod session;
pub mod talk;

#[cfg(test)]
mod tests;

use kernel::Entropy;

pub use fault::CardFault;
pub use issue::{Issue, issue, set_pin};
pub use link::{Transport, TransportFault};
pub use session::{Draft, Pending, Session, Settled};

use crate::apdu::{Command, Status};
use crate::files::{
    APPLICATION, CHALLENGE, File, HMAC_SHA256_128, Identity, KeyReference, Stage, instruction,
};
use crate::keys::{DeskMaster, Key, PROOF};
use crate::record::Counters;
use link::Link;

/// A card with the application, selected. Nobody has proved anything yet.
pub struct Card<'t> {
    link: Link<'t>,
    identity: Identity,
}

impl<'t> Card<'t> {
    /// Selects the application on the card in `transport`, and reads which card it is.
    ///
    /// # Errors
    /// When there is no card, or none of ours.
    pub fn select(transport: &'t mut dyn Transport, application: &[u8]) -> Result<Self, CardFault> {
        let mut link = Link::new(transport);
        let select = Command::new(instruction::SELECT, 4, 0).data(application).expect(256);
        let answer = link.exchange(&select)?;
        match answer.status {
            Status::Done => {}
            Status::FileNotFound => return Err(CardFault::NotOurs),
            other => return Err(other.into()),
        }
        let bytes = link.read(File::Id, 0, Identity::LENGTH)?;
        let identity = Identity::decode(&bytes).ok_or(CardFault::Garbled)?;
        Ok(Self { link, identity })
    }

    /// As [`Card::select`], with our own name of the application.
    ///
    /// # Errors
    /// As there.
    pub fn select_ours(transport: &'t mut dyn Transport) -> Result<Self, CardFault> {
        Self::select(transport, APPLICATION)
    }

    /// Which card it says it is.
    pub const fn identity(&self) -> Identity {
        self.identity
    }

    /// Desk and card prove themselves to each other with the desk key of this card.
    ///
    /// # Errors
    /// When the card does not take the desk, or is none of ours: a copy has the files, not the key.
    pub fn authenticate(
        self,
        desks: &DeskMaster,
        entropy: &dyn Entropy,
    ) -> Result<Session<'t>, CardFault> {
        if self.identity.stage != Stage::Active {
            return Err(CardFault::Blank);
        }
        let key = desks.of(self.identity.number);
        self.prove(KeyReference::Desk, &key, entropy)
    }

    fn prove(
        mut self,
        reference: KeyReference,
        key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<Session<'t>, CardFault> {
        let number = self.identity.number.0;
        let ask = Command::new(instruction::GET_CHALLENGE, 0, 0).expect(8);
        let theirs = self.link.done(&ask)?;
        if theirs.len() != CHALLENGE {
            return Err(CardFault::Garbled);
        }
        let number_of_key = reference.number();
        let proof = key.prove("external", &[&theirs, &number]);
        let external =
            Command::new(instruction::EXTERNAL_AUTHENTICATE, HMAC_SHA256_128, number_of_key)
                .data(&proof);
        match self.link.exchange(&external)?.status {
            Status::Done => {}
            Status::Security | Status::Conditions => return Err(CardFault::DeskRefused),
            other => return Err(other.into()),
        }
        let mut ours = [0; CHALLENGE];
        entropy.fill(&mut ours);
        let internal =
            Command::new(instruction::INTERNAL_AUTHENTICATE, HMAC_SHA256_128, number_of_key)
                .data(&ours)
                .expect(256);
        let answer = self.link.done(&internal)?;
        let (state, proof) = answer.split_last_chunk::<PROOF>().ok_or(CardFault::Garbled)?;
        if !key.proves("internal", &[&ours, &theirs, &number, state], proof) {
            return Err(CardFault::NotGenuine);
        }
        let counters = Counters::decode(state).ok_or(CardFault::Garbled)?;
        let session = key.derive("session", &[&theirs, &ours, &number]);
        Ok(Session::new(self.link, self.identity, session, counters))
    }
}
