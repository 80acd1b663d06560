//! The digest of a client that his card carries, signed by the bank: what a desk without a line may know and do.
//! No full number of a payment card, no passport, no balance of an account stands in it.
//!
//! `mod.rs` says what it holds, `wire.rs` how it is written.

mod wire;

#[cfg(test)]
mod tests;

use kernel::{Currency, Money};

use crate::cbor::CborFault;
use crate::cose::{self, CoseFault, Purpose, Signer, Verifier};
use crate::values::{CardNumber, CardTime, Code, Holder};

/// Longest signed profile (bytes): what one copy on the card has room for.
pub const SIGNED_MAX: usize = 700;

/// What the card says of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The client.
    pub holder: Holder,
    /// Grows with every profile the bank signs for this client.
    pub counter: u32,
    /// From then on it says nothing.
    pub expires: CardTime,
    /// How much may be spent without asking the centre.
    pub limit: Money,
    /// The card it was signed for; without it no desk takes it.
    pub card: Option<CardNumber>,
    /// When it was signed; without it no desk takes it.
    pub issued: Option<CardTime>,
    /// What the centre had counted when it signed.
    pub counted: Counted,
    /// The segment the client is in.
    pub segment: Option<Code>,
    /// The tariff he is served by.
    pub tariff: Option<Code>,
    /// How he is to be served.
    pub service: Service,
    /// He is related to a company that is served as VIP. Only that: neither which nor what it holds.
    pub related_to_vip: bool,
    /// Points of loyalty.
    pub points: u64,
    /// What the bank has approved beforehand.
    pub offer: Option<Offer>,
    /// What the client allows, one bit for each purpose of the bundle.
    pub consents: u32,
    /// The bundle of rules the profile was made under.
    pub bundle: u32,
}

/// What the centre had counted of a card when it signed: from there a desk counts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Spent of the offline limit.
    pub spent: Money,
    /// The card's running total then.
    pub total: Money,
    /// The card's last record then.
    pub atc: u32,
}

impl Counted {
    /// A card that has done nothing.
    pub const fn nothing(currency: Currency) -> Self {
        Self { spent: Money::zero(currency), total: Money::zero(currency), atc: 0 }
    }
}

/// How a client is to be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// As everybody.
    Standard,
    /// Ahead of others.
    Priority,
    /// By who is named for it.
    Vip,
}

/// A loan or the like that needs no new decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The offer at the centre.
    pub id: uuid::Uuid,
    /// Up to how much.
    pub sum: Money,
    /// Yearly rate in hundredths of a percent.
    pub rate_bp: u32,
    /// Until when.
    pub expires: CardTime,
}

/// Why bytes are no profile, or a profile cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    /// Not signed as it should be.
    #[error("not signed: {0}")]
    Signed(#[from] CoseFault),
    /// Not written as it should be.
    #[error("not readable: {0}")]
    Malformed(#[from] CborFault),
    /// A field holds what it must not.
    #[error("field {0} holds what it must not")]
    Field(u64),
    /// Too long for a card.
    #[error("too long for a card")]
    TooLong,
}

impl Profile {
    /// The profile a client has with the least there can be.
    pub const fn minimal(holder: Holder, counter: u32, expires: CardTime, limit: Money) -> Self {
        Self {
            holder,
            counter,
            expires,
            limit,
            card: None,
            issued: None,
            counted: Counted::nothing(limit.currency),
            segment: None,
            tariff: None,
            service: Service::Standard,
            related_to_vip: false,
            points: 0,
            offer: None,
            consents: 0,
            bundle: 0,
        }
    }

    /// Writes and signs it.
    ///
    /// # Errors
    /// When amounts are negative or of several currencies, or when it is too long for a card.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Vec<u8>, ProfileFault> {
        let signed = cose::sign(Purpose::Profile, &self.encode()?, signer);
        if signed.len() > SIGNED_MAX { Err(ProfileFault::TooLong) } else { Ok(signed) }
    }

    /// Reads a profile that one of `keys` has signed.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn open(signed: &[u8], keys: &(impl Verifier + ?Sized)) -> Result<Self, ProfileFault> {
        if signed.len() > SIGNED_MAX {
            return Err(ProfileFault::TooLong);
        }
        Self::decode(&cose::open(Purpose::Profile, signed, keys)?)
    }
}
