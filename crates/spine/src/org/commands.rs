//! Sign-in, sessions, tokens and notices. (The organisation's own editing is in `edit`.)

use std::collections::BTreeMap;

use kernel::{Lang, Refusal, RoleId, SessionId, Timestamp, TokenId, UserId, limits};
use serde::{Deserialize, Serialize};
use store::outbox::Message;
use store::{Read, Tx, Value, params};

use super::edit::giving;
use super::marks::{self, Origin};
use super::rights::{Place, may_give_all, narrowed};
use crate::{Change, Command, Error, Registry, Scope, Work};

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<OpenSession>();
    registry.add::<EndSession>();
    registry.add::<NoteSignInFailure>();
    registry.add::<NoteDismissedSignIn>();
    registry.add::<TouchSession>();
    registry.add::<SavePreferences>();
    registry.add::<CreateToken>();
    registry.add::<TouchToken>();
    registry.add::<ReadNotices>();
    super::edit::register(registry);
}

/// Opens a session after the password was checked. Executed by the system.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OpenSession {
    /// Who signed in.
    pub user_id: UserId,
    /// SHA-256 of the cookie's token.
    pub token_hash: Vec<u8>,
    /// Network address.
    pub address: String,
    /// Browser.
    pub agent: String,
    /// What kind of browser on what system, without versions.
    #[serde(default)]
    pub device: String,
    /// It was opened with a password that somebody else has set: nothing but changing it is open.
    #[serde(default)]
    pub must_change_password: bool,
}

impl Command for OpenSession {
    const NAME: &'static str = "org.open_session";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = SessionId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<SessionId, Error> {
        let id: SessionId = w.new_id();
        let now = w.ctx.now;
        let origin = Origin { address: &self.address, device: &self.device };
        marks::note_sign_in(w, self.user_id, origin).await?;
        let short = |text: &str| text.chars().take(200).collect::<String>();
        w.execute(
            "insert into session (id, token_hash, staff_id, created_at, seen_at, expires_at, \
             address, agent) values ($1, $2, $3, $4, $4, $5, $6, $7)",
            params![
                id,
                self.token_hash.clone(),
                self.user_id,
                now,
                now.plus_hours(limits::SESSION_TOTAL_HOURS),
                short(&self.address),
                short(&self.agent)
            ],
        )
        .await?;
        if self.must_change_password {
            w.execute("insert into password_duty (session_id) values ($1)", params![id]).await?;
        }
        w.execute(
            "update staff set failures = 0, locked_until = null where id = $1 \
             and (failures > 0 or locked_until is not null)",
            params![self.user_id],
        )
        .await?;
        let change = Change::new().set("staff", self.user_id.to_string());
        w.record("session", id, None, change);
        Ok(id)
    }
}

/// Notes a wrong password; the fifth in a row locks the account for a while.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NoteSignInFailure {
    /// Whose login was used.
    pub user_id: UserId,
    /// Network address.
    pub address: String,
}

impl Command for NoteSignInFailure {
    const NAME: &'static str = "org.note_sign_in_failure";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = Option<Timestamp>;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Option<Timestamp>, Error> {
        let sql = "select failures from staff where id = $1";
        let failures: i64 =
            w.first(sql, params![self.user_id]).await?.ok_or(Error::NotFound)?.one()?;
        let failures = failures + 1;
        let locked = (failures >= limits::SIGN_IN_FAILURES_MAX)
            .then(|| w.ctx.now.plus_minutes(limits::SIGN_IN_LOCK_MINUTES));
        // a lock starts the count anew, or one more mistake after it would lock for ever
        let kept = if locked.is_some() { 0 } else { failures };
        w.execute(
            "update staff set failures = $2, locked_until = coalesce($3, locked_until) where id = $1",
            params![self.user_id, kept, locked],
        )
        .await?;
        let origin = Origin { address: &self.address, device: "" };
        marks::note_dismissed(w, self.user_id, origin).await?;
        let change = Change::new()
            .set("sign_in_failed_from", self.address.as_str())
            .set("locked_until", locked.map(Timestamp::micros));
        w.record("staff", self.user_id, None, change);
        Ok(locked)
    }
}

/// Notes that a provider vouched for somebody who does not work here any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct NoteDismissedSignIn {
    /// Who.
    pub user_id: UserId,
    /// Network address.
    pub address: String,
    /// What kind of browser.
    pub device: String,
}

impl Command for NoteDismissedSignIn {
    const NAME: &'static str = "org.note_dismissed_sign_in";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let origin = Origin { address: &self.address, device: &self.device };
        marks::note_dismissed(w, self.user_id, origin).await
    }
}

/// Ends a session: one's own, or anybody's with `admin.staff`.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EndSession {
    /// Which.
    pub session_id: SessionId,
}

impl Command for EndSession {
    const NAME: &'static str = "org.end_session";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "select staff_id from session where id = $1 and ended_at is null";
        let owner: UserId =
            w.first(sql, params![self.session_id]).await?.ok_or(Error::NotFound)?.one()?;
        if w.actor() != Some(owner) && !w.ctx.principal.has("admin.staff") {
            return Err(Error::NotFound);
        }
        let now = w.ctx.now;
        w.execute("update session set ended_at = $2 where id = $1", params![self.session_id, now])
            .await?;
        let change = Change::new().set("ended_at", now.micros());
        w.record("session", self.session_id, None, change);
        Ok(())
    }
}

/// Notes that a session is in use; leaves no journal entry.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TouchSession {
    /// Which.
    pub session_id: SessionId,
}

impl Command for TouchSession {
    const NAME: &'static str = "org.touch_session";
    const PERMISSION: &'static str = "system";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        w.execute("update session set seen_at = $2 where id = $1", params![self.session_id, now])
            .await?;
        Ok(())
    }
}

/// A person's own choice of language, theme and density.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SavePreferences {
    /// Language.
    pub lang: Option<Lang>,
    /// `auto`, `light` or `dark`.
    pub theme: Option<String>,
    /// `compact` or `roomy`.
    pub density: Option<String>,
}

impl Command for SavePreferences {
    const NAME: &'static str = "org.save_preferences";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let one_of = |value: &Option<String>, allowed: &[&str], field: &str| match value {
            Some(v) if !allowed.contains(&v.as_str()) => {
                Err(Error::refused_field("not-a-choice", field))
            }
            _ => Ok(()),
        };
        one_of(&self.theme, &["auto", "light", "dark"], "theme")?;
        one_of(&self.density, &["compact", "roomy"], "density")?;
        let me = w.actor().ok_or(Error::NotFound)?;
        w.execute(
            "update staff set lang = coalesce($2, lang), theme = coalesce($3, theme), \
             density = coalesce($4, density) where id = $1",
            params![me, self.lang.map(Lang::code), self.theme.clone(), self.density.clone()],
        )
        .await?;
        let change = Change::new()
            .set("lang", self.lang.map(Lang::code))
            .set("theme", self.theme.clone())
            .set("density", self.density.clone());
        w.record("staff", me, None, change);
        Ok(())
    }
}

/// Makes an API token for a role.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CreateToken {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// What it is for.
    pub name: String,
    /// The role it acts in.
    pub role_key: String,
    /// Whose it is, if anybody's.
    pub user_id: Option<UserId>,
    /// Ends.
    pub expires_at: Option<Timestamp>,
    /// The only rights it shall have of the role's, over at most these scopes; none: all of them.
    #[serde(default)]
    pub limit: Option<BTreeMap<String, Scope>>,
}

impl Command for CreateToken {
    const NAME: &'static str = "org.create_token";
    const PERMISSION: &'static str = "admin.staff";
    type Output = TokenId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<TokenId, Error> {
        let row = w.first("select id from role where key = $1", params![&self.role_key]).await?;
        let role: RoleId =
            row.ok_or_else(|| Error::refused_field("role-unknown", "role"))?.one()?;
        self.check(w, role).await?;
        let id: TokenId = w.new_id();
        let now = w.ctx.now;
        w.execute(
            "insert into api_token (id, token_hash, name, staff_id, role_id, created_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $7)",
            params![
                id,
                self.token_hash.clone(),
                &self.name,
                self.user_id,
                role,
                now,
                self.expires_at
            ],
        )
        .await?;
        let mut change =
            Change::new().set("name", self.name.as_str()).set("role", self.role_key.as_str());
        if let Some(limit) = &self.limit {
            let rows: Vec<Vec<Value>> = limit
                .iter()
                .map(|(p, s)| vec![id.into(), p.as_str().into(), s.key().into()])
                .collect();
            let head = "insert into token_limit (token_id, permission, scope) values";
            w.insert_many(head, &rows, "").await?;
            for (permission, scope) in limit {
                change = change.set(permission, scope.key());
            }
        }
        w.record("api_token", id, None, change);
        Ok(id)
    }
}

impl CreateToken {
    /// A token is a way to act as its role, and in the name of its owner: one may make it only of what one
    /// may hand out.
    async fn check(&self, w: &mut Work<'_>, role: RoleId) -> Result<(), Error> {
        let last = w.ctx.now.plus_hours(limits::TOKEN_DAYS_MAX * 24);
        match self.expires_at {
            // only the command line, which is the system itself, makes one without an end
            None if w.actor().is_some() => {
                return Err(Error::refused_field("required", "expires"));
            }
            Some(end) if end <= w.ctx.now => {
                return Err(Error::refused_field("token-past", "expires"));
            }
            Some(end) if end > last && w.actor().is_some() => {
                let refusal = Refusal::field("token-long", "expires");
                return Err(refusal.arg("days", limits::TOKEN_DAYS_MAX).into());
            }
            Some(_) | None => {}
        }
        let held = giving::grants_of(w, &[role]).await?;
        let grants = match &self.limit {
            None => held,
            // a list that says nothing must not come to mean everything
            Some(limit) if limit.is_empty() => {
                return Err(Error::refused_field("required", "permissions"));
            }
            Some(limit) if limit.keys().any(|permission| !held.contains_key(permission)) => {
                return Err(Error::refused_field("token-beyond-role", "permissions"));
            }
            Some(limit) => narrowed(&held, limit),
        };
        let place = match self.user_id {
            Some(owner) => giving::place_of(w, owner).await?,
            None => Place::default(),
        };
        if !may_give_all(&w.ctx.principal, &grants, place) {
            return Err(Error::refused_field("rights-beyond", "role"));
        }
        let Some(owner) = self.user_id else {
            return Ok(());
        };
        let sql = "select id from staff where id = $1 and state = 'active'";
        if w.first(sql, params![owner]).await?.is_none() {
            return Err(Error::refused_field("not-a-choice", "owner"));
        }
        match giving::may_act_on(w, owner).await {
            Err(Error::Refused(_)) => Err(Error::refused_field("person-beyond", "owner")),
            other => other,
        }
    }
}

/// Notes that a token is in use; leaves a journal entry only when it is used from another address.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TouchToken {
    /// Which.
    pub token_id: TokenId,
    /// Network address.
    #[serde(default)]
    pub address: String,
}

impl Command for TouchToken {
    const NAME: &'static str = "org.touch_token";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        w.execute("update api_token set used_at = $2 where id = $1", params![self.token_id, now])
            .await?;
        marks::note_token(w, self.token_id, &self.address).await
    }
}

/// Marks all of a person's notices read; leaves no journal entry.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReadNotices {}

impl Command for ReadNotices {
    const NAME: &'static str = "org.read_notices";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: crate::Offline = crate::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (me, now) = (w.actor(), w.ctx.now);
        w.execute(
            "update notice set read_at = $2 where staff_id = $1 and read_at is null",
            params![me, now],
        )
        .await?;
        Ok(())
    }
}

/// Delivers an outbox message of the channel `notice` (recipient: a staff id; payload: kind, args,
/// href). Other channels have no adapter here yet and stay with their error.
pub(crate) async fn deliver_notice(
    tx: &mut Tx,
    message: &Message,
    now: Timestamp,
) -> Result<(), String> {
    if message.channel != "notice" {
        return Err(format!("no adapter for channel {}", message.channel));
    }
    let user: UserId = message.recipient.parse().map_err(|e| format!("recipient: {e}"))?;
    let payload: serde_json::Value =
        serde_json::from_str(&message.payload).map_err(|e| format!("payload: {e}"))?;
    let text = |key: &str| payload.get(key).and_then(|v| v.as_str()).unwrap_or("").to_owned();
    let args = payload.get("args").cloned().unwrap_or_else(|| serde_json::json!({}));
    tx.execute(
        "insert into notice (id, staff_id, kind, args, href, created_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        params![message.id, user, text("kind"), args.to_string(), text("href"), now],
    )
    .await
    .map(|_| ())
    .map_err(|e| e.to_string())
}
