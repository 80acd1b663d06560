//! Programs of others over the document, against the real program: a fuzzer that knows only the document, and the
//! documented example with a client that is generated from it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use kernel::{Clock, FixedClock, SeededEntropy};
use testkit::{Asked, START};

use super::Rights;
use crate::command_line::{Serving, path, tessera};
use crate::support::open;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A served made-up bank with two tokens that may do everything.
pub(super) struct Served {
    pub(super) address: String,
    pub(super) tokens: [String; 2],
    serving: Option<Serving>,
    config: String,
    _folder: tempfile::TempDir,
}

impl Served {
    /// Kills the program as a power cut would, and starts it again.
    pub(super) fn kill_and_start(&mut self) {
        drop(self.serving.take());
        let mut serving = Serving::start(&["serve", "--config", &self.config]);
        self.address = format!("http://{}", serving.says("ready http://"));
        self.serving = Some(serving);
    }
}

/// Serves it; `more` stands in the configuration.
pub(super) async fn serve(more: &str) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", path(folder.path(), "bank.db"));
    assert_eq!(tessera(&["migrate", "--db", &url]).0, 0);
    testkit::write_key(&folder.path().join("bank.db.key"));
    let size = ["--clients", "25", "--interactions", "200", "--seed", "7", "--db", &url];
    let (code, _, complaint) = tessera(&[&["generate"], &size[..]].concat());
    assert_eq!(code, 0, "{complaint}");
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::new(START));
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let entropy = Arc::new(SeededEntropy::new(11));
    let node = open(Asked { url: url.clone(), clock, entropy, demo: None, stopping }).await;
    let rights = Rights { services: &node.services };
    let role = rights.all().await;
    let tokens = [rights.token(&role).await, rights.token(&role).await];
    drop(node);
    let config = path(folder.path(), "tessera.toml");
    let text = format!("db = '{url}'\nlisten = '127.0.0.1:0'\nsecure_cookies = false\n{more}");
    std::fs::write(&config, text).unwrap();
    let mut serving = Serving::start(&["serve", "--config", &config]);
    let address = format!("http://{}", serving.says("ready http://"));
    Served { address, tokens, serving: Some(serving), config, _folder: folder }
}

/// Runs a program; what it printed is in the message when it does not end well.
fn run(program: &Path, args: &[&str]) -> String {
    let done = Command::new(program).args(args).current_dir(root()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}\n{said}\n{complaint}", program.display());
    said.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_fails_or_answers_what_is_not_documented() {
    let served = serve("").await;
    let tools = run(&root().join("scripts/api-tools.sh"), &[]);
    let python = Path::new(&tools).join("bin/python");
    let [token, last] = served.tokens.each_ref().map(String::as_str);
    let said = run(&python, &["scripts/api-fuzz.py", &served.address, token, last]);
    assert_eq!(said.matches("No issues found").count(), 2, "{said}");
    let (well, complaint) = served.serving.unwrap().stop();
    assert!(well, "{complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_example_runs_with_a_generated_client() {
    let served = serve("").await;
    let example = root().join("docs/api/example.sh");
    for _ in 0..2 {
        let said = run(&example, &[&served.address, &served.tokens[0]]);
        assert!(said.contains("refused: precondition-failed"), "{said}");
        assert!(said.contains("clients seen: 26"), "the second run makes nobody: {said}");
    }
}
