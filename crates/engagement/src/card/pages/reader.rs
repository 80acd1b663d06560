//! Reading a card at the desk: it proves itself, and what it presents is verified by what this node knows.

use kernel::VisitId;
use smartcard::CardTime;
use smartcard::offline::{Known, Reason, StopList, Verified, verify};
use smartcard::profile::Profile;
use smartcard::terminal::talk::Chance;
use smartcard::terminal::{Card, CardFault, Session, Transport};
use spine::Error;
use spine::replica::branch;
use web::Cx;

use super::talk::Talk;
use crate::card::commands::ReportCard;
use crate::card::keys::CardKeys;
use crate::card::model::{Understood, rules};
use crate::card::queries;

/// A session with a card, and what was read of it.
pub(super) fn read<'t>(
    transport: &'t mut dyn Transport,
    keys: &CardKeys,
    chance: &Chance,
) -> Result<(Session<'t>, Understood), CardFault> {
    let mut session = Card::select_ours(transport)?.authenticate(keys.desks(), chance)?;
    let presented = session.present(keys.issuers())?.ok_or(CardFault::Garbled)?;
    let log = session.log()?;
    let number = session.identity().number;
    let counters = session.counters();
    Ok((session, Understood { number, counters, stored: presented.stored, log }))
}

/// Why a card is not taken.
pub(super) enum Not {
    /// Something no honest card does: somebody is told.
    Honest(Reason),
    /// Time has passed over it: with a line the centre signs it anew.
    Fresh(Reason),
}

impl Not {
    pub(super) const fn reason(&self) -> Reason {
        match self {
            Not::Honest(reason) | Not::Fresh(reason) => *reason,
        }
    }
    const fn of(reason: Reason) -> Self {
        match reason {
            Reason::ClockBehind | Reason::Expired | Reason::Stale | Reason::StopListStale => {
                Not::Fresh(reason)
            }
            other => Not::Honest(other),
        }
    }
}

/// Verifies what was read by what this node knows. How fresh its stop-list is, its copy tells; the centre's is always fresh.
pub(super) async fn weigh(
    cx: &Cx,
    keys: &CardKeys,
    read: &Understood,
) -> Result<Result<Verified, Not>, Error> {
    let mut db = cx.db.clone();
    let number = read.number.to_string();
    let now = CardTime::of(cx.now());
    let fresh_at = match branch::state(&mut db).await? {
        Some(state) => state.replica_at.map(CardTime::of),
        None => Some(now),
    };
    let mut stopped = std::collections::BTreeSet::new();
    if queries::is_stopped(&mut db, &number).await? {
        stopped.insert(read.number);
    }
    let stop_list = fresh_at.map(|issued| StopList { issued, cards: stopped });
    let profile = Profile::open(&read.stored.signed, keys.issuers()).ok();
    let known = Known {
        now,
        last_signed: fresh_at,
        floor: 0,
        stop_list: stop_list.as_ref(),
        highest_profile: queries::highest_profile(&mut db, &number).await?,
        seen: queries::seen(&mut db, &number).await?,
    };
    let currency = profile.map_or(cx.app.currency, |profile| profile.limit.currency);
    let presented = smartcard::offline::Presented {
        card: read.number,
        counters: read.counters,
        stored: read.stored.clone(),
    };
    Ok(verify(&presented, &known, &rules(currency), keys.issuers()).map_err(Not::of))
}

/// Tells what no honest card does; what the person is told is the caller's.
pub(super) async fn report(
    cx: &Cx,
    talk: &Talk,
    (visit_id, number, code): (VisitId, String, &str),
    atc: u32,
) -> Result<(), Error> {
    let reason = code.to_owned();
    let command = ReportCard { visit_id: Some(visit_id), number, reason, atc };
    cx.execute(talk.command_id_of(&command)?, &command).await
}
