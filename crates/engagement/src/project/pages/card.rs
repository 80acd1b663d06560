//! The page of a project: what it is, where it stands, who takes part.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ProjectId, Refusal, Refusals, limits};
use maud::{Markup, html};
use spine::Error;
use uuid::Uuid;
use web::ui::{self, Button, Cell, Column, Field, Form, Kv, PageHeader, Panel, Row, Table, Tone};
use web::{Answer, Cx, Drawing, FormData, OwnRecord};

use super::list::{days, tone};
use crate::parts;
use crate::parts::choose::{self, Choice};
use crate::project::commands::{AddParticipant, PROJECT, SetParticipation, SetProjectStatus};
use crate::project::model::{Participation, ROLES};
use crate::project::queries::{self, Participant, ProjectRow};

pub(super) async fn page(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let id: ProjectId = parts::id(&id)?;
    let project = queries::project(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let limit = i64::try_from(limits::PAGE_ROWS_MAX).unwrap_or(200);
    let people = queries::participants(&mut cx.db, &principal, id, limit).await?;
    let counts = queries::counts(&mut cx.db, id).await?;
    let may_write = principal.reaches("project.write", project.owner());
    let waiting = cx.waiting_strip(id.uuid(), &format!("/projects/{id}")).await?;
    let own = cx.own(PROJECT.key).await?.card(&cx, id.uuid(), &project.custom, may_write).await?;
    let l = &cx.l;
    let content = html! {
        (header(&cx, &project, may_write))
        @if let Some(waiting) = &waiting { (waiting) }
        div #project data-live="kind:project kind:participation" data-live-src={ "/projects/" (id) } {
            (ui::split(&participants(&cx, &project, &people, may_write), &facts(&cx, &project, &counts, &own)))
        }
    };
    Ok(cx.page(&format!("{} · {}", project.title, l.t("nav-projects")), &content))
}

fn header(cx: &Cx, project: &ProjectRow, may_write: bool) -> Markup {
    let l = &cx.l;
    let status = l.t(&format!("project-status-{}", project.status.key()));
    let kind = l.t(&format!("project-kind-{}", project.kind));
    let mut header = PageHeader::new(&project.title)
        .crumb("/projects", l.t("nav-projects"))
        .marks(ui::badge(tone(project.status), &status))
        .lead(html! { (kind) " · " (days(l, project)) @if !project.place.is_empty() { " · " (project.place) } });
    if may_write {
        for next in project.status.following() {
            header = header.other(html! {
                form method="post" action={ "/projects/" (project.id) "/status" } {
                    input type="hidden" name="_id" value=(cx.form_id());
                    (Button::secondary(l.t(&format!("project-to-{}", next.key()))).sends("status", next.key()))
                }
            });
        }
        let edit = Button::secondary(l.t("project-edit")).icon("pencil");
        header = header.other(html! { (edit.dialog(format!("/projects/{}/edit", project.id))) });
        if project.status.is_open() {
            let invite = Button::primary(l.t("project-invite")).icon("user-plus");
            header = header.primary(invite.dialog(format!("/projects/{}/invite", project.id)));
        }
    }
    header.render(l)
}

/// A project as its own fields are shown and changed by themselves.
pub(crate) fn own_record<'a>(cx: &'a mut Cx, id: Uuid) -> Drawing<'a, OwnRecord> {
    Box::pin(async move {
        cx.principal().require("project.read")?;
        let id = ProjectId::from_uuid(id);
        let project = queries::project(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
        let may_edit = cx.principal().reaches("project.write", project.owner());
        let href = format!("/projects/{id}");
        Ok(OwnRecord { title: project.title, href, values: project.custom, may_edit })
    })
}

fn facts(cx: &Cx, project: &ProjectRow, counts: &[(Participation, i64)], own: &Markup) -> Markup {
    let l = &cx.l;
    let mut kv = Kv::new("project-facts")
        .text(l.t("project-when"), &days(l, project))
        .text(l.t("project-place"), &project.place)
        .text(l.t("project-owner"), &parts::staff_name(cx, project.owner_id))
        .text(l.t("project-about"), &project.about);
    for wanted in Participation::ALL {
        let number = counts.iter().find(|(p, _)| *p == wanted).map_or(0, |(_, n)| *n);
        kv = kv.text(l.t(&format!("project-participation-{}", wanted.key())), &l.int(number));
    }
    Panel::new(l.t("project-facts")).render(&html! { (kv.render(l)) (own) })
}

const fn participation_tone(participation: Participation) -> Tone {
    match participation {
        Participation::Invited => Tone::Info,
        Participation::Registered | Participation::Attended => Tone::Good,
        Participation::Declined => Tone::Neutral,
    }
}

fn participants(cx: &Cx, project: &ProjectRow, people: &[Participant], may_write: bool) -> Markup {
    let l = &cx.l;
    let can_invite = may_write && project.status.is_open();
    let invite = can_invite.then(|| {
        Button::secondary(l.t("project-invite"))
            .icon("user-plus")
            .dialog(format!("/projects/{}/invite", project.id))
    });
    let rows = people.iter().map(|p| {
        let word = l.t(&format!("project-participation-{}", p.participation.key()));
        let row = Row::new(p.client.id)
            .href(format!("/clients/{}", p.client.id))
            .cell(Cell::text(parts::client_name(l, &p.client)))
            .cell(Cell::quiet(l.t(&format!("project-role-{}", p.role))))
            .cell(Cell::markup(ui::dot(participation_tone(p.participation), &word)));
        if may_write { row.actions(next_steps(cx, project, p)) } else { row }
    });
    let table = Table::new("participants", l.t("project-participants"))
        .column(Column::text(l.t("engagement-client")).wide())
        .column(Column::text(l.t("project-role")))
        .column(Column::text(l.t("project-participation")))
        .rows(rows)
        .empty(ui::empty(
            "users",
            &l.t("project-no-participants"),
            &l.t("project-no-participants-words"),
            invite,
        ));
    Panel::new(l.t("project-participants")).flush().render(&table.render(l))
}

fn next_steps(cx: &Cx, project: &ProjectRow, person: &Participant) -> Markup {
    let l = &cx.l;
    html! {
        form method="post" action={ "/projects/" (project.id) "/participation" } {
            input type="hidden" name="_id" value=(cx.form_id());
            input type="hidden" name="client" value=(person.client.id);
            @for next in Participation::ALL.into_iter().filter(|p| *p != person.participation && *p != Participation::Invited) {
                (Button::quiet(l.t(&format!("project-mark-{}", next.key()))).sends("status", next.key()))
            }
        }
    }
}

pub(super) async fn set_status(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let project_id: ProjectId = parts::id(&id)?;
    let command = SetProjectStatus { project_id, status: sent.text("status") };
    cx.execute(sent.command_id()?, &command).await?;
    Ok(cx.done(&format!("/projects/{project_id}"), "flash-project-saved"))
}

pub(super) async fn set_participation(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let project_id: ProjectId = parts::id(&id)?;
    let client_id = parts::id(&sent.text("client"))?;
    let command = SetParticipation { project_id, client_id, status: sent.text("status") };
    cx.execute(sent.command_id()?, &command).await?;
    Ok(cx.done(&format!("/projects/{project_id}"), "flash-project-saved"))
}

async fn guarded(cx: &mut Cx, id: &str) -> Result<ProjectRow, Error> {
    let id: ProjectId = parts::id(id)?;
    let project = queries::project(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    cx.principal().require_over("project.write", project.owner())?;
    Ok(project)
}

pub(super) async fn invite_form(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let project = guarded(&mut cx, &id).await?;
    let pair = |key: &str, value: String| (key.to_owned(), value);
    let start =
        FormData::from_pairs([pair("role", "participant".to_owned()), pair("_id", cx.form_id())]);
    let choice = Choice::default();
    Ok(show_invite(&cx, StatusCode::OK, &project, &choice, &start, &Refusals::default()))
}

pub(super) async fn invite(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let project = guarded(&mut cx, &id).await?;
    let mut refusals = Refusals::default();
    let choice = choose::chosen(&mut cx, &sent, &mut refusals).await?;
    if choice.client.is_none() && refusals.0.is_empty() {
        refusals.push(Refusal::field("required", "client_name"));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(client) = choice.client.as_ref().filter(|_| refusals.0.is_empty()) else {
        return Ok(show_invite(&cx, status, &project, &choice, &sent, &refusals));
    };
    let command =
        AddParticipant { project_id: project.id, client_id: client.id, role: sent.text("role") };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&format!("/projects/{}", project.id), "flash-project-invited")),
        Err(Error::Refused(refusals)) => {
            let choice = Choice::default();
            Ok(show_invite(&cx, status, &project, &choice, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

fn show_invite(
    cx: &Cx,
    status: StatusCode,
    project: &ProjectRow,
    choice: &Choice,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let roles = parts::word_options(l, "project-role-", &ROLES, None);
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        p.quiet { (project.title) }
        (choose::fields(cx, choice, sent, refusals))
        (Field::select("role", l.t("project-role"), roles).value(sent.text("role"))
            .error(cx.field_error(refusals, "role")).render(l))
    };
    let back = format!("/projects/{}", project.id);
    let mut form = Form::post(format!("/projects/{}/invite", project.id))
        .hidden("_id", sent.raw("_id"))
        .submit(l.t("project-invite"))
        .cancel(back.as_str());
    if let Some(client) = &choice.client {
        form = form.hidden("client", client.id.to_string());
    }
    parts::dialog(
        cx,
        status,
        &l.t("project-invite"),
        (&back, &project.title),
        &form.render(l, &body),
    )
}
