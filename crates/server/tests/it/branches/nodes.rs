//! The pages of nodes at the centre, and the same in the API.

use branch::code::Code;
use branch::envelope::Keys;
use branch::first_file;
use kernel::SeededEntropy;
use spine::replica::branch::first_word;
use spine::replica::nodes;
use store::{Read, params};
use testkit::Bank;

use super::rig::Rig;
use crate::api::Rights;
use crate::support::{both, force, number};

const NEW: &str = "/admin/nodes/new";

/// The code on a page.
fn code_on(page: &str) -> String {
    let begin = page.find("data-copy=\"").expect("a code to copy") + "data-copy=\"".len();
    page[begin..].split('"').next().unwrap().to_owned()
}

async fn kept_hash(bank: &Bank, name: &str) -> Vec<u8> {
    let sql = "select code_hash from branch_node where name = $1";
    let row = bank.services.reader.clone().first(sql, params![name]).await.unwrap().unwrap();
    row.one().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_invited_with_a_code_that_is_shown_once() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let empty = admin.get("/admin/nodes").await.ok();
        assert!(empty.contains("No nodes yet"), "{empty}");
        let branch = bank.branch("02").to_string();
        let id = bank.form_id();
        let wrong =
            [("_id", id.as_str()), ("branch_id", ""), ("name", "tver-1"), ("lease_hours", "x")];
        let refused = admin.post(NEW, &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("value=\"tver-1\""), "what was typed is kept");
        let form = [
            ("_id", id.as_str()),
            ("branch_id", branch.as_str()),
            ("name", "tver-1"),
            ("lease_hours", "48"),
        ];
        let made = admin.post(NEW, &form).await;
        assert_eq!(made.header("cache-control"), "no-store");
        let made = made.ok();
        let code = code_on(&made);
        assert!(made.contains(&format!(
            "tessera branch enrol --centre https://bank.test --code {code} --data "
        )));
        let read = Code::parse(&code).unwrap();
        assert_eq!(kept_hash(bank, "tver-1").await, Code::hash(read.secret()));
        let hub = bank.services.memory.get::<branch::Hub>().unwrap();
        assert_eq!(read.centre, hub.public().print(), "the code names this centre");
        let list = admin.get("/admin/nodes").await.ok();
        assert!(list.contains("tver-1") && list.contains("invited") && !list.contains(&code));
        let taken = [("_id", &*bank.form_id()), form[1], form[2], form[3]];
        let taken = admin.post(NEW, &taken).await;
        assert!(taken.status == 422 && taken.body.contains("This name is taken"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_line_enrols_on_the_pages() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let (id, branch) = (bank.form_id(), bank.branch("02").to_string());
        let form =
            [("_id", id.as_str()), ("branch_id", &branch), ("name", "far"), ("lease_hours", "72")];
        let made = admin.post(NEW, &form).await.ok();
        let code = code_on(&made);
        assert!(
            made.contains(&format!("--keys centre.tessera --into hello.tessera --code {code}"))
        );
        let code = Code::parse(&code).unwrap();
        let keys = admin.get("/admin/nodes/keys").await;
        assert!(keys.header("content-disposition").contains("centre.tessera"));
        let centre = first_file::keys_in(&keys.bytes, &code).unwrap();
        let own = Keys::new(&SeededEntropy::new(77));
        let first = first_word(&bank.services, "test").await.unwrap();
        let hello = first_file::introduce((&own, &centre), &code, first).unwrap();
        let hash = Code::hash(code.secret());
        let node = nodes::of_code(&mut bank.services.reader.clone(), hash).await.unwrap().unwrap();
        let page = format!("/admin/nodes/{node}");
        assert!(admin.get(&page).await.ok().contains("Without a line the node enrols by files"));
        let (take, id) = (format!("{page}/file"), bank.form_id());
        let sent = ("file", "hello.tessera", hello.as_slice());
        let back = admin.upload(&take, &[("_id", &id)], sent).await;
        assert_eq!(back.status, 200, "{}", back.body);
        assert_eq!(back.header("cache-control"), "private, no-store");
        let (welcome, carried) = first_file::welcomed((&own, &centre), &back.bytes).unwrap();
        assert_eq!((welcome.who.node, welcome.who.name.as_str()), (node, "far"));
        assert!(!carried.first.tables.is_empty(), "with the first copy");
        assert!(!admin.get(&page).await.ok().contains("Without a line the node enrols by files"));
        let mut head = bank.client("branch_head").await;
        assert_eq!(head.get("/admin/nodes/keys").await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_needs_attention_stands_first_and_says_why() {
    both(async |bank: &Bank| {
        let mut rigs = Vec::new();
        for branch in ["01", "02", "03"] {
            let rig = Rig::new(bank, branch).await;
            rig.say(bank.services.clock.now(), Vec::new()).await;
            rigs.push(rig);
        }
        let mut admin = bank.client("administrator").await;
        let order = |page: &str| {
            let place = |rig: &Rig| page.find(&format!("/admin/nodes/{}", rig.who.node)).unwrap();
            let mut all: Vec<&str> = vec!["01", "02", "03"];
            all.sort_by_key(|code| place(rigs.iter().find(|r| r.who.name == *code).unwrap()));
            all.join(" ")
        };
        let page = admin.get("/admin/nodes").await.ok();
        assert_eq!(order(&page), "01 02 03");
        assert!(!page.contains("silent"), "{page}");
        let hour = 3_600_000_000_i64;
        let old = bank.services.clock.now().micros() - 30 * hour;
        force(
            bank,
            "update branch_node set seen_at = seen_at - $1 where name = '03'",
            params![hour],
        )
        .await;
        force(
            bank,
            "update branch_node set pending = 4, oldest_at = $1 where name = '02'",
            params![old],
        )
        .await;
        let page = admin.get("/admin/nodes").await.ok();
        assert_eq!(order(&page), "03 02 01");
        assert!(page.contains("silent") && page.contains("not sent for over a day"));
        let one = admin.get(&format!("/admin/nodes/{}", rigs[1].who.node)).await.ok();
        assert!(one.contains("not sent for over a day") && one.contains("0.3.0"), "{one}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutting_out_is_asked_for_and_final() {
    both(async |bank: &Bank| {
        let rig = Rig::new(bank, "01").await;
        let mut officer = bank.client("security_officer").await;
        let page = format!("/admin/nodes/{}", rig.who.node);
        let asks = officer.get(&format!("{page}/revoke")).await.ok();
        assert!(asks.contains("This cannot be undone"));
        let active = "select count(*) from branch_node where state = 'active'";
        assert_eq!(number(bank, active).await, 1, "asking does nothing");
        let id = bank.form_id();
        let done = officer.post(&format!("{page}/revoke"), &[("_id", id.as_str())]).await;
        assert_eq!((done.status, done.location()), (303, page.as_str()));
        assert_eq!(number(bank, active).await, 0);
        let shown = officer.get(&page).await.ok();
        assert!(shown.contains("shut out") && !shown.contains(&format!("{page}/revoke")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_looks_after_nodes() {
    both(async |bank: &Bank| {
        let rig = Rig::new(bank, "01").await;
        let one = format!("/admin/nodes/{}", rig.who.node);
        for login in ["branch_head", "head_office", "auditor", "clerk"] {
            let mut browser = bank.client(login).await;
            for path in ["/admin/nodes", NEW, &one, &format!("{one}/revoke")] {
                assert_eq!(browser.get(path).await.status, 403, "{login} {path}");
            }
            let id = bank.form_id();
            let shut = browser.post(&format!("{one}/revoke"), &[("_id", id.as_str())]).await;
            assert_eq!(shut.status, 403, "{login}");
            assert!(!browser.get("/").await.body.contains("/admin/nodes"), "{login}");
        }
        assert_eq!(
            number(bank, "select count(*) from branch_node where state = 'active'").await,
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_invites_and_shuts_out_and_hears_a_code_once() {
    both(async |bank: &Bank| {
        let rights = Rights { services: &bank.services };
        let role = rights.all().await;
        let mut program = bank.stranger();
        program.set_token(&rights.token(&role).await);
        let branch = bank.branch("01");
        let body = format!("{{\"branch_id\": \"{branch}\", \"name\": \"n1\"}}");
        let made = program.post_json("/api/v1/branch-nodes", &body).await.ok();
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        let code = Code::parse(made["code"].as_str().unwrap()).unwrap();
        assert_eq!(kept_hash(bank, "n1").await, Code::hash(code.secret()));
        let id = made["id"].as_str().unwrap();
        let list = program.get("/api/v1/branch-nodes").await.ok();
        assert!(list.contains(id) && list.contains("\"state\":\"invited\""), "{list}");
        let path = format!("/api/v1/branch-nodes/{id}");
        let gone = program.send(http::Method::DELETE, &path, axum::body::Body::empty(), &[]).await;
        assert_eq!(gone.status, 204, "{}", gone.body);
        assert!(program.get(&path).await.ok().contains("\"state\":\"revoked\""));
    })
    .await;
}

const TOLD: &str = "select count(*) from notice where kind = 'branch-silent'";
const SILENT: &str = "select count(*) from branch_node_silent";

/// So many minutes later the jobs that are due have run.
async fn later(bank: &Bank, minutes: i64) {
    bank.clock.advance_seconds(minutes * 60);
    bank.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_told_once_to_those_who_look_after_nodes() {
    both(async |bank: &Bank| {
        let rig = Rig::new(bank, "01").await;
        let heard = async || rig.say(bank.services.clock.now(), Vec::new()).await;
        heard().await;
        later(bank, 14).await;
        assert_eq!((number(bank, TOLD).await, number(bank, SILENT).await), (0, 0));
        later(bank, 2).await;
        let people = number(bank, TOLD).await;
        assert_eq!((people, number(bank, SILENT).await), (2, 1));
        let mut admin = bank.client("administrator").await;
        assert!(admin.get("/me/notices").await.ok().contains("has not been heard for 16 min"));
        later(bank, 30).await;
        assert_eq!(number(bank, TOLD).await, people, "once for one silence");
        heard().await;
        later(bank, 2).await;
        assert_eq!(number(bank, SILENT).await, 0, "it is heard again");
        later(bank, 16).await;
        assert_eq!(number(bank, TOLD).await, 2 * people, "another silence");
        // a branch that may be silent for longer, and one that works at the centre
        heard().await;
        let page = format!("/admin/nodes/{}", rig.who.node);
        let ask = format!("{page}/silence");
        assert!(admin.get(&ask).await.ok().contains("name=\"minutes\""));
        let id = bank.form_id();
        for wrong in ["x", "0", "9999999"] {
            let refused = admin.post(&ask, &[("_id", &id), ("minutes", wrong)]).await;
            assert_eq!(refused.status, 422, "{wrong}");
        }
        let done = admin.post(&ask, &[("_id", &id), ("minutes", "60")]).await;
        assert_eq!((done.status, done.location()), (303, page.as_str()));
        later(bank, 40).await;
        assert_eq!((number(bank, TOLD).await, number(bank, SILENT).await), (2 * people, 0));
        later(bank, 30).await;
        assert_eq!((number(bank, TOLD).await, number(bank, SILENT).await), (3 * people, 1));
        force(bank, "update branch set mode = 'centralised'", &[]).await;
        later(bank, 2).await;
        assert_eq!(number(bank, SILENT).await, 0, "nobody misses it");
        // nobody is signed in for so long
        let page = bank.client("administrator").await.get(&page).await.ok();
        assert!(page.contains("at the centre"), "{page}");
    })
    .await;
}
