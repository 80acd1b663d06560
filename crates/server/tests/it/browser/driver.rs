//! chromedriver as a child process: one for each test, gone with its value, also when the test panics.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The program, as Debian installs it.
const PROGRAM: &str = "chromedriver";
/// Starts until one finds a port.
const STARTS_MAX: u32 = 5;
/// How long a driver may take to close its browsers.
const LAST_REQUEST: Duration = Duration::from_secs(10);

/// A running chromedriver.
pub(crate) struct Driver {
    child: Child,
    address: SocketAddr,
    home: TempDir,
    /// Kept open: a driver that writes into a closed pipe would die of it.
    _words: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts one on a free port. `None` when the machine has none; on the build machine that is a
    /// failure, because there nothing may be left out.
    pub(crate) fn start() -> Option<Driver> {
        for _ in 0..STARTS_MAX {
            match Self::try_start() {
                Ok(Some(driver)) => return Some(driver),
                Ok(None) => {}
                Err(error) => {
                    assert!(!is_build_machine(), "{PROGRAM} does not start: {error}");
                    println!("-- browser test skipped: {PROGRAM} does not start: {error}");
                    return None;
                }
            }
        }
        panic!("{PROGRAM} found no free port at {STARTS_MAX} starts");
    }
    /// `None` when it ended at once: the port it drew was free for one kind of address only.
    fn try_start() -> std::io::Result<Option<Driver>> {
        let home = tempfile::tempdir()?;
        let mut child = Command::new(PROGRAM)
            .arg("--port=0")
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_CACHE_HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut words = BufReader::new(child.stdout.take().expect("its output"));
        let Some(port) = port(&mut words)? else {
            child.wait()?;
            return Ok(None);
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Ok(Some(Driver { child, address, home, _words: words }))
    }
    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
    /// A folder for the profiles of its browsers.
    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }
    /// Asks it to close its browsers and to end. Killing it would leave the browsers behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut line = TcpStream::connect_timeout(&self.address, LAST_REQUEST)?;
        line.set_read_timeout(Some(LAST_REQUEST))?;
        write!(
            line,
            "GET /shutdown HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )?;
        line.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            println!("-- {PROGRAM} does not answer: {error}");
        }
        let until = Instant::now() + LAST_REQUEST;
        while Instant::now() < until {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port it says it listens on; `None` when it ends without one.
fn port(words: &mut impl BufRead) -> std::io::Result<Option<u16>> {
    for line in words.lines() {
        if let Some((_, port)) = line?.split_once("started successfully on port ") {
            let port = port.trim().trim_end_matches('.').parse();
            return port.map(Some).map_err(std::io::Error::other);
        }
    }
    Ok(None)
}

#[allow(clippy::disallowed_methods)] // the edge of every test: here its configuration is read
fn is_build_machine() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}
