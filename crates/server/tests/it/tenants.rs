//! Many banks in one installation: nothing of one is reached from another, by any address, host or credential.

use std::collections::BTreeSet;
use std::path::Path;

use kernel::{Entropy, RandomEntropy};
use testkit::{Bank, Database, Kind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::command_line::{Serving, path, tessera};

/// Stands in every text of the first bank's client.
const CANARY: &str = "Канарейкина";

/// An installation in a folder, with two banks.
struct Two {
    folder: tempfile::TempDir,
    _directory: Database,
    config: String,
    server: Option<String>,
    keys: [String; 2],
    tokens: [String; 2],
    passwords: [String; 2],
}

const HOSTS: [&str; 2] = ["alpha.example", "beta.example"];

fn word() -> String {
    let mut bytes = [0_u8; 6];
    RandomEntropy.fill(&mut bytes);
    bytes.iter().map(|b| char::from(b'a' + b % 26)).collect()
}

impl Two {
    async fn make(kind: Kind) -> Two {
        let folder = tempfile::tempdir().unwrap();
        let directory = Database::new(kind).await;
        let server = (kind == Kind::Postgres).then(|| directory.url().to_owned());
        let config = path(folder.path(), "tessera.toml");
        let place = path(folder.path(), "banks");
        let server_line = server.as_ref().map(|url| format!("server = '{url}'\n"));
        let text = format!(
            "listen = '127.0.0.1:0'\nsecure_cookies = false\n[tenants]\ndirectory = '{}'\nfolder = '{place}'\n{}",
            directory.url(),
            server_line.unwrap_or_default()
        );
        std::fs::write(&config, text).unwrap();
        let keys = [format!("alpha{}", word()), format!("beta{}", word())];
        let mut passwords = Vec::new();
        for (key, host) in keys.iter().zip(HOSTS) {
            let args =
                ["tenant", "create", key, "--title", "Bank", "--host", host, "--config", &config];
            let (code, said, complaint) = tessera(&args);
            assert_eq!(code, 0, "{complaint}");
            passwords.push(said.split("password: ").nth(1).unwrap().to_owned());
        }
        let mut two = Two {
            folder,
            _directory: directory,
            config,
            server,
            keys,
            tokens: Default::default(),
            passwords: passwords.try_into().unwrap(),
        };
        two.tokens = [0, 1].map(|at| two.token(at));
        two
    }
    fn url(&self, at: usize) -> String {
        let key = &self.keys[at];
        match &self.server {
            Some(server) => {
                let base = server.rsplit_once('/').unwrap().0;
                format!("{base}/tessera_tenant_{key}")
            }
            None => format!("sqlite:{}", path(self.folder.path(), &format!("banks/{key}/bank.db"))),
        }
    }
    fn token(&self, at: usize) -> String {
        let url = self.url(at);
        let (code, said, complaint) =
            tessera(&["token", "create", "--role", "head_office", "--db", &url]);
        assert_eq!(code, 0, "{complaint}");
        said
    }
    fn tenant(&self, args: &[&str]) -> (i32, String, String) {
        tessera(&[&["tenant"], args, &["--config", &self.config]].concat())
    }
}

impl Drop for Two {
    fn drop(&mut self) {
        // databases on the server outlive the test's folder
        for key in &self.keys {
            let _ = self.tenant(&["suspend", key]);
            let _ = self.tenant(&["drop", key, "--confirm", key]);
        }
    }
}

/// Asks over a real socket; answers status and body.
async fn ask(
    address: &str,
    (method, target): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let mut request = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    socket.read_to_end(&mut reply).await.unwrap();
    let reply = String::from_utf8_lossy(&reply).into_owned();
    let status = reply.split(' ').nth(1).unwrap_or_else(|| panic!("{reply}")).parse().unwrap();
    (status, reply)
}

async fn api(
    address: &str,
    host: &str,
    token: &str,
    call: (&str, &str),
    body: &str,
) -> (u16, String) {
    let bearer = format!("Bearer {token}");
    let id = RandomEntropy.id(testkit::START).to_string();
    let headers = [
        ("host", host),
        ("authorization", &*bearer),
        ("content-type", "application/json"),
        ("idempotency-key", &*id),
    ];
    ask(address, call, &headers, body).await
}

/// A client of the first bank whose every text is a canary.
async fn canary(address: &str, token: &str) -> String {
    let body = format!(
        "{{\"kind\":\"person\",\"fields\":{{\"last_name\":\"{CANARY}\",\"first_name\":\"Анна\",\
         \"note\":\"{CANARY}\"}},\"source\":\"clerk\"}}"
    );
    let (status, reply) = api(address, HOSTS[0], token, ("POST", "/api/v1/clients"), &body).await;
    assert_eq!(status, 201, "{reply}");
    let body = reply.split("\r\n\r\n").nth(1).unwrap();
    let start = body.find("\"id\":\"").unwrap() + 6;
    body[start..start + 36].to_owned()
}

/// Every route of the program, with the canary's id in each place for an id.
async fn routes(id: &str) -> Vec<(&'static str, String)> {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let fill = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') { id } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    bank.app.routes.iter().map(|route| (route.method, fill(route.path))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_one_bank_leads_into_another() {
    for kind in testkit::kinds() {
        println!("-- on {kind:?}");
        let two = Two::make(kind).await;
        let mut serving = Serving::start(&["serve", "--config", &two.config]);
        let address = serving.says("ready http://");
        let id = canary(&address, &two.tokens[0]).await;
        let place = format!("/api/v1/clients/{id}");
        let (status, own) = api(&address, HOSTS[0], &two.tokens[0], ("GET", &place), "").await;
        assert!(status == 200 && own.contains(CANARY), "{own}");
        let routes = routes(&id).await;
        assert!(routes.len() > 200, "{}", routes.len());
        let mut codes = BTreeSet::new();
        for (method, target) in &routes {
            let call = (*method, target.as_str());
            // another bank's credential is nobody's
            let (status, reply) = api(&address, HOSTS[1], &two.tokens[0], call, "{}").await;
            assert!(!reply.contains(CANARY), "{method} {target}");
            if target.starts_with("/api/v1/") && !target.ends_with("openapi.json") {
                assert_eq!(status, 401, "{method} {target}: {reply}");
            }
            if !target.contains(&id) {
                continue;
            }
            // and one's own reaches nothing of another bank
            let (status, reply) = api(&address, HOSTS[1], &two.tokens[1], call, "{}").await;
            assert!(!reply.contains(CANARY), "{method} {target}");
            assert!(status < 500, "{method} {target}: {status}");
            codes.insert(status);
        }
        println!("{} routes, answers {codes:?}", routes.len());
        let (status, _) = api(&address, HOSTS[1], &two.tokens[1], ("GET", &place), "").await;
        assert_eq!(status, 404);
        let (_, found) =
            api(&address, HOSTS[1], &two.tokens[1], ("GET", "/api/v1/clients"), "").await;
        assert!(!found.contains(CANARY) && found.contains("200"), "{found}");
        let (_, still) = api(&address, HOSTS[0], &two.tokens[0], ("GET", &place), "").await;
        assert!(still.contains(CANARY), "{still}");
        hosts(&address, &two, &place).await;
        let (well, complaint) = serving.stop();
        assert!(well, "{complaint}");
    }
}

/// What a request says beside its host opens nothing.
async fn hosts(address: &str, two: &Two, place: &str) {
    let bearer = format!("Bearer {}", two.tokens[0]);
    for headers in [
        &[("host", HOSTS[1]), ("x-forwarded-host", HOSTS[0])][..],
        &[("host", HOSTS[1]), ("forwarded", "host=alpha.example")],
        &[("host", "gamma.example")],
        &[("host", "alpha.example.evil.example")],
        &[("host", "127.0.0.1")],
        &[("host", "")],
    ] {
        let headers = [headers, &[("authorization", &*bearer)]].concat();
        let (status, reply) = ask(address, ("GET", place), &headers, "").await;
        assert!(matches!(status, 400 | 401 | 404), "{headers:?}: {status}");
        assert!(!reply.contains(CANARY), "{headers:?}");
    }
    let (status, _) = ask(address, ("GET", "/health"), &[("host", "10.0.0.1")], "").await;
    assert_eq!(status, 200);
    // the password of one bank's administrator is no password of the other's, and his session no session
    let form = format!("login=admin&password={}", two.passwords[0]);
    let sign_in = async |host: &str| {
        let headers = [("host", host), ("content-type", "application/x-www-form-urlencoded")];
        ask(address, ("POST", "/sign-in"), &headers, &form).await
    };
    assert_eq!(sign_in(HOSTS[1]).await.0, 422);
    let (status, reply) = sign_in(HOSTS[0]).await;
    assert_eq!(status, 303, "{reply}");
    let sid = reply.lines().find_map(|l| l.strip_prefix("set-cookie: sid=")).unwrap();
    let cookie = format!("sid={}", sid.split(';').next().unwrap());
    let at = async |host: &str| {
        let headers = [("host", host), ("cookie", &*cookie)];
        ask(address, ("GET", "/me/password"), &headers, "").await
    };
    assert_eq!(at(HOSTS[0]).await.0, 200);
    let (status, reply) = at(HOSTS[1]).await;
    assert!(status == 303 && reply.contains("/sign-in"), "{status} {reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_is_made_suspended_taken_along_and_destroyed() {
    for kind in testkit::kinds() {
        println!("-- on {kind:?}");
        let two = Two::make(kind).await;
        let [alpha, beta] = &two.keys;
        let said = two.tenant(&["list"]).1;
        for part in [alpha, beta, "active", HOSTS[0], HOSTS[1]] {
            assert!(said.contains(part), "{part}: {said}");
        }
        for (key, host) in
            [(alpha.as_str(), "c.example"), ("gamma", HOSTS[0]), ("../x", "d.example")]
        {
            let (code, _, complaint) =
                two.tenant(&["create", key, "--title", "Bank", "--host", host]);
            assert_eq!(code, 2, "{key}: {complaint}");
        }
        // a folder the directory has lost is in nobody's way, and stays whole
        let lost = two.folder.path().join("banks").join("lost");
        std::fs::create_dir(&lost).unwrap();
        std::fs::write(lost.join("bank.db.key"), "precious").unwrap();
        let asked = ["create", "lost", "--title", "Bank", "--host", "lost.example"];
        let (code, _, complaint) = two.tenant(&asked);
        assert_eq!(code, 2, "{complaint}");
        assert_eq!(std::fs::read_to_string(lost.join("bank.db.key")).unwrap(), "precious");
        assert!(!two.tenant(&["list"]).1.contains("lost"), "it was not entered");
        let mut serving = Serving::start(&["serve", "--config", &two.config]);
        let address = serving.says("ready http://");
        let id = canary(&address, &two.tokens[0]).await;
        let place = format!("/api/v1/clients/{id}");
        export(&two, alpha);
        let file = path(two.folder.path(), "alpha.backup");
        let (code, said, complaint) = two.tenant(&["backup", alpha, &file]);
        assert_eq!((code, said.contains(" rows of ")), (0, true), "{complaint}");
        // a bank in use is not destroyed, nor by a slip of the hand
        assert_eq!(two.tenant(&["drop", alpha, "--confirm", alpha]).0, 2);
        assert_eq!(two.tenant(&["suspend", alpha]).0, 0);
        wait(&address, &two, &place, 404).await;
        assert_eq!(two.tenant(&["drop", alpha, "--confirm", beta]).0, 2);
        assert_eq!(two.tenant(&["resume", alpha]).0, 0);
        wait(&address, &two, &place, 200).await;
        assert_eq!(two.tenant(&["suspend", alpha]).0, 0);
        wait(&address, &two, &place, 404).await;
        assert_eq!(two.tenant(&["drop", alpha, "--confirm", alpha]).0, 0);
        assert!(!two.folder.path().join("banks").join(alpha).exists());
        assert_eq!(tessera(&["journal", "verify", "--db", &two.url(0)]).0, 2, "it is gone");
        let (status, _) =
            api(&address, HOSTS[1], &two.tokens[1], ("GET", "/api/v1/clients"), "").await;
        assert_eq!(status, 200, "the other goes on");
        assert_eq!(tessera(&["journal", "verify", "--db", &two.url(1)]).0, 0);
        let (well, complaint) = serving.stop();
        assert!(well, "{complaint}");
    }
}

/// Asks until the answer is the expected one: the directory is read every two seconds.
async fn wait(address: &str, two: &Two, place: &str, expected: u16) {
    for _ in 0..20_000 {
        let (status, _) = api(address, HOSTS[0], &two.tokens[0], ("GET", place), "").await;
        if status == expected {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never {expected}");
}

/// What a bank takes along is all of its data, readable, without what would let others in.
fn export(two: &Two, alpha: &str) {
    let dir = path(two.folder.path(), "out");
    let (code, said, complaint) = two.tenant(&["export", alpha, &dir]);
    assert_eq!(code, 0, "{said} {complaint}");
    let read = |name: &str| std::fs::read_to_string(Path::new(&dir).join(name)).unwrap();
    assert!(read("client.jsonl").contains(CANARY));
    let journal = read("journal_entry.jsonl");
    assert!(journal.contains(CANARY) && !journal.contains("sealed:1:"), "{journal}");
    assert!(!read("staff.jsonl").contains("argon2"));
    for gone in ["data_key", "master_key", "session", "api_token", "totp"] {
        assert!(!Path::new(&dir).join(format!("{gone}.jsonl")).exists(), "{gone}");
    }
    assert_eq!(two.tenant(&["export", alpha, &dir]).0, 2, "never over another");
}
