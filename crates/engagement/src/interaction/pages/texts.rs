//! A text of the bank in the form of a written contact: the clerk chooses one, and it is filled in for this client.

use kernel::{Lang, Refusal, Refusals, template};
use maud::{Markup, html};
use spine::Error;
use web::ui::{Button, Field, Opt};
use web::{Cx, FormData};

use crate::interaction::model::Channel;
use crate::queries::client_ref::ClientRef;
use crate::queries::message_texts::{self, MessageText};

/// The texts of a channel; none of one that is not written.
pub(super) async fn of(cx: &Cx, channel: Channel) -> Result<Vec<MessageText>, Error> {
    match channel.is_written() {
        true => Ok(message_texts::of_channel(&mut cx.db.clone(), channel.key()).await?),
        false => Ok(Vec::new()),
    }
}

/// The choice over the fields of the form; nothing when there are no texts.
pub(super) fn choice(
    cx: &Cx,
    texts: &[MessageText],
    (sent, refusals): (&FormData, &Refusals),
) -> Markup {
    if texts.is_empty() {
        return html! {};
    }
    let l = &cx.l;
    let other = match l.lang {
        Lang::Ru => Lang::En,
        Lang::En => Lang::Ru,
    };
    let none = Opt::new("", l.t("interaction-not-chosen"));
    let of = |lang: Lang| {
        let tongue = l.t(&format!("interaction-text-{}", lang.code()));
        texts.iter().map(move |text| {
            let words = format!("{} · {tongue}", text.words(l.lang).name);
            Opt::new(format!("{}:{}", text.key, lang.code()), words)
        })
    };
    let options = std::iter::once(none).chain(of(l.lang)).chain(of(other)).collect();
    let text = Field::select("text", l.t("interaction-text"), options);
    let text = text.value(sent.text("text")).error(cx.field_error(refusals, "text")).full();
    let fill = Button::secondary(l.t("interaction-text-fill"))
        .icon("file-text")
        .sends("fill", "1")
        .attribute("formnovalidate", "")
        .attribute("data-redraws", "");
    html! {
        // Enter saves, as in every form: it presses the first button, which is this one and not the one that fills in
        button type="submit" hidden tabindex="-1" {}
        (text.render(l))
        div.form-fill { (fill) }
    }
}

/// The form with the chosen text in it, filled in for this client. What was typed elsewhere stays.
pub(super) fn filled(
    cx: &Cx,
    client: &ClientRef,
    (sent, texts): (&FormData, &[MessageText]),
) -> Result<FormData, Refusals> {
    let wrong = || Refusals::from(Refusal::field("not-a-choice", "text"));
    let chosen = sent.text("text");
    let (key, lang) = chosen.split_once(':').ok_or_else(wrong)?;
    let lang = Lang::from_code(lang).ok_or_else(wrong)?;
    let text = texts.iter().find(|text| text.key == key).ok_or_else(wrong)?;
    let words = text.words(lang);
    let value = |place: &str| value(cx, client, (place, lang));
    let subject = if words.subject.is_empty() { &words.name } else { &words.subject };
    let subject = template::filled(subject, value);
    let body = template::filled(&words.body, value);
    let kept = sent.pairs().filter(|(name, _)| !matches!(*name, "subject" | "body" | "fill"));
    let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let new = [("subject".to_owned(), subject), ("body".to_owned(), body)];
    Ok(FormData::from_pairs(kept.chain(new)))
}

/// What stands in a place of a text to this client. What only the clerk knows is left to him.
fn value(cx: &Cx, client: &ClientRef, (place, lang): (&str, Lang)) -> Option<String> {
    let directory = cx.app.services.directory.get();
    let principal = cx.principal();
    let branch = || principal.branch_id.or(client.branch_id);
    let words = match place {
        "client" => client.name.clone(),
        "branch" => branch().map(|id| directory.branch_name(id, lang).to_owned())?,
        "clerk" => principal.user_id.map(|id| directory.staff_name(id, lang).to_owned())?,
        "date" => web::i18n::L { lang, ..cx.l.clone() }.date(cx.l.today),
        _ => return None,
    };
    Some(words).filter(|words| !words.is_empty())
}

/// Places that nobody has filled in, as they stand in the text; of a written contact only.
pub(super) fn open_places(channel: Channel, body: &str) -> Option<String> {
    let open = if channel.is_written() { template::places(body) } else { Vec::new() };
    let open: Vec<String> = open.into_iter().map(|place| format!("{{{place}}}")).collect();
    Some(open.join(", ")).filter(|open| !open.is_empty())
}
