//! The real Czech bank, whole, through the program as people start it: counts and sums reconcile, a second
//! run changes nothing, and a run killed again and again ends with the same bank as an undisturbed one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use kernel::{Entropy, RandomEntropy};
use sha2::{Digest, Sha256};
use store::{Read, Reader, Store};
use tempfile::TempDir;
use testkit::{Database, Kind};

/// Rows of each file, in load order.
const ROWS: [(&str, u64); 8] = [
    ("branch", 77),
    ("client", 5_369),
    ("account", 4_500),
    ("account_role", 5_369),
    ("card", 892),
    ("loan", 682),
    ("order", 6_471),
    ("transaction", 52_816),
];
/// The bank rounded its running balances: so far (in hellers) the sum of the amounts may be off.
const ROUNDING: i64 = 800;

/// The public data set, unpacked; `None`, with a word, when it or `xz` is not there.
#[allow(clippy::disallowed_methods)] // the edge of a test: here its configuration is read
fn data() -> Option<TempDir> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let from = std::env::var_os("TESSERA_DATA").map_or(beside, PathBuf::from).join("berka");
    let Ok(entries) = std::fs::read_dir(&from) else {
        println!("absent: {} (public test data); the test did not run", from.display());
        return None;
    };
    let to = tempfile::tempdir().unwrap();
    for path in entries.map(|e| e.unwrap().path()) {
        if path.extension().is_none_or(|e| e != "xz") {
            continue;
        }
        let Ok(output) = Command::new("xz").arg("-dc").arg(&path).output() else {
            println!("absent: the xz program; the test did not run");
            return None;
        };
        assert!(output.status.success(), "xz failed on {}", path.display());
        std::fs::write(to.path().join(path.file_stem().unwrap()), output.stdout).unwrap();
    }
    Some(to)
}

fn tessera(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command.args(args).env("TESSERA_LOG", "warn");
    command
}

async fn empty_bank(kind: Kind) -> Database {
    let database = Database::new(kind).await;
    let done = tessera(&["migrate", "--db", database.url()]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    database
}

/// Imports to the end; answers kind → rows, created, changed, unchanged, rejected from the printed table.
fn import(mapping: &str, dir: &Path, bank: &Database, more: &[&str]) -> BTreeMap<String, [u64; 5]> {
    let dir = dir.display().to_string();
    let key = bank.key_file();
    let args = [&["import", mapping, &dir, "--db", bank.url(), "--key-file", &key], more].concat();
    let done = tessera(&args).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{said}{complaint}");
    println!("{said}");
    said.lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, kind, numbers @ ..] = words.as_slice() else { return None };
            ROWS.iter().find(|(known, _)| known == kind)?;
            let numbers: Vec<u64> = numbers.iter().filter_map(|n| n.parse().ok()).collect();
            Some(((*kind).to_owned(), numbers.try_into().ok()?))
        })
        .collect()
}

async fn reader(url: &str) -> Reader {
    Store::open(url).await.unwrap().reader
}

async fn number(db: &mut Reader, sql: &str) -> i64 {
    db.first(sql, &[]).await.unwrap().unwrap().one().unwrap()
}

/// Everything the feed said, by table, without our own ids and times, as one hash per table.
async fn hashes(url: &str) -> BTreeMap<&'static str, String> {
    const TABLES: [(&str, &str); 12] = [
        (
            "branch",
            "select b.code, b.name, g.name from branch b join region g on g.id = b.region_id",
        ),
        (
            "client",
            "select r.external_id, c.number, c.kind, c.display_name, c.birth_date, c.birth_day, c.sex, \
             c.status, c.segment, b.code, c.version from client c \
             join external_ref r on r.entity_id = c.id and r.kind = 'client' left join branch b on b.id = c.branch_id",
        ),
        (
            "address",
            "select c.number, a.kind, a.region, a.city, a.street, a.source from client_address a \
             join client c on c.id = a.client_id",
        ),
        ("role", "select c.number, r.role from client_role r join client c on c.id = r.client_id"),
        (
            "key",
            "select c.number, k.kind, k.value from client_key k join client c on c.id = k.client_id",
        ),
        (
            "origin",
            "select c.number, o.field, o.source from field_origin o join client c on c.id = o.client_id",
        ),
        (
            "account",
            "select number, kind, currency, opened_on, balance_minor, balance_on, statement_frequency from account",
        ),
        (
            "account_role",
            "select a.number, c.number, r.role from account_role r join account a on a.id = r.account_id \
             join client c on c.id = r.client_id",
        ),
        (
            "card",
            "select a.number, c.number, k.kind, k.issued_on, k.state from card k \
             join account a on a.id = k.account_id join client c on c.id = k.client_id",
        ),
        (
            "loan",
            "select a.number, l.number, l.amount_minor, l.term_months, l.payment_minor, l.opened_on, l.state, \
             l.owed_minor from loan l join account a on a.id = l.account_id",
        ),
        (
            "order",
            "select a.number, o.to_bank, o.to_account, o.amount_minor, o.purpose from standing_order o \
             join account a on a.id = o.account_id",
        ),
        (
            "movement",
            "select a.number, t.on_date, t.ordinal, t.amount_minor, t.balance_minor, t.kind, t.purpose, \
             t.partner_bank, t.partner_account from account_transaction t join account a on a.id = t.account_id \
             union all select a.number, m.month, 0, m.in_minor, m.out_minor, 'month', '', '', \
             cast(m.operations as text) from account_month m join account a on a.id = m.account_id",
        ),
    ];
    let mut db = reader(url).await.long();
    let mut out = BTreeMap::new();
    for (name, sql) in TABLES {
        let rows = db.query(sql, &[]).await.unwrap();
        let mut lines: Vec<String> =
            rows.into_iter().map(|r| format!("{:?}", r.into_values())).collect();
        lines.sort();
        let hash = Sha256::digest(lines.join("\n"));
        let hash: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
        out.insert(name, format!("{} rows {hash}", lines.len()));
    }
    out
}

/// Per account: turnovers by month are the sums of the movements, and the balance follows from them.
async fn sums_agree(url: &str) {
    let mut db = reader(url).await;
    let sql = "select count(*) from (select a.id, \
         (select coalesce(cast(sum(t.amount_minor) as bigint), 0) from account_transaction t where t.account_id = a.id) as moved, \
         (select coalesce(cast(sum(m.in_minor - m.out_minor) as bigint), 0) from account_month m where m.account_id = a.id) as months, \
         (select coalesce(cast(sum(m.operations) as bigint), 0) from account_month m where m.account_id = a.id) as counted, \
         (select count(*) from account_transaction t where t.account_id = a.id) as rows_of, \
         a.balance_minor from account a) x where ";
    let off = |condition: &str| format!("{sql}{condition}");
    assert_eq!(number(&mut db, &off("x.moved <> x.months or x.counted <> x.rows_of")).await, 0);
    let far = format!("abs(x.moved - x.balance_minor) > {ROUNDING}");
    assert_eq!(number(&mut db, &off(&far)).await, 0);
    let moved =
        number(&mut db, "select cast(sum(amount_minor) as bigint) from account_transaction").await;
    let months =
        number(&mut db, "select cast(sum(in_minor - out_minor) as bigint) from account_month")
            .await;
    let balances = number(&mut db, "select cast(sum(balance_minor) as bigint) from account").await;
    println!("hellers moved {moved}, by months {months}, on accounts {balances}");
    assert_eq!(moved, months);
}

async fn counts_agree(url: &str) {
    let mut db = reader(url).await;
    let tables = [
        ("branch", 77),
        ("client", 5_369),
        ("account", 4_500),
        ("account_role", 5_369),
        ("card", 892),
        ("loan", 682),
        ("standing_order", 6_471),
        ("account_transaction", 52_816),
    ];
    for (table, rows) in tables {
        assert_eq!(
            number(&mut db, &format!("select count(*) from {table}")).await,
            rows,
            "{table}"
        );
    }
    // no names are invented; the birth number gave date and sex
    let sql = "select count(*) from client where display_name = '' and birth_date is not null and sex in ('f', 'm')";
    assert_eq!(number(&mut db, sql).await, 5_369);
    assert_eq!(
        number(
            &mut db,
            "select count(*) from client where sex = 'f' and birth_date = '1970-12-13'"
        )
        .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_bank_comes_in_once_and_survives_being_killed() {
    let Some(dir) = data() else { return };
    let whole = empty_bank(Kind::Sqlite).await;
    let rehearsed = import("berka", dir.path(), &whole, &["--dry-run"]);
    assert_eq!(number(&mut reader(whole.url()).await, "select count(*) from client").await, 0);
    let first = import("berka", dir.path(), &whole, &[]);
    assert_eq!(rehearsed, first, "the dry run told something else");
    for (kind, rows) in ROWS {
        assert_eq!(first[kind], [rows, rows, 0, 0, 0], "{kind}");
    }
    counts_agree(whole.url()).await;
    sums_agree(whole.url()).await;
    let undisturbed = hashes(whole.url()).await;
    let mut db = reader(whole.url()).await;
    let entries = number(&mut db, "select count(*) from journal_entry").await;
    // the second time with the mapping as a file: nothing new, nothing changed
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connect/mappings/berka.toml");
    let again = import(&mapping.display().to_string(), dir.path(), &whole, &[]);
    for (kind, rows) in ROWS {
        assert_eq!(again[kind], [rows, 0, 0, rows, 0], "{kind} the second time");
    }
    assert_eq!(number(&mut db, "select count(*) from journal_entry").await, entries);
    assert_eq!(hashes(whole.url()).await, undisturbed);

    for kind in testkit::kinds() {
        println!("-- killed on {kind:?}");
        let bank = empty_bank(kind).await;
        let folder = dir.path().display().to_string();
        for _ in 0..4 {
            let mut chance = [0_u8; 2];
            RandomEntropy.fill(&mut chance);
            let wait = 200 + u64::from(u16::from_be_bytes(chance)) % 3_000;
            let mut command = tessera(&[
                "import",
                "berka",
                &folder,
                "--db",
                bank.url(),
                "--key-file",
                &bank.key_file(),
            ]);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = tokio::process::Command::from(command).spawn().unwrap();
            if tokio::time::timeout(Duration::from_millis(wait), child.wait()).await.is_err() {
                // SIGKILL: nothing gets a chance to clean up
                child.kill().await.unwrap();
            }
            let rows =
                number(&mut reader(bank.url()).await, "select count(*) from external_ref").await;
            println!("killed after {wait} ms with {rows} records in");
        }
        let rest = import("berka", dir.path(), &bank, &[]);
        for (kind, rows) in ROWS {
            let [read, created, changed, unchanged, rejected] = rest[kind];
            assert_eq!(
                (read, created + unchanged, changed, rejected),
                (rows, rows, 0, 0),
                "{kind}"
            );
        }
        counts_agree(bank.url()).await;
        sums_agree(bank.url()).await;
        assert_eq!(hashes(bank.url()).await, undisturbed, "{kind:?}");
        let done = tessera(&["journal", "verify", "--db", bank.url()]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
}
