//! What a bank's own fields need of an account: how it is held. The feed owns everything else of it.

use kernel::{AccountId, ClientId, Refusals};
use spine::import::{ImportReject, ImportRow};
use spine::{Doing, Error, Fieldable, Held, OwnChange, OwnValues, Typed, Work};
use store::{Read, params};
use uuid::Uuid;

use crate::fields::queries::own_values;
use crate::holdings::model::AccountRole;
use crate::holdings::queries;
use crate::refs;

/// Accounts as an object with fields of the bank's own.
pub(crate) const ACCOUNTS: Fieldable =
    Fieldable { hold: Some(hold), ..Fieldable::new("account", "own-accounts", "account") };

/// What a feed brings for the bank's own fields of an account, checked as what people type is; a field the feed does
/// not fill stays as it is, also a required one.
pub(super) async fn brought(
    w: &mut Work<'_>,
    row: &ImportRow,
    known: Option<AccountId>,
) -> Result<Result<Option<OwnChange>, Vec<ImportReject>>, Error> {
    let mut edits = refs::own_edits(row);
    if edits.is_empty() {
        return Ok(Ok(None));
    }
    let stored = match known {
        Some(id) => own_values(w, id.uuid()).await?,
        None => OwnValues::default(),
    };
    for edit in &mut edits {
        edit.original = stored.0.get(&edit.field).cloned().unwrap_or_default();
    }
    let mut refusals = Refusals::default();
    let change = w
        .own_values(Typed {
            object: ACCOUNTS.key,
            stored: Some(&stored),
            edits: &edits,
            refusals: &mut refusals,
        })
        .await?;
    if refusals.0.is_empty() {
        Ok(Ok(Some(change)))
    } else {
        Ok(Err(refs::rejects(row, refusals, |field| field)))
    }
}

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
