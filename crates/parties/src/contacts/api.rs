//! How a client is reached and known, in the API.

use kernel::{ClientId, ContactId, DateId, FileId, IdentifierId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use spine::secrecy::{Group, hidden};
use spine::{Command, Error};
use uuid::Uuid;
use web::api::{Answer, Api, Call, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{
    AddAddress, AddConsentText, AddContact, AddDate, AddFile, AddIdentifier, AddressFields,
    ArchiveAddress, ArchiveContact, ArchiveDate, ArchiveFile, ArchiveIdentifier, CloseConsentText,
    ContactFields, DateFields, EditAddress, EditContact, EditDate, EditIdentifier, GiveConsent,
    IdentifierFields, WithdrawConsent,
};
use super::consent::{self, ConsentState};
use super::model::ConsentWord;
use super::model::FileKind;
use super::queries::{self, Address, ClientFile, ConsentText, Contact, Identifier, ImportantDate};
use crate::client::pack;
use crate::client::queries::head;

const READ: &str = "client.read";
const EDIT: &str = "client.edit";

pub(crate) fn api(api: Api) -> Api {
    others(consents_of(addresses_of(papers(reach(api)))))
}

fn reach(api: Api) -> Api {
    api.tag("contacts")
        .with(
            Operation::list("/clients/{client_id}/contacts", "list_contacts", READ, contacts)
                .about("Phones, e-mail addresses and the like of a client"),
        )
        .with(
            Operation::create::<AddContact>(
                "/clients/{client_id}/contacts",
                "add_contact",
                Some("/contacts/{id}"),
            )
            .example(json!({ "kind": "phone", "fields": {
                "value": "+7 916 123-45-67", "label": "", "is_main": true, "source": "client" } })),
        )
        .with(
            Operation::one("/contacts/{contact_id}", "get_contact", READ, contact)
                .about("One contact point"),
        )
        .with(
            Operation::write(
                Method::Put,
                "/contacts/{contact_id}",
                "edit_contact",
                EDIT,
                edit_contact,
            )
            .about("Changes a contact point")
            .runs(&[EditContact::NAME])
            .matching(),
        )
        .with(Operation::command::<ArchiveContact>(
            Method::Delete,
            "/contacts/{contact_id}",
            "archive_contact",
        ))
}

fn papers(api: Api) -> Api {
    api.tag("identifiers")
        .with(
            Operation::list(
                "/clients/{client_id}/identifiers",
                "list_identifiers",
                READ,
                identifiers,
            )
            .about("Documents and official numbers of a client"),
        )
        .with(Operation::create::<AddIdentifier>(
            "/clients/{client_id}/identifiers",
            "add_identifier",
            Some("/identifiers/{id}"),
        ))
        .with(
            Operation::one("/identifiers/{identifier_id}", "get_identifier", READ, identifier)
                .about("One document or number"),
        )
        .with(
            Operation::write(
                Method::Put,
                "/identifiers/{identifier_id}",
                "edit_identifier",
                EDIT,
                edit_identifier,
            )
            .about("Changes a document or number")
            .runs(&[EditIdentifier::NAME])
            .matching(),
        )
        .with(Operation::command::<ArchiveIdentifier>(
            Method::Delete,
            "/identifiers/{identifier_id}",
            "archive_identifier",
        ))
}

fn addresses_of(api: Api) -> Api {
    api.tag("addresses")
        .with(
            Operation::list("/clients/{client_id}/addresses", "list_addresses", READ, addresses)
                .about("Addresses of a client"),
        )
        .with(Operation::create::<AddAddress>(
            "/clients/{client_id}/addresses",
            "add_address",
            Some("/addresses/{id}"),
        ))
        .with(
            Operation::one("/addresses/{address_id}", "get_address", READ, address)
                .about("One address"),
        )
        .with(
            Operation::write(
                Method::Put,
                "/addresses/{address_id}",
                "edit_address",
                EDIT,
                edit_address,
            )
            .about("Changes an address")
            .runs(&[EditAddress::NAME])
            .matching(),
        )
        .with(Operation::command::<ArchiveAddress>(
            Method::Delete,
            "/addresses/{address_id}",
            "archive_address",
        ))
}

fn consents_of(api: Api) -> Api {
    api.tag("consents")
        .with(
            Operation::list("/clients/{client_id}/consents", "list_consents", READ, consents)
                .about("All words of a client about consents, what was said last first"),
        )
        .with(
            Operation::list(
                "/clients/{client_id}/consents/now",
                "list_consent_states",
                READ,
                consent_states,
            )
            .about("What a client allows now, by purpose and channel, and why not"),
        )
        .with(
            Operation::create::<GiveConsent>("/clients/{client_id}/consents", "give_consent", None)
                .example(
                    json!({ "purpose": "advertising", "channel": "sms", "text_version": "2025-09",
                "evidence_kind": "paper", "evidence": "№ 7", "said_at": null, "said_on": null,
                "file_id": null }),
                ),
        )
        .with(Operation::create::<WithdrawConsent>(
            "/clients/{client_id}/consents/withdraw",
            "withdraw_consent",
            None,
        ))
        .with(
            Operation::list("/consent-texts", "list_consent_texts", "app.use", consent_texts)
                .about("The texts clients agree to, by purpose, the newest first"),
        )
        .with(Operation::create::<AddConsentText>("/consent-texts", "add_consent_text", None))
        .with(Operation::command::<CloseConsentText>(
            Method::Post,
            "/consent-texts/close",
            "close_consent_text",
        ))
}

fn others(api: Api) -> Api {
    api.tag("dates")
        .with(
            Operation::list("/clients/{client_id}/dates", "list_dates", READ, dates)
                .about("Important dates of a client"),
        )
        .with(Operation::create::<AddDate>(
            "/clients/{client_id}/dates",
            "add_date",
            Some("/dates/{id}"),
        ))
        .with(Operation::one("/dates/{date_id}", "get_date", READ, date).about("One date"))
        .with(
            Operation::write(Method::Put, "/dates/{date_id}", "edit_date", EDIT, edit_date)
                .about("Changes a date")
                .runs(&[EditDate::NAME])
                .matching(),
        )
        .with(Operation::command::<ArchiveDate>(Method::Delete, "/dates/{date_id}", "archive_date"))
        .tag("files")
        .with(
            Operation::list("/clients/{client_id}/files", "list_files", READ, files)
                .about("Files of a client"),
        )
        .with(
            Operation::upload("/clients/{client_id}/files", "add_file", EDIT, add_file)
                .about("Takes a file in; its kind is found from its content")
                .runs(&[AddFile::NAME])
                .creates::<FileId>(),
        )
        .with(
            Operation::file("/files/{file_id}/content", "get_file", READ, file)
                .about("The content of a file"),
        )
        .with(Operation::command::<ArchiveFile>(Method::Delete, "/files/{file_id}", "archive_file"))
}

/// The client of an address, if the caller may see him.
async fn client(call: &mut Call, group: Group) -> Result<ClientId, Problem> {
    let id: ClientId = call.id("client_id")?;
    visible(call, id, group).await?;
    Ok(id)
}

/// Whether the caller sees a group of fields of a client; a reading of a secret card is noted.
async fn visible(call: &mut Call, client: ClientId, group: Group) -> Result<(), Error> {
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let found = head(&mut call.cx.db, &principal, client).await?;
    if call.cx.reads(found.owner(), group) { Ok(()) } else { Err(hidden(group)) }
}

async fn contacts(mut call: Call, _: NoQuery) -> Result<Listing<Contact>, Problem> {
    let id = client(&mut call, Group::Contacts).await?;
    Ok(Listing::whole(queries::contacts(&mut call.cx.db, id).await.map_err(Error::from)?))
}

async fn identifiers(mut call: Call, _: NoQuery) -> Result<Listing<Identifier>, Problem> {
    let id = client(&mut call, Group::Documents).await?;
    Ok(Listing::whole(queries::identifiers(&mut call.cx.db, id).await.map_err(Error::from)?))
}

async fn addresses(mut call: Call, _: NoQuery) -> Result<Listing<Address>, Problem> {
    let id = client(&mut call, Group::Contacts).await?;
    Ok(Listing::whole(queries::addresses(&mut call.cx.db, id).await.map_err(Error::from)?))
}

async fn dates(mut call: Call, _: NoQuery) -> Result<Listing<ImportantDate>, Problem> {
    let id = client(&mut call, Group::History).await?;
    Ok(Listing::whole(queries::dates(&mut call.cx.db, id).await.map_err(Error::from)?))
}

async fn consents(mut call: Call, _: NoQuery) -> Result<Listing<ConsentWord>, Problem> {
    let id = client(&mut call, Group::Contacts).await?;
    let pack = pack(&call.cx.ctx)?;
    let words = queries::consent_words(&mut call.cx.db, pack, id).await;
    Ok(Listing::whole(words.map_err(Error::from)?))
}

async fn consent_states(mut call: Call, _: NoQuery) -> Result<Listing<ConsentState>, Problem> {
    let id = client(&mut call, Group::Contacts).await?;
    let words = consent::words(&mut call.cx.db, &call.cx.ctx, id).await?;
    Ok(Listing::whole(consent::states(&words, call.cx.now())))
}

async fn consent_texts(mut call: Call, _: NoQuery) -> Result<Listing<ConsentText>, Problem> {
    let pack = pack(&call.cx.ctx)?;
    let texts = queries::consent_texts(&mut call.cx.db, pack).await;
    Ok(Listing::whole(texts.map_err(Error::from)?))
}

async fn files(mut call: Call, _: NoQuery) -> Result<Listing<ClientFile>, Problem> {
    let id = client(&mut call, Group::Documents).await?;
    Ok(Listing::whole(queries::files(&mut call.cx.db, id).await.map_err(Error::from)?))
}

async fn stored_contact(call: &mut Call) -> Result<Contact, Problem> {
    let id: ContactId = call.id("contact_id")?;
    let found = queries::contact(&mut call.cx.db, id).await.map_err(Error::from)?;
    let found = found.ok_or(Error::NotFound)?;
    visible(call, found.client_id, Group::Contacts).await?;
    Ok(found)
}

async fn contact(mut call: Call, _: NoQuery) -> Result<Contact, Problem> {
    stored_contact(&mut call).await
}

async fn edit_contact(mut call: Call, fields: ContactFields) -> Result<Answer, Problem> {
    let stored = stored_contact(&mut call).await?;
    call.must_match(&stored).await?;
    let original = ContactFields::from(&stored);
    call.run(&EditContact { contact_id: stored.id, original, fields }).await?;
    Ok(Answer::done())
}

async fn stored_identifier(call: &mut Call) -> Result<Identifier, Problem> {
    let id: IdentifierId = call.id("identifier_id")?;
    let found = queries::identifier(&mut call.cx.db, id).await.map_err(Error::from)?;
    let found = found.ok_or(Error::NotFound)?;
    visible(call, found.client_id, Group::Documents).await?;
    Ok(found)
}

async fn identifier(mut call: Call, _: NoQuery) -> Result<Identifier, Problem> {
    stored_identifier(&mut call).await
}

async fn edit_identifier(mut call: Call, fields: IdentifierFields) -> Result<Answer, Problem> {
    let stored = stored_identifier(&mut call).await?;
    call.must_match(&stored).await?;
    let original = IdentifierFields::from(&stored);
    call.run(&EditIdentifier { identifier_id: stored.id, original, fields }).await?;
    Ok(Answer::done())
}

async fn stored_address(call: &mut Call) -> Result<Address, Problem> {
    let id: Uuid = call.id("address_id")?;
    let found = queries::address(&mut call.cx.db, id).await.map_err(Error::from)?;
    let found = found.ok_or(Error::NotFound)?;
    visible(call, found.client_id, Group::Contacts).await?;
    Ok(found)
}

async fn address(mut call: Call, _: NoQuery) -> Result<Address, Problem> {
    stored_address(&mut call).await
}

async fn edit_address(mut call: Call, fields: AddressFields) -> Result<Answer, Problem> {
    let stored = stored_address(&mut call).await?;
    call.must_match(&stored).await?;
    let original = AddressFields::from(&stored);
    call.run(&EditAddress { address_id: stored.id, original, fields }).await?;
    Ok(Answer::done())
}

async fn stored_date(call: &mut Call) -> Result<ImportantDate, Problem> {
    let id: DateId = call.id("date_id")?;
    let found = queries::date(&mut call.cx.db, id).await.map_err(Error::from)?;
    let found = found.ok_or(Error::NotFound)?;
    visible(call, found.client_id, Group::History).await?;
    Ok(found)
}

async fn date(mut call: Call, _: NoQuery) -> Result<ImportantDate, Problem> {
    stored_date(&mut call).await
}

async fn edit_date(mut call: Call, fields: DateFields) -> Result<Answer, Problem> {
    let stored = stored_date(&mut call).await?;
    call.must_match(&stored).await?;
    let original = DateFields {
        title: stored.title.clone(),
        on_date: stored.on_date.to_string(),
        yearly: stored.yearly,
    };
    call.run(&EditDate { date_id: stored.id, original, fields }).await?;
    Ok(Answer::done())
}

/// What the file is.
#[derive(Debug, Deserialize, JsonSchema)]
struct FileQuery {
    /// Its name, with its ending.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// What it is.
    kind: FileKind,
}

async fn add_file(mut call: Call, query: FileQuery) -> Result<Answer, Problem> {
    let id = client(&mut call, Group::Documents).await?;
    let content = std::mem::take(&mut call.content);
    call.cx.scan(&content).await?;
    let command = AddFile::new(id, &query.name, query.kind, content);
    let file = call.run(&command).await?;
    Ok(Answer::created(&file, Some("/files/{id}/content"))?)
}

async fn file(mut call: Call) -> Result<Answer, Problem> {
    let id: FileId = call.id("file_id")?;
    let found = queries::file(&mut call.cx.db, id).await.map_err(Error::from)?;
    let file = found.ok_or(Error::NotFound)?;
    visible(&mut call, file.client_id, Group::Documents).await?;
    let content = store::blobs::get(&mut call.cx.db, &file.hash).await.map_err(Error::from)?;
    Ok(Answer::file("application/octet-stream", &file.name, content.ok_or(Error::NotFound)?))
}
