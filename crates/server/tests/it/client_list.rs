//! The client list: who sees whom, paging, filters, views, bulk actions and exports, through the pages.

use std::collections::BTreeMap;

use kernel::ClientId;
use parties::client::commands::RegisterClient;
use store::{Read, params};
use testkit::{Bank, Browser};

use crate::support::{both, number};

struct New<'a> {
    name: &'a str,
    branch: &'a str,
    manager: Option<&'a str>,
    segment: &'a str,
}

async fn client(bank: &Bank, new: New<'_>) -> ClientId {
    let fields = [("last_name", new.name), ("segment", new.segment), ("status", "active")];
    let register = RegisterClient {
        kind: "person".to_owned(),
        fields: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        branch_id: Some(bank.branch(new.branch)),
        manager_id: new.manager.map(|login| bank.user(login)),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute("head_office", &register).await.unwrap()
}

/// One client in every corner the scopes differ by.
async fn corners(bank: &Bank) -> BTreeMap<&'static str, ClientId> {
    let places = [
        ("Own", "01", Some("manager")),
        ("Team", "01", Some("manager_team")),
        ("Branch", "01", None),
        ("Region", "02", Some("manager_near")),
        ("Far", "03", Some("manager_far")),
        ("Moved", "03", Some("manager")),
    ];
    let mut made = BTreeMap::new();
    for (name, branch, manager) in places {
        let segment = if name == "Own" { "vip" } else { "mass" };
        made.insert(name, client(bank, New { name, branch, manager, segment }).await);
    }
    made
}

/// Ids of the rows, in the order of the page.
fn rows(html: &str) -> Vec<String> {
    let links = html.split("class=\"row-link\" href=\"/clients/").skip(1);
    links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn names(html: &str, made: &BTreeMap<&'static str, ClientId>) -> Vec<&'static str> {
    let shown = rows(html);
    made.iter().filter(|(_, id)| shown.contains(&id.to_string())).map(|(name, _)| *name).collect()
}

/// The address of the page's link to the next or previous page.
fn turn(html: &str, rel: &str) -> Option<String> {
    let before = html.split_once(&format!("\" rel=\"{rel}\""))?.0;
    Some(before.rsplit_once("href=\"")?.1.replace("&amp;", "&"))
}

async fn open(bank: &Bank, login: &str, path: &str) -> String {
    bank.client(login).await.get(path).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_clients_of_his_scope() {
    both(async |bank: &Bank| {
        let made = corners(bank).await;
        for sort in ["name", "-name", "since", "-updated"] {
            let see = async |login| {
                names(&open(bank, login, &format!("/clients?sort={sort}")).await, &made)
            };
            assert_eq!(see("manager").await, ["Branch", "Moved", "Own", "Team"], "{sort}");
            assert_eq!(see("regional_head").await, ["Branch", "Own", "Region", "Team"], "{sort}");
            assert_eq!(see("head_office").await.len(), 6, "{sort}");
            assert_eq!(see("partner").await, Vec::<&str>::new(), "{sort}");
        }
        // a condition never widens the scope
        let far = bank.user("manager_far");
        let path = format!("/clients?field=manager&op=is&value={far}");
        assert_eq!(names(&open(bank, "manager", &path).await, &made), Vec::<&str>::new());
        assert_eq!(
            names(&open(bank, "manager", "/clients?q=Far").await, &made),
            Vec::<&str>::new()
        );
        assert_eq!(names(&open(bank, "head_office", "/clients?q=Far").await, &made), ["Far"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_choose_and_unclear_ones_show_nobody() {
    both(async |bank: &Bank| {
        let made = corners(bank).await;
        let see = async |query: &str| {
            names(&open(bank, "head_office", &format!("/clients?{query}")).await, &made)
        };
        assert_eq!(see("field=segment&op=is&value=vip").await, ["Own"]);
        assert_eq!(see("field=segment&op=is-not&value=mass").await, ["Own"]);
        let either = "field=segment&op=is&value=vip&field=segment&op=is&value=mass";
        assert_eq!(see(either).await.len(), 6);
        assert_eq!(see("field=manager&op=is&value=none").await, ["Branch"]);
        let near = bank.branch("02");
        assert_eq!(see(&format!("field=branch&op=is&value={near}")).await, ["Region"]);
        assert_eq!(see("field=phone&op=filled&value=").await, Vec::<&str>::new());
        assert_eq!(see("field=since&op=empty&value=").await.len(), 6);
        assert_eq!(see("field=updated&op=before&value=-1").await, Vec::<&str>::new());
        assert_eq!(see("field=product&op=has-not&value=loan").await.len(), 6);
        assert_eq!(see("field=next_step&op=empty&value=").await.len(), 6);
        let mine = "field=manager&op=is&value=me";
        assert_eq!(
            names(&open(bank, "manager", &format!("/clients?{mine}")).await, &made),
            ["Moved", "Own"]
        );
        let mut browser = bank.client("head_office").await;
        for bad in [
            "field=segment&op=is&value=gold",
            "field=1=1&op=is&value=x",
            "field=age&op=at-least&value=-5",
        ] {
            let reply = browser.get(&format!("/clients?{bad}")).await;
            assert_eq!((reply.status, rows(&reply.body).len()), (422, 0), "{bad}");
            assert_eq!(browser.get(&format!("/clients/export?{bad}")).await.status, 422, "{bad}");
        }
    })
    .await;
}

/// Walks the list to its end and back; answers the rows met on the way there.
async fn walk(browser: &mut Browser, query: &str) -> Vec<String> {
    let mut page = browser.get(&format!("/clients?{query}")).await.ok();
    assert_eq!(turn(&page, "prev"), None, "{query}");
    let mut pages = vec![rows(&page)];
    while let Some(href) = turn(&page, "next") {
        page = browser.get(&href).await.ok();
        pages.push(rows(&page));
    }
    for expected in pages.iter().rev().skip(1) {
        page = browser.get(&turn(&page, "prev").unwrap()).await.ok();
        assert_eq!(&rows(&page), expected, "{query}");
    }
    assert_eq!(turn(&page, "prev"), None, "{query}");
    pages.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_order_pages_there_and_back_without_loss() {
    both(async |bank: &Bank| {
        for n in 0..55 {
            let name = format!("Client {:02}", n * 7 % 30);
            let (branch, manager) = match n % 3 {
                0 => ("01", None),
                1 => ("02", Some("manager")),
                _ => ("01", Some("manager")),
            };
            client(bank, New { name: &name, branch, manager, segment: "mass" }).await;
            bank.clock.advance_seconds(n % 2);
        }
        let mut browser = bank.client("manager").await;
        let mut by_name = Vec::new();
        for sort in ["name", "-name", "since", "-since", "updated", "-updated"] {
            let mut met = walk(&mut browser, &format!("size=25&sort={sort}")).await;
            assert_eq!(met.len(), 55, "{sort}");
            if sort == "name" {
                by_name.clone_from(&met);
            }
            if sort == "-name" {
                assert!(met.iter().rev().eq(by_name.iter()));
            }
            met.sort_unstable();
            met.dedup();
            assert_eq!(met.len(), 55, "{sort}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_keep_to_their_own_scope_and_are_journalled() {
    both(async |bank: &Bank| {
        corners(bank).await;
        let evil = New { name: "=1+1", branch: "01", manager: Some("manager"), segment: "mass" };
        client(bank, evil).await;
        let mut browser = bank.client("manager").await;
        let reply = browser.get("/clients/export?format=csv").await;
        assert!(reply.header("content-disposition").contains("clients-2026-11-23.csv"));
        let csv = reply.ok();
        assert!(
            csv.starts_with('\u{feff}') && csv.contains("'=1+1") && csv.contains(";Own;"),
            "{csv}"
        );
        // the manager sees his branch but may export only his own clients
        assert_eq!(csv.trim_end().lines().count(), 1 + 3, "{csv}");
        let book = browser.get("/clients/export?format=xlsx").await;
        assert!(book.status == 200 && book.bytes.starts_with(b"PK"));
        let filter = "select count(*) from journal_entry where entity = 'client_export'";
        assert_eq!(number(bank, filter).await, 4);
        let sql = "select changes from journal_entry where entity = 'client_export' order by seq";
        let mut db = bank.services.reader.clone();
        let notes = db.query(sql, params![]).await.unwrap();
        let notes: Vec<String> = notes.into_iter().map(|row| row.one().unwrap()).collect();
        assert!(notes[0].contains("csv") && notes[1].contains("\"rows\":[null,3]"), "{notes:?}");
        // rows that were chosen from another scope are left out, not refused: a page may show more
        let everybody = rows(&open(bank, "head_office", "/clients").await);
        let ids: Vec<(&str, &str)> = everybody.iter().map(|id| ("id", id.as_str())).collect();
        let chosen = [vec![("format", "csv")], ids].concat();
        let csv = browser.post("/clients/export", &chosen).await.ok();
        assert_eq!(csv.trim_end().lines().count(), 1 + 3, "{csv}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_kept_shared_and_deleted() {
    both(async |bank: &Bank| {
        corners(bank).await;
        let query = "field=segment&op=is&value=vip";
        let mut head = bank.client("branch_head").await;
        let dialog = head.get_part(&format!("/clients/views/new?query={query}")).await.ok();
        assert!(dialog.contains("dialog-title"), "{dialog}");
        let empty =
            head.post("/clients/views", &[("_id", &bank.form_id()), ("query", query)]).await;
        assert_eq!(empty.status, 422);
        let save = async |browser: &mut Browser, title: &str, shared: &str| {
            let id = bank.form_id();
            let form =
                [("_id", id.as_str()), ("query", query), ("title", title), ("shared", shared)];
            browser.post("/clients/views", &form).await
        };
        let saved = save(&mut head, "Top people", "").await;
        assert_eq!(saved.location(), format!("/clients?{query}"));
        let mut other = bank.client("manager").await;
        assert!(head.get("/clients").await.ok().contains("Top people"));
        assert!(!other.get("/clients").await.ok().contains("Top people"));
        // the same name again replaces it; sharing needs its permission
        save(&mut head, "Top people", "on").await;
        assert_eq!(number(bank, "select count(*) from saved_view").await, 1);
        assert!(other.get("/clients").await.ok().contains("Top people"));
        assert_eq!(save(&mut other, "Mine", "on").await.status, 403);
        let sql = "select id from saved_view";
        let row = bank.services.reader.clone().first(sql, params![]).await.unwrap().unwrap();
        let id: kernel::ViewId = row.one().unwrap();
        let remove = async |browser: &mut Browser| {
            let form = bank.form_id();
            browser.post(&format!("/clients/views/{id}/delete"), &[("_id", &form)]).await.status
        };
        assert_eq!(remove(&mut other).await, 404);
        assert_eq!(remove(&mut head).await, 303);
        assert_eq!(number(bank, "select count(*) from saved_view").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_rows_are_given_to_a_manager_and_set_to_a_segment() {
    both(async |bank: &Bank| {
        let made = corners(bank).await;
        let (own, branch) = (made["Own"].to_string(), made["Branch"].to_string());
        let far = made["Far"].to_string();
        let mut head = bank.client("branch_head").await;
        let dialog = head.get(&format!("/clients/bulk/assign?id={own}&id={branch}")).await.ok();
        assert!(dialog.contains(&format!("value=\"{branch}\"")), "{dialog}");
        let manager = bank.user("manager_same").to_string();
        let back = "/clients?sort=-updated";
        let post =
            async |browser: &mut Browser, path: &str, ids: &[&str], more: &[(&str, &str)]| {
                let form_id = bank.form_id();
                let mut form = vec![("_id", form_id.as_str()), ("back", back)];
                form.extend(ids.iter().map(|id| ("id", *id)));
                form.extend_from_slice(more);
                browser.post(path, &form).await
            };
        let assign = "/clients/bulk/assign";
        let both_ids = [own.as_str(), branch.as_str()];
        let nothing = post(&mut head, assign, &both_ids, &[]).await;
        assert_eq!(nothing.status, 422);
        let done = post(&mut head, assign, &both_ids, &[("manager_id", &manager)]).await;
        assert_eq!(done.location(), back);
        let sql = "select count(*) from client where manager_id = $1";
        let mut db = bank.services.reader.clone();
        let row = db.first(sql, params![bank.user("manager_same")]).await.unwrap().unwrap();
        assert_eq!(row.one::<i64>().unwrap(), 2);
        // one client outside the scope refuses the whole action
        let outside = post(&mut head, assign, &[&own, &far], &[("manager_id", &manager)]).await;
        assert_eq!(outside.status, 404);
        let segment = "/clients/bulk/segment";
        let done = post(&mut head, segment, &both_ids, &[("segment", "premium")]).await;
        assert_eq!(done.status, 303);
        let premium = "select count(*) from client where segment = 'premium'";
        assert_eq!(number(bank, premium).await, 2);
        let evil = post(&mut head, segment, &both_ids, &[("segment", "gold")]).await;
        assert_eq!(evil.status, 422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_chosen_and_empty_lists_say_what_to_do() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("head_office").await;
        let page = browser.get("/clients").await.ok();
        assert!(page.contains("No clients yet") && page.contains("href=\"/clients/new\""));
        let none = browser.get("/clients?field=segment&op=is&value=vip").await.ok();
        assert!(none.contains("Nobody fits") && none.contains("Clear filter"));
        corners(bank).await;
        let form =
            [("query", "field=segment&op=is&value=vip"), ("col", "number"), ("col", "email")];
        let reply = browser.post("/clients/columns", &form).await;
        let place = reply.location().to_owned();
        assert!(place.contains("cols=name%2Cnumber%2Cemail"), "{place}");
        let page = browser.get(&place).await.ok();
        assert_eq!(rows(&page).len(), 1);
        assert!(page.contains("data-live=\"kind:client\""));
    })
    .await;
}
