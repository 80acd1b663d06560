//! The program itself at a centre and at branches, over a line that is cut and slow, programs that are killed and disks that are full.

use std::time::{Duration, Instant};

use spine::authority::commands::SaveLimit;
use spine::bundle::Stage;
use spine::replica::branch::{Branch, Taken};
use spine::replica::{self};
use testkit::{Kind, kinds};

use crate::bundle::{publish, publish_price};
use crate::desk::Desk;
use crate::doing::{Dice, Done, Somebody};
use crate::programs::{Centre, Place, Program, full_disks, run, until};
use crate::simulation::{limit, whole};
use crate::world::{self, Tables, exchange};

/// How long a storm lasts.
enum Length {
    Steps(usize),
    For(Duration),
}

/// A centre and nodes at these branches, in programs of their own, over lines that are cut, all of them killed at random, with
/// disks that are full for a while; then all is quiet, and nothing is lost or doubled.
async fn storm(kind: Kind, codes: &[&'static str], length: Length) {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::start(kind, folder.path()).await;
    let hub = centre.desk.hub().await;
    let seed = said("TESSERA_SEED").unwrap_or(11);
    println!("-- seed {seed}");
    let dice = Dice::new(seed);
    centre.desk.execute("head_office", &SaveLimit { limit: limit() }).await.unwrap();
    publish(&centre.desk, Stage::all(), None).await;
    for (n, branch) in codes.iter().cycle().take(8).enumerate() {
        let (bank, login) = (&centre.desk, "head_office");
        Somebody { bank, login, branch, dice: &dice }.register(n).await.unwrap();
    }
    let mut places = Vec::new();
    for (n, code) in codes.iter().enumerate() {
        places.push(Place::enrol(&centre, &hub, (n, code), folder.path()).await);
    }
    publish_price(&centre.desk).await;
    let (begin, mut n, mut faults) = (Instant::now(), 0, 0);
    let mut done: Vec<Done> = Vec::new();
    let goes_on = |n: usize| match length {
        Length::Steps(steps) => n < steps,
        Length::For(time) => begin.elapsed() < time,
    };
    while goes_on(n) {
        n += 1;
        let which = dice.below(places.len());
        let place = &mut places[which];
        match dice.below(16) {
            0 => place.wire.cut(),
            1 | 2 => place.wire.mend(),
            3 => place.kill_and_start(),
            4 => centre.kill_and_start(),
            8 => place.wire.slow(Duration::from_millis(dice.below(400).try_into().unwrap())),
            5 => place.program.full(Some(some_bytes(&dice, &place.desk))),
            6 => centre.program.full(Some(some_bytes(&dice, &centre.desk))),
            7 => {
                place.program.full(None);
                centre.program.full(None);
            }
            _ => {
                let login = staff(place.code);
                let (bank, branch) = (&place.desk, place.code);
                done.extend(Somebody { bank, login, branch, dice: &dice }.act(n).await);
                continue;
            }
        }
        faults += 1;
    }
    println!("{n} steps, {} commands acknowledged, {faults} faults and mendings", done.len());
    println!("databases took no writes {} times", full_disks());
    assert!(full_disks() > 0 || matches!(length, Length::Steps(_)), "no disk was ever full");
    assert!(done.len() > 10, "{done:?}");
    all_is_once(&centre, &places, &done).await;
    all_is_equal(centre, places).await;
}

const fn staff(code: &str) -> &'static str {
    match code.as_bytes() {
        b"01" => "manager",
        b"02" => "manager_near",
        _ => "manager_far",
    }
}

/// Where a disk is full: somewhere in the database's log, or after some more.
fn some_bytes(dice: &Dice, desk: &Desk) -> u64 {
    dice.below(desk.log_bytes() + 50_000).try_into().unwrap()
}

async fn all_is_once(centre: &Centre, places: &[Place], done: &[Done]) {
    centre.program.full(None);
    for place in places {
        place.wire.mend();
        place.program.full(None);
    }
    for place in places {
        until("all is told", async || place.waits().await == 0).await;
        let sql = "select count(*) from price_item where amount_minor = 1200";
        until("the version is in force", async || place.desk.number(sql).await == 1).await;
    }
    for one in done {
        let is_there = centre.desk.has_done(one.id).await;
        assert!(is_there != centre.desk.has_refused(one.id).await, "{one:?}");
    }
    for place in places {
        let sql = format!(
            "select count(*) from interaction i join client c on c.id = i.client_id \
             join branch b on b.id = c.branch_id where b.code = '{}'",
            place.code
        );
        // what another node of the branch has told last is heard a moment later
        until("all is heard", async || {
            place.desk.number("select count(*) from interaction").await
                == centre.desk.number(&sql).await
        })
        .await;
        let (is_well, said) = run(&["branch", "status", "--data", &place.folder]);
        assert!(is_well && said.contains("0 commands are not told yet"), "{said}");
    }
}

/// When the programs have ended and the last word is said, every branch has the centre's rows, and all journals are whole.
async fn all_is_equal(mut centre: Centre, mut places: Vec<Place>) {
    centre.program.kill();
    places.iter_mut().for_each(|place| place.program.kill());
    let (desk, said) = (&centre.desk, world::said());
    let answers = replica::centre::Centre::new(&desk.services, &said).await.unwrap();
    let trusted = desk.hub().await.public().sign.clone();
    let tables = Tables::of(desk).await;
    // twice: what the last of them has told is heard by the first
    for _ in 0..2 {
        for place in &places {
            let branch = Branch::open(&place.desk.services, &said, "test").await.unwrap();
            let branch = branch.trusting(&trusted);
            let node = branch.state().await.unwrap().who.node;
            while exchange(&branch, &answers, node).await.unwrap() == Taken::More {}
        }
    }
    for place in &places {
        tables.check_equal(desk, (&place.desk, place.code)).await;
        whole(&place.desk).await;
    }
    whole(desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_are_killed_on_a_line_that_is_cut_lose_nothing() {
    for kind in kinds() {
        println!("-- on {kind:?}");
        Box::pin(storm(kind, &["01", "02"], Length::Steps(80))).await;
    }
}

#[allow(clippy::disallowed_methods)] // the edge of a test: here its configuration is read
fn said(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// `TESSERA_MINUTES` minutes instead of two, by `cargo test -p server --test branches five_branches`: nextest ends what goes on for long.
#[tokio::test(flavor = "multi_thread")]
async fn five_branches_are_killed_and_cut_for_minutes_and_lose_nothing() {
    let kind = kinds().into_iter().find(|kind| *kind == Kind::Postgres).unwrap_or(Kind::Sqlite);
    let length = Length::For(Duration::from_secs(said("TESSERA_MINUTES").unwrap_or(2) * 60));
    Box::pin(storm(kind, &["01", "01", "02", "02", "03"], length)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_carried_between_programs_by_hand() {
    for kind in kinds() {
        let folder = tempfile::tempdir().unwrap();
        let centre = Centre::start(kind, folder.path()).await;
        let hub = centre.desk.hub().await;
        let dice = Dice::new(12);
        let (bank, branch) = (&centre.desk, "01");
        let somebody = Somebody { bank, login: "head_office", branch, dice: &dice };
        somebody.register(0).await.unwrap();
        let place = Place::enrol(&centre, &hub, (0, branch), folder.path()).await;
        // its program goes on serving, without a line
        place.wire.cut();
        let somebody = Somebody { bank: &place.desk, login: "manager", branch, dice: &dice };
        let done = somebody.register(1).await.unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (out, back) = (path("out.tessera"), path("back.tessera"));
        let (is_well, said) = run(&["branch", "carry", "out", &out, "--data", &place.folder]);
        assert!(is_well && said.contains("1 commands are in"), "{said}");
        let (url, key) = (centre.desk.url(), centre.desk.key_file());
        let answer = ["branch", "answer", &out, "--into", &back, "--db", url, "--key-file", &key];
        let (is_well, said) = run(&answer);
        assert!(is_well && said.contains("1 accepted, 0 refused"), "{said}");
        assert!(centre.desk.has_done(done.id).await);
        let carried = "select count(*) from journal_entry where command = 'branch.note_carried'";
        assert_eq!(centre.desk.number(carried).await, 1, "the journal tells of the file");
        let take = ["branch", "carry", "in", &back, "--data", &place.folder];
        let (is_well, said) = run(&take);
        assert!(is_well && said.contains("is taken in"), "{said}");
        assert_eq!(place.waits().await, 0);
        let (is_well, said) = run(&take);
        assert!(!is_well && said.contains("branch-file-old"), "{said}");
        let (is_well, said) = run(&["branch", "carry", "in", &out, "--data", &place.folder]);
        assert!(!is_well && said.contains("branch-file-way"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_never_has_a_line_enrols_and_works_by_files() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::start(Kind::Sqlite, folder.path()).await;
    let hub = centre.desk.hub().await;
    let dice = Dice::new(13);
    let (bank, branch) = (&centre.desk, "01");
    Somebody { bank, login: "head_office", branch, dice: &dice }.register(0).await.unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let [keys, hello, back, data] =
        ["centre.tessera", "hello.tessera", "back.tessera", "branch"].map(path);
    let (url, key) = (centre.desk.url(), centre.desk.key_file());
    let (is_well, said) = run(&["branch", "keys", &keys, "--db", url, "--key-file", &key]);
    assert!(is_well, "{said}");
    let code = centre.invite(&hub, (branch, "far")).await;
    let enrol =
        ["branch", "enrol", "--code", &code, "--keys", &keys, "--into", &hello, "--data", &data];
    for _ in 0..2 {
        let (is_well, said) = run(&enrol);
        assert!(is_well && said.contains("--answer"), "{said}");
    }
    let early = run(&["branch", "status", "--data", &data]);
    assert!(!early.0, "it does not know who it is: {}", early.1);
    // only the configuration says in what the bank counts
    let by_db = ["branch", "answer", &hello, "--into", &back, "--db", url, "--key-file", &key];
    let (is_well, said) = run(&by_db);
    assert!(!is_well && said.contains("branch-enrol-config"), "{said}");
    let answer = ["branch", "answer", &hello, "--into", &back, "--config", centre.config()];
    let (is_well, said) = run(&answer);
    assert!(is_well, "{said}");
    let welcome = ["branch", "enrol", "--data", &data, "--answer", &back];
    // done again it changes nothing
    for _ in 0..2 {
        let (is_well, said) = run(&welcome);
        assert!(
            is_well && said.contains("this is far now") && said.contains("the copy is whole"),
            "{said}"
        );
    }
    let mut program =
        Program::start(&["branch", "serve", "--data", &data, "--listen", "127.0.0.1:0"]);
    program.ready();
    let desk = Desk::at(&data).await;
    Branch::open(&desk.services, &world::said(), "test").await.unwrap();
    let done =
        Somebody { bank: &desk, login: "manager", branch, dice: &dice }.register(1).await.unwrap();
    let out = path("out.tessera");
    let (is_well, said) = run(&["branch", "carry", "out", &out, "--data", &data]);
    assert!(is_well && said.contains("1 commands are in"), "{said}");
    let answer = ["branch", "answer", &out, "--into", &back, "--config", centre.config()];
    let (is_well, said) = run(&answer);
    assert!(is_well && said.contains("1 accepted"), "{said}");
    assert!(centre.desk.has_done(done.id).await);
    let (is_well, said) = run(&["branch", "carry", "in", &back, "--data", &data]);
    assert!(is_well, "{said}");
    let (is_well, said) = run(&["branch", "status", "--data", &data]);
    assert!(is_well && said.contains("without a line") && said.contains("0 commands"), "{said}");
    let (is_well, said) = run(&enrol);
    assert!(!is_well && said.contains("this is far already"), "{said}");
    gets_a_line(&centre, (&data, folder.path())).await;
}

/// Where a line is laid later, the node takes it to its own centre only.
async fn gets_a_line(centre: &Centre, (data, folder): (&str, &std::path::Path)) {
    let other = folder.join("other");
    std::fs::create_dir(&other).unwrap();
    let stranger = Centre::start(Kind::Sqlite, &other).await;
    let enrol = |url: String| run(&["branch", "enrol", "--centre", &url, "--data", data]);
    let (is_well, said) = enrol(format!("http://{}", stranger.address()));
    assert!(!is_well && said.contains("is not the centre of this node"), "{said}");
    let url = format!("http://{}", centre.address());
    let (is_well, said) = enrol(url.clone());
    assert!(is_well && said.contains("has a line"), "{said}");
    let (is_well, said) = run(&["branch", "status", "--data", data]);
    assert!(is_well && said.contains(&url), "{said}");
}
