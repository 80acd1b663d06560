//! All definitions of a bank together.

use std::sync::Arc;

use kernel::{FieldId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spine::Principal;

use super::kind::FieldKind;
use super::object::Object;
use super::spec::FieldSpec;
use crate::client::model::ClientKind;
use crate::fields::CLIENT;
use crate::words::words;

words! {
    /// How far the index of a field is.
    IndexState {
        /// There is none.
        None = "none",
        /// A job fills it.
        Building = "building",
        /// Lists can be filtered and sorted by it.
        Ready = "ready",
    }
}

/// A field the bank has added.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Field {
    /// Identity.
    pub id: FieldId,
    /// `client`, or the key of an object of the bank's own.
    pub object: String,
    /// Its name for programs: in forms, feeds, filters, the journal and the API.
    pub key: String,
    /// What the administrator says of it.
    #[serde(flatten)]
    pub spec: FieldSpec,
    /// Its place among the fields of its object.
    pub position: i64,
    /// How far its index is.
    pub index_state: IndexState,
    /// Last change.
    pub updated_at: Timestamp,
    /// Archived since.
    pub archived_at: Option<Timestamp>,
}

impl Field {
    /// What it holds.
    pub const fn kind(&self) -> FieldKind {
        self.spec.kind
    }
    /// Whether it is in use.
    pub const fn is_active(&self) -> bool {
        self.archived_at.is_none()
    }
    /// Whether somebody may know of it: it is for everybody, or for one of his roles.
    pub fn is_seen_by(&self, principal: &Principal) -> bool {
        let roles = &self.spec.roles;
        roles.is_empty()
            || principal.has("system")
            || principal.roles.iter().any(|r| roles.contains(r))
    }
    /// Whether clients of a kind have it.
    pub fn is_of(&self, kind: ClientKind) -> bool {
        self.spec.client_kinds.is_empty() || self.spec.client_kinds.contains(&kind)
    }
    /// Whether lists can be filtered by it now.
    pub fn is_filterable(&self) -> bool {
        self.index_state == IndexState::Ready
    }
    /// Whether lists can be sorted by it now.
    pub fn is_sortable(&self) -> bool {
        self.is_filterable() && self.kind().is_sortable()
    }
    /// Whether rows of its index are written.
    pub fn is_indexed(&self) -> bool {
        self.index_state != IndexState::None
    }
}

/// All fields of a bank, in the order of their objects.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    pub(in crate::fields) fields: Vec<Arc<Field>>,
    pub(in crate::fields) objects: Vec<Arc<Object>>,
}

impl Definitions {
    /// Every kind of record, archived ones too.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.iter()
    }
    /// A kind of record in use, by key.
    pub fn object(&self, key: &str) -> Option<&Arc<Object>> {
        self.objects.iter().find(|o| o.key == key && o.is_active())
    }
    /// The kinds of record somebody works with.
    pub fn objects_of<'a>(
        &'a self,
        principal: &'a Principal,
    ) -> impl Iterator<Item = &'a Arc<Object>> {
        self.objects.iter().filter(move |o| o.is_active() && o.is_seen_by(principal))
    }
    /// The fields of an object somebody may know of.
    pub fn seen<'a>(
        &'a self,
        object: &'a str,
        principal: &'a Principal,
    ) -> impl Iterator<Item = &'a Arc<Field>> {
        self.of(object).filter(move |f| f.is_seen_by(principal))
    }
    /// Every field, archived ones too.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Field>> {
        self.fields.iter()
    }
    /// The fields of an object in use, in order.
    pub fn of<'a>(&'a self, object: &'a str) -> impl Iterator<Item = &'a Arc<Field>> {
        self.fields.iter().filter(move |f| f.object == object && f.is_active())
    }
    /// The fields of clients somebody may know of.
    pub fn of_clients<'a>(
        &'a self,
        principal: &'a Principal,
    ) -> impl Iterator<Item = &'a Arc<Field>> {
        self.of(CLIENT).filter(move |f| f.is_seen_by(principal))
    }
    /// A field by key, archived ones too.
    pub fn find(&self, object: &str, key: &str) -> Option<&Arc<Field>> {
        self.fields.iter().find(|f| f.object == object && f.key == key)
    }
    /// Whether a client is found by any of them.
    pub fn searchable<'a>(&'a self, object: &'a str) -> impl Iterator<Item = &'a Arc<Field>> {
        self.of(object).filter(|f| f.spec.searchable)
    }
}
