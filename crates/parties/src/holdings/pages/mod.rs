//! Holdings on the client card and the page of one account.

mod account;
mod holdings;
mod lines;
mod money;
mod turnover;
mod words;

pub(crate) use account::own_record;
pub(in crate::holdings) use account::{may_see as account_seen, note_read as account_read};

use std::sync::Arc;

use kernel::ClientId;
use spine::Owner;
use spine::secrecy::Group;
use web::{Access, CardPanel, Cx, FormData, Routes};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/clients/{id}/accounts/{account}", Access::Needs("holding.read"), account::page)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![
        Arc::new(money::MoneyPanel),
        Arc::new(holdings::HoldingsPanel),
        Arc::new(turnover::TurnoverPanel),
    ]
}

/// Whether the person may see what this client has. The card has only checked that he may see the client.
fn may_see(cx: &Cx, owner: Owner) -> bool {
    cx.principal().reaches("holding.read", owner) && cx.reads(owner, Group::Holdings)
}

/// The query of the request: which part of a panel is chosen.
fn asked(cx: &Cx) -> FormData {
    FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query))
}

/// The address a panel fetches itself from when the client changes.
fn panel_src(client: ClientId, key: &str, query: &str) -> String {
    format!("/clients/{client}/panel/{key}?{query}")
}
