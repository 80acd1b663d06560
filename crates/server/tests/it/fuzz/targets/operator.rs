//! What the operator of a node writes: the command line, the configuration, key files, lists of passwords, packs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use kernel::{Secret, SeededEntropy};
use server::RunError;
use server::cli::Cli;
use server::config::Config;
use server::root::{self, FileRoot};
use store::keys::{Root, SecretBox};
use tempfile::TempDir;

use super::{Target, bytes, text};

/// A password that stands in seeds and in no message.
const PASSWORD: &str = "GEHEIM";

/// A file of this thread with the input in it; `FOLDER` in an input means the folder it lies in.
fn written(name: &str, input: &[u8]) -> PathBuf {
    thread_local! {
        static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
    }
    let path = FOLDER.with(|folder| folder.path().join(name));
    std::fs::write(&path, input).expect("the file");
    path
}

pub(super) const COMMAND_LINE: Target = Target {
    name: "command_line",
    cost: 20,
    seeds: || {
        bytes(&[
            "serve\n--config\nFILE",
            "token\ncreate\n--role\nclerk\n--days\n0\n--permission\nclient.read\n--scope\nbranch\n--db\nsqlite:a",
            "token\ncreate\n--role\nclerk\n--permission\nclient.read\n--scope\neverything\n--db\nsqlite:a",
            "load\nread\n--clerks\n3\n--seconds\n10\n--db\nx",
            "import\n--mapping\ncontacts\n--dry-run\nFOLDER\n--db\nsqlite:a",
            "tenant\ncreate\n--key\na\n--host\nb\n--config\nc",
            "keys\nrotate\n--db\nx\n--key-command\nkms\n--key-command\n-v",
            "generate\n--clients\n5\n--seed\n1\n--db\nx",
        ])
    },
    words: &["--db", "--", "-h", "--version", "=", "--key-file", "18446744073709551616", "-1"],
    run: |input| {
        let line = text(input);
        let words = std::iter::once("tessera").chain(line.split('\n'));
        match Cli::try_parse_from(words) {
            // what is right is only looked at: no task is done
            Ok(cli) => drop(format!("{cli:?}")),
            Err(error) => {
                let told = error.to_string();
                assert!(!told.trim().is_empty() && told.len() < 64 * 1024 + 8 * line.len());
                // 0 for what was asked for (help), 2 for what cannot be
                assert!([0, 2].contains(&error.exit_code()), "{told}");
            }
        }
    },
};

pub(super) const CONFIGURATION: Target = Target {
    name: "configuration",
    cost: 4,
    seeds: || {
        let mut seeds = bytes(&[
            "db = 'postgres://tessera:GEHEIM@db.bank.example/bank'\nreplica = 'postgres://t:GEHEIM@h/b'\n\
             listen = '0.0.0.0:80'\nproxies = ['10.0.0.1', '::1']\nzone = 'Asia/Almaty'\ncurrency = 'KZT'\n\
             patience_seconds = 5\ndrain_seconds = 10\nreplica_lag_seconds = 3\npublic_url = 'https://crm.bank.example/'\n\
             key_command = ['kms', '--quiet']\n[traces]\nendpoint = 'http://127.0.0.1:4318'\nsampled_percent = 5\n",
            "[tenants]\ndirectory = 'sqlite:FOLDER/directory.db'\nfolder = 'FOLDER'\n\
             server = 'postgres://t:GEHEIM@h/postgres'\n",
            "db = 'x'\npublic_url = 'https://a.example'\nbreached_passwords = 'FOLDER/passwords'\n[[oidc]]\nkey = 'bank'\n\
             name = 'Bank ID'\nissuer = 'https://id.example'\nclient_id = 't'\nclient_secret_file = 'FOLDER/secret'\n\
             ca_file = 'FOLDER/ca.pem'\nclaim = 'email'\nrequire_acr = 'x'\n",
        ]);
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        for name in ["one-machine/tessera.toml", "cluster/tessera.toml"] {
            seeds.push(std::fs::read(deploy.join(name)).expect("an example"));
        }
        seeds
    },
    words: &[
        "db = ",
        "[tenants]",
        "[[oidc]]",
        "9223372036854775807",
        "-1",
        "'''",
        "sqlite:",
        "postgres://",
        "http://localhost",
        "1979-05-27",
        "{",
        "true",
    ],
    run: |input| {
        let secret = written("secret", b"a secret\n");
        let folder = secret.parent().expect("a folder").display().to_string();
        written("passwords", b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3\n");
        written("ca.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        let path = written("tessera.toml", text(input).replace("FOLDER", &folder).as_bytes());
        match Config::read(&path) {
            Ok(config) => right(&config),
            Err(error) => told(&error),
        }
    },
};

/// What must hold of a configuration that was taken: what it says can be used, or is refused in words.
fn right(config: &Config) {
    config.time_zone().expect("a zone that was read is one");
    config.money().expect("a currency that was read is one");
    let (store, day) = (config.store(), Duration::from_secs(86_400));
    assert!(store.patience <= day, "{:?}", store.patience);
    assert!(store.replica.is_none_or(|replica| replica.lag_max <= day));
    if let Some(party) = config.party() {
        assert!(["http://", "https://"].iter().any(|way| party.origin.starts_with(way)));
    }
    for refused in [config.providers().err(), config.guards().err()].into_iter().flatten() {
        told(&refused);
    }
}

/// A refusal is in words, and no password stands in it but where it was taken for the name of an entry.
fn told(error: &RunError) {
    let words = error.chain();
    assert!(!words.trim().is_empty());
    let is_name = ["unknown field", "duplicate key"].iter().any(|way| words.contains(way));
    assert!(is_name || !words.contains(PASSWORD), "{words}");
}

fn plain() -> Secret<Vec<u8>> {
    Secret::new(b"thirty-two bytes of a master key".to_vec())
}

pub(super) const KEY_FILE: Target = Target {
    name: "key_file",
    cost: 4,
    seeds: || {
        let key = |n| SecretBox::new_key(&SeededEntropy::new(n)).reveal().clone();
        let (a, b) = (key(1), key(2));
        let all = [
            format!("{a}\n"),
            format!("{a}\n{b}\n"),
            format!("\n \n{b}\r\n"),
            format!("\u{feff}{a}"),
        ];
        all.map(String::into_bytes).to_vec()
    },
    words: &["\n", "\r\n", " ", "=", "==", "AAAA", "-", "_"],
    run: |input| {
        let root = FileRoot { file: written("bank.db.key", input) };
        let chance = SeededEntropy::new(3);
        let quiet = |error: &store::keys::RootError| {
            let words = error.to_string();
            assert!(words.contains("bank.db.key"), "{words}");
            let lines = text(input);
            let mut lines = lines.lines().map(str::trim).filter(|line| line.len() >= 12);
            assert!(!lines.any(|line| words.contains(line)), "a key is told: {words}");
        };
        let sealed = match root.seal(&chance, &plain()) {
            Ok(sealed) => sealed,
            Err(error) => {
                quiet(&error);
                quiet(&root.open(&[1; 80]).expect_err("no key, and it opens"));
                return;
            }
        };
        let opens =
            |sealed: &[u8]| root.open(sealed).is_ok_and(|found| found.reveal() == plain().reveal());
        assert!(opens(&sealed));
        // a key that is written stays until it is taken away, and no longer
        root.put_new(&SeededEntropy::new(4)).expect("a new key");
        assert!(opens(&sealed), "old keys still open");
        let anew = root.seal(&chance, &plain()).expect("sealed anew");
        root.drop_old().expect("the old ones go");
        assert!(opens(&anew) && !opens(&sealed));
    },
};

pub(super) const KEY_PROGRAM: Target = Target {
    name: "key_program",
    cost: 20,
    seeds: || {
        bytes(&[
            "dGhpcnR5LXR3byBieXRlcyBvZiBhIG1hc3RlciBrZXk=",
            "dGhpcnR5\r\n",
            "",
            "=",
            "what is this?!",
        ])
    },
    words: &["=", "==", "\n", "-", "_", "////"],
    run: |input| {
        let path = written("answer", input).display().to_string();
        let script = "cat >/dev/null; cat \"$0\"".to_owned();
        let root = root::named(Path::new(""), &["sh".to_owned(), "-c".to_owned(), script, path]);
        match root.open(b"sealed") {
            Ok(found) => assert!(found.reveal().len() <= input.len()),
            Err(error) => {
                let words = error.to_string();
                let answer = text(input);
                assert!(
                    words.starts_with("sh: ") && (answer.len() < 8 || !words.contains(&answer))
                );
            }
        }
    },
};

pub(super) const PASSWORDS: Target = Target {
    name: "stolen_passwords",
    cost: 4,
    seeds: || {
        bytes(&[
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3\n",
            "0000000000000000000000000000000000000000:1\r\n5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3\r\nFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:9\r\n",
            "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n",
        ])
    },
    words: &["\n", "\r\n", ":", "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"],
    run: |input| {
        let path = written("list", input);
        let Ok(list) = web::Breached::open(&path) else { return };
        for password in ["password", "", "words of my own"] {
            let is_held = list.holds(&Secret::new(password.to_owned()));
            // only what stands there is found, whatever else stands there
            let upper = text(input).to_ascii_uppercase();
            let may = password == "password"
                && upper.contains("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
            assert!(!is_held.unwrap_or(false) || may, "{password:?}");
        }
    },
};

pub(super) const PACK: Target = Target {
    name: "pack",
    cost: 8,
    seeds: || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jurisdiction/packs");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).expect("packs").map(|e| e.expect("a file").path()).collect();
        files.sort();
        let packs = files.iter().filter(|path| path.extension().is_some_and(|e| e == "toml"));
        packs.map(|path| std::fs::read(path).expect("a pack")).collect()
    },
    words: &["[[identifiers]]", "kind = ", "length", "RU", "= [", "''", "9999999999"],
    run: |input| {
        let Ok(pack) = jurisdiction::Pack::parse(&text(input)) else { return };
        for kind in &pack.identifiers {
            for raw in ["", "0", "500100732259", "АБ 123456", "\u{665}"] {
                let _ = jurisdiction::validate_identifier(&pack, &kind.kind, raw);
            }
        }
    },
};
