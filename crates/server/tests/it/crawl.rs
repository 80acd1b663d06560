//! Whoever follows every link he is shown comes to no page that fails: at the centre, and at a branch, which has only a part of the
//! bank's rows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use spine::org::{BuiltInRole, ROLES};
use testkit::Browser;
use uuid::Uuid;

use crate::browser::nodes::branch_of;
use crate::browser::site::Site;

/// Pages of one kind that are opened at most.
const OF_A_KIND: u32 = 3;
/// Pages one person opens at most.
const PAGES_MAX: usize = 600;
/// What leads to another page or to a part of this one.
const LEADS: [&str; 6] = [
    "href=\"",
    "data-href=\"",
    "data-dialog-src=\"",
    "data-later-src=\"",
    "data-live-src=\"",
    "data-src=\"",
];

/// The kind of a page: its address without what stands for one thing, and the names of what is asked.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| {
        if Uuid::try_parse(part).is_ok() { "{id}".to_owned() } else { part.to_owned() }
    };
    let parts: Vec<String> = path.split('/').map(part).collect();
    let asked: BTreeSet<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{} {asked:?}", parts.join("/"))
}

/// Where a page leads to within the product, to look only.
fn links(page: &str) -> Vec<String> {
    let mut all = Vec::new();
    for lead in LEADS {
        for rest in page.split(lead).skip(1) {
            let to = rest.split('"').next().unwrap_or("").replace("&amp;", "&");
            let to = to.split('#').next().unwrap_or("").to_owned();
            let is_ours = to.starts_with('/') && !to.starts_with("//");
            if is_ours && !to.starts_with("/assets/") && !to.starts_with("/live") {
                all.push(to);
            }
        }
    }
    all
}

/// What a role comes to: addresses of pages, and those that failed.
async fn walk(site: &Site, role: &str) -> (usize, Vec<String>) {
    let mut browser = Browser::new(site.router.clone());
    let signed_in = browser.post("/demo/sign-in", &[("role", role)]).await;
    assert_eq!(signed_in.status, 303, "{role}: {}", signed_in.gist());
    let mut seen = BTreeSet::from(["/".to_owned()]);
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    let (mut waiting, mut failed, mut opened) = (VecDeque::from(["/".to_owned()]), Vec::new(), 0);
    while let Some(path) = waiting.pop_front().filter(|_| opened < PAGES_MAX) {
        let reply = browser.get(&path).await;
        opened += 1;
        if reply.status >= 500 {
            failed.push(format!("{role} {path}: {} {}", reply.status, reply.gist()));
        }
        for link in links(&reply.body) {
            let of_a_kind = kinds.entry(kind(&link)).or_default();
            if *of_a_kind < OF_A_KIND && seen.insert(link.clone()) {
                *of_a_kind += 1;
                waiting.push_back(link);
            }
        }
    }
    (opened, failed)
}

async fn no_page_fails(site: &Site) {
    for BuiltInRole { key: role, .. } in ROLES {
        let (opened, failed) = walk(site, role).await;
        assert!(opened > 15, "{role} came to {opened} pages only");
        assert!(failed.is_empty(), "of {opened} pages: {failed:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_branch_no_link_leads_to_a_page_that_fails() {
    let centre = Box::pin(Site::open()).await;
    let site = Box::pin(branch_of(&centre)).await;
    no_page_fails(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_centre_no_link_leads_to_a_page_that_fails() {
    let site = Box::pin(Site::open()).await;
    no_page_fails(&site).await;
}
