//! The keys of the bank's cards: made at the centre when there are none, kept sealed there; what desks need of them is entrusted to
//! the nodes of branches. Nothing of them stands in a table that travels.

use std::sync::Arc;

use kernel::{Entropy, Secret};
use smartcard::CardNumber;
use smartcard::cose::{Ed25519Keys, Ed25519Signer, KeyId, Verifier};
use smartcard::keys::{CardKeys as KeysOfCard, DeskMaster, Key, Masters};
use spine::kept::{self, Entrusted, Entrusts, Keeper};
use spine::{Error, SecretBox, Services};

/// Under which name they are kept and entrusted.
const NAME: &str = "cards";
/// Bytes of one key.
const KEY: usize = 32;
/// The name of the key profiles are signed with.
const ISSUER: &[u8] = b"issuer-1";

/// What this node needs to work with cards.
pub struct CardKeys {
    desks: DeskMaster,
    issuers: Ed25519Keys,
    centre: Option<Centre>,
}

/// What only the centre has.
struct Centre {
    masters: Masters,
    signer: Ed25519Signer,
}

fn broken() -> Error {
    Error::failure("the keys of cards are none")
}

fn issuer() -> Result<KeyId, Error> {
    KeyId::new(ISSUER).ok_or_else(broken)
}

impl CardKeys {
    /// The centre's: seed of the issuer, masters of desks, logs and administration.
    fn of_centre(bytes: &[u8]) -> Result<Self, Error> {
        let parts: Vec<[u8; KEY]> =
            bytes.chunks(KEY).filter_map(|part| part.try_into().ok()).collect();
        let [seed, desk, log, admin] = parts.as_slice() else { return Err(broken()) };
        let signer = Ed25519Signer::new(issuer()?, seed);
        let desks = DeskMaster(Key::new(*desk));
        let masters = Masters { desk: desks.clone(), log: Key::new(*log), admin: Key::new(*admin) };
        let issuers = issuers(&signer.public())?;
        Ok(Self { desks, issuers, centre: Some(Centre { masters, signer }) })
    }
    /// A desk's: public key of the issuer, master of desks.
    fn of_desk(bytes: &[u8]) -> Result<Self, Error> {
        let (public, desk) = bytes.split_first_chunk::<KEY>().ok_or_else(broken)?;
        let desk = <[u8; KEY]>::try_from(desk).map_err(|_| broken())?;
        Ok(Self { desks: DeskMaster(Key::new(desk)), issuers: issuers(public)?, centre: None })
    }
    /// At the centre: they are made when there are none, and what desks need of them is entrusted to the nodes that ask.
    ///
    /// # Errors
    /// The database's; keys that were sealed by another bank.
    pub async fn at_centre(services: &Services, secret_box: &SecretBox) -> Result<(), Error> {
        let new = |chance: &dyn Entropy| {
            let mut bytes = vec![0; 4 * KEY];
            chance.fill(&mut bytes);
            Secret::new(bytes)
        };
        let kept = kept::secret_or_new(services, secret_box, NAME, new).await?;
        let keys = Self::of_centre(kept.reveal())?;
        let centre = keys.centre.as_ref().ok_or_else(broken)?;
        let desk = kept.reveal().get(KEY..2 * KEY).ok_or_else(broken)?;
        let secret = [centre.signer.public().as_slice(), desk].concat();
        let entrusted = Entrusted { name: NAME.to_owned(), secret };
        services.memory.put(Entrusts(vec![entrusted]));
        services.memory.put(keys);
        Ok(())
    }
    /// Those of this node.
    ///
    /// # Errors
    /// `card-keys-none` at a branch that the centre has not entrusted with them yet; the database's.
    pub async fn of(services: &Services) -> Result<Arc<Self>, Error> {
        if let Some(known) = services.memory.get::<Self>() {
            return Ok(known);
        }
        let none = || Error::refused("card-keys-none");
        let keeper = services.memory.get::<Keeper>().ok_or_else(none)?;
        let kept = kept::entrusted(services, &keeper.0, NAME).await?.ok_or_else(none)?;
        Ok(services.memory.put(Self::of_desk(kept.reveal())?))
    }
    /// What desk and card prove themselves to each other with.
    pub const fn desks(&self) -> &DeskMaster {
        &self.desks
    }
    /// Whose signatures under profiles count.
    pub fn issuers(&self) -> &dyn Verifier {
        &self.issuers
    }
    /// Whether these are the centre's.
    pub const fn are_whole(&self) -> bool {
        self.centre.is_some()
    }
    /// The masters; at the centre only.
    pub fn masters(&self) -> Option<&Masters> {
        self.centre.as_ref().map(|centre| &centre.masters)
    }
    /// Who signs profiles; at the centre only.
    pub fn signer(&self) -> Option<&Ed25519Signer> {
        self.centre.as_ref().map(|centre| &centre.signer)
    }
    /// The keys of one card; at the centre only.
    pub fn of_card(&self, number: CardNumber) -> Option<KeysOfCard> {
        self.masters().map(|masters| masters.of(number))
    }
}

fn issuers(public: &[u8; KEY]) -> Result<Ed25519Keys, Error> {
    let mut keys = Ed25519Keys::default();
    if keys.add(issuer()?, public) { Ok(keys) } else { Err(broken()) }
}
