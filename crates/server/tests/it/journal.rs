//! The journal: nothing skipped, nothing twice, in order, and tamper-evident.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kernel::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Services, Work};
use store::journal::{self, Draft};
use store::verify::{Verdict, verify};
use store::{Dialect, Read, Writer, params};
use testkit::{Bank, Kind};
use uuid::Uuid;

use crate::support::{Note, both, force};

const WRITERS: usize = 8;
const COMMANDS: usize = 50;

/// Writes one entry in a transaction that stays open for a while.
#[derive(Debug, Serialize, Deserialize)]
struct Slow {
    writer: usize,
    number: usize,
    pause_ms: u32,
}

impl Command for Slow {
    const NAME: &'static str = "test.slow";
    const PERMISSION: &'static str = "app.use";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let id: Uuid = w.new_id();
        pause(w, self.pause_ms).await;
        w.record("slow", id, None, label(self.writer, self.number));
        Ok(())
    }
}

fn label(writer: usize, number: usize) -> Change {
    Change::new().set("label", format!("{writer}/{number}"))
}

/// Keeps the transaction open: on PostgreSQL others commit meanwhile; on SQLite writers queue anyway.
async fn pause<R: Read>(db: &mut R, ms: u32) {
    if db.dialect() == Dialect::Postgres {
        let sql = format!("select cast(pg_sleep({}.{:03}) as text)", ms / 1000, ms % 1000);
        db.query(&sql, &[]).await.unwrap();
    }
}

/// A writer that has its number early and commits late: what a number alone would skip.
async fn append_and_wait(writer: &Writer, now: Timestamp, id: Uuid, who: usize, number: usize) {
    let mut tx = writer.begin().await.unwrap();
    let draft = Draft {
        at: now,
        operation_id: id.into(),
        command_id: id.into(),
        actor_id: None,
        node: "test".to_owned(),
        channel: "test".to_owned(),
        command: "test.slow".to_owned(),
        entity: "slow".to_owned(),
        entity_id: id,
        client_id: None,
        changes: format!("{{\"label\":[null,\"{who}/{number}\"]}}"),
    };
    journal::append(&mut tx, &kernel::RandomEntropy, &[draft]).await.unwrap();
    pause(&mut tx, u32::try_from(number * 7 % 13).unwrap()).await;
    tx.commit().await.unwrap();
}

async fn write_all(services: Services, writer: Writer, who: usize, left: Arc<AtomicUsize>) {
    let ctx = services.system("test");
    for number in 0..COMMANDS {
        let pause_ms = u32::try_from((who * 5 + number * 11) % 17).unwrap();
        if number % 2 == 0 {
            let command = Slow { writer: who, number, pause_ms };
            services.execute(&ctx, ctx.command_id(), &command).await.unwrap();
        } else {
            append_and_wait(&writer, ctx.now, ctx.new_id(), who, number).await;
        }
    }
    left.fetch_sub(1, Ordering::SeqCst);
}

async fn seal_until(writer: Writer, now: Timestamp, left: Arc<AtomicUsize>) {
    while left.load(Ordering::SeqCst) > 0 {
        journal::seal(&writer, now).await.unwrap();
        tokio::task::yield_now().await;
    }
}

/// Follows the journal, as a reader does, until it is told that nothing more comes and has seen all there
/// is; answers the labels in the order seen.
async fn read_until(mut db: store::Reader, from: i64, complete: Arc<AtomicBool>) -> Vec<String> {
    let mut at = from;
    let mut seen = Vec::new();
    loop {
        // asked before the read: what is told afterwards is found by the next one
        let is_complete = complete.load(Ordering::SeqCst);
        let entries = journal::after(&mut db, at, 17).await.unwrap();
        if is_complete && entries.is_empty() {
            return seen;
        }
        for entry in entries {
            assert_eq!(entry.pos, at + 1, "positions have no gap");
            at = entry.pos;
            if entry.draft.entity == "slow" {
                let changes: serde_json::Value =
                    serde_json::from_str(&entry.draft.changes).unwrap();
                seen.push(changes["label"][1].as_str().unwrap().to_owned());
            }
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_beside_many_writers_misses_nothing() {
    both(async |bank: &Bank| {
        bank.settle().await;
        let mut db = bank.services.reader.clone();
        let start = crate::support::number(bank, "select coalesce(max(pos), 0) from journal_seal");
        let start = start.await;
        let left = Arc::new(AtomicUsize::new(WRITERS));
        let total = WRITERS * COMMANDS;
        let complete = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn(read_until(db.clone(), start, Arc::clone(&complete)));
        let now = bank.clock.now();
        let sealers: Vec<_> = (0..2)
            .map(|_| tokio::spawn(seal_until(bank.writer.clone(), now, Arc::clone(&left))))
            .collect();
        let writers: Vec<_> = (0..WRITERS)
            .map(|who| {
                let (services, writer) = (bank.services.clone(), bank.writer.clone());
                tokio::spawn(write_all(services, writer, who, Arc::clone(&left)))
            })
            .collect();
        for task in writers.into_iter().chain(sealers) {
            task.await.unwrap();
        }
        bank.settle().await;
        complete.store(true, Ordering::SeqCst);
        let seen = reader.await.unwrap();
        let distinct: BTreeSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (total, total), "each exactly once");
        for who in 0..WRITERS {
            let own: Vec<usize> = seen
                .iter()
                .filter_map(|label| label.strip_prefix(&format!("{who}/"))?.parse().ok())
                .collect();
            assert!(own.is_sorted(), "writer {who} committed one after the other: {own:?}");
        }
        let verdict = verify(&mut db).await.unwrap();
        let whole = matches!(verdict, Verdict::Whole { unsealed: 0, blocks, .. } if blocks > 1);
        assert!(whole, "{verdict:?}");
    })
    .await;
}

/// A bank with a few sealed notes in two blocks; answers the position of the middle one.
async fn with_notes(bank: &Bank) -> i64 {
    for value in ["one", "two", "three"] {
        bank.execute("clerk", &Note::new(value, value)).await.unwrap();
        bank.settle().await;
    }
    let sql = "select max(s.pos) - 1 from journal_seal s";
    crate::support::number(bank, sql).await
}

async fn broken_at(bank: &Bank) -> (Option<i64>, String) {
    match verify(&mut bank.services.reader.clone()).await.unwrap() {
        Verdict::Broken { pos, problem, .. } => (pos, problem),
        whole @ Verdict::Whole { .. } => panic!("{whole:?}"),
    }
}

const MIDDLE: &str = "(select seq from journal_seal where pos = $1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_is_named() {
    both(async |bank: &Bank| {
        let pos = with_notes(bank).await;
        let sql = format!("update journal_entry set changes = '{{}}' where seq = {MIDDLE}");
        assert_eq!(force(bank, &sql, params![pos]).await, 1);
        let (at, problem) = broken_at(bank).await;
        assert_eq!(at, Some(pos));
        assert!(problem.contains("test.note"), "{problem}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_with_a_mended_seal_is_found_all_the_same() {
    both(async |bank: &Bank| {
        let pos = with_notes(bank).await;
        let sql = format!("update journal_entry set changes = '{{}}' where seq = {MIDDLE}");
        force(bank, &sql, params![pos]).await;
        let entries = journal::after(&mut bank.services.reader.clone(), pos - 1, 1).await.unwrap();
        let hash = entries[0].draft.hash().to_vec();
        force(bank, "update journal_seal set hash = $2 where pos = $1", params![pos, hash]).await;
        assert_eq!(broken_at(bank).await.0, None, "the block itself is named");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_entry_is_named() {
    both(async |bank: &Bank| {
        let pos = with_notes(bank).await;
        let sql = format!("delete from journal_entry where seq = {MIDDLE}");
        assert_eq!(force(bank, &sql, params![pos]).await, 1);
        let (at, problem) = broken_at(bank).await;
        assert_eq!((at, problem.as_str()), (Some(pos), "the entry is missing"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_block_and_a_slipped_in_entry_are_found() {
    both(async |bank: &Bank| {
        with_notes(bank).await;
        let copy = "insert into journal_entry (seq, txid, at, operation_id, command_id, node, channel, \
                    command, entity, entity_id, changes) select -7, txid, at, operation_id, command_id, \
                    node, channel, command, entity, entity_id, changes from journal_entry \
                    order by seq limit 1";
        assert_eq!(force(bank, copy, &[]).await, 1);
        assert!(broken_at(bank).await.1.contains("put in below the seal"));
        force(bank, "delete from journal_entry where seq = -7", &[]).await;
        force(bank, "delete from journal_block where height = 2", &[]).await;
        assert_eq!(broken_at(bank).await, (None, "the block is missing".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_cut_at_its_end_is_found_by_the_seals_that_stay() {
    both(async |bank: &Bank| {
        with_notes(bank).await;
        let last = "(select max(height) from journal_block)";
        for cut in [
            format!("update journal_block set height = -7 where height = {last}"),
            "delete from journal_block where height = -7".to_owned(),
        ] {
            assert_eq!(force(bank, &cut, &[]).await, 1);
            let (pos, problem) = broken_at(bank).await;
            assert!(pos.is_none() && problem.contains("belong to no block"), "{problem}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_of_numbers_that_cannot_be_is_found() {
    both(async |bank: &Bank| {
        with_notes(bank).await;
        for last in [i64::MIN, i64::MAX, 0] {
            let sql = "update journal_block set last_pos = $1 where height = 2";
            assert_eq!(force(bank, sql, params![last]).await, 1);
            let (_, problem) = broken_at(bank).await;
            assert!(problem.contains("continue") || problem.contains("missing"), "{problem}");
        }
        // nor does the sealer go on from there
        let sql = "update journal_block set last_pos = $1";
        assert!(force(bank, sql, params![i64::MAX]).await > 1);
        bank.execute("clerk", &Note::new("late", "late")).await.unwrap();
        let mut sealed = journal::seal(&bank.writer, bank.clock.now()).await;
        while matches!(sealed, Ok(0)) {
            // other tests' transactions on the same server may hold the horizon for a moment
            tokio::task::yield_now().await;
            sealed = journal::seal(&bank.writer, bank.clock.now()).await;
        }
        assert!(sealed.unwrap_err().to_string().contains("no chain is as long"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_the_sealer_waits_for_older_transactions() {
    if !testkit::kinds().contains(&Kind::Postgres) {
        return;
    }
    let bank = Bank::open(Kind::Postgres, crate::support::open).await;
    bank.settle().await;
    let mut old = bank.writer.begin().await.unwrap();
    old.execute("insert into node_setting (name, value) values ('old', '')", &[]).await.unwrap();
    bank.execute("clerk", &Note::new("young", "")).await.unwrap();
    bank.keepers.seal_and_read().await.unwrap();
    let unsealed = "select count(*) from journal_entry e \
                    where not exists (select 1 from journal_seal s where s.seq = e.seq)";
    assert_eq!(crate::support::number(&bank, unsealed).await, 1, "the young one must wait");
    old.commit().await.unwrap();
    bank.settle().await;
    assert_eq!(crate::support::number(&bank, unsealed).await, 0);
}
