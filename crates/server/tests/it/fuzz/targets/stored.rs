//! What stands in the database, read back: somebody may have changed it there. The journal's proof finds every
//! change of what was sealed, a sealed text opens as it was or not at all, and no page falls over a value.

use std::cell::RefCell;

use axum::body::Body;
use http::Method;
use spine::org::ROLES;
use store::verify::{Verdict, verify};
use store::{Read, Value, params};
use testkit::{Bank, Kind};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::world::{World, with_world};
use super::{Target, bytes, text};
use crate::support::Note;

/// A small bank with sealed blocks.
struct Sealed {
    bank: Bank,
    runtime: Runtime,
    entries: i64,
}

thread_local! {
    static SEALED: RefCell<Option<Sealed>> = const { RefCell::new(None) };
}

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    if let Some(Sealed { bank, runtime, .. }) = SEALED.take() {
        runtime.block_on(async { drop(bank) });
    }
}

impl Sealed {
    fn new() -> Sealed {
        let runtime = Runtime::new().expect("a runtime");
        let (bank, entries) = runtime.block_on(async {
            let bank = Box::pin(Bank::open(Kind::Sqlite, crate::support::open)).await;
            for name in ["one", "two", "three"] {
                bank.execute("clerk", &Note::new(name, name)).await.expect("a note");
                bank.settle().await;
            }
            let (chance, now) = (kernel::SeededEntropy::new(5), testkit::START);
            let unlocked = bank.writer.keys().unlock(&bank.writer, testkit::root(), &chance, now);
            drop(unlocked.await.expect("the bank's own key"));
            let entries = crate::support::number(&bank, "select max(pos) from journal_seal").await;
            (bank, entries)
        });
        Sealed { bank, runtime, entries }
    }
}

fn with_sealed(test: impl AsyncFnOnce(&Bank, i64)) {
    SEALED.with_borrow_mut(|sealed| {
        let sealed = sealed.get_or_insert_with(Sealed::new);
        sealed.runtime.block_on(test(&sealed.bank, sealed.entries));
    });
}

/// How a column of the journal is stored.
#[derive(Clone, Copy)]
enum As {
    Int,
    Bytes,
    Id,
    Text,
}

/// Every column that the chain vouches for, by its table, and what a row of it is found by.
const COLUMNS: [(&str, &str, &str, As); 18] = [
    ("journal_entry", "seq", "at", As::Int),
    ("journal_entry", "seq", "operation_id", As::Id),
    ("journal_entry", "seq", "command_id", As::Id),
    ("journal_entry", "seq", "actor_id", As::Id),
    ("journal_entry", "seq", "node", As::Text),
    ("journal_entry", "seq", "channel", As::Text),
    ("journal_entry", "seq", "command", As::Text),
    ("journal_entry", "seq", "entity", As::Text),
    ("journal_entry", "seq", "entity_id", As::Id),
    ("journal_entry", "seq", "client_id", As::Id),
    ("journal_entry", "seq", "changes", As::Text),
    ("journal_seal", "pos", "hash", As::Bytes),
    ("journal_seal", "pos", "pos", As::Int),
    ("journal_block", "height", "first_pos", As::Int),
    ("journal_block", "height", "last_pos", As::Int),
    ("journal_block", "height", "previous", As::Bytes),
    ("journal_block", "height", "hash", As::Bytes),
    ("journal_block", "height", "height", As::Int),
];

fn value(kind: As, rest: &[u8]) -> Option<Value> {
    let eight = || rest.first_chunk::<8>().map(|bytes| i64::from_be_bytes(*bytes));
    Some(match kind {
        As::Int => Value::Int(eight()?),
        As::Bytes => Value::Bytes(rest.to_vec()),
        As::Id => Value::Id(Uuid::from_slice(rest.get(..16)?).ok()?),
        As::Text => Value::Text(text(rest).replace('\0', "")),
    })
}

pub(super) const JOURNAL: Target = Target {
    name: "journal",
    cost: 20,
    seeds: || {
        let numbers = [i64::MIN, i64::MAX, -1, 0, 1, 2].map(|n| n.to_be_bytes().to_vec());
        let mut all = Vec::new();
        for (column, (_, _, _, kind)) in (0_u8..).zip(COLUMNS) {
            let values: Vec<Vec<u8>> = match kind {
                As::Int => numbers.to_vec(),
                As::Bytes => vec![Vec::new(), vec![0; 32], vec![7; 33]],
                As::Id => vec![vec![0; 16], vec![7; 16]],
                As::Text => vec![Vec::new(), b"{}".to_vec(), b"\x1b[2J".to_vec()],
            };
            let row = |value: &Vec<u8>| [&[column, 1][..], value].concat();
            all.extend(values.iter().map(row));
        }
        all
    },
    words: &["\u{7f}", "{}", "null", "sealed:1:"],
    run: |input| {
        let [column, row, rest @ ..] = input else { return };
        let (table, key, column, kind) = COLUMNS[usize::from(*column) % COLUMNS.len()];
        let Some(changed) = value(kind, rest) else { return };
        with_sealed(async |bank, entries| {
            let mut tx = bank.writer.begin().await.expect("a transaction");
            let rows = if table == "journal_block" { 3 } else { entries };
            let at = i64::from(*row) % rows + 1;
            let sql = format!("select {column} from {table} where {key} = $1");
            let before = tx.first(&sql, params![at]).await.expect("the journal");
            let before: Value = before.expect("a row").one().expect("a value");
            let sql = format!("update {table} set {column} = $2 where {key} = $1");
            // a place that is taken cannot be taken again
            if tx.execute(&sql, params![at, changed.clone()]).await.is_ok() {
                let is_same = alike(&before, &changed);
                match verify(&mut tx).await {
                    Ok(Verdict::Whole { .. }) => {
                        assert!(is_same, "{table}.{column} was {before:?}, is {changed:?}");
                    }
                    Ok(Verdict::Broken { problem, .. }) => {
                        assert!(!is_same && !problem.is_empty());
                        assert!(!problem.chars().any(char::is_control), "{problem:?}");
                    }
                    Err(error) => assert!(!is_same && !error.to_string().is_empty()),
                }
                // readers are led over it as well, or told why not
                let read = store::journal::after(&mut tx, 0, 50).await;
                assert!(read.is_ok_and(|all| all.len() <= 50) || !is_same);
            }
            tx.rollback().await.expect("as it was");
        });
    },
};

/// Whether a stored value is another one only in its form.
fn alike(before: &Value, changed: &Value) -> bool {
    match (before, changed) {
        (Value::Bytes(bytes), Value::Id(id)) => bytes == id.as_bytes(),
        _ => before == changed,
    }
}

pub(super) const SEALED_TEXT: Target = Target {
    name: "sealed_text",
    cost: 20,
    seeds: || {
        bytes(&["SEALED", "sealed:1:", "sealed:1:AAAA", "sealed:2:x", "{}", "sealed:1:====", ""])
    },
    words: &["SEALED", "sealed:1:", "=", "A", "AQ", "/", "+"],
    run: |input| {
        with_sealed(async |bank, _| {
            let (owner, purpose) = (store::keys::BANK, "test/1");
            let mut tx = bank.writer.begin().await.expect("a transaction");
            let entropy: &dyn kernel::Entropy = &kernel::SeededEntropy::new(6);
            let chance = (entropy, testkit::START);
            let sealed = store::keys::seal_text(&mut tx, chance, owner, purpose, "plain").await;
            let sealed = sealed.expect("a sealed text");
            let stored = text(input).replace("SEALED", &sealed);
            let opened = store::keys::open_text(&mut tx, owner, purpose, stored.clone()).await;
            match opened {
                Ok(found) if store::keys::is_sealed(&stored) => {
                    assert_eq!(found, store::keys::Opened::Text("plain".to_owned()), "{stored}");
                }
                Ok(found) => assert_eq!(found, store::keys::Opened::Text(stored)),
                Err(error) => {
                    assert!(store::keys::is_sealed(&stored) && stored != sealed, "{error}");
                    assert!(error.to_string().contains(purpose), "{error}");
                }
            }
            // sealed for another thing or another owner it opens nothing
            for (owner, purpose) in [(owner, "test/2"), (Uuid::from_u128(1), purpose)] {
                assert!(
                    store::keys::open_text(&mut tx, owner, purpose, sealed.clone()).await.is_err()
                );
            }
            tx.rollback().await.expect("as it was");
        });
    },
};

/// Texts in all tables but the schema's own, as they were when they were looked for.
fn columns(world: &World) -> Vec<(String, String)> {
    let sql = "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
               where m.type = 'table' and m.name not like 'sqlite%' and m.name not like 'refinery%' \
               and upper(c.type) = 'TEXT' and c.pk = 0 order by m.name, c.name";
    let mut db = world.bank.services.reader.clone();
    let rows = world.runtime.block_on(db.query(sql, &[])).expect("the schema");
    let pair = |row: store::Row| {
        let mut c = row.cols();
        (c.take().expect("a table"), c.take().expect("a column"))
    };
    rows.into_iter().map(pair).collect()
}

/// Where most of what is stored is shown, asked over every change; and how many others by turns.
const SHOWN: [&str; 4] = ["/clients/{id}", "/clients/{id}/timeline", "/admin/journal", "/"];
const OTHERS: u8 = 4;

/// Texts of any column, changed in the database; then pages are drawn over them. An input is `TABLE.COLUMN`, a zero,
/// three bytes that choose pages, and the value.
pub(super) const ROWS: Target = Target {
    name: "rows",
    cost: 100,
    seeds: || {
        let values =
            ["{", "null", "[]", "{\"a\":[1,2]}", "\u{202e}", "2026-13-45", "99999999999999999999"];
        let one = |at: u8| {
            let value = values[usize::from(at) % values.len()].as_bytes();
            [&[at.wrapping_mul(37), 0, 0, at, at.wrapping_mul(5)][..], value].concat()
        };
        let by = |who: u8| [&b"journal_entry.changes\0\0\0"[..], &[who, b'{']].concat();
        (0..30).map(one).chain((0..12).map(by)).collect()
    },
    words: &[
        "null",
        "{}",
        "[]",
        "\"x\"",
        "sealed:1:",
        "2026-01-01",
        "person",
        "-1",
        "1e400",
        "RUB",
    ],
    run: |input| {
        let at = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
        let (name, rest) = input.split_at(at);
        let Some((first, typed)) = rest.get(1..).and_then(|rest| rest.split_at_checked(3)) else {
            return;
        };
        with_world(|world| {
            let columns = columns(world);
            let is_it = |(t, c): &&(String, String)| name == format!("{t}.{c}").as_bytes();
            let sum: usize = name.iter().map(|byte| usize::from(*byte)).sum();
            let (table, column) =
                columns.iter().find(is_it).unwrap_or(&columns[sum % columns.len()]);
            let typed = text(typed).replace('\0', "");
            let Some((row, before)) = put(world, (table, column), &typed) else { return };
            let words = format!("{table}.{column} is {typed:?}");
            for path in SHOWN {
                ask(world, &world.own(path, "GET"), usize::from(first[2]) % ROLES.len(), &words);
            }
            for step in 0..OTHERS {
                let other =
                    [first[0], first[1].wrapping_add(step), first[2].wrapping_add(step * 7)];
                let Some(asked) = world.chosen(&other, &["GET"], false) else { continue };
                ask(world, &asked.path, asked.who, &words);
            }
            let sql = format!("update {table} set {column} = $2 where rowid = $1");
            let values = [row.into(), before];
            world.runtime.block_on(crate::support::force(&world.bank, &sql, &values));
        });
    },
};

/// Changes the last row of a table; answers which it was and what stood there. None where there is no row, or where
/// the database itself does not take the value.
fn put(world: &World, (table, column): (&str, &str), typed: &str) -> Option<(i64, Value)> {
    world.runtime.block_on(async {
        let mut tx = world.bank.writer.begin().await.expect("a transaction");
        let sql = format!("select rowid, {column} from {table} order by rowid desc limit 1");
        let row = tx.first(&sql, &[]).await.ok()??;
        let mut c = row.cols();
        let (row, before): (i64, Value) = (c.take().ok()?, c.take().ok()?);
        let sql = format!("update {table} set {column} = $2 where rowid = $1");
        tx.execute(&sql, params![row, typed]).await.ok()?;
        tx.commit().await.ok()?;
        Some((row, before))
    })
}

/// A page may say that it cannot be shown; it may not fall over.
fn ask(world: &World, path: &str, who: usize, words: &str) {
    let request = world.browser(Method::GET, path, who).body(Body::empty());
    let router = world.bank.router.clone();
    let answer = world.ask(&router, request.expect("a request"));
    assert!(!answer.body.contains("Service panicked"), "{path}: {words}");
}
