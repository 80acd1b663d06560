//! The form of a branch, and taking one out of use.

use axum::extract::Path;
use axum::response::Response;
use kernel::{BranchId, Refusal, Refusals, RegionId};
use maud::{Markup, html};
use spine::Error;
use spine::org::Region;
use spine::org::edit::{SaveBranch, SetBranchArchived};
use web::ui::{Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::{HOME, list};
use crate::pages::{as_drawn, asked, choose, dialog, dialog_refused, originals, summary};

/// Zones the field offers; any IANA name may be typed.
const ZONES: [&str; 16] = [
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Novosibirsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
    "Asia/Almaty",
    "Asia/Tashkent",
    "Europe/Minsk",
    "Europe/Prague",
];
const MODES: [&str; 3] = ["centralised", "distributed", "autonomous"];

#[derive(Default)]
struct Typed {
    region: String,
    code: String,
    name: String,
    name_en: String,
    address: String,
    zone: String,
    mode: String,
}

impl Typed {
    fn sent(sent: &FormData) -> Self {
        Self {
            region: sent.text("region"),
            code: sent.text("code"),
            name: sent.text("name"),
            name_en: sent.text("name_en"),
            address: sent.text("address"),
            zone: sent.text("zone"),
            mode: sent.text("mode"),
        }
    }
    fn command(&self, id: Option<BranchId>, region_id: RegionId) -> SaveBranch {
        SaveBranch {
            branch_id: id,
            region_id,
            code: self.code.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            address: self.address.clone(),
            zone: self.zone.clone(),
            mode: self.mode.clone(),
            original: None,
        }
    }
    fn values(&self) -> [(&'static str, String); 7] {
        [
            ("region", self.region.clone()),
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("name_en", self.name_en.clone()),
            ("address", self.address.clone()),
            ("zone", self.zone.clone()),
            ("mode", self.mode.clone()),
        ]
    }
}

pub(super) async fn new(cx: Cx) -> Answer {
    let typed = Typed {
        region: asked(&cx).text("region"),
        zone: cx.app.zone.iana_name().unwrap_or("Europe/Moscow").to_owned(),
        mode: "centralised".to_owned(),
        ..Typed::default()
    };
    Ok(show(&cx, None, (&typed, None), None))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    send(cx, None, sent).await
}

pub(super) async fn edit(cx: Cx, Path(id): Path<BranchId>) -> Answer {
    let directory = cx.app.services.directory.get();
    let branch = directory.branches.get(&id).ok_or(Error::NotFound)?;
    let typed = Typed {
        region: branch.region_id.to_string(),
        code: branch.code.clone(),
        name: branch.name.clone(),
        name_en: branch.name_en.clone(),
        address: branch.address.clone(),
        zone: branch.zone.clone(),
        mode: branch.mode.clone(),
    };
    Ok(show(&cx, Some(id), (&typed, Some(&typed)), None))
}

pub(super) async fn save(cx: Cx, Path(id): Path<BranchId>, sent: FormData) -> Answer {
    send(cx, Some(id), sent).await
}

async fn send(cx: Cx, id: Option<BranchId>, sent: FormData) -> Answer {
    let typed = Typed::sent(&sent);
    let drawn = as_drawn(&sent).map(|drawn| Typed::sent(&drawn));
    let mut refusals = Refusals::default();
    let region: Option<RegionId> = sent.id("region", &mut refusals);
    if typed.region.is_empty() {
        refusals.push(Refusal::field("required", "region"));
    }
    let outcome = match region {
        Some(region_id) => {
            let original = drawn.as_ref().and_then(|drawn| {
                let region = drawn.region.parse().ok()?;
                Some(Box::new(drawn.command(id, region)))
            });
            let command = SaveBranch { original, ..typed.command(id, region_id) };
            cx.execute(sent.command_id()?, &command).await.map(|_| ())
        }
        None => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(HOME, "flash-admin-saved")),
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, id, (&typed, drawn.as_ref()), Some(&refusals)))
        }
        Err(Error::Conflict(conflict)) => {
            Ok(choose(&cx, &title(&cx, id), &action(id), "branch", &sent, &conflict))
        }
        Err(other) => Err(other.into()),
    }
}

fn action(id: Option<BranchId>) -> String {
    format!("/admin/branches/{}", id.map_or("new".to_owned(), |id| id.to_string()))
}

fn title(cx: &Cx, id: Option<BranchId>) -> String {
    cx.l.t(if id.is_some() { "admin-branch-edit" } else { "admin-branch-new" })
}

/// The form with what is typed and, when the thing is there, what it was when the form was first drawn.
fn show(
    cx: &Cx,
    id: Option<BranchId>,
    (typed, original): (&Typed, Option<&Typed>),
    refused: Option<&Refusals>,
) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let body = Form::post(action(id))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-save"))
        .cancel(HOME)
        .render(
            l,
            &html! {
                @if let Some(original) = original { (originals(original.values())) }
                (fields(cx, typed, refused.unwrap_or(&none)))
            },
        );
    let title = title(cx, id);
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}

fn fields(cx: &Cx, typed: &Typed, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut regions: Vec<&Region> = directory.regions.values().collect();
    regions.sort_by(|a, b| a.code.cmp(&b.code));
    let regions = regions.iter().map(|r| Opt::new(r.id.to_string(), r.shown_name(l.lang)));
    let regions: Vec<Opt> =
        std::iter::once(Opt::new("", l.t("admin-choose"))).chain(regions).collect();
    let zones = ZONES.iter().map(|zone| Opt::new(*zone, *zone)).collect();
    let mode = |mode: &&str| {
        Opt::new(*mode, l.t(&format!("admin-mode-{mode}")))
            .hint(l.t(&format!("admin-mode-{mode}-hint")))
    };
    let error = |name: &str| cx.field_error(refusals, name);
    let line = |name: &str, key: &str, value: &str| {
        Field::text(name, l.t(key)).value(value).error(error(name))
    };
    html! {
        (summary(cx, refusals))
        (form_row(&[
            Field::select("region", l.t("admin-branch-region"), regions).value(&typed.region).required()
                .error(error("region")).render(l),
            line("code", "admin-code", &typed.code).required().hint(l.t("admin-code-hint")).render(l),
        ]))
        (form_row(&[
            line("name", "admin-name-ru", &typed.name).required().render(l),
            line("name_en", "admin-name-en", &typed.name_en).required().render(l),
        ]))
        (line("address", "admin-branch-address", &typed.address).full().render(l))
        (Field::new("zone", l.t("admin-branch-zone"), Input::Combobox(zones)).value(&typed.zone).required()
            .hint(l.t("admin-branch-zone-hint")).error(error("zone")).render(l))
        (Field::new("mode", l.t("admin-branch-mode"), Input::Radio(MODES.iter().map(mode).collect()))
            .value(&typed.mode).required().error(error("mode")).render(l))
    }
}

pub(super) async fn archive(cx: Cx, Path(id): Path<BranchId>, sent: FormData) -> Answer {
    let command = SetBranchArchived { branch_id: id, archived: sent.is_set("archived") };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    list::after_button(&cx, outcome)
}
