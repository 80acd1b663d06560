//! The form of a team, and taking one out of use.

use axum::extract::Path;
use axum::response::Response;
use kernel::{BranchId, Refusals, TeamId};
use maud::html;
use spine::Error;
use spine::org::edit::{SaveTeam, SetTeamArchived};
use web::ui::{Field, Form, form_row};
use web::{Answer, Cx, FormData};

use super::{HOME, list};
use crate::pages::{as_drawn, branch_options, choose, dialog, dialog_refused, originals, summary};

#[derive(Default)]
struct Typed {
    branch: String,
    name: String,
    name_en: String,
}

impl Typed {
    fn sent(sent: &FormData) -> Self {
        Self { branch: sent.text("branch"), name: sent.text("name"), name_en: sent.text("name_en") }
    }
    fn command(&self, id: Option<TeamId>) -> SaveTeam {
        SaveTeam {
            team_id: id,
            branch_id: self.branch.parse().ok(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            original: None,
        }
    }
    fn values(&self) -> [(&'static str, String); 3] {
        [
            ("branch", self.branch.clone()),
            ("name", self.name.clone()),
            ("name_en", self.name_en.clone()),
        ]
    }
}

pub(super) async fn new(cx: Cx) -> Answer {
    Ok(show(&cx, None, (&Typed::default(), None), None))
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    send(cx, None, sent).await
}

pub(super) async fn edit(cx: Cx, Path(id): Path<TeamId>) -> Answer {
    let directory = cx.app.services.directory.get();
    let team = directory.teams.get(&id).ok_or(Error::NotFound)?;
    let typed = Typed {
        branch: team.branch_id.map(|b| b.to_string()).unwrap_or_default(),
        name: team.name.clone(),
        name_en: team.name_en.clone(),
    };
    Ok(show(&cx, Some(id), (&typed, Some(&typed)), None))
}

pub(super) async fn save(cx: Cx, Path(id): Path<TeamId>, sent: FormData) -> Answer {
    send(cx, Some(id), sent).await
}

async fn send(cx: Cx, id: Option<TeamId>, sent: FormData) -> Answer {
    let typed = Typed::sent(&sent);
    let drawn = as_drawn(&sent).map(|drawn| Typed::sent(&drawn));
    let mut refusals = Refusals::default();
    let _: Option<BranchId> = sent.id("branch", &mut refusals);
    let outcome = match refusals.into_result() {
        Ok(()) => {
            let original = drawn.as_ref().map(|drawn| Box::new(drawn.command(id)));
            let command = SaveTeam { original, ..typed.command(id) };
            cx.execute(sent.command_id()?, &command).await.map(|_| ())
        }
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(HOME, "flash-admin-saved")),
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, id, (&typed, drawn.as_ref()), Some(&refusals)))
        }
        Err(Error::Conflict(conflict)) => {
            Ok(choose(&cx, &title(&cx, id), &action(id), "team", &sent, &conflict))
        }
        Err(other) => Err(other.into()),
    }
}

fn action(id: Option<TeamId>) -> String {
    format!("/admin/teams/{}", id.map_or("new".to_owned(), |id| id.to_string()))
}

fn title(cx: &Cx, id: Option<TeamId>) -> String {
    cx.l.t(if id.is_some() { "admin-team-edit" } else { "admin-team-new" })
}

/// The form with what is typed and, when the thing is there, what it was when the form was first drawn.
fn show(
    cx: &Cx,
    id: Option<TeamId>,
    (typed, original): (&Typed, Option<&Typed>),
    refused: Option<&Refusals>,
) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let line = |name: &str, key: &str, value: &str| {
        Field::text(name, l.t(key)).value(value).required().error(cx.field_error(refusals, name))
    };
    let branches = branch_options(cx, typed.branch.parse().ok(), Some(l.t("admin-head-office")));
    let fields = html! {
        (summary(cx, refusals))
        @if let Some(original) = original { (originals(original.values())) }
        (form_row(&[
            line("name", "admin-name-ru", &typed.name).render(l),
            line("name_en", "admin-name-en", &typed.name_en).render(l),
        ]))
        (Field::select("branch", l.t("admin-staff-branch"), branches).value(&typed.branch)
            .error(cx.field_error(refusals, "branch")).render(l))
    };
    let body = Form::post(action(id))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-save"))
        .cancel(HOME)
        .render(l, &fields);
    let title = title(cx, id);
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}

pub(super) async fn archive(cx: Cx, Path(id): Path<TeamId>, sent: FormData) -> Answer {
    let command = SetTeamArchived { team_id: id, archived: sent.is_set("archived") };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    list::after_button(&cx, outcome)
}
