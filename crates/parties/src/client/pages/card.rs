//! The client card: everything about a client on one screen. The head is here; the rest are panels that
//! rooms register.

use std::sync::Arc;

use axum::extract::Path;
use futures_util::future::try_join_all;
use kernel::{ClientId, Date};
use maud::{Markup, PreEscaped, html};
use spine::Error;
use spine::secrecy::Group;
use web::ui::{self, Button, Menu, MenuItem, PageHeader, Tab, Tone};
use web::{Answer, CardClient, Cx, PanelSlot};

use super::words::{card_href, client_title, kind_word, segment_badge, status_badge};
use crate::client::commands::{Look, MarkSeen};
use crate::client::model::ClientKind;
use crate::client::queries::{self, ClientHead};
use crate::contacts::consent::{self, ConsentWord, Purpose};
use crate::merge;

/// A birthday is announced this many days ahead.
const BIRTHDAY_SOON_DAYS: i64 = 7;

pub(super) async fn page(mut cx: Cx, Path(id): Path<ClientId>) -> Answer {
    let principal = Arc::clone(&cx.ctx.principal);
    let head = queries::head(&mut cx.db, &principal, id).await?;
    let (top, merged, main, rail) = tokio::try_join!(
        header(&cx, &head, "overview"),
        merge::strip(&cx, &head),
        slot(&cx, &head, PanelSlot::Main),
        slot(&cx, &head, PanelSlot::Rail),
    )?;
    let opened = crate::secrecy::strip(&cx, &head);
    let content = html! {
        (top)
        (opened)
        (merged)
        div.card-grid {
            div.card-main { @for part in &main { (part) } }
            aside.card-rail aria-label=(cx.l.t("client-rail")) { @for part in &rail { (part) } }
        }
    };
    mark_seen(&cx, id);
    Ok(cx.page(&client_title(&cx.l, &head), &content))
}

/// One panel alone, for live updates.
pub(super) async fn panel(mut cx: Cx, Path((id, key)): Path<(ClientId, String)>) -> Answer {
    let principal = Arc::clone(&cx.ctx.principal);
    let head = queries::head(&mut cx.db, &principal, id).await?;
    let panel = cx.app.panels.iter().find(|p| p.key() == key).ok_or(Error::NotFound)?;
    let markup = panel.render(&cx, card_client(&head)).await?.unwrap_or_default();
    Ok(cx.part(&markup))
}

/// The panels of one place, made at the same time.
async fn slot(cx: &Cx, head: &ClientHead, slot: PanelSlot) -> Result<Vec<Markup>, Error> {
    let panels = cx.app.panels.iter().filter(|p| p.slot() == slot);
    let made = try_join_all(panels.map(|panel| panel.render(cx, card_client(head)))).await?;
    Ok(made.into_iter().flatten().collect())
}

fn card_client(head: &ClientHead) -> CardClient {
    CardClient { id: head.id, owner: head.owner() }
}

/// The head of all pages of a client, with their tabs.
pub(crate) async fn header(cx: &Cx, head: &ClientHead, tab: &str) -> Result<Markup, Error> {
    for group in [Group::Identity, Group::Service] {
        cx.reads(head.owner(), group);
    }
    let consents = async {
        match head.sees(Group::Contacts) {
            true => consent::words(&mut cx.db.clone(), &cx.ctx, head.id).await.map(Some),
            false => Ok(None),
        }
    };
    let roles = async { Ok(queries::roles(&mut cx.db.clone(), head.id).await?) };
    let extra = slot(cx, head, PanelSlot::Header);
    let (consents, roles, extra) = tokio::try_join!(consents, roles, extra)?;
    let l = &cx.l;
    let before = if head.display_name.is_empty() {
        ui::avatar_nameless(head.kind.icon(), "", "")
    } else {
        ui::avatar_large(&head.display_name)
    };
    let page = PageHeader::new(client_title(l, head))
        .crumb("/clients", l.t("nav-clients"))
        .before(before)
        .marks(marks(cx, head, &roles))
        .lead(lead(cx, head, consents.as_deref()));
    let may_edit = cx.principal().reaches("client.edit", head.owner());
    let edit = Button::secondary(l.t("client-edit"))
        .icon("pencil")
        .href(format!("{}/edit", card_href(head.id)));
    let may_take = cx.principal().reaches("client.export", head.owner());
    let take = cx.app.contact_format.filter(|_| may_take).map(|_| {
        Button::quiet(l.t("client-card-file"))
            .icon("id-card")
            .href(format!("{}/card.vcf", card_href(head.id)))
    });
    let base = card_href(head.id);
    let tabs = [
        Tab::new(base.clone(), l.t("client-tab-overview"), tab == "overview"),
        Tab::new(format!("{base}/details"), l.t("client-tab-details"), tab == "details"),
        Tab::new(format!("{base}/links"), l.t("client-tab-links"), tab == "links"),
    ];
    Ok(html! {
        div.client-head data-live={ "client:" (head.id) } id="client-head" {
            (page.render(l))
            div.card-bar {
                @for part in &extra { (part) }
                @if let Some(take) = &take { (take.render()) }
                @if may_edit { (edit.render()) }
                @if let Some(more) = more_menu(cx, head) { (more.render()) }
                (crate::secrecy::button(cx, head))
            }
        }
        (ui::tabs(&l.t("client-tabs"), &tabs))
    })
}

/// What is done with a client seldom; none when the person may do nothing of it.
fn more_menu(cx: &Cx, head: &ClientHead) -> Option<Menu> {
    let l = &cx.l;
    let may = |permission: &str| cx.principal().reaches(permission, head.owner());
    let is_person = matches!(head.kind, ClientKind::Person | ClientKind::SoleTrader);
    let items = [
        (
            merge::model::may_be_one(head.kind, head.kind) && may("client.merge"),
            "merge",
            "merge",
            "merge-with",
        ),
        (may("privacy.report"), "data-report", "file-text", "data-report"),
        (is_person && may("privacy.erase"), "erase", "eraser", "erase-menu"),
    ];
    let mut menu = Menu::dots("client-more", l.t("client-more"));
    for (_, place, icon, label) in items.into_iter().filter(|item| item.0) {
        let src = format!("{}/{place}", card_href(head.id));
        menu = menu.item(MenuItem::Dialog { src, icon, label: l.t(label) });
    }
    items.iter().any(|item| item.0).then_some(menu)
}

fn marks(cx: &Cx, head: &ClientHead, roles: &[(String, Date)]) -> Markup {
    let l = &cx.l;
    html! {
        (segment_badge(l, head.segment))
        (crate::secrecy::mark(l, head))
        @if let Some(badge) = status_badge(l, head.status) { (badge) }
        @if head.kind != ClientKind::Person { (ui::tag(&kind_word(l, head.kind))) }
        @if head.verified_on.is_some() {
            (ui::badge_with_icon(Tone::Good, "badge-check", &l.t("client-verified")))
        }
        @if head.public_person {
            (ui::badge_with_icon(Tone::Attention, "landmark", &l.t("client-public-person")))
        }
        @for (role, _) in roles.iter().filter(|(r, _)| !matches!(r.as_str(), "client" | "prospect")) {
            (ui::tag(&l.t(&format!("client-role-{role}"))))
        }
    }
}

fn lead(cx: &Cx, head: &ClientHead, consents: Option<&[ConsentWord]>) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let branch = head.branch_id.map(|b| directory.branch_name(b, l.lang).to_owned());
    let manager = head.manager_id.map(|m| directory.staff_name(m, l.lang).to_owned());
    html! {
        span.fact title=(l.t("client-number")) { (web::icons::icon("hash")) span.num { (head.number) } }
        @if let Some(branch) = branch {
            span.fact { (web::icons::icon("landmark")) (branch) }
        }
        span.fact {
            (web::icons::icon("user-check"))
            @match manager {
                Some(name) => (name),
                None => span.quiet { (l.t("client-no-manager")) },
            }
        }
        @if let Some(since) = head.client_since {
            span.fact { (web::icons::icon("calendar")) (l.ta("client-since", &[("date", l.date(since).into())])) }
        }
        @if let Some(channel) = &head.preferred_channel {
            span.fact { (web::icons::icon(channel_icon(channel))) (l.t(&format!("client-prefers-{channel}"))) }
        }
        (birthday(cx, head))
        @if let Some(consents) = consents { (consent_mark(cx, consents)) }
    }
}

fn channel_icon(channel: &str) -> &'static str {
    match channel {
        "phone" => "phone",
        "email" => "mail",
        "sms" => "smartphone",
        "messenger" => "message-circle",
        "branch" => "door-open",
        _ => "inbox",
    }
}

fn birthday(cx: &Cx, head: &ClientHead) -> Markup {
    let l = &cx.l;
    let Some(born) = head.birth_date.filter(|_| head.kind.is_natural()) else {
        return PreEscaped(String::new());
    };
    let days = days_to_birthday(born, l.today);
    let age = i64::from(l.today.year())
        - i64::from(born.year())
        - i64::from(days > 0 && past_this_year(born, l.today));
    let date = l.date(born);
    html! {
        span.fact title=(l.ta("client-age", &[("age", age.into())])) {
            (web::icons::icon("cake")) (date)
        }
        @if (0..=BIRTHDAY_SOON_DAYS).contains(&days) {
            (ui::badge_with_icon(Tone::Info, "gift", &if days == 0 {
                l.t("client-birthday-today")
            } else {
                l.ta("client-birthday-in", &[("days", days.into())])
            }))
        }
    }
}

/// Whether this year's birthday is still to come.
fn past_this_year(born: Date, today: Date) -> bool {
    (born.month(), born.day()) > (today.month(), today.day())
}

/// Days to the next birthday, 0 on the day; the 29th of February counts on the 1st of March.
pub(super) fn days_to_birthday(born: Date, today: Date) -> i64 {
    let in_year = |year: i16| {
        Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1)).ok()
    };
    let next = in_year(today.year())
        .filter(|d| *d >= today)
        .or_else(|| in_year(today.year().saturating_add(1)));
    next.map_or(366, |d| web::format::days_between(today, d))
}

fn consent_mark(cx: &Cx, consents: &[ConsentWord]) -> Markup {
    let l = &cx.l;
    let states = consent::states(consents, cx.now());
    let allowed = |purpose: Purpose| states.iter().any(|s| s.purpose == purpose && s.is_allowed);
    let given = Purpose::ALL.iter().filter(|purpose| allowed(**purpose)).count();
    let advertising = allowed(Purpose::Advertising);
    html! {
        @if consents.is_empty() {
            span.fact.quiet { (web::icons::icon("shield")) (l.t("client-consents-none")) }
        } @else {
            span.fact title=(l.ta("client-consents-count", &[("n", given.into())])) {
                (web::icons::icon(if advertising { "shield-check" } else { "shield" }))
                (l.t(if advertising { "client-consents-ads" } else { "client-consents-no-ads" }))
            }
        }
    }
}

/// After the page is on its way: the next "what changed" counts from now.
fn mark_seen(cx: &Cx, client_id: ClientId) {
    if let Some(staff_id) = cx.ctx.principal.user_id.filter(|_| !cx.is_fragment) {
        let services = &cx.app.services;
        let look = Look { client_id, staff_id, at: cx.now() };
        services.leave_behind(&services.system("web"), MarkSeen { looks: vec![look] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birthdays_come_round_also_on_leap_days() {
        let today = Date::constant(2026, 11, 23);
        assert_eq!(days_to_birthday(Date::constant(1980, 11, 23), today), 0);
        assert_eq!(days_to_birthday(Date::constant(1980, 11, 26), today), 3);
        assert_eq!(days_to_birthday(Date::constant(1980, 11, 22), today), 364);
        assert_eq!(days_to_birthday(Date::constant(2000, 2, 29), Date::constant(2027, 2, 28)), 1);
    }
}
