//! Phones, e-mails, messengers and sites.

use kernel::{ClientId, ContactId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::secrecy::Group;
use spine::{Change, Command, Error, Work};
use store::params;

use super::{editable, has_room, touch_and_index};
use crate::client;
use crate::contacts::model::{ContactKind, Merge, check_text, contact_value};
use crate::contacts::queries::{self, Contact};

/// What a form of a contact holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ContactFields {
    /// As typed or as stored.
    pub value: String,
    /// `work`, `Telegram`, …
    pub label: String,
    /// The one of its kind that is tried first.
    pub is_main: bool,
    /// Where it comes from.
    pub source: String,
}

impl From<&queries::Contact> for ContactFields {
    /// As they are stored.
    fn from(contact: &queries::Contact) -> Self {
        Self {
            value: contact.value.clone(),
            label: contact.label.clone(),
            is_main: contact.is_main,
            source: contact.origin.source.clone(),
        }
    }
}

/// Adds a contact. The first of its kind becomes the main one.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddContact {
    /// Whose.
    pub client_id: ClientId,
    /// By what.
    pub kind: ContactKind,
    /// The rest.
    pub fields: ContactFields,
}

impl Command for AddContact {
    const NAME: &'static str = "parties.add_contact";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ContactId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ContactId, Error> {
        editable(w, self.client_id, Group::Contacts).await?;
        let present = queries::contacts(w, self.client_id).await?;
        has_room(present.len())?;
        let (value, label) = checked(w, self.kind, &self.fields)?;
        refuse_twin(&present, self.kind, &value, None)?;
        let is_first = !present.iter().any(|c| c.kind == self.kind);
        let is_main = self.fields.is_main || is_first;
        if is_main {
            unmark_main(w, self.client_id, self.kind).await?;
        }
        let id: ContactId = w.new_id();
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_contact (id, client_id, kind, value, raw, label, is_main, source, \
             author_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                id,
                self.client_id,
                self.kind,
                &value,
                self.fields.value.trim(),
                &label,
                is_main,
                &self.fields.source,
                author,
                now
            ],
        )
        .await?;
        let change = Change::new()
            .set(self.kind.key(), value)
            .set("label", non_empty(&label))
            .set("is_main", is_main.then_some(true));
        w.record("contact", id, Some(self.client_id), change);
        touch_and_index(w, self.client_id).await?;
        Ok(id)
    }
}

/// Changes a contact; the kind stays.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditContact {
    /// Which.
    pub contact_id: ContactId,
    /// What the form showed when it was opened.
    pub original: ContactFields,
    /// What the person wants.
    pub fields: ContactFields,
}

impl Command for EditContact {
    const NAME: &'static str = "parties.edit_contact";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let client_id =
            queries::contact(w, self.contact_id).await?.ok_or(Error::NotFound)?.client_id;
        editable(w, client_id, Group::Contacts).await?;
        // read again: now nobody else can change it until we are done
        let stored = queries::contact(w, self.contact_id).await?.ok_or(Error::NotFound)?;
        let (mine, label) = checked(w, stored.kind, &self.fields)?;
        let mut merge = Merge::new(stored.origin.author_id, stored.origin.at);
        let value = merge.text("value", &self.original.value, &mine, &stored.value);
        let label = merge.text("label", &self.original.label, &label, &stored.label);
        merge.finish()?;
        let is_main = Merge::flag(self.original.is_main, self.fields.is_main, stored.is_main);
        let present = queries::contacts(w, client_id).await?;
        refuse_twin(&present, stored.kind, &value, Some(stored.id))?;
        let change = Change::new()
            .field(stored.kind.key(), stored.value.as_str(), value.as_str())
            .field("label", stored.label.as_str(), label.as_str())
            .field("is_main", stored.is_main, is_main);
        if change.is_empty() {
            return Ok(());
        }
        if is_main && !stored.is_main {
            unmark_main(w, client_id, stored.kind).await?;
        }
        let raw =
            if value == stored.value { stored.raw.as_str() } else { self.fields.value.trim() };
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "update client_contact set value = $2, raw = $3, label = $4, is_main = $5, source = $6, \
             author_id = $7, at = $8 where id = $1",
            params![stored.id, &value, raw, &label, is_main, &self.fields.source, author, now],
        )
        .await?;
        w.record("contact", stored.id, Some(client_id), change);
        touch_and_index(w, client_id).await
    }
}

/// Archives a contact; another one of its kind becomes the main one.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveContact {
    /// Which.
    pub contact_id: ContactId,
}

impl Command for ArchiveContact {
    const NAME: &'static str = "parties.archive_contact";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let stored = queries::contact(w, self.contact_id).await?.ok_or(Error::NotFound)?;
        editable(w, stored.client_id, Group::Contacts).await?;
        let now = w.ctx.now;
        w.execute(
            "update client_contact set archived_at = $2, is_main = 0 where id = $1",
            params![stored.id, now],
        )
        .await?;
        let gone: Option<&str> = None;
        let change = Change::new().field(stored.kind.key(), stored.value.as_str(), gone);
        w.record("contact", stored.id, Some(stored.client_id), change);
        if stored.is_main {
            promote_next(w, stored.client_id, stored.kind).await?;
        }
        touch_and_index(w, stored.client_id).await
    }
}

fn checked(
    w: &Work<'_>,
    kind: ContactKind,
    fields: &ContactFields,
) -> Result<(String, String), Error> {
    let pack = client::pack(w.ctx)?;
    let mut refusals = Refusals::default();
    let label = check_text("label", &fields.label, &mut refusals);
    check_text("source", &fields.source, &mut refusals);
    let value = contact_value(kind, &fields.value, pack).unwrap_or_else(|refusal| {
        refusals.push(refusal);
        String::new()
    });
    refusals.into_result()?;
    Ok((value, label))
}

/// One client has one contact once.
fn refuse_twin(
    present: &[Contact],
    kind: ContactKind,
    value: &str,
    but: Option<ContactId>,
) -> Result<(), Error> {
    let is_twin = |c: &Contact| c.kind == kind && c.value == value && Some(c.id) != but;
    if present.iter().any(is_twin) {
        return Err(Refusal::field("contact-twin", "value").into());
    }
    Ok(())
}

async fn unmark_main(w: &mut Work<'_>, client: ClientId, kind: ContactKind) -> Result<(), Error> {
    w.execute(
        "update client_contact set is_main = 0 where client_id = $1 and kind = $2 and is_main = 1",
        params![client, kind],
    )
    .await?;
    Ok(())
}

async fn promote_next(w: &mut Work<'_>, client: ClientId, kind: ContactKind) -> Result<(), Error> {
    let rest = queries::contacts(w, client).await?;
    let Some(next) = rest.into_iter().find(|c| c.kind == kind) else {
        return Ok(());
    };
    w.execute("update client_contact set is_main = 1 where id = $1", params![next.id]).await?;
    let change = Change::new().field("is_main", false, true);
    w.record("contact", next.id, Some(client), change);
    Ok(())
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}
