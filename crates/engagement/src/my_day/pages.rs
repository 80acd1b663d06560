//! The first page of the day.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use kernel::{ClientId, Date, TaskId, Timestamp, UserId};
use maud::{Markup, html};
use spine::Error;
use web::icons::icon;
use web::ui::{self, Button, Cell, Column, PageHeader, Panel, Row, Table, Tone};
use web::{Access, Answer, Cx, FormData, Routes, format, i18n::L};

use super::model::{self, Reason, Todo};
use super::queries::{self, Occasion};
use crate::parts;
use crate::task::model::TaskKind;
use crate::task::pages::list::row_actions;
use crate::task::queries::Listed;

/// Tasks read at most; nobody does more in a day.
const TASKS_MAX: i64 = 300;
/// Tasks of others in question shown at most.
const QUESTIONS_MAX: i64 = 50;
/// Birthdays and clients without a step shown at most.
const OCCASIONS_MAX: i64 = 20;
/// Rows of the queue; what stands below them can wait for a filter.
const ROWS_MAX: usize = 60;
/// Days looked ahead for what comes next.
const AHEAD_DAYS: i64 = 7;
/// Days before a birthday it is told.
const BIRTHDAY_DAYS: i64 = 3;
/// A greeting within this many days counts for this birthday.
const GREETED_DAYS: i64 = 10;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/", Access::Needs("app.use"), page)
}

/// One row of the queue.
struct Item {
    what: What,
    score: i64,
    reasons: Vec<Reason>,
}

enum What {
    Task(Box<Listed>),
    Birthday(Occasion, i64),
    NoStep(Occasion),
}

/// Everything the page shows.
struct Day {
    queue: Vec<Item>,
    ahead: Vec<Listed>,
    is_cut: bool,
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    All,
    Overdue,
    Today,
    Promises,
    Vip,
    Clients,
}

impl Show {
    fn from_word(word: &str) -> Self {
        match word {
            "overdue" => Show::Overdue,
            "today" => Show::Today,
            "promises" => Show::Promises,
            "vip" => Show::Vip,
            "clients" => Show::Clients,
            _ => Show::All,
        }
    }
    fn holds(self, item: &Item) -> bool {
        let has = |wanted: fn(&Reason) -> bool| item.reasons.iter().any(wanted);
        match self {
            Show::All => true,
            Show::Overdue => has(|r| matches!(r, Reason::Overdue(_))),
            Show::Today => has(|r| matches!(r, Reason::Today | Reason::Overdue(0))),
            Show::Promises => has(|r| matches!(r, Reason::Promise)),
            Show::Vip => has(|r| matches!(r, Reason::Vip)),
            Show::Clients => has(|r| matches!(r, Reason::NoStep | Reason::Birthday(_))),
        }
    }
}

async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    let show = Show::from_word(&sent.text("show"));
    let day = read(&mut cx).await?;
    let l = &cx.l;
    let content = html! {
        (header(&cx))
        div #my-day data-live="kind:task kind:interaction" data-live-src=(address(show)) {
            div.stack {
                (stats(&cx, &day, show))
                (queue(&cx, &day, show))
                @if !day.ahead.is_empty() { (ahead(&cx, &day.ahead)) }
            }
        }
    };
    Ok(cx.page(&l.t("nav-my-day"), &content))
}

fn address(show: Show) -> &'static str {
    match show {
        Show::All => "/",
        Show::Overdue => "/?show=overdue",
        Show::Today => "/?show=today",
        Show::Promises => "/?show=promises",
        Show::Vip => "/?show=vip",
        Show::Clients => "/?show=clients",
    }
}

/// At most four questions, whatever the day brings.
async fn read(cx: &mut Cx) -> Result<Day, Error> {
    let today = cx.l.today;
    let moment = model::Moment {
        today,
        now: cx.now(),
    };
    let me = cx.principal().user_id;
    let people = parts::acting_for(cx);
    let mut found: BTreeMap<TaskId, Listed> = BTreeMap::new();
    let mine =
        queries::tasks_until(&mut cx.db, &people, later(today, AHEAD_DAYS), TASKS_MAX).await?;
    let is_cut = i64::try_from(mine.len()).unwrap_or(i64::MAX) >= TASKS_MAX;
    found.extend(mine.into_iter().map(|t| (t.task.id, t)));
    if cx.principal().has("task.supervise") {
        let principal = std::sync::Arc::clone(&cx.ctx.principal);
        let stuck = queries::in_question(&mut cx.db, &principal, QUESTIONS_MAX).await?;
        found.extend(stuck.into_iter().map(|t| (t.task.id, t)));
    }
    let mut queue = Vec::new();
    let mut ahead = Vec::new();
    for listed in found.into_values() {
        let task = &listed.task;
        if task.due_on > today && !task.needs_owner {
            ahead.push(listed);
            continue;
        }
        let todo = Todo::Task {
            kind: task.kind,
            vip: task.vip,
            due_on: task.due_on,
            due_at: task.due_at,
            priority: task.priority,
            escalated: task.escalation_level > 0,
            needs_owner: task.needs_owner,
            for_another: Some(task.assignee_id) != me && people.contains(&task.assignee_id),
        };
        queue.push(ranked(What::Task(Box::new(listed)), &todo, moment));
    }
    if let Some(me) = me.filter(|_| cx.principal().has("client.read")) {
        occasions(cx, me, &people, moment, &mut queue).await?;
    }
    queue.sort_by_key(|item| std::cmp::Reverse(item.score));
    ahead.sort_by_key(|t| (t.task.due_on, t.task.due_at, t.task.id));
    Ok(Day {
        queue,
        ahead,
        is_cut,
    })
}

fn ranked(what: What, todo: &Todo, moment: model::Moment) -> Item {
    let (score, reasons) = model::rank(todo, moment);
    Item {
        what,
        score,
        reasons,
    }
}

async fn occasions(
    cx: &mut Cx,
    me: UserId,
    people: &[UserId],
    moment: model::Moment,
    queue: &mut Vec<Item>,
) -> Result<(), Error> {
    let days: Vec<Date> = (0..=BIRTHDAY_DAYS)
        .map(|n| later(moment.today, n))
        .collect();
    let words: Vec<String> = days.iter().map(|d| month_day(*d)).collect();
    let since = moment.now.plus_days(-GREETED_DAYS);
    let birthdays = queries::birthdays(&mut cx.db, people, &words, since, OCCASIONS_MAX).await?;
    for occasion in birthdays {
        let days = words
            .iter()
            .position(|d| *d == occasion.birth_day)
            .unwrap_or(0);
        let days = i64::try_from(days).unwrap_or(0);
        let todo = Todo::Birthday {
            days,
            vip: occasion.client.is_vip(),
        };
        queue.push(ranked(What::Birthday(occasion, days), &todo, moment));
    }
    for occasion in queries::without_step(&mut cx.db, me, OCCASIONS_MAX).await? {
        let todo = Todo::NoStep {
            vip: occasion.client.is_vip(),
        };
        queue.push(ranked(What::NoStep(occasion), &todo, moment));
    }
    Ok(())
}

fn later(day: Date, days: i64) -> Date {
    jiff::Span::new()
        .try_days(days)
        .ok()
        .and_then(|s| day.checked_add(s).ok())
        .unwrap_or(day)
}

fn month_day(day: Date) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}

fn header(cx: &Cx) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let standing_in: Vec<Markup> = cx.principal().user_id.map_or_else(Vec::new, |me| {
        let others = directory.acts_for(me, l.today).into_iter().skip(1);
        others
            .map(|who| stand_in(l, directory.staff_name(who, l.lang), until(cx, who)))
            .collect()
    });
    let mut header = PageHeader::new(l.t("nav-my-day")).lead(html! {
        (today_words(l))
        @for mark in &standing_in { " " (mark) }
    });
    if cx.principal().has("task.write") {
        header = header.primary(
            Button::primary(l.t("task-add"))
                .icon("plus")
                .dialog("/tasks/new?back=/"),
        );
    }
    header.render(l)
}

/// Today with its weekday.
fn today_words(l: &L) -> String {
    let number = l.today.weekday().to_monday_one_offset();
    let month = l.t(&format!("ui-month-of-{}", l.today.month()));
    let weekday = l.t(&format!("ui-weekday-{number}"));
    l.ta(
        "my-day-date",
        &[
            ("weekday", weekday.into()),
            ("day", i64::from(l.today.day()).into()),
            ("month", month.into()),
        ],
    )
}

fn stand_in(l: &L, who: &str, until: Option<Date>) -> Markup {
    let words = match until {
        Some(day) => l.ta(
            "my-day-for-until",
            &[("who", who.into()), ("day", l.date(day).into())],
        ),
        None => l.ta("my-day-for", &[("who", who.into())]),
    };
    ui::badge(Tone::Info, &words)
}

/// The last day of an absence that is on today.
fn until(cx: &Cx, who: UserId) -> Option<Date> {
    let directory = cx.app.services.directory.get();
    let today = cx.l.today;
    let mut absences = directory.absences.iter();
    let last = absences
        .find(|a| a.0 == who && a.2 <= today && today <= a.3)
        .map(|a| a.3);
    // who has left is away for good
    last.filter(|day| day.year() < 9_999)
}

fn stats(cx: &Cx, day: &Day, show: Show) -> Markup {
    let l = &cx.l;
    let card = |which: Show, label: &str, tone: Tone| {
        let count = day.queue.iter().filter(|item| which.holds(item)).count();
        let number = l.int(i64::try_from(count).unwrap_or(i64::MAX));
        let value = if day.is_cut {
            format!("{number}+")
        } else {
            number
        };
        let mark = l.t("my-day-shown");
        let shown = (show == which).then_some((Tone::Info, mark.as_str()));
        let worry = l.t("my-day-worry");
        let worried =
            (count > 0 && tone == Tone::Danger).then_some((Tone::Attention, worry.as_str()));
        let href = if show == which { "/" } else { address(which) };
        ui::stat(&l.t(label), &value, shown.or(worried), Some(href))
    };
    ui::stat_row(&[
        card(Show::Overdue, "my-day-overdue", Tone::Danger),
        card(Show::Today, "my-day-today", Tone::Neutral),
        card(Show::Promises, "my-day-promises", Tone::Neutral),
        card(Show::Vip, "my-day-vip", Tone::Neutral),
        card(Show::Clients, "my-day-clients", Tone::Neutral),
    ])
}

fn queue(cx: &Cx, day: &Day, show: Show) -> Markup {
    let l = &cx.l;
    let shown: Vec<&Item> = day.queue.iter().filter(|item| show.holds(item)).collect();
    if shown.is_empty() {
        return nothing_to_do(cx, day, show);
    }
    let hidden = shown.len().saturating_sub(ROWS_MAX);
    let rows = shown.iter().take(ROWS_MAX).map(|item| row(cx, item));
    let table = Table::new("queue", l.t("my-day-queue"))
        .column(Column::text(l.t("my-day-what")).wide())
        .column(Column::text(l.t("task-client")))
        .column(Column::text(l.t("my-day-why")))
        .column(Column::text(l.t("task-due")))
        .rows(rows);
    html! {
        (Panel::new(l.t("my-day-queue")).flush().render(&table.render(l)))
        @if hidden > 0 { p.quiet { (l.ta("my-day-hidden", &[("n", hidden.into())])) } }
    }
}

fn nothing_to_do(cx: &Cx, day: &Day, show: Show) -> Markup {
    let l = &cx.l;
    if show != Show::All && !day.queue.is_empty() {
        let all = Button::secondary(l.t("my-day-show-all")).href("/");
        return ui::empty(
            "filter",
            &l.t("my-day-none"),
            &l.t("my-day-none-words"),
            Some(all),
        );
    }
    let words = match day.ahead.first() {
        Some(next) => l.ta(
            "my-day-done-next",
            &[
                ("title", next.task.title.as_str().into()),
                ("day", format::relative_day(l, next.task.due_on).into()),
            ],
        ),
        None => l.t("my-day-done-words"),
    };
    let clients = cx.principal().has("client.read");
    let button = clients.then(|| Button::secondary(l.t("my-day-to-clients")).href("/clients"));
    ui::empty("circle-check", &l.t("my-day-done"), &words, button)
}

fn row(cx: &Cx, item: &Item) -> Row {
    match &item.what {
        What::Task(listed) => task_row(cx, item, listed),
        What::Birthday(occasion, days) => birthday_row(cx, item, occasion, *days),
        What::NoStep(occasion) => no_step_row(cx, item, occasion),
    }
}

fn task_row(cx: &Cx, item: &Item, listed: &Listed) -> Row {
    let l = &cx.l;
    let task = &listed.task;
    let label = l.t(&format!("task-kind-{}", task.kind.key()));
    let what = html! { (icon(task.kind.icon())) span.hidden { (label) } " " (task.title) };
    let client = match task.client_id {
        Some(id) => Cell::markup(parts::client_link(
            l,
            id,
            &listed.client_name,
            &listed.client_number,
        )),
        None => Cell::none(l),
    };
    let owner = (Some(task.assignee_id) != cx.principal().user_id).then_some(task.assignee_id);
    let mut row = Row::new(task.id)
        .href(format!("/tasks/{}", task.id))
        .cell(Cell::markup(what).title(&task.title))
        .cell(client)
        .cell(Cell::markup(reasons(cx, &item.reasons, owner)))
        .cell(Cell::quiet(day_words(l, task.due_on, task.due_at)));
    if task.vip && item.reasons.iter().any(|r| matches!(r, Reason::Overdue(_))) {
        row = row.tone(Tone::Danger);
    }
    if !cx.principal().has("task.write") {
        return row;
    }
    let call = task
        .client_id
        .filter(|_| cx.principal().has("interaction.log"));
    row.actions(html! {
        @if let Some(client) = call { (call_link(l, client, task.kind)) }
        (row_actions(cx, listed, "/"))
    })
}

/// The day of a task without a judgement: how late it is stands among the reasons.
fn day_words(l: &L, due_on: Date, due_at: Option<Timestamp>) -> String {
    let day = if due_on == l.today {
        format::relative_day(l, due_on)
    } else {
        l.date(due_on)
    };
    due_at.map_or(day.clone(), |at| format!("{day} {}", format::time(l, at)))
}

fn call_link(l: &L, client: ClientId, kind: TaskKind) -> Markup {
    let (icon, channel) = match kind {
        TaskKind::Meeting => ("handshake", "meeting"),
        TaskKind::Call | TaskKind::Promise | TaskKind::Task => ("phone", "phone"),
    };
    let label = l.t(&format!("interaction-log-{channel}"));
    parts::icon_link(
        icon,
        &label,
        &format!("/clients/{client}/log?channel={channel}"),
    )
}

fn birthday_row(cx: &Cx, item: &Item, occasion: &Occasion, days: i64) -> Row {
    let l = &cx.l;
    let day = later(l.today, days);
    let what = html! { (icon("cake")) " " (l.t("my-day-congratulate")) };
    let src = format!(
        "/clients/{}/log?channel=phone&topic=greeting",
        occasion.client.id
    );
    let actions = cx
        .principal()
        .reaches("interaction.log", occasion.client.owner());
    let row = client_row(cx, item, occasion, what).cell(Cell::text(format::relative_day(l, day)));
    if actions {
        row.actions(html! { (parts::icon_link("phone", &l.t("my-day-congratulate"), &src)) })
    } else {
        row
    }
}

fn no_step_row(cx: &Cx, item: &Item, occasion: &Occasion) -> Row {
    let l = &cx.l;
    let what = html! { (icon("flag")) " " (l.t("my-day-plan-step")) };
    let last = occasion.last_contact_at.map_or_else(
        || Cell::quiet(l.t("my-day-never-spoken")),
        |at: Timestamp| {
            Cell::markup(html! { span.quiet { (l.t("task-last-contact")) " " (l.ago(at)) } })
        },
    );
    let row = client_row(cx, item, occasion, what).cell(last);
    if !cx
        .principal()
        .reaches("task.write", occasion.client.owner())
    {
        return row;
    }
    let id = occasion.client.id;
    row.actions(html! {
        (parts::icon_link("phone", &l.t("interaction-log-phone"), &format!("/clients/{id}/log?channel=phone")))
        (parts::icon_link("plus", &l.t("task-add"), &format!("/tasks/new?client={id}&back=/")))
    })
}

fn client_row(cx: &Cx, item: &Item, occasion: &Occasion, what: Markup) -> Row {
    let l = &cx.l;
    let client = &occasion.client;
    Row::new(format!("client-{}", client.id))
        .href(format!("/clients/{}", client.id))
        .cell(Cell::markup(what))
        .cell(Cell::markup(parts::client_link(
            l,
            client.id,
            &client.name,
            &client.number,
        )))
        .cell(Cell::markup(reasons(cx, &item.reasons, None)))
}

/// Why the row stands where it stands.
fn reasons(cx: &Cx, reasons: &[Reason], owner: Option<UserId>) -> Markup {
    let l = &cx.l;
    let mut who = owner
        .map(|o| parts::staff_name(cx, Some(o)))
        .unwrap_or_default();
    if let Some(day) = owner.and_then(|o| until(cx, o)) {
        let pair = [("who", who.as_str().into()), ("day", l.date(day).into())];
        who = l.ta("my-day-until", &pair);
    }
    let mut quiet: Vec<String> = Vec::new();
    let mut marks: Vec<Markup> = Vec::new();
    for reason in reasons {
        let args = [("n", reason.days().into()), ("who", who.as_str().into())];
        let words = l.ta(&format!("reason-{}", reason.key()), &args);
        match reason {
            Reason::Vip => marks.push(parts::vip_mark(l)),
            Reason::Overdue(_) | Reason::Escalated | Reason::NeedsOwner => {
                marks.push(ui::badge(Tone::Danger, &words));
            }
            Reason::Promise => marks.push(ui::badge_with_icon(Tone::Attention, "bookmark", &words)),
            Reason::Today
            | Reason::Urgent
            | Reason::Soon(_)
            | Reason::Birthday(_)
            | Reason::NoStep
            | Reason::StandIn => quiet.push(words),
        }
    }
    html! {
        @for mark in &marks { (mark) " " }
        span.quiet { (quiet.join(" · ")) }
    }
}

/// What comes in the next days, quietly.
fn ahead(cx: &Cx, tasks: &[Listed]) -> Markup {
    const ROWS: usize = 12;
    let l = &cx.l;
    let lines: Vec<parts::Line> = tasks
        .iter()
        .take(ROWS)
        .map(|listed| {
            let task = &listed.task;
            parts::Line {
                icon: task.kind.icon(),
                label: l.t(&format!("task-kind-{}", task.kind.key())),
                title: task.title.clone(),
                href: format!("/tasks/{}", task.id),
                is_dialog: true,
                under: html! {
                    (format::relative_day(l, task.due_on))
                    @if task.client_id.is_some() {
                        " · " (parts::client_words(l, &listed.client_name, &listed.client_number))
                    }
                },
                action: None,
            }
        })
        .collect();
    Panel::new(l.t("my-day-ahead"))
        .icon("calendar-days")
        .footer(html! { a href="/tasks" { (l.t("my-day-all-tasks")) } })
        .foldable(true)
        .render(&parts::lines(&lines))
}
