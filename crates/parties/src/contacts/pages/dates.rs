//! Important dates: the birthday and what people told us, from past to future, the next one marked.

use kernel::{ClientId, Date};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::icons::icon;
use web::ui::{self, Panel, Tone};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::frame::{self, Seen, card, plus};
use crate::contacts::model::{Distance, Occasion, distance, occasions};
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
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(async move { Ok(Some(panel(cx, client.id).await?)) })
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
    let Seen { head, may_edit, is_hidden, mut db } =
        frame::seen(cx, client, Group::History).await?;
    if is_hidden {
        let panel = Panel::new(l.t("contacts-dates")).id("panel-dates").icon("calendar");
        return Ok(panel.render(&ui::hidden(l, Group::History, client)));
    }
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
        panel =
            panel.actions(plus(&l.t("contacts-dates-add"), &format!("{}/dates/new", card(client))));
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
    let Some(date) = stored else {
        return String::new();
    };
    let directory = cx.app.services.directory.get();
    let who =
        date.author_id.map(|u| directory.staff_name(u, cx.l.lang).to_owned()).unwrap_or_default();
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
