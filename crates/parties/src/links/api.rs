//! Links between clients in the API, with households, groups and what connected clients owe together.

use kernel::{ClientId, Money};
use schemars::JsonSchema;
use serde::Serialize;
use spine::Error;
use spine::secrecy::{Group, hidden};
use web::api::{Api, Call, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{AddLink, EndLink, LINK, SetMainMember};
use super::queries::{self, CircleCard, Exposure, Links, Member};
use crate::client::queries::{ClientHead, head};

const READ: &str = "client.read";

pub(crate) fn api(api: Api) -> Api {
    api.tag("links")
        .with(
            Operation::one("/clients/{client_id}/links", "list_links", READ, links)
                .about("Links of a client with those one may see; the others are counted"),
        )
        .with(Operation::create::<AddLink>("/links", "add_link", None))
        .with(Operation::command::<EndLink>(Method::Post, "/links/{link_id}/end", "end_link"))
        .with(
            Operation::list("/clients/{client_id}/circles", "list_circles", READ, circles)
                .about("Households and groups of a client, with their members"),
        )
        .with(Operation::command::<SetMainMember>(
            Method::Put,
            "/circles/{circle_id}/main-member",
            "set_main_member",
        ))
        .with(
            Operation::one(
                "/clients/{client_id}/exposure",
                "get_exposure",
                "holding.read",
                exposure,
            )
            .about("What the group of connected clients owes and holds together"),
        )
}

async fn seen(call: &mut Call, group: Group) -> Result<ClientHead, Problem> {
    let id: ClientId = call.id("client_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let found = head(&mut call.cx.db, &principal, id).await?;
    if call.cx.reads(found.owner(), group) { Ok(found) } else { Err(hidden(group).into()) }
}

async fn links(mut call: Call, _: NoQuery) -> Result<Links, Problem> {
    let client = seen(&mut call, Group::Links).await?;
    let (today, principal) = (call.cx.l.today, std::sync::Arc::clone(&call.cx.ctx.principal));
    let found = queries::links_of(&mut call.cx.db, &principal, client.id, today).await;
    let mut found = found.map_err(Error::from)?;
    call.cx.cut_own(LINK.key, found.seen.iter_mut().map(|one| &mut one.custom)).await?;
    Ok(found)
}

/// A household or group.
#[derive(Debug, Serialize, JsonSchema)]
struct CircleView {
    /// It.
    head: ClientHead,
    /// Who stands for it; null when nobody does or one may not see him.
    main_member_id: Option<ClientId>,
    /// Members one may see.
    members: Vec<Member>,
    /// Members one may not see.
    hidden: usize,
    /// There are more members than are shown.
    has_more: bool,
    /// Income of a year they told, by currency; null: one may not see their holdings.
    income: Option<Vec<Money>>,
    /// What they owe and hold, by currency; null: one may not see their holdings.
    sums: Option<Vec<Exposure>>,
    /// What is amiss.
    warnings: Vec<String>,
}

impl From<CircleCard> for CircleView {
    fn from(card: CircleCard) -> Self {
        let (income, sums) = card.together.map(|t| (t.income, t.sums)).unzip();
        Self {
            head: card.head,
            main_member_id: card.main.seen(),
            members: card.members,
            hidden: card.hidden,
            has_more: card.has_more,
            income,
            sums,
            warnings: card.warnings.iter().map(|w| w.key().to_owned()).collect(),
        }
    }
}

async fn circles(mut call: Call, _: NoQuery) -> Result<Listing<CircleView>, Problem> {
    let client = seen(&mut call, Group::Links).await?;
    let (today, principal) = (call.cx.l.today, std::sync::Arc::clone(&call.cx.ctx.principal));
    let db = &mut call.cx.db;
    let found = queries::circles_of(db, &principal, &client, today).await.map_err(Error::from)?;
    let mut cards = Vec::with_capacity(found.len());
    for circle in &found {
        let card =
            queries::circle_card(db, &principal, circle, today).await.map_err(Error::from)?;
        cards.push(CircleView::from(card));
    }
    Ok(Listing::whole(cards))
}

/// What connected clients owe and hold.
#[derive(Debug, Serialize, JsonSchema)]
struct ExposureView {
    /// Clients of the group that are summed up.
    client_ids: Vec<ClientId>,
    /// The sums, by currency.
    sums: Vec<Exposure>,
    /// Clients of the group that are not in the sums: one may not see them or their holdings.
    hidden: usize,
}

async fn exposure(mut call: Call, _: NoQuery) -> Result<ExposureView, Problem> {
    let client = seen(&mut call, Group::Links).await?;
    let (today, principal) = (call.cx.l.today, std::sync::Arc::clone(&call.cx.ctx.principal));
    let group = queries::group(&mut call.cx.db, &principal, client.id, today).await?;
    let (summed, unsummed): (Vec<&ClientHead>, Vec<&ClientHead>) =
        group.heads.values().partition(|head| principal.reaches("holding.read", head.owner()));
    let client_ids: Vec<ClientId> = summed.iter().map(|head| head.id).collect();
    let hidden = group.circle.hidden() + unsummed.len();
    let found = queries::exposure(&mut call.cx.db, &client_ids).await;
    Ok(ExposureView { sums: found.map_err(Error::from)?, client_ids, hidden })
}
