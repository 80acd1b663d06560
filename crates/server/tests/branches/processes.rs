//! The program itself at a centre and at branches, over a line that is cut and programs that are killed.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use branch::Hub;
use branch::code::Code;
use kernel::{Clock, RandomEntropy, SystemClock};
use spine::authority::commands::SaveLimit;
use spine::bundle::Stage;
use spine::replica::branch::Branch;
use spine::replica::commands::InviteNode;
use testkit::{Database, Kind, kinds};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::bundle::{publish, publish_price};
use crate::desk::Desk;
use crate::doing::{Dice, Done, Somebody};
use crate::simulation::limit;
use crate::world::{self, filled};

/// How long everything may take to be the same after the line is whole again.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running program; killed when dropped.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(args: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tessera"))
            .args(args)
            .env("TESSERA_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Program { child, lines }
    }
    /// Its address, when it has said that it is ready.
    fn ready(&mut self) -> String {
        let said = self
            .lines
            .find_map(|line| line.unwrap().strip_prefix("ready http://").map(str::to_owned));
        said.expect("it ended")
    }
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // it may have ended already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A line that can be cut: whoever speaks over it then is cut off in the middle.
struct Wire {
    address: String,
    is_whole: Arc<AtomicBool>,
}

impl Wire {
    /// To an address that may change.
    async fn to(centre: Arc<std::sync::Mutex<String>>) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let is_whole = Arc::new(AtomicBool::new(true));
        let whole = Arc::clone(&is_whole);
        tokio::spawn(async move {
            let mut talks = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let (whole, centre) = (Arc::clone(&whole), centre.lock().unwrap().clone());
                talks.spawn(carry(near, centre, whole));
            }
        });
        Wire { address, is_whole }
    }
    fn cut(&self) {
        self.is_whole.store(false, Ordering::Relaxed);
    }
    fn mend(&self) {
        self.is_whole.store(true, Ordering::Relaxed);
    }
}

async fn carry(mut near: TcpStream, centre: String, whole: Arc<AtomicBool>) {
    let Ok(mut far) = TcpStream::connect(centre).await else { return };
    let cut = async {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while whole.load(Ordering::Relaxed) {
            tick.tick().await;
        }
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        () = cut => {}
    }
}

/// A centre's database with people and clients, and the file its program is configured with.
struct Centre {
    desk: Desk,
    config: String,
    program: Program,
    address: Arc<std::sync::Mutex<String>>,
}

impl Centre {
    async fn start(kind: Kind, folder: &Path) -> Centre {
        let desk = Desk::over(Database::new(kind).await, (false, 1), filled).await;
        desk.clock.set(SystemClock.now());
        let config = folder.join("centre.toml").display().to_string();
        let text = format!(
            "db = '{}'\nlisten = '127.0.0.1:0'\nsecure_cookies = false\nkey_file = '{}'\n",
            desk.url(),
            desk.key_file()
        );
        std::fs::write(&config, text).unwrap();
        let (program, address) = Self::serve(&config);
        Centre { desk, config, program, address: Arc::new(std::sync::Mutex::new(address)) }
    }
    fn serve(config: &str) -> (Program, String) {
        let mut program = Program::start(&["serve", "--config", config]);
        let address = program.ready();
        (program, address)
    }
    fn kill_and_start(&mut self) {
        self.program.kill();
        let (program, address) = Self::serve(&self.config);
        self.program = program;
        *self.address.lock().unwrap() = address;
    }
    /// A code for a new node.
    async fn invite(&self, hub: &Hub, (code, name): (&str, &str)) -> String {
        let shown = Code::new(&RandomEntropy, hub.public().print());
        let invite = InviteNode {
            branch_id: self.desk.branch(code),
            name: name.to_owned(),
            code_hash: Code::hash(shown.secret()),
            lease_hours: None,
        };
        self.desk.execute("administrator", &invite).await.unwrap();
        shown.show()
    }
}

/// A branch's program, and a second door to its database.
struct Place {
    code: &'static str,
    folder: String,
    program: Program,
    desk: Desk,
    wire: Wire,
}

fn run(args: &[&str]) -> (bool, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tessera")).args(args).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&said).into_owned())
}

impl Place {
    async fn enrol(
        centre: &Centre,
        hub: &Hub,
        (n, code): (usize, &'static str),
        folder: &Path,
    ) -> Place {
        let wire = Wire::to(Arc::clone(&centre.address)).await;
        let name = format!("node-{n}-{code}");
        let shown = centre.invite(hub, (code, &name)).await;
        let folder = folder.join(name).display().to_string();
        let url = format!("http://{}", wire.address);
        let enrol = ["branch", "enrol", "--centre", &url, "--code", &shown, "--data", &folder];
        let (is_well, said) = run(&enrol);
        assert!(is_well && said.contains("the copy is whole"), "{said}");
        // what is here already goes on; a code serves one node only
        let (is_well, said) = run(&enrol);
        assert!(is_well && said.contains("the copy is whole"), "{said}");
        let elsewhere = format!("{folder}-2");
        let stolen = ["branch", "enrol", "--centre", &url, "--code", &shown, "--data", &elsewhere];
        let (is_well, said) = run(&stolen);
        assert!(!is_well && said.contains("branch-code-wrong"), "{said}");
        let program = Self::serve(&folder);
        let desk = Desk::at(&folder).await;
        Branch::open(&desk.services, &world::said(), "test").await.unwrap();
        Place { code, folder, program, desk, wire }
    }
    fn serve(folder: &str) -> Program {
        let mut program =
            Program::start(&["branch", "serve", "--data", folder, "--listen", "127.0.0.1:0"]);
        program.ready();
        program
    }
    fn kill_and_start(&mut self) {
        self.program.kill();
        self.program = Self::serve(&self.folder);
    }
    async fn waits(&self) -> i64 {
        self.desk.number("select count(*) from pending_command where is_on_top = 1").await
    }
}

/// Looks again and again until something has happened.
async fn until(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    while !happened().await {
        assert!(begin.elapsed() < PATIENCE, "{what} has not happened");
        tick.tick().await;
    }
}

/// How long a storm lasts.
enum Length {
    Steps(usize),
    For(Duration),
}

/// A centre and nodes at these branches, in programs of their own, over lines that are cut, all of them killed at random; then
/// all is quiet, and nothing is lost or doubled.
async fn storm(kind: Kind, codes: &[&'static str], length: Length) {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::start(kind, folder.path()).await;
    let hub = centre.desk.hub().await;
    let dice = Dice::new(11);
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
    let (begin, mut n, mut kills) = (Instant::now(), 0, 0);
    let mut done: Vec<Done> = Vec::new();
    let goes_on = |n: usize| match length {
        Length::Steps(steps) => n < steps,
        Length::For(time) => begin.elapsed() < time,
    };
    while goes_on(n) {
        n += 1;
        let which = dice.below(places.len());
        let place = &mut places[which];
        match dice.below(12) {
            0 => place.wire.cut(),
            1 | 2 => place.wire.mend(),
            3 => place.kill_and_start(),
            4 => centre.kill_and_start(),
            _ => {
                let login = staff(place.code);
                let (bank, branch) = (&place.desk, place.code);
                done.extend(Somebody { bank, login, branch, dice: &dice }.act(n).await);
                continue;
            }
        }
        kills += 1;
    }
    println!("{n} steps, {} commands acknowledged, {kills} cuts, mendings and kills", done.len());
    assert!(done.len() > 10, "{done:?}");
    all_is_once(&centre, &places, &done).await;
}

const fn staff(code: &str) -> &'static str {
    match code.as_bytes() {
        b"01" => "manager",
        b"02" => "manager_near",
        _ => "manager_far",
    }
}

async fn all_is_once(centre: &Centre, places: &[Place], done: &[Done]) {
    for place in places {
        place.wire.mend();
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

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_are_killed_on_a_line_that_is_cut_lose_nothing() {
    for kind in kinds() {
        println!("-- on {kind:?}");
        Box::pin(storm(kind, &["01", "02"], Length::Steps(80))).await;
    }
}

#[allow(clippy::disallowed_methods)] // the edge of a test: here its configuration is read
fn minutes() -> u64 {
    std::env::var("TESSERA_MINUTES").map_or(2, |text| text.parse().unwrap())
}

/// `TESSERA_MINUTES` minutes instead of two, by `cargo test -p server --test branches five_branches`: nextest ends what goes on for long.
#[tokio::test(flavor = "multi_thread")]
async fn five_branches_are_killed_and_cut_for_minutes_and_lose_nothing() {
    let kind = kinds().into_iter().find(|kind| *kind == Kind::Postgres).unwrap_or(Kind::Sqlite);
    let length = Length::For(Duration::from_secs(minutes() * 60));
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
