//! A talk with a card over a page: the page sends its form again and again, each time with what the card has answered so far, and is
//! told the next command until the talk has come to its end. Nothing is kept at the server in between, so any node may answer.

use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::{CommandId, Refusal};
use serde_json::json;
use sha2::{Digest, Sha256};
use smartcard::CardTime;
use smartcard::terminal::talk::{self, Answers, Chance, Step};
use smartcard::terminal::{CardFault, Transport};
use spine::{Command, Error};
use uuid::Uuid;
use web::{Cx, FormData};

use crate::card::keys::CardKeys;

/// How long a talk may take (seconds); a person types his PIN before it begins.
const SECONDS_MAX: i64 = 180;
/// Names of the fields the page carries the talk in.
const ANSWERS: &str = "card_answers";
const BEGAN: &str = "card_began";
/// What the page could not do.
const TROUBLE: &str = "card_trouble";

/// A talk that goes on.
pub(super) struct Talk {
    /// The keys of this node.
    pub(super) keys: Arc<CardKeys>,
    /// When it began: the same however often it is gone through.
    pub(super) began: CardTime,
    answers: Answers,
    form: [u8; 32],
    id: CommandId,
}

/// Where it has come to.
pub(super) enum Heard<T> {
    /// The card is to be asked more.
    Say(Response),
    /// Its end.
    End(Result<T, CardFault>),
}

impl Talk {
    /// From a form that a page has sent.
    ///
    /// # Errors
    /// Refusals `card-needs-script`, `card-no-reader`, `card-talk-old`, `card-talk-broken`, `card-keys-none`.
    pub(super) async fn of(cx: &Cx, sent: &FormData) -> Result<Self, Error> {
        let refused = |code: &str| Error::from(Refusal::new(code));
        let Some((_, began)) = sent.pairs().find(|(name, _)| *name == BEGAN) else {
            return Err(refused("card-needs-script"));
        };
        if !sent.raw(TROUBLE).is_empty() {
            return Err(refused("card-no-reader"));
        }
        let now = i64::try_from(CardTime::of(cx.now()).seconds()).unwrap_or(0);
        let began = match began {
            "" => now,
            text => text.parse().map_err(|_| refused("card-talk-broken"))?,
        };
        if began > now || began < now - SECONDS_MAX {
            return Err(refused("card-talk-old"));
        }
        let began = u64::try_from(began).ok().and_then(CardTime::from_seconds);
        let answers = Answers::parse(sent.raw(ANSWERS));
        Ok(Self {
            keys: CardKeys::of(&cx.app.services).await?,
            began: began.ok_or_else(|| refused("card-talk-broken"))?,
            answers: answers.ok_or_else(|| refused("card-talk-broken"))?,
            form: form(cx, sent),
            id: sent.command_id()?,
        })
    }
    /// Chance of this talk and this use.
    pub(super) fn chance(&self, of: &str) -> Chance {
        let began = self.began.seconds().to_be_bytes();
        Chance::of(self.keys.desks(), &[of.as_bytes(), &self.form, &began])
    }
    /// Goes through the talk up to here.
    pub(super) fn step<T>(
        &self,
        what: impl FnOnce(&mut dyn Transport, &Chance) -> Result<T, CardFault>,
    ) -> Heard<T> {
        let chance = self.chance("talk");
        match talk::step(&self.answers, |transport| what(transport, &chance)) {
            Step::Say(command) => Heard::Say(self.say(&command)),
            Step::End(end) => Heard::End(end),
        }
    }
    fn say(&self, command: &[u8]) -> Response {
        let body = json!({
            "say": smartcard::hex::text(command),
            "began": self.began.seconds().to_string(),
        });
        ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }
    /// What the form does, by its id.
    pub(super) fn operation(&self) -> Uuid {
        self.id.uuid()
    }
    /// The id of the form's command.
    pub(super) const fn command_id(&self) -> CommandId {
        self.id
    }
    /// The id of another command of the same form: the same however often the talk is gone through, and another one when what it
    /// says is another.
    ///
    /// # Errors
    /// None for commands of ours.
    pub(super) fn command_id_of<C: Command>(&self, command: &C) -> Result<CommandId, Error> {
        self.command_id_at(b"anywhere", command)
    }
    /// The same for a command that is done here because nobody has answered elsewhere.
    ///
    /// # Errors
    /// None for commands of ours.
    pub(super) fn command_id_here<C: Command>(&self, command: &C) -> Result<CommandId, Error> {
        self.command_id_at(b"here", command)
    }
    fn command_id_at<C: Command>(&self, place: &[u8], command: &C) -> Result<CommandId, Error> {
        let mut hasher = Sha256::new();
        hasher.update(place);
        hasher.update(self.id.uuid().as_bytes());
        hasher.update(C::NAME.as_bytes());
        hasher.update(serde_json::to_vec(command)?);
        Ok(CommandId::from_hash(&hasher.finalize().into()))
    }
}

/// A digest of whose form it is, where it goes and all that is typed in it; what the card says is not part of it.
fn form(cx: &Cx, sent: &FormData) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut feed = |bytes: &[u8]| {
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(bytes);
    };
    feed(cx.principal().user_id.map_or([0; 16], |user| *user.uuid().as_bytes()).as_slice());
    feed(cx.path.as_bytes());
    for (name, value) in sent.pairs().filter(|(name, _)| ![ANSWERS, BEGAN].contains(name)) {
        feed(name.as_bytes());
        feed(value.as_bytes());
    }
    hasher.finalize().into()
}

/// What went wrong, in a form: what the PIN says stands at the PIN.
pub(super) fn refusal(fault: &CardFault) -> Refusal {
    match fault {
        CardFault::PinWrong(left) => {
            Refusal::field(fault.code(), "pin").arg("left", i64::from(*left))
        }
        CardFault::PinBlocked | CardFault::PinNeeded => Refusal::field(fault.code(), "pin"),
        _ => Refusal::new(fault.code()),
    }
}
