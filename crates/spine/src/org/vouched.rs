//! Who somebody is at a sign-in service of the bank (OpenID Connect): the issuer and its `sub`, which it gives to
//! nobody else. The sign-in name that the service tells can pass to another person; it only finds the employee
//! the first time. From then on the account is his, and the name decides nothing (OpenID Connect Core, 5.7). He
//! has one account at one service, so that another service cannot vouch for him as well.

use kernel::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, StoreError, params};

use super::edit::giving::may_act_on;
use super::edit::lock_rights;
use super::edit::sign_in::end_sessions;
use crate::{Change, Command, Error, Registry, Work};

pub(in crate::org) fn register(registry: &mut Registry) {
    registry.add::<LinkProvider>();
    registry.add::<UnlinkProvider>();
}

/// The sign-in name of whom an account belongs to.
///
/// # Errors
/// The database's.
pub async fn login_of<R: Read>(
    db: &mut R,
    issuer: &str,
    subject: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "select s.login from provider_account a join staff s on s.id = a.staff_id \
               where a.issuer = $1 and a.subject = $2";
    db.first(sql, params![issuer, subject]).await?.map(|row| row.one()).transpose()
}

/// Notes at the first sign-in through a service which account there is an employee's. Executed by the system.
#[derive(Debug, Serialize, Deserialize)]
pub struct LinkProvider {
    /// Whose.
    pub staff_id: UserId,
    /// The service.
    pub issuer: String,
    /// Its name for him.
    pub subject: String,
}

impl Command for LinkProvider {
    const NAME: &'static str = "org.link_provider";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (issuer, subject) = (self.issuer.as_str(), self.subject.as_str());
        let sql = "insert into provider_account (issuer, subject, staff_id, since) \
                   values ($1, $2, $3, $4) on conflict do nothing";
        let values = params![issuer, subject, self.staff_id, w.ctx.now];
        if w.execute(sql, values).await? == 0 {
            // he has another account, or a moment ago somebody else came in with this one
            let own = login_of(w, issuer, subject).await?;
            let sql = "select login from staff where id = $1";
            let me = w.first(sql, params![self.staff_id]).await?.ok_or(Error::NotFound)?;
            if own != Some(me.one::<String>()?) {
                return Err(Error::refused("provider-other"));
            }
            return Ok(());
        }
        w.record("staff", self.staff_id, None, Change::new().field("provider", Json::Null, issuer));
        Ok(())
    }
}

/// Lets an employee come in with another account of the services: the next sign-in links it. Ends his sessions.
#[derive(Debug, Serialize, Deserialize)]
pub struct UnlinkProvider {
    /// Whose.
    pub staff_id: UserId,
}

impl Command for UnlinkProvider {
    const NAME: &'static str = "org.unlink_provider";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        lock_rights(w).await?;
        may_act_on(w, self.staff_id).await?;
        let sql = "delete from provider_account where staff_id = $1";
        let gone = w.execute(sql, params![self.staff_id]).await?;
        if gone == 0 {
            return Err(Error::NotFound);
        }
        let ended = end_sessions(w, self.staff_id, None).await?;
        let change = Change::new().field("provider", gone, Json::Null).set("sessions_ended", ended);
        w.record("staff", self.staff_id, None, change);
        Ok(())
    }
}
