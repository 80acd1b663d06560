//! What a branch is told of rows that have changed at the centre.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{BranchId, ClientId};
use store::capture::{self, ChangedRow, Cursor, Key};
use store::dump::schema::Kind;
use store::keys::{self, BANK};
use store::{Read, Row, StoreError, Value, blobs, params};
use uuid::Uuid;

use super::message::{Rows, Wire};
use super::scope::Scoped;
use super::{How, Reach, Sealed};
use crate::Error;

/// Notes of changes looked at for one answer.
const NOTES_MAX: i64 = 500;
/// What one answer tells.
pub(super) struct Told {
    pub(super) tables: Vec<Rows>,
    /// Clients who come whole.
    pub(super) entered: BTreeSet<Uuid>,
    /// Clients who are the branch's no more.
    pub(super) left: BTreeSet<Uuid>,
    pub(super) cursor: Cursor,
    pub(super) has_more: bool,
}

/// What is known of a client at a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It has him for certain.
    Has,
    /// He was sent, and it is not known whether that came; or that he leaves was.
    Perhaps,
}

/// Gathers rows, each once.
struct Gathered<'a> {
    branch: BranchId,
    rows: BTreeMap<&'a str, BTreeMap<Key, Found>>,
}

/// A row as it is, or the key of one that is gone.
enum Found {
    Row(Vec<Value>),
    Gone(Vec<Value>),
}

/// Reads what has changed behind a cursor, and what of it is a branch's.
pub(super) async fn read<R: Read>(
    db: &mut R,
    reach: &Reach,
    (node, branch): (Uuid, BranchId),
    cursor: &Cursor,
) -> Result<Told, Error> {
    let changes = capture::since(db, cursor, NOTES_MAX).await?;
    let known = known(db, node, &changes.rows).await?;
    let mut by_table: BTreeMap<&str, Vec<&ChangedRow>> = BTreeMap::new();
    for change in &changes.rows {
        by_table.entry(&change.table).or_default().push(change);
    }
    let mut gathered = Gathered { branch, rows: BTreeMap::new() };
    let (mut entered, mut left, mut related) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for scoped in reach.tables() {
        let Some(noted) = by_table.get(scoped.table.name.as_str()) else { continue };
        let keys = keys(scoped, noted, db.dialect())?;
        let found = scoped.of_keys(db, branch, &keys).await?;
        let mut missing: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
        for key in keys {
            missing.insert(Key::of(&key)?, key);
        }
        for row in found {
            missing.remove(&Key::of(&scoped.key_of(&row))?);
            related.extend(carried(scoped, &row));
            if let (How::Clients(_), Some(id)) = (scoped.said.how, row.first().and_then(id_of))
                && known.get(&id) != Some(&Known::Has)
            {
                entered.insert(id);
            }
            gathered.add(scoped, row)?;
        }
        if let How::Clients(_) = scoped.said.how {
            left.extend(
                noted
                    .iter()
                    .filter(|c| missing.contains_key(&c.key))
                    .filter_map(|c| c.client_id.filter(|id| known.contains_key(id))),
            );
            continue;
        }
        gathered.note_gone(db, scoped, (noted, &known), missing).await?;
    }
    // of him who comes whole everything comes; of him whom a row has brought others, those others
    let ids = |all: &BTreeSet<Uuid>| all.iter().map(|id| ClientId::from(*id)).collect::<Vec<_>>();
    gathered.whole(db, reach, &ids(&entered), |_| true).await?;
    let belongs = |how: How| matches!(how, How::Of(_) | How::Through(_));
    gathered.whole(db, reach, &ids(&(&related - &entered)), belongs).await?;
    Ok(Told {
        tables: gathered.into_rows(db, reach).await?,
        entered,
        left,
        cursor: changes.cursor,
        has_more: changes.has_more,
    })
}

/// Rows of a piece as they travel.
pub(super) async fn travelling<R: Read>(
    db: &mut R,
    scoped: &Scoped,
    rows: Vec<Vec<Value>>,
    gone: Vec<Vec<Wire>>,
) -> Result<Rows, StoreError> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let row = match scoped.said.sealed {
            Some(Sealed::File) => opened(db, row).await?,
            Some(Sealed::SecondFactor) => opened_code(db, row).await?,
            None => Some(row),
        };
        out.extend(row.map(|row| row.into_iter().map(Wire::of).collect()));
    }
    let columns = scoped.table.columns.iter().map(|c| c.name.clone()).collect();
    Ok(Rows { table: scoped.table.name.clone(), columns, rows: out, gone })
}

/// A file whose content was sealed here: hash, size, content.
async fn opened<R: Read>(db: &mut R, row: Vec<Value>) -> Result<Option<Vec<Value>>, StoreError> {
    match row.as_slice() {
        [Value::Bytes(hash), size, Value::Bytes(stored)] => {
            let content = blobs::leave(db, hash, stored).await?;
            Ok(content.map(|content| {
                vec![Value::Bytes(hash.clone()), size.clone(), Value::Bytes(content)]
            }))
        }
        _ => Ok(None),
    }
}

/// A second factor whose secret was sealed here: whose, secret, last step, made at.
async fn opened_code<R: Read>(
    db: &mut R,
    row: Vec<Value>,
) -> Result<Option<Vec<Value>>, StoreError> {
    let (Some(whose), [_, Value::Bytes(sealed), ..]) =
        (row.first().and_then(id_of), row.as_slice())
    else {
        return Ok(None);
    };
    let purpose = crate::org::factor::purpose(whose.into());
    let secret = keys::open_bytes(db, BANK, &purpose, sealed).await?;
    Ok(secret.map(|secret| with_second(row, Value::Bytes(secret))))
}

/// A row with another value in its second column.
pub(super) fn with_second(mut row: Vec<Value>, value: Value) -> Vec<Value> {
    if let Some(second) = row.get_mut(1) {
        *second = value;
    }
    row
}

impl<'a> Gathered<'a> {
    fn add(&mut self, scoped: &'a Scoped, row: Vec<Value>) -> Result<(), StoreError> {
        let key = Key::of(&scoped.key_of(&row))?;
        self.rows.entry(&scoped.table.name).or_default().insert(key, Found::Row(row));
        Ok(())
    }
    /// Rows that were not found among the branch's: are they told to be gone?
    async fn note_gone<R: Read>(
        &mut self,
        db: &mut R,
        scoped: &'a Scoped,
        (noted, known): (&[&ChangedRow], &BTreeMap<Uuid, Known>),
        mut missing: BTreeMap<Key, Vec<Value>>,
    ) -> Result<(), StoreError> {
        if let How::Through(_) = scoped.said.how {
            // it stands, and belongs to others: the branch sees for itself when it is its no more
            let keys: Vec<Vec<Value>> = missing.values().cloned().collect();
            for key in scoped.standing(db, &keys).await? {
                missing.remove(&Key::of(&key)?);
            }
        }
        let is_told_by_key = scoped.is_told_by_key();
        let mut asked = Vec::new();
        for (key, values) in missing {
            let mut clients = noted.iter().filter(|c| c.key == key).filter_map(|c| c.client_id);
            let is_known = |id: Uuid| known.contains_key(&id);
            let is_told = match scoped.said.how {
                How::All => true,
                How::Client(_) => clients.any(is_known),
                _ => match clients.next() {
                    Some(id) => is_known(id) || clients.any(is_known),
                    None if is_told_by_key => {
                        asked.push(values);
                        continue;
                    }
                    None => true,
                },
            };
            if is_told {
                self.add_gone(scoped, values)?;
            }
        }
        for values in scoped.would_have(db, self.branch, &asked).await? {
            self.add_gone(scoped, values)?;
        }
        Ok(())
    }
    fn add_gone(&mut self, scoped: &'a Scoped, key: Vec<Value>) -> Result<(), StoreError> {
        let rows = self.rows.entry(&scoped.table.name).or_default();
        rows.entry(Key::of(&key)?).or_insert(Found::Gone(key));
        Ok(())
    }
    /// The rows of clients in the tables of which `wanted` holds.
    async fn whole<R: Read>(
        &mut self,
        db: &mut R,
        reach: &'a Reach,
        clients: &[ClientId],
        wanted: impl Fn(How) -> bool,
    ) -> Result<(), StoreError> {
        for scoped in reach.tables().iter().filter(|t| wanted(t.said.how)) {
            for row in scoped.of_clients(db, self.branch, clients).await? {
                self.add(scoped, row)?;
            }
        }
        Ok(())
    }
    async fn into_rows<R: Read>(self, db: &mut R, reach: &Reach) -> Result<Vec<Rows>, StoreError> {
        let mut out = Vec::new();
        for (table, found) in self.rows {
            let Some(scoped) = reach.table(table) else { continue };
            let (mut rows, mut gone) = (Vec::new(), Vec::new());
            for one in found.into_values() {
                match one {
                    Found::Row(row) => rows.push(row),
                    Found::Gone(key) => gone.push(key.into_iter().map(Wire::of).collect()),
                }
            }
            out.push(travelling(db, scoped, rows, gone).await?);
        }
        Ok(out)
    }
}

/// The keys that were noted, as values.
fn keys(
    scoped: &Scoped,
    noted: &[&ChangedRow],
    dialect: store::Dialect,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let kinds: Vec<Kind> = scoped.key_kinds();
    let keys: BTreeSet<&Key> = noted.iter().map(|c| &c.key).collect();
    keys.into_iter().map(|key| key.values(&kinds, dialect)).collect()
}

/// The client whose other rows a row brings.
fn carried(scoped: &Scoped, row: &[Value]) -> Option<Uuid> {
    let column = scoped.said.carries?;
    let place = scoped.table.columns.iter().position(|c| c.name == column)?;
    row.get(place).and_then(id_of)
}

pub(super) fn id_of(value: &Value) -> Option<Uuid> {
    match value {
        Value::Id(id) => Some(*id),
        Value::Bytes(bytes) => Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}

/// What is known at the node of the clients whose rows have changed.
async fn known<R: Read>(
    db: &mut R,
    node: Uuid,
    changes: &[ChangedRow],
) -> Result<BTreeMap<Uuid, Known>, StoreError> {
    let clients: BTreeSet<Uuid> = changes.iter().filter_map(|c| c.client_id).collect();
    if clients.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut values = params![node].to_vec();
    values.extend(clients.iter().map(|id| Value::from(*id)));
    let places: Vec<String> = (2..=values.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select client_id, state from branch_node_client where node_id = $1 and client_id in ({})",
        places.join(", ")
    );
    let rows = db.query(&sql, &values).await?;
    rows.into_iter()
        .map(|row: Row| {
            let mut c = row.cols();
            let (id, state): (Uuid, String) = (c.take()?, c.take()?);
            Ok((id, if state == "has" { Known::Has } else { Known::Perhaps }))
        })
        .collect()
}
