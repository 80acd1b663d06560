//! What a room registers to be shown: routes, texts, navigation, card panels, list columns, search.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use kernel::{ClientId, Lang};
use maud::Markup;
use serde_json::Value as Json;
use spine::{Error, Owner};

use super::access::Routes;
use super::contact_file::ContactFormat;
use super::cx::Cx;
use super::own::{OwnPages, OwnRecords};
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
    /// Tells which fields the bank has added, from the room that owns their definitions.
    pub added_fields: Option<AddedFields>,
    /// Such fields in forms, on cards and in lists of other rooms, from the same one.
    pub own_fields: Option<&'static dyn OwnPages>,
    /// Its objects that may have such fields.
    pub own_records: &'static [OwnRecords],
    /// Entries of the menu that are data, from the room that owns them.
    pub more_nav: Option<MoreNavOf>,
    /// Writes readings of secret cards down, from the room that keeps the log.
    pub read_log: Option<ReadLog>,
}

impl Pages {
    /// A room that shows these pages, and brings nothing else.
    pub const fn of(routes: fn(Routes) -> Routes) -> Self {
        Self {
            routes,
            api: |api| api,
            texts: &[],
            nav: &[],
            panels: Vec::new(),
            columns: &[],
            search: Vec::new(),
            actions: &[],
            contact_format: None,
            moved: None,
            added_fields: None,
            own_fields: None,
            own_records: &[],
            more_nav: None,
            read_log: None,
        }
    }
}

/// An entry of the menu that is data: a list of a kind of record the bank has made for itself.
#[derive(Clone, Debug)]
pub struct MoreNav {
    /// Address.
    pub href: String,
    /// Icon.
    pub icon: &'static str,
    /// Words.
    pub label: String,
}

/// The future of [`MoreNavOf`].
pub type MoreNavs<'a> = Pin<Box<dyn Future<Output = Result<Vec<MoreNav>, Error>> + Send + 'a>>;

/// The entries of the menu that are data, cut to what the person may see.
pub type MoreNavOf = for<'a> fn(&'a Cx) -> MoreNavs<'a>;

/// A field the bank has added for itself, as other rooms show it and offer it to feeds.
#[derive(Clone, Debug)]
pub struct AddedField {
    /// Of which object: `client`, or the key of a kind of record.
    pub object: String,
    /// What many records of that kind are called, in the reader's language; empty for objects of the product.
    pub object_name: String,
    /// Its key, in forms, feeds and the journal.
    pub key: String,
    /// Its name in Russian and in English.
    pub labels: [String; 2],
    /// Its name in the reader's language.
    pub label: String,
    /// It is in use, not put away.
    pub is_active: bool,
    /// The reader may see its values.
    pub is_seen: bool,
    /// Words of its list, by their keys, in the reader's language.
    pub words: BTreeMap<String, String>,
}

/// How every key of such a field begins.
const ADDED_PREFIX: &str = "x_";

impl AddedField {
    /// The field a changed key of a journal's entry is of; none when it is no added one.
    pub fn of<'a>(
        all: &'a [AddedField],
        (entity, changes): (&str, &Json),
        key: &str,
    ) -> Option<&'a AddedField> {
        let object = object_of(all, entity, changes);
        all.iter().find(|f| f.key == key && f.object == object)
    }
    /// A stored value as people read it, as far as it is words of a list.
    pub fn value(&self, text: &str) -> String {
        let words = text.split(',').map(|key| self.words.get(key).map_or(key, String::as_str));
        if self.words.is_empty() { text.to_owned() } else { words.collect::<Vec<_>>().join(", ") }
    }
    /// Takes out of a journal's entry what the reader may not know of; none when nothing is left of it.
    pub fn seen_changes(all: &[AddedField], entity: &str, changes: &str) -> Option<String> {
        let mut json: Json = serde_json::from_str(changes).unwrap_or(Json::Null);
        let object = object_of(all, entity, &json).to_owned();
        let is_seen = |f: &AddedField| f.object == object && f.is_seen;
        if entity == RECORD && !all.iter().any(is_seen) {
            return None;
        }
        let fields = json.as_object_mut()?;
        let (before, was_empty) = (fields.len(), fields.is_empty());
        fields.retain(|key, _| {
            !key.starts_with(ADDED_PREFIX) || all.iter().any(|f| is_seen(f) && f.key == *key)
        });
        match fields.len() {
            0 if !was_empty => None,
            left if left == before => Some(changes.to_owned()),
            _ => Some(json.to_string()),
        }
    }
}

/// The entity of the journal under which records of the bank's own kinds change.
const RECORD: &str = "custom_record";

/// Of which object an entry is: a kind of record, an object with fields of its own, else the client.
fn object_of<'a>(all: &'a [AddedField], entity: &str, changes: &'a Json) -> &'a str {
    let named = changes.get("object").and_then(|pair| pair.get(1)).and_then(Json::as_str);
    let own = || all.iter().map(|f| f.object.as_str()).find(|object| *object == entity);
    named.filter(|_| entity == RECORD).or_else(own).unwrap_or("client")
}

/// The future of [`AddedFields`].
pub type FieldsAdded<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<AddedField>, Error>> + Send + 'a>>;

/// All fields the bank has added.
pub type AddedFields = for<'a> fn(&'a Cx) -> FieldsAdded<'a>;

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

/// The client whose card it is: whom the card has asked about already, so that no panel need.
#[derive(Clone, Copy, Debug)]
pub struct CardClient {
    /// Who.
    pub id: ClientId,
    /// To whom he belongs, and how secret he is.
    pub owner: Owner,
}

/// A room's panel on the client card. The card has already checked that the person may see the client.
pub trait CardPanel: Send + Sync {
    /// Stable key: `GET /clients/{id}/panel/{key}` serves it alone, for live updates.
    fn key(&self) -> &'static str;
    /// Where it stands.
    fn slot(&self) -> PanelSlot;
    /// Place within its slot.
    fn order(&self) -> u32;
    /// Its markup. All panels are made at the same time.
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a>;
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
    /// The client it is, when it is one.
    pub client: Option<ClientId>,
}

/// The future of a search.
pub type Hits<'a> = Pin<Box<dyn Future<Output = Result<Vec<SearchHit>, Error>> + Send + 'a>>;

/// A room's part of the one search box; answers only what the person may see.
pub trait SearchSource: Send + Sync {
    /// At most `limit` hits, best first.
    fn find<'a>(&'a self, cx: &'a Cx, query: &'a str, limit: usize) -> Hits<'a>;
}
