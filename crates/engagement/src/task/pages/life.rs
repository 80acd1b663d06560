//! The dialogs of a task's life: done, another day, another person, not wanted, and taking it back.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Weekday;
use kernel::{Date, Refusal, Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Field, Form, Input, form_row};
use web::{Answer, Cx, FormData};

use super::one::{Shown, visible};
use crate::parts;
use crate::task::commands::{CancelTask, CloseTask, PostponeTask, ReassignTask, ReopenTask};

/// What a dialog does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Done,
    Postpone,
    Reassign,
    Cancel,
    Reopen,
}

impl What {
    fn from_word(word: &str) -> Result<Self, Error> {
        match word {
            "done" => Ok(What::Done),
            "postpone" => Ok(What::Postpone),
            "reassign" => Ok(What::Reassign),
            "cancel" => Ok(What::Cancel),
            "reopen" => Ok(What::Reopen),
            _ => Err(Error::NotFound),
        }
    }
    const fn word(self) -> &'static str {
        match self {
            What::Done => "done",
            What::Postpone => "postpone",
            What::Reassign => "reassign",
            What::Cancel => "cancel",
            What::Reopen => "reopen",
        }
    }
    const fn flash(self) -> &'static str {
        match self {
            What::Done => "flash-task-done",
            What::Postpone => "flash-task-postponed",
            What::Reassign => "flash-task-reassigned",
            What::Cancel => "flash-task-cancelled",
            What::Reopen => "flash-task-reopened",
        }
    }
}

pub(super) async fn form(
    mut cx: Cx,
    Path((id, what)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let what = What::from_word(&what)?;
    let shown = visible(&mut cx, &id).await?;
    let asked = FormData::parse(&query.unwrap_or_default());
    let pair = |key: &str, value: String| (key.to_owned(), value);
    let start = FormData::from_pairs([
        pair("back", asked.text("back")),
        pair("due", cx.l.date(next_working_day(cx.l.today.max(shown.task.due_on)))),
        pair("assignee", cx.principal().user_id.map(|u| u.to_string()).unwrap_or_default()),
        pair("_id", cx.form_id()),
    ]);
    Ok(show(&cx, StatusCode::OK, what, &shown, &start, &Refusals::default()))
}

pub(super) async fn save(
    mut cx: Cx,
    Path((id, what)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let what = What::from_word(&what)?;
    let shown = visible(&mut cx, &id).await?;
    match run(&cx, what, &shown, &sent).await {
        Ok(()) => {
            let card = shown.task.client_id.map(|c| format!("/clients/{c}"));
            let back = card.unwrap_or_else(|| "/tasks".to_owned());
            Ok(cx.done(&parts::safe_back(&sent.text("back"), &back), what.flash()))
        }
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, StatusCode::UNPROCESSABLE_ENTITY, what, &shown, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

async fn run(cx: &Cx, what: What, shown: &Shown, sent: &FormData) -> Result<(), Error> {
    let (task_id, id) = (shown.task.id, sent.command_id()?);
    match what {
        What::Done => cx.execute(id, &CloseTask { task_id, result: sent.text("result") }).await,
        What::Cancel => cx.execute(id, &CancelTask { task_id, reason: sent.text("reason") }).await,
        What::Reopen => cx.execute(id, &ReopenTask { task_id }).await,
        What::Postpone => {
            let mut refusals = Refusals::default();
            if sent.opt("due").is_none() {
                refusals.push(Refusal::field("required", "due"));
            }
            let due_on = sent.date("due", cx.l.today, &mut refusals).unwrap_or(cx.l.today);
            let due_at = time_of(cx, due_on, sent, &mut refusals);
            if refusals.0.is_empty() && due_on < cx.l.today {
                refusals.push(Refusal::field("task-due-past", "due"));
            }
            refusals.into_result()?;
            cx.execute(id, &PostponeTask { task_id, due_on, due_at, reason: sent.text("reason") })
                .await
        }
        What::Reassign => {
            let mut refusals = Refusals::default();
            let assignee = sent.id("assignee", &mut refusals);
            refusals.into_result()?;
            let assignee_id =
                assignee.ok_or_else(|| Error::refused_field("required", "assignee"))?;
            cx.execute(id, &ReassignTask { task_id, assignee_id }).await
        }
    }
}

/// The next day that is no Saturday or Sunday: where a postponed task goes unless told otherwise.
fn next_working_day(day: Date) -> Date {
    let mut next = day;
    for _ in 0..3 {
        next = next.tomorrow().unwrap_or(next);
        if !matches!(next.weekday(), Weekday::Saturday | Weekday::Sunday) {
            break;
        }
    }
    next
}

/// The time of day (`10:30`, `9`) on a date, in the person's own zone.
pub(super) fn time_of(
    cx: &Cx,
    day: Date,
    sent: &FormData,
    refusals: &mut Refusals,
) -> Option<Timestamp> {
    let text = sent.opt("time")?;
    let (hours, minutes) = text.split_once([':', '.', '-']).unwrap_or((&text, "0"));
    let time = hours
        .trim()
        .parse()
        .ok()
        .zip(minutes.trim().parse().ok())
        .and_then(|(h, m)| jiff::civil::Time::new(h, m, 0, 0).ok());
    let zoned = time.and_then(|t| day.to_datetime(t).to_zoned(cx.l.zone.clone()).ok());
    if zoned.is_none() {
        refusals.push(Refusal::field("task-not-a-time", "time"));
    }
    zoned.map(|z| Timestamp::from_jiff(z.timestamp()))
}

fn show(
    cx: &Cx,
    status: StatusCode,
    what: What,
    shown: &Shown,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let task = &shown.task;
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        p {
            strong { (task.title) }
            @if let Some(client) = &shown.client { " · " (parts::client_name(l, client)) }
            @if shown.is_vip() { " " (parts::vip_mark(l)) }
        }
        (fields(cx, what, shown, sent, refusals))
    };
    let back = format!("/tasks/{}", task.id);
    let form = Form::post(format!("/tasks/{}/{}", task.id, what.word()))
        .hidden("_id", sent.raw("_id"))
        .hidden("back", sent.raw("back"))
        .submit(l.t(&format!("task-{}-save", what.word())))
        .cancel(back.as_str())
        .render(l, &body);
    let title = l.t(&format!("task-{}-title", what.word()));
    parts::dialog(cx, status, &title, (&back, &task.title), &form)
}

fn fields(cx: &Cx, what: What, shown: &Shown, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let words = |name: &'static str, label: &str, hint: Option<&str>| {
        let mut field = Field::new(name, l.t(label), Input::Textarea { rows: 3 })
            .value(sent.raw(name))
            .attribute("autofocus", "")
            .error(error(name));
        if shown.is_vip() {
            field = field.required();
        }
        if let Some(hint) = hint.filter(|_| shown.is_vip()) {
            field = field.hint(l.t(hint));
        }
        field.render(l)
    };
    match what {
        What::Done => words("result", "task-result", Some("task-result-vip-hint")),
        What::Cancel => words("reason", "task-cancel-reason", Some("task-reason-vip-hint")),
        What::Reopen => html! { p.quiet { (l.t("task-reopen-words")) } },
        What::Postpone => html! {
            (form_row(&[
                Field::new("due", l.t("task-due"), Input::Date).value(sent.raw("due")).required()
                    .hint(l.t("task-due-hint")).error(error("due")).render(l),
                Field::text("time", l.t("task-time")).value(sent.raw("time")).placeholder("10:30")
                    .attribute("inputmode", "numeric").error(error("time")).render(l),
            ]))
            (words("reason", "task-postpone-reason", Some("task-reason-vip-hint")))
        },
        What::Reassign => {
            let options = parts::assignee_options(cx, shown.client.as_ref());
            Field::select("assignee", l.t("task-assignee"), options)
                .value(sent.text("assignee"))
                .error(error("assignee"))
                .render(l)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::next_working_day;
    use kernel::Date;

    #[test]
    fn a_postponed_task_waits_for_a_working_day() {
        let next = |day| next_working_day(Date::constant(2026, 11, day)).day();
        // 2026-11-23 is a Monday
        assert_eq!([23, 27, 28, 29, 30].map(next), [24, 30, 30, 30, 1]);
    }
}
