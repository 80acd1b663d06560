//! What a room registers to be shown: routes, texts, navigation, card panels, list columns, search.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use kernel::{ClientId, Lang};
use maud::Markup;
use spine::Error;

use super::access::Routes;
use super::contact_file::ContactFormat;
use super::cx::Cx;
use super::reads::ReadLog;
use crate::api::Api;

/// Everything a room shows.
pub struct Pages {
    /// Adds its routes.
    pub routes: fn(Routes) -> Routes,
    /// Adds its operations to the API.
    pub api: fn(Api) -> Api,
    /// Its Fluent sources.
    pub texts: &'static [(Lang, &'static str)],
    /// Its entries in the navigation.
    pub nav: &'static [NavItem],
    /// Its panels on the client card.
    pub panels: Vec<Arc<dyn CardPanel>>,
    /// Its columns in the client list.
    pub columns: &'static [ListColumn],
    /// Its part of the one search box.
    pub search: Vec<Arc<dyn SearchSource>>,
    /// What "new…" and the palette offer.
    pub actions: &'static [Action],
    /// How contact cards are written, from the room that knows formats.
    pub contact_format: Option<ContactFormat>,
    /// Says who a client is today, from the room that merges them.
    pub moved: Option<Moved>,
    /// Writes readings of secret cards down, from the room that keeps the log.
    pub read_log: Option<ReadLog>,
}

/// The future of [`Moved`].
pub type MovedTo<'a> = Pin<Box<dyn Future<Output = Result<Option<ClientId>, Error>> + Send + 'a>>;

/// Whom a client became, as far as the person may see that one; none when he is who he was. Asked only for
/// addresses that lead nowhere.
pub type Moved = for<'a> fn(&'a Cx, ClientId) -> MovedTo<'a>;

/// An entry of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    /// Place: My day 10, Clients 20, Sales 30, Applications 40, Service 50, Marketing 60, Analysis 70,
    /// Learning 80, Administration 90.
    pub order: u32,
    /// Text key of its group; empty for the first, unnamed one.
    pub group: &'static str,
    /// Address.
    pub href: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// Text key.
    pub label: &'static str,
    /// Shown to holders of it.
    pub permission: &'static str,
    /// The letter after `g`.
    pub go: Option<char>,
    /// In the bottom bar of a phone.
    pub main: bool,
}

/// Something a person can start from anywhere.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// Text key.
    pub label: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// Address of the page or dialog.
    pub href: &'static str,
    /// Opens as a dialog.
    pub dialog: bool,
    /// Offered to holders of it.
    pub permission: &'static str,
    /// Also stands in "new…".
    pub creates: bool,
}

/// Where on the client card a panel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelSlot {
    /// Buttons and marks in the header.
    Header,
    /// The wide column.
    Main,
    /// The rail that stays while the rest scrolls.
    Rail,
}

/// The future of a rendered panel; `None`: nothing to show.
pub type PanelMarkup<'a> = Pin<Box<dyn Future<Output = Result<Option<Markup>, Error>> + Send + 'a>>;

/// A room's panel on the client card. The card has already checked that the person may see the client.
pub trait CardPanel: Send + Sync {
    /// Stable key: `GET /clients/{id}/panel/{key}` serves it alone, for live updates.
    fn key(&self) -> &'static str;
    /// Where it stands.
    fn slot(&self) -> PanelSlot;
    /// Place within its slot.
    fn order(&self) -> u32;
    /// Its markup.
    fn render<'a>(&'a self, cx: &'a Cx, client: ClientId) -> PanelMarkup<'a>;
}

/// A column another room adds to the client list. The expression sees the client as `c` and what
/// `join` brings; it must be cheap, and sortable only with an index behind it.
#[derive(Clone, Copy, Debug)]
pub struct ListColumn {
    /// Stable key, also in saved views.
    pub key: &'static str,
    /// Text key of the head.
    pub label: &'static str,
    /// `left join … on … = c.id`.
    pub join: &'static str,
    /// SQL expression, null when there is none.
    pub expression: &'static str,
    /// How the value is shown.
    pub kind: ColumnKind,
}

/// How a list column's value is shown and filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// ISO date text.
    Date,
    /// Instant in microseconds.
    Instant,
    /// Whole number.
    Number,
}

/// One hit of the search box.
#[derive(Clone, Debug)]
pub struct SearchHit {
    /// Text key of the kind (`search-kind-client`).
    pub kind: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// What it is called.
    pub title: String,
    /// What tells it from its namesakes.
    pub detail: String,
    /// Where it leads.
    pub href: String,
    /// Better hits first; 1000 is an exact match of a number.
    pub rank: i64,
}

/// The future of a search.
pub type Hits<'a> = Pin<Box<dyn Future<Output = Result<Vec<SearchHit>, Error>> + Send + 'a>>;

/// A room's part of the one search box; answers only what the person may see.
pub trait SearchSource: Send + Sync {
    /// At most `limit` hits, best first.
    fn find<'a>(&'a self, cx: &'a Cx, query: &'a str, limit: usize) -> Hits<'a>;
}
