//! What a branch and the centre say to one another. The same on a line and in a carried file.

use std::fmt;
use std::marker::PhantomData;

use kernel::{CommandId, Timestamp, UserId};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use store::{Dialect, Value};
use uuid::Uuid;

use super::Mode;
use crate::bundle;
use crate::kept::Entrusted;

/// Commands in one message at most.
pub const COMMANDS_MAX: usize = 500;
/// Bytes of their payloads at most, but for one that is larger alone: a file.
pub const PAYLOADS_MAX: usize = 4 << 20;

/// Commands in one carried file at most: what is more goes with the next.
pub const FILE_COMMANDS_MAX: usize = 10_000;
/// Bytes of their payloads in one carried file at most, but for one that is larger alone.
pub const FILE_PAYLOADS_MAX: usize = 16 << 20;
/// Bytes of rows after which the centre puts no more into a carried file: what is more comes with the next.
pub const FILE_ROWS_BYTES: usize = 48 << 20;

/// How a word and its answer travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// On a line: little at once, again and again.
    Line,
    /// In a file that somebody carries: everything at once, as far as it fits.
    File,
}

impl Way {
    /// Commands in one word at most.
    pub const fn commands_max(self) -> usize {
        match self {
            Way::Line => COMMANDS_MAX,
            Way::File => FILE_COMMANDS_MAX,
        }
    }
    /// Bytes of their payloads at most, but for one that is larger alone.
    pub const fn payloads_max(self) -> usize {
        match self {
            Way::Line => PAYLOADS_MAX,
            Way::File => FILE_PAYLOADS_MAX,
        }
    }
}

/// A value of a row on its way: ids are bytes, as SQLite has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire(pub Value);

impl Wire {
    /// The value for a column, as the database of this node has it.
    #[must_use]
    pub fn of(value: Value) -> Self {
        match value {
            Value::Id(id) => Wire(Value::Bytes(id.as_bytes().to_vec())),
            other => Wire(other),
        }
    }
    /// The value as a key of this database: bytes become ids where the column holds ids.
    #[must_use]
    pub fn into_key(self, is_id: bool, dialect: Dialect) -> Value {
        match self.0 {
            Value::Bytes(bytes) if is_id && dialect == Dialect::Postgres => {
                Uuid::from_slice(&bytes).map_or(Value::Bytes(bytes), Value::Id)
            }
            other => other,
        }
    }
}

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Null => serializer.serialize_none(),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Value::Id(id) => serializer.serialize_bytes(id.as_bytes()),
        }
    }
}

impl<'de> Deserialize<'de> for Wire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WireVisitor)
    }
}

struct WireVisitor;

/// Bytes of one value that stands as a list of numbers: JSON has no bytes, and a branch keeps the place it has come to as JSON.
const LISTED_BYTES_MAX: usize = 4_096;

impl<'de> Visitor<'de> for WireVisitor {
    type Value = Wire;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing, a whole number, a text or bytes")
    }
    fn visit_none<E>(self) -> Result<Wire, E> {
        Ok(Wire(Value::Null))
    }
    fn visit_unit<E>(self) -> Result<Wire, E> {
        Ok(Wire(Value::Null))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Wire, E> {
        Ok(Wire(Value::Int(number)))
    }
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Wire, E> {
        i64::try_from(number).map(|n| Wire(Value::Int(n))).map_err(E::custom)
    }
    fn visit_str<E>(self, text: &str) -> Result<Wire, E> {
        Ok(Wire(Value::Text(text.to_owned())))
    }
    fn visit_string<E>(self, text: String) -> Result<Wire, E> {
        Ok(Wire(Value::Text(text)))
    }
    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Wire, E> {
        Ok(Wire(Value::Bytes(bytes.to_vec())))
    }
    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Wire, E> {
        Ok(Wire(Value::Bytes(bytes)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Wire, A::Error> {
        UpTo::<u8>(LISTED_BYTES_MAX, PhantomData).visit_seq(items).map(|b| Wire(Value::Bytes(b)))
    }
}

/// What a branch says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Up {
    /// Its own number: each word of a branch has a higher one.
    pub number: i64,
    /// The instant by the branch's clock.
    pub at: Timestamp,
    /// The newest step of the branch's schema.
    pub schema: i64,
    /// The program's version, for the list of nodes.
    pub program: String,
    /// The answer it has taken in last.
    pub taken: Option<Uuid>,
    /// What was done at the branch, in order.
    pub commands: Vec<Pushed>,
    /// How many more there are.
    pub waiting: i64,
    /// When the oldest that was not answered was done.
    pub oldest: Option<Timestamp>,
    /// How old its copy is: the instant of the centre it shows.
    pub replica_at: Option<Timestamp>,
    /// What it wants to hear.
    pub want: Want,
    /// What it holds of the strategy bundle.
    #[serde(default)]
    pub holds: bundle::Holds,
    /// The tables a copy is wanted of; all of them when none is named.
    #[serde(default, deserialize_with = "names")]
    pub tables: Vec<String>,
    /// A command it asks the centre to do, and has not done itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Pushed>,
    /// Names of the secrets it was entrusted with.
    #[serde(default, deserialize_with = "names")]
    pub keeps: Vec<String>,
}

/// A command that was done at a branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// Its id, the same at both ends.
    pub id: CommandId,
    /// Its name.
    pub name: String,
    /// Its content, as JSON.
    pub payload: String,
    /// Who did it.
    pub actor: UserId,
    /// When, by the branch's clock.
    pub at: Timestamp,
    /// By which channel.
    pub channel: String,
    /// The version of the strategy bundle it was done under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<i64>,
    /// Who has lifted a limit for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor: Option<UserId>,
    /// The pre-approval it was done on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_approval: Option<Uuid>,
}

/// What a branch wants besides answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// Nothing.
    Nothing,
    /// Everything that is its: the next piece after this place, from the beginning without one.
    Base(Option<Place>),
    /// What has changed behind this cursor.
    Changes(String),
}

/// How far a first copy has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The cursor at the beginning, from which changes are read afterwards.
    pub cursor: String,
    /// The table.
    pub table: String,
    /// Its last key; empty at the beginning of the table.
    #[serde(deserialize_with = "key")]
    pub after: Vec<Wire>,
}

/// Columns of a key at most.
const KEY_COLUMNS_MAX: usize = 16;
/// Tables that a branch may name at most.
const TABLES_MAX: usize = 2_000;

/// A list that is no longer than so many: its items are larger in memory than on their way.
struct UpTo<T>(usize, PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for UpTo<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {} at most", self.0)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            if all.len() == self.0 {
                return Err(serde::de::Error::custom("the list is too long"));
            }
            all.push(item);
        }
        Ok(all)
    }
}

fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Wire>, D::Error> {
    deserializer.deserialize_seq(UpTo(KEY_COLUMNS_MAX, PhantomData))
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_seq(UpTo(TABLES_MAX, PhantomData))
}

/// What the centre says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Down {
    /// Its id.
    pub id: Uuid,
    /// The number of the word it answers.
    pub to: i64,
    /// The instant by the centre's clock.
    pub at: Timestamp,
    /// Until when the branch may work.
    pub lease_until: Timestamp,
    /// How the branch works from now on.
    #[serde(default)]
    pub mode: Mode,
    /// What became of the commands.
    pub answers: Vec<Answer>,
    /// Rows.
    pub tables: Vec<Rows>,
    /// Clients that are the branch's no more.
    pub left: Vec<Uuid>,
    /// Where to go on.
    pub next: Next,
    /// What it tells of the strategy bundle.
    #[serde(default)]
    pub bundle: Option<bundle::Down>,
    /// What has become of the command the branch has asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Secrets it is entrusted with from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entrusted: Vec<Entrusted>,
}

/// What follows behind the rows of an answer, as the next answer on a line would bring it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portion {
    /// Rows.
    pub tables: Vec<Rows>,
    /// Clients that are the branch's no more.
    pub left: Vec<Uuid>,
    /// Where to go on.
    pub next: Next,
}

/// An answer that is carried: everything there is, as far as it fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// What a line would bring first.
    pub first: Down,
    /// What follows, in its order.
    pub rest: Vec<Portion>,
}

/// What has become of a command a branch has asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// How it ended.
    pub answer: Answer,
    /// What the command has answered, as JSON, when it was done.
    pub result: String,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its id.
    pub id: CommandId,
    /// How it ended.
    pub outcome: Outcome,
    /// The code of a refusal, or empty.
    pub code: String,
    /// The refusal or conflict as JSON, for the person who did it; or empty.
    pub detail: String,
}

/// How a command ended at the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done, now or before.
    Accepted,
    /// It was not done; somebody decides what to do about it.
    Refused,
    /// It waits for a second person.
    Waits,
}

impl Outcome {
    /// The word for it in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Refused => "refused",
            Outcome::Waits => "waits",
        }
    }
}

/// Rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The table.
    pub table: String,
    /// Its columns, in the order of the values.
    pub columns: Vec<String>,
    /// Rows as they are now.
    pub rows: Vec<Vec<Wire>>,
    /// Keys of rows that are not the branch's any more, or are not at all.
    pub gone: Vec<Vec<Wire>>,
}

impl Rows {
    /// About how many bytes they are.
    pub(super) fn weight(&self) -> usize {
        let of = |value: &Wire| match &value.0 {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Null | Value::Int(_) | Value::Id(_) => 0,
        };
        let values = self.rows.iter().chain(&self.gone).flatten();
        values.map(|value| of(value).saturating_add(8)).sum()
    }
}

/// Where a branch goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Nothing was asked for.
    Same,
    /// The first copy goes on.
    Base(Place),
    /// What came is a part; the next follows behind this cursor.
    More(String),
    /// That is all up to now; from here on later.
    Whole(String),
    /// What has changed since is not known any more: everything is to be compared.
    Anew,
    /// The schema of the branch is not the centre's: its program must be renewed before rows can come.
    OtherSchema(i64),
}

impl Next {
    /// What a branch would ask for next, where there is more already.
    pub(super) fn wanted(&self) -> Option<Want> {
        match self {
            Next::Base(place) => Some(Want::Base(Some(place.clone()))),
            Next::More(cursor) => Some(Want::Changes(cursor.clone())),
            Next::Anew => Some(Want::Base(None)),
            Next::Same | Next::Whole(_) | Next::OtherSchema(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_as_json_and_found_again() {
        let after = [
            Value::Null,
            Value::Int(-3),
            Value::Text("ё".to_owned()),
            Value::Bytes(vec![0, 255, 7]),
        ];
        let place = Place {
            cursor: "4|5".to_owned(),
            table: "client_token".to_owned(),
            after: after.into_iter().map(Wire).collect(),
        };
        let kept = serde_json::to_string(&place).unwrap();
        assert_eq!(serde_json::from_str::<Place>(&kept).unwrap(), place);
        let long = format!("[{}]", vec!["1"; LISTED_BYTES_MAX + 1].join(","));
        assert!(serde_json::from_str::<Wire>(&long).is_err());
        assert!(serde_json::from_str::<Wire>("[256]").is_err());
    }
}
