//! Setting the level of a card, and opening a closed one for a reason.

mod reads;

pub use reads::{NoteReads, ReadLine};

use kernel::{ClientId, Refusal, UserId, limits};
use serde::{Deserialize, Serialize};
use spine::secrecy::commands::{open_card, shut_card};
use spine::secrecy::{Act, Groups, Level};
use spine::{Change, Command, Error, Work};
use store::{Read, params};
use uuid::Uuid;

use crate::client::queries::{self as clients, ClientHead};

/// Says how secret a client's card is.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetSecrecy {
    /// Whose.
    pub client_id: ClientId,
    /// How secret from now on.
    pub level: Level,
    /// Why.
    pub reason: String,
}

impl Command for SetSecrecy {
    const NAME: &'static str = "parties.set_secrecy";
    const PERMISSION: &'static str = "client.secrecy";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let head = held(w, self.client_id).await?;
        w.ctx.principal.require_over("client.secrecy", head.owner())?;
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Error::refused_field("required", "reason"));
        }
        if reason.chars().count() > limits::TEXT_CHARS_MAX {
            let max = limits::TEXT_CHARS_MAX;
            return Err(Refusal::field("too-long", "reason").arg("max", max).into());
        }
        if head.secrecy == self.level {
            return Ok(());
        }
        // who does not see the whole card does not open it to others
        if self.level < head.secrecy && w.ctx.principal.sees(head.owner()) != Groups::all() {
            return Err(Error::refused("secrecy-lower-unseen"));
        }
        write(w, &head, self.level, Some(reason)).await
    }
}

/// The client, his row held until the end of the transaction.
async fn held(w: &mut Work<'_>, client: ClientId) -> Result<ClientHead, Error> {
    let lock = format!("select id from client where id = $1{}", w.dialect().for_update());
    w.query(&lock, params![client]).await?;
    let ctx = w.ctx;
    clients::head(w, &ctx.principal, client).await
}

async fn write(
    w: &mut Work<'_>,
    head: &ClientHead,
    level: Level,
    reason: Option<&str>,
) -> Result<(), Error> {
    let now = w.ctx.now;
    w.execute("delete from client_secrecy where client_id = $1", params![head.id]).await?;
    if level != Level::Open {
        w.execute(
            "insert into client_secrecy (client_id, level) values ($1, $2)",
            params![head.id, level.key()],
        )
        .await?;
    }
    w.execute(
        "update client set updated_at = $2, version = version + 1 where id = $1",
        params![head.id, now],
    )
    .await?;
    let change = Change::new().field("secrecy", head.secrecy.key(), level.key());
    let change = reason.into_iter().fold(change, |change, why| change.set("secrecy_reason", why));
    w.record("client", head.id, Some(head.id), change);
    Ok(())
}

/// Whoever takes in a more secret client becomes as secret himself.
///
/// # Errors
/// The database's.
pub(crate) async fn raise(
    w: &mut Work<'_>,
    survivor: &ClientHead,
    other: Level,
) -> Result<(), Error> {
    if other > survivor.secrecy { write(w, survivor, other, None).await } else { Ok(()) }
}

/// Opens a closed card to the person who asks, for half an hour.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OpenCard {
    /// Whose.
    pub client_id: ClientId,
    /// Why, a word of the list.
    pub reason_code: String,
    /// Why, in words.
    pub reason: String,
}

impl Command for OpenCard {
    const NAME: &'static str = "secrecy.open_card";
    const PERMISSION: &'static str = "secrecy.break_glass";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let ctx = w.ctx;
        let head = clients::head(w, &ctx.principal, self.client_id).await?;
        if head.hidden.is_empty() {
            return Err(Error::refused("secrecy-nothing-hidden"));
        }
        if !ctx.principal.allows(Act::BreakGlass, head.owner()) {
            return Err(Error::refused("secrecy-no-glass"));
        }
        ctx.principal.require_over("secrecy.break_glass", head.owner())?;
        let mut told = officers(w).await?;
        told.extend(head.manager_id);
        told.sort_unstable();
        told.dedup();
        let reason = (self.reason_code.as_str(), self.reason.as_str());
        open_card(w, (head.id, head.secrecy), reason, &told).await
    }
}

/// Active people who hold `secrecy.change` through a role.
pub(super) async fn officers(w: &mut Work<'_>) -> Result<Vec<UserId>, Error> {
    let sql = "select distinct s.id from staff s join staff_role r on r.staff_id = s.id \
               join role_grant g on g.role_id = r.role_id \
               where g.permission = 'secrecy.change' and s.state = 'active' order by s.id limit 50";
    let rows = w.query(sql, &[]).await?;
    Ok(rows.into_iter().map(store::Row::one).collect::<Result<_, _>>()?)
}

/// Shuts a card the person has opened, before its time.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ShutCard {
    /// Whose.
    pub client_id: ClientId,
}

impl Command for ShutCard {
    const NAME: &'static str = "secrecy.shut_card";
    const PERMISSION: &'static str = "secrecy.break_glass";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        shut_card(w, self.client_id).await
    }
}
