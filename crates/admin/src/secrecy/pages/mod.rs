//! Pages of secrecy.

mod explain;
mod glass;
mod log;
mod matrix;
mod one;
mod versions;

use kernel::Lang;
use kernel::Timestamp;
use spine::secrecy::{Group, Level, Relation, Rule};
use uuid::Uuid;
use web::i18n::L;
use web::{Access, FormData, Routes};

const HOME: &str = "/admin/secrecy";
const LOG: &str = "/admin/read-log";
const GLASS: &str = "/admin/break-glass";

pub(crate) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs("secrecy.read");
    let change = Access::Needs("secrecy.change");
    routes
        .get("/admin/secrecy", read, versions::list)
        .post("/admin/secrecy", change, versions::draft)
        .get("/admin/secrecy/explain", read, explain::page)
        .get("/admin/secrecy/{version}", read, one::page)
        .post("/admin/secrecy/{version}", change, one::edit)
        .post("/admin/secrecy/{version}/test", change, one::test)
        .post("/admin/secrecy/{version}/release", change, one::release)
        .post("/admin/secrecy/{version}/drop", change, one::throw_away)
        .get("/admin/read-log", read, log::page)
        .get("/admin/read-log/export", read, log::export)
        .get("/admin/break-glass", read, glass::list)
        .get("/admin/break-glass/{glass}", read, glass::one)
        .post("/admin/break-glass/{glass}/review", change, glass::review)
}

fn group_words(l: &L, group: Group) -> String {
    l.t(&format!("secrecy-group-{}", group.key()))
}

fn level_words(l: &L, level: Level) -> String {
    l.t(&format!("secrecy-level-{}", level.key()))
}

fn relation_words(l: &L, relation: Relation) -> String {
    l.t(&format!("admin-relation-{}", relation.key()))
}

fn rule_words<'a>(l: &L, rule: &'a Rule) -> &'a str {
    match l.lang {
        Lang::Ru => &rule.ru,
        Lang::En => &rule.en,
    }
}

/// `before=MICROS.ID`: where a page of a newest-first list begins.
fn place(query: &FormData) -> (Timestamp, Uuid) {
    let text = query.text("before");
    let (at, id) = text.split_once('.').unwrap_or_default();
    match (at.parse(), id.parse()) {
        (Ok(at), Ok(id)) => (Timestamp::from_micros(at), id),
        _ => (Timestamp::from_micros(i64::MAX), Uuid::max()),
    }
}
