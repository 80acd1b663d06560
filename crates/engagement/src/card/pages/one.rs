//! The page of a card: what it allows, what it has logged, what is wrong with it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Currency, Money, Refusal, Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use uuid::Uuid;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Kv, PageHeader, Panel, Row, Table, Tone, form_row,
};
use web::{Answer, Cx, FormData};

use super::{HOME, alarms};
use crate::card::commands::{SetCardTerms, StopCard};
use crate::card::model::{CardState, Offer, STOP_REASONS_TOLD, Terms};
use crate::card::queries::{self, CardRow, RecordRow};
use crate::parts;
use crate::queries::client_ref::{self, ClientRef};

/// Records and alarms shown.
const ROWS_MAX: i64 = 100;

/// A card of a client over whom the person has a permission.
pub(super) async fn card(
    cx: &mut Cx,
    id: &str,
    permission: &str,
) -> Result<(CardRow, ClientRef), Error> {
    let id: Uuid = parts::id(id)?;
    let card = queries::by_id(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let client = client_ref::visible(&mut cx.db, &principal, card.client_id).await?;
    principal.require_over(permission, client.owner())?;
    // what he pays and where is what was spoken and done with him
    if !cx.reads(client.owner(), Group::History) {
        return Err(Error::NotFound);
    }
    Ok((card, client))
}

/// How a card's state is coloured.
pub(super) const fn tone(state: CardState) -> Tone {
    match state {
        CardState::Made => Tone::Attention,
        CardState::Active => Tone::Good,
        CardState::Stopped => Tone::Danger,
    }
}

pub(super) fn state_badge(cx: &Cx, state: CardState) -> Markup {
    ui::badge(tone(state), &cx.l.t(&format!("card-state-{}", state.key())))
}

pub(super) async fn page(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let (card, client) = card(&mut cx, &id, "client.read").await?;
    let records = queries::records(&mut cx.db, &card.number, ROWS_MAX).await?;
    let of = (Some(card.number.as_str()), false);
    let wrong = match cx.principal().has("card.watch") {
        true => queries::alarms(&mut cx.db, of, (None, ROWS_MAX)).await?,
        false => Vec::new(),
    };
    let l = &cx.l;
    let content = html! {
        (header(&cx, &card, &client))
        div #card data-live={ "kind:smart_card client:" (client.id) } data-live-src={ (HOME) "/" (card.id) } {
            (ui::split(
                &html! {
                    (records_table(&cx, &records))
                    @if !wrong.is_empty() { (alarms::table(&cx, &wrong)) }
                },
                &facts(&cx, &card),
            ))
        }
    };
    Ok(cx.page(&format!("{} · {}", card.number, l.t("card-panel")), &content))
}

fn header(cx: &Cx, card: &CardRow, client: &ClientRef) -> Markup {
    let l = &cx.l;
    let mut header =
        PageHeader::new(l.ta("card-title", &[("number", card.number.as_str().into())]))
            .crumb(format!("/clients/{}", client.id), parts::client_name(l, client))
            .marks(state_badge(cx, card.state));
    if card.state == CardState::Stopped {
        return header.render(l);
    }
    let at = |what: &str| format!("{HOME}/{}/{what}", card.id);
    let dialog = |key: &str, icon: &'static str, what: &str| {
        Button::secondary(l.t(key)).icon(icon).dialog(at(what)).render()
    };
    if cx.principal().reaches("card.issue", client.owner()) {
        header = header.other(dialog("card-terms-title", "pencil", "terms")).other(dialog(
            "card-pin-title",
            "key-round",
            "pin",
        ));
    }
    if cx.principal().reaches("card.stop", client.owner()) {
        let stop = Button::danger(l.t("card-stop-title")).icon("circle-x").dialog(at("stop"));
        header = header.other(stop.render());
    }
    header.render(l)
}

fn facts(cx: &Cx, card: &CardRow) -> Markup {
    let l = &cx.l;
    let mut kv = Kv::new("card-facts")
        .line(l.t("card-limit"), html! { (l.money(card.limit())) })
        .line(l.t("card-valid"), html! { (l.date(card.valid_until.date_in(&l.zone))) })
        .line(l.t("card-issued"), html! { (l.datetime(card.issued_at)) })
        .line(l.t("card-counted"), html! { (card.counted_atc) });
    if card.profile_at > Timestamp::from_micros(0) {
        kv = kv.line(l.t("card-signed"), html! { (l.ago(card.profile_at)) });
    } else {
        kv = kv.line(l.t("card-signed"), ui::badge(Tone::Attention, &l.t("card-terms-wait")));
    }
    if let (Some(_), Some(until)) = (card.offer_id, card.offer_until) {
        let sum = Money::new(card.offer_minor, card.currency);
        kv = kv.line(
            l.t("card-offer"),
            html! {
                (l.money(sum)) " · " (l.percent(card.offer_rate_bp)) " · "
                span.quiet { (l.t("card-until")) " " (l.date(until.date_in(&l.zone))) }
            },
        );
    }
    if let Some(at) = card.stopped_at {
        let why = l.t(&format!("card-stop-{}", card.stop_reason));
        kv = kv.line(l.t("card-stopped-at"), html! { (l.datetime(at)) " · " (why) });
    }
    Panel::new(l.t("card-facts")).icon("credit-card").render(&kv.render(l))
}

fn records_table(cx: &Cx, records: &[RecordRow]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let rows = records.iter().map(|record| {
        Row::new(format!("{}-{}", record.atc, record.link))
            .cell(Cell::number(l, record.atc))
            .cell(Cell::text(l.datetime(record.at)))
            .cell(Cell::text(l.t(&format!("card-kind-{}", record.kind))))
            .cell(if record.amount_minor == 0 {
                Cell::none(l)
            } else {
                Cell::money(l, record.sum())
            })
            .cell(Cell::text(directory.branch_name(record.branch_id, l.lang)))
            .cell(Cell::markup(standing(cx, record)))
    });
    let table = Table::new("card-records", l.t("card-records"))
        .column(Column::number(l.t("card-atc")))
        .column(Column::text(l.t("card-when")))
        .column(Column::text(l.t("card-what")).wide())
        .column(Column::number(l.t("operation-amount")))
        .column(Column::text(l.t("card-where")))
        .column(Column::text(l.t("card-standing")))
        .rows(rows)
        .empty(ui::empty(
            "clipboard-check",
            &l.t("card-records-none"),
            &l.t("card-records-none-words"),
            None,
        ));
    Panel::new(l.t("card-records")).flush().render(&table.render(l))
}

fn standing(cx: &Cx, record: &RecordRow) -> Markup {
    let l = &cx.l;
    let words = l.t(&format!("card-standing-{}", record.standing));
    let tone = match record.standing.as_str() {
        "accepted" if record.risks.is_empty() => Tone::Good,
        "told" => Tone::Neutral,
        "forked" => Tone::Danger,
        _ => Tone::Attention,
    };
    html! {
        (ui::badge(tone, &words))
        @for risk in record.risks.split(' ').filter(|risk| !risk.is_empty()) {
            div.quiet { (l.t(&format!("refusal-{risk}"))) }
        }
    }
}

/// The fields of what a card allows.
pub(super) fn terms_fields(
    cx: &Cx,
    currency: Currency,
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let field = |name: &'static str, label: &str| {
        Field::text(name, l.t(label))
            .value(sent.raw(name))
            .attribute("autocomplete", "off")
            .error(cx.field_error(refusals, name))
    };
    html! {
        (field("limit", "card-limit").required().hint(l.ta("card-limit-hint", &[("currency", currency.code().into())]))
            .attribute("inputmode", "decimal").render(l))
        fieldset {
            legend { (l.t("card-offer")) }
            (form_row(&[
                field("offer_sum", "card-offer-sum").attribute("inputmode", "decimal").render(l),
                field("offer_rate", "card-offer-rate").attribute("inputmode", "decimal").render(l),
                Field::new("offer_until", l.t("card-offer-until"), ui::Input::Date).value(sent.raw("offer_until"))
                    .error(cx.field_error(refusals, "offer_until")).render(l),
            ]))
        }
    }
}

/// What was typed in them.
pub(super) fn read_terms(
    cx: &Cx,
    sent: &FormData,
    currency: Currency,
    refusals: &mut Refusals,
) -> Terms {
    let limit = sent.money("limit", currency, refusals);
    if limit.is_none() && refusals.of("limit").is_none() {
        refusals.push(Refusal::field("required", "limit"));
    }
    let sum = sent.money("offer_sum", currency, refusals);
    // hundredths of a percent are read as hundredths of a sum are
    let rate = sent.money("offer_rate", Currency::RUB, refusals);
    let until = sent.date("offer_until", cx.l.today, refusals);
    let is_any =
        ["offer_sum", "offer_rate", "offer_until"].iter().any(|name| sent.opt(name).is_some());
    if is_any {
        for (name, is_there) in [
            ("offer_sum", sum.is_some()),
            ("offer_rate", rate.is_some()),
            ("offer_until", until.is_some()),
        ] {
            if !is_there && refusals.of(name).is_none() {
                refusals.push(Refusal::field("required", name));
            }
        }
    }
    let offer = match (sum, rate, until) {
        (Some(sum), Some(rate), Some(until)) => Some(Offer {
            sum_minor: sum.minor,
            rate_bp: u32::try_from(rate.minor).unwrap_or(u32::MAX),
            until: Timestamp::start_of(until, &cx.l.zone).plus_days(1),
        }),
        _ => None,
    };
    Terms { limit_minor: limit.map_or(0, |limit| limit.minor), offer }
}

pub(super) async fn terms(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let (card, _) = card(&mut cx, &id, "card.issue").await?;
    let mut pairs = vec![
        ("limit".to_owned(), card.limit().plain()),
        ("revision".to_owned(), card.revision.to_string()),
    ];
    if let (Some(_), Some(until)) = (card.offer_id, card.offer_until) {
        let rate = format!("{}.{:02}", card.offer_rate_bp / 100, card.offer_rate_bp % 100);
        let last = until.plus_seconds(-1).date_in(&cx.l.zone);
        pairs.push(("offer_sum".to_owned(), Money::new(card.offer_minor, card.currency).plain()));
        pairs.push(("offer_rate".to_owned(), rate));
        pairs.push(("offer_until".to_owned(), cx.l.date(last)));
    }
    let given = FormData::from_pairs(pairs);
    Ok(show_terms(&cx, StatusCode::OK, &card, &given, &Refusals::default()))
}

pub(super) async fn set_terms(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let (card, _) = card(&mut cx, &id, "card.issue").await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut refusals = Refusals::default();
    let terms = read_terms(&cx, &sent, card.currency, &mut refusals);
    if !refusals.0.is_empty() {
        return Ok(show_terms(&cx, status, &card, &sent, &refusals));
    }
    let revision = sent.text("revision").parse().ok();
    let command = SetCardTerms { card_id: card.id, terms, revision };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&format!("{HOME}/{}", card.id), "flash-card-terms")),
        Err(Error::Refused(refusals)) => Ok(show_terms(&cx, status, &card, &sent, &refusals)),
        Err(other) => Err(other.into()),
    }
}

fn show_terms(
    cx: &Cx,
    status: StatusCode,
    card: &CardRow,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let back = format!("{HOME}/{}", card.id);
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (terms_fields(cx, card.currency, sent, refusals))
        p.quiet { (l.t("card-terms-words")) }
    };
    let form = Form::post(format!("{back}/terms"))
        .hidden("_id", cx.form_id())
        .hidden("revision", sent.text("revision"))
        .submit(l.t("card-terms-go"))
        .cancel(&back)
        .render(l, &body);
    parts::dialog(cx, status, &l.t("card-terms-title"), (&back, &card.number), &form)
}

pub(super) async fn ask_stop(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let (card, _) = card(&mut cx, &id, "card.stop").await?;
    Ok(show_stop(&cx, StatusCode::OK, &card, &FormData::default(), &Refusals::default()))
}

pub(super) async fn stop(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let (card, _) = card(&mut cx, &id, "card.stop").await?;
    let command = StopCard { card_id: card.id, reason: sent.text("reason") };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&format!("{HOME}/{}", card.id), "flash-card-stopped")),
        Err(Error::Refused(refusals)) => {
            Ok(show_stop(&cx, StatusCode::UNPROCESSABLE_ENTITY, &card, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

fn show_stop(
    cx: &Cx,
    status: StatusCode,
    card: &CardRow,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let back = format!("{HOME}/{}", card.id);
    let reasons =
        parts::word_options(l, "card-stop-", &STOP_REASONS_TOLD, Some("interaction-not-chosen"));
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        p { (l.t("card-stop-words")) }
        (Field::select("reason", l.t("card-stop-why"), reasons).value(sent.text("reason")).required()
            .error(cx.field_error(refusals, "reason")).render(l))
    };
    let form = Form::post(format!("{back}/stop"))
        .hidden("_id", cx.form_id())
        .submit(l.t("card-stop-title"))
        .destructive()
        .cancel(&back)
        .render(l, &body);
    parts::dialog(cx, status, &l.t("card-stop-title"), (&back, &card.number), &form)
}
