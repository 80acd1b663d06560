//! Postal addresses.

use kernel::{ClientId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::secrecy::Group;
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use super::{editable, has_room, touch};
use crate::contacts::model::{AddressKind, Merge, check_text};
use crate::contacts::queries;

/// What a form of an address holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddressFields {
    /// ISO 3166 code of two letters; may be empty.
    pub country: String,
    /// Region.
    pub region: String,
    /// City or village.
    pub city: String,
    /// Street, house, flat.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Where it comes from.
    pub source: String,
}

impl From<&queries::Address> for AddressFields {
    /// As they are stored.
    fn from(address: &queries::Address) -> Self {
        Self {
            country: address.country.clone(),
            region: address.region.clone(),
            city: address.city.clone(),
            street: address.street.clone(),
            postal_code: address.postal_code.clone(),
            source: address.origin.source.clone(),
        }
    }
}

/// Adds an address.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddAddress {
    /// Whose.
    pub client_id: ClientId,
    /// What it is to him.
    pub kind: AddressKind,
    /// The rest.
    pub fields: AddressFields,
}

impl Command for AddAddress {
    const NAME: &'static str = "parties.add_address";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let head = editable(w, self.client_id, Group::Contacts).await?;
        has_room(queries::addresses(w, self.client_id).await?.len())?;
        if !AddressKind::for_client(head.kind.is_natural()).contains(&self.kind) {
            return Err(Error::refused_field("not-a-choice", "kind"));
        }
        let mine = checked(&self.fields)?;
        let id: Uuid = w.new_id();
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_address (id, client_id, kind, country, region, city, street, \
             postal_code, source, author_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            params![
                id,
                self.client_id,
                self.kind,
                &mine.country,
                &mine.region,
                &mine.city,
                &mine.street,
                &mine.postal_code,
                &mine.source,
                author,
                now
            ],
        )
        .await?;
        let set = |text: String| Some(text).filter(|t| !t.is_empty());
        let change = Change::new()
            .set("kind", self.kind.key())
            .set("country", set(mine.country))
            .set("region", set(mine.region))
            .set("city", set(mine.city))
            .set("street", set(mine.street))
            .set("postal_code", set(mine.postal_code));
        w.record("address", id, Some(self.client_id), change);
        touch(w, self.client_id).await?;
        Ok(id)
    }
}

/// Changes an address; the kind stays.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditAddress {
    /// Which.
    pub address_id: Uuid,
    /// What the form showed when it was opened.
    pub original: AddressFields,
    /// What the person wants.
    pub fields: AddressFields,
}

impl Command for EditAddress {
    const NAME: &'static str = "parties.edit_address";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let found = queries::address(w, self.address_id).await?.ok_or(Error::NotFound)?;
        editable(w, found.client_id, Group::Contacts).await?;
        // read again: now nobody else can change it until we are done
        let stored = queries::address(w, self.address_id).await?.ok_or(Error::NotFound)?;
        let (was, mine) = (&self.original, checked(&self.fields)?);
        let mut merge = Merge::new(stored.origin.author_id, stored.origin.at);
        let merged = AddressFields {
            country: merge.text("country", &was.country, &mine.country, &stored.country),
            region: merge.text("region", &was.region, &mine.region, &stored.region),
            city: merge.text("city", &was.city, &mine.city, &stored.city),
            street: merge.text("street", &was.street, &mine.street, &stored.street),
            postal_code: merge.text(
                "postal_code",
                &was.postal_code,
                &mine.postal_code,
                &stored.postal_code,
            ),
            source: mine.source,
        };
        merge.finish()?;
        let change = Change::new()
            .field("country", stored.country.as_str(), merged.country.as_str())
            .field("region", stored.region.as_str(), merged.region.as_str())
            .field("city", stored.city.as_str(), merged.city.as_str())
            .field("street", stored.street.as_str(), merged.street.as_str())
            .field("postal_code", stored.postal_code.as_str(), merged.postal_code.as_str());
        if change.is_empty() {
            return Ok(());
        }
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "update client_address set country = $2, region = $3, city = $4, street = $5, \
             postal_code = $6, source = $7, author_id = $8, at = $9 where id = $1",
            params![
                stored.id,
                &merged.country,
                &merged.region,
                &merged.city,
                &merged.street,
                &merged.postal_code,
                &merged.source,
                author,
                now
            ],
        )
        .await?;
        w.record("address", stored.id, Some(stored.client_id), change);
        touch(w, stored.client_id).await
    }
}

/// Archives an address.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveAddress {
    /// Which.
    pub address_id: Uuid,
}

impl Command for ArchiveAddress {
    const NAME: &'static str = "parties.archive_address";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let stored = queries::address(w, self.address_id).await?.ok_or(Error::NotFound)?;
        editable(w, stored.client_id, Group::Contacts).await?;
        let now = w.ctx.now;
        w.execute(
            "update client_address set archived_at = $2 where id = $1",
            params![stored.id, now],
        )
        .await?;
        let gone: Option<&str> = None;
        let change = Change::new().field(stored.kind.key(), stored.line(), gone);
        w.record("address", stored.id, Some(stored.client_id), change);
        touch(w, stored.client_id).await
    }
}

fn checked(fields: &AddressFields) -> Result<AddressFields, Error> {
    let mut refusals = Refusals::default();
    let mine = AddressFields {
        country: check_text("country", &fields.country, &mut refusals).to_uppercase(),
        region: check_text("region", &fields.region, &mut refusals),
        city: check_text("city", &fields.city, &mut refusals),
        street: check_text("street", &fields.street, &mut refusals),
        postal_code: check_text("postal_code", &fields.postal_code, &mut refusals),
        source: check_text("source", &fields.source, &mut refusals),
    };
    if !mine.country.is_empty() && !jurisdiction::is_country(&mine.country) {
        refusals.push(Refusal::field("not-a-country", "country"));
    }
    if mine.city.is_empty() && mine.street.is_empty() && mine.region.is_empty() {
        refusals.push(Refusal::field("required", "city"));
    }
    refusals.into_result()?;
    Ok(mine)
}
