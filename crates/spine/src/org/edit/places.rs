//! Regions, branches and teams.

use kernel::{BranchId, Refusal, Refusals, RegionId, TeamId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, params};
use uuid::Uuid;

use super::{last_writer, optional};
use crate::org::edit_rules::{check_code, check_line, check_zone};
use crate::org::rights::depends_on_place;
use crate::{Change, Command, Error, Merge, Work};

/// How a branch works with the centre.
const MODES: [&str; 3] = ["centralised", "distributed", "autonomous"];

/// Refuses a code that another region or branch has; `sql` finds its holder.
async fn check_free(
    w: &mut Work<'_>,
    sql: &str,
    code: &str,
    own: Option<Uuid>,
    refusals: &mut Refusals,
) -> Result<(), Error> {
    let row = w.first(sql, params![code]).await?;
    let holder: Option<Uuid> = row.map(store::Row::one).transpose()?;
    if holder.is_some() && holder != own {
        refusals.push(Refusal::field("code-taken", "code"));
    }
    Ok(())
}

/// The texts of a thing before the change; all empty for a new one.
async fn texts_before<const N: usize>(
    w: &mut Work<'_>,
    sql: &str,
    id: Option<Uuid>,
) -> Result<Option<[Option<String>; N]>, Error> {
    if id.is_none() {
        return Ok(None);
    }
    let mut c = w.first(sql, params![id]).await?.ok_or(Error::NotFound)?.cols();
    let mut before = [const { None }; N];
    for text in &mut before {
        *text = c.take()?;
    }
    Ok(Some(before))
}

/// The change of text fields, in order.
fn changed<const N: usize>(
    names: [&str; N],
    before: Option<[Option<String>; N]>,
    after: [&str; N],
) -> Change {
    let before = before.unwrap_or([const { None }; N]);
    names.into_iter().zip(before).zip(after).fold(Change::new(), |change, ((name, was), is)| {
        change.field(name, was.map_or(Json::Null, Json::from), is)
    })
}

/// A merge with what is stored of a thing; of a new one there is nothing to merge with.
async fn merge_of(w: &mut Work<'_>, id: Option<Uuid>) -> Result<Merge, Error> {
    match id {
        Some(id) => last_writer(w, id).await,
        None => Ok(Merge::new(None, w.ctx.now)),
    }
}

/// Text fields put into what is stored, by somebody whose form showed `original`; without that they
/// overwrite.
fn merge_texts<const N: usize>(
    merge: &mut Merge,
    names: [&str; N],
    original: Option<[String; N]>,
    mine: [String; N],
    stored: &Option<[Option<String>; N]>,
) -> [String; N] {
    let (Some(original), Some(stored)) = (original, stored) else {
        return mine;
    };
    let mut sides = names.iter().zip(original).zip(stored);
    mine.map(|mine| match sides.next() {
        Some(((name, original), stored)) => {
            merge.text(name, &original, &mine, stored.as_deref().unwrap_or(""))
        }
        None => mine,
    })
}

/// Adds a region or changes one.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveRegion {
    /// Which; none: a new one.
    pub region_id: Option<RegionId>,
    /// Short code, unique.
    pub code: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// The same as the form showed it: what others changed meanwhile is kept, or comes back as a
    /// conflict. None overwrites.
    #[serde(default)]
    pub original: Option<Box<Self>>,
}

impl Command for SaveRegion {
    const NAME: &'static str = "org.save_region";
    const PERMISSION: &'static str = "admin.branches";
    type Output = RegionId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<RegionId, Error> {
        let old = self.region_id.map(RegionId::uuid);
        let sql = "select code, name, name_en from region where id = $1";
        let before = texts_before::<3>(w, sql, old).await?;
        let names = ["code", "name", "name_en"];
        let original = self.original.as_deref().map(Self::texts);
        let mut merge = merge_of(w, old).await?;
        let merged = merge_texts(&mut merge, names, original, self.texts(), &before);
        merge.finish()?;
        let after = merged.each_ref().map(String::as_str);
        let [code, name, name_en] = after;
        let mut refusals = Refusals::default();
        check_code(code, &mut refusals);
        check_line(name, "name", true, &mut refusals);
        check_line(name_en, "name_en", true, &mut refusals);
        let holder = "select id from region where code = $1";
        check_free(w, holder, code, old, &mut refusals).await?;
        refusals.into_result()?;
        let id: RegionId = self.region_id.unwrap_or_else(|| w.new_id());
        w.execute(
            "insert into region (id, code, name, name_en) values ($1, $2, $3, $4) \
             on conflict (id) do update set code = excluded.code, name = excluded.name, \
             name_en = excluded.name_en",
            params![id, code, name, name_en],
        )
        .await?;
        w.record("region", id, None, changed(names, before, after));
        Ok(id)
    }
}

impl SaveRegion {
    fn texts(&self) -> [String; 3] {
        [&self.code, &self.name, &self.name_en].map(|text| text.trim().to_owned())
    }
}

/// Adds a branch or changes one.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveBranch {
    /// Which; none: a new one.
    pub branch_id: Option<BranchId>,
    /// Its region.
    pub region_id: RegionId,
    /// Short code, unique.
    pub code: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Postal address.
    pub address: String,
    /// IANA time zone.
    pub zone: String,
    /// `centralised`, `distributed` or `autonomous`.
    pub mode: String,
    /// The same as the form showed it: what others changed meanwhile is kept, or comes back as a
    /// conflict. None overwrites.
    #[serde(default)]
    pub original: Option<Box<Self>>,
}

impl Command for SaveBranch {
    const NAME: &'static str = "org.save_branch";
    const PERMISSION: &'static str = "admin.branches";
    type Output = BranchId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<BranchId, Error> {
        let old = self.branch_id.map(BranchId::uuid);
        let sql = "select code, name, name_en, address, zone, mode from branch where id = $1";
        let before = texts_before::<6>(w, sql, old).await?;
        let region_before = self.region_before(w).await?;
        let names = ["code", "name", "name_en", "address", "zone", "mode"];
        let mut merge = merge_of(w, old).await?;
        let original = self.original.as_deref();
        let merged =
            merge_texts(&mut merge, names, original.map(Self::texts), self.texts(), &before);
        let region_id = match (original.map(|o| o.region_id), region_before) {
            (Some(original), Some(stored)) => {
                let sides = (&original, &self.region_id, &stored);
                merge.value("region", sides, RegionId::to_string)
            }
            _ => self.region_id,
        };
        merge.finish()?;
        let after = merged.each_ref().map(String::as_str);
        let [code, name, name_en, address, zone, mode] = after;
        self.check(w, region_id, after).await?;
        self.refuse_own_region(w, region_before, region_id)?;
        let id: BranchId = self.branch_id.unwrap_or_else(|| w.new_id());
        w.execute(
            "insert into branch (id, region_id, code, name, name_en, address, zone, mode) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) \
             on conflict (id) do update set region_id = excluded.region_id, code = excluded.code, \
             name = excluded.name, name_en = excluded.name_en, address = excluded.address, \
             zone = excluded.zone, mode = excluded.mode",
            params![id, region_id, code, name, name_en, address, zone, mode],
        )
        .await?;
        let text = |region: Option<RegionId>| region.map_or(Json::Null, |r| r.to_string().into());
        let (was, is) = (text(region_before), text(Some(region_id)));
        let change = changed(names, before, after).field("region", was, is);
        w.record("branch", id, None, change);
        Ok(id)
    }
}

impl SaveBranch {
    /// Who has rights over his region moves no branch into it, nor his own branch out of it: his rights
    /// would reach the clients of others.
    fn refuse_own_region(
        &self,
        w: &Work<'_>,
        before: Option<RegionId>,
        after: RegionId,
    ) -> Result<(), Error> {
        let me = &w.ctx.principal;
        let moves = before.is_some_and(|before| before != after);
        let mine = (me.branch_id.is_some() && me.branch_id == self.branch_id)
            || me.region_id == Some(after);
        if moves && mine && depends_on_place(me) {
            return Err(Error::refused_field("own-region", "region"));
        }
        Ok(())
    }

    fn texts(&self) -> [String; 6] {
        [&self.code, &self.name, &self.name_en, &self.address, &self.zone, &self.mode]
            .map(|text| text.trim().to_owned())
    }

    async fn region_before(&self, w: &mut Work<'_>) -> Result<Option<RegionId>, Error> {
        let sql = "select region_id from branch where id = $1";
        let row = w.first(sql, params![self.branch_id]).await?;
        Ok(row.map(store::Row::one).transpose()?)
    }

    async fn check(
        &self,
        w: &mut Work<'_>,
        region: RegionId,
        after: [&str; 6],
    ) -> Result<(), Error> {
        let [code, name, name_en, address, zone, mode] = after;
        let mut refusals = Refusals::default();
        check_code(code, &mut refusals);
        check_line(name, "name", true, &mut refusals);
        check_line(name_en, "name_en", true, &mut refusals);
        check_line(address, "address", false, &mut refusals);
        check_zone(zone, &mut refusals);
        if !MODES.contains(&mode) {
            refusals.push(Refusal::field("not-a-choice", "mode"));
        }
        let sql = "select id from region where id = $1";
        if w.first(sql, params![region]).await?.is_none() {
            refusals.push(Refusal::field("not-a-choice", "region"));
        }
        let holder = "select id from branch where code = $1";
        check_free(w, holder, code, self.branch_id.map(BranchId::uuid), &mut refusals).await?;
        Ok(refusals.into_result()?)
    }
}

/// Takes a branch out of use, or back into use. A branch where somebody still works stays.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetBranchArchived {
    /// Which.
    pub branch_id: BranchId,
    /// Out of use.
    pub archived: bool,
}

impl Command for SetBranchArchived {
    const NAME: &'static str = "org.set_branch_archived";
    const PERMISSION: &'static str = "admin.branches";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        let sql = "select archived_at from branch where id = $1";
        let row = w.first(sql, params![self.branch_id]).await?.ok_or(Error::NotFound)?;
        let before: Option<Timestamp> = row.one()?;
        let used = "select id from staff where branch_id = $1 and state = 'active' limit 1";
        if self.archived && w.first(used, params![self.branch_id]).await?.is_some() {
            return Err(Error::refused("branch-has-staff"));
        }
        let at = self.archived.then_some(now);
        w.execute("update branch set archived_at = $2 where id = $1", params![self.branch_id, at])
            .await?;
        let change = Change::new().field("archived", before.is_some(), self.archived);
        w.record("branch", self.branch_id, None, change);
        Ok(())
    }
}

/// Adds a team or changes one.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveTeam {
    /// Which; none: a new one.
    pub team_id: Option<TeamId>,
    /// Its branch; none for a head-office team.
    pub branch_id: Option<BranchId>,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// The same as the form showed it: what others changed meanwhile is kept, or comes back as a
    /// conflict. None overwrites.
    #[serde(default)]
    pub original: Option<Box<Self>>,
}

impl Command for SaveTeam {
    const NAME: &'static str = "org.save_team";
    const PERMISSION: &'static str = "admin.branches";
    type Output = TeamId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<TeamId, Error> {
        let old = self.team_id.map(TeamId::uuid);
        let before =
            texts_before::<2>(w, "select name, name_en from team where id = $1", old).await?;
        let branch_before = self.branch_before(w).await?;
        let (names, original) = (["name", "name_en"], self.original.as_deref());
        let mut merge = merge_of(w, old).await?;
        let merged =
            merge_texts(&mut merge, names, original.map(Self::texts), self.texts(), &before);
        let branch_id = original.map_or(self.branch_id, |original| {
            let sides = (&original.branch_id, &self.branch_id, &branch_before);
            merge.value("branch", sides, optional)
        });
        merge.finish()?;
        let after = merged.each_ref().map(String::as_str);
        self.check(w, (branch_before, branch_id), after).await?;
        let [name, name_en] = after;
        let id: TeamId = self.team_id.unwrap_or_else(|| w.new_id());
        w.execute(
            "insert into team (id, branch_id, name, name_en) values ($1, $2, $3, $4) \
             on conflict (id) do update set branch_id = excluded.branch_id, name = excluded.name, \
             name_en = excluded.name_en",
            params![id, branch_id, name, name_en],
        )
        .await?;
        let text = |b: Option<BranchId>| b.map_or(Json::Null, |b| b.to_string().into());
        let change =
            changed(names, before, after).field("branch", text(branch_before), text(branch_id));
        w.record("team", id, None, change);
        Ok(id)
    }
}

impl SaveTeam {
    fn texts(&self) -> [String; 2] {
        [&self.name, &self.name_en].map(|text| text.trim().to_owned())
    }

    async fn branch_before(&self, w: &mut Work<'_>) -> Result<Option<BranchId>, Error> {
        let sql = "select branch_id from team where id = $1";
        let row = w.first(sql, params![self.team_id]).await?;
        Ok(row.map(store::Row::one::<Option<BranchId>>).transpose()?.flatten())
    }

    async fn check(
        &self,
        w: &mut Work<'_>,
        (before, after): (Option<BranchId>, Option<BranchId>),
        [name, name_en]: [&str; 2],
    ) -> Result<(), Error> {
        let mut refusals = Refusals::default();
        check_line(name, "name", true, &mut refusals);
        check_line(name_en, "name_en", true, &mut refusals);
        if let Some(branch) = after.filter(|b| before != Some(*b)) {
            let sql = "select id from branch where id = $1 and archived_at is null";
            if w.first(sql, params![branch]).await?.is_none() {
                refusals.push(Refusal::field("not-a-choice", "branch"));
            }
        }
        let used = "select id from staff where team_id = $1 and state = 'active' limit 1";
        let moves = self.team_id.is_some() && before != after;
        if moves && w.first(used, params![self.team_id]).await?.is_some() {
            refusals.push(Refusal::field("team-has-staff", "branch"));
        }
        Ok(refusals.into_result()?)
    }
}

/// Takes a team out of use, or back into use. A team with members stays.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetTeamArchived {
    /// Which.
    pub team_id: TeamId,
    /// Out of use.
    pub archived: bool,
}

impl Command for SetTeamArchived {
    const NAME: &'static str = "org.set_team_archived";
    const PERMISSION: &'static str = "admin.branches";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        let sql = "select archived_at from team where id = $1";
        let row = w.first(sql, params![self.team_id]).await?.ok_or(Error::NotFound)?;
        let before: Option<Timestamp> = row.one()?;
        let used = "select id from staff where team_id = $1 and state = 'active' limit 1";
        if self.archived && w.first(used, params![self.team_id]).await?.is_some() {
            return Err(Error::refused("team-has-staff"));
        }
        let at = self.archived.then_some(now);
        w.execute("update team set archived_at = $2 where id = $1", params![self.team_id, at])
            .await?;
        let change = Change::new().field("archived", before.is_some(), self.archived);
        w.record("team", self.team_id, None, change);
        Ok(())
    }
}
