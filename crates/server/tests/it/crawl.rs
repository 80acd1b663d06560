//! Whoever follows the links he is shown, some of each kind, comes to no page that fails or is not there: at the centre, and at a
//! branch, which has only a part of the bank's rows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use spine::org::{BuiltInRole, ROLES};
use testkit::{Browser, Reply};
use uuid::Uuid;

use crate::browser::nodes::branch_of;
use crate::browser::site::Site;

/// Pages of one kind that are opened at most.
const OF_A_KIND: u32 = 3;
/// Pages one person opens at most.
const PAGES_MAX: usize = 2_000;
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

/// Where a page leads to within the product, to look only; `page` is its address.
fn links(page: &str, reply: &Reply) -> Vec<String> {
    let here = page.split('?').next().unwrap_or(page);
    let mut all = Vec::new();
    let redirect = reply.header("location").to_owned();
    let leads = LEADS.iter().flat_map(|lead| reply.body.split(lead).skip(1));
    let written = leads.map(|rest| rest.split('"').next().unwrap_or("").replace("&amp;", "&"));
    for to in written.chain([redirect]) {
        let to = to.split('#').next().unwrap_or("");
        let to = if to.starts_with('?') { format!("{here}{to}") } else { to.to_owned() };
        let is_ours = to.starts_with('/') && !to.starts_with("//");
        if is_ours && !to.starts_with("/assets/") && !to.starts_with("/live") {
            all.push(to);
        }
    }
    all
}

/// What a role comes to: how many pages, and those that failed or are not there.
async fn walk(site: &Site, role: &str) -> (usize, Vec<String>) {
    let mut browser = Browser::new(site.router.clone());
    let signed_in = browser.post("/demo/sign-in", &[("role", role)]).await;
    assert_eq!(signed_in.status, 303, "{role}: {}", signed_in.gist());
    let mut seen = BTreeSet::from(["/".to_owned()]);
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    let (mut failed, mut opened) = (Vec::new(), 0);
    let mut waiting = VecDeque::from([("/".to_owned(), String::new())]);
    while let Some((path, from)) = waiting.pop_front() {
        assert!(opened < PAGES_MAX, "{role} comes to no end: {path}");
        let reply = browser.get(&path).await;
        opened += 1;
        if reply.status >= 400 {
            failed.push(format!("{role} {from} -> {path}: {} {}", reply.status, reply.gist()));
        }
        for link in links(&path, &reply) {
            let of_a_kind = kinds.entry(kind(&link)).or_default();
            if *of_a_kind < OF_A_KIND && seen.insert(link.clone()) {
                *of_a_kind += 1;
                waiting.push_back((link, path.clone()));
            }
        }
    }
    (opened, failed)
}

async fn no_page_fails(site: &Site) {
    let mut all = Vec::new();
    for BuiltInRole { key: role, .. } in ROLES {
        let (opened, failed) = walk(site, role).await;
        assert!(opened > 15, "{role} came to {opened} pages only");
        all.extend(failed);
    }
    assert!(all.is_empty(), "{all:#?}");
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
