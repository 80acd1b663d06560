//! The dialog that says who stands for a household or group.

use axum::extract::Path;
use axum::response::Response;
use kernel::{ClientId, Refusal, Refusals};
use maud::html;
use spine::Error;
use spine::secrecy::Group;
use web::ui::{Field, Form, Input, Opt};
use web::{Answer, Cx, FormData};

use super::circle::role_words;
use crate::client::queries::ClientHead;
use crate::contacts::frame::{self, card, dialog, name_of, status, summary};
use crate::links::commands::SetMainMember;
use crate::links::queries::{self, CircleCard};

/// The choice of nobody.
const NOBODY: &str = "nobody";

async fn stored(cx: &Cx, client: &str) -> Result<(ClientHead, CircleCard), Error> {
    let head = frame::editable(cx, frame::id(client)?, Group::Links).await?.head;
    let mut db = cx.db.clone();
    let circle = queries::circle_card(&mut db, cx.principal(), &head, cx.l.today).await?;
    Ok((head, circle))
}

pub(super) async fn form(cx: Cx, Path(client): Path<String>) -> Answer {
    let (head, circle) = stored(&cx, &client).await?;
    let chosen = circle.main.seen().map(|id| id.to_string()).unwrap_or_default();
    Ok(show(&cx, &head, &circle, &chosen, &Refusals::default()))
}

fn show(
    cx: &Cx,
    head: &ClientHead,
    circle: &CircleCard,
    chosen: &str,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let mut options: Vec<Opt> = circle
        .members
        .iter()
        .map(|m| Opt::new(m.head.id.to_string(), name_of(l, &m.head)).hint(role_words(l, m.role)))
        .collect();
    options.push(Opt::new(NOBODY, l.t("circle-nobody")));
    let body = html! {
        (summary(cx, refusals, &["member"]))
        (Field::new("member", l.t("circle-main"), Input::Radio(options)).value(chosen)
            .hint(l.t("circle-main-hint")).required().error(cx.field_error(refusals, "member")).render(l))
    };
    let original = circle.main.seen().map(|id| id.to_string()).unwrap_or_default();
    let form = Form::post(format!("{}/main-member", card(head.id)))
        .hidden("_id", cx.form_id())
        .hidden("original", original)
        .submit(l.t("circle-save"))
        .cancel(card(head.id))
        .render(l, &body);
    dialog(cx, status(refusals), head, &l.t("circle-choose"), &form)
}

pub(super) async fn save(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let (head, circle) = stored(&cx, &client).await?;
    let mut refusals = Refusals::default();
    let chosen = sent.text("member");
    let member_id: Option<ClientId> =
        if chosen == NOBODY { None } else { sent.id("member", &mut refusals) };
    if chosen.is_empty() {
        refusals.push(Refusal::field("required", "member"));
    }
    let original: Option<ClientId> = sent.id("original", &mut refusals);
    let outcome = match refusals.into_result() {
        Ok(()) => {
            let command = SetMainMember { circle_id: head.id, member_id, original };
            cx.execute(sent.command_id()?, &command).await
        }
        Err(refused) => Err(Error::Refused(refused)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&card(head.id), "flash-main-member-set")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, &head, &circle, &chosen, &refusals)),
        Err(error) => Err(error.into()),
    }
}
