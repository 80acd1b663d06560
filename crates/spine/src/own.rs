//! Fields a bank adds to objects of the product: what a room says of an object that may have them, and the door
//! through which its commands read and write their values.
//!
//! The room that owns the definitions stands behind the door; the others never see it. An object becomes fieldable by
//! a [`Fieldable`] in the room's `register` and a word in its form, card and list. Values lie beside the record, one
//! document in `own_values` under the record's id.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use kernel::{ClientId, Refusals};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use store::{FromValue, Value};
use uuid::Uuid;

use crate::{Change, Error, Work};

/// Values of the bank's own fields of one record, by key, as canonical texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OwnValues(pub BTreeMap<String, String>);

impl OwnValues {
    /// Out of a stored document; what is no text in it is left out.
    pub fn of(text: &str) -> Self {
        let json: Map<String, Json> = serde_json::from_str(text).unwrap_or_default();
        let texts = json.into_iter().filter_map(|(key, value)| match value {
            Json::String(text) => Some((key, text)),
            _ => None,
        });
        Self(texts.collect())
    }
    /// As the document that is stored.
    pub fn document(&self) -> String {
        let json = self.0.iter().map(|(k, v)| (k.clone(), Json::String(v.clone())));
        Json::Object(json.collect()).to_string()
    }
}

impl FromValue for OwnValues {
    fn from_value(value: Value) -> Result<Self, String> {
        String::from_value(value).map(|text| Self::of(&text))
    }
}

/// One field as its form showed it and as the person left it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FieldEdit {
    /// Field key.
    pub field: String,
    /// The canonical text when the form was opened; empty for none.
    pub original: String,
    /// What was typed.
    pub value: String,
}

impl FieldEdit {
    /// The fields a program names, over what is stored: it has seen what is there.
    pub fn over(stored: &OwnValues, named: &BTreeMap<String, String>) -> Vec<FieldEdit> {
        let original = |field: &String| stored.0.get(field).cloned().unwrap_or_default();
        let one = |(field, value): (&String, &String)| FieldEdit {
            original: original(field),
            field: field.clone(),
            value: value.clone(),
        };
        named.iter().map(one).collect()
    }
}

/// The future of what rooms do for one another in a command.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Holds a record until the end of the command, when the acting person may change it.
pub type Hold = for<'a, 'b> fn(&'a mut Work<'b>, Uuid) -> Doing<'a, Held>;

/// Works out anew by what a record is found; the words of the bank's own fields come with it.
pub type Find = for<'a, 'b> fn(&'a mut Work<'b>, Uuid, String) -> Doing<'a, ()>;

/// A record that is held.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its values.
    pub values: OwnValues,
    /// In whose history a change of it stands; nobody's: the record's own.
    pub clients: Vec<ClientId>,
}

/// An object of a room whose records may have fields of the bank's own.
#[derive(Clone, Copy)]
pub struct Fieldable {
    /// Its name for programs, and the entity of its changes in the journal: `task`.
    pub key: &'static str,
    /// The message that says what many are called.
    pub label: &'static str,
    /// Where an administrator sees what he has added.
    pub home: &'static str,
    /// The table of its records, which have an `id`.
    pub table: &'static str,
    /// It has a list, with columns, filters and an order.
    pub has_list: bool,
    /// How a record is held when only its own fields change; none: they change with the record alone.
    pub hold: Option<Hold>,
    /// How a record is found by words; none: it is not.
    pub find: Option<Find>,
}

impl Fieldable {
    /// An object whose records have an `id`; its values lie beside them.
    pub const fn new(key: &'static str, label: &'static str, table: &'static str) -> Self {
        Self { key, label, home: "", table, has_list: false, hold: None, find: None }
    }
}

/// What was typed for the own fields of a record.
pub struct Typed<'a> {
    /// Of which object.
    pub object: &'a str,
    /// What is stored; none: the record is new, and required fields must be there.
    pub stored: Option<&'a OwnValues>,
    /// The fields that were in the form, or that a program names.
    pub edits: &'a [FieldEdit],
    /// Where refusals go.
    pub refusals: &'a mut Refusals,
}

/// Own fields of a record as they become.
#[derive(Clone, Debug, Default)]
pub struct OwnChange {
    /// All values afterwards.
    pub values: OwnValues,
    /// The keys that change, with the text before.
    pub changed: Vec<(String, Option<String>)>,
}

impl OwnChange {
    /// The same in an entry of the journal.
    pub fn noted(&self, change: Change) -> Change {
        self.changed.iter().fold(change, |all, (key, before)| {
            all.field(key, before.clone(), self.values.0.get(key).cloned())
        })
    }
}

/// The door to the room that owns the definitions, for commands.
pub trait OwnFields: Send + Sync {
    /// Reads what was typed. Refusals are gathered; fields that two people changed differently are a conflict.
    fn read<'a, 'b>(&'a self, w: &'a mut Work<'b>, typed: Typed<'a>) -> Doing<'a, OwnChange>;
    /// Writes the document of a record that is there, and what it is found, filtered and sorted by.
    fn write<'a, 'b>(
        &'a self,
        w: &'a mut Work<'b>,
        of: (&'a Fieldable, Uuid),
        change: &'a OwnChange,
    ) -> Doing<'a, ()>;
}

impl<'a> Work<'a> {
    /// Every object whose records may have fields of the bank's own.
    pub fn fieldable(&self) -> &'a [Fieldable] {
        self.registry.fieldable_objects()
    }
}

impl Work<'_> {
    /// Reads what was typed for the own fields of a record.
    ///
    /// # Errors
    /// The database's; [`Error::Conflict`].
    pub async fn own_values(&mut self, typed: Typed<'_>) -> Result<OwnChange, Error> {
        match self.registry.own_door() {
            Some(door) => door.read(self, typed).await,
            None => Ok(OwnChange::default()),
        }
    }
    /// Writes them, after the record itself; where none changed, it is found anew by those it has.
    ///
    /// # Errors
    /// The database's.
    pub async fn write_own(
        &mut self,
        object: &Fieldable,
        record: impl Into<Uuid>,
        change: &OwnChange,
    ) -> Result<(), Error> {
        let is_bare = change.changed.is_empty() && change.values.0.is_empty();
        match self.registry.own_door().filter(|_| !is_bare) {
            Some(door) => door.write(self, (object, record.into()), change).await,
            None => Ok(()),
        }
    }
}

/// Conditions over own fields, understood by the room that owns them.
pub trait OwnConditions: Send + Sync {
    /// As SQL over a column with the record's id; the parameters are put behind `values`.
    fn sql(&self, record: &str, values: &mut Vec<Value>) -> Vec<String>;
}

/// The order of a list by an own field; records without a value are the least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnOrder {
    /// The field.
    pub field_id: Uuid,
    /// Its key.
    pub key: String,
    /// The largest first.
    pub is_descending: bool,
}

impl OwnOrder {
    /// What a list compares and sorts by.
    pub const EXPRESSION: &'static str = "coalesce(own.key, '')";
    /// Brings the values in; the field is put behind `values`.
    pub fn join(&self, record: &str, values: &mut Vec<Value>) -> String {
        values.push(self.field_id.into());
        let n = values.len();
        format!(" left join custom_index own on own.field_id = ${n} and own.record_id = {record}")
    }
}

/// What an address asks of a list in own fields.
#[derive(Default)]
pub struct OwnAsked {
    /// Its conditions.
    pub conditions: Option<Box<dyn OwnConditions>>,
    /// Its order, when it is by an own field.
    pub order: Option<OwnOrder>,
}

impl OwnAsked {
    /// The conditions as the tail of a `where`.
    pub fn conditions(&self, record: &str, values: &mut Vec<Value>) -> String {
        let all = self.conditions.as_ref().map(|one| one.sql(record, values)).unwrap_or_default();
        all.iter().map(|one| format!(" and {one}")).collect()
    }
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_none() && self.order.is_none()
    }
}
