//! The first page of the day.

mod day;
mod rows;

use axum::extract::RawQuery;
use kernel::{Date, UserId};
use maud::{Markup, html};
use web::ui::{self, Button, Column, PageHeader, Panel, Table, Tone};
use web::{Access, Answer, Cx, FormData, Routes, format, i18n::L};

use crate::parts;
use crate::task::queries::Listed;
use day::{Day, Item, Show, read};

/// Rows of the queue; what stands below them can wait for a filter.
const ROWS_MAX: usize = 60;
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/", Access::Needs("app.use"), page)
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

fn header(cx: &Cx) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let standing_in: Vec<Markup> = cx.principal().user_id.map_or_else(Vec::new, |me| {
        let others = directory.acts_for(me, l.today).into_iter().skip(1);
        others.map(|who| stand_in(l, directory.staff_name(who, l.lang), until(cx, who))).collect()
    });
    let mut header = PageHeader::new(l.t("nav-my-day")).lead(html! {
        (today_words(l))
        @for mark in &standing_in { " " (mark) }
    });
    if cx.principal().has("task.write") {
        header = header
            .primary(Button::primary(l.t("task-add")).icon("plus").dialog("/tasks/new?back=/"));
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
        Some(day) => l.ta("my-day-for-until", &[("who", who.into()), ("day", l.date(day).into())]),
        None => l.ta("my-day-for", &[("who", who.into())]),
    };
    ui::badge(Tone::Info, &words)
}

/// The last day of an absence that is on today.
fn until(cx: &Cx, who: UserId) -> Option<Date> {
    let directory = cx.app.services.directory.get();
    let today = cx.l.today;
    let mut absences = directory.absences.iter();
    let last = absences.find(|a| a.0 == who && a.2 <= today && today <= a.3).map(|a| a.3);
    // who has left is away for good
    last.filter(|day| day.year() < 9_999)
}

fn stats(cx: &Cx, day: &Day, show: Show) -> Markup {
    let l = &cx.l;
    let card = |which: Show, label: &str, tone: Tone| {
        let count = day.queue.iter().filter(|item| which.holds(item)).count();
        let number = l.int(i64::try_from(count).unwrap_or(i64::MAX));
        let value = if day.is_cut { format!("{number}+") } else { number };
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
    let rows = shown.iter().take(ROWS_MAX).map(|item| rows::row(cx, item));
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
        return ui::empty("filter", &l.t("my-day-none"), &l.t("my-day-none-words"), Some(all));
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
