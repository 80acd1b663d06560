//! The state of the chain: its tip, and what the newest check found.

use maud::{Markup, html};
use serde_json::Value as Json;
use spine::Error;
use spine::org::edit::VerifyJournal;
use web::ui::{self, Button, Kv, Panel, Tone};
use web::{Answer, Cx, FormData};

use super::HOME;
use crate::journal::queries::{self, Check, Tip};
use crate::pages::post_button;

/// The panel alone, for live updates.
pub(super) async fn part(mut cx: Cx) -> Answer {
    let panel = panel(&mut cx).await?;
    if cx.is_fragment {
        return Ok(cx.part(&panel));
    }
    Ok(cx.page(&cx.l.t("admin-chain"), &panel))
}

pub(super) async fn verify(cx: Cx, sent: FormData) -> Answer {
    let started = cx.execute(sent.command_id()?, &VerifyJournal {}).await?;
    let flash = match started {
        Some(_) => "flash-admin-verify-started",
        None => "flash-admin-verify-runs",
    };
    Ok(cx.done(HOME, flash))
}

/// Tip, button and result.
pub(super) async fn panel(cx: &mut Cx) -> Result<Markup, Error> {
    let tip = queries::tip(&mut cx.db).await?;
    let check = queries::last_check(&mut cx.db, VerifyJournal::JOB).await?;
    let l = &cx.l;
    let is_running = check.as_ref().is_some_and(|c| c.state == "ready" || c.state == "running");
    let topic = match &check {
        Some(check) => format!("kind:job job:{}", check.id),
        None => "kind:job".to_owned(),
    };
    let mut lines = Kv::new("chain-facts").two_columns();
    if let Some(tip) = &tip {
        lines = tip_lines(cx, tip, lines);
    }
    let body = html! {
        @if tip.is_none() { p.quiet { (l.t("admin-chain-empty")) } }
        (lines.render(l))
    };
    let mut panel =
        Panel::new(l.t("admin-chain")).icon("link").id("chain").live(topic, "/admin/journal/chain");
    if let Some(check) = &check {
        panel = panel.footer(html! { div role="status" { (verdict(cx, check)) } });
    }
    if !is_running {
        let button = Button::secondary(l.t("admin-chain-verify")).icon("shield-check");
        panel = panel.actions(post_button(cx, "/admin/journal/verify", &[], button));
    }
    Ok(panel.render(&body))
}

fn tip_lines(cx: &Cx, tip: &Tip, lines: Kv) -> Kv {
    let l = &cx.l;
    let hash = tip.hash.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let short = html! {
        code title=(hash) { (hash.get(..16).unwrap_or(&hash)) "…" }
        (ui::copy_button(l, &hash))
    };
    lines
        .line(l.t("admin-chain-entries"), html! { span.num { (l.int(tip.last_pos)) } })
        .line(l.t("admin-chain-height"), html! { span.num { (l.int(tip.height)) } })
        .line(l.t("admin-chain-sealed"), html! { (l.ago(tip.sealed_at)) })
        .line(l.t("admin-chain-hash"), short)
}

fn verdict(cx: &Cx, check: &Check) -> Markup {
    let l = &cx.l;
    let when = check.finished_at.map(|at| l.ago(at));
    let number = |key: &str| {
        let result = check.result.as_ref();
        result.and_then(|r| r.get(key)).and_then(Json::as_i64).unwrap_or(0)
    };
    let word = |key: &str| {
        let result = check.result.as_ref();
        result.and_then(|r| r.get(key)).and_then(Json::as_str).unwrap_or("").to_owned()
    };
    let shown = |n: i64| l.int(n);
    html! {
        @match (check.state.as_str(), word("verdict").as_str()) {
            ("done", "whole") => {
                (ui::badge(Tone::Good, &l.t("admin-chain-whole"))) " "
                @if let Some(when) = &when { (when) " · " }
                span.quiet { (l.ta("admin-chain-whole-words", &[
                    ("entries", shown(number("entries")).into()), ("blocks", shown(number("blocks")).into()),
                ])) }
            }
            ("done", _) => {
                (ui::badge(Tone::Danger, &l.t("admin-chain-broken"))) " "
                @if let Some(when) = &when { (when) " · " }
                (l.ta("admin-chain-broken-words", &[
                    ("block", shown(number("block")).into()), ("pos", shown(number("pos")).into()),
                ])) " "
                code { (word("problem")) }
            }
            ("dead", _) => {
                (ui::badge(Tone::Attention, &l.t("admin-chain-failed"))) " "
                @if let Some(error) = &check.last_error { code { (error) } }
            }
            _ => (ui::progress(l, &l.t("admin-chain-runs"), 0, None)),
        }
    }
}
