//! Reading the organisation, sessions, tokens, saved views and notices.

use std::collections::BTreeMap;

use kernel::{BranchId, Lang, RoleId, SessionId, TeamId, Timestamp, TokenId, UserId, ViewId};
use store::{Read, StoreError, params};

use super::directory::Loaded;
use super::model::{Branch, Region, Role, StaffMember, Team};
use crate::Scope;

/// Whether the database answers.
///
/// # Errors
/// The database's.
pub async fn ping<R: Read>(db: &mut R) -> Result<(), StoreError> {
    db.first("select 1", &[]).await.map(|_| ())
}

/// Everything the directory holds.
///
/// # Errors
/// The database's.
pub(crate) async fn load_organisation<R: Read>(db: &mut R) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded::default();
    for row in db.query("select id, code, name, name_en from region", &[]).await? {
        let mut c = row.cols();
        let region = Region { id: c.take()?, code: c.take()?, name: c.take()?, name_en: c.take()? };
        loaded.regions.insert(region.id, region);
    }
    let sql = "select id, region_id, code, name, name_en, address, zone, mode, \
               case when archived_at is null then 0 else 1 end from branch";
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let branch = Branch {
            id: c.take()?,
            region_id: c.take()?,
            code: c.take()?,
            name: c.take()?,
            name_en: c.take()?,
            address: c.take()?,
            zone: c.take()?,
            mode: c.take()?,
            archived: c.take::<i64>()? != 0,
        };
        loaded.branches.insert(branch.id, branch);
    }
    let sql = "select id, branch_id, name, name_en, case when archived_at is null then 0 else 1 end \
               from team";
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let team = Team {
            id: c.take()?,
            branch_id: c.take()?,
            name: c.take()?,
            name_en: c.take()?,
            archived: c.take::<i64>()? != 0,
        };
        loaded.teams.insert(team.id, team);
    }
    loaded.roles = load_roles(db).await?;
    loaded.staff = load_staff(db).await?;
    let sql =
        "select staff_id, deputy_id, from_on, until_on from absence where cancelled_at is null";
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        loaded.absences.push((c.take()?, c.take()?, c.take()?, c.take()?));
    }
    loaded.rules = crate::approval::queries::rules(db).await?;
    for row in db.query("select staff_id, number from staff_person", &[]).await? {
        let mut c = row.cols();
        loaded.personnel.insert(c.take()?, c.take()?);
    }
    loaded.released = crate::secrecy::queries::released(db).await?;
    loaded.opened = crate::secrecy::queries::opened(db).await?;
    Ok(loaded)
}

async fn load_roles<R: Read>(db: &mut R) -> Result<BTreeMap<RoleId, Role>, StoreError> {
    let mut roles = BTreeMap::new();
    let sql = "select r.id, r.key, r.name, r.name_en, r.built_in, \
               case when f.role_id is null then 0 else 1 end \
               from role r left join role_second_factor f on f.role_id = r.id";
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let role = Role {
            id: c.take()?,
            key: c.take()?,
            name: c.take()?,
            name_en: c.take()?,
            built_in: c.take::<i64>()? != 0,
            second_factor: c.take::<i64>()? != 0,
            grants: BTreeMap::new(),
        };
        roles.insert(role.id, role);
    }
    for row in db.query("select role_id, permission, scope from role_grant", &[]).await? {
        let mut c = row.cols();
        let (role, permission, scope): (RoleId, String, String) = (c.take()?, c.take()?, c.take()?);
        if let (Some(role), Some(scope)) = (roles.get_mut(&role), Scope::from_key(&scope)) {
            role.grants.insert(permission, scope);
        }
    }
    Ok(roles)
}

async fn load_staff<R: Read>(db: &mut R) -> Result<BTreeMap<UserId, StaffMember>, StoreError> {
    let mut staff = BTreeMap::new();
    let sql = "select s.id, s.login, s.name, s.name_en, s.branch_id, s.team_id, s.state, s.lang, \
               s.theme, s.density, case when t.staff_id is not null or exists \
               (select 1 from passkey p where p.staff_id = s.id) then 1 else 0 end \
               from staff s left join totp t on t.staff_id = s.id";
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let member = StaffMember {
            id: c.take()?,
            login: c.take()?,
            name: c.take()?,
            name_en: c.take()?,
            branch_id: c.take::<Option<BranchId>>()?,
            team_id: c.take::<Option<TeamId>>()?,
            active: c.take::<String>()? == "active",
            lang: Lang::from_code(&c.take::<String>()?).unwrap_or_default(),
            theme: c.take()?,
            density: c.take()?,
            has_factor: c.take::<i64>()? != 0,
            roles: Vec::new(),
        };
        staff.insert(member.id, member);
    }
    for row in db.query("select staff_id, role_id from staff_role", &[]).await? {
        let mut c = row.cols();
        let (user, role): (UserId, RoleId) = (c.take()?, c.take()?);
        if let Some(member) = staff.get_mut(&user) {
            member.roles.push(role);
        }
    }
    Ok(staff)
}

/// What signing in needs to know of a login.
#[derive(Clone, Debug)]
pub struct SignInRow {
    /// Who.
    pub user_id: UserId,
    /// Works here.
    pub active: bool,
    /// argon2id hash; none: may not sign in by password.
    pub password_hash: Option<String>,
    /// Locked until then.
    pub locked_until: Option<Timestamp>,
    /// The password was set by somebody else and is to be changed first.
    pub is_temporary: bool,
    /// A second factor is asked for after the password.
    pub has_factor: bool,
}

/// A member of staff by sign-in name (exact, lower case).
///
/// # Errors
/// The database's.
pub async fn sign_in_row<R: Read>(
    db: &mut R,
    login: &str,
) -> Result<Option<SignInRow>, StoreError> {
    let sql = "select s.id, s.state, s.password_hash, s.locked_until, \
               case when t.staff_id is null then 0 else 1 end, \
               case when f.staff_id is not null or exists \
               (select 1 from passkey p where p.staff_id = s.id) then 1 else 0 end \
               from staff s left join temporary_password t on t.staff_id = s.id \
               left join totp f on f.staff_id = s.id \
               where s.login = $1";
    let Some(row) = db.first(sql, params![login]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(SignInRow {
        user_id: c.take()?,
        active: c.take::<String>()? == "active",
        password_hash: c.take()?,
        locked_until: c.take()?,
        is_temporary: c.take::<i64>()? != 0,
        has_factor: c.take::<i64>()? != 0,
    }))
}

/// A live session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Identity.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// Signed in at.
    pub created_at: Timestamp,
    /// Last request noted.
    pub seen_at: Timestamp,
    /// Ends at the latest.
    pub expires_at: Timestamp,
    /// Network address it was opened from.
    pub address: String,
    /// Browser.
    pub agent: String,
    /// Nothing but changing the password is open to it.
    pub must_change_password: bool,
}

/// Sessions of people who work here.
const SESSION: &str = "select s.id, s.staff_id, s.created_at, s.seen_at, s.expires_at, s.address, \
     s.agent, case when d.session_id is null then 0 else 1 end from session s \
     join staff p on p.id = s.staff_id and p.state = 'active' \
     left join password_duty d on d.session_id = s.id";

fn session(row: store::Row) -> Result<SessionRow, StoreError> {
    let mut c = row.cols();
    Ok(SessionRow {
        id: c.take()?,
        user_id: c.take()?,
        created_at: c.take()?,
        seen_at: c.take()?,
        expires_at: c.take()?,
        address: c.take()?,
        agent: c.take()?,
        must_change_password: c.take::<i64>()? != 0,
    })
}

/// The session of a token's SHA-256, unless it has ended, run out or gone idle.
///
/// # Errors
/// The database's.
pub async fn live_session<R: Read>(
    db: &mut R,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    let sql = format!(
        "{SESSION} where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2 \
         and s.seen_at > $3"
    );
    let idle = now.plus_minutes(-kernel::limits::SESSION_IDLE_MINUTES);
    db.first(&sql, params![token_hash.to_vec(), now, idle]).await?.map(session).transpose()
}

/// A person's live sessions, newest first.
///
/// # Errors
/// The database's.
pub async fn sessions_of<R: Read>(
    db: &mut R,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!(
        "{SESSION} where s.staff_id = $1 and s.ended_at is null and s.expires_at > $2 \
         and s.seen_at > $3 order by s.seen_at desc limit 100"
    );
    let idle = now.plus_minutes(-kernel::limits::SESSION_IDLE_MINUTES);
    db.query(&sql, params![user, now, idle]).await?.into_iter().map(session).collect()
}

/// A token that is in force.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Identity.
    pub id: TokenId,
    /// The role it acts in.
    pub role_id: RoleId,
    /// Whose it is, if anybody's.
    pub user_id: Option<UserId>,
    /// Last request noted.
    pub used_at: Option<Timestamp>,
    /// The only rights it has of its role's, over at most these scopes; none: all of them.
    pub limit: Option<BTreeMap<String, Scope>>,
}

/// The token of a SHA-256, unless it was revoked, has run out, or its owner works here no more.
///
/// # Errors
/// The database's.
pub async fn live_token<R: Read>(
    db: &mut R,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<TokenRow>, StoreError> {
    let sql = "select id, role_id, staff_id, used_at from api_token where token_hash = $1 \
               and revoked_at is null and (expires_at is null or expires_at > $2) \
               and (staff_id is null or exists (select 1 from staff s \
               where s.id = api_token.staff_id and s.state = 'active'))";
    let Some(row) = db.first(sql, params![token_hash.to_vec(), now]).await? else {
        return Ok(None);
    };
    let mut c = row.cols();
    let (id, role_id, user_id, used_at) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let limit = token_limit(db, id).await?;
    Ok(Some(TokenRow { id, role_id, user_id, used_at, limit }))
}

/// What a token is narrowed to; none when it has all rights of its role.
async fn token_limit<R: Read>(
    db: &mut R,
    token: TokenId,
) -> Result<Option<BTreeMap<String, Scope>>, StoreError> {
    let sql = "select permission, scope from token_limit where token_id = $1";
    let rows = db.query(sql, params![token]).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut limit = BTreeMap::new();
    for row in rows {
        let mut c = row.cols();
        let (permission, scope): (String, String) = (c.take()?, c.take()?);
        // a word this program does not know narrows to nothing rather than to everything
        if let Some(scope) = Scope::from_key(&scope) {
            limit.insert(permission, scope);
        }
    }
    Ok(Some(limit))
}

/// Whether a command was executed under an id.
///
/// # Errors
/// The database's.
pub async fn is_known<R: Read>(db: &mut R, id: kernel::CommandId) -> Result<bool, StoreError> {
    let sql = "select 1 from command_log where id = $1";
    Ok(db.first(sql, params![id]).await?.is_some())
}

/// A saved view of a list.
#[derive(Clone, Debug)]
pub struct SavedView {
    /// Identity.
    pub id: ViewId,
    /// Who made it.
    pub owner_id: UserId,
    /// Seen by everyone.
    pub shared: bool,
    /// Its name.
    pub title: String,
    /// The list's query string.
    pub query: String,
}

/// The views of a page a person may use: his own and the shared ones.
///
/// # Errors
/// The database's.
pub async fn views<R: Read>(
    db: &mut R,
    page: &str,
    user: Option<UserId>,
) -> Result<Vec<SavedView>, StoreError> {
    let sql = "select id, owner_id, shared, title, query from saved_view \
               where page = $1 and (owner_id = $2 or shared = 1) order by title limit 100";
    let mut out = Vec::new();
    for row in db.query(sql, params![page, user]).await? {
        let mut c = row.cols();
        out.push(SavedView {
            id: c.take()?,
            owner_id: c.take()?,
            shared: c.take::<i64>()? != 0,
            title: c.take()?,
            query: c.take()?,
        });
    }
    Ok(out)
}

/// A notice to a member of staff.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Identity.
    pub id: uuid::Uuid,
    /// Text key after `notice-`.
    pub kind: String,
    /// JSON object of text arguments.
    pub args: serde_json::Value,
    /// Where it leads.
    pub href: String,
    /// When.
    pub created_at: Timestamp,
    /// Read.
    pub read: bool,
}

/// The newest notices of a person.
///
/// # Errors
/// The database's.
pub async fn notices<R: Read>(
    db: &mut R,
    user: UserId,
    limit: i64,
) -> Result<Vec<Notice>, StoreError> {
    let sql = "select id, kind, args, href, created_at, case when read_at is null then 0 else 1 end \
               from notice where staff_id = $1 order by created_at desc limit $2";
    let mut out = Vec::new();
    for row in db.query(sql, params![user, limit]).await? {
        let mut c = row.cols();
        out.push(Notice {
            id: c.take()?,
            kind: c.take()?,
            args: c.take()?,
            href: c.take()?,
            created_at: c.take()?,
            read: c.take::<i64>()? != 0,
        });
    }
    Ok(out)
}

/// Whether a person has unread notices.
///
/// # Errors
/// The database's.
pub async fn has_unread<R: Read>(db: &mut R, user: UserId) -> Result<bool, StoreError> {
    let sql = "select 1 from notice where staff_id = $1 and read_at is null limit 1";
    // a literal has PostgreSQL's int4, which the door reads as a whole number too
    Ok(db.first(sql, params![user]).await?.is_some())
}
