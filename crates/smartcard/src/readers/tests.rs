//! A desk at a reader: a real `pcscd` with a virtual reader (`vpcd`), into which a card in software is put. The
//! test starts its own pcscd, with its own folder for sockets and its own port, and runs itself once more with
//! the way to it in the environment, which is where the client library looks.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::*;
use crate::offline::{self, Decision, Known, Line, Purchase, Rules, StopList};
use crate::profile::Profile;
use crate::reconcile::{Issued, Ledger, Standing, Terms, Verdict};
use crate::record::SealedRecord;
use crate::samples::{
    self, CARD, NOW, at, issue_with, masters, pin, purchase, rub, signed, try_session,
};
use crate::soft::{self, Manner, SoftCard};
use crate::terminal::{CardFault, Session, Settled};

const PORT: &str = "TESSERA_TEST_READER_PORT";
/// Patience with what comes by itself; nothing waits so long that goes well.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
#[allow(clippy::disallowed_methods)] // the edge of the test: here it learns which half it is
fn a_card_in_a_reader_is_made_read_served_written_and_pulled_out() {
    match std::env::var(PORT) {
        Ok(port) => at_the_reader(port.parse().unwrap()),
        Err(_) => with_a_service(),
    }
}

/// A pcscd of this test's own; it ends with the test.
struct Service {
    child: Child,
    lines: Receiver<String>,
}

impl Service {
    /// It says that it is ready, and opens its socket then.
    fn await_socket(&self, socket: &Path) {
        let begun = Instant::now();
        while UnixStream::connect(socket).is_err() {
            assert!(begun.elapsed() < PATIENCE, "no {}", socket.display());
            // whatever it says next, or a moment later
            let _ = self.lines.recv_timeout(Duration::from_millis(10));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Asked to end it takes its socket away; it may have ended by itself.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn with_a_service() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let (run, readers) = (folder.path().join("run"), folder.path().join("readers"));
    std::fs::create_dir_all(&run).unwrap();
    std::fs::create_dir_all(&readers).unwrap();
    let reader = format!(
        "FRIENDLYNAME \"Desk\"\nDEVICENAME /dev/null:{port:#06X}\nLIBPATH {}\nCHANNELID {port:#06X}\n",
        driver().display()
    );
    std::fs::write(readers.join("desk"), reader).unwrap();
    let apart = apart();
    let service = start(apart, &run, &readers);
    let said: Vec<String> = std::iter::from_fn(|| service.lines.recv_timeout(PATIENCE).ok())
        .take_while(|line| !line.contains("daemon ready"))
        .collect();
    assert!(said.iter().any(|line| line.contains(&format!("on port {port}"))), "{said:#?}");
    let apart = apart.is_some();
    let socket = if apart { run.join("pcscd/pcscd.comm") } else { "/run/pcscd/pcscd.comm".into() };
    service.await_socket(&socket);

    let mut desk = Command::new(std::env::current_exe().unwrap());
    let (_, module) = module_path!().split_once("::").unwrap();
    let name = format!("{module}::a_card_in_a_reader_is_made_read_served_written_and_pulled_out");
    desk.args(["--exact", &name, "--nocapture"]).env(PORT, port.to_string());
    if apart {
        desk.env("PCSCLITE_CSOCK_NAME", socket);
    }
    let output = desk.stdin(Stdio::null()).output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let said: Vec<String> = service.lines.try_iter().collect();
    assert!(output.status.success() && out.contains("1 passed"), "{out}{err}{said:#?}");
}

/// How a program gets a `/run` of its own: as root at once, otherwise in a name space of users. Where neither is
/// allowed the service takes the real one.
fn apart() -> Option<&'static [&'static str]> {
    const WAYS: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
    WAYS.into_iter().find(|way| {
        let probe = "mount --bind /run /run";
        let tried = Command::new("unshare").args(*way).args(["sh", "-c", probe]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

fn start(apart: Option<&[&str]>, run: &Path, readers: &Path) -> Service {
    let mut command = match apart {
        None => Command::new("pcscd"),
        Some(way) => {
            let mut command = Command::new("unshare");
            command.args(way).args(["sh", "-c", "mount --bind \"$0\" /run && exec \"$@\""]);
            command.arg(run).arg("pcscd");
            command
        }
    };
    let path = format!("/usr/sbin:/sbin:{}", std::env::var_os("PATH").unwrap().to_string_lossy());
    command.args(["--foreground", "--info", "--config"]).arg(readers).env("PATH", path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("pcscd (Debian: apt-get install pcscd)");
    let (out, lines) = channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    // reads to the end, so that pcscd never waits for a reader
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            let _ = out.send(line);
        }
    });
    Service { child, lines }
}

/// The driver of the virtual reader.
fn driver() -> &'static Path {
    let path = Path::new("/usr/lib/pcsc/drivers/serial/libifdvpcd.so");
    assert!(path.exists(), "no virtual reader (Debian: apt-get install vsmartcard-vpcd)");
    path
}

/// A port that is free, with the one after it: the virtual reader has two slots. Below those given to clients.
fn free_port() -> u16 {
    let first = 10_000 + u16::try_from(std::process::id() % 4_000).unwrap() * 2;
    let is_free = |port: u16| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
    (first..first + 400).step_by(2).find(|port| is_free(*port) && is_free(port + 1)).unwrap()
}

/// A card and the reader it is put into and pulled out of.
struct Desk {
    readers: Readers,
    name: ReaderName,
    port: u16,
    card: Arc<Mutex<SoftCard>>,
    inside: Option<(TcpStream, JoinHandle<()>)>,
    /// How often a card had come or gone when this one was in.
    turns: u32,
}

impl Desk {
    fn insert(&mut self) -> CardInReader {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        let (line, card) = (stream.try_clone().unwrap(), Arc::clone(&self.card));
        let thread = std::thread::spawn(move || soft::insert(&card, line).unwrap());
        self.inside = Some((stream, thread));
        assert!(self.readers.wait(&self.name, Presence::Present, PATIENCE).unwrap(), "in");
        self.turns = self.wait_for_turn(None);
        self.readers.connect(&self.name).unwrap()
    }

    fn pull_out(&mut self) {
        let (stream, thread) = self.inside.take().unwrap();
        // a card that lost power is out already
        let _ = stream.shutdown(Shutdown::Both);
        thread.join().unwrap();
        // A failed command says "absent" before the service itself has looked; a card that is back by then would
        // not be seen coming. So it is the service's own count that is waited for.
        self.wait_for_turn(Some(self.turns));
        assert!(self.readers.wait(&self.name, Presence::Absent, PATIENCE).unwrap(), "out");
    }

    /// How often a card has come or gone: now, or as soon as it is another number than this.
    fn wait_for_turn(&self, after: Option<u32>) -> u32 {
        let mut states = [ReaderState::new(self.name.0.clone(), State::UNAWARE)];
        loop {
            self.readers.context.get_status_change(PATIENCE, &mut states).unwrap();
            let turns = states[0].event_count();
            if Some(turns) != after {
                return turns;
            }
            states[0].sync_current_state();
        }
    }

    fn card(&self) -> std::sync::MutexGuard<'_, SoftCard> {
        self.card.lock().unwrap()
    }
}

fn at_the_reader(port: u16) {
    let readers = Readers::open().unwrap();
    let names = readers.list().unwrap();
    let name = names.into_iter().find(|name| name.to_string().starts_with("Desk")).unwrap();
    assert_eq!(readers.presence(&name), Ok(Presence::Absent));
    assert_eq!(readers.connect(&name).err(), Some(TransportFault::NoCard));
    let soon = Duration::from_millis(50);
    assert_eq!(readers.wait(&name, Presence::Present, soon), Ok(false));
    let card = SoftCard::blank(&samples::TRANSPORT, samples::entropy(1));
    let card = Arc::new(Mutex::new(card));
    let mut desk = Desk { readers, name, port, card, inside: None, turns: 0 };
    made_and_served(&mut desk);
    pulled_out_while_a_profile_is_written(&mut desk);
    pulled_out_after_a_record_was_written(&mut desk);
    the_centre_accepts(&mut desk);
    carried_for_a_desk(&mut desk);
}

/// The service closes the connection of a card that is gone; a new one begins with a card that is there.
fn made_and_served(desk: &mut Desk) {
    let mut inside = desk.insert();
    assert_eq!(desk.readers.presence(&desk.name), Ok(Presence::Present));
    assert!(desk.readers.connect(&desk.name).is_err(), "one desk at a time");
    issue_with(&mut inside, 3).unwrap();
    assert_eq!(issue_with(&mut inside, 3), Err(CardFault::NotBlank));
    let mut session = try_session(&mut inside, 5).unwrap();
    serve(&mut session, 1);
    session.write_profile(4, &signed(&samples::profile(4)), &samples::keys()).unwrap();
    drop(inside);
    desk.pull_out();
}

/// Verifies, decides and writes, as a desk without a line.
fn serve(session: &mut Session<'_>, operation: u8) -> SealedRecord {
    let presented = session.present(&samples::keys()).unwrap().unwrap();
    let counter = presented.stored.counter;
    let list = StopList { issued: at(NOW), cards: [].into() };
    let known = Known {
        now: at(NOW),
        last_signed: None,
        floor: 1,
        stop_list: Some(&list),
        highest_profile: Some(3),
        seen: None,
    };
    let rules = Rules::roubles();
    let verified = offline::verify(&presented, &known, &rules, &samples::keys()).unwrap();
    let log = session.log().unwrap();
    let wanted = Purchase { amount: rub(50_000), line: Line::Down, luck: 9_999 };
    let decision = offline::authorise(&verified, &log, &rules, &wanted);
    assert_eq!(decision, Decision::Approved { picked: false });
    session.verify_pin(&pin()).unwrap();
    let draft = crate::terminal::Draft { profile: counter, ..purchase(operation, 50_000) };
    let pending = session.prepare(&draft).unwrap();
    session.append(&pending).unwrap()
}

fn pulled_out_while_a_profile_is_written(desk: &mut Desk) {
    let newer = signed(&samples::profile(5));
    desk.card().set_manner(Manner::Pieces);
    let mut inside = desk.insert();
    let mut session = try_session(&mut inside, 6).unwrap();
    desk.card().lose_power_after(100);
    let cut = session.write_profile(5, &newer, &samples::keys());
    assert_eq!(cut, Err(CardFault::Gone(TransportFault::NoCard)));
    drop(inside);
    desk.pull_out();
    let mut inside = desk.insert();
    let mut session = try_session(&mut inside, 7).unwrap();
    let stored = session.present(&samples::keys()).unwrap().unwrap().stored;
    let profile = Profile::open(&stored.signed, &samples::keys()).unwrap();
    assert_eq!(profile, samples::profile(4), "the one before, whole");
    session.write_profile(5, &newer, &samples::keys()).unwrap();
    assert_eq!(session.present(&samples::keys()).unwrap().unwrap().stored.signed, newer);
    drop(inside);
    desk.pull_out();
}

fn pulled_out_after_a_record_was_written(desk: &mut Desk) {
    let mut inside = desk.insert();
    let mut session = try_session(&mut inside, 8).unwrap();
    session.verify_pin(&pin()).unwrap();
    let draft = crate::terminal::Draft { profile: 5, ..purchase(2, 70_000) };
    let pending = session.prepare(&draft).unwrap();
    desk.card().fall_silent_after_append();
    let cut = session.append(&pending);
    assert_eq!(cut, Err(CardFault::Gone(TransportFault::NoCard)));
    drop(inside);
    desk.pull_out();
    let mut inside = desk.insert();
    let mut session = try_session(&mut inside, 9).unwrap();
    assert!(matches!(session.settle(&pending), Ok(Settled::Done(_))), "it was written");
    assert_eq!(session.counters().total_minor, 120_000);
    drop(inside);
    desk.pull_out();
}

/// What `tessera reader` does for the pages.
fn carried_for_a_desk(desk: &mut Desk) {
    const SELECT: [u8; 15] = *b"\x00\xA4\x04\x00\x09\xF0TESSERA\x01\x00";
    desk.card().set_manner(Manner::Whole);
    let (mut any, mut named) = (DeskReader::named(None), DeskReader::named(Some("Desk".into())));
    let mut none = DeskReader::named(Some("Goose".into()));
    assert_eq!(none.open(), Err(TransportFault::Reader("no such reader".to_owned())));
    for reader in [&mut any, &mut named] {
        assert_eq!(reader.open(), Err(TransportFault::NoCard));
        assert_eq!(reader.transmit(&SELECT), Err(TransportFault::NoCard), "not taken up");
        drop(desk.insert());
        reader.open().unwrap();
        assert!(reader.transmit(&SELECT).unwrap().ends_with(&[0x90, 0x00]));
        // taken up again it has forgotten everything, and so it does when it was let go
        reader.open().unwrap();
        assert!(desk.readers.connect(&desk.name).is_err(), "one desk at a time");
        reader.close();
        drop(desk.readers.connect(&desk.name).unwrap());
        reader.open().unwrap();
        desk.pull_out();
        assert!(reader.transmit(&SELECT).is_err(), "it is gone");
        reader.close();
    }
}

fn the_centre_accepts(desk: &mut Desk) {
    let mut inside = desk.insert();
    let log = try_session(&mut inside, 10).unwrap().log().unwrap();
    let terms = (3..=5).map(|counter| (counter, Terms::from(&samples::profile(counter)))).collect();
    let issued = Issued { log_key: masters().of(CARD).log, terms };
    let mut ledger = Ledger::default();
    let clean = Verdict::New(Standing::Accepted { risks: [].into() });
    for sealed in log.iter().rev() {
        let receipt = ledger.receive(&issued, &sealed.encode(), at(NOW).timestamp());
        assert_eq!(receipt.verdict, clean);
    }
    assert_eq!(ledger.complete_to(), 2);
    drop(inside);
    desk.pull_out();
}
