//! Texts of messages in the API.

use serde_json::json;
use spine::Error;
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{DropText, SaveText};
use super::queries::{self, Text};
use crate::EDIT;

pub(crate) fn api(api: Api) -> Api {
    api.with(
        Operation::list("/message-texts", "list_message_texts", EDIT, list)
            .about("Texts of messages, by channel and key"),
    )
    .with(
        Operation::one("/message-texts/{text_id}", "get_message_text", EDIT, get)
            .about("A text of a message"),
    )
    .with(
        Operation::create::<SaveText>(
            "/message-texts",
            "save_message_text",
            Some("/message-texts/{id}"),
        )
        .about("Saves a text of a message; with `text_id` one that is there")
        .example(json!({
            "key": "card-ready", "channel": "sms", "name": "Карта готова", "name_en": "Card ready",
            "body": "{client}, ваша карта готова: {branch}.",
            "body_en": "{client}, your card is ready: {branch}.",
        })),
    )
    .with(
        Operation::command::<DropText>(
            Method::Delete,
            "/message-texts/{text_id}",
            "drop_message_text",
        )
        .about("Takes a text of a message away"),
    )
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<Text>, Problem> {
    let after = query.place::<(String, String)>()?;
    let all = queries::list(&mut call.cx.db).await?;
    let place = |text: &Text| (text.channel.key().to_owned(), text.key.clone());
    let rest = all.into_iter().filter(|t| after.as_ref().is_none_or(|after| place(t) > *after));
    let rows = rest.take(query.limit() + 1).collect();
    Ok(Listing::cut(rows, query.limit(), place)?)
}

async fn get(mut call: Call, _: NoQuery) -> Result<Text, Problem> {
    let id: Uuid = call.id("text_id")?;
    Ok(queries::one(&mut call.cx.db, id).await?.ok_or(Error::NotFound)?)
}
