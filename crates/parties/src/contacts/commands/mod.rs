//! Commands over contacts, documents, addresses, dates, consents and files. Each checks `client.edit`
//! over the client first; a client out of reach does not exist.

mod address;
mod away;
mod consent;
mod consent_text;
mod contact;
mod date;
mod file;
mod identifier;

pub use address::{AddAddress, AddressFields, ArchiveAddress, EditAddress};
pub use consent::{GiveConsent, WithdrawConsent};
pub(crate) use consent_text::KEEP_TEXTS;
pub use consent_text::{AddConsentText, CloseConsentText};
pub use contact::{AddContact, ArchiveContact, ContactFields, EditContact};
pub use date::{AddDate, ArchiveDate, DateFields, EditDate};
pub use file::{AddFile, ArchiveFile};
pub use identifier::{AddIdentifier, ArchiveIdentifier, EditIdentifier, IdentifierFields};

use kernel::{ClientId, Date, Refusal};
use spine::secrecy::Group;
use spine::{Error, Work};
use store::{Read, params};

use super::queries::ROWS_MAX;
use crate::client::queries::{self, ClientHead};
use crate::search;

/// The client, when the person may change him and sees the group of fields that changes.
async fn editable(w: &mut Work<'_>, client: ClientId, group: Group) -> Result<ClientHead, Error> {
    let ctx = w.ctx;
    // others who change rows of the same client wait here, so that of two edits the second sees the first
    let lock = format!("select id from client where id = $1{}", w.dialect().for_update());
    w.query(&lock, params![client]).await?;
    let head = queries::head(w, &ctx.principal, client).await?;
    ctx.principal.require_over("client.edit", head.owner())?;
    if head.sees(group) { Ok(head) } else { Err(Error::NotFound) }
}

/// Notes that something about the client has changed.
async fn touch(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    let now = w.ctx.now;
    w.execute("update client set updated_at = $2 where id = $1", params![client, now]).await?;
    Ok(())
}

/// As [`touch`], when the search must find the change.
async fn touch_and_index(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    touch(w, client).await?;
    search::commands::index_client(w, client).await?;
    Ok(())
}

/// Refuses one more row than a client may have.
fn has_room(rows: usize) -> Result<(), Error> {
    let max = usize::try_from(ROWS_MAX).unwrap_or(usize::MAX);
    if rows < max {
        return Ok(());
    }
    Err(Refusal::new("contacts-too-many").arg("max", max).into())
}

/// The day of the command in UTC: no rule here is finer than a day.
fn today(w: &Work<'_>) -> Date {
    w.ctx.now.date_in(&jiff::tz::TimeZone::UTC)
}

/// The text a date is kept as in forms and in the journal.
fn date_text(day: Option<Date>) -> String {
    day.map(|d| d.to_string()).unwrap_or_default()
}
