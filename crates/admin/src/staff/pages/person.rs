//! The page of a member of staff.

use axum::extract::Path;
use kernel::{Refusals, SessionId, UserId};
use maud::{Markup, html};
use spine::Error;
use spine::org::StaffMember;
use spine::org::commands::EndSession;
use spine::org::edit::{EndSessions, UnlockStaff};
use spine::org::factor::ResetSecondFactor;
use spine::org::queries::{SessionRow, sessions_of};
use spine::org::vouched::UnlinkProvider;
use web::ui::{
    self, Button, Cell, Column, Kv, Menu, MenuItem, PageHeader, Panel, Row, Table, Tone,
};
use web::{Answer, Cx, FormData};

use super::list::{days, state_mark};
use super::{person_href, pin};
use crate::pages::{lookups, post_button};
use crate::staff::queries::{self, Details, Standing};

pub(super) async fn person(mut cx: Cx, Path(id): Path<UserId>) -> Answer {
    let l = cx.l.clone();
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&id).ok_or(Error::NotFound)?;
    let details = queries::details(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let now = cx.now();
    let sessions = sessions_of(&mut cx.db, id, now).await?;
    let standing = queries::standing(&mut cx.db, id, l.today).await?;
    let name = member.shown_name(l.lang).to_owned();
    let wide = html! { (facts(&cx, member, &details)) (sessions_panel(&cx, id, &sessions)) };
    let narrow = html! { (absences_panel(&cx, member, &standing)) (rights_panel(&cx, member)) };
    let waiting = cx.waiting_strip(id.uuid(), &person_href(id)).await?;
    let body = html! {
        (head(&cx, member, &details))
        @if let Some(waiting) = &waiting { (waiting) }
        (ui::split(&wide, &narrow))
    };
    Ok(cx.page(&name, &body))
}

fn head(cx: &Cx, member: &StaffMember, details: &Details) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let name = member.shown_name(l.lang);
    let href = person_href(member.id);
    let locked = details.locked_until.is_some_and(|t| t > cx.now());
    let acting = directory.acting_for(member.id, l.today);
    let deputy = (acting != member.id).then(|| directory.staff_name(acting, l.lang));
    let branch = member
        .branch_id
        .map_or_else(|| l.t("admin-head-office"), |b| directory.branch_name(b, l.lang).to_owned());
    let mut header = PageHeader::new(name)
        .crumb("/admin/staff", l.t("admin-staff"))
        .before(ui::avatar_large(name))
        .marks(state_mark(l, member.active, locked, deputy))
        .lead(html! { (directory.role_names(member.id, l.lang)) " · " (branch) });
    if locked && directory.may_act_on(cx.principal(), member) {
        let button = Button::secondary(l.t("admin-staff-unlock")).icon("lock");
        header = header.other(post_button(cx, &format!("{href}/unlock"), &[], button));
    }
    header
        .other(menu(cx, member, details.is_linked, &href))
        .primary(Button::primary(l.t("admin-edit")).icon("pencil").href(format!("{href}/edit")))
        .render(l)
}

fn menu(cx: &Cx, member: &StaffMember, is_linked: bool, href: &str) -> Markup {
    let l = &cx.l;
    let dialog = |src: String, icon: &'static str, key: &str| MenuItem::Dialog {
        src,
        icon,
        label: l.t(key),
    };
    let is_me = cx.principal().user_id == Some(member.id);
    let may_act = cx.app.services.directory.get().may_act_on(cx.principal(), member);
    let mut menu = Menu::dots("person-menu", l.t("ui-actions"));
    if is_me {
        menu = menu.item(dialog("/me/password".to_owned(), "key-round", "admin-password-own"));
    } else if member.active && may_act {
        menu = menu.item(dialog(format!("{href}/password"), "key-round", "admin-password-set"));
    }
    if !is_me {
        let src = format!("{href}/personnel");
        menu = menu.item(dialog(src, "id-card", "admin-personnel-set"));
    }
    if !is_me && may_act && member.has_factor {
        menu = menu.item(MenuItem::Post {
            action: format!("{href}/second-factor/reset"),
            values: vec![("_id".to_owned(), cx.form_id())],
            icon: "shield-check",
            label: l.t("admin-factor-reset"),
        });
    }
    if let Some(reset) = pin::menu_item(cx, member.id).filter(|_| !is_me && may_act) {
        menu = menu.item(reset);
    }
    if is_linked && may_act {
        menu = menu.item(MenuItem::Post {
            action: format!("{href}/provider/unlink"),
            values: vec![("_id".to_owned(), cx.form_id())],
            icon: "unlink",
            label: l.t("admin-provider-unlink"),
        });
    }
    if member.active {
        let absence = format!("/admin/absences/new?staff={}", member.id);
        menu = menu.item(dialog(absence, "plane", "admin-absence-plan"));
    }
    if cx.principal().has("journal.read") {
        menu = menu.item(MenuItem::Link {
            href: format!("/admin/journal?actor={}", member.id),
            icon: "book-open",
            label: l.t("admin-staff-journal"),
        });
    }
    if member.active && !is_me && may_act {
        menu = menu.item(MenuItem::Line).item(dialog(
            format!("{href}/dismiss"),
            "user-x",
            "admin-dismiss",
        ));
    } else if !member.active && may_act {
        menu = menu.item(MenuItem::Line).item(MenuItem::Post {
            action: format!("{href}/reinstate"),
            values: vec![("_id".to_owned(), cx.form_id())],
            icon: "user-check",
            label: l.t("admin-reinstate"),
        });
    }
    menu.render()
}

fn facts(cx: &Cx, member: &StaffMember, details: &Details) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let team = member.team_id.and_then(|t| directory.teams.get(&t));
    let password = if details.has_password { "admin-password-is" } else { "admin-password-none" };
    let factor = if member.has_factor { "admin-factor-is" } else { "admin-factor-none" };
    let mut kv = Kv::new("person")
        .two_columns()
        .text(l.t("admin-staff-name-ru"), &member.name)
        .text(l.t("admin-staff-name-en"), &member.name_en)
        .text(l.t("admin-staff-login"), &member.login)
        .text(l.t("admin-staff-email"), &details.email)
        .text(l.t("admin-staff-phone"), &details.phone)
        .text(l.t("admin-staff-team"), team.map_or("", |t| t.shown_name(l.lang)))
        .text(l.t("admin-staff-personnel-number"), directory.personnel_number(member.id))
        .text(l.t("admin-staff-lang"), &l.t(&format!("admin-lang-{}", member.lang.code())))
        .text(l.t("admin-staff-password"), &l.t(password))
        .text(l.t("admin-staff-factor"), &l.t(factor))
        .line(l.t("admin-staff-since"), html! { (l.datetime(details.created_at)) });
    if let Some(until) = details.locked_until.filter(|t| *t > cx.now()) {
        kv = kv.line(l.t("admin-staff-locked-until"), html! { (l.datetime(until)) });
    }
    if details.failures > 0 {
        kv = kv.line(l.t("admin-staff-failures"), html! { (l.int(details.failures)) });
    }
    Panel::new(l.t("admin-staff-facts")).icon("id-card").render(&kv.render(l))
}

fn sessions_panel(cx: &Cx, id: UserId, sessions: &[SessionRow]) -> Markup {
    let l = &cx.l;
    let href = person_href(id);
    let current = cx.session.as_ref().map(|s| s.id);
    let none =
        ui::empty("monitor", &l.t("admin-sessions-none"), &l.t("admin-sessions-words"), None);
    let mut table = Table::new("person-sessions", l.t("admin-sessions"))
        .column(Column::text(l.t("admin-session-browser")).wide())
        .column(Column::text(l.t("admin-session-address")))
        .column(Column::text(l.t("admin-session-since")))
        .column(Column::text(l.t("admin-session-seen")))
        .empty(none);
    for session in sessions {
        let browser = html! {
            (web::format::agent(&session.agent))
            @if Some(session.id) == current {
                " " (ui::badge(Tone::Good, &l.t("admin-session-this")))
            }
        };
        let text = session.id.to_string();
        let end = post_button(
            cx,
            &format!("{href}/sessions/end"),
            &[("session", &text)],
            Button::quiet(l.t("admin-session-end")).icon("log-out"),
        );
        table = table.row(
            Row::new(session.id)
                .cell(Cell::markup(browser).title(session.agent.clone()))
                .cell(Cell::quiet(&session.address))
                .cell(Cell::ago(l, session.created_at))
                .cell(Cell::ago(l, session.seen_at))
                .actions(end),
        );
    }
    let mut panel = Panel::new(l.t("admin-sessions")).icon("monitor").id("sessions").flush();
    if sessions.len() > 1 {
        let all = Button::quiet(l.t("admin-sessions-end")).icon("log-out");
        panel = panel.actions(post_button(cx, &format!("{href}/sessions/end-all"), &[], all));
    }
    panel.render(&table.render(l))
}

fn absences_panel(cx: &Cx, member: &StaffMember, standing: &[Standing]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let others: Vec<&str> = directory
        .acts_for(member.id, l.today)
        .into_iter()
        .filter(|id| *id != member.id)
        .map(|id| directory.staff_name(id, l.lang))
        .collect();
    let body = html! {
        @if standing.is_empty() && others.is_empty() { p.quiet { (l.t("admin-absence-none")) } }
        @if !standing.is_empty() {
            ul.plain {
                @for absence in standing {
                    li {
                        (days(l, absence.from, absence.until)) br;
                        span.quiet { (l.t("admin-absence-deputy")) ": " }
                        a href=(person_href(absence.deputy)) { (directory.staff_name(absence.deputy, l.lang)) }
                    }
                }
            }
        }
        @if !others.is_empty() {
            p { span.quiet { (l.t("admin-absence-acts-for")) ": " } (others.join(", ")) }
        }
    };
    Panel::new(l.t("admin-absences")).icon("plane").render(&body)
}

/// What the person may do, all roles together, with the widest scope of each.
fn rights_panel(cx: &Cx, member: &StaffMember) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut kv = Kv::new("rights");
    match cx.app.services.directory.principal(member.id) {
        Some(principal) => {
            let mut keys: Vec<&String> = member
                .roles
                .iter()
                .filter_map(|r| directory.roles.get(r))
                .flat_map(|r| r.grants.keys())
                .collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let scope = principal.scope(key).map_or("", spine::Scope::key);
                kv = kv.text(lookups(l, &["permission"], key), &lookups(l, &["scope"], scope));
            }
        }
        None => kv = kv.missing(l.t("admin-staff-no-rights")),
    }
    Panel::new(l.t("admin-staff-rights")).icon("shield-check").foldable(false).render(&kv.render(l))
}

pub(super) async fn unlock(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &UnlockStaff { staff_id: id }).await?;
    Ok(cx.done(&person_href(id), "flash-admin-unlocked"))
}

pub(super) async fn reset_factor(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &ResetSecondFactor { staff_id: id }).await?;
    Ok(cx.done(&person_href(id), "flash-admin-factor-reset"))
}

pub(super) async fn unlink_provider(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &UnlinkProvider { staff_id: id }).await?;
    Ok(cx.done(&person_href(id), "flash-admin-provider-unlinked"))
}

pub(super) async fn end_session(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let session: SessionId = sent.id("session", &mut refusals).ok_or(Error::NotFound)?;
    cx.execute(sent.command_id()?, &EndSession { session_id: session }).await?;
    Ok(cx.done(&person_href(id), "flash-admin-session-ended"))
}

pub(super) async fn end_sessions(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &EndSessions { staff_id: id }).await?;
    Ok(cx.done(&person_href(id), "flash-admin-session-ended"))
}
