//! Who the visitor is. Whoever speaks for a company that is due special service is known at every desk, and the company's manager
//! is told that he is here: at once, or when the line is back.

use kernel::{ClientId, Refusal, Refusals, UserId, VisitId, limits};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Change, Command, Error, Work};
use store::params;

use super::recognise::{forget, here, is_recognised};
use super::{SERVE, check_lengths, served, steps_belong};
use crate::desk::model::IDENTIFIED_BY;
use crate::desk::queries::{Regard, VisitRow, regards};
use crate::queries::client_ref::{self, ClientRef};

/// The clerk has seen who it is.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct IdentifyVisitor {
    /// Which visit.
    pub visit_id: VisitId,
    /// Who it is.
    pub client_id: ClientId,
    /// By what: `document`, `card`, `phone`, `known`.
    pub by: String,
    /// What tells the document or card, such as its last digits; may be empty.
    #[serde(default)]
    pub with: String,
}

impl Command for IdentifyVisitor {
    const NAME: &'static str = "engagement.identify_visitor";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (visit, client) = both(w, self.visit_id, self.client_id).await?;
        let mut refusals = Refusals::default();
        if !IDENTIFIED_BY.contains(&self.by.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "by"));
        }
        check_lengths(&[(&self.with, "with", 40)], &mut refusals);
        refusals.into_result()?;
        let sql = "update visit set client_id = $2, identified_by = $3, identified_with = $4, identified_at = $5 \
                   where id = $1";
        let now = w.ctx.now;
        w.execute(sql, params![visit.id, client.id, &self.by, self.with.trim(), now]).await?;
        steps_belong(w, visit.id, Some(client.id)).await?;
        forget(w, visit.id).await?;
        let before = visit.client_id.map(|c| c.to_string());
        let change = Change::new()
            .field("client_id", before, client.id.to_string())
            .set("identified_by", self.by.as_str());
        w.record("visit", visit.id, Some(client.id), change);
        tell_managers(w, &visit, &client).await
    }
}

/// The visit, which goes on.
pub(super) async fn going_on(w: &mut Work<'_>, visit: VisitId) -> Result<VisitRow, Error> {
    let visit = served(w, visit).await?;
    if visit.state.is_open() { Ok(visit) } else { Err(Error::refused("visit-ended")) }
}

/// The visit, which goes on, and a client the person may see.
async fn both(
    w: &mut Work<'_>,
    visit: VisitId,
    client: ClientId,
) -> Result<(VisitRow, ClientRef), Error> {
    let visit = going_on(w, visit).await?;
    let client = client_ref::get(w, client).await?;
    w.ctx.principal.require_over("client.read", client.owner())?;
    Ok((visit, client))
}

/// Tells the managers of companies he speaks for, and his own when he is very important, that he is here.
pub(crate) async fn tell_managers(
    w: &mut Work<'_>,
    visit: &VisitRow,
    client: &ClientRef,
) -> Result<(), Error> {
    let own = client.manager_id.filter(|_| client.is_vip());
    let own = own.map(|manager| (manager, client.name.clone(), client.id));
    // a secret person's coming is told to nobody but his own manager
    let regards = match client.secrecy.as_str() {
        "open" => regards(w, client.id).await?,
        _ => Vec::new(),
    };
    let told = own.into_iter().chain(companies(regards)).collect();
    tell(w, visit, &client.name, told).await
}

/// Tells the managers of these companies that somebody who speaks for them is here.
pub(super) async fn tell_companies(
    w: &mut Work<'_>,
    visit: &VisitRow,
    who: &str,
    regards: Vec<Regard>,
) -> Result<(), Error> {
    tell(w, visit, who, companies(regards).collect()).await
}

/// Whom companies have, and the card he may see.
fn companies(regards: Vec<Regard>) -> impl Iterator<Item = (UserId, String, ClientId)> {
    let told = |regard: Regard| Some((regard.manager_id?, regard.company_name, regard.company_id));
    regards.into_iter().filter_map(told)
}

/// Tells people that somebody is here: whom, for what company, which card it is about. Each hears it once.
async fn tell(
    w: &mut Work<'_>,
    visit: &VisitRow,
    who: &str,
    mut told: Vec<(UserId, String, ClientId)>,
) -> Result<(), Error> {
    told.retain(|(manager, ..)| Some(*manager) != w.actor());
    told.sort();
    told.dedup_by_key(|(manager, ..)| *manager);
    let branch = branch_name(w, visit).await?;
    for (manager, company, card) in told {
        let payload = json!({
            "kind": "visitor-here",
            "args": { "who": who, "company": company, "branch": branch },
            "href": format!("/clients/{card}"),
        });
        w.send("notice", &manager.to_string(), &payload).await?;
    }
    Ok(())
}

async fn branch_name(w: &mut Work<'_>, visit: &VisitRow) -> Result<String, Error> {
    use store::Read;
    let sql = "select name from branch where id = $1";
    let row = w.first(sql, params![visit.branch_id]).await?;
    Ok(row.map(store::Row::one).transpose()?.unwrap_or_default())
}

/// The visitor is not who he says he is, or has nothing to show it; the reason stays with the visit and in the journal.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RejectVisitor {
    /// Which visit.
    pub visit_id: VisitId,
    /// Whom he gave himself out to be.
    pub client_id: ClientId,
    /// Why he was not believed.
    pub reason: String,
}

impl Command for RejectVisitor {
    const NAME: &'static str = "engagement.reject_visitor";
    const PERMISSION: &'static str = SERVE;
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        // he may have been merged since the desk heard of him
        let person = client_ref::today(w, self.client_id).await?;
        let (visit, client) = match is_recognised(w, self.visit_id, person).await? {
            true => (going_on(w, self.visit_id).await?, here(w, person).await?),
            false => {
                let (visit, client) = both(w, self.visit_id, person).await?;
                (visit, Some(client))
            }
        };
        let reason = self.reason.trim();
        let mut refusals = Refusals::default();
        if reason.is_empty() {
            refusals.push(Refusal::field("required", "reason"));
        }
        check_lengths(&[(reason, "reason", limits::TEXT_CHARS_MAX)], &mut refusals);
        refusals.into_result()?;
        let sql = "update visit set client_id = null, identified_by = '', identified_with = '', identified_at = null, \
                   note = $2 where id = $1";
        w.execute(sql, params![visit.id, reason]).await?;
        steps_belong(w, visit.id, None).await?;
        forget(w, visit.id).await?;
        let change = Change::new().set("rejected", reason);
        w.record("visit", visit.id, client.map(|client| client.id), change);
        Ok(())
    }
}
