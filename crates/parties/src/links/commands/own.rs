//! What a bank's own fields need of a link: how it is held.

use kernel::LinkId;
use spine::{Doing, Error, Fieldable, Held, Work};
use uuid::Uuid;

use super::both_sides;
use crate::fields::queries::own_values;
use crate::links::queries;

/// Links between clients as an object with fields of the bank's own.
pub(crate) const LINK: Fieldable =
    Fieldable { hold: Some(hold), ..Fieldable::new("link", "own-links", "client_link") };

/// As for ending a link: one side may be edited, the other seen.
fn hold<'a>(w: &'a mut Work<'_>, id: Uuid) -> Doing<'a, Held> {
    Box::pin(async move {
        w.ctx.principal.require("client.edit")?;
        let id = LinkId::from_uuid(id);
        let link = queries::one(w, id).await?.ok_or(Error::NotFound)?;
        both_sides(w, link.from, link.to).await?;
        // what is in it is read only now that nobody else writes it
        let values = own_values(w, id.uuid()).await?;
        Ok(Held { values, clients: vec![link.from, link.to] })
    })
}
