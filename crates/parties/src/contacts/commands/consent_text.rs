//! Texts of consents. A version never changes: a client agreed to these very words. It is only closed.

use kernel::{Date, Refusal, Refusals, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use crate::client;
use crate::contacts::model::{Purpose, is_text_version};
use crate::contacts::queries::{self, ConsentText};

/// Who keeps the texts of consents.
pub(crate) const KEEP_TEXTS: &str = "admin.consents";

/// Adds a version of the text of a consent.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddConsentText {
    /// To what.
    pub purpose: Purpose,
    /// Its name: letters, digits, dot, hyphen and underscore; one of its kind within the purpose.
    pub version: String,
    /// In Russian.
    pub text_ru: String,
    /// In English; may be empty.
    pub text_en: String,
    /// First day it is in force.
    #[schemars(with = "String")]
    pub from_on: Date,
}

impl Command for AddConsentText {
    const NAME: &'static str = "parties.add_consent_text";
    const PERMISSION: &'static str = KEEP_TEXTS;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let version = self.version.trim();
        let mut refusals = Refusals::default();
        if !is_text_version(version) {
            refusals.push(Refusal::field("consent-version-name", "version"));
        }
        let texts = [("text_ru", self.text_ru.trim()), ("text_en", self.text_en.trim())];
        for (field, text) in texts {
            if text.chars().count() > limits::BODY_CHARS_MAX {
                let max = limits::BODY_CHARS_MAX;
                refusals.push(Refusal::field("too-long", field).arg("max", max));
            }
        }
        if self.text_ru.trim().is_empty() {
            refusals.push(Refusal::field("required", "text_ru"));
        }
        let pack = client::pack(w.ctx)?;
        if queries::consent_text(w, pack, self.purpose, version).await?.is_some() {
            refusals.push(Refusal::field("consent-version-taken", "version"));
        }
        refusals.into_result()?;
        let [(_, ru), (_, en)] = texts;
        let text = ConsentText {
            purpose: self.purpose,
            version: version.to_owned(),
            text_ru: ru.to_owned(),
            text_en: en.to_owned(),
            from_on: self.from_on,
            until_on: None,
            is_sample: false,
            author_id: w.actor(),
            at: Some(w.ctx.now),
        };
        let id = insert(w, &text).await?;
        let change = Change::new()
            .set("purpose", self.purpose.key())
            .set("version", version)
            .set("from_on", self.from_on.to_string())
            .set("text_ru", ru)
            .set("text_en", Some(en).filter(|t| !t.is_empty()));
        w.record("consent_text", id, None, change);
        Ok(id)
    }
}

/// Closes a version: from the next day on nobody can agree to it. What was agreed to before holds on.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CloseConsentText {
    /// To what.
    pub purpose: Purpose,
    /// Its name.
    pub version: String,
    /// Last day it is in force; not before today.
    #[schemars(with = "String")]
    pub until_on: Date,
}

impl Command for CloseConsentText {
    const NAME: &'static str = "parties.close_consent_text";
    const PERMISSION: &'static str = KEEP_TEXTS;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let pack = client::pack(w.ctx)?;
        let found = queries::consent_text(w, pack, self.purpose, &self.version).await?;
        let text = found.ok_or(Error::NotFound)?;
        // a day somewhere on Earth begins up to half a day before and ends up to half a day after UTC's
        let today = w.ctx.now.plus_hours(-12).date_in(&jiff::tz::TimeZone::UTC);
        if text.until_on.is_some_and(|until| until < today) {
            return Err(Error::refused_field("consent-text-closed", "until_on"));
        }
        if self.until_on < today || self.until_on < text.from_on {
            return Err(Error::refused_field("consent-close-past", "until_on"));
        }
        let id = if text.is_sample {
            insert(w, &ConsentText { until_on: Some(self.until_on), ..text.clone() }).await?
        } else {
            let sql = "update consent_text set until_on = $3 where purpose = $1 and version = $2";
            w.execute(sql, params![self.purpose, &self.version, self.until_on]).await?;
            queries::consent_text_id(w, self.purpose, &self.version)
                .await?
                .ok_or(Error::NotFound)?
        };
        let before = text.until_on.map(|day| day.to_string());
        let change = Change::new()
            .set("purpose", self.purpose.key())
            .set("version", self.version.as_str())
            .field("until_on", before, self.until_on.to_string());
        w.record("consent_text", id, None, change);
        Ok(())
    }
}

async fn insert(w: &mut Work<'_>, text: &ConsentText) -> Result<Uuid, Error> {
    let id: Uuid = w.new_id();
    let (now, author) = (w.ctx.now, w.actor());
    w.execute(
        "insert into consent_text (id, purpose, version, text_ru, text_en, from_on, until_on, \
         author_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            text.purpose,
            &text.version,
            &text.text_ru,
            &text.text_en,
            text.from_on,
            text.until_on,
            author,
            now
        ],
    )
    .await?;
    Ok(id)
}
