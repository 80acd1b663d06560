//! What may go wrong between a desk and a card. Each has a code that stays; its words are written elsewhere.

use super::TransportFault;
use crate::apdu::{ApduFault, Status};

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardFault {
    /// The card or the reader does not answer. What was asked last may have been done.
    #[error("the card does not answer: {0}")]
    Gone(#[from] TransportFault),
    /// What the card answered is no answer.
    #[error("the card's answer makes no sense")]
    Garbled,
    /// There is no application of ours on it.
    #[error("not a card of ours")]
    NotOurs,
    /// It is not personalised.
    #[error("the card is not personalised")]
    Blank,
    /// It is personalised already.
    #[error("the card is personalised already")]
    NotBlank,
    /// It could not prove that it is what it says: a copy.
    #[error("the card is not genuine")]
    NotGenuine,
    /// It did not take the desk's proof: a key of another bank, or an old one.
    #[error("the card does not take this desk")]
    DeskRefused,
    /// A wrong PIN; so many tries are left.
    #[error("wrong PIN, {0} tries left")]
    PinWrong(u8),
    /// No tries are left.
    #[error("the PIN is blocked")]
    PinBlocked,
    /// The PIN has to be given first.
    #[error("the PIN has to be given first")]
    PinNeeded,
    /// The profile is not newer than the card's.
    #[error("not newer than what the card has")]
    NotNewer,
    /// The record would not be the card's next.
    #[error("not the card's next record")]
    NotNext,
    /// What was to be written cannot be.
    #[error("this cannot be written on a card")]
    Unwritable,
    /// Another refusal of the card.
    #[error("the card refuses: {0:?}")]
    Refused(Status),
}

impl CardFault {
    /// The code under which its words are found.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gone(_) => "card-gone",
            Self::Garbled => "card-garbled",
            Self::NotOurs => "card-not-ours",
            Self::Blank => "card-blank",
            Self::NotBlank => "card-not-blank",
            Self::NotGenuine => "card-not-genuine",
            Self::DeskRefused => "card-desk-refused",
            Self::PinWrong(_) => "card-pin-wrong",
            Self::PinBlocked => "card-pin-blocked",
            Self::PinNeeded => "card-pin-needed",
            Self::NotNewer => "card-not-newer",
            Self::NotNext => "card-not-next",
            Self::Unwritable => "card-unwritable",
            Self::Refused(_) => "card-refuses",
        }
    }
}

impl From<Status> for CardFault {
    fn from(status: Status) -> Self {
        match status {
            Status::TriesLeft(left) => Self::PinWrong(left),
            Status::Blocked => Self::PinBlocked,
            other => Self::Refused(other),
        }
    }
}

impl From<ApduFault> for CardFault {
    fn from(_: ApduFault) -> Self {
        Self::Garbled
    }
}
