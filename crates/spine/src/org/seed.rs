//! A whole organisation at once: what the demo bank and the tests start from.

use std::collections::BTreeMap;

use kernel::{BranchId, Date, Lang, RegionId, RoleId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use store::{Read, params};
use uuid::Uuid;

use super::edit::sign_in::mark_temporary;
use crate::{Change, Command, Error, Work};

/// A new region.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeedRegion {
    /// Short code.
    pub code: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
}

/// A new branch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeedBranch {
    /// Short code.
    pub code: String,
    /// Code of its region.
    pub region: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Postal address.
    pub address: String,
    /// IANA time zone.
    pub zone: String,
}

/// A new team.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeedTeam {
    /// Name within this seed, for the staff below.
    pub key: String,
    /// Code of its branch; none for a head-office team.
    pub branch: Option<String>,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
}

/// A new member of staff.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeedStaff {
    /// Sign-in name, lower case.
    pub login: String,
    /// Name in Russian.
    pub name: String,
    /// Name in Latin script.
    pub name_en: String,
    /// Code of the home branch; none at the head office.
    pub branch: Option<String>,
    /// Key of the team.
    pub team: Option<String>,
    /// Role keys.
    pub roles: Vec<String>,
    /// argon2id hash; none: no sign-in by password.
    pub password_hash: Option<String>,
    /// Language of the interface.
    pub lang: Lang,
    /// The password must be changed at the first sign-in.
    #[serde(default)]
    pub must_change_password: bool,
}

/// An absence with its deputy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeedAbsence {
    /// Login of who is away.
    pub staff: String,
    /// Login of who acts for him.
    pub deputy: String,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub until_on: Date,
    /// Why, in words.
    pub reason: String,
}

/// Puts an organisation into a database that has none of it. Executed by the system.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seed {
    /// Regions.
    pub regions: Vec<SeedRegion>,
    /// Branches.
    pub branches: Vec<SeedBranch>,
    /// Teams.
    pub teams: Vec<SeedTeam>,
    /// Staff.
    pub staff: Vec<SeedStaff>,
    /// Absences.
    pub absences: Vec<SeedAbsence>,
}

/// The ids that a [`Seed`] got.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seeded {
    /// By code.
    pub regions: BTreeMap<String, RegionId>,
    /// By code.
    pub branches: BTreeMap<String, BranchId>,
    /// By key.
    pub teams: BTreeMap<String, TeamId>,
    /// By login.
    pub staff: BTreeMap<String, UserId>,
}

impl Command for Seed {
    const NAME: &'static str = "org.seed";
    const PERMISSION: &'static str = "system";
    type Output = Seeded;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Seeded, Error> {
        let mut made = Seeded::default();
        self.put_places(w, &mut made).await?;
        self.put_staff(w, &mut made).await?;
        for absence in &self.absences {
            let id: Uuid = w.new_id();
            let staff = known(&made.staff, &absence.staff)?;
            let deputy = known(&made.staff, &absence.deputy)?;
            w.execute(
                "insert into absence (id, staff_id, deputy_id, from_on, until_on, reason) \
                 values ($1, $2, $3, $4, $5, $6)",
                params![id, staff, deputy, absence.from_on, absence.until_on, &absence.reason],
            )
            .await?;
            let change = Change::new()
                .set("staff", staff.to_string())
                .set("deputy", deputy.to_string())
                .set("from_on", absence.from_on.to_string())
                .set("until_on", absence.until_on.to_string());
            w.record("absence", id, None, change);
        }
        Ok(made)
    }
}

impl Seed {
    async fn put_places(&self, w: &mut Work<'_>, made: &mut Seeded) -> Result<(), Error> {
        for r in &self.regions {
            let id: RegionId = w.new_id();
            w.execute(
                "insert into region (id, code, name, name_en) values ($1, $2, $3, $4)",
                params![id, &r.code, &r.name, &r.name_en],
            )
            .await?;
            w.record("region", id, None, named(&r.code, &r.name, &r.name_en));
            made.regions.insert(r.code.clone(), id);
        }
        for b in &self.branches {
            let id: BranchId = w.new_id();
            let region = known(&made.regions, &b.region)?;
            w.execute(
                "insert into branch (id, region_id, code, name, name_en, address, zone) \
                 values ($1, $2, $3, $4, $5, $6, $7)",
                params![id, region, &b.code, &b.name, &b.name_en, &b.address, &b.zone],
            )
            .await?;
            w.record("branch", id, None, named(&b.code, &b.name, &b.name_en));
            made.branches.insert(b.code.clone(), id);
        }
        for t in &self.teams {
            let id: TeamId = w.new_id();
            let branch = maybe_known(&made.branches, t.branch.as_deref())?;
            w.execute(
                "insert into team (id, branch_id, name, name_en) values ($1, $2, $3, $4)",
                params![id, branch, &t.name, &t.name_en],
            )
            .await?;
            w.record("team", id, None, named(&t.key, &t.name, &t.name_en));
            made.teams.insert(t.key.clone(), id);
        }
        Ok(())
    }

    async fn put_staff(&self, w: &mut Work<'_>, made: &mut Seeded) -> Result<(), Error> {
        let mut roles: BTreeMap<String, RoleId> = BTreeMap::new();
        for row in w.query("select key, id from role", &[]).await? {
            let mut c = row.cols();
            roles.insert(c.take()?, c.take()?);
        }
        let mut people = Vec::with_capacity(self.staff.len());
        let mut held = Vec::new();
        for s in &self.staff {
            let id: UserId = w.new_id();
            let branch = maybe_known(&made.branches, s.branch.as_deref())?;
            let team = maybe_known(&made.teams, s.team.as_deref())?;
            people.push(vec![
                id.into(),
                (&s.login).into(),
                (&s.name).into(),
                (&s.name_en).into(),
                branch.into(),
                team.into(),
                "active".into(),
                s.password_hash.clone().into(),
                s.lang.code().into(),
                w.ctx.now.into(),
            ]);
            for role in &s.roles {
                held.push(vec![id.into(), known(&roles, role)?.into()]);
            }
            let change = named(&s.login, &s.name, &s.name_en).set("roles", s.roles.clone());
            w.record("staff", id, None, change);
            made.staff.insert(s.login.clone(), id);
        }
        w.insert_many(
            "insert into staff (id, login, name, name_en, branch_id, team_id, state, \
             password_hash, lang, created_at) values",
            &people,
            "",
        )
        .await?;
        w.insert_many("insert into staff_role (staff_id, role_id) values", &held, "").await?;
        for s in self.staff.iter().filter(|s| s.must_change_password) {
            mark_temporary(w, known(&made.staff, &s.login)?).await?;
        }
        Ok(())
    }
}

fn named(code: &str, name: &str, name_en: &str) -> Change {
    Change::new().set("code", code).set("name", name).set("name_en", name_en)
}

fn known<T: Copy>(ids: &BTreeMap<String, T>, name: &str) -> Result<T, Error> {
    ids.get(name).copied().ok_or_else(|| Error::failure(format!("the seed has no {name}")))
}

fn maybe_known<T: Copy>(ids: &BTreeMap<String, T>, name: Option<&str>) -> Result<Option<T>, Error> {
    name.map(|n| known(ids, n)).transpose()
}
