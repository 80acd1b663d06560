//! Registering a client: one page, what identifies him first.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::RawQuery;
use axum::http::StatusCode;
use kernel::{Refusals, UserId};
use maud::{Markup, html};
use spine::{Error, Owner};
use uuid::Uuid;
use web::ui::{Field, Form, Input, Opt, PageHeader, Panel, Tab};
use web::{Answer, Cx, FormData};

use super::edit::{added_of, input};
use super::words::{card_href, kind_word};
use crate::client::commands::RegisterClient;
use crate::client::fields::fields_of;
use crate::client::model::ClientKind;
use crate::client::queries::FieldTexts;
use crate::fields;
use crate::identity::{self, Typed};

/// Groups on the form; the rest is added on the card.
const GROUPS: [&str; 4] = ["name", "personal", "business", "service"];

pub(super) async fn form(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let given = FormData::parse(&query.unwrap_or_default());
    let kind = ClientKind::from_key(&given.text("kind")).unwrap_or(ClientKind::Person);
    let twins = twins(&cx, kind, &given, &Refusals::default()).await?;
    let content = markup(&cx, kind, &given, &Refusals::default(), &twins).await?;
    Ok(cx.page(&cx.l.t("client-new"), &content))
}

pub(super) async fn send(cx: Cx, sent: FormData) -> Answer {
    let kind = ClientKind::from_key(&sent.text("kind")).unwrap_or(ClientKind::Person);
    let fields: BTreeMap<String, String> = fields_of(kind)
        .map(|f| (f.key.to_owned(), sent.text(f.key)))
        .filter(|(_, v)| !v.is_empty())
        .collect();
    let added = added_of(&cx, kind, true).await?;
    let custom = added
        .iter()
        .map(|f| (f.key.clone(), fields::typed(&sent, &f.key)))
        .filter(|(_, v)| !v.is_empty())
        .collect();
    let identifiers = identifier_kinds(&cx, kind)
        .into_iter()
        .map(|k| (k.clone(), sent.text(&k)))
        .filter(|(_, v)| !v.is_empty())
        .collect();
    let manager_id: Option<UserId> = chosen(&sent, "manager_id");
    let command = RegisterClient {
        kind: kind.key().to_owned(),
        fields,
        custom,
        branch_id: chosen(&sent, "branch_id"),
        manager_id,
        phone: sent.opt("phone"),
        email: sent.opt("email"),
        identifiers,
        source: "clerk".to_owned(),
        heeds_duplicates: true,
        despite_duplicates: sent.opt("despite_duplicates"),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(id) => {
            let home = command.branch_id.or(cx.principal().branch_id);
            let owner = Owner::row(home, manager_id);
            // who registers a client for another branch may not see his card
            let seen = cx.principal().reaches("client.read", owner);
            let href = if seen { card_href(id) } else { "/clients".to_owned() };
            Ok(cx.done(&href, "flash-client-registered"))
        }
        Err(Error::Refused(refusals)) => {
            let twins = twins(&cx, kind, &sent, &refusals).await?;
            let content = markup(&cx, kind, &sent, &refusals, &twins).await?;
            let title = cx.l.t("client-new");
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &content))
        }
        Err(other) => Err(other.into()),
    }
}

/// What was chosen from a list; what is no id at all becomes one that nobody has, so that the command
/// refuses it together with everything else.
fn chosen<T: FromStr + From<Uuid>>(sent: &FormData, name: &str) -> Option<T> {
    sent.opt(name).map(|text| text.parse().unwrap_or_else(|_| T::from(Uuid::nil())))
}

fn identifier_kinds(cx: &Cx, kind: ClientKind) -> Vec<String> {
    const OFFERED: [&str; 8] =
        ["passport_rf", "inn", "snils", "ogrn", "ogrnip", "id_card_kz", "iin", "bin"];
    let Some(subject) = kind.subject() else { return Vec::new() };
    crate::client::pack(&cx.ctx)
        .map(|pack| {
            let kinds = pack.identifiers_of(subject).map(|k| k.kind.clone());
            kinds.filter(|k| OFFERED.contains(&k.as_str())).collect()
        })
        .unwrap_or_default()
}

/// Who looks the same as what is typed.
async fn twins(
    cx: &Cx,
    kind: ClientKind,
    typed: &FormData,
    refusals: &Refusals,
) -> Result<Markup, Error> {
    let refused = cx.field_error(refusals, "despite_duplicates");
    let typed = Typed { kind, form: typed, numbers: identifier_kinds(cx, kind) };
    identity::typed_part(cx, &typed, refused.as_deref()).await
}

/// Where the fragment of duplicates stands; asked for anew when the person pauses.
fn twins_place(twins: &Markup) -> Markup {
    html! {
        div #client-twins aria-live="polite" hx-post="/clients/new/duplicates"
            hx-trigger="input from:\"closest form\" delay:500ms" hx-swap="innerHTML"
            hx-sync="replace" { (twins) }
    }
}

async fn markup(
    cx: &Cx,
    kind: ClientKind,
    typed: &FormData,
    refusals: &Refusals,
    twins: &Markup,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let added = added_of(cx, kind, true).await?;
    let texts: FieldTexts =
        added.iter().map(|f| (f.key.clone(), fields::typed(typed, &f.key))).collect();
    let linked = fields::linked(cx, &added, [&texts].into_iter()).await?;
    let tabs: Vec<Tab> = ClientKind::ALL
        .iter()
        .map(|k| Tab::new(format!("/clients/new?kind={}", k.key()), kind_word(l, *k), *k == kind))
        .collect();
    let general = cx.refusal_words(refusals.general());
    let body = html! {
        @if !general.is_empty() { (web::ui::error_summary(l, &general)) }
        @for group in GROUPS {
            @let defs: Vec<_> = fields_of(kind).filter(|f| f.group == group).collect();
            @if !defs.is_empty() {
                (Panel::new(l.t(&format!("group-{group}"))).render(&html! {
                    div.form-grid {
                        @for def in defs { (input(cx, def, start(kind, def.key, typed), refusals)) }
                    }
                }))
            }
            @if group == "name" && kind.subject().is_some() {
                (reach(cx, kind, typed, refusals))
                (twins_place(twins))
            }
        }
        @if !added.is_empty() {
            (Panel::new(l.t("group-added")).render(&html! {
                div.form-grid {
                    @for field in &added {
                        @let text = texts.get(&field.key).map_or("", String::as_str);
                        (fields::control(cx, field, text, &linked, refusals))
                    }
                }
            }))
        }
        (owner_fields(cx, typed, refusals))
    };
    let form = Form::post("/clients/new")
        .hidden("_id", cx.form_id())
        .hidden("kind", kind.key())
        .draft(format!("client-new-{}", kind.key()))
        .submit(l.t("client-register"))
        .cancel("/clients");
    Ok(html! {
        (PageHeader::new(l.t("client-new")).crumb("/clients", l.t("nav-clients")).render(l))
        (web::ui::tabs(&l.t("client-new-kind"), &tabs))
        (form.render(l, &body))
    })
}

/// What a field shows: what was typed, or what most clients of the kind are. Nobody is very important
/// merely because that word stands first in the list.
fn start<'a>(kind: ClientKind, key: &str, typed: &'a FormData) -> &'a str {
    let value = typed.raw(key);
    if key != "segment" || !value.is_empty() {
        return value;
    }
    match kind {
        ClientKind::Person | ClientKind::Household => "mass",
        ClientKind::SoleTrader | ClientKind::Company => "sme",
        ClientKind::Group => "corporate",
    }
}

fn reach(cx: &Cx, kind: ClientKind, typed: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let error = |field: &str| cx.field_error(refusals, field);
    Panel::new(l.t("group-identity")).render(&html! {
        div.form-grid {
            (Field::new("phone", l.t("client-phone"), Input::Phone).value(typed.raw("phone"))
                .error(error("phone")).render(l))
            (Field::new("email", l.t("client-email"), Input::Email).value(typed.raw("email"))
                .error(error("email")).render(l))
            @for key in identifier_kinds(cx, kind) {
                (Field::text(key.clone(), l.t(&format!("id-kind-{key}")))
                    .value(typed.raw(&key)).error(error(&key)).render(l))
            }
        }
    })
}

fn owner_fields(cx: &Cx, typed: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let me = cx.principal().user_id.map(|u| u.to_string()).unwrap_or_default();
    let home = cx.principal().branch_id.map(|b| b.to_string()).unwrap_or_default();
    let none = || Opt::new("", l.t("client-not-chosen"));
    let mut branches = vec![none()];
    branches.extend(
        directory
            .branches
            .values()
            .filter(|b| !b.archived)
            .map(|b| Opt::new(b.id.to_string(), b.shown_name(l.lang))),
    );
    let mut managers = vec![none()];
    let is_manager = |roles: &[kernel::RoleId]| {
        roles.iter().any(|r| directory.roles.get(r).is_some_and(|r| r.key == "manager"))
    };
    managers.extend(
        directory
            .staff
            .values()
            .filter(|s| s.active && (is_manager(&s.roles) || s.id.to_string() == me))
            .map(|s| Opt::new(s.id.to_string(), s.shown_name(l.lang))),
    );
    let value = |name: &str, standard: String| typed.opt(name).unwrap_or(standard);
    Panel::new(l.t("group-owner")).render(&html! {
        div.form-grid {
            (Field::select("branch_id", l.t("field-branch-id"), branches)
                .value(value("branch_id", home)).error(cx.field_error(refusals, "branch_id")).render(l))
            (Field::select("manager_id", l.t("field-manager-id"), managers)
                .value(value("manager_id", me)).error(cx.field_error(refusals, "manager_id")).render(l))
        }
    })
}
