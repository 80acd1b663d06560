//! Choosing whom a client is one with.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use kernel::ClientId;
use maud::html;
use serde::Deserialize;
use spine::Error;
use web::ui::{Button, Field};
use web::{Answer, Cx};

use crate::client::queries as clients;
use crate::contacts::frame::{self, card, dialog};
use crate::links::pick;

#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    party: String,
}

pub(super) async fn page(cx: Cx, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let id: ClientId = frame::id(&id)?;
    let head = clients::head(&mut cx.db.clone(), cx.principal(), id).await?;
    cx.principal().require_over("client.merge", head.owner())?;
    if !asked.party.is_empty() {
        let party: ClientId = asked.party.parse().map_err(|_| Error::NotFound)?;
        return Ok(Redirect::to(&format!("{}/merge/{party}", card(id))).into_response());
    }
    let l = &cx.l;
    let found = pick::choices(&cx, &asked.q, "", &id.to_string()).await?;
    let query = Field::text("q", l.t("links-party"))
        .value(&asked.q)
        .hint(l.t("links-party-hint"))
        .attribute("autocomplete", "off")
        .attribute("autofocus", "")
        .attribute("hx-get", format!("/clients/pick?not={id}"))
        .attribute("hx-trigger", "input changed delay:200ms")
        .attribute("hx-target", "#merge-choices")
        .attribute("hx-swap", "innerHTML");
    let body = html! {
        form.form method="get" action={ (card(id)) "/merge" } {
            div.form-body {
                p.quiet { (l.t("merge-choose-hint")) }
                (query.render(l))
                div.field.radios id="merge-choices" aria-live="polite" { (found) }
            }
            div.form-actions {
                a.btn.quiet href=(card(id)) data-close { (l.t("ui-cancel")) }
                (Button::primary(l.t("merge-compare")).submit().render())
            }
        }
    };
    Ok(dialog(&cx, axum::http::StatusCode::OK, &head, &l.t("merge-with"), &body))
}
