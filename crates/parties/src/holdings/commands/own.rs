//! What a bank's own fields need of an account: how it is held. The feed owns everything else of it.

use kernel::{AccountId, ClientId};
use spine::{Doing, Error, Fieldable, Held, Work};
use store::{Read, params};
use uuid::Uuid;

use crate::fields::queries::own_values;
use crate::holdings::model::AccountRole;
use crate::holdings::queries;

/// Accounts as an object with fields of the bank's own.
pub(crate) const ACCOUNTS: Fieldable =
    Fieldable { hold: Some(hold), ..Fieldable::new("account", "own-accounts", "account") };

/// Who may edit an owner and sees his money.
fn hold<'a>(w: &'a mut Work<'_>, id: Uuid) -> Doing<'a, Held> {
    Box::pin(async move {
        w.ctx.principal.require("client.edit")?;
        let sql = format!("select id from account where id = $1{}", w.dialect().for_update());
        w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
        let values = own_values(w, id).await?;
        let parties = queries::holders(w, &[AccountId::from_uuid(id)]).await?;
        let principal = &w.ctx.principal;
        let owners = || parties.iter().filter(|(_, role, _)| *role == AccountRole::Owner);
        if !owners().any(|(_, _, holder)| queries::may_fill(principal, holder.owner)) {
            return Err(Error::NotFound);
        }
        let clients: Vec<ClientId> = owners().map(|(_, _, holder)| holder.id).collect();
        Ok(Held { values, clients })
    })
}
