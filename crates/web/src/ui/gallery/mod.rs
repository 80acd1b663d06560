//! The page `/ui` of the demo mode: every component in its states, on made-up data.

mod charts;
mod facts;
mod forms;
mod lists;
mod work;

use kernel::{Currency, Money};
use maud::{Markup, html};

use super::{
    Button, LinkState, Menu, MenuItem, NavEntry, NavGroup, PageHeader, Panel, Person, Shell, Tone,
    avatar_large, badge, badge_with_icon, stack,
};
use crate::format;
use crate::i18n::L;
use crate::icons::icon;

/// The content of the gallery; put it into the shell like any page.
pub fn gallery(l: &L) -> Markup {
    html! {
        (client_head(l))
        div data-no-focus { (stack(&[
            facts::section(l),
            charts::section(l),
            lists::section(l),
            forms::section(l),
            work::section(l),
        ])) }
    }
}

/// The rail that goes with the gallery.
pub fn gallery_rail(l: &L) -> Markup {
    work::rail(l)
}

/// A shell with a made-up navigation and person, for looking at the gallery without the application.
pub fn gallery_shell(l: &L) -> Shell {
    let entry = |path: &str, icon, key: &str| NavEntry::new(path, icon, l.t(key));
    let groups = vec![
        NavGroup::new(
            "",
            vec![
                entry("/my-day", "sun", "ui-g-nav-day").go('d').count(7).main(),
                entry("/inbox", "inbox", "ui-g-nav-inbox").go('i').count(2),
            ],
        ),
        NavGroup::new(
            l.t("ui-g-nav-clients"),
            vec![
                entry("/ui", "users", "ui-g-nav-people").go('p').main(),
                entry("/companies", "building-2", "ui-g-nav-companies").go('c').main(),
                entry("/groups", "waypoints", "ui-g-nav-groups"),
                entry("/imports", "import", "ui-g-nav-imports"),
            ],
        ),
        NavGroup::new(
            l.t("ui-g-nav-work"),
            vec![
                entry("/tasks", "list-checks", "ui-g-nav-tasks").go('t').count(12).main(),
                entry("/calendar", "calendar-days", "ui-g-nav-calendar"),
                entry("/reports", "chart-column", "ui-g-nav-reports"),
            ],
        ),
        NavGroup::new(
            l.t("ui-g-nav-admin"),
            vec![
                entry("/users", "user-check", "ui-g-nav-users"),
                entry("/settings", "settings", "ui-g-nav-settings").go('s'),
            ],
        ),
    ];
    let create = vec![
        MenuItem::Dialog {
            src: "/ui/dialog".into(),
            icon: "user-plus",
            label: l.t("ui-g-new-person"),
        },
        MenuItem::Link {
            href: "/companies/new".into(),
            icon: "building-2",
            label: l.t("ui-g-new-company"),
        },
        MenuItem::Line,
        MenuItem::Link {
            href: "/tasks/new".into(),
            icon: "square-check",
            label: l.t("ui-g-new-task"),
        },
        MenuItem::Link { href: "/calls/new".into(), icon: "phone", label: l.t("ui-g-new-call") },
    ];
    Shell::new(l.t("ui-g-title"), "/ui")
        .nav(groups)
        .person(
            Person { name: l.t("ui-g-me"), role: l.t("ui-g-my-role") },
            l.t("ui-g-branch"),
            LinkState::Online,
        )
        .create(create)
        .notices(3)
        .demo(html! {
            form method="post" action="/demo/sign-in" {
                button.btn name="role" value="manager" { (l.t("ui-g-role-manager")) }
                button.btn name="role" value="head" { (l.t("ui-g-role-head")) }
            }
        })
}

fn client_head(l: &L) -> Markup {
    PageHeader::new(l.t("ui-g-name-1"))
        .crumb("/ui", l.t("ui-g-nav-people"))
        .before(avatar_large(&l.t("ui-g-name-1")))
        .marks(html! {
            (badge_with_icon(Tone::Attention, "crown", &l.t("ui-g-vip")))
            (badge(Tone::Good, &l.t("ui-g-verified")))
        })
        .lead(html! {
            span { (icon("phone")) (l.t("ui-g-prefers-phone")) }
            span { (icon("user-round")) (l.t("ui-g-manager")) }
            span { (icon("landmark")) (l.t("ui-g-branch")) }
            span { (icon("cake")) (l.t("ui-g-birthday")) " " (format::relative_day(l, day(l, 3))) }
        })
        .other(Button::secondary(l.t("ui-g-edit")).icon("pencil").dialog("/ui/dialog").render())
        .other(
            Menu::dots("menu-client", l.t("ui-actions"))
                .item(MenuItem::Link {
                    href: "#".into(),
                    icon: "printer",
                    label: l.t("ui-g-print"),
                })
                .item(MenuItem::Link {
                    href: "#".into(),
                    icon: "git-merge",
                    label: l.t("ui-g-merge"),
                })
                .render(),
        )
        .primary(Button::primary(l.t("ui-g-log-call")).icon("phone").dialog("/ui/dialog"))
        .render(l)
}

/// A part of the gallery under its own heading.
fn part(title: String, body: &Markup) -> Markup {
    Panel::new(title).render(body)
}

fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

/// A date some days from today.
fn day(l: &L, days: i64) -> kernel::Date {
    l.now.plus_days(days).date_in(&l.zone)
}

/// What a dialog of the gallery shows.
pub fn gallery_dialog(l: &L) -> Markup {
    super::dialog_fragment(l, &l.t("ui-g-log-call"), &forms::form(l))
}

/// What the palette of the gallery finds: its five clients, filtered by the query.
pub fn gallery_palette(l: &L, query: &str) -> Markup {
    let wanted = query.to_lowercase();
    let items = (1..=5)
        .map(|at| l.t(&format!("ui-g-name-{at}")))
        .filter(|name| name.to_lowercase().contains(&wanted))
        .map(|label| super::PaletteItem {
            href: "/ui".into(),
            icon: "user-round",
            label,
            detail: l.t("ui-g-branch"),
            is_dialog: false,
        })
        .collect();
    super::palette_results(l, &[(l.t("ui-g-nav-people"), items)])
}

#[cfg(test)]
mod tests;
