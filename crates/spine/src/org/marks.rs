//! What is out of the ordinary about a sign-in: marks that a security officer reads, each also an entry of
//! the journal. They hold who, when, from which address and with what kind of browser, and no secret.

use kernel::{Timestamp, TokenId, UserId};
use store::{Read, params};

use crate::{Change, Error, Work};

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The first sign-in with this kind of browser.
    NewDevice,
    /// The first sign-in from this address.
    NewAddress,
    /// At an hour of the day at which the person has not signed in of late.
    UnusualHour,
    /// Many failures, and then it went well.
    AfterFailures,
    /// Somebody tried the login of a person who does not work here any more.
    Dismissed,
    /// With a recovery code in the place of the device.
    RecoveryCode,
    /// A passkey signed whose counter did not go on: there may be a copy of it.
    PasskeyCounter,
    /// A token was used from an address it was never used from.
    TokenNewAddress,
}

impl Mark {
    /// All marks, in the order of their choice.
    pub const ALL: [Mark; 8] = [
        Mark::NewDevice,
        Mark::NewAddress,
        Mark::UnusualHour,
        Mark::AfterFailures,
        Mark::Dismissed,
        Mark::RecoveryCode,
        Mark::PasskeyCounter,
        Mark::TokenNewAddress,
    ];
    /// Stable word, as stored.
    pub const fn key(self) -> &'static str {
        match self {
            Mark::NewDevice => "new_device",
            Mark::NewAddress => "new_address",
            Mark::UnusualHour => "unusual_hour",
            Mark::AfterFailures => "after_failures",
            Mark::Dismissed => "dismissed",
            Mark::RecoveryCode => "recovery_code",
            Mark::PasskeyCounter => "passkey_counter",
            Mark::TokenNewAddress => "token_new_address",
        }
    }
    /// From the stored word.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.key() == key)
    }
}

/// From where, and with what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) address: &'a str,
    pub(super) device: &'a str,
}

/// Failures in a row before a sign-in that goes well is out of the ordinary.
const FAILURES: i64 = 3;
/// How long an address and a device are remembered without being used (days).
const REMEMBERED_DAYS: i64 = 180;
/// Sign-ins by which the usual hours are known, at least and at most.
const HOURS_FROM: usize = 10;
const HOURS_OF: i64 = 60;
/// How far from a usual hour is still usual.
const HOURS_AROUND: i8 = 2;

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Puts a mark down.
pub(super) async fn put(
    w: &mut Work<'_>,
    mark: Mark,
    (staff, token): (Option<UserId>, Option<TokenId>),
    origin: Origin<'_>,
) -> Result<(), Error> {
    let id: uuid::Uuid = w.new_id();
    let now = w.ctx.now;
    let (address, device) = (short(origin.address), short(origin.device));
    w.execute(
        "insert into sign_in_mark (id, at, kind, staff_id, token_id, address, device) \
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![id, now, mark.key(), staff, token, &address, &device],
    )
    .await?;
    let change = Change::new()
        .set("mark", mark.key())
        .set("staff", staff.map(|id| id.to_string()))
        .set("token", token.map(|id| id.to_string()))
        .set("address", (!address.is_empty()).then_some(address))
        .set("device", (!device.is_empty()).then_some(device));
    w.record("sign_in", id, None, change);
    Ok(())
}

/// Notes what is out of the ordinary about a sign-in that went well. Called before failures are forgotten.
pub(super) async fn note_sign_in(
    w: &mut Work<'_>,
    user: UserId,
    origin: Origin<'_>,
) -> Result<(), Error> {
    let who = (Some(user), None);
    let sql = "select failures, locked_until from staff where id = $1";
    let mut c = w.first(sql, params![user]).await?.ok_or(Error::NotFound)?.cols();
    let (failures, locked): (i64, Option<Timestamp>) = (c.take()?, c.take()?);
    if failures >= FAILURES || locked.is_some() {
        put(w, Mark::AfterFailures, who, origin).await?;
    }
    if is_unusual_hour(w, user).await? {
        put(w, Mark::UnusualHour, who, origin).await?;
    }
    note_device(w, user, origin).await
}

async fn note_device(w: &mut Work<'_>, user: UserId, origin: Origin<'_>) -> Result<(), Error> {
    let now = w.ctx.now;
    let (address, device) = (short(origin.address), short(origin.device));
    let old = now.plus_days(-REMEMBERED_DAYS);
    w.execute("delete from known_device where staff_id = $1 and last_at < $2", params![user, old])
        .await?;
    let sql = "select count(*), coalesce(max(case when address = $2 then 1 else 0 end), 0), \
               coalesce(max(case when device = $3 then 1 else 0 end), 0) \
               from known_device where staff_id = $1";
    let row = w.first(sql, params![user, &address, &device]).await?.ok_or(Error::NotFound)?;
    let mut c = row.cols();
    let (known, has_address, has_device): (i64, i64, i64) = (c.take()?, c.take()?, c.take()?);
    w.execute(
        "insert into known_device (staff_id, address, device, last_at) values ($1, $2, $3, $4) \
         on conflict (staff_id, address, device) do update set last_at = excluded.last_at",
        params![user, &address, &device, now],
    )
    .await?;
    // the first sign-in of all has nothing to be compared with
    if known == 0 {
        return Ok(());
    }
    if has_address == 0 && !address.is_empty() {
        put(w, Mark::NewAddress, (Some(user), None), origin).await?;
    }
    if has_device == 0 && !device.is_empty() {
        put(w, Mark::NewDevice, (Some(user), None), origin).await?;
        let payload = serde_json::json!({
            "kind": "sign-in-new-device",
            "args": { "device": device, "address": address },
            "href": "/me/sessions",
        });
        w.send("notice", &user.to_string(), &payload).await?;
    }
    Ok(())
}

/// Whether the person has signed in often enough of late to have usual hours, and never near this one.
async fn is_unusual_hour(w: &mut Work<'_>, user: UserId) -> Result<bool, Error> {
    let sql = "select b.zone from staff s left join branch b on b.id = s.branch_id where s.id = $1";
    let row = w.first(sql, params![user]).await?.ok_or(Error::NotFound)?;
    let zone: Option<String> = row.one()?;
    let zone = zone.and_then(|zone| jiff::tz::TimeZone::get(&zone).ok());
    let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
    let sql = "select created_at from session where staff_id = $1 and created_at >= $2 \
               order by created_at desc limit $3";
    let since = w.ctx.now.plus_days(-HOURS_OF);
    let mut hours = Vec::new();
    for row in w.query(sql, params![user, since, HOURS_OF]).await? {
        hours.push(row.one::<Timestamp>()?.civil_in(&zone).hour());
    }
    Ok(is_unusual(&hours, w.ctx.now.civil_in(&zone).hour()))
}

fn is_unusual(hours: &[i8], now: i8) -> bool {
    let apart = |hour: i8| (hour - now).rem_euclid(24).min((now - hour).rem_euclid(24));
    hours.len() >= HOURS_FROM && hours.iter().all(|hour| apart(*hour) > HOURS_AROUND)
}

/// Notes a try with the login of somebody who does not work here any more.
pub(super) async fn note_dismissed(
    w: &mut Work<'_>,
    user: UserId,
    origin: Origin<'_>,
) -> Result<(), Error> {
    let sql = "select 1 from staff where id = $1 and state = 'dismissed'";
    if w.first(sql, params![user]).await?.is_some() {
        put(w, Mark::Dismissed, (Some(user), None), origin).await?;
    }
    Ok(())
}

/// Notes from where a token is used.
pub(super) async fn note_token(
    w: &mut Work<'_>,
    token: TokenId,
    address: &str,
) -> Result<(), Error> {
    if address.is_empty() {
        return Ok(());
    }
    let sql =
        "insert into token_address (token_id, address) values ($1, $2) on conflict do nothing";
    let is_new = w.execute(sql, params![token, address]).await? == 1;
    let sql = "select t.staff_id, (select count(*) from token_address a where a.token_id = t.id) \
               from api_token t where t.id = $1";
    let mut c = w.first(sql, params![token]).await?.ok_or(Error::NotFound)?.cols();
    let (owner, known): (Option<UserId>, i64) = (c.take()?, c.take()?);
    if is_new && known > 1 {
        let origin = Origin { address, device: "" };
        put(w, Mark::TokenNewAddress, (owner, Some(token)), origin).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_unusual_only_against_a_habit() {
        let mornings = [9_i8; 10];
        for (hour, expected) in [(9, false), (11, false), (7, false), (12, true), (3, true)] {
            assert_eq!(is_unusual(&mornings, hour), expected, "{hour}");
        }
        assert!(!is_unusual(&mornings[..9], 3), "nine sign-ins are no habit");
        let nights = [23_i8; 12];
        assert!(!is_unusual(&nights, 1), "over midnight");
        assert!(is_unusual(&nights, 2));
    }

    #[test]
    fn every_mark_has_a_word_of_its_own() {
        for mark in Mark::ALL {
            assert_eq!(Mark::from_key(mark.key()), Some(mark));
        }
    }
}
