//! Keys: what is written of a client is sealed under his key; destroying it leaves nothing readable and the
//! journal whole; keys change while everything goes on.

use std::sync::Arc;

use kernel::{ClientId, Clock, RandomEntropy, Timestamp};
use spine::approval::queries;
use store::keys::{self, BANK, Opened, Root, SecretBox};
use store::verify::{Verdict, verify};
use store::{Read, Store, Value, journal, params};
use testkit::Bank;
use uuid::Uuid;

use crate::approvals::{ask, code, edit, rule, set_rule};
use crate::clients::person;
use crate::support::{both, changes, force, number};

const EMPLOYER: &str = "Заозёрный ткацкий двор";

async fn client(bank: &Bank, first_name: &str) -> ClientId {
    let id = person(bank, "manager", ["Ткачёва", first_name, ""]).await;
    bank.execute("manager", &edit(id, "employer", "", EMPLOYER)).await.unwrap();
    id
}

/// What was told of the employer.
async fn told(bank: &Bank) -> usize {
    changes(bank, "client").await.iter().filter(|c| c.contains(EMPLOYER)).count()
}

/// Every text and every byte string of a table that holds a piece.
async fn holding(bank: &Bank, table: &str, piece: &str) -> usize {
    let mut db = bank.services.reader.clone();
    let sql = format!("select * from {table}");
    let rows = db.query(&sql, &[]).await.unwrap();
    let holds = |value: &Value| match value {
        Value::Text(text) => text.contains(piece),
        Value::Bytes(bytes) => bytes.windows(piece.len()).any(|w| w == piece.as_bytes()),
        Value::Null | Value::Int(_) | Value::Id(_) => false,
    };
    rows.into_iter().filter(|row| row.clone().into_values().iter().any(holds)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_of_a_client_is_read_with_his_key_and_by_nothing_else() {
    both(async |bank: &Bank| {
        let (first, second) = (client(bank, "Анна").await, client(bank, "Вера").await);
        assert_eq!(holding(bank, "journal_entry", EMPLOYER).await, 0);
        assert_eq!(told(bank).await, 2);
        assert_eq!(
            number(bank, "select count(*) from data_key").await,
            3,
            "two and the bank's own"
        );
        bank.seal().await;
        let mut db = bank.services.reader.clone();
        let told = journal::after(&mut db, 0, 100).await.unwrap();
        let of = |id: ClientId| {
            told.iter().filter(|e| e.draft.client_id == Some(id.uuid())).collect::<Vec<_>>()
        };
        assert!(!of(first).is_empty() && of(first).iter().all(|e| !e.is_destroyed));
        assert!(of(first).iter().any(|e| e.draft.changes.contains(EMPLOYER)));
        // without the root nothing opens, and nobody is told what it is
        let locked = Store::open(bank.url()).await.unwrap();
        let error = journal::after(&mut locked.reader.clone(), 0, 100).await.unwrap_err();
        assert!(error.to_string().contains("locked"), "{error}");
        // one client's words in the place of another's are found out
        let sql = "update journal_entry set changes = (select changes from journal_entry \
                   where client_id = $2 order by seq limit 1) where client_id = $1";
        assert!(force(bank, sql, params![first, second]).await > 0);
        assert!(journal::after(&mut db, 0, 100).await.unwrap_err().to_string().contains("changed"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_key_leaves_nothing_to_read_and_the_journal_whole() {
    both(async |bank: &Bank| {
        let (gone, other) = (client(bank, "Анна").await, client(bank, "Вера").await);
        bank.seal().await;
        let mut tx = bank.writer.begin().await.unwrap();
        let keys = Arc::clone(bank.services.reader.keys());
        assert!(keys.destroy(&mut tx, gone.uuid(), bank.clock.now()).await.unwrap());
        assert!(!keys.destroy(&mut tx, gone.uuid(), bank.clock.now()).await.unwrap(), "once");
        tx.commit().await.unwrap();
        let mut db = bank.services.reader.clone();
        for entry in journal::after(&mut db, 0, 100).await.unwrap() {
            let draft = entry.draft;
            assert_eq!(entry.is_destroyed, draft.client_id == Some(gone.uuid()), "{draft:?}");
            assert_eq!(draft.changes == "{}", entry.is_destroyed, "{draft:?}");
        }
        // nothing can be written of him any more, and no new key is made
        let refused =
            bank.execute("manager", &edit(gone, "employer", EMPLOYER, "Другой двор")).await;
        assert_eq!(code(refused), "client-erased");
        bank.execute("manager", &edit(other, "employer", EMPLOYER, "Другой двор")).await.unwrap();
        bank.seal().await;
        let alive = "select count(*) from data_key where sealed is not null";
        assert_eq!(number(bank, alive).await, 2);
        let verdict = verify(&mut db).await.unwrap();
        assert!(matches!(verdict, Verdict::Whole { .. }), "{verdict:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_second_person_is_sealed_too() {
    both(async |bank: &Bank| {
        let id = client(bank, "Анна").await;
        set_rule(bank, &rule("parties.edit_client", "client.edit")).await;
        let ctx = bank.as_role("manager");
        let command = edit(id, "employer", EMPLOYER, "Тихая гавань");
        let waiting = ask(bank, "manager", ctx.command_id(), &command).await;
        assert_eq!(holding(bank, "approval", "Тихая гавань").await, 0);
        assert_eq!(holding(bank, "approval", EMPLOYER).await, 0);
        let mut db = bank.services.reader.clone();
        let one = queries::one(&mut db, waiting.approval_id).await.unwrap().unwrap();
        assert!(one.changes.to_string().contains("Тихая гавань"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_master_key_changes_while_commands_go_on() {
    both(async |bank: &Bank| {
        client(bank, "Анна").await;
        let now = bank.clock.now();
        // the other node does not hear of the change
        let (bank_writer, other) = (unlocked(bank).await, unlocked(bank).await);
        assert_eq!(keys::begin_rotation(&bank_writer, &RandomEntropy, now).await.unwrap(), 2);
        client(bank, "Вера").await;
        assert_eq!(
            keys::begin_rotation(&bank_writer, &RandomEntropy, now).await.unwrap(),
            2,
            "one at a time"
        );
        while !keys::rewrap_some(&bank_writer, &RandomEntropy).await.unwrap().finished {}
        let left = "select count(*) from master_key";
        assert_eq!(number(bank, left).await, 1);
        assert_eq!(number(bank, "select count(*) from data_key where master_id <> 2").await, 0);
        // the other node's first new key fails on the key that is gone, the next try finds the new one
        let late = Uuid::from_u128(77);
        let mut tx = other.begin().await.unwrap();
        let chance: (&dyn kernel::Entropy, _) = (&RandomEntropy, now);
        let first = keys::seal_text(&mut tx, chance, late, "test", "words").await;
        assert!(matches!(first, Err(store::StoreError::Busy)), "{first:?}");
        tx.rollback().await.unwrap();
        let mut tx = other.begin().await.unwrap();
        let sealed = keys::seal_text(&mut tx, chance, late, "test", "words").await.unwrap();
        tx.commit().await.unwrap();
        let mut db = bank.services.reader.clone();
        let opened = keys::open_text(&mut db, late, "test", sealed).await.unwrap();
        assert_eq!(opened, Opened::Text("words".to_owned()));
        assert_eq!(told(bank).await, 2);
    })
    .await;
}

/// Another door to the bank, with its keys.
async fn unlocked(bank: &Bank) -> store::Writer {
    let store = Store::open(bank.url()).await.unwrap();
    let now = bank.clock.now();
    store.writer.keys().unlock(&store.writer, testkit::root(), &RandomEntropy, now).await.unwrap();
    store.writer
}

#[tokio::test(flavor = "multi_thread")]
async fn another_root_opens_nothing_and_breaks_nothing() {
    both(async |bank: &Bank| {
        client(bank, "Анна").await;
        let store = Store::open(bank.url()).await.unwrap();
        let wrong: Arc<dyn Root> = Arc::new(Wrong);
        let tried = store.writer.keys().unlock(
            &store.writer,
            wrong,
            &RandomEntropy,
            Timestamp::from_micros(0),
        );
        let error = tried.await.unwrap_err().to_string();
        assert!(error.contains("not the key of this database"), "{error}");
        assert_eq!(told(bank).await, 1);
        let own = "select count(*) from data_key where owner_id = $1";
        let mut db = bank.services.reader.clone();
        let row = db.first(own, params![BANK]).await.unwrap().unwrap();
        assert_eq!(row.one::<i64>().unwrap(), 1);
    })
    .await;
}

struct Wrong;

impl Root for Wrong {
    fn begin(&self, _: &dyn kernel::Entropy) -> Result<(), keys::RootError> {
        Ok(())
    }
    fn seal(
        &self,
        entropy: &dyn kernel::Entropy,
        plain: &kernel::Secret<Vec<u8>>,
    ) -> Result<Vec<u8>, keys::RootError> {
        let other = SecretBox::new(&kernel::Secret::new([9; 32]));
        other.seal(entropy, plain.reveal(), "test").map_err(|e| keys::RootError(e.to_string()))
    }
    fn open(&self, _: &[u8]) -> Result<kernel::Secret<Vec<u8>>, keys::RootError> {
        Err(keys::RootError("not the key of this database".to_owned()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_webhook_secrets_are_sealed_and_a_file_goes_with_its_client() {
    use connect::webhook::commands::AddWebhook;
    use parties::contacts::commands::AddFile;
    use parties::contacts::model::FileKind;
    both(async |bank: &Bank| {
        let id = client(bank, "Анна").await;
        let scan = b"%PDF-1.4 a scan of a passport\n%%EOF".to_vec();
        let add = AddFile::new(id, "passport.pdf", FileKind::Identity, scan.clone());
        bank.execute("manager", &add).await.unwrap();
        let twin = bank.execute("manager", &add).await;
        assert!(matches!(twin, Err(spine::Error::Refused(_))), "{twin:?}");
        assert_eq!(holding(bank, "blob", "a scan of a passport").await, 0);
        let mut browser = bank.client("manager").await;
        let mut db = bank.services.reader.clone();
        let row = db.first("select id from client_file", &[]).await.unwrap().unwrap();
        let place = format!("/clients/{id}/files/{}", row.one::<Uuid>().unwrap());
        assert_eq!(browser.get(&place).await.bytes, scan);
        let secret = connect::webhook::new_secret(&RandomEntropy);
        let add = AddWebhook {
            title: "ABS".to_owned(),
            url: "https://abs.example/in".to_owned(),
            events: Vec::new(),
            secret: secret.clone(),
        };
        bank.execute("administrator", &add).await.unwrap();
        assert_eq!(holding(bank, "webhook", &secret).await, 0);
        let mut tx = bank.writer.begin().await.unwrap();
        let keys = Arc::clone(bank.services.reader.keys());
        keys.destroy(&mut tx, id.uuid(), bank.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(browser.get(&place).await.status, 404);
    })
    .await;
}
