//! Consents, first form: for a purpose and a channel the latest word counts. A withdrawal needs no
//! consent before it: "never call me" is a word too.

use kernel::{ClientId, Refusals};
use serde::{Deserialize, Serialize};
use spine::secrecy::Group;
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use super::{editable, touch};
use crate::contacts::model::{ConsentChannel, Purpose, check_text};

/// The client agrees.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GiveConsent {
    /// Who.
    pub client_id: ClientId,
    /// To what.
    pub purpose: Purpose,
    /// For which channel.
    pub channel: ConsentChannel,
    /// Which text he agreed to.
    pub text_version: String,
    /// What proves it: a signed paper, a recorded call.
    pub evidence: String,
}

impl Command for GiveConsent {
    const NAME: &'static str = "parties.give_consent";
    const PERMISSION: &'static str = "client.edit";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let word = Word {
            client_id: self.client_id,
            purpose: self.purpose,
            channel: self.channel,
            state: "given",
            text_version: &self.text_version,
            evidence: &self.evidence,
        };
        word.write(w).await
    }
}

/// The client takes a consent back.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WithdrawConsent {
    /// Who.
    pub client_id: ClientId,
    /// To what.
    pub purpose: Purpose,
    /// For which channel.
    pub channel: ConsentChannel,
    /// What proves it.
    pub evidence: String,
}

impl Command for WithdrawConsent {
    const NAME: &'static str = "parties.withdraw_consent";
    const PERMISSION: &'static str = "client.edit";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let word = Word {
            client_id: self.client_id,
            purpose: self.purpose,
            channel: self.channel,
            state: "withdrawn",
            text_version: "",
            evidence: &self.evidence,
        };
        word.write(w).await
    }
}

struct Word<'a> {
    client_id: ClientId,
    purpose: Purpose,
    channel: ConsentChannel,
    state: &'static str,
    text_version: &'a str,
    evidence: &'a str,
}

impl Word<'_> {
    async fn write(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        editable(w, self.client_id, Group::Contacts).await?;
        if !self.purpose.channels().contains(&self.channel) {
            return Err(Error::refused_field("not-a-choice", "channel"));
        }
        let mut refusals = Refusals::default();
        let text_version = check_text("text_version", self.text_version, &mut refusals);
        let evidence = check_text("evidence", self.evidence, &mut refusals);
        refusals.into_result()?;
        let before = self.state_now(w).await?;
        let id: Uuid = w.new_id();
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_consent (id, client_id, purpose, channel, state, text_version, \
             evidence, at, author_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                id,
                self.client_id,
                self.purpose,
                self.channel,
                self.state,
                &text_version,
                &evidence,
                now,
                author
            ],
        )
        .await?;
        let change = Change::new()
            .field(self.purpose.key(), before, self.state)
            .set("channel", self.channel.key())
            .set("text_version", Some(text_version).filter(|t| !t.is_empty()))
            .set("evidence", Some(evidence).filter(|t| !t.is_empty()));
        w.record("consent", id, Some(self.client_id), change);
        touch(w, self.client_id).await?;
        Ok(id)
    }

    async fn state_now(&self, w: &mut Work<'_>) -> Result<Option<String>, Error> {
        use store::Read;
        let sql = "select state from client_consent where client_id = $1 and purpose = $2 \
                   and channel = $3 order by at desc, id desc limit 1";
        let row = w.first(sql, params![self.client_id, self.purpose, self.channel]).await?;
        Ok(row.map(store::Row::one).transpose()?)
    }
}
