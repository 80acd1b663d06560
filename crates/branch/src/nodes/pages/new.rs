//! A new node: for which branch, and the code with which it enrols once.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use kernel::{BranchId, Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use spine::replica::commands::CODE_DAYS;
use spine::replica::nodes::LEASE_HOURS;
use web::ui::{self, Button, Field, Form, Input, Kv, Opt, Panel, form_row};
use web::{Answer, Cx, FormData};

use super::super::invite::{Wanted, prepare};
use super::{HOME, at_centre};
use crate::Hub;
use crate::first_file::keys_file;
use crate::parts::{carried, dialog, summary};

/// Where the copy stands on the branch's machine when nobody says otherwise.
const DATA: &str = "/var/lib/tessera-branch";

pub(super) async fn form(cx: Cx) -> Answer {
    at_centre(&cx)?;
    let usual = [("lease_hours", LEASE_HOURS), ("code_days", CODE_DAYS)];
    let given = usual.map(|(name, number)| (name.to_owned(), number.to_string()));
    let given = FormData::from_pairs(given);
    Ok(show(&cx, &given, None))
}

pub(super) async fn invite(cx: Cx, sent: FormData) -> Answer {
    at_centre(&cx)?;
    let outcome = match wanted(&sent) {
        Ok(wanted) => prepared(&cx, &sent, wanted).await,
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(code) => Ok(made(&cx, &sent.text("name"), &code)),
        Err(Error::Refused(refusals)) => Ok(show(&cx, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

async fn prepared(cx: &Cx, sent: &FormData, wanted: Wanted) -> Result<String, Error> {
    let (command, code) = prepare(cx, wanted)?;
    cx.execute(sent.command_id()?, &command).await?;
    Ok(code)
}

fn wanted(sent: &FormData) -> Result<Wanted, Refusals> {
    let mut refusals = Refusals::default();
    let name = sent.required("name", 40, &mut refusals);
    let branch: Option<BranchId> = sent.id("branch_id", &mut refusals);
    if branch.is_none() && refusals.of("branch_id").is_none() {
        refusals.push(Refusal::field("required", "branch_id"));
    }
    let mut number = |field: &str| match sent.opt(field).map(|text| text.parse::<i64>()) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => {
            refusals.push(Refusal::field("not-a-whole-number", field));
            None
        }
    };
    let (lease_hours, code_days) = (number("lease_hours"), number("code_days"));
    match branch {
        Some(branch_id) if refusals.0.is_empty() => {
            Ok(Wanted { branch_id, name, lease_hours, code_days })
        }
        _ => Err(refusals),
    }
}

/// The code itself, shown this once, and what is typed at the branch.
fn made(cx: &Cx, name: &str, code: &str) -> Response {
    let l = &cx.l;
    let party = cx.app.party.as_ref();
    let centre = party.map_or_else(|| l.t("branch-centre-address"), |party| party.origin.clone());
    let typed = format!("tessera branch enrol --centre {centre} --code {code} --data {DATA}");
    let by_files = format!(
        "tessera branch enrol --keys centre.tessera --into hello.tessera --code {code} --data {DATA}"
    );
    let shown = |text: &str| html! { code.node-code { (text) } " " (ui::copy_button(l, text)) };
    let body = html! {
        p { (l.ta("branch-code-words", &[("name", name.into())])) }
        (Kv::new("node-code")
            .line(l.t("branch-code"), shown(code))
            .line(l.t("branch-code-typed"), shown(&typed))
            .line(l.t("branch-code-no-line"), html! { (shown(&by_files)) div { (keys_link(cx)) } })
            .render(l))
        p.quiet { (l.t("branch-code-how")) }
        div.form-actions { (Button::primary(l.t("branch-code-kept")).href(HOME)) }
    };
    let title = l.t("branch-code-made");
    let mut response = dialog(cx, StatusCode::OK, &title, &Panel::new("").render(&body));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Where the centre's public keys are taken for a branch that has never had a line.
pub(super) fn keys_link(cx: &Cx) -> Markup {
    html! { a href={ (HOME) "/keys" } download { (cx.l.t("branch-keys-file")) } }
}

/// The centre's public keys as a file.
pub(super) async fn keys(cx: Cx) -> Answer {
    at_centre(&cx)?;
    let hub = cx.app.services.memory.get::<Hub>().ok_or(Error::NotFound)?;
    Ok(carried("centre.tessera", keys_file(hub.public())?)?)
}

fn show(cx: &Cx, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let body = Form::post("/admin/nodes/new")
        .hidden("_id", cx.form_id())
        .submit(l.t("branch-node-add"))
        .cancel(HOME)
        .render(l, &fields(cx, given, refused.unwrap_or(&none)));
    let status = refused.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    dialog(cx, status, &l.t("branch-node-new"), &body)
}

fn fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let error = |name: &str| cx.field_error(refusals, name);
    let mut branches: Vec<_> = directory.branches.values().filter(|b| !b.archived).collect();
    branches.sort_by(|a, b| a.code.cmp(&b.code));
    let named = branches
        .iter()
        .map(|b| Opt::new(b.id.to_string(), format!("{} · {}", b.code, b.shown_name(l.lang))));
    let branches: Vec<Opt> =
        std::iter::once(Opt::new("", l.t("branch-choose"))).chain(named).collect();
    html! {
        (summary(cx, refusals))
        (Field::select("branch_id", l.t("branch-node-branch"), branches)
            .value(given.text("branch_id")).required().error(error("branch_id")).render(l))
        (form_row(&[
            Field::text("name", l.t("branch-node-name")).value(given.text("name")).required()
                .hint(l.t("branch-node-name-hint")).error(error("name")).render(l),
            Field::new("lease_hours", l.t("branch-node-lease-hours"), Input::Digits)
                .value(given.text("lease_hours")).required()
                .hint(l.t("branch-node-lease-hint")).error(error("lease_hours")).render(l),
        ]))
        (Field::new("code_days", l.t("branch-code-days"), Input::Digits)
            .value(given.text("code_days")).required()
            .hint(l.t("branch-code-days-hint")).error(error("code_days")).render(l))
    }
}
