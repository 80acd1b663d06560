//! A visit from the ticket on; how it ends stands in `finish`.

use kernel::{DeskThemeId, Refusal, Refusals, Timestamp, UserId, VisitId, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use super::steps::{LeftOut, check_left_out, check_theme_leaves, leave_out};
use super::{SERVE, branch, check_lengths, served};
use crate::desk::model::{THEME_CHANGED, Ticket, VisitState};
use crate::desk::queries::{self, VisitRow};

/// Tickets of this many hours count as those of one day.
const DAY_HOURS: i64 = 16;
/// Tickets tried when a number is taken.
const TRIES: usize = 50;

/// Somebody has come: he gets a ticket, or is served at once.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OpenVisit {
    /// The ticket he is given, such as `К012`; one that is taken makes way for the next.
    pub ticket: String,
    /// What he says he is called; may be empty.
    #[serde(default)]
    pub person: String,
    /// What he came for, when he said so.
    #[serde(default)]
    pub theme_id: Option<DeskThemeId>,
    /// Who has opened the visit serves him at once.
    #[serde(default)]
    pub serve: bool,
}

/// A visit that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OpenedVisit {
    /// Identity.
    pub visit_id: VisitId,
    /// The ticket.
    pub ticket: String,
}

impl Command for OpenVisit {
    const NAME: &'static str = "engagement.open_visit";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = OpenedVisit;

    async fn handle(&self, w: &mut Work<'_>) -> Result<OpenedVisit, Error> {
        let branch = branch(w)?;
        let mut refusals = Refusals::default();
        check_lengths(&[(&self.person, "person", limits::TEXT_CHARS_MAX)], &mut refusals);
        let wanted = Ticket::parse(&self.ticket);
        if wanted.is_none() {
            refusals.push(Refusal::field("visit-ticket", "ticket"));
        }
        check_theme(w, self.theme_id, &mut refusals).await?;
        refusals.into_result()?;
        let mut ticket = wanted.ok_or(Error::NotFound)?;
        let now = w.ctx.now;
        let since = now.plus_hours(-DAY_HOURS);
        let taken = queries::tickets(w, branch, since).await?;
        let mut tries = 0;
        while taken.contains(&ticket.to_string()) && tries < TRIES {
            ticket = ticket.next();
            tries += 1;
        }
        let (clerk, called, state) = match self.serve {
            true => (w.actor(), Some(now), VisitState::Serving),
            false => (None, None, VisitState::Waiting),
        };
        let id: VisitId = w.new_id();
        w.execute(
            "insert into visit (id, branch_id, ticket, state, person, theme_id, clerk_id, arrived_at, called_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                id,
                branch,
                ticket.to_string(),
                state.key(),
                self.person.trim(),
                self.theme_id,
                clerk,
                now,
                called
            ],
        )
        .await?;
        let change = Change::new()
            .set("ticket", ticket.to_string())
            .set("state", state.key())
            .set("theme_id", self.theme_id.map(|t| t.to_string()));
        w.record("visit", id, None, change);
        Ok(OpenedVisit { visit_id: id, ticket: ticket.to_string() })
    }
}

/// A theme must be there and not put away.
async fn check_theme(
    w: &mut Work<'_>,
    theme: Option<DeskThemeId>,
    refusals: &mut Refusals,
) -> Result<(), Error> {
    let Some(theme) = theme else { return Ok(()) };
    let sql = "select id from desk_theme where id = $1 and archived_at is null";
    if w.first(sql, params![theme]).await?.is_none() {
        refusals.push(Refusal::field("not-a-choice", "theme_id"));
    }
    Ok(())
}

/// Writes the next state of a visit.
pub(super) async fn step(
    w: &mut Work<'_>,
    visit: &VisitRow,
    wanted: VisitState,
    (clerk, called, ended): (Option<UserId>, Option<Timestamp>, Option<Timestamp>),
) -> Result<(), Error> {
    let state = visit.state.to(wanted)?;
    let sql =
        "update visit set state = $2, clerk_id = $3, called_at = $4, ended_at = $5 where id = $1";
    w.execute(sql, params![visit.id, state.key(), clerk, called, ended]).await?;
    let change = Change::new().field("state", visit.state.key(), state.key());
    w.record("visit", visit.id, visit.client_id, change);
    Ok(())
}

/// A waiting visitor is called to the desk of whoever calls.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CallVisitor {
    /// Which visit.
    pub visit_id: VisitId,
}

impl Command for CallVisitor {
    const NAME: &'static str = "engagement.call_visitor";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let visit = served(w, self.visit_id).await?;
        let place = (w.actor(), Some(w.ctx.now), None);
        step(w, &visit, VisitState::Serving, place).await
    }
}

/// What the visitor came for.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChooseTheme {
    /// Which visit.
    pub visit_id: VisitId,
    /// The theme.
    pub theme_id: DeskThemeId,
    /// When something was done by the theme chosen before: the open steps of its scripts, which are left out for this.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

impl Command for ChooseTheme {
    const NAME: &'static str = "engagement.choose_theme";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let visit = served(w, self.visit_id).await?;
        if !visit.state.is_open() {
            return Err(Error::refused("visit-ended"));
        }
        let mut refusals = Refusals::default();
        check_theme(w, Some(self.theme_id), &mut refusals).await?;
        check_left_out(&self.left_out, THEME_CHANGED, &mut refusals);
        // elsewhere other versions of the scripts may be in force
        if w.ctx.origin.is_none() {
            let chosen = (&visit, self.theme_id);
            check_theme_leaves(w, chosen, &self.left_out, &mut refusals).await?;
        }
        refusals.into_result()?;
        leave_out(w, &visit, &self.left_out, THEME_CHANGED).await?;
        let sql = "update visit set theme_id = $2 where id = $1";
        w.execute(sql, params![visit.id, self.theme_id]).await?;
        let before = visit.theme_id.map(|t| t.to_string());
        let change = Change::new().field("theme_id", before, self.theme_id.to_string());
        w.record("visit", visit.id, visit.client_id, change);
        Ok(())
    }
}

/// The visitor did not wait, or went away before he was served.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LeaveVisit {
    /// Which visit.
    pub visit_id: VisitId,
}

impl Command for LeaveVisit {
    const NAME: &'static str = "engagement.leave_visit";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let visit = served(w, self.visit_id).await?;
        let place = (visit.clerk_id, visit.called_at, Some(w.ctx.now));
        step(w, &visit, VisitState::Left, place).await
    }
}
