//! The client in brief: how he is to be served and why, the last contacts, what is open. Of somebody whose card is out of reach and
//! who is known at every desk: how he is to be served and why, nothing more.

use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::Cx;
use web::ui::{self, Kv, Panel, Tone};

use super::desk::Current;
use crate::desk::model::Service;
use crate::desk::queries::Regard;
use crate::interaction::model::Channel;
use crate::interaction::queries::{self as contacts, Place};
use crate::parts;
use crate::queries::client_ref::ClientRef;
use crate::task::queries as tasks;

/// Contacts and tasks shown.
const LINES: i64 = 4;

pub(super) async fn part(cx: &mut Cx, current: Option<&Current>) -> Result<Markup, Error> {
    if let Some(known) = current.and_then(|c| c.known.as_ref()) {
        return Ok(service(cx, known.service, &known.regards));
    }
    let Some((client, regards)) =
        current.and_then(|c| c.client.as_ref().map(|client| (client, &c.regards)))
    else {
        let l = &cx.l;
        let none = ui::empty("user", &l.t("desk-brief-none"), &l.t("desk-brief-none-words"), None);
        return Ok(Panel::new(l.t("desk-brief")).render(&none));
    };
    let history = history(cx, client).await?;
    let open = open_tasks(cx, client).await?;
    let own = Service::of(&client.segment);
    Ok(html! { (service(cx, own, regards)) (facts(cx, client)) (open) (history) })
}

/// How he is to be served: as he himself is due, or as a company he speaks for.
fn service(cx: &Cx, own: Service, regards: &[Regard]) -> Markup {
    let l = &cx.l;
    let due = regards.iter().map(|r| Service::of(&r.segment)).chain([own]).max().unwrap_or(own);
    let directory = cx.app.services.directory.get();
    let tone = match due {
        Service::Vip => Tone::Attention,
        Service::Priority => Tone::Info,
        Service::Standard => Tone::Neutral,
    };
    let body = html! {
        p { (ui::badge_with_icon(tone, "crown", &l.t(&format!("service-{}", due.key())))) }
        p { (l.t(&format!("service-words-{}", due.key()))) }
        @for regard in regards {
            p.desk-regard {
                strong { (l.t(&format!("links-kind-{}", regard.role.replace('_', "-")))) }
                " · " (regard.company_name)
                @if let Some(manager) = regard.manager_id {
                    br; span.quiet { (l.t("regard-told")) " " (directory.staff_name(manager, l.lang)) }
                }
            }
        }
    };
    Panel::new(l.t("service-due")).id("service-due").icon("crown").render(&body)
}

fn facts(cx: &Cx, client: &ClientRef) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let branch = client.branch_id.map(|id| directory.branch_name(id, l.lang).to_owned());
    let kv = Kv::new("brief-facts")
        .line(
            l.t("engagement-client"),
            html! {
                (parts::client_link(l, client.id, &client.name, &client.number))
                @if client.is_vip() { " " (parts::vip_mark(l)) }
            },
        )
        .text(l.t("brief-number"), &client.number)
        .text(l.t("brief-branch"), &branch.unwrap_or_default())
        .text(l.t("brief-manager"), &parts::staff_name(cx, client.manager_id));
    Panel::new(l.t("desk-brief")).icon("user").render(&kv.render(l))
}

async fn open_tasks(cx: &mut Cx, client: &ClientRef) -> Result<Markup, Error> {
    let may_read = cx.principal().reaches("task.read", client.owner());
    if !may_read || !cx.reads(client.owner(), Group::History) {
        return Ok(html! {});
    }
    let tasks = tasks::of_client(&mut cx.db, client.id, LINES).await?;
    let l = &cx.l;
    let body = html! {
        @if tasks.is_empty() { p.quiet { (l.t("brief-no-tasks")) } }
        ul.brief-list {
            @for task in &tasks {
                li {
                    a href={ "/tasks/" (task.id) } data-dialog-src={ "/tasks/" (task.id) } { (task.title) }
                    " " (parts::due(l, task.due_on, task.due_at))
                }
            }
        }
    };
    Ok(Panel::new(l.t("brief-tasks")).icon("square-check").render(&body))
}

async fn history(cx: &mut Cx, client: &ClientRef) -> Result<Markup, Error> {
    if !cx.principal().reaches("interaction.read", client.owner())
        || !cx.reads(client.owner(), Group::History)
    {
        return Ok(html! {});
    }
    let last =
        contacts::contacts(&mut cx.db, client.id, &Channel::ALL, "", Place::TOP, LINES).await?;
    let l = &cx.l;
    let body = html! {
        @if last.is_empty() { p.quiet { (l.t("brief-no-contacts")) } }
        ul.brief-list {
            @for contact in last.iter().filter(|c| !c.is_corrected) {
                li {
                    span.quiet { (l.ago(contact.row.at)) " · " (l.t(&format!("interaction-channel-{}", contact.row.channel.key()))) }
                    br;
                    @if contact.row.subject.is_empty() { (short(&contact.row.body)) } @else { (contact.row.subject) }
                }
            }
        }
    };
    Ok(Panel::new(l.t("brief-contacts")).icon("history").render(&body))
}

/// The beginning of a longer text.
fn short(text: &str) -> String {
    const CHARS: usize = 90;
    match text.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
