//! The frame around a page: navigation, menus and notices cut to what the person may do.

use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use kernel::{Refusal, Refusals};
use maud::{Markup, html};

use super::cookies;
use super::cx::Cx;
use super::pages::{Action, NavItem};
use crate::i18n::Arg;
use crate::ui::{Density, LinkState, MenuItem, NavEntry, NavGroup, Person, Shell, Theme};

/// The group of entries by which the bank is set up.
const ADMIN: &str = "nav-group-admin";

impl Cx {
    /// A whole page, or only its content when a script asks.
    pub fn page(&self, title: &str, content: &Markup) -> Response {
        self.page_with_status(StatusCode::OK, title, content)
    }
    /// A whole page with another status (a form with refusals: 422, a conflict: 409).
    pub fn page_with_status(&self, status: StatusCode, title: &str, content: &Markup) -> Response {
        let body =
            if self.is_fragment { content.clone() } else { self.page_markup(title, content) };
        let mut response = (status, Html(body.into_string())).into_response();
        if self.flash.is_some() && !self.is_fragment {
            cookies::take(&self.app, &mut response, "flash");
        }
        response
    }
    /// A part of a page.
    pub fn part(&self, content: &Markup) -> Response {
        Html(content.clone().into_string()).into_response()
    }
    /// Done: on to another page, where the text of `flash_key` is shown once. A script gets 204 and
    /// the address in `HX-Location`.
    pub fn done(&self, to: &str, flash_key: &str) -> Response {
        let status = if self.is_fragment { StatusCode::NO_CONTENT } else { StatusCode::SEE_OTHER };
        let place = if self.is_fragment { "hx-location" } else { "location" };
        let mut response = status.into_response();
        if let Ok(value) = HeaderValue::from_str(to) {
            response.headers_mut().insert(place, value);
        }
        cookies::put(&self.app, &mut response, ("flash", flash_key), Some(60));
        response
    }
    /// The words of refusals, in the person's language.
    pub fn refusal_words<'a>(&self, refusals: impl Iterator<Item = &'a Refusal>) -> Vec<String> {
        refusals
            .map(|r| {
                let args: Vec<(&str, Arg<'_>)> =
                    r.args.iter().map(|(k, v)| (k.as_str(), Arg::from(v))).collect();
                self.l.ta(&r.message_key(), &args)
            })
            .collect()
    }
    /// The words at one field of a refused form.
    pub fn field_error(&self, refusals: &Refusals, field: &str) -> Option<String> {
        self.refusal_words(refusals.of(field).into_iter()).into_iter().next()
    }

    pub(super) fn page_markup(&self, title: &str, content: &Markup) -> Markup {
        if self.session.is_none() || self.must_change_password() || self.must_enrol() {
            return crate::ui::bare_page(&self.l, title, Theme::Auto, content);
        }
        let directory = self.app.services.directory.get();
        let me = self.principal().user_id.and_then(|id| directory.staff.get(&id));
        let look = me.map_or((Theme::Auto, Density::Compact), |m| {
            (Theme::from_code(&m.theme), Density::from_code(&m.density))
        });
        let branch = self.principal().branch_id.map_or_else(
            || self.l.t("web-head-office"),
            |b| directory.branch_name(b, self.l.lang).to_owned(),
        );
        let role = me.map_or_else(String::new, |m| directory.role_names(m.id, self.l.lang));
        let name = me.map_or("", |m| m.shown_name(self.l.lang)).to_owned();
        let mut shell = Shell::new(title, &self.path)
            .look(look.0, look.1, self.nav_folded)
            .nav(self.nav_groups())
            .elsewhere(self.elsewhere())
            .person(Person { name, role }, branch, self.link())
            .branch_line(self.line.as_ref().map(|line| line.shown(&self.l)))
            .create(self.create_items());
        if let Some(me) = me {
            shell = shell.known_as(me.id.to_string());
        }
        if let Some(key) = self.flash.as_deref().filter(|k| self.is_known_flash(k)) {
            shell = shell.notice(crate::ui::toast(crate::ui::Tone::Good, &self.l.t(key), None));
        }
        if self.app.demo.is_some() {
            shell = shell.demo(html! { a href="/sign-in" { (self.l.t("web-demo-switch")) } });
        }
        shell.render(&self.l, content)
    }

    /// A flash comes from a cookie: only keys of our own texts are shown.
    fn is_known_flash(&self, key: &str) -> bool {
        key.starts_with("flash-") && self.l.texts.has(self.l.lang, key)
    }

    fn link(&self) -> LinkState {
        self.line.as_ref().map_or(LinkState::Online, |line| line.link(&self.l))
    }

    fn may(&self, permission: &str) -> bool {
        self.principal().has(permission)
    }
    /// Whether a right can be used at this node: a branch changes neither rights nor the strategy.
    fn is_of_use(&self, permission: &str) -> bool {
        let bus = &self.app.services.bus;
        !bus.is_at_branch() || !bus.is_done_only_at_centre(permission)
    }
    /// What the person may begin at this node.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        let mine = self.app.actions.iter().filter(|a| self.may(a.permission));
        mine.filter(|a| self.is_of_use(a.permission))
    }
    /// Whether an entry stands here; what is not administration is read at a branch too.
    fn is_here(&self, item: &NavItem) -> bool {
        item.group != ADMIN || self.is_of_use(item.permission)
    }

    /// Entries of this person that stand only at the centre, in words; nothing at the centre itself.
    fn elsewhere(&self) -> Option<String> {
        let away = self.app.nav.iter().filter(|n| self.may(n.permission) && !self.is_here(n));
        let names: Vec<String> = away.map(|n| self.l.t(n.label)).collect();
        let list = names.join(", ");
        (!names.is_empty()).then(|| self.l.ta("ui-nav-elsewhere", &[("list", list.into())]))
    }

    fn nav_groups(&self) -> Vec<NavGroup> {
        let mut groups: Vec<(&str, Vec<NavEntry>)> = Vec::new();
        for item in self.app.nav.iter().filter(|n| self.may(n.permission) && self.is_here(n)) {
            let entry = self.nav_entry(item);
            match groups.iter_mut().find(|(key, _)| *key == item.group) {
                Some((_, entries)) => entries.push(entry),
                None => groups.push((item.group, vec![entry])),
            }
        }
        if !self.more_nav.is_empty() {
            let more = self
                .more_nav
                .iter()
                .map(|n| NavEntry::new(n.href.clone(), n.icon, n.label.clone()));
            let place = groups.len().min(1);
            groups.insert(place, ("nav-group-records", more.collect()));
        }
        let label = |key: &str| if key.is_empty() { String::new() } else { self.l.t(key) };
        groups.into_iter().map(|(key, entries)| NavGroup::new(label(key), entries)).collect()
    }

    fn nav_entry(&self, item: &NavItem) -> NavEntry {
        let mut entry = NavEntry::new(item.href, item.icon, self.l.t(item.label));
        if let Some(letter) = item.go {
            entry = entry.go(letter);
        }
        if item.main { entry.main() } else { entry }
    }

    fn create_items(&self) -> Vec<MenuItem> {
        self.actions()
            .filter(|a| a.creates)
            .map(|a| {
                let (href, label) = (a.href.to_owned(), self.l.t(a.label));
                if a.dialog {
                    MenuItem::Dialog { src: href, icon: a.icon, label }
                } else {
                    MenuItem::Link { href, icon: a.icon, label }
                }
            })
            .collect()
    }
}
