//! May we? The one place where the rest of the house asks what a client's consents allow.

use kernel::ClientId;
use spine::{Ctx, Error};
use store::Read;

pub use super::model::{
    ConsentChannel, ConsentState, ConsentWord, Lack, Purpose, Verdict, allows, states,
};
use super::queries;
use crate::client::pack;

/// The words of a client that decide at this moment; those of clients merged into him are his. For
/// [`allows`] and [`states`].
///
/// # Errors
/// The database's.
pub async fn words<R: Read>(
    db: &mut R,
    ctx: &Ctx,
    client: ClientId,
) -> Result<Vec<ConsentWord>, Error> {
    Ok(queries::deciding_words(db, pack(ctx)?, client, ctx.now).await?)
}

/// Whether a client allows a purpose through a channel now; when not, why. Of one who is unknown, erased or
/// merged into another nothing is allowed.
///
/// # Errors
/// The database's.
pub async fn lack<R: Read>(
    db: &mut R,
    ctx: &Ctx,
    client: ClientId,
    (purpose, channel): (Purpose, ConsentChannel),
) -> Result<Option<Lack>, Error> {
    let words = words(db, ctx, client).await?;
    Ok(allows(&words, purpose, channel, ctx.now).lack())
}
