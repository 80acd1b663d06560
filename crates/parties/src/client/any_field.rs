//! A field of a client, whoever made it: the product, or the bank itself.

use std::sync::Arc;

use kernel::{Currency, Refusal};
use spine::{Ctx, Error, Principal};

use super::fields::{FieldDef, field, fields_of};
use super::model::ClientKind;
use crate::fields::CLIENT;
use crate::fields::model::{Definitions, Env, Field};

/// A field of a client.
#[derive(Clone, Debug)]
pub enum ClientField {
    /// The product's.
    Own(&'static FieldDef),
    /// One the bank has added.
    Added(Arc<Field>),
}

/// What reading of typed values needs to know.
///
/// # Errors
/// When the jurisdiction pack cannot be read.
pub(crate) fn env(ctx: &Ctx) -> Result<Env, Error> {
    Ok(Env {
        today: ctx.now.date_in(&jiff::tz::TimeZone::UTC),
        currency: super::currency(ctx)?,
        pack: super::pack(ctx)?,
    })
}

impl ClientField {
    /// The fields of a kind of client somebody may know of, in form order.
    pub fn all<'a>(
        definitions: &'a Definitions,
        kind: ClientKind,
        principal: &'a Principal,
    ) -> impl Iterator<Item = ClientField> + 'a {
        let added = definitions.of_clients(principal).filter(move |f| f.is_of(kind));
        fields_of(kind)
            .map(ClientField::Own)
            .chain(added.map(|f| ClientField::Added(Arc::clone(f))))
    }
    /// One of them by its key.
    pub fn find(
        definitions: &Definitions,
        kind: ClientKind,
        principal: &Principal,
        key: &str,
    ) -> Option<ClientField> {
        let own = field(key).filter(|f| f.kinds.contains(&kind)).map(ClientField::Own);
        own.or_else(|| {
            let added = definitions.find(CLIENT, key).filter(|f| f.is_active() && f.is_of(kind));
            added.filter(|f| f.is_seen_by(principal)).map(|f| ClientField::Added(Arc::clone(f)))
        })
    }
    /// A field by its key, whoever may know of it and whether it is in use or not.
    pub fn known(definitions: &Definitions, key: &str) -> Option<ClientField> {
        let added = || definitions.find(CLIENT, key).map(|f| ClientField::Added(Arc::clone(f)));
        field(key).map(ClientField::Own).or_else(added)
    }
    /// Its key.
    pub fn key(&self) -> &str {
        match self {
            ClientField::Own(def) => def.key,
            ClientField::Added(field) => &field.key,
        }
    }
    /// The product's definition, when it is the product's.
    pub(crate) const fn own(&self) -> Option<&'static FieldDef> {
        match self {
            ClientField::Own(def) => Some(def),
            ClientField::Added(_) => None,
        }
    }
    /// What was typed without what the field cannot hold.
    pub(crate) fn tidy(&self, typed: &str) -> String {
        match self {
            ClientField::Own(def) => def.tidy(typed),
            ClientField::Added(field) => field.tidy(typed),
        }
    }
    /// Reads what was typed into the canonical text; `None`: left empty.
    ///
    /// # Errors
    /// A refusal at this field.
    pub(crate) fn parse(&self, typed: &str, env: Env) -> Result<Option<String>, Refusal> {
        match self {
            ClientField::Own(def) => def.parse(typed, env.today, env.currency),
            ClientField::Added(field) => field.parse(typed, env),
        }
    }
    /// Whether a value is an amount, and which.
    pub(crate) fn amount(&self, text: &str, own: Currency) -> Option<kernel::Money> {
        let currency = match self {
            ClientField::Own(def) if def.input == super::fields::FieldInput::Amount => own,
            ClientField::Added(field) if field.kind() == crate::fields::model::FieldKind::Money => {
                field.spec.currency(own)
            }
            ClientField::Own(_) | ClientField::Added(_) => return None,
        };
        kernel::Money::parse(text, currency).ok()
    }
}
