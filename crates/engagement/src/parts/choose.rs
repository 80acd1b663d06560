//! Choosing a client in a form: known from the address, or by the beginning of his name; when several
//! fit, the form comes back with all of them. Works without scripts.

use kernel::{ClientId, Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use web::ui::{Field, Input, Opt};
use web::{Cx, FormData};

use super::{client_name, id, vip_mark};
use crate::queries::client_ref::{self, ClientRef};

/// Clients offered when a name fits several.
const SUGGESTIONS: i64 = 12;

/// What is known of the client of a form.
#[derive(Default)]
pub(crate) struct Choice {
    /// The client.
    pub(crate) client: Option<ClientRef>,
    /// Those the typed name fits.
    pub(crate) offered: Vec<ClientRef>,
}

/// Reads the choice; one the person may not see is not found.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub(crate) async fn chosen(
    cx: &mut Cx,
    sent: &FormData,
    refusals: &mut Refusals,
) -> Result<Choice, Error> {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    if let Some(text) = sent.opt("client") {
        let known: ClientId = id(&text)?;
        let client = client_ref::visible(&mut cx.db, &principal, known).await?;
        return Ok(Choice { client: Some(client), offered: Vec::new() });
    }
    let Some(typed) = sent.opt("client_name") else {
        return Ok(Choice::default());
    };
    let beginning = jurisdiction::normalise_name(&typed);
    let mut found =
        client_ref::suggestions(&mut cx.db, &principal, &beginning, SUGGESTIONS).await?;
    match found.len() {
        0 => refusals.push(Refusal::field("client-unknown", "client_name")),
        1 => {
            return Ok(Choice { client: found.pop(), offered: Vec::new() });
        }
        _ => refusals.push(Refusal::field("client-several", "client")),
    }
    Ok(Choice { client: None, offered: found })
}

/// The fields of the choice, or the client's name when he is known.
pub(crate) fn fields(cx: &Cx, choice: &Choice, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    if let Some(client) = &choice.client {
        return html! {
            p.quiet { (client_name(l, client)) @if client.is_vip() { " " (vip_mark(l)) } }
        };
    }
    let options = choice
        .offered
        .iter()
        .map(|c| Opt::new(c.id.to_string(), format!("{} · {}", client_name(l, c), c.number)));
    html! {
        (Field::text("client_name", l.t("engagement-client")).value(sent.raw("client_name"))
            .hint(l.t("engagement-client-hint")).attribute("autocomplete", "off")
            .error(cx.field_error(refusals, "client_name")).render(l))
        @if !choice.offered.is_empty() {
            (Field::new("client", l.t("engagement-client-which"), Input::Radio(options.collect()))
                .error(cx.field_error(refusals, "client")).render(l))
        }
    }
}
