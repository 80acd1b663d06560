//! Saving a text and taking one away.

use kernel::{Refusal, Refusals, template};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use super::model::Channel;
use super::queries::{self, Text};
use crate::EDIT;
use crate::scripts::commands::{NAME_CHARS_MAX, check_key, check_text};

/// Characters of a subject at most.
const SUBJECT_CHARS_MAX: usize = 200;

/// Saves a text.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveText {
    /// Which; none for a new one.
    #[serde(default)]
    pub text_id: Option<Uuid>,
    /// Short name in programs and lists, such as `card-ready`.
    pub key: String,
    /// By which way it goes.
    pub channel: Channel,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Subject in Russian; of an e-mail only.
    #[serde(default)]
    pub subject: String,
    /// Subject in English.
    #[serde(default)]
    pub subject_en: String,
    /// The text in Russian, with places such as `{client}`.
    pub body: String,
    /// The text in English.
    pub body_en: String,
    /// The revision that was read; saving over a later one is refused.
    #[serde(default)]
    pub revision: Option<i64>,
}

impl SaveText {
    fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        check_key(&self.key, &mut refusals);
        for (field, text) in [("name", &self.name), ("name_en", &self.name_en)] {
            check_text(field, text, NAME_CHARS_MAX, &mut refusals);
        }
        for (field, text) in [("subject", &self.subject), ("subject_en", &self.subject_en)] {
            if self.channel == Channel::Email {
                check_text(field, text, SUBJECT_CHARS_MAX, &mut refusals);
            } else if !text.trim().is_empty() {
                refusals.push(Refusal::field("strategy-subject-of-email", field));
            }
        }
        for (field, text) in [("body", &self.body), ("body_en", &self.body_en)] {
            check_text(field, text, self.channel.chars_max(), &mut refusals);
        }
        let texts = [
            ("subject", &self.subject),
            ("subject_en", &self.subject_en),
            ("body", &self.body),
            ("body_en", &self.body_en),
        ];
        for (field, text) in texts {
            if let Some(place) = template::unknown_place(text) {
                let place: String = place.chars().take(NAME_CHARS_MAX).collect();
                let refusal = Refusal::field("strategy-place-unknown", field);
                refusals.push(refusal.arg("place", place).arg("known", known_places()));
            }
        }
        refusals.into_result()
    }
}

/// The places there are, as they are typed.
pub(crate) fn known_places() -> String {
    template::PLACES.map(|place| format!("{{{place}}}")).join(", ")
}

impl Command for SaveText {
    const NAME: &'static str = "strategy.save_text";
    const PERMISSION: &'static str = EDIT;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        self.check()?;
        let before = match self.text_id {
            Some(id) => Some(queries::one(w, id).await?.ok_or(Error::NotFound)?),
            None => None,
        };
        let revision = before.as_ref().map_or(0, |b| b.revision);
        if before.is_some() && self.revision.is_some_and(|read| read != revision) {
            return Err(Error::refused("strategy-changed-meanwhile"));
        }
        let id = self.text_id.unwrap_or_else(|| w.new_id());
        if queries::has_key(w, &self.key, id).await? {
            return Err(Error::refused_field("strategy-key-taken", "key"));
        }
        let after = Text {
            id,
            key: self.key.clone(),
            channel: self.channel,
            name: self.name.trim().to_owned(),
            name_en: self.name_en.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            subject_en: self.subject_en.trim().to_owned(),
            body: self.body.trim().to_owned(),
            body_en: self.body_en.trim().to_owned(),
            revision: revision + 1,
        };
        let sql = "insert into message_text (id, key, channel, name, name_en, subject, subject_en, body, body_en, \
                   revision) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do update set \
                   key = excluded.key, channel = excluded.channel, name = excluded.name, name_en = excluded.name_en, \
                   subject = excluded.subject, subject_en = excluded.subject_en, body = excluded.body, \
                   body_en = excluded.body_en, revision = excluded.revision";
        let [key, channel, name, name_en, subject, subject_en, body, body_en] =
            words(&after).map(|(_, word)| word);
        let row = params![
            id,
            key,
            channel,
            name,
            name_en,
            subject,
            subject_en,
            body,
            body_en,
            after.revision
        ];
        w.execute(sql, row).await?;
        w.record("message_text", id, None, change(before.as_ref(), &after));
        Ok(id)
    }
}

/// What a text is made of, by the names of its fields.
fn words(text: &Text) -> [(&'static str, &str); 8] {
    let Text {
        id: _,
        key,
        channel,
        name,
        name_en,
        subject,
        subject_en,
        body,
        body_en,
        revision: _,
    } = text;
    [
        ("key", key),
        ("channel", channel.key()),
        ("name", name),
        ("name_en", name_en),
        ("subject", subject),
        ("subject_en", subject_en),
        ("body", body),
        ("body_en", body_en),
    ]
}

fn change(before: Option<&Text>, after: &Text) -> Change {
    let was = before.map(words);
    let old = |n: usize| was.as_ref().and_then(|was| was.get(n)).map(|(_, word)| *word);
    let fields = words(after).into_iter().enumerate();
    fields.fold(Change::new(), |change, (n, (field, word))| change.field(field, old(n), word))
}

/// Takes a text away; versions that were published keep it.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DropText {
    /// Which.
    pub text_id: Uuid,
}

impl Command for DropText {
    const NAME: &'static str = "strategy.drop_text";
    const PERMISSION: &'static str = EDIT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let before = queries::one(w, self.text_id).await?.ok_or(Error::NotFound)?;
        w.execute("delete from message_text where id = $1", params![self.text_id]).await?;
        let change = Change::new().field("key", before.key, serde_json::Value::Null);
        w.record("message_text", self.text_id, None, change);
        Ok(())
    }
}
