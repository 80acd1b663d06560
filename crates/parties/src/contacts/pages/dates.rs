//! Important dates: the birthday and what people told us, from past to future, the next one marked.

use axum::extract::Path;
use axum::response::Response;
use kernel::{ClientId, Date, DateId, Refusals};
use maud::{Markup, html};
use spine::Error;
use web::icons::icon;
use web::ui::{self, Field, Form, Input, Opt, Panel, Tone, form_row};
use web::{Answer, CardPanel, Cx, FormData, PanelMarkup, PanelSlot};

use super::contacts::archive_button;
use super::frame::{self, Seen, card, date_input, dialog, id, iso_date};
use super::identifiers::plus;
use crate::client::queries::ClientHead;
use crate::contacts::commands::{AddDate, ArchiveDate, DateFields, EditDate};
use crate::contacts::model::{DateKind, Distance, Occasion, distance, occasions};
use crate::contacts::queries::{self, ImportantDate};

/// What happened and what will happen in a client's life.
pub(super) struct DatesPanel;

impl CardPanel for DatesPanel {
    fn key(&self) -> &'static str {
        "dates"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        40
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: ClientId) -> PanelMarkup<'a> {
        Box::pin(async move { Ok(Some(panel(cx, client).await?)) })
    }
}

/// A line of the panel.
enum What {
    Birthday,
    Registration,
    ClientSince,
    Stored(ImportantDate),
}

async fn panel(cx: &Cx, client: ClientId) -> Result<Markup, Error> {
    let l = &cx.l;
    let Seen { head, may_edit, mut db } = frame::seen(cx, client).await?;
    let mut all: Vec<(What, Date, bool)> = Vec::new();
    all.extend(head.birth_date.map(|day| (What::Birthday, day, true)));
    all.extend(head.registered_on.map(|day| (What::Registration, day, true)));
    all.extend(head.client_since.map(|day| (What::ClientSince, day, false)));
    for date in queries::dates(&mut db, client).await? {
        let (day, yearly) = (date.on_date, date.yearly);
        all.push((What::Stored(date), day, yearly));
    }
    let bar = occasions(all, l.today);
    let body = html! {
        @if bar.is_empty() { (frame::nothing(&l.t("contacts-dates-none"), None)) }
        @else { dl.kv { @for one in &bar { (line(cx, client, one, may_edit)) } } }
    };
    let mut panel = Panel::new(l.t("contacts-dates"))
        .id("panel-dates")
        .icon("calendar")
        .live(format!("client:{client}"), format!("{}/panel/dates", card(client)));
    if may_edit {
        panel = panel.actions(plus(&l.t("contacts-dates-add"), &format!("{}/dates/new", card(client))));
    }
    Ok(panel.render(&body))
}

fn line(cx: &Cx, client: ClientId, one: &Occasion<What>, may_edit: bool) -> Markup {
    let l = &cx.l;
    let (name, icon_name) = name_of(cx, &one.what);
    let years = i64::from(one.years);
    let is_birthday = matches!(one.what, What::Birthday);
    let count = match (is_birthday, years) {
        (_, ..=0) => String::new(),
        (true, _) => l.ta("contacts-turns", &[("n", years.into())]),
        (false, _) => l.ta("contacts-years", &[("n", years.into())]),
    };
    let far = distance_words(cx, one.day);
    let stored = match &one.what {
        What::Stored(date) => Some(date),
        What::Birthday | What::Registration | What::ClientSince => None,
    };
    let asks = stored.is_some_and(|d| awaits_word(cx, d));
    html! {
        div.kv-line {
            dt title=(author_words(cx, stored)) { (icon(icon_name)) " " (name) }
            dd {
                span.kv-value {
                    span.num { (l.date(one.day)) }
                    @if one.is_next { (ui::badge_with_icon(next_tone(one.day, l.today), icon_name, &far)) }
                    @else { span.quiet { (far) } }
                    @if !count.is_empty() { span.quiet { (count) } }
                    @if asks { (ui::badge(Tone::Attention, &l.t("contacts-date-ask"))) }
                }
                @if let Some(date) = stored.filter(|_| may_edit) {
                    @let src = format!("{}/dates/{}/edit", card(client), date.id);
                    a.kv-edit href=(src) data-dialog-src=(src) aria-label=(l.ta("ui-edit-what", &[("what", name.as_str().into())])) {
                        (icon("pencil"))
                    }
                }
            }
        }
    }
}

fn name_of(cx: &Cx, what: &What) -> (String, &'static str) {
    let l = &cx.l;
    match what {
        What::Birthday => (l.t("contacts-date-birthday"), "cake"),
        What::Registration => (l.t("contacts-date-registration"), "landmark"),
        What::ClientSince => (l.t("contacts-date-client-since"), "star"),
        What::Stored(date) if date.title.is_empty() => {
            (l.t(&format!("contacts-date-{}", date.kind.key())), date.kind.icon())
        }
        What::Stored(date) => (date.title.clone(), date.kind.icon()),
    }
}

/// Who wrote a date down and when.
fn author_words(cx: &Cx, stored: Option<&ImportantDate>) -> String {
    let Some(date) = stored else { return String::new() };
    let directory = cx.app.services.directory.get();
    let who = date.author_id.map(|u| directory.staff_name(u, cx.l.lang).to_owned()).unwrap_or_default();
    let when = cx.l.datetime(date.at);
    if who.is_empty() { when } else { format!("{who}, {when}") }
}

/// A plan whose day has passed since it was written: somebody should ask what became of it.
fn awaits_word(cx: &Cx, date: &ImportantDate) -> bool {
    !date.yearly && date.on_date < cx.l.today && date.at.date_in(&cx.l.zone) < date.on_date
}

fn next_tone(day: Date, today: Date) -> Tone {
    match distance(day, today) {
        Distance::Today | Distance::Days { .. } => Tone::Attention,
        Distance::Weeks { .. } => Tone::Info,
        Distance::Months { .. } | Distance::Years { .. } => Tone::Neutral,
    }
}

/// `in 3 weeks`, `2 years ago`.
fn distance_words(cx: &Cx, day: Date) -> String {
    let l = &cx.l;
    let (unit, count, is_past) = match distance(day, l.today) {
        Distance::Today => return l.t("ui-rel-today"),
        Distance::Days { .. } => return web::format::relative_day(l, day),
        Distance::Weeks { count, is_past } => ("weeks", count, is_past),
        Distance::Months { count, is_past } => ("months", count, is_past),
        Distance::Years { count, is_past } => ("years", count, is_past),
    };
    let direction = if is_past { "ago" } else { "in" };
    l.ta(&format!("contacts-{unit}-{direction}"), &[("n", count.into())])
}

struct Shown<'a> {
    head: &'a ClientHead,
    kind: DateKind,
    stored: Option<&'a ImportantDate>,
    typed: DateFields,
    original: DateFields,
    refusals: Refusals,
}

const fn empty(yearly: bool) -> DateFields {
    DateFields { title: String::new(), on_date: String::new(), yearly }
}

fn form(cx: &Cx, shown: &Shown<'_>) -> Response {
    let l = &cx.l;
    let client = shown.head.id;
    let error = |field: &str| cx.field_error(&shown.refusals, field);
    let kinds = DateKind::ALL
        .iter()
        .map(|k| Opt::new(k.key(), l.t(&format!("contacts-date-{}", k.key()))))
        .collect();
    let title = match shown.stored {
        Some(date) => l.t(&format!("contacts-date-{}", date.kind.key())),
        None => l.t("contacts-dates-add"),
    };
    let body = html! {
        (frame::summary(cx, &shown.refusals, &["kind", "title", "on_date"]))
        (form_row(&[
            html! {
                @if shown.stored.is_none() {
                    (Field::select("kind", l.t("contacts-date-kind"), kinds).value(shown.kind.key()).render(l))
                }
            },
            Field::new("on_date", l.t("contacts-date-day"), Input::Date)
                .value(&shown.typed.on_date).required().error(error("on_date")).render(l),
        ]))
        (Field::text("title", l.t("contacts-date-title")).value(&shown.typed.title)
            .hint(l.t("contacts-date-title-hint")).error(error("title")).full().render(l))
        (Field::checkbox("yearly", l.t("contacts-date-yearly"), shown.typed.yearly).render(l))
    };
    let action = match shown.stored {
        Some(date) => format!("{}/dates/{}", card(client), date.id),
        None => format!("{}/dates", card(client)),
    };
    let mut form = Form::post(&action)
        .hidden("_id", cx.form_id())
        .submit(l.t("contacts-save"))
        .cancel(card(client));
    if shown.stored.is_some() {
        form = form
            .hidden("o_title", &shown.original.title)
            .hidden("o_on_date", &shown.original.on_date)
            .hidden("o_yearly", if shown.original.yearly { "on" } else { "" })
            .extra(archive_button(cx, &action));
    }
    dialog(cx, frame::status(&shown.refusals), shown.head, &title, &form.render(l, &body))
}

pub(super) async fn new_form(cx: Cx, Path(client): Path<String>) -> Answer {
    let seen = frame::editable(&cx, id(&client)?).await?;
    let shown = Shown {
        head: &seen.head,
        kind: if seen.head.kind.is_natural() { DateKind::Wedding } else { DateKind::Anniversary },
        stored: None,
        typed: empty(true),
        original: empty(true),
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown))
}

fn sent_fields(cx: &Cx, sent: &FormData) -> (DateFields, DateFields) {
    let typed = DateFields {
        title: sent.text("title"),
        on_date: sent.text("on_date"),
        yearly: sent.is_set("yearly"),
    };
    let wanted = DateFields { on_date: iso_date(cx, sent, "on_date"), ..typed.clone() };
    (typed, wanted)
}

pub(super) async fn add(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let seen = frame::editable(&cx, id(&client)?).await?;
    let client_id = seen.head.id;
    let kind = DateKind::from_key(&sent.text("kind"))
        .ok_or_else(|| Error::refused_field("not-a-choice", "kind"))?;
    let (typed, fields) = sent_fields(&cx, &sent);
    let command = AddDate { client_id, kind, fields };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    frame::finish(&cx, outcome, &card(client_id), "flash-date-saved", |answer| {
        form(
            &cx,
            &Shown {
                head: &seen.head,
                kind,
                stored: None,
                typed,
                original: empty(false),
                refusals: answer.unwrap_or_default(),
            },
        )
    })
}

async fn stored(cx: &Cx, client: &str, item: &str) -> Result<(Seen, ImportantDate), Error> {
    let mut seen = frame::editable(cx, id(client)?).await?;
    let item: DateId = id(item)?;
    let date = queries::date(&mut seen.db, item).await?.ok_or(Error::NotFound)?;
    if date.client_id != seen.head.id {
        return Err(Error::NotFound);
    }
    Ok((seen, date))
}

pub(super) async fn edit_form(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let (seen, date) = stored(&cx, &client, &item).await?;
    let original = DateFields {
        title: date.title.clone(),
        on_date: date.on_date.to_string(),
        yearly: date.yearly,
    };
    let shown = Shown {
        head: &seen.head,
        kind: date.kind,
        stored: Some(&date),
        typed: DateFields { on_date: date_input(Some(date.on_date)), ..original.clone() },
        original,
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown))
}

pub(super) async fn edit(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, date) = stored(&cx, &client, &item).await?;
    let (typed, fields) = sent_fields(&cx, &sent);
    let original = DateFields {
        title: sent.text("o_title"),
        on_date: sent.text("o_on_date"),
        yearly: sent.is_set("o_yearly"),
    };
    let command = EditDate { date_id: date.id, original: original.clone(), fields };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    let back = card(seen.head.id);
    frame::finish(&cx, outcome, &back, "flash-date-saved", |answer| match answer {
        Ok(refusals) => form(
            &cx,
            &Shown {
                head: &seen.head,
                kind: date.kind,
                stored: Some(&date),
                typed,
                original,
                refusals,
            },
        ),
        Err(conflict) => {
            let title = cx.l.t(&format!("contacts-date-{}", date.kind.key()));
            let action = format!("{back}/dates/{}", date.id);
            frame::conflict(&cx, &seen.head, &title, &action, &sent, &conflict)
        }
    })
}

pub(super) async fn archive(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, date) = stored(&cx, &client, &item).await?;
    cx.execute(sent.command_id()?, &ArchiveDate { date_id: date.id }).await?;
    Ok(cx.done(&card(seen.head.id), "flash-date-archived"))
}
