//! Registering a client.

use std::collections::BTreeMap;

use kernel::{BranchId, ClientId, Refusal, Refusals, UserId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Owner, Work};

use super::rows::{
    CheckedIdentifier, NewContact, check_owner, insert_client, insert_contacts, insert_identifiers,
    read_fields, resolve_links,
};
use crate::client::model::ClientKind;
use crate::client::queries::{FieldTexts, names_of};
use crate::fields;
use crate::identity;
use crate::identity::record::Record;
use crate::search;

/// Longest reason (characters).
const WHY_CHARS_MAX: usize = 500;

/// A new client, with what identifies and reaches him.
#[derive(Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RegisterClient {
    /// `person`, `company`, …
    pub kind: String,
    /// Field key → what was typed.
    pub fields: BTreeMap<String, String>,
    /// The same of fields the bank itself has added; they may also stand among `fields`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
    /// Home branch; the actor's when absent.
    pub branch_id: Option<BranchId>,
    /// Manager.
    pub manager_id: Option<UserId>,
    /// A first phone.
    pub phone: Option<String>,
    /// A first e-mail.
    pub email: Option<String>,
    /// Document and number kinds with what was typed.
    #[serde(default)]
    pub identifiers: Vec<(String, String)>,
    /// Where the data comes from.
    pub source: String,
    /// Refuse when somebody probably the same is there already.
    #[serde(default)]
    pub heeds_duplicates: bool,
    /// Why he is registered although somebody looks the same.
    #[serde(default)]
    pub despite_duplicates: Option<String>,
}

impl Command for RegisterClient {
    const NAME: &'static str = "parties.register_client";
    const PERMISSION: &'static str = "client.create";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ClientId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ClientId, Error> {
        let kind = ClientKind::from_key(&self.kind)
            .ok_or_else(|| Error::refused_field("not-a-choice", "kind"))?;
        let definitions = fields::queries::read_held(w).await?;
        let typed = self.fields.iter().chain(&self.custom);
        let typed: BTreeMap<String, String> = typed.map(|(k, v)| (k.clone(), v.clone())).collect();
        let (mut fields, mut refusals) = read_fields(w, kind, &definitions, &typed, false)?;
        resolve_links(w, &definitions, &mut fields, false, &mut refusals).await?;
        let identifiers = self.check_identifiers(w, kind, &mut refusals).await?;
        let contacts = self.check_contacts(w, &mut refusals)?;
        if names_of(&fields).display(kind).is_empty() && identifiers.is_empty() {
            let first = if kind.is_natural() { "last_name" } else { "full_name" };
            refusals.push(Refusal::field("required", first));
        }
        let branch_id = self.branch_id.or(w.ctx.principal.branch_id);
        let owner = Owner::row(branch_id, self.manager_id);
        check_owner(w, owner, &mut refusals).await?;
        let despite =
            self.check_duplicates(w, kind, &fields, &identifiers, &contacts, &mut refusals);
        let despite = despite.await?;
        refusals.into_result()?;
        let id: ClientId = w.new_id();
        insert_client(w, id, kind, &fields, owner, &self.source).await?;
        fields::commands::insert_docs(w, &definitions, &[(id, &fields)]).await?;
        insert_identifiers(w, &[(id, &identifiers)], &self.source).await?;
        insert_contacts(w, &[(id, &contacts)], &self.source).await?;
        search::commands::index_client(w, id).await?;
        if let Some(why) = despite {
            w.record("client", id, Some(id), Change::new().set("despite_duplicates", why));
        }
        identity::commands::note_pairs(w, &[id], "register").await?;
        Ok(id)
    }
}

impl RegisterClient {
    /// Refuses a client whom somebody known looks like, unless it is said why he is another; answers what
    /// was said.
    async fn check_duplicates(
        &self,
        w: &mut Work<'_>,
        kind: ClientKind,
        fields: &FieldTexts,
        identifiers: &[CheckedIdentifier],
        contacts: &[NewContact],
        refusals: &mut Refusals,
    ) -> Result<Option<String>, Error> {
        if !self.heeds_duplicates {
            return Ok(None);
        }
        let pack = super::super::pack(w.ctx)?;
        let mut record = Record::new(pack, None, kind, |key| fields.get(key).map(String::as_str));
        identifiers
            .iter()
            .for_each(|(key, number)| record.add_number(key, &number.normalised, false));
        contacts.iter().for_each(|contact| record.add_contact(contact.kind, &contact.value));
        if identity::queries::find_alike(w, pack, &[record]).await?.is_empty() {
            return Ok(None);
        }
        match self.despite_duplicates.as_deref().map(str::trim).filter(|why| !why.is_empty()) {
            Some(why) if why.chars().count() > WHY_CHARS_MAX => {
                let refusal = Refusal::field("too-long", "despite_duplicates");
                refusals.push(refusal.arg("max", WHY_CHARS_MAX));
                Ok(None)
            }
            Some(why) => Ok(Some(why.to_owned())),
            None => {
                refusals.push(Refusal::field("duplicate-probable", "despite_duplicates"));
                Ok(None)
            }
        }
    }

    async fn check_identifiers(
        &self,
        w: &mut Work<'_>,
        kind: ClientKind,
        refusals: &mut Refusals,
    ) -> Result<Vec<CheckedIdentifier>, Error> {
        let pack = super::super::pack(w.ctx)?;
        let mut out = Vec::new();
        for (key, typed) in self.identifiers.iter().filter(|(_, t)| !t.trim().is_empty()) {
            let Some(subject) = kind.subject() else { continue };
            match jurisdiction::validate_identifier_for(pack, key, subject, typed) {
                Ok(checked) => {
                    let unique = pack.identifier(key).is_some_and(|k| k.unique);
                    if unique {
                        search::commands::lock_key(w, key, &checked.normalised).await?;
                    }
                    if unique && search::queries::key_taken(w, key, &checked.normalised).await? {
                        refusals.push(Refusal::field("identifier-taken", key));
                    }
                    out.push((key.clone(), checked));
                }
                Err(mut refusal) => {
                    refusal.field = Some(key.clone());
                    refusals.push(refusal);
                }
            }
        }
        Ok(out)
    }

    fn check_contacts(
        &self,
        w: &Work<'_>,
        refusals: &mut Refusals,
    ) -> Result<Vec<NewContact>, Error> {
        let pack = super::super::pack(w.ctx)?;
        let mut out = Vec::new();
        if let Some(raw) = self.phone.as_deref().filter(|t| !t.trim().is_empty()) {
            match jurisdiction::parse_phone(raw, &pack.phone_region) {
                Ok(phone) => {
                    out.push(NewContact { kind: "phone", value: phone.e164, raw: raw.to_owned() })
                }
                Err(refusal) => {
                    refusals.push(Refusal { field: Some("phone".to_owned()), ..refusal })
                }
            }
        }
        if let Some(raw) = self.email.as_deref().filter(|t| !t.trim().is_empty()) {
            match jurisdiction::parse_email(raw) {
                Ok(mail) => out.push(NewContact {
                    kind: "email",
                    value: mail.normalised,
                    raw: raw.to_owned(),
                }),
                Err(refusal) => {
                    refusals.push(Refusal { field: Some("email".to_owned()), ..refusal })
                }
            }
        }
        Ok(out)
    }
}
