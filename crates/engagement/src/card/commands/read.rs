//! A card was read at a desk: whose it is is known by it, what it has logged is told, and where the centre reads it, it is given
//! what it allows from now on.

use kernel::{BranchId, ClientId, VisitId};
use serde::{Deserialize, Serialize};
use smartcard::hex;
use smartcard::profile::Profile;
use smartcard::record::{Counters, SealedRecord};
use spine::{Change, Command, Error, Offline, Work};
use store::{Read, Row, params};
use uuid::Uuid;

use super::alarm::{Alarm, raise};
use super::settle::{Settled, settle};
use super::{keys, opened, profile};
use crate::card::keys::CardKeys;
use crate::card::model::{CardState, Reading, Understood, kind_key};
use crate::card::queries::{self, CardRow};
use crate::desk::commands::{SERVE, forget, is_recognised, served, steps_belong, tell_managers};
use crate::desk::queries::VisitRow;
use crate::queries::client_ref::{self, ClientRef};

/// A profile is signed anew when it is so old (hours).
const RENEW_HOURS: i64 = 12;
/// The code under which a record that its card has not certified is noticed.
pub(super) const NOT_CERTIFIED: &str = "card-record-not-certified";

/// A card has proved itself to the desk, and this was read of it: the visitor is its holder.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReadCard {
    /// In which visit.
    pub visit_id: VisitId,
    /// What was read.
    pub reading: Reading,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CardRead {
    /// The centre knows that the card is taken no more; nobody is known by it.
    #[serde(default)]
    pub is_stopped: bool,
    /// A newer profile to be written onto the card: its counter and it, as hexadecimal digits. Only the centre has one.
    #[serde(default)]
    pub renewed: Option<(u32, String)>,
}

impl Command for ReadCard {
    const NAME: &'static str = "engagement.read_smart_card";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: Offline = Offline::Free;
    type Output = CardRead;

    async fn handle(&self, w: &mut Work<'_>) -> Result<CardRead, Error> {
        let keys = keys(w)?;
        let visit = served(w, self.visit_id).await?;
        if !visit.state.is_open() {
            return Err(Error::refused("visit-ended"));
        }
        let (read, profile) = opened(&self.reading, &keys)?;
        proved(&keys, &read)?;
        let number = self.reading.number.as_str();
        let card = queries::held(w, number).await?;
        let client = holder(w, card.as_ref(), &profile).await?;
        let client_id = client.as_ref().map(|client| client.id);
        tell(w, &keys, &read.log, (number, client_id, visit.branch_id)).await?;
        self.keep(w, (&read, &profile), (&visit, client_id)).await?;
        let settled = match &card {
            Some(card) if keys.are_whole() => Some(settle(w, &keys, card).await?),
            _ => None,
        };
        let is_known_stopped = queries::is_stopped(w, number).await?;
        if is_known_stopped {
            // a branch that has not heard of it yet has served him; somebody is to know
            let (branch, reason, atc) = (visit.branch_id, "card-stopped", read.counters.atc);
            raise(w, &Alarm { number, client: client_id, branch, reason, atc }).await?;
            return Ok(CardRead { is_stopped: true, renewed: None });
        }
        // known by the card also where there is no copy of the client
        let whose = card.as_ref().map(|card| card.client_id).or(client_id);
        identify(w, &visit, (client.as_ref(), whose), (number, &profile)).await?;
        let renewed = match (&card, &client, settled) {
            (Some(_), Some(client), Some(settled)) => {
                // as it is after it was weighed: an offer may have been taken
                let card = queries::held(w, number).await?.ok_or(Error::NotFound)?;
                renew(w, &keys, (&card, client), (&profile, settled)).await?
            }
            _ => None,
        };
        let renewed = renewed.map(|(counter, signed)| (counter, hex::text(&signed)));
        Ok(CardRead { is_stopped: false, renewed })
    }
}

/// At the centre counters count that the card has certified: its newest record says the same. A desk gone bad could say others, and
/// no desk would take the honest card any more.
pub(super) fn proved(keys: &CardKeys, read: &Understood) -> Result<(), Error> {
    let Some(of_card) = keys.of_card(read.number) else { return Ok(()) };
    let counters = &read.counters;
    let is_proved = match read.log.first() {
        None => counters.atc == 0 && counters.total_minor == 0,
        Some(newest) => {
            newest.is_certified(&of_card.log)
                && Counters::after(newest, counters.pin_tries) == *counters
        }
    };
    if is_proved { Ok(()) } else { Err(Error::refused(NOT_CERTIFIED)) }
}

/// Whose card it is: by the card itself, which goes with its client when he is merged; where the card is not known, by his number.
async fn holder(
    w: &mut Work<'_>,
    card: Option<&CardRow>,
    profile: &Profile,
) -> Result<Option<ClientRef>, Error> {
    let id: Option<ClientId> = match card {
        Some(card) => Some(card.client_id),
        None => {
            let sql = "select id from client where number = $1";
            let row = w.first(sql, params![profile.holder.as_str()]).await?;
            row.map(Row::one).transpose()?
        }
    };
    match id {
        // a card may be known where its client is not: a branch has what is its own
        Some(id) => match client_ref::get(w, id).await {
            Ok(client) => Ok(Some(client)),
            Err(Error::NotFound) => Ok(None),
            Err(other) => Err(other),
        },
        None => Ok(None),
    }
}

/// Takes in records as a desk tells them. The centre takes what the card has certified; a branch cannot tell and passes it on.
pub(super) async fn tell(
    w: &mut Work<'_>,
    keys: &CardKeys,
    log: &[SealedRecord],
    (number, client, branch): (&str, Option<ClientId>, BranchId),
) -> Result<(), Error> {
    let log_key = crate::card::model::number(number).and_then(|n| keys.of_card(n)).map(|k| k.log);
    let now = w.ctx.now;
    let mut rows = Vec::with_capacity(log.len());
    for sealed in log {
        let record = &sealed.record;
        if log_key.as_ref().is_some_and(|key| !sealed.is_certified(key)) {
            let alarm = Alarm { number, client, branch, reason: NOT_CERTIFIED, atc: record.atc };
            raise(w, &alarm).await?;
            continue;
        }
        let (link, bytes) = (hex::text(&sealed.link()), sealed.encode().to_vec());
        let (kind, amount) = (kind_key(record.kind), record.amount);
        let (atc, at) = (i64::from(record.atc), record.at.timestamp());
        let id: Uuid = w.new_id();
        let row = params![
            id,
            number,
            atc,
            link,
            bytes,
            client,
            branch,
            record.operation,
            kind,
            amount.currency,
            amount.minor,
            at,
            now
        ];
        rows.push([row.as_slice(), &["told".into()]].concat());
    }
    if rows.is_empty() {
        return Ok(());
    }
    let head = "insert into smart_card_record (id, number, atc, link, sealed, client_id, branch_id, operation_id, kind, \
                currency, amount_minor, at, told_at, standing) values";
    w.insert_many(head, &rows, "on conflict (number, atc, link) do nothing").await?;
    Ok(())
}

impl ReadCard {
    /// Keeps what was read: the desk that has seen a card knows it when it comes back older.
    async fn keep(
        &self,
        w: &mut Work<'_>,
        (read, profile): (&Understood, &Profile),
        (visit, client): (&VisitRow, Option<ClientId>),
    ) -> Result<(), Error> {
        let id: Uuid = w.new_id();
        let (atc, link) = (i64::from(read.counters.atc), hex::text(&read.counters.link));
        let sql = "insert into smart_card_reading (id, visit_id, branch_id, client_id, number, holder, profile, atc, link, \
                   total_minor, signed, at, staff_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let (now, actor) = (w.ctx.now, w.actor());
        w.execute(
            sql,
            params![
                id,
                visit.id,
                visit.branch_id,
                client,
                self.reading.number.as_str(),
                profile.holder.as_str(),
                i64::from(profile.counter),
                atc,
                link,
                read.counters.total_minor,
                read.stored.signed.clone(),
                now,
                actor
            ],
        )
        .await?;
        Ok(())
    }
}

/// The visitor is the card's holder, known here or not.
async fn identify(
    w: &mut Work<'_>,
    visit: &VisitRow,
    (client, whose): (Option<&ClientRef>, Option<ClientId>),
    (number, profile): (&str, &Profile),
) -> Result<(), Error> {
    let sql = "update visit set client_id = $2, identified_by = 'card', identified_with = $3, identified_at = $4 \
               where id = $1";
    let (client_id, now) = (client.map(|client| client.id), w.ctx.now);
    let with = number;
    w.execute(sql, params![visit.id, client_id, with, now]).await?;
    steps_belong(w, visit.id, client_id).await?;
    // another's card: who was recognised before is somebody else, unless the card is known to be his own
    let is_same = match whose {
        Some(whose) => is_recognised(w, visit.id, whose).await?,
        None => false,
    };
    if !is_same {
        forget(w, visit.id).await?;
    }
    let before = visit.client_id.map(|c| c.to_string());
    let change = Change::new()
        .field("client_id", before, client_id.map(|c| c.to_string()))
        .set("identified_by", "card")
        .set("holder", profile.holder.as_str());
    w.record("visit", visit.id, client_id, change);
    match client {
        Some(client) => tell_managers(w, visit, client).await,
        None => Ok(()),
    }
}

/// Signs a card anew when there is something new.
async fn renew(
    w: &mut Work<'_>,
    keys: &CardKeys,
    (card, client): (&CardRow, &ClientRef),
    (old, settled): (&Profile, Settled),
) -> Result<Option<(u32, Vec<u8>)>, Error> {
    if card.state != CardState::Active || settled.is_forked {
        return Ok(None);
    }
    let is_counted = old.counted.atc >= settled.counted.atc;
    let is_young = card.profile_at.plus_hours(RENEW_HOURS) > w.ctx.now;
    let is_newest = i64::from(old.counter) == card.profile;
    if is_counted && is_young && is_newest {
        return Ok(None);
    }
    profile::sign(w, keys, (card, client), settled.counted).await.map(Some)
}
