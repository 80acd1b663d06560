//! Scripts in the API.

use serde_json::json;
use spine::Error;
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{DropScript, SaveScript};
use super::queries::{self, Script};
use crate::EDIT;

pub(crate) fn api(api: Api) -> Api {
    api.tag("strategy")
        .with(
            Operation::list("/service-scripts", "list_service_scripts", EDIT, list)
                .about("Service scripts, by theme and key"),
        )
        .with(
            Operation::one("/service-scripts/{script_id}", "get_service_script", EDIT, get)
                .about("A service script"),
        )
        .with(
            Operation::create::<SaveScript>(
                "/service-scripts",
                "save_service_script",
                Some("/service-scripts/{id}"),
            )
            .about("Saves a service script; with `script_id` one that is there")
            .example(json!({
                "key": "card-lost", "name": "Карта потеряна", "name_en": "Card lost", "theme": "Карты",
                "steps": ["Установить личность", "Заблокировать карту"],
                "steps_en": ["Identify the client", "Block the card"],
            })),
        )
        .with(
            Operation::command::<DropScript>(
                Method::Delete,
                "/service-scripts/{script_id}",
                "drop_service_script",
            )
            .about("Takes a service script away"),
        )
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<Script>, Problem> {
    let after = query.place::<(String, String)>()?;
    let all = queries::list(&mut call.cx.db).await.map_err(Error::from)?;
    let place = |script: &Script| (script.theme.clone(), script.key.clone());
    let rest = all.into_iter().filter(|s| after.as_ref().is_none_or(|after| place(s) > *after));
    let rows = rest.take(query.limit() + 1).collect();
    Ok(Listing::cut(rows, query.limit(), place)?)
}

async fn get(mut call: Call, _: NoQuery) -> Result<Script, Problem> {
    let id: Uuid = call.id("script_id")?;
    let script = queries::one(&mut call.cx.db, id).await.map_err(Error::from)?;
    Ok(script.ok_or(Error::NotFound)?)
}
