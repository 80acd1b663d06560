//! A supervisor signs with his PIN at the node in front of him. Wrong tries are counted before the PIN is looked at, so that
//! many at once are no more than one after another, and they are counted by each node for itself.

use kernel::{CommandId, Refusal, Secret, Timestamp, UserId};
use store::{Read, journal, params};

use super::queries;
use super::told::may_supervise;
use crate::org::check_password;
use crate::{Bus, Change, Ctx, Error};

/// Wrong tries before a PIN is locked at a node.
const TRIES_MAX: i64 = 5;
/// For how long (minutes).
const LOCK_MINUTES: i64 = 30;
/// Digits of a PIN.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=12;

/// The field of forms that refusals of a PIN belong to.
pub(super) const FIELD: &str = "supervisor_pin";

/// Whether a new PIN may be used: digits, not the same ones over and over, no row of them.
///
/// # Errors
/// Refusals `pin-shape` and `pin-common`, at the field `pin`.
pub fn check_new_pin(pin: &Secret<String>) -> Result<(), Refusal> {
    let digits: Vec<u8> = pin.reveal().bytes().collect();
    if !DIGITS.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        let (min, max) = (DIGITS.start(), DIGITS.end());
        return Err(Refusal::field("pin-shape", "pin").arg("min", min).arg("max", max));
    }
    let mut kinds = digits.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let steps = || digits.iter().zip(digits.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a));
    let is_row = steps().all(|step| step == 1) || steps().all(|step| step == u8::MAX);
    if kinds.len() < 3 || is_row {
        return Err(Refusal::field("pin-common", "pin"));
    }
    Ok(())
}

/// Whose signature it is, when it is one.
pub(super) async fn signed(
    bus: &Bus,
    ctx: &Ctx,
    (login, pin): (&str, &Secret<String>),
) -> Result<UserId, Error> {
    let wrong = || Error::refused_field("supervisor-wrong", FIELD);
    let loaded = bus.directory().get();
    let maker = ctx.principal.user_id.ok_or_else(wrong)?;
    let login = login.trim().to_lowercase();
    let member = loaded.staff.values().find(|s| s.active && s.login == login);
    let supervisor = member.map(|s| s.id).ok_or_else(wrong)?;
    if loaded.is_same_person(maker, supervisor) {
        return Err(Error::refused_field("supervisor-self", FIELD));
    }
    let Some(hash) = count_try(bus, ctx, supervisor).await? else { return Err(wrong()) };
    let pin = pin.clone();
    let fits = tokio::task::spawn_blocking(move || check_password(&pin, &hash)).await;
    if !fits.map_err(Error::failure)? {
        return Err(wrong());
    }
    forget_tries(bus, ctx, supervisor).await?;
    if !may_supervise(&loaded, maker, supervisor) {
        return Err(Error::refused_field("supervisor-no-right", FIELD));
    }
    Ok(supervisor)
}

/// Counts a try as a wrong one, unless it is locked; answers the hash to compare with.
async fn count_try(bus: &Bus, ctx: &Ctx, supervisor: UserId) -> Result<Option<String>, Error> {
    let id: CommandId = ctx.command_id();
    let mut work = bus.work(ctx, "operation.supervise", id).await?;
    let now = ctx.now;
    let sql = "select failures, locked_until from pin_attempt where staff_id = $1";
    let (mut failures, mut locked): (i64, Option<Timestamp>) =
        match work.first(sql, params![supervisor]).await? {
            Some(row) => {
                let mut c = row.cols();
                (c.take()?, c.take()?)
            }
            None => (0, None),
        };
    if let Some(until) = locked.filter(|until| *until > now) {
        work.tx.rollback().await?;
        let minutes = until.seconds_since(now) / 60 + 1;
        return Err(Refusal::field("supervisor-locked", FIELD).arg("minutes", minutes).into());
    }
    if locked.take().is_some() {
        failures = 0;
    }
    failures += 1;
    let is_last = failures >= TRIES_MAX;
    let until = is_last.then(|| now.plus_minutes(LOCK_MINUTES));
    let sql = "insert into pin_attempt (staff_id, failures, locked_until) values ($1, $2, $3) \
               on conflict (staff_id) do update set failures = excluded.failures, \
               locked_until = excluded.locked_until";
    work.execute(sql, params![supervisor, failures, until]).await?;
    let change = Change::new().set("tries", failures).set("locked", is_last.then_some(true));
    work.record("pin_attempt", supervisor, None, change);
    let hash = queries::pin_hash(&mut work, supervisor).await?;
    journal::append(&mut work.tx, ctx.entropy.as_ref(), &work.drafts).await?;
    work.tx.commit().await?;
    Ok(hash)
}

async fn forget_tries(bus: &Bus, ctx: &Ctx, supervisor: UserId) -> Result<(), Error> {
    let mut tx = bus.writer().begin().await?;
    tx.execute("delete from pin_attempt where staff_id = $1", params![supervisor]).await?;
    ctx.wrote(tx.commit_marked().await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_digits_nobody_would_try_first() {
        let code = |pin: &str| check_new_pin(&Secret::new(pin.to_owned())).map_err(|r| r.code);
        for (pin, expected) in [
            ("271828", Ok(())),
            ("314159265358", Ok(())),
            ("27182", Err("pin-shape")),
            ("3141592653589", Err("pin-shape")),
            ("27182a", Err("pin-shape")),
            ("", Err("pin-shape")),
            ("111111", Err("pin-common")),
            ("121212", Err("pin-common")),
            ("123456", Err("pin-common")),
            ("987654", Err("pin-common")),
        ] {
            assert_eq!(code(pin), expected.map_err(str::to_owned), "{pin}");
        }
    }
}
