//! Roles and what they may do. Nobody widens a role he holds himself, nor gives any role power over the
//! organisation that he does not have.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Refusal, Refusals, RoleId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, Value, params};

use super::{giving, keep_guardians, last_writer, lock_rights};
use crate::org::edit_rules::{check_line, widens};
use crate::org::rights;
use crate::{Change, Command, Error, Merge, Scope, Work};

/// A role as stored.
struct Stored {
    name: String,
    name_en: String,
    built_in: bool,
    second_factor: bool,
    grants: BTreeMap<String, Scope>,
}

async fn load(w: &mut Work<'_>, id: RoleId) -> Result<Stored, Error> {
    let sql = "select r.name, r.name_en, r.built_in, \
               case when f.role_id is null then 0 else 1 end \
               from role r left join role_second_factor f on f.role_id = r.id where r.id = $1";
    let mut c = w.first(sql, params![id]).await?.ok_or(Error::NotFound)?.cols();
    let mut role = Stored {
        name: c.take()?,
        name_en: c.take()?,
        built_in: c.take()?,
        second_factor: c.take::<i64>()? != 0,
        grants: BTreeMap::new(),
    };
    let sql = "select permission, scope from role_grant where role_id = $1";
    for row in w.query(sql, params![id]).await? {
        let mut c = row.cols();
        let (permission, scope): (String, String) = (c.take()?, c.take()?);
        if let Some(scope) = Scope::from_key(&scope) {
            role.grants.insert(permission, scope);
        }
    }
    Ok(role)
}

/// Makes a role, or changes one: its names (not of a built-in role) and all its grants.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveRole {
    /// Which; none: a new one.
    pub role_id: Option<RoleId>,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Permission key → scope; what is not in it is taken away.
    pub grants: BTreeMap<String, Scope>,
    /// Who holds it must have a second factor; none: as it is.
    #[serde(default)]
    pub second_factor: Option<bool>,
    /// The same as the form showed it: what others changed meanwhile is kept, or comes back as a
    /// conflict. None overwrites.
    #[serde(default)]
    pub original: Option<Box<Self>>,
}

impl Command for SaveRole {
    const NAME: &'static str = "org.save_role";
    const PERMISSION: &'static str = "admin.roles";
    type Output = RoleId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<RoleId, Error> {
        lock_rights(w).await?;
        let (id, old) = match self.role_id {
            Some(id) => (id, Some(load(w, id).await?)),
            None => (w.new_id(), None),
        };
        match (&self.original, &old) {
            (Some(original), Some(stored)) => {
                let mut merge = last_writer(w, id.uuid()).await?;
                let merged = self.merged(&mut merge, original, stored);
                merge.finish()?;
                merged.save(w, id, old).await
            }
            _ => self.save(w, id, old).await,
        }
    }
}

impl SaveRole {
    /// This role put into what is stored, by somebody whose form showed `original`.
    fn merged(&self, merge: &mut Merge, original: &Self, stored: &Stored) -> Self {
        let name = merge.text("name", &original.name, self.name.trim(), &stored.name);
        let name_en =
            merge.text("name_en", &original.name_en, self.name_en.trim(), &stored.name_en);
        let word = |scope: &Option<Scope>| scope.map_or_else(String::new, |s| s.key().to_owned());
        let keys: BTreeSet<&String> = [&self.grants, &original.grants, &stored.grants]
            .into_iter()
            .flat_map(|g| g.keys())
            .collect();
        let mut grants = BTreeMap::new();
        for key in keys {
            let side = |grants: &BTreeMap<String, Scope>| grants.get(key).copied();
            let sides = (&side(&original.grants), &side(&self.grants), &side(&stored.grants));
            if let Some(scope) = merge.value(&format!("grant:{key}"), sides, word) {
                grants.insert(key.clone(), scope);
            }
        }
        let second_factor = self.second_factor.map(|mine| {
            let original = original.second_factor.unwrap_or(stored.second_factor);
            Merge::flag(original, mine, stored.second_factor)
        });
        Self { role_id: self.role_id, name, name_en, grants, second_factor, original: None }
    }

    async fn save(
        &self,
        w: &mut Work<'_>,
        id: RoleId,
        old: Option<Stored>,
    ) -> Result<RoleId, Error> {
        self.check()?;
        let (name, name_en) = (self.name.trim(), self.name_en.trim());
        let before = old.as_ref().map(|o| o.grants.clone()).unwrap_or_default();
        giving::may_widen(w, &before, &self.grants).await?;
        match &old {
            None => {
                // ids are ordered by time: their end is what tells two of one moment apart
                let tail: String = id.to_string().chars().skip(24).collect();
                w.execute(
                    "insert into role (id, key, name, name_en, built_in) values ($1, $2, $3, $4, 0)",
                    params![id, format!("custom_{tail}"), name, name_en],
                )
                .await?;
            }
            Some(old) => {
                if old.built_in && (old.name != name || old.name_en != name_en) {
                    return Err(Error::refused_field("role-built-in", "name"));
                }
                self.refuse_own(w, id, old).await?;
                w.execute(
                    "update role set name = $2, name_en = $3 where id = $1",
                    params![id, name, name_en],
                )
                .await?;
                w.execute("delete from role_grant where role_id = $1", params![id]).await?;
            }
        }
        let rows: Vec<Vec<Value>> = self
            .grants
            .iter()
            .map(|(p, s)| vec![id.into(), p.as_str().into(), s.key().into()])
            .collect();
        w.insert_many("insert into role_grant (role_id, permission, scope) values", &rows, "")
            .await?;
        keep_guardians(w).await?;
        let was = old.as_ref().is_some_and(|o| o.second_factor);
        let will = self.second_factor.unwrap_or(was);
        require_factor(w, id, will).await?;
        let (old_name, old_name_en) =
            old.map_or((Json::Null, Json::Null), |o| (o.name.into(), o.name_en.into()));
        let names =
            Change::new().field("name", old_name, name).field("name_en", old_name_en, name_en);
        let word = |is_required: bool| is_required.then_some("required");
        let names = names.field("second_factor", word(was), word(will));
        w.record("role", id, None, changed_grants(names, &before, &self.grants));
        Ok(id)
    }

    fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        check_line(&self.name, "name", true, &mut refusals);
        check_line(&self.name_en, "name_en", true, &mut refusals);
        let shaped = |key: &str| {
            key.contains('.') && key.chars().all(|c| c.is_ascii_lowercase() || "._-".contains(c))
        };
        if self.grants.keys().any(|key| !shaped(key)) {
            refusals.push(Refusal::field("not-a-choice", "grants"));
        }
        refusals.into_result()
    }

    /// Refuses to widen a role the acting person holds, or to make it easier to sign in with.
    async fn refuse_own(&self, w: &mut Work<'_>, id: RoleId, before: &Stored) -> Result<(), Error> {
        let sql = "select staff_id from staff_role where role_id = $1 and staff_id = $2";
        let is_own = w.first(sql, params![id, w.actor()]).await?.is_some();
        let eases = before.second_factor && self.second_factor == Some(false);
        if is_own && (eases || widens(&before.grants, &self.grants)) {
            return Err(Error::refused("own-role"));
        }
        if is_own && rights::lets_go_of_people(&before.grants, &self.grants) {
            return Err(Error::refused("own-power"));
        }
        Ok(())
    }
}

async fn require_factor(w: &mut Work<'_>, id: RoleId, is_required: bool) -> Result<(), Error> {
    let sql = if is_required {
        "insert into role_second_factor (role_id) values ($1) on conflict do nothing"
    } else {
        "delete from role_second_factor where role_id = $1"
    };
    w.execute(sql, params![id]).await?;
    Ok(())
}

fn changed_grants(
    mut change: Change,
    before: &BTreeMap<String, Scope>,
    after: &BTreeMap<String, Scope>,
) -> Change {
    let word = |scope: Option<&Scope>| scope.map_or(Json::Null, |s| s.key().into());
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    for permission in after.keys().chain(gone) {
        change =
            change.field(permission, word(before.get(permission)), word(after.get(permission)));
    }
    change
}

/// Removes a role that nobody holds.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DeleteRole {
    /// Which.
    pub role_id: RoleId,
}

impl Command for DeleteRole {
    const NAME: &'static str = "org.delete_role";
    const PERMISSION: &'static str = "admin.roles";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let id = self.role_id;
        lock_rights(w).await?;
        let role = load(w, id).await?;
        if role.built_in {
            return Err(Error::refused("role-built-in"));
        }
        let sql = "select role_id from staff_role where role_id = $1 \
                   union all select role_id from api_token where role_id = $1 limit 1";
        if w.first(sql, params![id]).await?.is_some() {
            return Err(Error::refused("role-in-use"));
        }
        w.execute("delete from role_grant where role_id = $1", params![id]).await?;
        require_factor(w, id, false).await?;
        w.execute("delete from role where id = $1", params![id]).await?;
        let names = Change::new().field("name", role.name, Json::Null).field(
            "name_en",
            role.name_en,
            Json::Null,
        );
        w.record("role", id, None, changed_grants(names, &role.grants, &BTreeMap::new()));
        Ok(())
    }
}
