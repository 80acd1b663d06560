//! The frame of every page: navigation by work at the left, a slim bar at the top, content, and where
//! it helps a rail at the right. The navigation and menus come as data from the application.

use maud::{DOCTYPE, Markup, html};

use super::badge::count;
use super::menu::MenuItem;
use super::shell_menu::{ShellLinks, top_bar};
use crate::assets::asset_url;
use crate::i18n::L;
use crate::icons::{icon, icon_20};

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the operating system is set.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word used in the preference, the cookie and `data-theme`.
    pub const fn code(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
    /// From a preference; anything unknown is `Auto`.
    pub fn from_code(code: &str) -> Self {
        match code {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Auto,
        }
    }
}

/// Height of table rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// 32 px.
    #[default]
    Compact,
    /// 40 px.
    Roomy,
}

impl Density {
    /// The word used in the preference and as a class.
    pub const fn class(self) -> &'static str {
        match self {
            Density::Compact => "compact",
            Density::Roomy => "roomy",
        }
    }
    /// From a preference; anything unknown is `Compact`.
    pub fn from_code(code: &str) -> Self {
        if code == "roomy" { Density::Roomy } else { Density::Compact }
    }
}

/// The line between this node and the centre.
#[derive(Clone, Debug, Default)]
pub enum LinkState {
    /// All is sent and read.
    #[default]
    Online,
    /// Cut off since a time, in words (`10:42`).
    Offline {
        /// Since when.
        since: String,
    },
    /// Catching up.
    Syncing {
        /// Commands left to send.
        left: i64,
    },
    /// The centre does not speak with this node.
    Refused,
    /// What the centre said could not be taken in.
    Failed,
    /// There is no line, and none is missed: files are carried.
    Carried {
        /// Commands left to carry.
        left: i64,
    },
}

/// What a node at a branch tells of its line beside how it is.
#[derive(Clone, Debug)]
pub struct BranchLine {
    /// Where what was done here is listed.
    pub href: &'static str,
    /// How old the copy is and what waits, in words.
    pub details: String,
}

/// One entry of the navigation.
#[derive(Clone, Debug)]
pub struct NavEntry {
    /// Address; the entry is current when the page's path starts with it.
    pub href: String,
    /// Icon name (20 px).
    pub icon: &'static str,
    /// Words.
    pub label: String,
    /// The letter that goes here after `g`.
    pub go: Option<char>,
    /// A counter (overdue tasks).
    pub count: Option<i64>,
    /// True when it stands in the bottom bar on a phone (at most four).
    pub is_main: bool,
}

impl NavEntry {
    /// An entry.
    pub fn new(href: impl Into<String>, icon: &'static str, label: impl Into<String>) -> Self {
        Self { href: href.into(), icon, label: label.into(), go: None, count: None, is_main: false }
    }
    /// The letter after `g`.
    #[must_use]
    pub fn go(mut self, letter: char) -> Self {
        self.go = Some(letter);
        self
    }
    /// A counter; zero is not shown.
    #[must_use]
    pub fn count(mut self, number: i64) -> Self {
        self.count = (number > 0).then_some(number);
        self
    }
    /// Stands in the bottom bar on a phone.
    #[must_use]
    pub fn main(mut self) -> Self {
        self.is_main = true;
        self
    }
}

/// A group of the navigation, named by the work it is for.
#[derive(Clone, Debug)]
pub struct NavGroup {
    /// Words above the entries; empty for the first group.
    pub label: String,
    /// Its entries.
    pub entries: Vec<NavEntry>,
}

impl NavGroup {
    /// A group.
    pub fn new(label: impl Into<String>, entries: Vec<NavEntry>) -> Self {
        Self { label: label.into(), entries }
    }
}

/// The person who is signed in.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Role in words.
    pub role: String,
}

/// The frame of a page.
#[derive(Default)]
pub struct Shell {
    pub(super) title: String,
    pub(super) path: String,
    pub(super) theme: Theme,
    pub(super) density: Density,
    pub(super) nav: Vec<NavGroup>,
    pub(super) elsewhere: Option<String>,
    pub(super) is_nav_folded: bool,
    pub(super) person: Person,
    pub(super) branch: String,
    pub(super) known_as: Option<String>,
    pub(super) link: LinkState,
    pub(super) branch_line: Option<BranchLine>,
    pub(super) create: Vec<MenuItem>,
    pub(super) notices: u32,
    pub(super) demo: Option<Markup>,
    pub(super) notice: Option<Markup>,
    pub(super) rail: Option<Markup>,
    pub(super) links: ShellLinks,
    pub(super) is_wide: bool,
}

impl Shell {
    /// A frame: the browser's title and the path of the page.
    pub fn new(title: impl Into<String>, path: impl Into<String>) -> Self {
        Self { title: title.into(), path: path.into(), ..Self::default() }
    }
    /// What the person prefers.
    #[must_use]
    pub fn look(mut self, theme: Theme, density: Density, is_nav_folded: bool) -> Self {
        (self.theme, self.density, self.is_nav_folded) = (theme, density, is_nav_folded);
        self
    }
    /// What the navigation lacks at this node, and why.
    #[must_use]
    pub fn elsewhere(mut self, words: Option<String>) -> Self {
        self.elsewhere = words;
        self
    }
    /// The navigation, already cut to what the person may see.
    #[must_use]
    pub fn nav(mut self, groups: Vec<NavGroup>) -> Self {
        self.nav = groups;
        self
    }
    /// Who is signed in, in which branch, and how the line is.
    #[must_use]
    pub fn person(mut self, person: Person, branch: impl Into<String>, link: LinkState) -> Self {
        (self.person, self.branch, self.link) = (person, branch.into(), link);
        self
    }
    /// The node is at a branch: its line is watched, and leads to what was done here.
    #[must_use]
    pub fn branch_line(mut self, line: Option<BranchLine>) -> Self {
        self.branch_line = line;
        self
    }
    /// Tells scripts who is signed in, so that what one person typed is not shown to another.
    #[must_use]
    pub fn known_as(mut self, id: impl Into<String>) -> Self {
        self.known_as = Some(id.into());
        self
    }
    /// What "new…" offers.
    #[must_use]
    pub fn create(mut self, items: Vec<MenuItem>) -> Self {
        self.create = items;
        self
    }
    /// How many notices wait.
    #[must_use]
    pub fn notices(mut self, number: u32) -> Self {
        self.notices = number;
        self
    }
    /// Marks the page as demo mode; `inside` offers the other roles.
    #[must_use]
    pub fn demo(mut self, inside: Markup) -> Self {
        self.demo = Some(inside);
        self
    }
    /// A notice to show once (see `toast`).
    #[must_use]
    pub fn notice(mut self, toast: Markup) -> Self {
        self.notice = Some(toast);
        self
    }
    /// The rail at the right.
    #[must_use]
    pub fn rail(mut self, rail: Markup) -> Self {
        self.rail = Some(rail);
        self
    }
    /// Content may use the whole width (tables, boards).
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.is_wide = true;
        self
    }
    /// Other addresses than the default ones.
    #[must_use]
    pub fn links(mut self, links: ShellLinks) -> Self {
        self.links = links;
        self
    }

    /// The whole document around `content`.
    pub fn render(&self, l: &L, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(l.lang.code()) data-theme=(self.theme.code()) data-nav=(if self.is_nav_folded { "folded" } else { "open" }) {
                (head(l, &self.title))
                body.app data-density=(self.density.class()) data-live-url=[self.links.live.as_ref()]
                    data-preferences=(self.links.preferences) data-person=[self.known_as.as_ref()] {
                    a.skip href="#main" { (l.t("ui-skip")) }
                    @if let Some(inside) = &self.demo { (demo_ribbon(l, inside)) }
                    div.frame {
                        (self.navigation(l))
                        div.page {
                            (top_bar(l, self))
                            div.columns.with-rail[self.rail.is_some()] {
                                main.content.wide[self.is_wide] id="main" tabindex="-1" { (content) }
                                @if let Some(rail) = &self.rail {
                                    aside.rail aria-label=(l.t("ui-rail")) { (rail) }
                                }
                            }
                        }
                    }
                    (self.bottom_bar(l))
                    (super::overlay::overlays(l, self))
                }
            }
        }
    }

    /// The entry whose address is the longest start of the page's path.
    fn current(&self) -> Option<&str> {
        self.nav
            .iter()
            .flat_map(|group| &group.entries)
            .map(|entry| entry.href.as_str())
            .filter(|href| starts_path(&self.path, href))
            .max_by_key(|href| href.len())
    }

    fn navigation(&self, l: &L) -> Markup {
        let current = self.current();
        let fold = l.t("ui-nav-fold");
        html! {
            nav.nav id="nav" popover aria-label=(l.t("ui-nav")) {
                div.nav-head {
                    a.brand href="/" { img src=(asset_url("mark.svg")) alt="" width="22" height="22"; span { "Tessera" } }
                    button.btn.quiet.square.nav-fold type="button" data-nav-fold aria-label=(fold) title=(fold) {
                        (icon("panel-left"))
                    }
                }
                div.nav-groups {
                    @for group in &self.nav {
                        div.nav-group {
                            @if !group.label.is_empty() { div.nav-label { (group.label) } }
                            @for entry in &group.entries { (nav_entry(entry, current)) }
                        }
                    }
                    @if let Some(words) = &self.elsewhere { p.nav-elsewhere { (words) } }
                }
            }
        }
    }

    fn bottom_bar(&self, l: &L) -> Markup {
        let current = self.current();
        html! {
            nav.bottom-bar aria-label=(l.t("ui-nav-main")) {
                @for entry in self.nav.iter().flat_map(|g| &g.entries).filter(|e| e.is_main).take(4) {
                    a href=(entry.href) aria-current=[(current == Some(&entry.href)).then_some("page")] {
                        (icon_20(entry.icon)) span { (entry.label) }
                    }
                }
                button type="button" popovertarget="nav" { (icon_20("menu")) span { (l.t("ui-more")) } }
            }
        }
    }
}

fn starts_path(path: &str, href: &str) -> bool {
    path == href
        || path.strip_prefix(href).is_some_and(|rest| href != "/" && rest.starts_with(['/', '?']))
}

fn nav_entry(entry: &NavEntry, current: Option<&str>) -> Markup {
    html! {
        a href=(entry.href) title=(entry.label) data-go=[entry.go]
            aria-current=[(current == Some(&entry.href)).then_some("page")] {
            (icon(entry.icon)) span.nav-words { (entry.label) }
            @if let Some(number) = entry.count { (count(number)) }
        }
    }
}

fn demo_ribbon(l: &L, inside: &Markup) -> Markup {
    html! {
        aside.demo aria-label=(l.t("ui-demo")) {
            strong { (icon("sparkles")) (l.t("ui-demo")) }
            span.demo-words { (l.t("ui-demo-words")) }
            (inside)
        }
    }
}

/// A page without the frame: sign-in, errors before sign-in.
pub fn bare_page(l: &L, title: &str, theme: Theme, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(l.lang.code()) data-theme=(theme.code()) {
            (head(l, title))
            body.bare { main.bare-main id="main" { (content) } }
        }
    }
}

fn head(l: &L, title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"history":"reload"}"#;
            title { (title) " · " (l.t("ui-product")) }
            link rel="icon" type="image/svg+xml" href=(asset_url("mark.svg"));
            link rel="stylesheet" href=(asset_url("app.css"));
            script src=(asset_url("htmx.js")) defer {}
            script type="module" src=(asset_url("js/app.js")) {}
        }
    }
}
