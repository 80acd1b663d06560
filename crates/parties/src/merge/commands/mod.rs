//! Merging one client into another, and taking that back.

mod carry;
mod unmerge;

use std::collections::BTreeMap;

use kernel::{ClientId, MergeId, Refusal, Refusals, limits};
use serde::{Deserialize, Serialize};
use spine::approval::queries::other_waits;
use spine::{Change, Command, Error, OnMerge, Work};
use store::{Read, Value, params};

use super::model::{Side, may_be_one};
use super::queries::{self, Choice};
use crate::client::ClientField;
use crate::client::commands::rows::insert_origins;
use crate::client::commands::{Changed, write_changes};
use crate::client::model::ClientKind;
use crate::client::queries::{self as clients, ClientHead, Origin, names_of};
use crate::fields;

pub use unmerge::{UnmergeClients, Unmerged};

/// Makes two records of one client one. Needs `client.merge` over both. Where one has open credit a second
/// person must agree.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MergeClients {
    /// The one who stays.
    pub survivor_id: ClientId,
    /// The one who becomes part of him.
    pub loser_id: ClientId,
    /// Whose value a field gets, where it is not to be the better one by source and age.
    #[serde(default)]
    pub picks: BTreeMap<String, Side>,
    /// Why they are one.
    pub reason: String,
}

impl Command for MergeClients {
    const NAME: &'static str = "parties.merge_clients";
    const PERMISSION: &'static str = "client.merge";
    type Output = MergeId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<MergeId, Error> {
        let (survivor, loser) = self.check(w).await?;
        if queries::merge_needs_second_person(w, survivor.id, loser.id).await? {
            w.needs_second_person("merge-open-credit", Self::PERMISSION);
        }
        let currency = crate::client::currency(w.ctx)?;
        let pair = (survivor.id, loser.id);
        let definitions = fields::queries::read_held(w).await?;
        let choices = queries::choices(w, survivor.kind, pair, (currency, &definitions)).await?;
        let taken: Vec<&Choice> = choices
            .iter()
            .filter(|c| c.differs())
            .filter(|c| *self.picks.get(c.def.key()).unwrap_or(&c.default) == Side::Loser)
            .collect();
        let id: MergeId = w.new_id();
        self.insert(w, id).await?;
        take_fields(w, id, (&survivor, loser.id), &taken).await?;
        crate::secrecy::commands::raise(w, &survivor, loser.secrecy).await?;
        for bound in w.client_bound() {
            if let OnMerge::Moves(moving) = &bound.on_merge {
                carry::note(w, id, bound, moving, pair).await?;
                carry::carry(w, id, bound, moving, (loser.id, survivor.id)).await?;
            }
        }
        carry::rebuild(w, survivor.id, loser.id).await?;
        carry::touch(w, survivor.id, loser.id).await?;
        let change = |number: &str, key: &str| {
            Change::new().set(key, number).set("reason", self.reason.trim())
        };
        let (from, into) = ("merged_from_number", "merged_into_number");
        w.record("merge", id, Some(survivor.id), change(&loser.number, from));
        w.record("merge", id, Some(loser.id), change(&survivor.number, into));
        Ok(id)
    }
}

impl MergeClients {
    /// Both clients, when the person may merge them and nothing speaks against it.
    async fn check(&self, w: &mut Work<'_>) -> Result<(ClientHead, ClientHead), Error> {
        lock(w, self.survivor_id, self.loser_id).await?;
        let ctx = w.ctx;
        let (survivor, is_gone) = queries::mergeable(w, &ctx.principal, self.survivor_id).await?;
        let (loser, was_merged) = queries::mergeable(w, &ctx.principal, self.loser_id).await?;
        let mut refusals = Refusals::default();
        if survivor.id == loser.id {
            refusals.push(Refusal::field("merge-itself", "party"));
        } else if is_gone || was_merged {
            refusals.push(Refusal::field("merge-already", "party"));
        } else if !may_be_one(survivor.kind, loser.kind) {
            refusals.push(Refusal::field("merge-kinds", "party"));
        } else if other_waits(w, loser.id, (w.command_id(), ctx.now)).await? {
            // it is about a client who would be no more when it is decided
            refusals.push(Refusal::field("merge-waiting", "party"));
        }
        check_reason(&self.reason, &mut refusals);
        let definitions = fields::queries::read(w).await?;
        let known = |key: &str| {
            ClientField::find(&definitions, survivor.kind, &ctx.principal, key).is_some()
        };
        for key in self.picks.keys().filter(|key| !known(key)) {
            refusals.push(Refusal::field("field-unknown", key));
        }
        refusals.into_result()?;
        Ok((survivor, loser))
    }

    async fn insert(&self, w: &mut Work<'_>, id: MergeId) -> Result<(), Error> {
        let sql = "select coalesce(max(ordinal), 0) + 1 from client_merge where survivor_id = $1";
        let ordinal: i64 = match w.first(sql, params![self.survivor_id]).await? {
            Some(row) => row.one()?,
            None => 1,
        };
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_merge (id, survivor_id, loser_id, ordinal, reason, author_id, at) \
             values ($1, $2, $3, $4, $5, $6, $7)",
            params![id, self.survivor_id, self.loser_id, ordinal, self.reason.trim(), author, now],
        )
        .await?;
        Ok(())
    }
}

/// Holds both rows, in one order, so that two people who merge the same clients never wait in a circle.
async fn lock(w: &mut Work<'_>, a: ClientId, b: ClientId) -> Result<(), Error> {
    let sql = format!(
        "select id from client where id in ($1, $2) order by id{}",
        w.dialect().for_update()
    );
    w.query(&sql, params![a, b]).await?;
    Ok(())
}

fn check_reason(reason: &str, refusals: &mut Refusals) {
    if reason.trim().is_empty() {
        refusals.push(Refusal::field("required", "reason"));
    } else if reason.chars().count() > limits::TEXT_CHARS_MAX {
        refusals.push(Refusal::field("too-long", "reason").arg("max", limits::TEXT_CHARS_MAX));
    }
}

/// Gives the survivor the values that were taken from the other one, with their origins, and remembers his own.
async fn take_fields(
    w: &mut Work<'_>,
    merge: MergeId,
    (survivor, _): (&ClientHead, ClientId),
    taken: &[&Choice],
) -> Result<(), Error> {
    if taken.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<Value>> = taken
        .iter()
        .map(|c| {
            let origin = c.survivor.1.as_ref();
            vec![
                merge.into(),
                c.def.key().into(),
                c.survivor.0.clone().into(),
                c.loser.0.clone().into(),
                origin.map(|o| o.source.clone()).into(),
                origin.and_then(|o| o.author_id).into(),
                origin.map(|o| o.at).into(),
            ]
        })
        .collect();
    let head = "insert into client_merge_field (merge_id, field, before, after, before_source, \
                before_author_id, before_at) values";
    w.insert_many(head, &rows, "").await?;
    let changed: Changed = taken.iter().map(|c| (c.def.clone(), c.loser.0.clone())).collect();
    let origins: Vec<(&str, Option<&Origin>)> =
        taken.iter().map(|c| (c.def.key(), c.loser.1.as_ref())).collect();
    write_fields(w, survivor.id, survivor.kind, &changed, &origins).await
}

/// Writes fields of a client with origins of their own; a field without one has none afterwards.
async fn write_fields(
    w: &mut Work<'_>,
    client: ClientId,
    kind: ClientKind,
    changed: &Changed,
    origins: &[(&str, Option<&Origin>)],
) -> Result<(), Error> {
    let currency = crate::client::currency(w.ctx)?;
    let before = clients::fields(w, client, currency).await?;
    let mut after = before.clone();
    for (def, value) in changed {
        match value {
            Some(text) => drop(after.insert(def.key().to_owned(), text.clone())),
            None => drop(after.remove(def.key())),
        }
    }
    if names_of(&after).display(kind).is_empty() && !names_of(&before).display(kind).is_empty() {
        let first = if kind.is_natural() { "last_name" } else { "full_name" };
        return Err(Error::refused_field("required", first));
    }
    write_changes(w, client, kind, &before, &after, changed, "merge").await?;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (key, origin) in origins {
        match origin {
            Some(o) => rows.push(vec![
                client.into(),
                (*key).into(),
                (&o.source).into(),
                o.author_id.into(),
                o.at.into(),
            ]),
            None => drop(
                w.execute(
                    "delete from field_origin where client_id = $1 and field = $2",
                    params![client, *key],
                )
                .await?,
            ),
        }
    }
    insert_origins(w, &rows).await
}
