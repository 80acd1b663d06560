//! The one search box: the palette (`Ctrl+K`, `/`) and the page of all results.

use axum::extract::RawQuery;
use kernel::limits;
use maud::html;
use web::ui::{self, PageHeader, PaletteItem};
use web::{Answer, Cx, FormData, Hits, SearchHit, SearchSource};

use super::words::{card_href, client_title, kind_word};
use crate::client::queries::{self, ClientHead};
use crate::search;

/// Groups of the palette, in order.
const KINDS: [&str; 5] = [
    "search-kind-client",
    "search-kind-task",
    "search-kind-project",
    "search-kind-event",
    "search-kind-record",
];

pub(super) struct Clients;

impl SearchSource for Clients {
    fn find<'a>(&'a self, cx: &'a Cx, query: &'a str, limit: usize) -> Hits<'a> {
        Box::pin(async move {
            if !cx.principal().has("client.read") {
                return Ok(Vec::new());
            }
            let mut db = cx.db.clone();
            let found = search::find(&mut db, cx.principal(), query, limit).await?;
            Ok(found.into_iter().map(|f| hit(cx, &f.head, f.key.as_ref(), f.rank)).collect())
        })
    }
}

fn hit(cx: &Cx, head: &ClientHead, key: Option<&(String, String)>, rank: i64) -> SearchHit {
    let directory = cx.app.services.directory.get();
    let l = &cx.l;
    let mut detail = vec![kind_word(l, head.kind)];
    if let Some(date) = head.birth_date.or(head.registered_on) {
        detail.push(l.date(date));
    }
    match key {
        Some((kind, value)) if kind != "number" => detail.push(value.clone()),
        _ => detail.push(head.number.clone()),
    }
    if let Some(branch) = head.branch_id {
        detail.push(directory.branch_name(branch, l.lang).to_owned());
    }
    SearchHit {
        kind: "search-kind-client",
        icon: head.kind.icon(),
        title: client_title(l, head),
        detail: detail.join(" · "),
        href: card_href(head.id),
        rank,
        client: Some(head.id),
    }
}

fn asked(query: Option<String>) -> String {
    let text = FormData::parse(&query.unwrap_or_default()).text("q");
    text.chars().take(100).collect()
}

/// `GET /search/palette?q=`: actions, pages and records by words; what was seen last when nothing is typed.
pub(super) async fn palette(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let query = asked(query);
    let l = &cx.l;
    let mut groups: Vec<(String, Vec<PaletteItem>)> = Vec::new();
    if query.is_empty() {
        let mut db = cx.db.clone();
        let seen = queries::recent(&mut db, cx.principal(), 6).await?;
        let items = seen.iter().map(|h| item(hit(&cx, h, None, 0))).collect();
        groups.push((l.t("search-recent"), items));
    } else {
        let hits = cx.find(&query, 8).await?;
        for kind in KINDS {
            let of_kind = hits.iter().filter(|h| h.kind == kind).cloned().map(item).collect();
            groups.push((l.t(kind), of_kind));
        }
    }
    groups.push((l.t("search-actions"), actions(&cx, &query)));
    Ok(cx.part(&ui::palette_results(l, &groups)))
}

fn item(hit: SearchHit) -> PaletteItem {
    PaletteItem {
        href: hit.href,
        icon: hit.icon,
        label: hit.title,
        detail: hit.detail,
        is_dialog: false,
    }
}

fn actions(cx: &Cx, query: &str) -> Vec<PaletteItem> {
    let words = query.to_lowercase();
    let fits = |label: &str| words.is_empty() || label.to_lowercase().contains(&words);
    let mut items = Vec::new();
    for action in cx.actions() {
        let label = cx.l.t(action.label);
        if fits(&label) {
            items.push(PaletteItem {
                href: action.href.to_owned(),
                icon: action.icon,
                label,
                detail: String::new(),
                is_dialog: action.dialog,
            });
        }
    }
    for nav in cx.app.nav.iter().filter(|n| !words.is_empty() && cx.principal().has(n.permission)) {
        let label = cx.l.t(nav.label);
        if fits(&label) {
            items.push(PaletteItem {
                href: nav.href.to_owned(),
                icon: nav.icon,
                label,
                detail: cx.l.t("search-page"),
                is_dialog: false,
            });
        }
    }
    items.truncate(8);
    items
}

/// `GET /search?q=`: the same results as a page.
pub(super) async fn page(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let query = asked(query);
    let hits =
        if query.is_empty() { Vec::new() } else { cx.find(&query, limits::SEARCH_HITS).await? };
    let l = &cx.l;
    let content = html! {
        (PageHeader::new(l.t("search-title")).render(l))
        form.search-form method="get" action="/search" role="search" {
            input type="search" name="q" value=(query) aria-label=(l.t("search-title"))
                placeholder=(l.t("ui-palette-hint")) autofocus;
            (ui::Button::secondary(l.t("search-go")).submit().render())
        }
        @if hits.is_empty() && !query.is_empty() {
            (ui::empty("search", &l.t("search-nothing"), &l.t("search-nothing-words"), None))
        }
        ul.hits {
            @for hit in &hits {
                li.hit { a href=(hit.href) { (web::icons::icon(hit.icon)) span.hit-title { (hit.title) } }
                    span.quiet { (hit.detail) } }
            }
        }
    };
    Ok(cx.page(&l.t("search-title"), &content))
}
