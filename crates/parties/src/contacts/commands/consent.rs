//! Consents: each word is a document of its own, about one purpose. A withdrawal needs no consent before it:
//! "never call me" is a word too.

use jiff::tz::TimeZone;
use kernel::{ClientId, Date, FileId, Refusal, Refusals, Timestamp};
use serde::{Deserialize, Serialize};
use spine::secrecy::Group;
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use super::{away, editable, touch};
use crate::client;
use crate::contacts::consent;
use crate::contacts::model::{ConsentChannel, EvidenceKind, Purpose, allows, check_text};
use crate::contacts::queries;

/// How many whole days after it was said a word may be written down by hand.
const BACK_DAYS: i64 = 30;

/// The client agrees to one purpose.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GiveConsent {
    /// Who.
    pub client_id: ClientId,
    /// To what.
    pub purpose: Purpose,
    /// For which channel.
    pub channel: ConsentChannel,
    /// Which text he agreed to: a version of this purpose that was in force on the day.
    pub text_version: String,
    /// What kind of thing proves it; required.
    #[serde(default)]
    pub evidence_kind: Option<EvidenceKind>,
    /// What proves it: the number of the paper, of the call.
    pub evidence: String,
    /// One of the client's files that shows it.
    #[serde(default)]
    pub file_id: Option<FileId>,
    /// When he said it, not after now and at most 30 days back; now when it is not said.
    #[serde(default)]
    pub said_at: Option<Timestamp>,
    /// The calendar day where he said it, when it is not that of `said_at` in UTC: it decides which texts were in
    /// force.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub said_on: Option<Date>,
}

impl Command for GiveConsent {
    const NAME: &'static str = "parties.give_consent";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let word = Word {
            client_id: self.client_id,
            purpose: self.purpose,
            channel: self.channel,
            text_version: Some(&self.text_version),
            evidence_kind: self.evidence_kind,
            evidence: &self.evidence,
            file_id: self.file_id,
            said_at: self.said_at,
            said_on: self.said_on,
        };
        word.write(w).await
    }
}

/// The client takes a consent back, or refuses beforehand.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WithdrawConsent {
    /// Who.
    pub client_id: ClientId,
    /// To what.
    pub purpose: Purpose,
    /// For which channel.
    pub channel: ConsentChannel,
    /// What kind of thing proves it; not needed.
    #[serde(default)]
    pub evidence_kind: Option<EvidenceKind>,
    /// What proves it; may be empty.
    pub evidence: String,
    /// One of the client's files that shows it.
    #[serde(default)]
    pub file_id: Option<FileId>,
    /// When he said it, not after now and at most 30 days back; now when it is not said.
    #[serde(default)]
    pub said_at: Option<Timestamp>,
}

impl Command for WithdrawConsent {
    const NAME: &'static str = "parties.withdraw_consent";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let word = Word {
            client_id: self.client_id,
            purpose: self.purpose,
            channel: self.channel,
            text_version: None,
            evidence_kind: self.evidence_kind,
            evidence: &self.evidence,
            file_id: self.file_id,
            said_at: self.said_at,
            said_on: None,
        };
        word.write(w).await
    }
}

/// A word as it is sent; a withdrawal has no text.
struct Word<'a> {
    client_id: ClientId,
    purpose: Purpose,
    channel: ConsentChannel,
    text_version: Option<&'a str>,
    evidence_kind: Option<EvidenceKind>,
    evidence: &'a str,
    file_id: Option<FileId>,
    said_at: Option<Timestamp>,
    said_on: Option<Date>,
}

/// What was checked.
struct Checked {
    text_version: String,
    evidence: String,
    said_at: Timestamp,
}

impl Word<'_> {
    const fn state(&self) -> &'static str {
        if self.text_version.is_some() { "given" } else { "withdrawn" }
    }

    async fn write(mut self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        match editable(w, self.client_id, Group::Contacts).await {
            Err(Error::NotFound) if self.text_version.is_none() => {
                self.client_id = away::whose(w, self.client_id).await?;
                // what shows it may not have been taken for a client out of reach; the withdrawal counts all the same
                let file = match self.file_id {
                    Some(file) => queries::file(w, file).await?,
                    None => None,
                };
                self.file_id = file.filter(|f| f.client_id == self.client_id).map(|f| f.id);
            }
            other => drop(other?),
        }
        if !self.purpose.channels().contains(&self.channel) {
            return Err(Error::refused_field("not-a-choice", "channel"));
        }
        let checked = self.checked(w).await?;
        self.check_unheard(w).await?;
        let before = self.state_now(w).await?;
        let id = self.put(w, &checked, before).await?;
        if let Some(said_at) = self.beaten(w).await?.filter(|at| *at > checked.said_at) {
            // what was said, and when, stays as it was told; it is said once more behind that consent
            let before = self.state_now(w).await?;
            self.put(w, &Checked { said_at, ..checked }, before).await?;
        }
        touch(w, self.client_id).await?;
        Ok(id)
    }

    async fn put(
        &self,
        w: &mut Work<'_>,
        Checked { text_version, evidence, said_at }: &Checked,
        before: Option<&'static str>,
    ) -> Result<Uuid, Error> {
        let id: Uuid = w.new_id();
        // the order in which the centre has learned of words is by its own clock
        let arrived = w.ctx.origin.as_ref().and_then(|origin| origin.arrived);
        let (now, author) = (arrived.unwrap_or(w.ctx.now), w.actor());
        let kind = self.evidence_kind.map_or("", EvidenceKind::key);
        w.execute(
            "insert into client_consent (id, client_id, purpose, channel, state, text_version, \
             evidence, at, author_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                id,
                self.client_id,
                self.purpose,
                self.channel,
                self.state(),
                text_version,
                evidence,
                now,
                author
            ],
        )
        .await?;
        w.execute(
            "insert into consent_proof (id, client_id, evidence_kind, file_id, said_at) \
             values ($1, $2, $3, $4, $5)",
            params![id, self.client_id, kind, self.file_id, *said_at],
        )
        .await?;
        let change = Change::new()
            .field(self.purpose.key(), before, self.state())
            .set("channel", self.channel.key())
            .set("text_version", Some(text_version.clone()).filter(|t| !t.is_empty()))
            .set("evidence_kind", Some(kind).filter(|k| !k.is_empty()))
            .set("evidence", Some(evidence.clone()).filter(|t| !t.is_empty()))
            .set("file_id", self.file_id.map(|f| f.to_string()))
            .set("said_at", said_at.to_string());
        w.record("consent", id, Some(self.client_id), change);
        Ok(id)
    }

    /// When the last consent was said that a withdrawal told by a branch stands against although it was said later: it was written
    /// down while the branch did not know of it, nor anybody of the withdrawal.
    async fn beaten(&self, w: &mut Work<'_>) -> Result<Option<Timestamp>, Error> {
        let origin = w.ctx.origin.clone();
        let heard = origin.and_then(|origin| Some(origin.heard?.min(origin.at)));
        let Some(heard) = heard.filter(|_| self.text_version.is_none()) else { return Ok(None) };
        let of = (self.purpose, self.channel);
        Ok(queries::given_since(w, self.client_id, of, heard).await?)
    }

    /// A withdrawal beats a consent that was written down where it was not known yet: by whichever clock it came first, a person
    /// decides.
    async fn check_unheard(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let heard = w.ctx.origin.as_ref().and_then(|origin| origin.heard);
        let Some(heard) = heard.filter(|_| self.text_version.is_some()) else { return Ok(()) };
        if queries::withdrawn_since(w, self.client_id, (self.purpose, self.channel), heard).await? {
            return Err(Error::refused_field("consent-withdrawn-meanwhile", "channel"));
        }
        Ok(())
    }

    /// Everything that is wrong, at once.
    async fn checked(&self, w: &mut Work<'_>) -> Result<Checked, Error> {
        let mut refusals = Refusals::default();
        let evidence = check_text("evidence", self.evidence, &mut refusals);
        let said_at = self.moment(w.ctx.now, &mut refusals);
        if let Some(file) = self.file_id {
            let found = queries::file(w, file).await?;
            if found.is_none_or(|f| f.client_id != self.client_id) {
                refusals.push(Refusal::field("consent-file-unknown", "file_id"));
            }
        }
        let version = self.text_version.unwrap_or_default().trim();
        if self.text_version.is_some() {
            if self.evidence_kind.is_none() {
                refusals.push(Refusal::field("required", "evidence_kind"));
            }
            if evidence.is_empty() {
                refusals.push(Refusal::field("required", "evidence"));
            }
            let day = self.said_on.unwrap_or_else(|| said_at.date_in(&TimeZone::UTC));
            let pack = client::pack(w.ctx)?;
            let text = queries::consent_text(w, pack, self.purpose, version).await?;
            if !text.is_some_and(|text| text.is_in_force(day)) {
                refusals.push(Refusal::field("consent-text-unknown", "text_version"));
            }
        }
        refusals.into_result()?;
        Ok(Checked { text_version: version.to_owned(), evidence, said_at })
    }

    /// When it was said.
    fn moment(&self, now: Timestamp, refusals: &mut Refusals) -> Timestamp {
        let said_at = self.said_at.unwrap_or(now);
        if said_at > now {
            refusals.push(Refusal::field("consent-said-later", "said_at"));
        } else if said_at < now.plus_days(-(BACK_DAYS + 1)) {
            // the day it is now is not over: 30 whole days before it
            refusals
                .push(Refusal::field("consent-said-long-ago", "said_at").arg("days", BACK_DAYS));
        }
        // a calendar day somewhere on Earth is at most one off that in UTC
        let utc = said_at.date_in(&TimeZone::UTC);
        let is_near = |day: Date| {
            day == utc
                || utc.tomorrow().is_ok_and(|d| d == day)
                || utc.yesterday().is_ok_and(|d| d == day)
        };
        if self.said_on.is_some_and(|day| !is_near(day)) {
            refusals.push(Refusal::field("not-a-date", "said_on"));
        }
        said_at
    }

    /// What held of this purpose and channel until now, for the journal.
    async fn state_now(&self, w: &mut Work<'_>) -> Result<Option<&'static str>, Error> {
        let ctx = w.ctx;
        let words = consent::words(w, ctx, self.client_id).await?;
        let verdict = allows(&words, self.purpose, self.channel, ctx.now);
        Ok(verdict.word().map(|word| if word.is_given { "given" } else { "withdrawn" }))
    }
}
