//! Choosing a client by searching: a fragment of radio buttons for any form that needs a client.

use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;
use spine::Error;
use web::icons::icon;
use web::{Answer, Cx};

use super::words::kind_words;
use crate::client::queries::ClientHead;
use crate::contacts::frame::name_of;
use crate::search;

/// Clients offered at once.
const OFFERED: usize = 8;

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    /// Whom not to offer: the one the choice is made for.
    #[serde(default)]
    not: String,
}

pub(super) async fn found(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    let choices = choices(&cx, &asked.q, "", &asked.not).await?;
    Ok(cx.part(&choices))
}

/// The clients a query finds, as choices named `party`, without `not`; `chosen` is ticked.
pub(crate) async fn choices(
    cx: &Cx,
    query: &str,
    chosen: &str,
    not: &str,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let query: String = query.chars().take(100).collect();
    if query.trim().is_empty() {
        return Ok(html! {});
    }
    let mut db = cx.db.clone();
    let mut found = search::find(&mut db, cx.principal(), &query, OFFERED + 1).await?;
    found.retain(|one| one.head.id.to_string() != not);
    found.truncate(OFFERED);
    Ok(html! {
        @if found.is_empty() { p.quiet { (l.t("links-pick-none")) } }
        @for one in &found {
            (choice(cx, &one.head, one.key.as_ref().map(|(_, value)| value.as_str()), chosen))
        }
    })
}

/// One client as a choice.
pub(crate) fn choice(cx: &Cx, head: &ClientHead, key: Option<&str>, chosen: &str) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let id = head.id.to_string();
    let mut detail = vec![kind_words(l, head), head.number.clone()];
    detail.extend(head.birth_date.map(|day| l.date(day)));
    detail.extend(head.branch_id.map(|b| directory.branch_name(b, l.lang).to_owned()));
    // shown only when the person typed it himself: it tells namesakes apart
    detail.extend(key.map(str::to_owned));
    html! {
        label.check-line {
            input type="radio" name="party" value=(id) checked[id == chosen];
            span {
                (icon(head.kind.icon())) " " (name_of(l, head))
                span.hint { (detail.join(" · ")) }
            }
        }
    }
}
