//! The desk: the queue on the left, who is served in the middle, the client in brief on the right.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{BranchId, Refusals, VisitId};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Button, PageHeader, Panel, Tone};
use web::{Answer, Cx, FormData, SearchHit};

use super::{HOME, brief, mine, serve, till};
use crate::card::pages as card;
use crate::desk::found;
use crate::desk::model::VisitState;
use crate::desk::queries::{
    self, Known, OperationRow, OperationsOf, Regard, Script, StepRow, ThemeRow, VisitRow,
};
use crate::queries::client_ref::{self, ClientRef};

/// Visits that go on, at most; a hall holds no more.
const OPEN_MAX: i64 = 200;
/// Visits that began so many hours ago are those of today.
const DAY_HOURS: i64 = 16;
/// Operations of one visit shown at most.
const OPERATIONS_MAX: i64 = 100;
/// Clients a search offers at most.
const HITS_MAX: usize = 8;

/// What a desk shows.
pub(super) struct Desk {
    pub(super) open: Vec<VisitRow>,
    pub(super) themes: Vec<ThemeRow>,
    pub(super) current: Option<Current>,
    pub(super) hits: Vec<SearchHit>,
    /// Those whose card is out of reach and who are known at every desk.
    pub(super) known: Vec<Known>,
}

/// The visitor before the clerk.
pub(super) struct Current {
    pub(super) visit: VisitRow,
    pub(super) client: Option<ClientRef>,
    pub(super) regards: Vec<Regard>,
    /// Who he is when his card is out of reach, or not here.
    pub(super) known: Option<Known>,
    pub(super) operations: Vec<OperationRow>,
    pub(super) scripts: Vec<Script>,
    /// What was ticked of them so far.
    pub(super) steps: Vec<StepRow>,
    /// The card he has shown, when it was read.
    pub(super) card: Option<card::Shown>,
}

/// Where the person serves; whoever belongs to no branch has no desk.
pub(super) fn branch(cx: &Cx) -> Result<BranchId, Error> {
    cx.principal().branch_id.ok_or_else(|| Error::refused("desk-no-branch"))
}

pub(super) async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    let asked = sent.text("visit").parse().ok();
    Ok(show(&mut cx, StatusCode::OK, asked, &sent, &Refusals::default()).await?)
}

/// The desk with a visit, what was typed, and what is wrong with it.
pub(super) async fn show(
    cx: &mut Cx,
    status: StatusCode,
    asked: Option<VisitId>,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let Ok(branch) = branch(cx) else {
        let l = &cx.l;
        let none =
            ui::empty("door-open", &l.t("desk-no-branch"), &l.t("desk-no-branch-words"), None);
        let content = html! { (PageHeader::new(l.t("nav-desk")).render(l)) (none) };
        return Ok(cx.page_with_status(status, &l.t("nav-desk"), &content));
    };
    let desk = read(cx, branch, asked, sent).await?;
    let brief = brief::part(cx, desk.current.as_ref()).await?;
    let strip = strip(cx, branch).await?;
    let mine = mine::part(cx).await?;
    let l = &cx.l;
    let general = cx.refusal_words(refusals.general());
    let content = html! {
        (header(cx, branch))
        (ui::error_summary(l, &general))
        div.desk {
            div.stack { (queue(cx, &desk)) }
            div.stack { (serve::part(cx, &desk, sent, refusals)) (strip) (mine) }
            div.stack { (brief) }
        }
    };
    Ok(cx.page_with_status(status, &l.t("nav-desk"), &content))
}

async fn read(
    cx: &mut Cx,
    branch: BranchId,
    asked: Option<VisitId>,
    sent: &FormData,
) -> Result<Desk, Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let since = cx.now().plus_hours(-DAY_HOURS);
    let mut open = queries::open(&mut cx.db, &principal, (branch, since), OPEN_MAX).await?;
    queries::cut_visits(&mut cx.db, &principal, &mut open).await?;
    let themes = queries::themes(&mut cx.db).await?;
    let mine = |v: &&VisitRow| v.state == VisitState::Serving && v.clerk_id == principal.user_id;
    let visit = match asked {
        Some(id) => {
            let visit = queries::visit(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
            principal.require_over("desk.serve", visit.owner())?;
            Some(visit)
        }
        None => open.iter().rfind(mine).cloned(),
    };
    let current = match visit {
        Some(visit) => Some(current(cx, visit, &themes).await?),
        None => None,
    };
    let is_nobody = |c: &Current| c.client.is_none() && c.known.is_none();
    let looks = current.as_ref().filter(|c| is_nobody(c) && c.visit.state == VisitState::Serving);
    let looks = looks.map(|c| c.visit.id);
    let (hits, known) = match looks.zip(sent.opt("q")) {
        Some((visit, query)) => (hits(cx, &query).await?, found::find(cx, visit, &query).await?),
        None => <_>::default(),
    };
    Ok(Desk { open, themes, current, hits, known })
}

async fn current(cx: &mut Cx, mut visit: VisitRow, themes: &[ThemeRow]) -> Result<Current, Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    // he may be out of one's reach by now
    queries::cut_visits(&mut cx.db, &principal, std::slice::from_mut(&mut visit)).await?;
    let client = match visit.client_id {
        Some(client) => Some(client_ref::visible(&mut cx.db, &principal, client).await?),
        None => None,
    };
    let regards = match &client {
        Some(client) => queries::regards(&mut cx.db, client.id).await?,
        None => Vec::new(),
    };
    let known = match client.is_none() && visit.state.is_open() {
        true => queries::known_visitor(&mut cx.db, visit.id).await?,
        false => None,
    };
    let of = OperationsOf { visit: Some(visit.id), ..OperationsOf::default() };
    let mut operations = queries::operations(&mut cx.db, &principal, &of, OPERATIONS_MAX).await?;
    queries::cut_operations(&mut cx.db, &principal, &mut operations).await?;
    let theme = visit.theme_id.and_then(|id| themes.iter().find(|t| t.id == id));
    let above = theme.and_then(|t| themes.iter().find(|above| Some(above.id) == t.parent_id));
    let both: Vec<&ThemeRow> = theme.into_iter().chain(above).collect();
    let scripts = queries::scripts(&mut cx.db, &both).await?;
    let steps = queries::steps(&mut cx.db, visit.id).await?;
    let card = match visit.identified_by.as_str() {
        "card" => card::shown(cx, visit.id).await?,
        _ => None,
    };
    Ok(Current { visit, client, regards, known, operations, scripts, steps, card })
}

/// Clients that fit what was typed: a phone, a document, a number, a name.
async fn hits(cx: &Cx, query: &str) -> Result<Vec<SearchHit>, Error> {
    let mut hits = cx.find(query, HITS_MAX).await?;
    hits.retain(|hit| hit.client.is_some());
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.rank));
    hits.truncate(HITS_MAX);
    Ok(hits)
}

fn header(cx: &Cx, branch: BranchId) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let name = directory.branch_name(branch, l.lang).to_owned();
    PageHeader::new(l.t("nav-desk"))
        .lead(html! { (name) " · " (l.date(l.today)) })
        .primary(Button::primary(l.t("visit-serve")).icon("user-plus").dialog("/desk/new?serve=on"))
        .other(html! { (Button::secondary(l.t("visit-ticket-give")).icon("plus").dialog("/desk/new")) })
        .render(l)
}

fn queue(cx: &Cx, desk: &Desk) -> Markup {
    let l = &cx.l;
    let waiting: Vec<&VisitRow> =
        desk.open.iter().filter(|v| v.state == VisitState::Waiting).collect();
    let serving: Vec<&VisitRow> =
        desk.open.iter().filter(|v| v.state == VisitState::Serving).collect();
    let shown = desk.current.as_ref().map(|c| c.visit.id);
    let body = html! {
        @if waiting.is_empty() {
            (ui::empty("users", &l.t("desk-queue-none"), &l.t("desk-queue-none-words"), None))
        } @else {
            ol.desk-queue {
                @for visit in &waiting { (waits(cx, desk, visit)) }
            }
        }
        @if !serving.is_empty() {
            h3.desk-queue-title { (l.t("desk-serving")) }
            ul.desk-queue {
                @for visit in &serving { (is_served(cx, desk, visit, shown == Some(visit.id))) }
            }
        }
    };
    Panel::new(l.t("desk-queue"))
        .icon("users")
        .id("desk-queue")
        .live("kind:visit", cx.path.clone())
        .render(&body)
}

/// What somebody came for, in words.
pub(super) fn theme_words(cx: &Cx, themes: &[ThemeRow], visit: &VisitRow) -> String {
    let theme = visit.theme_id.and_then(|id| themes.iter().find(|t| t.id == id));
    theme.map(|t| t.shown_name(cx.l.lang).to_owned()).unwrap_or_default()
}

fn waits(cx: &Cx, desk: &Desk, visit: &VisitRow) -> Markup {
    let l = &cx.l;
    html! {
        li.desk-ticket {
            strong.desk-number { (visit.ticket) }
            div.desk-who {
                @if !visit.person.is_empty() { span { (visit.person) } " " }
                span.quiet { (theme_words(cx, &desk.themes, visit)) }
                div.quiet { (l.t("visit-waits")) " " (l.ago(visit.arrived_at)) }
            }
            form method="post" action={ (HOME) "/visits/" (visit.id) "/call" } {
                input type="hidden" name="_id" value=(cx.form_id());
                (Button::secondary(l.t("visit-call")).submit())
            }
        }
    }
}

fn is_served(cx: &Cx, desk: &Desk, visit: &VisitRow, is_shown: bool) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let is_mine = visit.clerk_id == cx.principal().user_id;
    let clerk = visit.clerk_id.map(|id| directory.staff_name(id, l.lang).to_owned());
    html! {
        li.desk-ticket {
            a.desk-number href={ (HOME) "?visit=" (visit.id) } aria-current=[is_shown.then_some("true")] { (visit.ticket) }
            div.desk-who {
                @if is_mine { (ui::badge(Tone::Info, &l.t("visit-mine"))) " " }
                @else if let Some(clerk) = &clerk { span { (clerk) } " " }
                span.quiet { (theme_words(cx, &desk.themes, visit)) }
            }
        }
    }
}

/// What the person has done today and what is in his till, by currency.
async fn strip(cx: &mut Cx, branch: BranchId) -> Result<Markup, Error> {
    let from = kernel::Timestamp::start_of(cx.l.today, &cx.l.zone);
    let until = from.plus_days(2);
    let clerk = cx.principal().user_id;
    let of = OperationsOf {
        branch: Some(branch),
        clerk,
        within: Some((from, until)),
        ..OperationsOf::default()
    };
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let totals = queries::totals(&mut cx.db, &principal, &of).await?;
    let till = till::strip(cx, &of).await?;
    let l = &cx.l;
    let body = html! { (super::day::sums(cx, &totals, false)) (till) };
    let all = Button::secondary(l.t("nav-desk-day")).icon("clipboard-check").href("/desk/day");
    let record =
        Button::secondary(l.t("operation-record")).icon("plus").dialog("/desk/operations/new");
    Ok(Panel::new(l.t("desk-mine-today"))
        .id("desk-mine")
        .icon("clipboard-check")
        .live("kind:desk_operation kind:till_cash", cx.path.clone())
        .actions(html! { (record) " " (all) })
        .render(&body))
}
