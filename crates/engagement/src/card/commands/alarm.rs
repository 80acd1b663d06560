//! What somebody should look at: a desk has met something no honest card does, or a card's records do not fit.

use kernel::{BranchId, ClientId, Refusal, Refusals, VisitId, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Offline, Work};
use store::params;
use uuid::Uuid;

use super::WATCH;
use crate::card::model::number;
use crate::card::queries;
use crate::desk::commands::{SERVE, branch, served};

/// What a desk may tell of a card; each is a code of the room `smartcard` and has a text of its own.
pub(crate) const TOLD: [&str; 8] = [
    "card-not-genuine",
    "card-profile-not-signed",
    "card-profile-swapped",
    "card-profile-of-another",
    "card-stopped",
    "card-rolled-back",
    "card-profile-rolled-back",
    "card-profile-below-floor",
];

/// Something to look at.
pub(super) struct Alarm<'a> {
    pub(super) number: &'a str,
    pub(super) client: Option<ClientId>,
    pub(super) branch: BranchId,
    pub(super) reason: &'a str,
    pub(super) atc: u32,
}

/// Notes it, once.
pub(super) async fn raise(w: &mut Work<'_>, alarm: &Alarm<'_>) -> Result<(), Error> {
    let Alarm { number, client, branch, reason, atc } = alarm;
    let mark = format!("{number}|{reason}|{atc}");
    let id: Uuid = w.new_id();
    let sql = "insert into smart_card_alarm (id, mark, number, client_id, branch_id, reason, atc, at, staff_id) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (mark) where closed_at is null do nothing";
    let (now, actor, atc) = (w.ctx.now, w.actor(), i64::from(*atc));
    let row = params![id, mark, *number, *client, *branch, *reason, atc, now, actor];
    if w.execute(sql, row).await? > 0 {
        let change = Change::new().set("number", *number).set("reason", *reason);
        w.record("smart_card_alarm", id, *client, change);
    }
    Ok(())
}

/// A desk has met a card that no honest one is like.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReportCard {
    /// In which visit.
    #[serde(default)]
    pub visit_id: Option<VisitId>,
    /// The number the card says it has.
    pub number: String,
    /// What is wrong; a code.
    pub reason: String,
    /// The card's counter; 0 when it was not proved.
    #[serde(default)]
    pub atc: u32,
}

impl Command for ReportCard {
    const NAME: &'static str = "engagement.report_smart_card";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: Offline = Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let mut refusals = Refusals::default();
        if !TOLD.contains(&self.reason.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "reason"));
        }
        if number(&self.number).is_none() {
            refusals.push(Refusal::new("card-reading-broken"));
        }
        refusals.into_result()?;
        let branch = match self.visit_id {
            Some(visit) => served(w, visit).await?.branch_id,
            None => branch(w)?,
        };
        let card = queries::by_number(w, &self.number).await?;
        let client = card.map(|card| card.client_id);
        let (number, reason, atc) = (self.number.as_str(), self.reason.as_str(), self.atc);
        let alarm = Alarm { number, client, branch, reason, atc };
        raise(w, &alarm).await
    }
}

/// Somebody has looked at it.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DecideCardAlarm {
    /// Which.
    pub alarm_id: Uuid,
    /// What was found and done.
    pub word: String,
}

impl Command for DecideCardAlarm {
    const NAME: &'static str = "engagement.decide_smart_card_alarm";
    const PERMISSION: &'static str = WATCH;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let alarm = queries::alarm(w, self.alarm_id).await?.ok_or(Error::NotFound)?;
        let word = self.word.trim();
        let mut refusals = Refusals::default();
        if word.is_empty() {
            refusals.push(Refusal::field("required", "word"));
        } else if word.chars().count() > limits::TEXT_CHARS_MAX {
            let refusal = Refusal::field("too-long", "word");
            refusals.push(refusal.arg("max", limits::TEXT_CHARS_MAX));
        }
        if alarm.closed_at.is_some() {
            refusals.push(Refusal::new("card-alarm-closed"));
        }
        refusals.into_result()?;
        let sql =
            "update smart_card_alarm set closed_at = $2, closed_by = $3, word = $4 where id = $1";
        let (now, actor) = (w.ctx.now, w.actor());
        w.execute(sql, params![alarm.id, now, actor, word]).await?;
        let change = Change::new().set("word", word);
        w.record("smart_card_alarm", alarm.id, alarm.client_id, change);
        Ok(())
    }
}
