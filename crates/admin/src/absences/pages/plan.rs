//! Planning an absence: one's own, or anybody's.

use axum::response::Response;
use kernel::limits::TEXT_CHARS_MAX;
use kernel::{Date, Refusal, Refusals, UserId};
use maud::{Markup, html};
use spine::Error;
use spine::org::edit::PlanAbsence;
use web::ui::{Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::{HOME, OWN};
use crate::pages::{active_staff, asked, dialog, dialog_refused, summary};

/// For whom: oneself, or whoever is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Mine,
    Chosen,
}

pub(super) async fn form(cx: Cx) -> Answer {
    let given = asked(&cx);
    Ok(show(&cx, Whose::Chosen, &given, None))
}

pub(super) async fn own_form(cx: Cx) -> Answer {
    let given = asked(&cx);
    Ok(show(&cx, Whose::Mine, &given, None))
}

pub(super) async fn plan(cx: Cx, sent: FormData) -> Answer {
    send(cx, Whose::Chosen, sent).await
}

pub(super) async fn plan_own(cx: Cx, sent: FormData) -> Answer {
    send(cx, Whose::Mine, sent).await
}

async fn send(cx: Cx, whose: Whose, sent: FormData) -> Answer {
    let outcome = match command(&cx, whose, &sent) {
        Ok(command) => cx.execute(sent.command_id()?, &command).await.map(|_| ()),
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => {
            let home = if whose == Whose::Mine { OWN } else { HOME };
            Ok(cx.done(home, "flash-admin-absence-planned"))
        }
        Err(Error::Refused(refusals)) => Ok(show(&cx, whose, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn command(cx: &Cx, whose: Whose, sent: &FormData) -> Result<PlanAbsence, Refusals> {
    let mut refusals = Refusals::default();
    let staff: Option<UserId> = match whose {
        Whose::Mine => cx.principal().user_id,
        Whose::Chosen => sent.id("staff", &mut refusals),
    };
    let deputy: Option<UserId> = sent.id("deputy", &mut refusals);
    let from: Option<Date> = sent.date("from", cx.l.today, &mut refusals);
    let until: Option<Date> = sent.date("until", cx.l.today, &mut refusals);
    for name in ["staff", "deputy", "from", "until"] {
        let is_needed = name != "staff" || whose == Whose::Chosen;
        if is_needed && sent.opt(name).is_none() {
            refusals.push(Refusal::field("required", name));
        }
    }
    let reason = sent.text("reason");
    if reason.chars().count() > TEXT_CHARS_MAX {
        refusals.push(Refusal::field("too-long", "reason").arg("max", TEXT_CHARS_MAX));
    }
    match (staff, deputy, from, until) {
        (Some(staff_id), Some(deputy_id), Some(from_on), Some(until_on))
            if refusals.0.is_empty() =>
        {
            Ok(PlanAbsence { staff_id, deputy_id, from_on, until_on, reason })
        }
        _ => Err(refusals),
    }
}

fn show(cx: &Cx, whose: Whose, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let home = if whose == Whose::Mine { OWN } else { HOME };
    let body = Form::post(format!("{home}/new"))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-absence-plan"))
        .cancel(home)
        .render(l, &fields(cx, whose, given, refused.unwrap_or(&none)));
    let title = l.t("admin-absence-plan");
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}

fn fields(cx: &Cx, whose: Whose, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let people = |but: Option<UserId>| {
        let mut options = vec![Opt::new("", l.t("admin-choose"))];
        options.extend(active_staff(cx, but));
        options
    };
    let away = match whose {
        Whose::Mine => cx.principal().user_id,
        Whose::Chosen => given.text("staff").parse().ok(),
    };
    let day = |name: &str, key: &str| {
        Field::new(name, l.t(key), Input::Date)
            .value(given.text(name))
            .required()
            .error(error(name))
            .render(l)
    };
    html! {
        (summary(cx, refusals))
        @if whose == Whose::Chosen {
            (Field::select("staff", l.t("admin-absence-who"), people(None)).value(given.text("staff"))
                .required().error(error("staff")).render(l))
        }
        (form_row(&[day("from", "admin-absence-from"), day("until", "admin-absence-until")]))
        (Field::select("deputy", l.t("admin-absence-deputy"), people(away)).value(given.text("deputy"))
            .required().hint(l.t("admin-absence-deputy-hint")).error(error("deputy")).render(l))
        (Field::text("reason", l.t("admin-absence-reason")).value(given.text("reason"))
            .hint(l.t("admin-absence-reason-hint")).error(error("reason")).render(l))
    }
}
