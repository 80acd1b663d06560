//! Secrecy in the API: how secret a card is and why one sees of it what one sees; setting the level.

use kernel::ClientId;
use schemars::JsonSchema;
use serde::Serialize;
use spine::Error;
use spine::secrecy::{Act, Group, Level, Relation};
use web::api::{Api, Call, Method, NoQuery, Operation, Problem};

use super::commands::SetSecrecy;
use crate::client::queries::head;

pub(crate) fn api(api: Api) -> Api {
    api.tag("clients")
        .with(
            Operation::one("/clients/{client_id}/access", "explain_access", "client.read", explain)
                .about("Which groups of fields of a client one sees, and the rules that say so"),
        )
        .with(Operation::command::<SetSecrecy>(
            Method::Put,
            "/clients/{client_id}/secrecy",
            "set_secrecy",
        ))
}

/// What one may see of a client.
#[derive(Debug, Serialize, JsonSchema)]
struct AccessView {
    /// How secret his card is.
    level: Level,
    /// What he is to who asks.
    relation: Relation,
    /// Number of the released rules.
    rules_version: i64,
    /// Each group of fields.
    groups: Vec<GroupAccess>,
}

/// One group of fields.
#[derive(Debug, Serialize, JsonSchema)]
struct GroupAccess {
    /// Which.
    group: Group,
    /// Whether it is seen.
    seen: bool,
    /// Whether it may be taken out of the system.
    exported: bool,
    /// Ids of the rules that decided about seeing; none: nothing allows it.
    rules: Vec<String>,
}

async fn explain(mut call: Call, _: NoQuery) -> Result<AccessView, Problem> {
    let id: ClientId = call.id("client_id").map_err(|_| Error::NotFound)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let found = head(&mut call.cx.db, &principal, id).await?;
    let (owner, exports) = (found.owner(), principal.exports(found.owner()));
    let groups = Group::ALL.iter().copied().map(|group| {
        let what = principal.what(owner);
        let why = what.map(|what| principal.decider().explain(Act::Read(group), what));
        GroupAccess {
            group,
            seen: found.sees(group),
            exported: exports.has(group),
            rules: why.map(|decision| decision.rules).unwrap_or_default(),
        }
    });
    Ok(AccessView {
        level: found.secrecy,
        relation: principal.relation(owner),
        rules_version: call.cx.app.services.directory.get().secrecy.number,
        groups: groups.collect(),
    })
}
