//! A node that was stolen, or somebody on the line, who says what no program of ours says.

use branch::code::Code;
use branch::envelope::{Head, Keys, Kind};
use engagement::interaction::commands::AddNote;
use futures_util::future::join_all;
use kernel::{ClientId, SeededEntropy};
use spine::replica::branch::{Progress, Taken};
use spine::replica::commands::RevokeNode;
use spine::replica::message::{Down, Next, Place as At, Rows, Up, Want, Wire};
use spine::replica::{code as words, nodes};
use spine::{Error, How};
use store::{Value, params};
use testkit::kinds;
use uuid::Uuid;

use crate::basics::register;
use crate::carried::{Bank, Place, code};
use crate::desk::Desk;
use crate::world::said;

const BROKEN: &str = "branch-envelope-broken";
const WRONG: &str = "branch-signature-wrong";
const UNKNOWN: &str = "branch-node-unknown";
const OLD: &str = "branch-word-old";
const NOTES: &str = "select count(*) from interaction";

fn note(client_id: ClientId, body: &str) -> AddNote {
    AddNote { client_id, body: body.to_owned() }
}

/// What a word says outside when it is honest.
fn head(place: &Place, up: &Up) -> Head {
    Head { kind: Kind::Up, node: place.node, number: up.number }
}

/// A word as the node itself closes it.
fn closed(place: &Place, up: &Up) -> Vec<u8> {
    let message = words::encode(up).unwrap();
    place.post.keys.close(&place.post.centre, head(place, up), &message).unwrap()
}

fn opened(place: &Place, envelope: &[u8]) -> Result<Down, Error> {
    let (head, message) = place.post.keys.open(envelope, &place.post.centre)?;
    assert_eq!((head.kind, head.node), (Kind::Down, place.node));
    words::decode(&message)
}

/// What the centre answers to the node's next word, after it was changed.
async fn hears(bank: &Bank, place: &Place, change: impl FnOnce(&mut Up)) -> Result<Down, Error> {
    let mut up = place.post.branch.say().await?;
    change(&mut up);
    opened(place, &bank.hub.exchange(&closed(place, &up)).await?)
}

/// Exchanges on the line until all is said and heard.
async fn settle(bank: &Bank, place: &Place) {
    for _ in 0..200 {
        let down = hears(bank, place, |_| {}).await.unwrap();
        if place.post.branch.take(down).await.unwrap() != Taken::More {
            return;
        }
    }
    panic!("it never ends");
}

/// What must be at the centre as it was.
async fn counts(desk: &Desk) -> Vec<i64> {
    let all = [
        NOTES,
        "select count(*) from journal_entry",
        "select count(*) from command_log",
        "select count(*) from branch_refusal",
        "select max(heard) from branch_node",
    ];
    let mut counts = Vec::new();
    for sql in all {
        counts.push(desk.number(sql).await);
    }
    counts
}

/// Where the node's id stands in an envelope.
fn place_of(node: Uuid, envelope: &[u8]) -> usize {
    envelope.windows(16).position(|part| part == node.as_bytes()).unwrap()
}

/// An envelope that says outside that it is of another node.
fn renamed(envelope: &[u8], (from, to): (Uuid, Uuid)) -> Vec<u8> {
    let place = place_of(from, envelope);
    let mut renamed = envelope.to_vec();
    renamed[place..place + 16].copy_from_slice(to.as_bytes());
    renamed
}

fn flipped(envelope: &[u8], place: usize) -> Vec<u8> {
    let mut flipped = envelope.to_vec();
    flipped[place] ^= 1;
    flipped
}

/// What is forged of a node's word: what it is, its bytes, and by which code it is refused.
fn forgeries(
    place: &Place,
    other: &Place,
    (up, invited): (&Up, Uuid),
) -> Vec<(String, Vec<u8>, &'static str)> {
    let (keys, centre, honest) = (&place.post.keys, &place.post.centre, head(place, up));
    let message = words::encode(up).unwrap();
    let close = |keys: &Keys, head: Head| keys.close(centre, head, &message).unwrap();
    let of = |node: Uuid| Head { node, ..honest.clone() };
    let good = closed(place, up);
    let stranger = Keys::new(&SeededEntropy::new(99));
    let theirs = other.post.keys.public().unwrap();
    let to_other = keys.close(&theirs, honest.clone(), &message).unwrap();
    let no_word = keys.close(centre, honest.clone(), b"goose").unwrap();
    let other_number = Head { number: up.number + 1, ..honest.clone() };
    let mut all = vec![
        ("the other's keys", close(&other.post.keys, honest.clone()), WRONG),
        ("a stranger's keys", close(&stranger, honest.clone()), WRONG),
        ("in the other's name", close(keys, of(other.node)), WRONG),
        ("the name changed on the way", renamed(&good, (place.node, other.node)), WRONG),
        ("in the name of nobody", close(keys, of(Uuid::nil())), UNKNOWN),
        ("in an unknown name", close(keys, of(Uuid::from_u128(7))), UNKNOWN),
        ("in the name of one that has not enrolled", close(keys, of(invited)), UNKNOWN),
        ("an unknown name put in", renamed(&good, (place.node, Uuid::from_u128(7))), UNKNOWN),
        ("sealed to another", to_other, BROKEN),
        ("another number outside", close(keys, other_number), BROKEN),
        ("no word in it", no_word, "branch-message-broken"),
        ("nothing", Vec::new(), BROKEN),
        ("half of it", good[..good.len() / 2].to_vec(), BROKEN),
        ("a byte behind it", [good.as_slice(), &[0]].concat(), BROKEN),
        ("the first bit", flipped(&good, 0), BROKEN),
        ("a bit of the name", flipped(&good, place_of(place.node, &good) + 9), UNKNOWN),
        ("a bit of the signature", flipped(&good, good.len() - 1), WRONG),
    ]
    .into_iter()
    .map(|(what, bytes, code)| (what.to_owned(), bytes, code))
    .collect::<Vec<_>>();
    let kinds = [
        Kind::Enrol,
        Kind::Enrolled,
        Kind::Down,
        Kind::FileUp,
        Kind::FileDown,
        Kind::FileEnrol,
        Kind::FileEnrolled,
    ];
    all.extend(
        kinds.map(|kind| {
            (format!("{kind:?}"), close(keys, Head { kind, ..honest.clone() }), BROKEN)
        }),
    );
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hostile_node_says_on_the_line_gets_nothing_and_changes_nothing() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let centre = &bank.desk;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        let (place, other) = (bank.enrol("far-1", 2).await, bank.enrol("far-2", 3).await);
        let invited = Code::hash(bank.invited("far-3", 4).await.secret());
        let invited = nodes::of_code(&mut centre.services.reader.clone(), invited).await;
        let invited = invited.unwrap().unwrap();
        place.desk.execute("manager", &note(client, "честная")).await.unwrap();
        let up = place.post.branch.say().await.unwrap();
        assert_eq!(up.commands.len(), 1);
        let before = counts(centre).await;
        for (what, envelope, wanted) in forgeries(&place, &other, (&up, invited)) {
            assert_eq!(code(bank.hub.exchange(&envelope).await), wanted, "{what}");
            assert_eq!(counts(centre).await, before, "{what}");
        }
        let good = closed(&place, &up);
        for at in (0..good.len()).step_by(13) {
            let code = code(bank.hub.exchange(&flipped(&good, at)).await);
            assert!([BROKEN, WRONG, UNKNOWN].contains(&code.as_str()), "{at}: {code}");
            assert_eq!(counts(centre).await, before, "{at}");
        }
        // none of it stands before the honest word, which is done, once
        opened(&place, &bank.hub.exchange(&good).await.unwrap()).unwrap();
        assert_eq!(centre.number(NOTES).await, 1);
        let before = counts(centre).await;
        assert_eq!(code(bank.hub.exchange(&good).await), OLD);
        assert_eq!(counts(centre).await, before, "the same again");
        place.desk.execute("manager", &note(client, "вторая")).await.unwrap();
        let next = place.post.branch.say().await.unwrap();
        assert_eq!(next.commands.len(), 2);
        for number in [up.number, 1, 0, -1, i64::MIN] {
            let old = Up { number, ..next.clone() };
            assert_eq!(code(bank.hub.exchange(&closed(&place, &old)).await), OLD, "{number}");
            assert_eq!(counts(centre).await, before, "{number}");
        }
        centre.execute("administrator", &RevokeNode { node_id: place.node }).await.unwrap();
        let before = counts(centre).await;
        let late = bank.hub.exchange(&closed(&place, &next)).await;
        assert_eq!(code(late), "branch-node-revoked");
        let in_his_name = other.post.keys.close(
            &other.post.centre,
            head(&place, &next),
            &words::encode(&next).unwrap(),
        );
        assert_eq!(code(bank.hub.exchange(&in_his_name.unwrap()).await), WRONG);
        assert_eq!(counts(centre).await, before, "shut out");
        settle(&bank, &other).await;
        assert_eq!(other.desk.number(NOTES).await, 1, "the other node is told as ever");
    }
}

const FOREIGN: &str = "Чужаева";
const SECRET: &str = "не для других отделений";

/// Nothing of somebody of another branch is in an answer, and no table that stays where it is.
fn assert_innocent(down: &Down, foreign: ClientId, what: &str) {
    let text = format!("{down:?}");
    let (id, bytes) = (foreign.to_string(), format!("{:?}", foreign.uuid().as_bytes()));
    for told in [FOREIGN, SECRET, bytes.as_str(), id.as_str()] {
        assert!(!text.contains(told), "{what}: {told}");
    }
    let travels = |table: &str| {
        said().iter().any(|r| r.table == table && !matches!(r.how, How::Own(_) | How::Strategy(_)))
    };
    for rows in &down.tables {
        assert!(travels(&rows.table), "{what}: {}", rows.table);
    }
}

/// One column of the rows of a table.
fn column<'a>(rows: &'a Rows, name: &str) -> Vec<&'a Value> {
    let place = rows.columns.iter().position(|column| column == name).unwrap();
    rows.rows.iter().map(|row| &row[place].0).collect()
}

/// A centre with somebody at branch 01, somebody at 02, and secrets of staff of both.
async fn with_a_foreign_client(bank: &Bank) -> ClientId {
    let centre = &bank.desk;
    centre.execute("manager", &register(centre, "01", "Своя")).await.unwrap();
    let foreign = register(centre, "02", FOREIGN);
    let foreign = centre.execute("manager_near", &foreign).await.unwrap();
    centre.execute("manager_near", &note(foreign, SECRET)).await.unwrap();
    let mut tx = centre.writer.begin().await.unwrap();
    for login in ["manager", "manager_near"] {
        let sql = "insert into temporary_password (staff_id, set_at) values ($1, $2)";
        tx.execute(sql, params![centre.user(login), testkit::START]).await.unwrap();
    }
    tx.commit().await.unwrap();
    foreign
}

/// Names of tables that are asked for one by one.
const ASKED: [&str; 32] = [
    "client",
    "client_contact",
    "client_identifier",
    "client_token",
    "client_key",
    "match_key",
    "field_origin",
    "interaction",
    "staff",
    "temporary_password",
    "totp",
    "passkey",
    "staff_pin",
    "recovery_code",
    "session",
    "api_token",
    "journal_entry",
    "journal_seal",
    "journal_block",
    "command_log",
    "outbox",
    "job",
    "node_setting",
    "master_key",
    "data_key",
    "branch_node",
    "branch_node_client",
    "break_glass",
    "read_log",
    "sqlite_master",
    "no_such_table",
    "client\"; drop table client; --",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_asks_for_what_is_not_its_own_hears_nothing_of_it() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let foreign = with_a_foreign_client(&bank).await;
        let place = bank.enrol("far-1", 2).await;
        for table in ASKED {
            let asks = |up: &mut Up| {
                (up.want, up.tables) = (Want::Base(None), vec![table.to_owned()]);
            };
            let down = hears(&bank, &place, asks).await.unwrap();
            assert_innocent(&down, foreign, table);
            assert!(down.tables.iter().all(|rows| rows.table == table), "{table}: others came");
            match (table, down.tables.as_slice()) {
                ("client", [rows]) => {
                    assert_eq!(column(rows, "last_name"), [&Value::Text("Своя".to_owned())]);
                }
                ("temporary_password", [rows]) => {
                    let his = bank.desk.user("manager").uuid().as_bytes().to_vec();
                    assert_eq!(column(rows, "staff_id"), [&Value::Bytes(his)]);
                }
                ("staff", [rows]) => {
                    let own = Value::Bytes(bank.desk.branch("01").uuid().as_bytes().to_vec());
                    let hashes = column(rows, "password_hash");
                    let whose = column(rows, "branch_id").into_iter().zip(hashes);
                    let (own, others): (Vec<_>, Vec<_>) = whose.partition(|(b, _)| **b == own);
                    let is_told = |hash: &&Value| **hash != Value::Text(String::new());
                    assert!(!own.is_empty() && own.iter().all(|(_, hash)| is_told(hash)));
                    assert!(!others.is_empty() && !others.iter().any(|(_, hash)| is_told(hash)));
                }
                ("client" | "temporary_password" | "staff", _) => panic!("{table} did not come"),
                _ => {}
            }
        }
        // all of them at once, and a copy of everything
        for tables in [ASKED.map(str::to_owned).to_vec(), Vec::new()] {
            let mut want = Some(Want::Base(None));
            while let Some(wanted) = want.take() {
                let asks = |up: &mut Up| (up.want, up.tables) = (wanted, tables.clone());
                let down = hears(&bank, &place, asks).await.unwrap();
                assert_innocent(&down, foreign, "everything");
                if let Next::Base(at) = down.next {
                    want = Some(Want::Base(Some(at)));
                }
            }
        }
        settle(&bank, &place).await;
        assert_eq!(place.desk.number("select count(*) from client").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_begins_in_the_middle_hears_nothing_of_others() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let foreign = with_a_foreign_client(&bank).await;
        let place = bank.enrol("far-1", 2).await;
        let state = place.post.branch.state().await.unwrap();
        let Progress::Whole(cursor) = state.copy else { panic!("the first copy is not whole") };
        let before = Uuid::from_u128(foreign.uuid().as_u128() - 1);
        let ids = |ids: &[Uuid]| -> Vec<Wire> {
            ids.iter().map(|id| Wire(Value::Bytes(id.as_bytes().to_vec()))).collect()
        };
        let keys = [
            Vec::new(),
            ids(&[Uuid::nil()]),
            // the next by its key is the other branch's
            ids(&[before]),
            ids(&[before, Uuid::nil(), Uuid::nil()]),
            vec![Wire(Value::Null)],
            vec![Wire(Value::Int(0))],
            vec![Wire(Value::Text("' or 1 = 1 --".to_owned()))],
            vec![Wire(Value::Bytes(vec![7; 3]))],
        ];
        let tables = ["client", "client_contact", "interaction", "temporary_password"];
        let hidden = ["journal_entry", "node_setting", "data_key", "branch_node", "no_such_table"];
        for table in tables.into_iter().chain(hidden) {
            for (n, after) in keys.iter().enumerate() {
                for only in [vec![table.to_owned()], Vec::new()] {
                    let (cursor, table_name) = (cursor.clone(), table.to_owned());
                    let at = At { cursor, table: table_name, after: after.clone() };
                    let asks = |up: &mut Up| (up.want, up.tables) = (Want::Base(Some(at)), only);
                    // a key that is none may be an error; what is answered tells nothing
                    if let Ok(down) = hears(&bank, &place, asks).await {
                        assert_innocent(&down, foreign, &format!("{table} behind {n}"));
                        assert!(!hidden.contains(&table) || down.tables.is_empty(), "{table}");
                    }
                }
            }
        }
        // what changes about others is not told either
        bank.desk.execute("manager_near", &note(foreign, SECRET)).await.unwrap();
        let asks = |up: &mut Up| up.want = Want::Changes(cursor.clone());
        let down = hears(&bank, &place, asks).await.unwrap();
        assert_innocent(&down, foreign, "changes");
        for cursor in ["", "goose", "-1", "' or 1 = 1 --"] {
            let asks = |up: &mut Up| up.want = Want::Changes(cursor.to_owned());
            if let Ok(down) = hears(&bank, &place, asks).await {
                assert_innocent(&down, foreign, cursor);
            }
        }
        settle(&bank, &place).await;
        assert_eq!(place.desk.number("select count(*) from client").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_words_at_once_are_one_word_at_a_time() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let centre = &bank.desk;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        let place = bank.enrol("far-1", 2).await;
        place.desk.execute("manager", &note(client, "одна")).await.unwrap();
        let mut envelopes = Vec::new();
        for _ in 0..20 {
            let up = place.post.branch.say().await.unwrap();
            assert_eq!(up.commands.len(), 1, "each tells of the same command");
            envelopes.push(closed(&place, &up));
        }
        let at_once = envelopes.iter().map(|envelope| bank.hub.exchange(envelope));
        let mut answers = Vec::new();
        for outcome in join_all(at_once).await {
            match outcome {
                Ok(answer) => answers.push(answer),
                refused => {
                    let code = code(refused);
                    assert!(["branch-busy", OLD].contains(&code.as_str()), "{code}");
                }
            }
        }
        assert!(!answers.is_empty(), "somebody was answered");
        assert_eq!(centre.number(NOTES).await, 1, "it was done once");
        // the last answers come first
        for answer in answers.iter().rev() {
            let down = opened(&place, answer).unwrap();
            place.post.branch.take(down).await.unwrap();
        }
        settle(&bank, &place).await;
        assert_eq!((centre.number(NOTES).await, place.desk.number(NOTES).await), (1, 1));
        place.desk.execute("manager", &note(client, "другая")).await.unwrap();
        settle(&bank, &place).await;
        assert_eq!((centre.number(NOTES).await, place.desk.number(NOTES).await), (2, 2));
    }
}
