//! What stands in a cell of the list, and in a cell of an export.

use kernel::{BranchId, Date, Timestamp, UserId};
use maud::{Markup, html};
use store::{FromValue, Value};
use web::i18n::L;
use web::icons::icon_labelled;
use web::ui::{self, Cell, Tone};
use web::{ColumnKind, Cx, ListColumn, format};

use super::file::Plain;
use super::rows::Beside;
use crate::client::model::{Segment, Status};
use crate::client::{client_title, kind_word, segment_badge};
use crate::fields;
use crate::fields::model::{Field, FieldKind};
use crate::list::model::{Column, Fact};
use crate::list::queries::ListRow;

/// A value of a column, typed, as both the page and the export start from.
enum Shown {
    Plain(Plain),
    At(Timestamp),
}

/// The value at the n-th column of other rooms that is shown.
fn extra_value(column: &ListColumn, value: &Value) -> Shown {
    let shown = match column.kind {
        ColumnKind::Text => {
            String::from_value(value.clone()).ok().map(|t| Shown::Plain(Plain::Text(t)))
        }
        ColumnKind::Date => {
            Date::from_value(value.clone()).ok().map(|d| Shown::Plain(Plain::Day(d)))
        }
        ColumnKind::Instant => Timestamp::from_value(value.clone()).ok().map(Shown::At),
        ColumnKind::Number => {
            i64::from_value(value.clone()).ok().map(|n| Shown::Plain(Plain::Number(n)))
        }
    };
    shown.unwrap_or(Shown::Plain(Plain::Nothing))
}

fn text(text: Option<&str>) -> Shown {
    let text = text.filter(|t| !t.is_empty());
    Shown::Plain(text.map_or(Plain::Nothing, |t| Plain::Text(t.to_owned())))
}

fn day(day: Option<Date>) -> Shown {
    Shown::Plain(day.map_or(Plain::Nothing, Plain::Day))
}

fn staff(cx: &Cx, id: Option<UserId>) -> Shown {
    let directory = cx.app.services.directory.get();
    text(id.map(|id| directory.staff_name(id, cx.l.lang)))
}

fn place(cx: &Cx, id: Option<BranchId>) -> Shown {
    let directory = cx.app.services.directory.get();
    text(id.map(|id| directory.branch_name(id, cx.l.lang)))
}

fn own_value(cx: &Cx, row: &ListRow, beside: &Beside, fact: Fact) -> Shown {
    let (l, head) = (&cx.l, &row.head);
    match fact {
        Fact::Name => text(Some(&client_title(l, head))),
        Fact::Number => text(Some(&head.number)),
        Fact::Kind => text(Some(&kind_word(l, head.kind))),
        Fact::Segment => text(Some(&l.t(&format!("choice-segment-{}", head.segment.key())))),
        Fact::Status => text(Some(&status_word(l, head.status))),
        Fact::Branch => place(cx, head.branch_id),
        Fact::Manager => staff(cx, head.manager_id),
        Fact::BirthDate => day(head.birth_date),
        Fact::ClientSince => day(head.client_since),
        Fact::Phone => text(beside.phones.get(&head.id).map(|p| format::phone(p)).as_deref()),
        Fact::Email => text(beside.emails.get(&head.id).map(String::as_str)),
        Fact::Channel => text(
            head.preferred_channel
                .as_ref()
                .map(|c| l.t(&format!("choice-preferred-channel-{c}")))
                .as_deref(),
        ),
        Fact::Employer => text(row.employer.as_deref()),
        Fact::Created => Shown::At(row.created_at),
        Fact::Updated => Shown::At(head.updated_at),
    }
}

/// Walks the columns of a row; the values of other rooms come in the order of their columns.
fn walk<T>(
    cx: &Cx,
    columns: &[Column],
    row: &ListRow,
    beside: &Beside,
    make: impl Fn(&Column, Shown) -> T,
) -> Vec<T> {
    let mut extras = row.extras.iter();
    let shown = |column: &Column| match column {
        Column::Own(own) => own_value(cx, row, beside, own.fact),
        Column::Extra(extra) => extra_value(extra, extras.next().unwrap_or(&Value::Null)),
        Column::Added(field) => added_value(cx, row, beside, field),
    };
    columns
        .iter()
        .map(shown)
        .collect::<Vec<_>>()
        .into_iter()
        .zip(columns)
        .map(|(value, column)| make(column, value))
        .collect()
}

/// The canonical text of a field the bank has added.
fn added_value(_: &Cx, row: &ListRow, beside: &Beside, field: &Field) -> Shown {
    text(beside.docs.get(&row.head.id).and_then(|doc| doc.get(&field.key)).map(String::as_str))
}

fn added_cell(cx: &Cx, field: &Field, shown: Shown, beside: &Beside) -> Cell {
    let Shown::Plain(Plain::Text(text)) = shown else { return Cell::none(&cx.l) };
    let words = fields::shown(cx, field, &text, &beside.linked);
    if field.kind().is_number() {
        Cell::markup(html! { span.num { (words) } })
    } else {
        Cell::text(words)
    }
}

/// The values of a row for an export.
pub(super) fn plain(cx: &Cx, columns: &[Column], row: &ListRow, beside: &Beside) -> Vec<Plain> {
    walk(cx, columns, row, beside, |column, shown| match (column, shown) {
        (Column::Added(field), Shown::Plain(Plain::Text(text))) => {
            let words = fields::csv_text(cx, field, &text, &beside.linked);
            let day = (field.kind() == FieldKind::Date).then(|| words.parse().ok()).flatten();
            day.map_or(Plain::Text(words), Plain::Day)
        }
        (_, Shown::Plain(plain)) => plain,
        (_, Shown::At(at)) => Plain::Day(at.date_in(&cx.l.zone)),
    })
}

/// The cells of a row for the page.
pub(super) fn cells(cx: &Cx, columns: &[Column], row: &ListRow, beside: &Beside) -> Vec<Cell> {
    walk(cx, columns, row, beside, |column, shown| match column {
        _ if column.group().is_some_and(|group| !row.head.sees(group)) => {
            Cell::markup(icon_labelled("eye-off", &cx.l.t("secrecy-hidden-cell")))
        }
        Column::Own(own) => own_cell(cx, row, own.fact, shown),
        Column::Extra(extra) => extra_cell(&cx.l, extra, shown),
        Column::Added(field) => added_cell(cx, field, shown, beside),
    })
}

fn own_cell(cx: &Cx, row: &ListRow, fact: Fact, shown: Shown) -> Cell {
    let l = &cx.l;
    match fact {
        Fact::Name => Cell::markup(name(l, row)).title(client_title(l, &row.head)),
        Fact::Segment => match row.head.segment {
            Segment::Vip | Segment::Premium => Cell::markup(segment_badge(l, row.head.segment)),
            // what nearly everybody is needs no frame
            Segment::Mass | Segment::Sme | Segment::Corporate => quiet(l, shown),
        },
        Fact::Status => Cell::markup(status(l, row.head.status)),
        Fact::Manager if row.head.manager_id.is_none() => {
            Cell::markup(ui::dot(Tone::Attention, &l.t("list-nobody")))
        }
        Fact::Branch | Fact::Kind | Fact::Number | Fact::Channel | Fact::Employer => {
            quiet(l, shown)
        }
        Fact::Manager
        | Fact::BirthDate
        | Fact::ClientSince
        | Fact::Phone
        | Fact::Email
        | Fact::Created
        | Fact::Updated => usual(l, shown),
    }
}

fn quiet(l: &L, shown: Shown) -> Cell {
    match shown {
        Shown::Plain(Plain::Text(text)) => Cell::quiet(text),
        other => usual(l, other),
    }
}

fn usual(l: &L, shown: Shown) -> Cell {
    match shown {
        Shown::Plain(Plain::Nothing) => Cell::none(l),
        Shown::Plain(Plain::Text(text)) => Cell::text(text),
        Shown::Plain(Plain::Day(day)) => Cell::date(l, day),
        Shown::Plain(Plain::Number(number)) => Cell::number(l, number),
        Shown::At(at) => Cell::ago(l, at),
    }
}

/// A day of another room is told in relation to today. A column whose absence or lateness matters (the
/// next step) has words for it under its label's key with `-none` and `-past`.
fn extra_cell(l: &L, column: &ListColumn, shown: Shown) -> Cell {
    let (absent, past) = (format!("{}-none", column.label), format!("{}-past", column.label));
    match shown {
        Shown::Plain(Plain::Nothing) if l.texts.has(l.lang, &absent) => {
            Cell::markup(ui::badge(Tone::Attention, &l.t(&absent)))
        }
        Shown::Plain(Plain::Day(day)) if day < l.today && l.texts.has(l.lang, &past) => {
            let words = l.ta(&past, &[("when", format::relative_day(l, day).into())]);
            Cell::markup(ui::badge(Tone::Danger, &words)).title(l.date(day))
        }
        Shown::Plain(Plain::Day(day)) => {
            Cell::text(format::relative_day(l, day)).title(l.date(day))
        }
        other => usual(l, other),
    }
}

/// The name, or kind and number of a client without one; closed and prospective clients are marked by
/// a sign that fits beside a long name.
fn name(l: &L, row: &ListRow) -> Markup {
    let head = &row.head;
    html! {
        @if head.display_name.is_empty() {
            (ui::avatar_nameless(head.kind.icon(), &head.number, &kind_word(l, head.kind)))
        } @else { (head.display_name) }
        @match head.status {
            Status::Active => {},
            Status::Prospect => { " " (icon_labelled("user-plus", &status_word(l, head.status))) },
            Status::Closed => { " " (icon_labelled("user-x", &status_word(l, head.status))) },
        }
    }
}

fn status(l: &L, status: Status) -> Markup {
    let word = status_word(l, status);
    match status {
        Status::Active => ui::dot(Tone::Good, &word),
        Status::Prospect => ui::badge(Tone::Info, &word),
        Status::Closed => ui::badge(Tone::Neutral, &word),
    }
}

fn status_word(l: &L, status: Status) -> String {
    l.t(&format!("choice-status-{}", status.key()))
}
