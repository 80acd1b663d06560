//! Taking a merge back.

use std::collections::BTreeMap;

use kernel::{ClientId, MergeId, Refusals};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, OnMerge, Work};
use store::{Read, params};

use super::{carry, check_reason, lock, write_fields};
use crate::client::ClientField;
use crate::client::commands::Changed;
use crate::client::queries::{self as clients, ClientHead, Origin};
use crate::merge::queries::{self, ChangedField};

/// Makes two clients out of one again: what was moved goes back, what was written since stays with the
/// survivor. Needs `client.merge` over both. Of several merges the last is undone first.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UnmergeClients {
    /// Which merge.
    pub merge_id: MergeId,
    /// Why they are two.
    pub reason: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Unmerged {
    /// The one who stayed.
    pub survivor_id: ClientId,
    /// The one who is back.
    pub loser_id: ClientId,
    /// Rows that went back.
    pub rows: u64,
    /// Fields somebody has edited since: they keep what they hold.
    pub kept_fields: Vec<String>,
}

impl Command for UnmergeClients {
    const NAME: &'static str = "parties.unmerge_clients";
    const PERMISSION: &'static str = "client.merge";
    type Output = Unmerged;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Unmerged, Error> {
        let (survivor, loser) = self.check(w).await?;
        let pair = (survivor.id, loser.id);
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "update client_merge set undone_at = $1, undone_by = $2, undo_reason = $3 where id = $4",
            params![now, author, self.reason.trim(), self.merge_id],
        )
        .await?;
        let mut rows = 0;
        for bound in w.client_bound() {
            if let OnMerge::Moves(moving) = &bound.on_merge {
                let back = (survivor.id, loser.id);
                rows += carry::carry(w, self.merge_id, bound, moving, back).await?;
                carry::restore_main(w, self.merge_id, bound, moving, loser.id).await?;
                rows += carry::follow(w, bound, moving, pair).await?;
            }
        }
        let kept_fields = self.restore_fields(w, &survivor, loser.id).await?;
        carry::rebuild(w, survivor.id, loser.id).await?;
        carry::touch(w, survivor.id, loser.id).await?;
        let change = |number: &str, key: &str| {
            Change::new().set(key, number).set("reason", self.reason.trim())
        };
        let (from, of) = ("unmerged_number", "unmerged_from_number");
        w.record("merge", self.merge_id, Some(survivor.id), change(&loser.number, from));
        w.record("merge", self.merge_id, Some(loser.id), change(&survivor.number, of));
        Ok(Unmerged { survivor_id: survivor.id, loser_id: loser.id, rows, kept_fields })
    }
}

impl UnmergeClients {
    /// Both clients, when the person may part them and no later merge stands in the way.
    async fn check(&self, w: &mut Work<'_>) -> Result<(ClientHead, ClientHead), Error> {
        let sql = "select survivor_id, loser_id from client_merge where id = $1";
        let row = w.first(sql, params![self.merge_id]).await?.ok_or(Error::NotFound)?;
        let mut c = row.cols();
        let (survivor, loser): (ClientId, ClientId) = (c.take()?, c.take()?);
        lock(w, survivor, loser).await?;
        let ctx = w.ctx;
        let (survivor, is_gone) = queries::mergeable(w, &ctx.principal, survivor).await?;
        let (loser, _) = queries::mergeable(w, &ctx.principal, loser).await?;
        let mut refusals = Refusals::default();
        check_reason(&self.reason, &mut refusals);
        refusals.into_result()?;
        let sql = "select ordinal, undone_at is null from client_merge where id = $1";
        let row = w.first(sql, params![self.merge_id]).await?.ok_or(Error::NotFound)?;
        let mut c = row.cols();
        let (ordinal, stands): (i64, i64) = (c.take()?, c.take()?);
        if stands == 0 {
            return Err(Error::refused("unmerge-undone"));
        }
        let sql = "select 1 from client_merge where survivor_id = $1 and ordinal > $2 \
                   and undone_at is null limit 1";
        if is_gone || w.first(sql, params![survivor.id, ordinal]).await?.is_some() {
            return Err(Error::refused("unmerge-order"));
        }
        Ok((survivor, loser))
    }

    /// Gives the fields their old values where nobody has touched them since; answers the others.
    async fn restore_fields(
        &self,
        w: &mut Work<'_>,
        survivor: &ClientHead,
        loser: ClientId,
    ) -> Result<Vec<String>, Error> {
        let noted = queries::changed_fields(w, self.merge_id).await?;
        let definitions = crate::fields::queries::read_held(w).await?;
        let currency = crate::client::currency(w.ctx)?;
        let stored = clients::fields(w, survivor.id, currency).await?;
        let ours = clients::origins(w, survivor.id).await?;
        let theirs = clients::origins(w, loser).await?;
        let is_untouched = |one: &ChangedField| {
            stored.get(one.field.as_str()) == one.after.as_ref()
                && same_origin(&ours, &theirs, &one.field)
        };
        let (back, kept): (Vec<ChangedField>, Vec<ChangedField>) =
            noted.into_iter().partition(is_untouched);
        let changed: Changed = back
            .iter()
            .filter_map(|one| {
                let def = ClientField::known(&definitions, &one.field)?;
                Some((def, one.before.clone()))
            })
            .collect();
        if !changed.is_empty() {
            let origins: Vec<(&str, Option<&Origin>)> =
                back.iter().map(|one| (one.field.as_str(), one.origin.as_ref())).collect();
            write_fields(w, survivor.id, survivor.kind, &changed, &origins).await?;
        }
        Ok(kept.into_iter().map(|one| one.field).collect())
    }
}

/// The merge gave the survivor the other one's origin, and that one's is as it was: when they are still
/// alike, nobody has written the field since, not even the same value again.
fn same_origin(
    ours: &BTreeMap<String, Origin>,
    theirs: &BTreeMap<String, Origin>,
    field: &str,
) -> bool {
    let parts = |of: &BTreeMap<String, Origin>| {
        of.get(field).map(|o| (o.source.clone(), o.author_id, o.at))
    };
    parts(ours) == parts(theirs)
}
