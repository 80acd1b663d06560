//! What a bank's own fields need of a contact: by what it is found. A contact is never changed, only corrected by
//! another row, and its own fields with it.

use spine::{Doing, Error, Fieldable, Work};
use store::{Read, params};
use uuid::Uuid;

use super::log::search_text;

/// Contacts as an object with fields of the bank's own.
pub(crate) const INTERACTION: Fieldable = Fieldable {
    find: Some(find),
    ..Fieldable::new("interaction", "own-interactions", "interaction")
};

fn find<'a>(w: &'a mut Work<'_>, id: Uuid, own: String) -> Doing<'a, ()> {
    Box::pin(async move {
        let row =
            w.first("select subject, body from interaction where id = $1", params![id]).await?;
        let mut c = row.ok_or(Error::NotFound)?.cols();
        let (subject, body): (String, String) = (c.take()?, c.take()?);
        let text = search_text(&subject, &format!("{body} {own}"));
        w.execute("update interaction set text_norm = $2 where id = $1", params![id, text]).await?;
        Ok(())
    })
}
