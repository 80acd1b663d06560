//! A person's own things: preferences, sessions, notices.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use kernel::{Lang, Refusals};
use maud::html;
use spine::org::commands::{EndSession, ReadNotices, SavePreferences};
use spine::org::edit::EndOtherSessions;
use spine::org::queries;

use super::access::{Access, Routes};
use super::address::inside;
use super::cookies;
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;
use crate::format;
use crate::i18n::Arg;
use crate::ui::{self, Button, Cell, Column, PageHeader, Row, Table, Tone};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .post("/me/preferences", Access::Public, save_preferences)
        .get("/me/sessions", Access::Needs("app.use"), sessions)
        .post("/me/sessions/end", Access::Needs("app.use"), end_session)
        .post("/me/sessions/end-others", Access::Needs("app.use"), end_others)
        .get("/me/notices", Access::Needs("app.use"), notices)
}

/// Saves what was sent; a stranger's language goes into a cookie.
async fn save_preferences(cx: Cx, sent: FormData) -> Answer {
    let lang = sent.opt("lang").and_then(|code| Lang::from_code(&code));
    let back = sent.text("back");
    let mut response = if cx.is_fragment {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to(inside(&back)).into_response()
    };
    let mut cookie = |name: &str, value: &str| {
        cookies::put(&cx.app, &mut response, (name, value), Some(31_536_000));
    };
    if let Some(lang) = lang {
        cookie("lang", lang.code());
    }
    if let Some(nav) = sent.opt("nav") {
        cookie("nav", if nav == "folded" { "folded" } else { "open" });
    }
    let wish = SavePreferences { lang, theme: sent.opt("theme"), density: sent.opt("density") };
    let changes = wish.lang.is_some() || wish.theme.is_some() || wish.density.is_some();
    if cx.session.is_some() && changes {
        cx.execute(cx.ctx.command_id(), &wish).await?;
    }
    Ok(response)
}

async fn sessions(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let me = cx.principal().user_id.ok_or(spine::Error::NotFound)?;
    let now = cx.now();
    let rows = queries::sessions_of(&mut cx.db, me, now).await?;
    let has_others = rows.len() > 1;
    let current = cx.session.as_ref().map(|s| s.id);
    let mut table = Table::new("sessions", l.t("web-sessions"))
        .column(Column::text(l.t("web-session-browser")).wide())
        .column(Column::text(l.t("web-session-address")))
        .column(Column::text(l.t("web-session-since")))
        .column(Column::text(l.t("web-session-seen")));
    for s in rows {
        let end = html! {
            form method="post" action="/me/sessions/end" {
                input type="hidden" name="session" value=(s.id);
                input type="hidden" name="_id" value=(cx.form_id());
                (Button::quiet(l.t("web-session-end")).submit().render())
            }
        };
        let browser = html! {
            span title=(s.agent) { (format::agent(&s.agent)) }
            @if Some(s.id) == current { " " (ui::badge(Tone::Good, &l.t("web-session-this"))) }
        };
        table = table.row(
            Row::new(s.id)
                .cell(Cell::markup(browser))
                .cell(Cell::quiet(&s.address))
                .cell(Cell::ago(&l, s.created_at))
                .cell(Cell::ago(&l, s.seen_at))
                .actions(end),
        );
    }
    let mut header = PageHeader::new(l.t("web-sessions"));
    if has_others {
        header = header.other(html! {
            form method="post" action="/me/sessions/end-others" {
                input type="hidden" name="_id" value=(cx.form_id());
                (Button::secondary(l.t("web-sessions-end-others")).icon("log-out").submit().render())
            }
        });
    }
    let body = html! {
        (header.render(&l))
        (table.render(&l))
    };
    Ok(cx.page(&l.t("web-sessions"), &body))
}

async fn end_session(cx: Cx, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let session = sent.id("session", &mut refusals).ok_or(spine::Error::NotFound)?;
    cx.execute(sent.command_id()?, &EndSession { session_id: session }).await?;
    Ok(cx.done("/me/sessions", "flash-session-ended"))
}

async fn end_others(cx: Cx, sent: FormData) -> Answer {
    let keep_session = cx.session.as_ref().map(|s| s.id);
    cx.execute(sent.command_id()?, &EndOtherSessions { keep_session }).await?;
    Ok(cx.done("/me/sessions", "flash-sessions-ended"))
}

async fn notices(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let me = cx.principal().user_id.ok_or(spine::Error::NotFound)?;
    let rows = queries::notices(&mut cx.db, me, 50).await?;
    if rows.iter().any(|n| !n.read) {
        cx.execute(cx.ctx.command_id(), &ReadNotices {}).await?;
    }
    let words = |n: &queries::Notice| {
        let object = n.args.as_object().cloned().unwrap_or_default();
        let args: Vec<(&str, Arg<'_>)> = object
            .iter()
            .map(|(k, v)| {
                let arg = match v {
                    serde_json::Value::Number(n) => Arg::from(n.as_i64().unwrap_or(0)),
                    other => Arg::from(other.as_str().unwrap_or("").to_owned()),
                };
                (k.as_str(), arg)
            })
            .collect();
        l.ta(&format!("notice-{}", n.kind), &args)
    };
    let body = html! {
        @if !cx.is_fragment { (PageHeader::new(l.t("web-notices")).render(&l)) }
        @if rows.is_empty() {
            (ui::empty("bell", &l.t("web-notices-none"), &l.t("web-notices-none-words"), None))
        } @else {
            ul.notices {
                @for n in &rows {
                    li.notice.unread[!n.read] {
                        a href=(if n.href.is_empty() { "/" } else { n.href.as_str() }) { (words(n)) }
                        " " (l.ago(n.created_at))
                    }
                }
            }
        }
    };
    Ok(cx.page(&l.t("web-notices"), &body))
}
