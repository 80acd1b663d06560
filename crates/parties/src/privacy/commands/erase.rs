//! Erasing a client's personal data.

use std::collections::BTreeMap;

use kernel::{ClientId, Date, Refusal, limits};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Change, Command, Error, Ground, SecretBox, Work};
use store::{Read, keys, params};

use super::archive_purpose;
use super::destroy::{destroy_keys, remove_files};
use super::rows::{Taken, blank_client, read, take_all};
use crate::client::model::ClientKind;
use crate::client::queries as clients;
use crate::merge::queries::ABSORBED;
use crate::privacy::model::{Basis, ErasureState, kept_until};
use crate::privacy::queries;

/// Erases what no law keeps of a person, seals the rest away, and destroys it all when no law keeps
/// anything. A second person must agree. Refused while a contract is open.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EraseClient {
    /// Whose.
    pub client_id: ClientId,
    /// Why.
    pub basis: Basis,
    /// The day he asked, or the reason came about.
    #[schemars(with = "String")]
    pub asked_on: Date,
    /// In words: number of the request, who took it.
    pub note: String,
}

impl Command for EraseClient {
    const NAME: &'static str = "parties.erase_client";
    const PERMISSION: &'static str = "privacy.erase";
    /// The day until which a part is kept; none when everything was destroyed.
    type Output = Option<String>;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Option<String>, Error> {
        let number = self.check(w).await?;
        w.needs_second_person("erase-personal-data", Self::PERMISSION);
        let today = w.ctx.now.date_in(&jiff::tz::TimeZone::UTC);
        let mut all = vec![self.client_id];
        for row in w.query(ABSORBED, params![self.client_id]).await? {
            all.push(row.one()?);
        }
        // whoever writes of him now is waited for; whoever comes later is refused
        let mut closed = Vec::new();
        for id in &all {
            closed.push(w.close_key(*id).await?);
        }
        let retention = &crate::client::pack(w.ctx)?.retention;
        let ends = queries::ends(w, &all, today).await?;
        let kept = |ground| kept_until(retention, ends, ground, today);
        let longest = [Ground::Relations, Ground::Consent].into_iter().filter_map(kept).max();
        let (mut taken, mut gone) = (Taken::default(), Vec::new());
        let is_kept = |ground| kept(ground).is_some();
        for id in &all {
            if longest.is_some() {
                let rows = read(w, "client", "id", *id).await?;
                taken.kept.entry("client").or_default().extend(rows);
            }
            gone.extend(sort_files(w, *id, is_kept, &mut taken).await?);
            take_all(w, *id, is_kept, &mut taken).await?;
            blank_client(w, *id).await?;
        }
        let counts = serde_json::to_string(&taken.counts)?;
        self.write(w, &number, longest, &counts).await?;
        remove_files(w, &gone).await?;
        match longest {
            Some(_) => self.archive(w, closed.first(), &taken).await?,
            None => destroy_keys(w, &all).await?,
        }
        let until = longest.map(|(until, _)| until.to_string());
        self.tell(w, &number, until.as_deref(), &taken.counts);
        Ok(until)
    }
}

/// The contents that no law keeps. Without a contract only what proves a consent is kept: those files go into the
/// archive here, for their table is kept on the other ground.
async fn sort_files(
    w: &mut Work<'_>,
    client: ClientId,
    is_kept: impl Fn(Ground) -> bool,
    taken: &mut Taken,
) -> Result<Vec<Vec<u8>>, Error> {
    let files = queries::stored_files(w, client).await?;
    if is_kept(Ground::Relations) {
        return Ok(Vec::new());
    }
    let (proofs, gone): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.is_proof && is_kept(Ground::Consent));
    if !proofs.is_empty() {
        let ids: Vec<String> = proofs.iter().map(|file| file.id.to_string()).collect();
        let is_proof = |row: &serde_json::Value| {
            row.get("id")
                .and_then(serde_json::Value::as_str)
                .is_some_and(|id| ids.iter().any(|i| i == id))
        };
        let rows = read(w, "client_file", "client_id", client).await?;
        taken.kept.entry("client_file").or_default().extend(rows.into_iter().filter(is_proof));
    }
    Ok(gone.into_iter().map(|file| file.address).collect())
}

impl EraseClient {
    /// Answers the client's number.
    async fn check(&self, w: &mut Work<'_>) -> Result<String, Error> {
        let ctx = w.ctx;
        let lock = format!("select id from client where id = $1{}", w.dialect().for_update());
        w.query(&lock, params![self.client_id]).await?;
        let head = clients::head(w, &ctx.principal, self.client_id).await?;
        ctx.principal.require_over(Self::PERMISSION, head.owner())?;
        if !matches!(head.kind, ClientKind::Person | ClientKind::SoleTrader) {
            return Err(Error::refused("erase-not-a-person"));
        }
        let note = self.note.trim();
        if note.is_empty() {
            return Err(Error::refused_field("required", "note"));
        }
        if note.chars().count() > limits::TEXT_CHARS_MAX {
            let max = limits::TEXT_CHARS_MAX;
            return Err(Refusal::field("too-long", "note").arg("max", max).into());
        }
        if self.asked_on
            > ctx.now.date_in(&jiff::tz::TimeZone::UTC).saturating_add(jiff::Span::new().days(1))
        {
            return Err(Error::refused_field("date-future", "asked_on"));
        }
        if let Some(open) = queries::open_contract(w, self.client_id).await? {
            let number = queries::told_number(&ctx.principal, &head, open);
            return Err(Refusal::new("erase-open-contract").arg("number", number).into());
        }
        Ok(head.number)
    }

    async fn write(
        &self,
        w: &mut Work<'_>,
        number: &str,
        longest: Option<(Date, &str)>,
        counts: &str,
    ) -> Result<(), Error> {
        let (until, law) = longest.unzip();
        let state = if until.is_some() { ErasureState::Kept } else { ErasureState::Destroyed };
        let (now, me) = (w.ctx.now, w.actor());
        let destroyed_at = until.is_none().then_some(now);
        w.execute(
            "insert into client_erasure (client_id, number, state, basis, asked_on, note, law, \
             kept_until, counts, author_id, at, destroyed_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            params![
                self.client_id,
                number,
                state,
                self.basis,
                self.asked_on,
                self.note.trim(),
                law.unwrap_or(""),
                until,
                counts,
                me,
                now,
                destroyed_at
            ],
        )
        .await?;
        Ok(())
    }

    async fn archive(
        &self,
        w: &mut Work<'_>,
        key: Option<&SecretBox>,
        taken: &Taken,
    ) -> Result<(), Error> {
        let Some(key) = key else { return Ok(()) };
        let text = json!({ "rows": taken.kept }).to_string();
        let purpose = archive_purpose(self.client_id);
        let sealed = keys::seal_last(key, w.ctx.entropy.as_ref(), &purpose, &text)?;
        let sql = "update client_erasure set archive = $2 where client_id = $1";
        w.execute(sql, params![self.client_id, sealed]).await?;
        Ok(())
    }

    /// The entry names nobody: it is not sealed under the client's key, which is closed.
    fn tell(
        &self,
        w: &mut Work<'_>,
        number: &str,
        until: Option<&str>,
        counts: &BTreeMap<&'static str, u64>,
    ) {
        let rows: u64 = counts.values().sum();
        let change = Change::new()
            .set("number", number)
            .set("basis", self.basis.key())
            .set("asked_on", self.asked_on.to_string())
            .set("kept_until", until.map(str::to_owned))
            .set("erased_rows", rows);
        w.record("erasure", self.client_id.uuid(), None, change);
    }
}
