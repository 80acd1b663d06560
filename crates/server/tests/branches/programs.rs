//! Programs of a centre and of branches, and the lines between them.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use branch::Hub;
use branch::code::Code;
use kernel::{Clock, RandomEntropy, SystemClock};
use spine::replica::branch::Branch;
use spine::replica::commands::InviteNode;
use testkit::{Database, Kind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::desk::Desk;
use crate::disk;
use crate::world::{self, filled};

/// How long everything may take to be the same after the line is whole again.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program that is tried: the one built beside this test, or `TESSERA_PROGRAM` (one that is optimised; one that is not built anew
/// while the test goes on).
#[allow(clippy::disallowed_methods)] // the edge of a test: here its configuration is read
fn program() -> String {
    std::env::var("TESSERA_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_tessera").to_owned())
}

/// A running program; killed when dropped.
pub(super) struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    pub(super) fn start(args: &[&str]) -> Program {
        // a full disk (see `full`) would end a program by a signal, were it not ignored
        let mut child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", &program()])
            .args(args)
            .env("TESSERA_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || said.map_while(Result::ok).for_each(|line| heard(&line)));
        Program { child, lines }
    }
    /// Its address, when it has said that it is ready.
    pub(super) fn ready(&mut self) -> String {
        let said = self
            .lines
            .find_map(|line| line.unwrap().strip_prefix("ready http://").map(str::to_owned));
        said.expect("it ended")
    }
    /// No file of it can be written beyond a length, until there is room again (`None`).
    pub(super) fn full(&self, bytes: Option<u64>) {
        disk::set_of(self.child.id(), bytes);
    }
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What programs complain of is passed on, and complaints that a database takes no writes, as on a full disk, are counted.
fn heard(line: &str) {
    if line.contains("takes no writes") {
        FULL.fetch_add(1, Ordering::Relaxed);
    }
    eprintln!("{line}");
}

/// How often programs of this test have complained that their database takes no writes.
pub(super) fn full_disks() -> u64 {
    FULL.load(Ordering::Relaxed)
}

static FULL: AtomicU64 = AtomicU64::new(0);

/// Runs the program, killed as soon as something has happened; whether it ended well and what it has said otherwise.
pub(super) async fn run_until(
    args: &[&str],
    happened: impl Fn() -> bool,
) -> Option<(bool, String)> {
    let mut command = tokio::process::Command::new(program());
    let command = command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.unwrap(),
            _ = tick.tick() => {
                if happened() {
                    child.kill().await.unwrap();
                    return None;
                }
            }
        }
    };
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).await.unwrap();
    child.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
    Some((status.success(), said))
}

impl Drop for Program {
    fn drop(&mut self) {
        // it may have ended already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A line that can be cut, when whoever speaks over it is cut off in the middle, and that can be slow.
pub(super) struct Wire {
    address: String,
    state: Arc<WireState>,
}

struct WireState {
    is_whole: AtomicBool,
    /// How long each piece takes (ms).
    delay: AtomicU64,
    /// Pieces carried so far, both ways.
    pieces: AtomicU64,
}

impl Wire {
    /// To an address that may change.
    pub(super) async fn to(centre: Arc<std::sync::Mutex<String>>) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (is_whole, delay, pieces) = (AtomicBool::new(true), <_>::default(), <_>::default());
        let state = Arc::new(WireState { is_whole, delay, pieces });
        let kept = Arc::clone(&state);
        tokio::spawn(async move {
            let mut talks = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let (state, centre) = (Arc::clone(&kept), centre.lock().unwrap().clone());
                talks.spawn(carry(near, centre, state));
            }
        });
        Wire { address, state }
    }
    /// Its near end.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
    /// Pieces it has carried so far, both ways.
    pub(super) fn pieces(&self) -> u64 {
        self.state.pieces.load(Ordering::Relaxed)
    }
    pub(super) fn cut(&self) {
        self.state.is_whole.store(false, Ordering::Relaxed);
    }
    /// Whole and quick again.
    pub(super) fn mend(&self) {
        self.state.delay.store(0, Ordering::Relaxed);
        self.state.is_whole.store(true, Ordering::Relaxed);
    }
    /// Each piece takes so long.
    pub(super) fn slow(&self, delay: Duration) {
        let delay = u64::try_from(delay.as_millis()).unwrap();
        self.state.delay.store(delay, Ordering::Relaxed);
    }
}

async fn carry(near: TcpStream, centre: String, state: Arc<WireState>) {
    let Ok(far) = TcpStream::connect(centre).await else { return };
    let cut = async {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while state.is_whole.load(Ordering::Relaxed) {
            tick.tick().await;
        }
    };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let both = async {
        tokio::join!(one_way(near_in, far_out, &state), one_way(far_in, near_out, &state));
    };
    tokio::select! {
        () = both => {}
        () = cut => {}
    }
}

/// Carries what comes piece by piece, each as late as the line is slow.
async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &WireState) {
    let mut piece = vec![0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let delay = Duration::from_millis(state.delay.load(Ordering::Relaxed));
        if !delay.is_zero() {
            let late = tokio::time::Instant::now() + delay;
            tokio::time::interval_at(late, delay).tick().await;
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
        state.pieces.fetch_add(1, Ordering::Relaxed);
    }
    drop(to.shutdown().await);
}

/// A centre's database with people and clients, and the file its program is configured with.
pub(super) struct Centre {
    pub(super) desk: Desk,
    config: String,
    pub(super) program: Program,
    address: Arc<std::sync::Mutex<String>>,
}

impl Centre {
    pub(super) async fn start(kind: Kind, folder: &Path) -> Centre {
        Self::over(Desk::over(Database::new(kind).await, (false, 1), filled).await, folder)
    }
    /// The program over the database of a node that is filled already.
    pub(super) fn over(desk: Desk, folder: &Path) -> Centre {
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
    pub(super) fn kill_and_start(&mut self) {
        self.program.kill();
        let (program, address) = Self::serve(&self.config);
        self.program = program;
        *self.address.lock().unwrap() = address;
    }
    /// The file it is configured with.
    pub(super) fn config(&self) -> &str {
        &self.config
    }
    /// Where it serves, for lines to it that outlive the program.
    pub(super) fn address_kept(&self) -> Arc<std::sync::Mutex<String>> {
        Arc::clone(&self.address)
    }
    /// Where it serves now.
    pub(super) fn address(&self) -> String {
        self.address.lock().unwrap().clone()
    }
    /// A code for a new node.
    pub(super) async fn invite(&self, hub: &Hub, (code, name): (&str, &str)) -> String {
        let shown = Code::new(&RandomEntropy, hub.public().print());
        let invite = InviteNode {
            branch_id: self.desk.branch(code),
            name: name.to_owned(),
            code_hash: Code::hash(shown.secret()),
            lease_hours: None,
            code_days: None,
        };
        self.desk.execute("administrator", &invite).await.unwrap();
        shown.show()
    }
}

/// A branch's program, and a second door to its database.
pub(super) struct Place {
    pub(super) code: &'static str,
    pub(super) folder: String,
    pub(super) program: Program,
    /// Where it serves.
    pub(super) address: String,
    pub(super) desk: Desk,
    pub(super) wire: Wire,
}

pub(super) fn run(args: &[&str]) -> (bool, String) {
    let done = Command::new(program()).args(args).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8_lossy(&said).into_owned())
}

impl Place {
    pub(super) async fn enrol(
        centre: &Centre,
        hub: &Hub,
        (n, code): (usize, &'static str),
        folder: &Path,
    ) -> Place {
        let wire = Wire::to(centre.address_kept()).await;
        let name = format!("node-{n}-{code}");
        let shown = centre.invite(hub, (code, &name)).await;
        let folder = folder.join(name).display().to_string();
        let url = wire.url();
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
        let (program, address) = Self::serve(&folder);
        let desk = Desk::at(&folder).await;
        Branch::open(&desk.services, &world::said(), "test").await.unwrap();
        Place { code, folder, program, address, desk, wire }
    }
    fn serve(folder: &str) -> (Program, String) {
        let mut program =
            Program::start(&["branch", "serve", "--data", folder, "--listen", "127.0.0.1:0"]);
        let address = program.ready();
        (program, address)
    }
    pub(super) fn kill_and_start(&mut self) {
        self.program.kill();
        (self.program, self.address) = Self::serve(&self.folder);
    }
    pub(super) async fn waits(&self) -> i64 {
        self.desk.number("select count(*) from pending_command where is_on_top = 1").await
    }
}

/// Looks again and again until something has happened.
pub(super) async fn until(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    while !happened().await {
        assert!(begin.elapsed() < PATIENCE, "{what} has not happened");
        tick.tick().await;
    }
}
