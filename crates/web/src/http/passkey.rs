//! Asking for a passkey, and what comes back: the challenge of a page, and the way from a signature to a person.
//!
//! The challenge travels sealed in the form that is sent back, for one purpose and a few minutes, so that
//! nothing is written for strangers; the command that takes an answer spends it.

use std::sync::Arc;

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Timestamp;
use kernel::limits::PASSKEY_MINUTES;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use spine::Error;
use spine::org::commands::NoteDismissedSignIn;
use spine::org::passkey::{
    self, ALGORITHMS, CHALLENGE_BYTES, KeyOwner, NotePasskeyCounter, Party, Signed, Spent,
    UsePasskey,
};
use spine::org::queries::{self, SignInRow};

use super::access::{Access, Routes};
use super::app::App;
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;
use super::sign_in::{self, locked_refusal, note_failure, open, shut_until};
use super::ticket;
use crate::icons::icon;
use crate::ui::Button;

const PATH: &str = "/sign-in/passkey";
/// What a challenge of the sign-in page is sealed for.
const ENTER: &str = "passkey-enter";

pub(super) fn routes(routes: Routes) -> Routes {
    routes.post(PATH, Access::Public, enter)
}

/// A question to a device.
#[derive(Serialize, Deserialize)]
struct Draft {
    challenge: Vec<u8>,
    until: Timestamp,
}

/// A question as a page carries it.
pub(super) struct Question {
    /// The challenge, as browsers take it.
    challenge: String,
    /// The same for us, sealed.
    sealed: String,
}

impl Question {
    pub(super) fn new(cx: &Cx, purpose: &str) -> Result<Question, Error> {
        let mut challenge = vec![0_u8; CHALLENGE_BYTES];
        cx.ctx.entropy.fill(&mut challenge);
        let shown = URL_SAFE_NO_PAD.encode(&challenge);
        let until = cx.now().plus_minutes(PASSKEY_MINUTES);
        let plain = serde_json::to_vec(&Draft { challenge, until })?;
        Ok(Question { challenge: shown, sealed: ticket::seal(cx, &plain, purpose)? })
    }
    /// What the browser is told when a passkey is to be made.
    pub(super) fn to_make(&self, party: &Party, user: &Json, known: &[Vec<u8>]) -> Json {
        let algorithms = ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
        json!({
            "challenge": self.challenge,
            "rp": { "id": party.id, "name": "Tessera" },
            "user": user,
            "pubKeyCredParams": algorithms,
            "excludeCredentials": credentials(known),
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
            "timeout": PASSKEY_MINUTES * 60_000,
        })
    }
    /// What the browser is told when a passkey is to sign; with no names any of the party's may.
    fn to_sign(&self, party: &Party, known: &[Vec<u8>]) -> Json {
        json!({
            "challenge": self.challenge,
            "rpId": party.id,
            "allowCredentials": credentials(known),
            "userVerification": "required",
            "timeout": PASSKEY_MINUTES * 60_000,
        })
    }
}

fn credentials(known: &[Vec<u8>]) -> Vec<Json> {
    let one = |id: &Vec<u8>| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) });
    known.iter().map(one).collect()
}

/// The party people prove themselves to; where there is none, nobody has passkeys.
///
/// # Errors
/// Refused where there is none.
pub(super) fn party(app: &App) -> Result<&Party, Error> {
    app.party.as_ref().ok_or_else(|| Error::refused("passkey-none-here"))
}

/// The hidden fields and words that the script needs, within a form of `data-passkey`.
pub(super) fn fields(cx: &Cx, question: &Question) -> Markup {
    let l = &cx.l;
    let origin = cx.app.party.as_ref().map(|party| party.origin.as_str()).unwrap_or_default();
    html! {
        input type="hidden" name="question" value=(question.sealed);
        @for name in ["id", "client_data", "authenticator_data", "signature", "user_handle"] {
            input type="hidden" name=(name);
        }
        p.error role="alert" hidden data-passkey-words
            data-cancelled=(l.t("web-passkey-cancelled"))
            data-known=(l.t("refusal-passkey-known"))
            data-elsewhere=(l.ta("web-passkey-elsewhere", &[("address", origin.into())]))
            data-failed=(l.t("web-passkey-failed")) {
            (icon("circle-alert")) span {}
        }
    }
}

/// The form that signs in with a passkey; a script shows it where the browser has passkeys.
pub(super) fn form(cx: &Cx, ask: Ask<'_>) -> Result<Markup, Error> {
    let Some(party) = &cx.app.party else { return Ok(html! {}) };
    let question = Question::new(cx, ask.purpose)?;
    let options = question.to_sign(party, ask.known);
    Ok(html! {
        form.sign-in-ways method="post" action=(ask.action) hidden data-passkey="get"
            data-options=(options.to_string()) data-page=(ask.page) data-origin=(party.origin) {
            input type="hidden" name="next" value=(ask.next);
            (Button::secondary(cx.l.t(ask.label)).icon("key-round").submit().render())
            (fields(cx, &question))
        }
    })
}

/// What a form with a passkey asks for.
pub(super) struct Ask<'a> {
    /// Where the answer goes.
    pub(super) action: &'static str,
    /// The page with the form: a fresh question stands there.
    pub(super) page: &'static str,
    /// What the challenge is sealed for.
    pub(super) purpose: &'a str,
    /// Words of the button.
    pub(super) label: &'static str,
    /// The passkeys that may sign; none: any of this party's.
    pub(super) known: &'a [Vec<u8>],
    /// Where one goes afterwards.
    pub(super) next: &'a str,
}

/// The form on the sign-in page.
pub(super) fn enter_form(cx: &Cx, next: &str) -> Result<Markup, Error> {
    let (label, known) = ("web-passkey-enter", &[][..]);
    form(cx, Ask { action: PATH, page: "/sign-in", purpose: ENTER, label, known, next })
}

/// The bytes of a field.
pub(super) fn bytes(sent: &FormData, name: &str) -> Result<Vec<u8>, Error> {
    let decoded = URL_SAFE_NO_PAD.decode(sent.raw(name));
    decoded.map_err(|_| Error::refused("passkey-malformed"))
}

/// The challenge a form was made with.
///
/// # Errors
/// Refused when it is not one of ours for this purpose, or too old.
pub(super) fn question(cx: &Cx, sent: &FormData, purpose: &str) -> Result<Spent, Error> {
    let opened = ticket::open(&cx.app, sent.raw("question"), purpose);
    let draft = opened.and_then(|plain| serde_json::from_slice::<Draft>(plain.reveal()).ok());
    let Draft { challenge, until } = draft.ok_or_else(|| Error::refused("passkey-late"))?;
    if until <= cx.now() {
        return Err(Error::refused("passkey-late"));
    }
    Ok(Spent { challenge, until })
}

/// Signs in with a passkey alone: possession of the device, and what it verified of the person.
async fn enter(State(app): State<Arc<App>>, mut cx: Cx, sent: FormData) -> Answer {
    let next = sent.text("next");
    match prove(&app, &mut cx, &sent, (ENTER, None)).await {
        Ok(row) => open(&app, &cx, (row.user_id, false), &next).await,
        Err(Error::Refused(refusals)) => sign_in::refused(&cx, "", &next, &refusals),
        Err(other) => Err(other.into()),
    }
}

/// Who has proved himself with a passkey. With `expected`, nobody but him can.
///
/// # Errors
/// Refused with the check that failed; what was tried with the passkey of somebody known counts as his
/// failure.
pub(super) async fn prove(
    app: &App,
    cx: &mut Cx,
    sent: &FormData,
    (purpose, expected): (&str, Option<&SignInRow>),
) -> Result<SignInRow, Error> {
    let party = party(app)?;
    let spent = question(cx, sent, purpose)?;
    let owner = passkey::key_owner(&mut cx.db, &bytes(sent, "id")?).await?;
    let Some(owner) = owner else {
        app.gate.address_failed(&cx.address, cx.now());
        return Err(Error::refused("passkey-unknown"));
    };
    if let Some(other) = expected.filter(|row| row.user_id != owner.user_id) {
        note_failure(app, cx, &owner.login, Some(other.user_id)).await?;
        return Err(Error::refused("passkey-owner"));
    }
    let row = queries::sign_in_row(&mut cx.db, &owner.login).await?.ok_or(Error::NotFound)?;
    if !row.active {
        let (address, device) = (cx.address.clone(), cx.device());
        let noted = NoteDismissedSignIn { user_id: row.user_id, address, device };
        system(app, &noted).await?;
        return Err(Error::refused("passkey-unknown"));
    }
    if let Some(until) = shut_until(app, cx, &owner.login, Some(&row)) {
        return Err(Error::Refused(locked_refusal(cx, until).into()));
    }
    match check(app, (party, spent), &owner, sent).await {
        Ok(()) => Ok(row),
        Err(Error::Refused(refusals)) => {
            let code = refusals.0.first().map(|refusal| refusal.code.clone()).unwrap_or_default();
            if code == "passkey-counter" {
                let (address, device) = (cx.address.clone(), cx.device());
                let user_id = owner.user_id;
                system(app, &NotePasskeyCounter { user_id, address, device }).await?;
            }
            note_failure(app, cx, &owner.login, Some(owner.user_id)).await?;
            Err(Error::Refused(refusals))
        }
        Err(other) => Err(other),
    }
}

async fn check(
    app: &App,
    (party, spent): (&Party, Spent),
    owner: &KeyOwner,
    sent: &FormData,
) -> Result<(), Error> {
    let handle = bytes(sent, "user_handle")?;
    if !handle.is_empty() && handle != owner.user_id.uuid().as_bytes() {
        return Err(Error::refused("passkey-owner"));
    }
    let (client_data, signature) = (bytes(sent, "client_data")?, bytes(sent, "signature")?);
    let authenticator_data = bytes(sent, "authenticator_data")?;
    let signed = Signed {
        client_data: &client_data,
        authenticator_data: &authenticator_data,
        signature: &signature,
    };
    let counter = passkey::signed(party, &spent.challenge, &owner.public_key, signed)
        .map_err(|problem| Error::refused(problem.code()))?;
    system(app, &UsePasskey { passkey_id: owner.passkey_id, counter, spent }).await
}

async fn system<C: spine::Command>(app: &App, command: &C) -> Result<C::Output, Error> {
    let system = app.services.system("web");
    app.services.bus.execute(&system, system.command_id(), command).await
}
