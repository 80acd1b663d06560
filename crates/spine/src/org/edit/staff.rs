//! Members of staff: joining and changing.

use std::collections::BTreeMap;

use kernel::{BranchId, Lang, Refusal, Refusals, RoleId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, Value, params};

use super::giving::{may_act_on, may_give_roles, place};
use super::sign_in::mark_temporary;
use super::{keep_guardians, last_writer, lock_rights, optional};
use crate::org::edit_rules::{check_email, check_line, check_login};
use crate::org::rights::depends_on_place;
use crate::{Change, Command, Error, Merge, Work};

/// Everything an administrator writes about a member of staff.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StaffFields {
    /// Sign-in name, lower case.
    pub login: String,
    /// Name in Russian.
    pub name: String,
    /// Name in Latin script; empty: the other one is shown.
    pub name_en: String,
    /// Work e-mail.
    pub email: String,
    /// Work phone.
    pub phone: String,
    /// Home branch; none at the head office.
    pub branch_id: Option<BranchId>,
    /// Team.
    pub team_id: Option<TeamId>,
    /// Roles, at least one.
    pub roles: Vec<RoleId>,
    /// Language of the interface.
    pub lang: Lang,
}

impl StaffFields {
    /// The same without blanks around the texts, roles in order and once.
    fn clean(&self) -> Self {
        let mut clean = self.clone();
        clean.login = self.login.trim().to_owned();
        clean.name = self.name.trim().to_owned();
        clean.name_en = self.name_en.trim().to_owned();
        clean.email = self.email.trim().to_owned();
        clean.phone = self.phone.trim().to_owned();
        clean.roles.sort_unstable();
        clean.roles.dedup();
        clean
    }
}

impl StaffFields {
    /// These fields put into what is stored, by somebody whose form showed `original`.
    fn merged(self, merge: &mut Merge, original: &Self, stored: &Self) -> Self {
        let StaffFields { login, name, name_en, email, phone, branch_id, team_id, roles, lang } =
            self;
        let (o, s) = (original, stored);
        let all =
            |roles: &Vec<RoleId>| roles.iter().map(RoleId::to_string).collect::<Vec<_>>().join(" ");
        Self {
            login: merge.text("login", &o.login, &login, &s.login),
            name: merge.text("name", &o.name, &name, &s.name),
            name_en: merge.text("name_en", &o.name_en, &name_en, &s.name_en),
            email: merge.text("email", &o.email, &email, &s.email),
            phone: merge.text("phone", &o.phone, &phone, &s.phone),
            branch_id: merge.value("branch", (&o.branch_id, &branch_id, &s.branch_id), optional),
            team_id: merge.value("team", (&o.team_id, &team_id, &s.team_id), optional),
            roles: merge.value("roles", (&o.roles, &roles, &s.roles), all),
            lang: merge.value("lang", (&o.lang, &lang, &s.lang), |l| l.code().to_owned()),
        }
    }
}

/// A member of staff as stored.
struct Stored {
    fields: StaffFields,
    role_keys: Vec<String>,
}

async fn load(w: &mut Work<'_>, id: UserId) -> Result<Stored, Error> {
    let sql = format!(
        "select login, name, name_en, email, phone, branch_id, team_id, lang from staff \
         where id = $1{}",
        w.dialect().for_update()
    );
    let mut c = w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?.cols();
    let mut fields = StaffFields {
        login: c.take()?,
        name: c.take()?,
        name_en: c.take()?,
        email: c.take()?,
        phone: c.take()?,
        branch_id: c.take()?,
        team_id: c.take()?,
        roles: Vec::new(),
        lang: Lang::from_code(&c.take::<String>()?).unwrap_or_default(),
    };
    let sql = "select r.id, r.key from staff_role s join role r on r.id = s.role_id \
               where s.staff_id = $1 order by r.key";
    let mut role_keys = Vec::new();
    for row in w.query(sql, params![id]).await? {
        let mut c = row.cols();
        fields.roles.push(c.take()?);
        role_keys.push(c.take()?);
    }
    fields.roles.sort_unstable();
    Ok(Stored { fields, role_keys })
}

/// Checks the fields against the rules and the rest of the organisation; answers the keys of the roles.
async fn check(
    w: &mut Work<'_>,
    id: Option<UserId>,
    new: &StaffFields,
    old: Option<&StaffFields>,
) -> Result<Vec<String>, Error> {
    let mut refusals = Refusals::default();
    check_login(&new.login, &mut refusals);
    check_line(&new.name, "name", true, &mut refusals);
    check_line(&new.name_en, "name_en", false, &mut refusals);
    check_line(&new.phone, "phone", false, &mut refusals);
    check_line(&new.email, "email", false, &mut refusals);
    check_email(&new.email, &mut refusals);
    let row = w.first("select id from staff where login = $1", params![&new.login]).await?;
    let holder: Option<UserId> = row.map(store::Row::one).transpose()?;
    if holder.is_some() && holder != id {
        refusals.push(Refusal::field("login-taken", "login"));
    }
    check_place(w, new, old, &mut refusals).await?;
    let mut keys: BTreeMap<RoleId, String> = BTreeMap::new();
    for row in w.query("select id, key from role", &[]).await? {
        let mut c = row.cols();
        keys.insert(c.take()?, c.take()?);
    }
    let mut held: Vec<String> = new.roles.iter().filter_map(|r| keys.get(r).cloned()).collect();
    if new.roles.is_empty() {
        refusals.push(Refusal::field("required", "roles"));
    } else if held.len() != new.roles.len() {
        refusals.push(Refusal::field("role-unknown", "roles"));
    }
    refusals.into_result()?;
    held.sort_unstable();
    Ok(held)
}

/// Branch and team exist, are in use, and belong together. What stood before may stay.
async fn check_place(
    w: &mut Work<'_>,
    new: &StaffFields,
    old: Option<&StaffFields>,
    refusals: &mut Refusals,
) -> Result<(), Error> {
    if let Some(branch) = new.branch_id.filter(|b| old.and_then(|o| o.branch_id) != Some(*b)) {
        let sql = "select id from branch where id = $1 and archived_at is null";
        if w.first(sql, params![branch]).await?.is_none() {
            refusals.push(Refusal::field("not-a-choice", "branch"));
        }
    }
    let Some(team) = new.team_id else {
        return Ok(());
    };
    let sql = "select branch_id, archived_at from team where id = $1";
    let Some(row) = w.first(sql, params![team]).await? else {
        refusals.push(Refusal::field("not-a-choice", "team"));
        return Ok(());
    };
    let mut c = row.cols();
    let (branch, archived): (Option<BranchId>, Option<i64>) = (c.take()?, c.take()?);
    if branch.is_some() && branch != new.branch_id {
        refusals.push(Refusal::field("team-elsewhere", "team"));
    } else if archived.is_some() && old.and_then(|o| o.team_id) != Some(team) {
        refusals.push(Refusal::field("not-a-choice", "team"));
    }
    Ok(())
}

async fn put_roles(w: &mut Work<'_>, id: UserId, roles: &[RoleId]) -> Result<(), Error> {
    w.execute("delete from staff_role where staff_id = $1", params![id]).await?;
    let rows: Vec<Vec<Value>> = roles.iter().map(|r| vec![id.into(), (*r).into()]).collect();
    w.insert_many("insert into staff_role (staff_id, role_id) values", &rows, "").await?;
    Ok(())
}

fn id_text(id: Option<impl ToString>) -> Json {
    id.map_or(Json::Null, |i| i.to_string().into())
}

/// Nobody gives himself rights, nor moves himself to where his rights reach others' clients, nor changes
/// what makes somebody who may do more than he could give.
async fn may_change(
    w: &mut Work<'_>,
    id: UserId,
    new: &StaffFields,
    old: &StaffFields,
) -> Result<(), Error> {
    let moves = (new.branch_id, new.team_id) != (old.branch_id, old.team_id);
    let is_me = w.actor() == Some(id);
    if is_me && new.roles != old.roles {
        return Err(Error::refused_field("own-rights", "roles"));
    }
    if is_me && moves && depends_on_place(&w.ctx.principal) {
        return Err(Error::refused_field("own-place", "branch"));
    }
    if new.roles == old.roles && new.login == old.login && !moves {
        return Ok(());
    }
    may_act_on(w, id).await?;
    if is_me {
        return Ok(());
    }
    let there = place(w, new.branch_id, new.team_id).await?;
    let field = if new.roles == old.roles { "branch" } else { "roles" };
    may_give_roles(w, &new.roles, there, field).await
}

/// Adds a member of staff.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddStaff {
    /// Who.
    pub staff: StaffFields,
    /// argon2id hash of the first password; none: no sign-in by password yet.
    pub password_hash: Option<String>,
}

impl Command for AddStaff {
    const NAME: &'static str = "org.add_staff";
    const PERMISSION: &'static str = "admin.staff";
    type Output = UserId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<UserId, Error> {
        let new = self.staff.clean();
        lock_rights(w).await?;
        let role_keys = check(w, None, &new, None).await?;
        let there = place(w, new.branch_id, new.team_id).await?;
        may_give_roles(w, &new.roles, there, "roles").await?;
        let id: UserId = w.new_id();
        w.execute(
            "insert into staff (id, login, name, name_en, email, phone, branch_id, team_id, state, \
             password_hash, lang, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, $11)",
            params![
                id,
                &new.login,
                &new.name,
                &new.name_en,
                &new.email,
                &new.phone,
                new.branch_id,
                new.team_id,
                self.password_hash.clone(),
                new.lang.code(),
                w.ctx.now
            ],
        )
        .await?;
        put_roles(w, id, &new.roles).await?;
        if self.password_hash.is_some() {
            mark_temporary(w, id).await?;
        }
        let mut change = Change::new()
            .set("login", new.login)
            .set("name", new.name)
            .set("name_en", new.name_en)
            .set("email", new.email)
            .set("phone", new.phone)
            .set("branch", id_text(new.branch_id))
            .set("team", id_text(new.team_id))
            .set("roles", role_keys)
            .set("lang", new.lang.code());
        if self.password_hash.is_some() {
            change = change.set("password", "changed");
        }
        w.record("staff", id, None, change);
        Ok(id)
    }
}

/// Changes what is known of a member of staff. Nobody changes his own roles.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditStaff {
    /// Who.
    pub staff_id: UserId,
    /// As it should be.
    pub staff: StaffFields,
    /// As the form showed it: what others changed meanwhile is kept, or comes back as a conflict. None
    /// overwrites.
    #[serde(default)]
    pub original: Option<StaffFields>,
}

impl Command for EditStaff {
    const NAME: &'static str = "org.edit_staff";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (id, mut new) = (self.staff_id, self.staff.clean());
        lock_rights(w).await?;
        let Stored { fields: old, role_keys: old_keys } = load(w, id).await?;
        if let Some(original) = &self.original {
            let mut merge = last_writer(w, id.uuid()).await?;
            new = new.merged(&mut merge, &original.clean(), &old);
            merge.finish()?;
        }
        let role_keys = check(w, Some(id), &new, Some(&old)).await?;
        may_change(w, id, &new, &old).await?;
        if new.roles != old.roles {
            put_roles(w, id, &new.roles).await?;
            keep_guardians(w).await?;
        }
        w.execute(
            "update staff set login = $2, name = $3, name_en = $4, email = $5, phone = $6, \
             branch_id = $7, team_id = $8, lang = $9 where id = $1",
            params![
                id,
                &new.login,
                &new.name,
                &new.name_en,
                &new.email,
                &new.phone,
                new.branch_id,
                new.team_id,
                new.lang.code()
            ],
        )
        .await?;
        let change = Change::new()
            .field("login", old.login, new.login)
            .field("name", old.name, new.name)
            .field("name_en", old.name_en, new.name_en)
            .field("email", old.email, new.email)
            .field("phone", old.phone, new.phone)
            .field("branch", id_text(old.branch_id), id_text(new.branch_id))
            .field("team", id_text(old.team_id), id_text(new.team_id))
            .field("roles", old_keys, role_keys)
            .field("lang", old.lang.code(), new.lang.code());
        w.record("staff", id, None, change);
        Ok(())
    }
}
