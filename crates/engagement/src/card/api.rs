//! Cards in the API: which a client has, what they have logged, stopping them. What a reader at a desk does has no operation.

use kernel::{ClientId, Timestamp};
use serde_json::json;
use spine::Error;
use spine::secrecy::Group;
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{DecideCardAlarm, SetCardTerms, StopCard, WATCH};
use super::queries::{self, AlarmRow, CardRow, RecordRow};
use crate::queries::client_ref;

/// Cards of a client told at most.
const CARDS_MAX: i64 = 100;

pub(crate) fn api(api: Api) -> Api {
    api.tag("smart-cards")
        .with(
            Operation::list(
                "/clients/{client_id}/smart-cards",
                "list_client_smart_cards",
                "client.read",
                cards,
            )
            .about("Smart cards of a client"),
        )
        .with(
            Operation::one("/smart-cards/{card_id}", "get_smart_card", "client.read", card)
                .about("A smart card"),
        )
        .with(
            Operation::list(
                "/smart-cards/{card_id}/records",
                "list_smart_card_records",
                "client.read",
                records,
            )
            .about("What a card has logged, the latest first, as far as it was told"),
        )
        .with(
            Operation::command::<SetCardTerms>(
                Method::Put,
                "/smart-cards/{card_id}/terms",
                "set_smart_card_terms",
            )
            .example(json!({ "terms": { "limit_minor": 1_000_000 } })),
        )
        .with(Operation::command::<StopCard>(
            Method::Post,
            "/smart-cards/{card_id}/stop",
            "stop_smart_card",
        ))
        .with(
            Operation::list("/smart-card-alarms", "list_smart_card_alarms", WATCH, alarms)
                .about("What is wrong with cards and nobody has decided, the latest first"),
        )
        .with(Operation::command::<DecideCardAlarm>(
            Method::Post,
            "/smart-card-alarms/{alarm_id}/decision",
            "decide_smart_card_alarm",
        ))
}

async fn one(call: &mut Call) -> Result<CardRow, Problem> {
    let id: Uuid = call.id("card_id")?;
    let card = queries::by_id(&mut call.cx.db, id).await.map_err(Error::from)?;
    let card = card.ok_or(Error::NotFound)?;
    read(call, card.client_id).await?;
    Ok(card)
}

/// A client whose history the caller may read.
async fn read(call: &mut Call, client: ClientId) -> Result<(), Problem> {
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let client = client_ref::visible(&mut call.cx.db, &principal, client).await?;
    if call.cx.reads(client.owner(), Group::History) { Ok(()) } else { Err(Error::NotFound.into()) }
}

async fn cards(mut call: Call, _: NoQuery) -> Result<Listing<CardRow>, Problem> {
    let client: ClientId = call.id("client_id")?;
    read(&mut call, client).await?;
    let rows = queries::of_client(&mut call.cx.db, client, CARDS_MAX).await;
    Ok(Listing::whole(rows.map_err(Error::from)?))
}

async fn card(mut call: Call, _: NoQuery) -> Result<CardRow, Problem> {
    one(&mut call).await
}

async fn records(mut call: Call, _: NoQuery) -> Result<Listing<RecordRow>, Problem> {
    let card = one(&mut call).await?;
    let rows = queries::records(&mut call.cx.db, &card.number, CARDS_MAX).await;
    Ok(Listing::whole(rows.map_err(Error::from)?))
}

async fn alarms(mut call: Call, query: ListQuery) -> Result<Listing<AlarmRow>, Problem> {
    let below = query.place::<(Timestamp, Uuid)>()?;
    let limit = i64::try_from(query.limit() + 1).unwrap_or(i64::MAX);
    let rows = queries::alarms(&mut call.cx.db, (None, true), (below, limit)).await;
    let mut rows = rows.map_err(Error::from)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    queries::cut_alarms(&mut call.cx.db, &principal, &mut rows).await.map_err(Error::from)?;
    Ok(Listing::cut(rows, query.limit(), |row| (row.at, row.id))?)
}
