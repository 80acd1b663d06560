//! What lets a form go above a branch's limit: a supervisor's signature, shown when what was sent is above a limit that he may
//! lift, and handed to the command; and what the centre has approved beforehand.
//!
//! A page needs three lines: `let cx = cx.supervised(&sent);` before it executes, and `(supervisor_part(&cx, &sent, &refusals))`
//! among the fields it shows again.

use kernel::{ClientId, Refusals, Secret};
use maud::{Markup, html};
use spine::Error;
use spine::authority::{PreApproval, State, queries};

use super::cx::Cx;
use super::form_data::FormData;
use crate::icons::icon;
use crate::ui::{Field, Input, form_row};

const LOGIN: &str = "supervisor_login";
const PIN: &str = "supervisor_pin";

impl Cx {
    /// The same request with the signature its form carries, when it carries one.
    #[must_use]
    pub fn supervised(self, sent: &FormData) -> Cx {
        let pin = sent.raw(PIN);
        if pin.is_empty() {
            return self;
        }
        let pin = Secret::new(pin.to_owned());
        Cx { ctx: self.ctx.clone().supervised_by(&sent.text(LOGIN), pin), ..self }
    }
}

/// What the centre has approved beforehand of a command for a client and may be used now, at a branch; nothing elsewhere.
///
/// # Errors
/// The database's.
pub async fn approved_part(cx: &Cx, client: ClientId, command: &str) -> Result<Markup, Error> {
    if !cx.app.services.bus.is_at_branch() {
        return Ok(html! {});
    }
    let all = queries::pre_approvals(&mut cx.db.clone(), client).await?;
    let is_open = |one: &&PreApproval| one.command == command && one.state(cx.now()) == State::Open;
    let words = |one: &PreApproval| {
        let (sum, until) = (cx.l.money(one.amount), cx.l.datetime(one.until));
        cx.l.ta("web-approved", &[("sum", sum.into()), ("until", until.into())])
    };
    Ok(html! {
        @for one in all.iter().filter(is_open) { p.quiet { (icon("badge-check")) " " (words(one)) } }
    })
}

/// The fields of a supervisor; nothing while none is needed.
pub fn supervisor_part(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let is_liftable = refusals.0.iter().any(|refusal| {
        ["above-offline-limit", "centre-silent"].contains(&refusal.code.as_str())
            && refusal.args.iter().any(|(name, value)| name == "lift" && value == "yes")
    });
    if !is_liftable && refusals.of(PIN).is_none() {
        return html! {};
    }
    let l = &cx.l;
    html! {
        fieldset.supervisor {
            legend { (l.t("web-supervisor")) }
            p.quiet { (l.t("web-supervisor-words")) }
            (form_row(&[
                Field::text(LOGIN, l.t("web-supervisor-login")).value(given.text(LOGIN))
                    .attribute("autocomplete", "off").attribute("autocapitalize", "none").render(l),
                Field::new(PIN, l.t("web-supervisor-pin"), Input::Password)
                    .error(cx.field_error(refusals, PIN))
                    .attribute("autocomplete", "off").attribute("inputmode", "numeric").render(l),
            ]))
        }
    }
}
