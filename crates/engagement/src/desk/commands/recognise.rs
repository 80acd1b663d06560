//! Somebody of another branch is before the clerk, who may not see his card; at a branch nobody has a copy of him. That he speaks
//! for an important company is known all the same. The centre, which does the command again, knows who he is, as it does of a
//! stranger with his card.

use kernel::{ClientId, Refusal, Refusals, VisitId};
use serde::{Deserialize, Serialize};
use spine::replica::commands::LEASE_DAYS_MAX;
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use super::identify::{going_on, tell_companies, tell_managers};
use super::{SERVE, check_lengths, known, steps_belong};
use crate::desk::model::RECOGNISED_BY;
use crate::desk::queries::{self, Known, VisitRow};
use crate::queries::client_ref::{self, ClientRef};

/// The clerk has seen that the visitor is somebody who is known at every desk.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecogniseVisitor {
    /// Which visit.
    pub visit_id: VisitId,
    /// Who it is, as the search of known people answers.
    pub person_id: ClientId,
    /// By what: `document`, `phone`.
    pub by: String,
    /// What tells the document or phone, such as its last digits.
    pub with: String,
}

impl Command for RecogniseVisitor {
    const NAME: &'static str = "engagement.recognise_visitor";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let visit = going_on(w, self.visit_id).await?;
        let with = self.with.trim();
        let mut refusals = Refusals::default();
        if !RECOGNISED_BY.contains(&self.by.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "by"));
        }
        if with.is_empty() {
            refusals.push(Refusal::field("required", "with"));
        }
        check_lengths(&[(with, "with", 40)], &mut refusals);
        refusals.into_result()?;
        // he may have been merged since the desk heard of him
        let person = client_ref::today(w, self.person_id).await?;
        let client = here(w, person).await?;
        let known = queries::known(w, person).await?;
        if known.is_none() {
            self.check_was_known(w, client.as_ref()).await?;
        }
        let was = queries::recognised(w, visit.id).await?;
        let client_id = client.as_ref().map(|client| client.id);
        let sql = "update visit set client_id = $2, identified_by = $3, identified_with = $4, identified_at = $5 \
                   where id = $1";
        let now = w.ctx.now;
        w.execute(sql, params![visit.id, client_id, &self.by, with, now]).await?;
        let sql = "insert into visit_known (visit_id, person_id) values ($1, $2) \
                   on conflict (visit_id) do update set person_id = excluded.person_id";
        w.execute(sql, params![visit.id, person]).await?;
        steps_belong(w, visit.id, client_id).await?;
        let before = visit.client_id.map(|c| c.to_string());
        let change = Change::new()
            .field("client_id", before, person.to_string())
            .set("identified_by", self.by.as_str());
        w.record("visit", visit.id, client_id, change);
        if was == Some(person) {
            return Ok(()); // they have been told
        }
        tell(w, &visit, (client.as_ref(), known)).await
    }
}

impl RecogniseVisitor {
    /// He is not among those who are known. What a branch did by the list it had stands: the centre's journal shows that he was on
    /// it within the days a branch may work without an answer before that, and the branch itself, doing it again, waits for what the centre says.
    async fn check_was_known(
        &self,
        w: &mut Work<'_>,
        client: Option<&ClientRef>,
    ) -> Result<(), Error> {
        let unknown = || Error::refused("visitor-not-known");
        let ctx = w.ctx;
        let origin = ctx.origin.as_ref().ok_or_else(unknown)?;
        if origin.arrived.is_none() {
            return Ok(());
        }
        // it may be told much later than it was done
        let since = ctx.now.plus_days(-LEASE_DAYS_MAX);
        let client = client.ok_or_else(unknown)?;
        // an entry stays with whom it was written of, also after a merge
        let sql = "select 1 from journal_entry where client_id in ($1, $2) and at >= $3 and entity = $4 limit 1";
        let of = params![client.id, self.person_id, since, known::ENTITY];
        w.first(sql, of).await?.map(|_| ()).ok_or_else(unknown)
    }
}

/// The managers are told. Where there is no copy of him what is known at every desk has to do.
async fn tell(
    w: &mut Work<'_>,
    visit: &VisitRow,
    (client, known): (Option<&ClientRef>, Option<Known>),
) -> Result<(), Error> {
    match (client, known) {
        (Some(client), _) => tell_managers(w, visit, client).await,
        (None, Some(known)) => tell_companies(w, visit, &known.name, known.regards).await,
        (None, None) => Ok(()),
    }
}

/// A client, when he is here.
pub(super) async fn here(w: &mut Work<'_>, client: ClientId) -> Result<Option<ClientRef>, Error> {
    match client_ref::get(w, client).await {
        Ok(client) => Ok(Some(client)),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Whether the visitor was recognised as this person, who may be out of the clerk's reach.
pub(crate) async fn is_recognised(
    w: &mut Work<'_>,
    visit: VisitId,
    person: ClientId,
) -> Result<bool, Error> {
    Ok(queries::recognised(w, visit).await? == Some(person))
}

/// The visitor is somebody else.
pub(crate) async fn forget(w: &mut Work<'_>, visit: VisitId) -> Result<(), Error> {
    w.execute("delete from visit_known where visit_id = $1", params![visit]).await?;
    Ok(())
}
