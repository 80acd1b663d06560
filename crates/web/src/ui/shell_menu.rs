//! The slim bar at the top: search, the line to the centre, "new…", notices, the person's menu.

use maud::{Markup, html};

use super::avatar::avatar;
use super::menu::{Menu, MenuItem};
use super::shell::{LinkState, Shell, Theme};
use crate::i18n::L;
use crate::icons::icon;
use kernel::Lang;

/// Addresses the shell uses. Everything under them is served by the application.
#[derive(Clone, Debug)]
pub struct ShellLinks {
    /// Full search page, `GET ?q=`.
    pub search: String,
    /// Palette results as a fragment, `GET ?q=`.
    pub palette: String,
    /// Server-sent events; `None` switches live updates off.
    pub live: Option<String>,
    /// Takes `POST` of `lang`, `theme`, `density`, `nav` and `back`; answers 303 to `back`, or 204 to
    /// a request with the header `X-Requested-With: ui`.
    pub preferences: String,
    /// The person's sessions.
    pub sessions: String,
    /// How the person signs in.
    pub security: String,
    /// Takes `POST` and ends the session.
    pub sign_out: String,
    /// Notices of the person.
    pub notices: String,
}

impl Default for ShellLinks {
    fn default() -> Self {
        Self {
            search: "/search".into(),
            palette: "/search/palette".into(),
            live: Some("/live".into()),
            preferences: "/me/preferences".into(),
            sessions: "/me/sessions".into(),
            security: "/me/security".into(),
            sign_out: "/sign-out".into(),
            notices: "/me/notices".into(),
        }
    }
}

pub(super) fn top_bar(l: &L, shell: &Shell) -> Markup {
    html! {
        header.top {
            button.btn.quiet.square.nav-open type="button" popovertarget="nav"
                aria-label=(l.t("ui-menu")) { (icon("menu")) }
            a.search-button href=(shell.links.search) data-palette-open {
                (icon("search"))
                span.search-words { (l.t("ui-search")) }
                kbd { "/" } kbd { "Ctrl K" }
            }
            div.top-end {
                (link_light(l, shell))
                @if !shell.create.is_empty() { (create_menu(l, &shell.create)) }
                (notices(l, shell))
                (person_menu(l, shell))
            }
        }
    }
}

fn link_light(l: &L, shell: &Shell) -> Markup {
    let (class, name, words) = match &shell.link {
        LinkState::Online => ("good", "wifi", l.t("ui-online")),
        LinkState::Offline { since } => {
            ("danger", "wifi-off", l.ta("ui-offline-since", &[("since", since.into())]))
        }
        LinkState::Syncing { left } if *left > 0 => {
            ("attention", "refresh-cw", l.ta("ui-syncing", &[("n", (*left).into())]))
        }
        LinkState::Syncing { .. } => ("attention", "refresh-cw", l.t("ui-syncing-copy")),
        LinkState::Refused => ("danger", "ban", l.t("ui-line-refused")),
        LinkState::Failed => ("danger", "triangle-alert", l.t("ui-line-failed")),
        LinkState::Carried { left } => {
            ("good", "file", l.ta("ui-line-carried", &[("n", (*left).into())]))
        }
    };
    let branch = html! {
        @if !shell.branch.is_empty() { span.link-branch { (icon("landmark")) (shell.branch) } }
    };
    let lost = l.t("ui-line-lost");
    match &shell.branch_line {
        None => html! {
            span.link-light data-link-light data-words-lost=(lost) data-words-back=(words) {
                (branch)
                span class={ "link-state " (class) } role="status" title=(words) {
                    (icon(name)) span.link-words { (words) }
                }
            }
        },
        Some(line) => {
            let title = format!("{words}. {}", line.details);
            html! {
                span.link-light.at-branch id="line" data-live="line" data-link-light
                    data-words-lost=(lost) data-words-back=(words) data-title-back=(title) {
                    (branch)
                    a class={ "link-state " (class) } href=(line.href) title=(title) {
                        (icon(name)) span.link-words role="status" { (words) }
                    }
                }
            }
        }
    }
}

fn create_menu(l: &L, items: &[MenuItem]) -> Markup {
    Menu::new("menu-create", l.t("ui-create"))
        .opener("btn create", html! { (icon("plus")) span { (l.t("ui-create")) } })
        .items(items.iter().cloned())
        .render()
}

fn notices(l: &L, shell: &Shell) -> Markup {
    let label = l.ta("ui-notices", &[("n", shell.notices.into())]);
    html! {
        a.btn.quiet.square.notices-bell href=(shell.links.notices) aria-label=(label) title=(label)
            id="notices" data-live="kind:notice" {
            (icon("bell"))
            @if shell.notices > 0 { span.notices-count { @if shell.notices > 99 { "99+" } @else { (shell.notices) } } }
        }
    }
}

fn person_menu(l: &L, shell: &Shell) -> Markup {
    let person = &shell.person;
    let set = |name: &str, value: &str| {
        vec![(name.to_owned(), value.to_owned()), ("back".to_owned(), shell.path.clone())]
    };
    let post = |name: &str, value: &str, icon: &'static str, label: String| MenuItem::Post {
        action: shell.links.preferences.clone(),
        values: set(name, value),
        icon,
        label,
    };
    let mut menu = Menu::new("menu-person", l.t("ui-person-menu"))
        .opener(
            "btn quiet person",
            html! { (avatar(&person.name)) span.hidden { (l.t("ui-person-menu")) } },
        )
        .item(MenuItem::Custom(html! {
            div.menu-person {
                (avatar(&person.name))
                div { strong { (person.name) } div.quiet { (person.role) } }
            }
        }))
        .item(MenuItem::Line)
        .item(MenuItem::Custom(theme_switch(l, shell)))
        .item(MenuItem::Line);
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != l.lang) {
        // Each language is named in itself, so that a person who reads only that one finds it.
        let label = shell_language_name(l, lang);
        menu = menu.item(post("lang", lang.code(), "languages", label));
    }
    menu.item(MenuItem::Custom(html! {
        button.menu-item type="button" data-keys-open { (icon("keyboard")) span { (l.t("ui-keys")) } kbd { "?" } }
    }))
    .item(MenuItem::Link {
        href: shell.links.sessions.clone(),
        icon: "monitor",
        label: l.t("ui-sessions"),
    })
    .item(MenuItem::Link {
        href: shell.links.security.clone(),
        icon: "shield-check",
        label: l.t("ui-security"),
    })
    .item(MenuItem::Line)
    .item(MenuItem::Post {
        action: shell.links.sign_out.clone(),
        values: Vec::new(),
        icon: "log-out",
        label: l.t("ui-sign-out"),
    })
    .render()
}

fn shell_language_name(l: &L, lang: Lang) -> String {
    l.texts.message(lang, "ui-language-name", &[])
}

/// Theme and density: posts without scripts, at once with them.
fn theme_switch(l: &L, shell: &Shell) -> Markup {
    let themes = [(Theme::Auto, "monitor"), (Theme::Light, "sun"), (Theme::Dark, "moon")];
    html! {
        form.switch method="post" action=(shell.links.preferences) data-switch="theme" {
            input type="hidden" name="back" value=(shell.path);
            span.switch-label { (l.t("ui-theme")) }
            @for (theme, name) in themes {
                @let words = l.t(&format!("ui-theme-{}", theme.code()));
                button type="submit" name="theme" value=(theme.code()) title=(words) aria-label=(words)
                    aria-pressed=(shell.theme == theme) { (icon(name)) }
            }
        }
        form.switch method="post" action=(shell.links.preferences) data-switch="density" {
            input type="hidden" name="back" value=(shell.path);
            span.switch-label { (l.t("ui-density")) }
            @for (code, name) in [("compact", "rows-3"), ("roomy", "rows-2")] {
                @let words = l.t(&format!("ui-density-{code}"));
                button type="submit" name="density" value=(code) title=(words) aria-label=(words)
                    aria-pressed=(shell.density.class() == code) { (icon(name)) }
            }
        }
    }
}
