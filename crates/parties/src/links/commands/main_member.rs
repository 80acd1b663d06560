//! Choosing who stands for a household or group.

use kernel::{ClientId, Refusal};
use serde::{Deserialize, Serialize};
use spine::secrecy::Group;
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use super::super::model::Known;
use super::super::queries;
use crate::client::model::ClientKind;
use crate::client::queries::head;

/// Says which member stands for a household or group, or that nobody does. Needs `client.edit` over the
/// household or group and sight of the member. Whom one may not see one may not replace.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetMainMember {
    /// The household or group.
    pub circle_id: ClientId,
    /// The member; none: nobody stands for it.
    pub member_id: Option<ClientId>,
    /// Who stood for it when the form was opened; somebody else by now refuses the change.
    pub original: Option<ClientId>,
}

impl Command for SetMainMember {
    const NAME: &'static str = "parties.set_main_member";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let circle = self.circle_id;
        let lock = format!("select id from client where id = $1{}", w.dialect().for_update());
        w.query(&lock, params![circle]).await?;
        let ctx = w.ctx;
        let found = head(w, &ctx.principal, circle).await?;
        ctx.principal.require_over("client.edit", found.owner())?;
        if !found.sees(Group::Links) {
            return Err(Error::NotFound);
        }
        if !matches!(found.kind, ClientKind::Household | ClientKind::Group) {
            return Err(Error::refused("main-member-no-circle"));
        }
        let today = ctx.now.date_in(&jiff::tz::TimeZone::UTC);
        let before = queries::main_member(w, circle, today).await?;
        if before == self.member_id {
            return Ok(());
        }
        if let Some(main) = before {
            if head(w, &ctx.principal, main).await.is_err() {
                return Err(Error::refused("main-member-hidden"));
            }
            if self.original != before {
                return Err(Error::refused_field("main-member-changed", "member"));
            }
        }
        if let Some(member) = self.member_id {
            head(w, &ctx.principal, member).await?;
            if !queries::is_member(w, circle, member, today).await? {
                return Err(Refusal::field("main-member-not-member", "member").into());
            }
        }
        write(w, circle, before, self.member_id).await
    }
}

/// When a membership ends, the member stands for the household or group no more.
pub(super) async fn resign(w: &mut Work<'_>, ended: &Known) -> Result<(), Error> {
    let sql = "select 1 from circle_main where circle_id = $1 and member_id = $2";
    if ended.kind.is_membership() && w.first(sql, params![ended.to, ended.from]).await?.is_some() {
        write(w, ended.to, Some(ended.from), None).await?;
    }
    Ok(())
}

async fn write(
    w: &mut Work<'_>,
    circle: ClientId,
    before: Option<ClientId>,
    after: Option<ClientId>,
) -> Result<(), Error> {
    let (now, author) = (w.ctx.now, w.actor());
    match after {
        Some(member) => {
            w.execute(
                "insert into circle_main (circle_id, member_id, author_id, at) \
                 values ($1, $2, $3, $4) on conflict (circle_id) do update set \
                 member_id = excluded.member_id, author_id = excluded.author_id, at = excluded.at",
                params![circle, member, author, now],
            )
            .await?
        }
        None => w.execute("delete from circle_main where circle_id = $1", params![circle]).await?,
    };
    let id = |client: Option<ClientId>| client.map(|c| c.to_string());
    let change = Change::new().field("main_member_id", id(before), id(after));
    w.record("circle", circle, Some(circle), change);
    // in the history of who stands for it now, and of who did
    let of_member = |before: bool, after: bool| {
        Change::new().field("is_main_member", before, after).set("to_id", circle.to_string())
    };
    if let Some(member) = before {
        w.record("circle", circle, Some(member), of_member(true, false));
    }
    if let Some(member) = after {
        w.record("circle", circle, Some(member), of_member(false, true));
    }
    w.execute("update client set updated_at = $2 where id = $1", params![circle, now]).await?;
    Ok(())
}
