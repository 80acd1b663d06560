//! One thing that was done at this branch: what was typed, by whom, under which version of the strategy, and what the centre says.

use axum::extract::Path;
use kernel::CommandId;
use maud::{Markup, html};
use spine::{Error, Owner};
use web::ui::{Kv, PageHeader, Panel, split};
use web::{Answer, Cx, icons};

use super::super::queries::{self, Whole};
use super::{HOME, here, names, status};
use crate::parts::payload_part;
use crate::queries::about;
use crate::refusals::queries::{PERMISSION, visible};

/// What was done, to whom the list shows it; to others it does not exist.
pub(super) async fn show(mut cx: Cx, Path(id): Path<CommandId>) -> Answer {
    let state = here(&mut cx).await?;
    let whole = queries::one(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let is_mine = cx.principal().user_id == Some(whole.done.actor_id);
    let owner = Owner::row(Some(state.who.branch), Some(whole.done.actor_id));
    if !is_mine && !cx.principal().reaches(PERMISSION, owner) {
        return Err(Error::NotFound.into());
    }
    let l = cx.l.clone();
    let title = cx.command_words(&whole.done.name);
    let wide = payload(&mut cx, &whole, is_mine).await?;
    let facts = facts(&mut cx, &whole).await?;
    let head = PageHeader::new(&title).crumb(HOME, l.t("branch-pending"));
    let body = html! {
        (head.marks(status(&cx, &whole.done)).render(&l))
        (split(&wide, &facts))
    };
    Ok(cx.page(&title, &body))
}

/// Who did it reads what he typed; others only where they see all of the client.
async fn payload(cx: &mut Cx, whole: &Whole, is_mine: bool) -> Result<Markup, Error> {
    let added = cx.added_fields().await?;
    let tells = is_mine || {
        let bus = cx.app.services.bus.clone();
        about(&mut cx.db, bus.client_bound(), &whole.payload).await?.is_open_to(cx.principal())
    };
    let l = &cx.l;
    let body = if whole.payload.is_empty() {
        html! { p.quiet { (l.t("branch-payload-gone")) } }
    } else if tells {
        payload_part(cx, &added, (&whole.done.name, &whole.payload))
    } else {
        html! { p.quiet { (icons::icon("eye-off")) " " (l.t("branch-payload-hidden")) } }
    };
    let body = html! { (body) p.quiet { (l.t("branch-pending-undo")) } };
    Ok(Panel::new(l.t("branch-refusal-wanted")).icon("pencil").render(&body))
}

async fn facts(cx: &mut Cx, whole: &Whole) -> Result<Markup, Error> {
    let done = &whole.done;
    let names = names(cx, std::slice::from_ref(done)).await?;
    let is_shown = done.outcome.as_deref() == Some("refused") && is_visible(cx, done.id).await?;
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut kv = Kv::new("pending-facts")
        .text(l.t("branch-pending-who"), directory.staff_name(done.actor_id, l.lang))
        .text(l.t("branch-pending-time"), &l.datetime(done.at));
    if let Some((id, name)) = done.client_id.and_then(|id| Some((id, names.get(&id)?))) {
        let link = html! { a href={ "/clients/" (id) } { (name) } };
        kv = kv.line(l.t("branch-pending-client"), link);
    }
    if let Some(supervisor) = whole.supervisor {
        let name = directory.staff_name(supervisor, l.lang);
        kv = kv.text(l.t("branch-pending-supervisor"), name);
    }
    if let Some(version) = whole.version {
        kv = kv.text(l.t("branch-pending-version"), &l.int(version));
    }
    kv = kv.line(l.t("branch-pending-status"), status(cx, done));
    let body = html! {
        (kv.render(l))
        @if is_shown {
            p { a href={ "/refusals/" (done.id) } { (l.t("branch-pending-refusal")) } }
        }
    };
    Ok(Panel::new(l.t("branch-refusal-facts"))
        .icon("info")
        .id("pending-one")
        .live("line", cx.path.clone())
        .render(&body))
}

/// Whether the person may open what became of it.
async fn is_visible(cx: &mut Cx, id: CommandId) -> Result<bool, Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    match visible(&mut cx.db, &principal, id).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
