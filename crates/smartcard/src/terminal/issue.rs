//! How the centre makes a card of a blank one, and gives a new PIN.

use kernel::Entropy;

use super::{Card, CardFault, Session, Transport};
use crate::apdu::{Command, Status};
use crate::files::{Datum, KeyReference, Stage, instruction};
use crate::keys::{Key, Masters};
use crate::pin::Pin;
use crate::values::CardNumber;

/// What a card is made with.
pub struct Issue<'a> {
    /// The name of the application.
    pub application: &'a [u8],
    /// The key the card left the factory with.
    pub transport_key: &'a Key,
    /// Its number from now on.
    pub number: CardNumber,
    /// The bank's masters.
    pub masters: &'a Masters,
    /// The client's first PIN.
    pub pin: &'a Pin,
    /// The counter of the first profile.
    pub counter: u32,
    /// The first profile, signed.
    pub signed: &'a [u8],
}

/// Personalises a blank card. Cut off before its end, it can be done again from the beginning.
///
/// # Errors
/// When the card is not blank, does not answer or refuses.
pub fn issue(
    transport: &mut dyn Transport,
    with: &Issue<'_>,
    entropy: &dyn Entropy,
) -> Result<(), CardFault> {
    let card = Card::select(transport, with.application)?;
    if card.identity().stage != Stage::Blank {
        return Err(CardFault::NotBlank);
    }
    let keys = with.masters.of(with.number);
    let mut session = card.prove(KeyReference::Transport, with.transport_key, entropy)?;
    for datum in Datum::ALL {
        let value: &[u8] = match datum {
            Datum::Number => &with.number.0,
            Datum::DeskKey => keys.desk.reveal(),
            Datum::LogKey => keys.log.reveal(),
            Datum::AdminKey => keys.admin.reveal(),
            Datum::Pin => with.pin.block(),
            // Last: a card that is sealed has everything.
            Datum::Seal => {
                write_first_profile(&mut session, with)?;
                &[]
            }
        };
        put(&mut session, datum, value)?;
    }
    Ok(())
}

/// Of an attempt that was cut off this very profile may stand there already; another one does not count.
fn write_first_profile(session: &mut Session<'_>, with: &Issue<'_>) -> Result<(), CardFault> {
    match session.write_beside(with.counter, with.signed, |stored| stored.signed == with.signed) {
        Err(CardFault::NotNewer) => Ok(()),
        other => other,
    }
}

/// Gives a card a new PIN with fresh tries; the centre's key is needed.
///
/// # Errors
/// When the card is not ours, does not answer or refuses.
pub fn set_pin(
    transport: &mut dyn Transport,
    application: &[u8],
    masters: &Masters,
    pin: &Pin,
    entropy: &dyn Entropy,
) -> Result<(), CardFault> {
    let card = Card::select(transport, application)?;
    if card.identity().stage != Stage::Active {
        return Err(CardFault::Blank);
    }
    let admin = masters.of(card.identity().number).admin;
    let mut session = card.prove(KeyReference::Admin, &admin, entropy)?;
    put(&mut session, Datum::Pin, pin.block())
}

/// A value travels in 32 bytes, hidden; what it is for and how long it is are proved with it.
fn put(session: &mut Session<'_>, datum: Datum, value: &[u8]) -> Result<(), CardFault> {
    let [high, low] = datum.tag();
    let mut plain = [0; 32];
    plain.iter_mut().zip(value).for_each(|(to, from)| *to = *from);
    let (link, key) = session.parts();
    let hidden = key.wrap(&[high, low], plain);
    let proof = key.prove("put", &[&[high, low], &hidden]);
    let command =
        Command::new(instruction::PUT_DATA, high, low).data(&[hidden.as_slice(), &proof].concat());
    match link.exchange(&command)?.status {
        Status::Done => Ok(()),
        other => Err(other.into()),
    }
}
