//! Backup and restore: whole or not at all, while others write, from either database into either.

use std::fs::{self, File};
use std::path::Path;

use kernel::Clock;
use server::wiring;
use store::dump::{self, DumpError, Header, schema};
use store::verify::{Verdict, verify};
use store::{Read, Store, params};
use testkit::{Bank, Database, Kind};

use crate::support::{Note, both, force, number};

async fn back_up(bank: &Bank, file: &Path) -> dump::Totals {
    let mut snapshot = bank.services.reader.snapshot().await.unwrap();
    let migrations = schema::applied(&mut snapshot).await.unwrap();
    let header = Header { made_at: bank.clock.now(), program: "test".to_owned(), migrations };
    let out = std::io::BufWriter::new(File::create(file).unwrap());
    dump::backup(&mut snapshot, out, &header).await.unwrap()
}

async fn empty_store(database: &Database) -> Store {
    let store = Store::open(database.url()).await.unwrap();
    store.writer.migrate(&wiring::migrations(&wiring::modules())).await.unwrap();
    store
}

/// Every table's rows as text, for comparing; journal numbers and ids-as-bytes aside.
async fn contents<R: Read>(db: &mut R) -> Vec<String> {
    let mut out = Vec::new();
    for table in schema::tables(db).await.unwrap() {
        let names: Vec<String> = table
            .columns
            .iter()
            .filter(|c| !["seq", "txid", "last_seq", "last_txid"].contains(&c.name.as_str()))
            .map(|c| format!("\"{}\"", c.name))
            .collect();
        let sql = format!("select {} from \"{}\"", names.join(", "), table.name);
        let rows = db.query(&sql, &[]).await.unwrap();
        let mut lines: Vec<String> = rows
            .into_iter()
            .map(|row| {
                let plain = row.into_values().into_iter().map(|value| match value {
                    store::Value::Id(id) => store::Value::Bytes(id.as_bytes().to_vec()),
                    other => other,
                });
                format!("{}: {:?}", table.name, plain.collect::<Vec<_>>())
            })
            .collect();
        lines.sort();
        out.extend(lines);
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restores_into_either_database_and_the_journal_goes_on() {
    both(async |bank: &Bank| {
        for value in ["1", "2", "3"] {
            bank.execute("clerk", &Note::new(value, "ё\n\"'")).await.unwrap();
            bank.settle().await;
        }
        force(
            bank,
            "insert into blob (hash, size, content) values ($1, 3, $2)",
            params![vec![7_u8; 32], vec![0_u8, 255, 10]],
        )
        .await;
        bank.execute("clerk", &Note::new("unsealed", "4")).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bank.backup");
        let totals = back_up(bank, &file).await;
        assert!(totals.rows > 100, "{totals:?}");
        let before = contents(&mut bank.services.reader.clone()).await;
        for kind in testkit::kinds() {
            let database = Database::new(kind).await;
            let store = empty_store(&database).await;
            let mut opened = File::open(&file).unwrap();
            let restored = dump::restore(&store.writer, &mut opened).await.unwrap();
            assert_eq!(restored, totals);
            let mut db = store.reader.clone();
            assert_eq!(contents(&mut db).await, before);
            let verdict = verify(&mut db).await.unwrap();
            assert!(matches!(verdict, Verdict::Whole { unsealed: 1, .. }), "{verdict:?}");
            goes_on(&store, bank).await;
        }
    })
    .await;
}

/// New entries come after the restored ones, wherever the old transaction ids stood.
async fn goes_on(store: &Store, bank: &Bank) {
    let mut db = store.reader.clone();
    let sql = "select max(pos) from journal_seal";
    let last: i64 = db.first(sql, &[]).await.unwrap().unwrap().one().unwrap();
    let draft = store::journal::after(&mut db, 0, 1).await.unwrap().remove(0).draft;
    let draft = store::journal::Draft { entity: "after".to_owned(), ..draft };
    let mut tx = store.writer.begin().await.unwrap();
    store::journal::append(&mut tx, &kernel::RandomEntropy, &[draft]).await.unwrap();
    tx.commit().await.unwrap();
    let mut entries = Vec::new();
    while entries.len() < 2 {
        // other tests' transactions on the same server may hold the horizon for a moment
        store::journal::seal(&store.writer, bank.clock.now()).await.unwrap();
        entries = store::journal::after(&mut db, last, 10).await.unwrap();
        tokio::task::yield_now().await;
    }
    let entities: Vec<&str> = entries.iter().map(|e| e.draft.entity.as_str()).collect();
    assert_eq!(entities, ["note", "after"]);
    let verdict = verify(&mut db).await.unwrap();
    assert!(matches!(verdict, Verdict::Whole { unsealed: 0, .. }), "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_instant_though_others_write() {
    both(async |bank: &Bank| {
        let mut snapshot = bank.services.reader.snapshot().await.unwrap();
        bank.execute("clerk", &Note::new("later", "x")).await.unwrap();
        let header =
            Header { made_at: bank.clock.now(), program: "test".to_owned(), migrations: vec![] };
        let mut bytes = Vec::new();
        dump::backup(&mut snapshot, &mut bytes, &header).await.unwrap();
        assert!(!bytes.windows(9).any(|w| w == b"test.note"), "it was not there yet");
        assert_eq!(number(bank, "select count(*) from node_setting where name = 'later'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_journal_stays_tampered_through_a_backup() {
    both(async |bank: &Bank| {
        bank.execute("clerk", &Note::new("a", "1")).await.unwrap();
        bank.settle().await;
        let copy = "insert into journal_entry (seq, txid, at, operation_id, command_id, node, channel, \
                    command, entity, entity_id, changes) select -7, txid, at, operation_id, command_id, \
                    node, channel, command, entity, entity_id, changes from journal_entry \
                    order by seq limit 1";
        force(bank, copy, &[]).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bank.backup");
        back_up(bank, &file).await;
        let database = Database::new(Kind::Sqlite).await;
        let store = empty_store(&database).await;
        dump::restore(&store.writer, &mut File::open(&file).unwrap()).await.unwrap();
        let verdict = verify(&mut store.reader.clone()).await.unwrap();
        assert!(matches!(verdict, Verdict::Broken { .. }), "{verdict:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_or_a_used_database_changes_nothing() {
    both(async |bank: &Bank| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bank.backup");
        back_up(bank, &file).await;
        let whole = fs::read(&file).unwrap();
        let database = Database::new(bank.kind).await;
        let store = empty_store(&database).await;
        let empty = contents(&mut store.reader.clone()).await;
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let damaged: [&[u8]; 5] =
            [b"", b"no backup at all", &whole[..whole.len() - 1], &whole[..100], &flipped];
        for bytes in damaged {
            let bad = folder.path().join("bad");
            fs::write(&bad, bytes).unwrap();
            let answer = dump::restore(&store.writer, &mut File::open(&bad).unwrap()).await;
            assert!(matches!(answer, Err(DumpError::Format { .. })), "{answer:?}");
            assert_eq!(contents(&mut store.reader.clone()).await, empty);
        }
        let before = contents(&mut bank.services.reader.clone()).await;
        let answer = dump::restore(&bank.writer, &mut File::open(&file).unwrap()).await;
        assert!(matches!(answer, Err(DumpError::NotEmpty(_))), "{answer:?}");
        assert_eq!(contents(&mut bank.services.reader.clone()).await, before);
        dump::restore(&store.writer, &mut File::open(&file).unwrap()).await.unwrap();
        assert_eq!(contents(&mut store.reader.clone()).await, before);
    })
    .await;
}
