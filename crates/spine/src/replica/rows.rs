//! Putting rows of the centre into a branch's tables.

use std::collections::BTreeMap;

use kernel::{BranchId, Entropy, Timestamp};
use store::capture::{Key, before};
use store::keys::{self, BANK};
use store::{Read, Row, StoreError, Tx, Value, blobs, params};
use uuid::Uuid;

use super::message::{Rows, Wire};
use super::scope::Scoped;
use super::{How, Reach, Sealed};
use crate::Error;

/// Everything that came together: the last word on each row, by table and key.
#[derive(Default)]
pub(super) struct Arrived {
    tables: BTreeMap<String, BTreeMap<Key, Option<Vec<Value>>>>,
    left: Vec<Uuid>,
    /// Tables that came whole: what is not among their rows is gone.
    whole: Vec<String>,
}

/// The rows do not fit this branch's tables; its schema is another one.
fn misfit(table: &str) -> Error {
    Error::failure(format!("rows of {table} do not fit"))
}

impl Arrived {
    /// Takes in a part. Later parts have the last word.
    pub(super) fn add(
        &mut self,
        reach: &Reach,
        tables: Vec<Rows>,
        left: Vec<Uuid>,
    ) -> Result<(), Error> {
        for rows in tables {
            let scoped = reach.table(&rows.table).ok_or_else(|| misfit(&rows.table))?;
            let ours = scoped.table.columns.iter().map(|c| &c.name);
            if !ours.eq(rows.columns.iter()) {
                return Err(misfit(&rows.table));
            }
            let width = rows.columns.len();
            let into = self.tables.entry(rows.table.clone()).or_default();
            for row in rows.rows {
                let row: Vec<Value> = row.into_iter().map(|value| value.0).collect();
                if row.len() != width {
                    return Err(misfit(&rows.table));
                }
                into.insert(Key::of(&scoped.key_of(&row))?, Some(row));
            }
            for key in rows.gone {
                let key: Vec<Value> = key.into_iter().map(|value: Wire| value.0).collect();
                into.insert(Key::of(&key)?, None);
            }
        }
        for client in left {
            self.forget(reach, client);
            self.left.push(client);
        }
        Ok(())
    }
    /// What came before of a client who has left since is not put in. Who comes again later comes whole.
    fn forget(&mut self, reach: &Reach, client: Uuid) {
        for scoped in reach.tables() {
            let column = match scoped.said.how {
                How::Client(column) => column,
                How::Clients(_) => "id",
                _ => continue,
            };
            let place = scoped.table.columns.iter().position(|c| c.name == column);
            let (Some(place), Some(rows)) = (place, self.tables.get_mut(&scoped.table.name)) else {
                continue;
            };
            let is_his = |row: &Vec<Value>| {
                row.get(place).and_then(super::changes::id_of).is_some_and(|id| id == client)
            };
            rows.retain(|_, row| !row.as_ref().is_some_and(is_his));
        }
    }
    /// These tables came whole; all of them when none is named.
    pub(super) fn are_whole(&mut self, reach: &Reach, tables: Vec<String>) {
        let all = || reach.tables().iter().map(|t| t.table.name.clone()).collect();
        self.whole = if tables.is_empty() { all() } else { tables };
    }
    /// What is here of tables that came whole and did not come is gone.
    async fn compare(&mut self, tx: &mut Tx, reach: &Reach) -> Result<(), Error> {
        for name in std::mem::take(&mut self.whole) {
            let Some(scoped) = reach.table(&name) else { continue };
            let came = self.tables.entry(name).or_default();
            for key in scoped.keys(tx).await? {
                came.entry(Key::of(&key)?).or_insert(None);
            }
        }
        Ok(())
    }
    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty()
            && self.left.is_empty()
            && self.tables.values().all(BTreeMap::is_empty)
    }
    /// Tables of which rows have come or gone.
    pub(super) fn touched(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().filter(|(_, rows)| !rows.is_empty()).map(|(table, _)| table.as_str())
    }
    /// Clients of whom rows have come or who have left.
    pub(super) fn clients(&self, reach: &Reach) -> Vec<Uuid> {
        let mut all = self.left.clone();
        for (table, rows) in &self.tables {
            let Some(scoped) = reach.table(table) else { continue };
            let Some(column) = scoped.client() else { continue };
            let place = scoped.table.columns.iter().position(|c| c.name == column);
            let of = |row: &Vec<Value>| row.get(place?).and_then(super::changes::id_of);
            all.extend(rows.values().flatten().filter_map(of));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Puts it in: who has left goes with all that is his, then every row that came makes place, then it comes.
    pub(super) async fn put(
        mut self,
        tx: &mut Tx,
        chance: (&dyn Entropy, Timestamp),
        (reach, branch): (&Reach, BranchId),
    ) -> Result<(), Error> {
        self.compare(tx, reach).await?;
        for client in &self.left {
            take_away(tx, reach, *client).await?;
        }
        for (table, rows) in &mut self.tables {
            let scoped = reach.table(table).ok_or_else(|| misfit(table))?;
            for row in rows.values_mut().flatten() {
                keep_own(tx, scoped, row).await?;
            }
            for key in rows.keys() {
                before::delete(tx, &scoped.table, key).await?;
            }
        }
        let has_left = !self.left.is_empty() || self.may_orphan(reach);
        for (table, rows) in self.tables {
            let scoped = reach.table(&table).ok_or_else(|| misfit(&table))?;
            insert(tx, chance, scoped, rows.into_values().flatten().collect()).await?;
        }
        if has_left { sweep(tx, reach, branch).await } else { Ok(()) }
    }
    /// Whether rows that belong to others may have lost them: a row is gone on which conditions of others rest, or who works
    /// where has changed.
    fn may_orphan(&self, reach: &Reach) -> bool {
        let rests_on = |name: &str| {
            let named = format!("from {name} ");
            reach.tables().iter().any(|t| match t.said.how {
                How::Of(said) | How::Through(said) => said.contains(&named),
                _ => false,
            })
        };
        self.tables.iter().any(|(table, rows)| {
            let has_gone = rows.values().any(Option::is_none);
            (has_gone || (table == "staff" && !rows.is_empty())) && rests_on(table)
        })
    }
}

/// Puts rows into a table, over those that are there; for a first copy.
pub(super) async fn insert_over(
    tx: &mut Tx,
    chance: (&dyn Entropy, Timestamp),
    reach: &Reach,
    tables: Vec<Rows>,
) -> Result<(), Error> {
    for one in tables {
        let mut arrived = Arrived::default();
        arrived.add(reach, vec![one], Vec::new())?;
        for (table, rows) in arrived.tables {
            let scoped = reach.table(&table).ok_or_else(|| misfit(&table))?;
            let rows: Vec<Vec<Value>> = rows.into_values().flatten().collect();
            put_in(tx, chance, scoped, rows, &over(scoped)).await?;
        }
    }
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    chance: (&dyn Entropy, Timestamp),
    scoped: &Scoped,
    rows: Vec<Vec<Value>>,
) -> Result<(), Error> {
    put_in(tx, chance, scoped, rows, "").await
}

async fn put_in(
    tx: &mut Tx,
    chance: (&dyn Entropy, Timestamp),
    scoped: &Scoped,
    mut rows: Vec<Vec<Value>>,
    tail: &str,
) -> Result<(), Error> {
    for row in &mut rows {
        match (scoped.said.sealed, row.as_mut_slice()) {
            (Some(Sealed::File), [Value::Bytes(hash), _, Value::Bytes(content)]) => {
                *content = blobs::arrive(tx, chance, hash, content).await?;
            }
            (Some(Sealed::SecondFactor), _) => seal_code(tx, chance, row).await?,
            _ => {}
        }
    }
    let columns: Vec<String> =
        scoped.table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
    let head = format!("insert into \"{}\" ({}) values", scoped.table.name, columns.join(", "));
    tx.insert_many(&head, &rows, tail).await?;
    Ok(())
}

/// A second factor that has travelled open is sealed here.
async fn seal_code(
    tx: &mut Tx,
    chance: (&dyn Entropy, Timestamp),
    row: &mut Vec<Value>,
) -> Result<(), StoreError> {
    if let (Some(whose), [_, Value::Bytes(secret), ..]) =
        (row.first().and_then(super::changes::id_of), row.as_slice())
    {
        let purpose = crate::org::factor::purpose(whose.into());
        let sealed = keys::seal_bytes(tx, chance, BANK, &purpose, secret).await?;
        *row = super::changes::with_second(std::mem::take(row), Value::Bytes(sealed));
    }
    Ok(())
}

/// What each node counts by itself stays as it is here.
async fn keep_own(tx: &mut Tx, scoped: &Scoped, row: &mut [Value]) -> Result<(), StoreError> {
    let places: Vec<usize> = scoped
        .said
        .keeps
        .iter()
        .filter_map(|name| scoped.table.columns.iter().position(|c| c.name == *name))
        .collect();
    if places.is_empty() {
        return Ok(());
    }
    let is: Vec<String> =
        (1..).zip(&scoped.table.key).map(|(n, name)| format!("\"{name}\" = ${n}")).collect();
    let columns: Vec<String> = scoped.said.keeps.iter().map(|name| format!("\"{name}\"")).collect();
    let sql = format!(
        "select {} from \"{}\" where {}",
        columns.join(", "),
        scoped.table.name,
        is.join(" and ")
    );
    let here = tx.first(&sql, &scoped.key_of(row)).await?.map(Row::into_values);
    for (place, value) in places.into_iter().zip(here.into_iter().flatten()) {
        if let Some(slot) = row.get_mut(place) {
            *slot = value;
        }
    }
    Ok(())
}

/// What an insert does about a row that is there.
fn over(scoped: &Scoped) -> String {
    let key: Vec<String> = scoped.table.key.iter().map(|name| format!("\"{name}\"")).collect();
    let is_taken = |name: &String| {
        !scoped.table.key.contains(name) && !scoped.said.keeps.contains(&name.as_str())
    };
    let others = scoped.table.columns.iter().filter(|c| is_taken(&c.name));
    let set: Vec<String> = others.map(|c| format!("\"{0}\" = excluded.\"{0}\"", c.name)).collect();
    let what = if set.is_empty() {
        "nothing".to_owned()
    } else {
        format!("update set {}", set.join(", "))
    };
    format!("on conflict ({}) do {what}", key.join(", "))
}

/// All rows of a client.
async fn take_away(tx: &mut Tx, reach: &Reach, client: Uuid) -> Result<(), StoreError> {
    for scoped in reach.tables() {
        let column = match scoped.said.how {
            How::Client(column) => column,
            How::Clients(_) => "id",
            _ => continue,
        };
        let sql = format!("delete from \"{}\" where \"{column}\" = $1", scoped.table.name);
        tx.execute(&sql, params![client]).await?;
    }
    Ok(())
}

/// Rows that belong to nobody here any more.
async fn sweep(tx: &mut Tx, reach: &Reach, branch: BranchId) -> Result<(), Error> {
    for scoped in reach.tables() {
        let Some(sql) = scoped.sweep() else { continue };
        let values = if scoped.sweep_has_branch() { params![branch].to_vec() } else { Vec::new() };
        tx.execute(&sql, &values).await?;
    }
    Ok(())
}
