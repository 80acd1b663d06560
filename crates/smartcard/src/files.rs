//! Where things stand on the card, agreed between card and desk.

use crate::values::{CardNumber, Fields};

/// The name of the application. It is of the kind nobody registers (ISO 7816-5, first digit F); a bank that has a
/// registered identifier gives its own to [`crate::terminal::Card::select`].
pub const APPLICATION: &[u8] = b"\xf0TESSERA\x01";

/// A file of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// Which card it is; anybody may read it.
    Id,
    /// Two copies of the signed profile.
    Profile,
    /// The last records, newest first.
    Log,
    /// Counters.
    Counters,
}

impl File {
    /// The number by which it is selected.
    pub const fn id(self) -> [u8; 2] {
        [0x2f, self.short()]
    }
    /// The short number.
    pub const fn short(self) -> u8 {
        match self {
            Self::Id => 1,
            Self::Profile => 2,
            Self::Log => 3,
            Self::Counters => 4,
        }
    }
    /// The file with this number.
    pub const fn of_id(id: [u8; 2]) -> Option<Self> {
        if id[0] == 0x2f { Self::of_short(id[1]) } else { None }
    }
    /// The file with this short number.
    pub const fn of_short(short: u8) -> Option<Self> {
        match short {
            1 => Some(Self::Id),
            2 => Some(Self::Profile),
            3 => Some(Self::Log),
            4 => Some(Self::Counters),
            _ => None,
        }
    }
}

/// Instructions of ISO 7816-4 that the application knows.
pub(crate) mod instruction {
    pub(crate) const VERIFY: u8 = 0x20;
    pub(crate) const EXTERNAL_AUTHENTICATE: u8 = 0x82;
    pub(crate) const GET_CHALLENGE: u8 = 0x84;
    pub(crate) const INTERNAL_AUTHENTICATE: u8 = 0x88;
    pub(crate) const SELECT: u8 = 0xa4;
    pub(crate) const READ_BINARY: u8 = 0xb0;
    pub(crate) const READ_RECORD: u8 = 0xb2;
    pub(crate) const GET_RESPONSE: u8 = 0xc0;
    pub(crate) const UPDATE_BINARY: u8 = 0xd6;
    pub(crate) const PUT_DATA: u8 = 0xda;
    pub(crate) const APPEND_RECORD: u8 = 0xe2;
}

/// The algorithm of authentication: HMAC-SHA-256, cut to 128 bits.
pub(crate) const HMAC_SHA256_128: u8 = 1;
/// The reference of the PIN.
pub(crate) const PIN_REFERENCE: u8 = 0x80;
/// Bytes of a challenge, of either side.
pub(crate) const CHALLENGE: usize = 8;
/// Tries at the PIN.
pub const PIN_TRIES: u8 = 3;
/// Records the card keeps.
pub const LOG_RECORDS: usize = 10;

/// Which key authentication is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyReference {
    /// The key a new card leaves the factory with; gone once it is personalised.
    Transport,
    /// The desk key.
    Desk,
    /// The key of the centre.
    Admin,
}

impl KeyReference {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Transport => 0,
            Self::Desk => 1,
            Self::Admin => 2,
        }
    }
    #[cfg(any(test, feature = "soft"))]
    pub(crate) const fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Transport),
            1 => Some(Self::Desk),
            2 => Some(Self::Admin),
            _ => None,
        }
    }
}

/// What PUT DATA sets. Everything travels hidden and proved under the session's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datum {
    /// The card's number.
    Number,
    /// The desk key.
    DeskKey,
    /// The key of certificates.
    LogKey,
    /// The key of the centre.
    AdminKey,
    /// The PIN; its tries begin anew.
    Pin,
    /// The end of personalisation.
    Seal,
}

impl Datum {
    pub(crate) const ALL: [Self; 6] =
        [Self::Number, Self::DeskKey, Self::LogKey, Self::AdminKey, Self::Pin, Self::Seal];

    pub(crate) const fn tag(self) -> [u8; 2] {
        let low = match self {
            Self::Number => 1,
            Self::DeskKey => 2,
            Self::LogKey => 3,
            Self::AdminKey => 4,
            Self::Pin => 5,
            Self::Seal => 6,
        };
        [0x01, low]
    }
    #[cfg(any(test, feature = "soft"))]
    pub(crate) fn of_tag(tag: [u8; 2]) -> Option<Self> {
        Self::ALL.into_iter().find(|datum| datum.tag() == tag)
    }
}

/// What EF.ID holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Personalised, or as it came from the factory.
    pub stage: Stage,
    /// The number; zeros on a new card.
    pub number: CardNumber,
}

/// How far a card has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From the factory.
    Blank,
    /// A client's.
    Active,
}

impl Identity {
    /// Bytes of EF.ID.
    pub(crate) const LENGTH: usize = 10;
    const VERSION: u8 = 1;

    /// Its bytes.
    pub fn encode(self) -> [u8; Self::LENGTH] {
        let mut out = [0; Self::LENGTH];
        let stage = match self.stage {
            Stage::Blank => 0,
            Stage::Active => 1,
        };
        let bytes = [Self::VERSION, stage].into_iter().chain(self.number.0);
        out.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        out
    }
    /// `None` when the bytes are no EF.ID of ours.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let stage = match (fields.byte()?, fields.byte()?) {
            (Self::VERSION, 0) => Stage::Blank,
            (Self::VERSION, 1) => Stage::Active,
            _ => return None,
        };
        let number = CardNumber(fields.take()?);
        fields.end()?;
        Some(Self { stage, number })
    }
}
