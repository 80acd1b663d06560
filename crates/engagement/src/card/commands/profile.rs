//! Signing what a card says of its holder. Only the centre can.

use smartcard::profile::{Counted, Offer, Profile, Service};
use smartcard::{CardTime, Code, Holder};
use spine::{Error, Work};
use store::{Read, Row, params};

use crate::card::keys::CardKeys;
use crate::card::model::PURPOSES;
use crate::card::queries::CardRow;
use crate::desk::model::Service as Due;
use crate::queries::client_ref::ClientRef;

/// How long a profile is good (days); a desk takes it for less ([`smartcard::offline::Rules`]).
const GOOD_DAYS: i64 = 60;

/// Signs the next profile of a card: what the bank knows of the client now, and what it has counted of the card.
pub(super) async fn sign(
    w: &mut Work<'_>,
    keys: &CardKeys,
    (card, client): (&CardRow, &ClientRef),
    counted: Counted,
) -> Result<(u32, Vec<u8>), Error> {
    let unwritable = || Error::refused("card-unwritable");
    let signer = keys.signer().ok_or_else(|| Error::refused("only-at-centre"))?;
    let now = w.ctx.now;
    let counter = u32::try_from(card.profile + 1).map_err(|_| unwritable())?;
    let until = now.plus_days(GOOD_DAYS).min(card.valid_until);
    let holder = Holder::new(&client.number).ok_or_else(unwritable)?;
    let offer = match (card.offer_id, card.offer_until) {
        (Some(id), Some(until)) if until > now => Some(Offer {
            id,
            sum: kernel::Money::new(card.offer_minor, card.currency),
            rate_bp: u32::try_from(card.offer_rate_bp).map_err(|_| unwritable())?,
            expires: CardTime::of(until),
        }),
        _ => None,
    };
    let profile = Profile {
        card: card.card_number(),
        issued: Some(CardTime::of(now)),
        counted,
        segment: Code::new(&client.segment),
        service: match Due::of(&client.segment) {
            Due::Standard => Service::Standard,
            Due::Priority => Service::Priority,
            Due::Vip => Service::Vip,
        },
        related_to_vip: speaks_for_vip(w, client).await?,
        offer,
        consents: consents(w, client).await?,
        bundle: bundle(w).await?,
        ..Profile::minimal(holder, counter, CardTime::of(until), card.limit())
    };
    let signed = profile.sign(signer).map_err(|_| unwritable())?;
    let sql =
        "insert into smart_card_profile (card_id, counter, signed, at) values ($1, $2, $3, $4)";
    w.execute(sql, params![card.id, i64::from(counter), signed.clone(), now]).await?;
    let sql = "update smart_card set profile = $2, profile_at = $3, counted_atc = $4 where id = $1";
    let atc = i64::from(counted.atc);
    w.execute(sql, params![card.id, i64::from(counter), now, atc]).await?;
    Ok((counter, signed))
}

async fn speaks_for_vip(w: &mut Work<'_>, client: &ClientRef) -> Result<bool, Error> {
    let sql = "select 1 from client_regard where person_id = $1 and segment = 'vip' limit 1";
    Ok(w.first(sql, params![client.id]).await?.is_some())
}

/// What the client allows by at least one channel, one bit for each purpose: the last word counts.
async fn consents(w: &mut Work<'_>, client: &ClientRef) -> Result<u32, Error> {
    let sql = "select c.purpose from client_consent c where c.client_id = $1 and c.state = 'given' and not exists \
               (select 1 from client_consent l where l.client_id = c.client_id and l.purpose = c.purpose \
               and l.channel = c.channel and (l.at > c.at or (l.at = c.at and l.id > c.id)))";
    let rows = w.query(sql, params![client.id]).await?;
    let given: Vec<String> = rows.into_iter().map(Row::one).collect::<Result<_, _>>()?;
    let bits =
        PURPOSES.iter().enumerate().filter(|(_, purpose)| given.iter().any(|g| g == *purpose));
    Ok(bits.fold(0, |all, (place, _)| all | 1 << place))
}

/// The newest version of the strategy bundle.
async fn bundle(w: &mut Work<'_>) -> Result<u32, Error> {
    let sql =
        "select version from strategy_bundle where halted_at is null order by version desc limit 1";
    let version = w.first(sql, &[]).await?.map(Row::one::<i64>).transpose()?;
    Ok(version.and_then(|v| u32::try_from(v).ok()).unwrap_or(0))
}
