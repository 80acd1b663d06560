//! Afterwards: each thing that was wished for is there once, with all that belongs to it, and nothing else is.

use std::collections::BTreeMap;

use kernel::Timestamp;
use store::{Read, Store, StoreError, params};

use super::rig::{Request, Rig, ask};
use super::writers::{Seen, Thing, content};
use crate::command_line::tessera;

async fn count(store: &Store, sql: &str) -> i64 {
    store.reader.clone().first(sql, &[]).await.unwrap().unwrap().one().unwrap()
}

/// Names and ids of a statement's rows.
async fn rows(store: &Store, sql: &str) -> Vec<(String, uuid::Uuid)> {
    let rows = store.reader.clone().query(sql, &[]).await.unwrap();
    let pair = |row: store::Row| {
        let mut c = row.cols();
        (c.take().unwrap(), c.take().unwrap())
    };
    rows.into_iter().map(pair).collect()
}

/// The contents of all acknowledged files, as the program gives them out.
pub(super) async fn files_read_back(rig: &Rig, address: &str, seen: &Seen) {
    for (name, (thing, id)) in &seen.acknowledged {
        if *thing == Thing::File {
            let request = Request::get(&format!("/api/v1/files/{id}/content"), &rig.token);
            let answer = ask(address, &request).await.unwrap();
            assert_eq!(answer.status, 200, "{name}: {}", answer.text());
            assert!(answer.body == content(name), "{name}: another content");
        }
    }
}

/// What waits for a later time is due now: leases of the killed are over, pauses too.
pub(super) async fn let_time_pass(store: &Store) {
    let mut tx = store.writer.begin().await.unwrap();
    let long_ago = Timestamp::from_micros(0);
    for table in ["webhook_delivery", "outbox"] {
        let sql = format!("update {table} set run_at = $1 where state = 'ready'");
        match tx.execute(&sql, params![long_ago]).await {
            // the program takes the same rows at this moment: it is asked again
            Err(StoreError::Busy) => return,
            done => assert!(done.is_ok(), "{done:?}"),
        }
    }
    tx.commit().await.unwrap();
}

/// Whether nothing is left to be sealed, told or delivered.
pub(super) async fn is_settled(store: &Store) -> bool {
    let waiting = [
        "select count(*) from outbox where state = 'ready'",
        "select count(*) from webhook_delivery where state = 'ready'",
        "select count(*) from journal_entry e \
         where not exists (select 1 from journal_seal s where s.seq = e.seq)",
        "select count(*) from journal_cursor c \
         where c.pos < (select coalesce(max(pos), 0) from journal_seal)",
    ];
    for sql in waiting {
        if count(store, sql).await > 0 {
            return false;
        }
    }
    true
}

/// Everything is there once.
pub(super) async fn once(store: &Store, rig: &Rig, seen: &Seen) {
    let tables = [
        (Thing::Client, "select last_name, id from client", "parties.register_client", ""),
        (Thing::Note, "select body, id from interaction", "engagement.add_note", ""),
        (Thing::Task, "select title, id from task", "engagement.add_task", ""),
        (Thing::File, "select name, id from client_file", "parties.add_file", ".pdf"),
    ];
    for (thing, sql, command, ending) in tables {
        let mut there: BTreeMap<String, Vec<uuid::Uuid>> = BTreeMap::new();
        for (name, id) in rows(store, sql).await {
            there.entry(name.trim_end_matches(ending).to_owned()).or_default().push(id);
        }
        let sql =
            format!("select command, entity_id from journal_entry where command = '{command}'");
        let mut told: BTreeMap<uuid::Uuid, usize> = BTreeMap::new();
        for (_, id) in rows(store, &sql).await {
            *told.entry(id).or_default() += 1;
        }
        let wished = seen.acknowledged.iter().filter(|(_, (one, _))| *one == thing);
        let mut sum = 0;
        for (name, (_, id)) in wished {
            let id: uuid::Uuid = id.parse().unwrap();
            assert_eq!(there.get(name), Some(&vec![id]), "{thing:?} {name}");
            assert_eq!(told.get(&id), Some(&1), "{thing:?} {name}: in the journal once");
            sum += 1;
        }
        assert_eq!(
            (there.len(), told.len()),
            (sum, sum),
            "{thing:?}: nothing that nobody wished for"
        );
    }
    for nothing in [
        "select count(*) from command_log where result = ''",
        "select count(*) from outbox where state <> 'sent'",
        "select count(*) from webhook_delivery where state <> 'sent'",
        "select count(*) from journal_entry e \
         where not exists (select 1 from command_log c where c.id = e.command_id)",
        "select count(*) from client_file f where not exists (select 1 from blob b where b.hash = f.hash)",
        "select count(*) from job where state = 'dead'",
    ] {
        assert_eq!(count(store, nothing).await, 0, "{nothing}");
    }
    noticed(store, seen).await;
    let (code, said, _) = tessera(&["journal", "verify", "--db", &rig.url]);
    assert_eq!((code, said.starts_with("whole")), (0, true), "{said}");
}

/// Of each task one notice.
async fn noticed(store: &Store, seen: &Seen) {
    let mut notices: BTreeMap<String, usize> = BTreeMap::new();
    for (href, _) in rows(store, "select href, id from notice").await {
        *notices.entry(href).or_default() += 1;
    }
    for (name, (thing, id)) in &seen.acknowledged {
        if *thing == Thing::Task {
            assert_eq!(notices.get(&format!("/tasks/{id}")), Some(&1), "{name}: its notice");
        }
    }
}
