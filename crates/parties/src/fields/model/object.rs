//! Kinds of record a bank makes for itself.

use kernel::{Lang, ObjectId, Refusal, Refusals, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spine::Principal;

use super::spec::{LABEL_CHARS_MAX, is_invisible};
use crate::words::words;

words! {
    /// Whether records of an object are about a client.
    ClientLink {
        /// Never.
        None = "none",
        /// They may be.
        Optional = "optional",
        /// Always.
        Required = "required",
    }
}

/// What an administrator says of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectSpec {
    /// What one record is called.
    pub name_one: String,
    /// What many are called: the list and the menu.
    pub name_many: String,
    /// One, in English; empty: as in Russian.
    #[serde(default)]
    pub name_one_en: String,
    /// Many, in English; empty: as in Russian.
    #[serde(default)]
    pub name_many_en: String,
    /// Whether records are about a client. Who sees a record is then who sees the client.
    pub client_link: ClientLink,
    /// Keys of the roles that work with it; none: whoever may see records at all.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// A kind of record the bank has made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Object {
    /// Identity.
    pub id: ObjectId,
    /// Its name for programs, in addresses and in the API.
    pub key: String,
    /// What the administrator says of it.
    #[serde(flatten)]
    pub spec: ObjectSpec,
    /// Last change.
    pub updated_at: Timestamp,
    /// Archived since.
    pub archived_at: Option<Timestamp>,
}

impl ObjectSpec {
    /// What one is called in a language.
    pub fn one(&self, lang: Lang) -> &str {
        pick(lang, &self.name_one, &self.name_one_en)
    }
    /// What many are called in a language.
    pub fn many(&self, lang: Lang) -> &str {
        pick(lang, &self.name_many, &self.name_many_en)
    }
    /// The same in good order.
    pub(crate) fn tidied(&self) -> Self {
        let tidy = |text: &str| {
            let plain: String = text.chars().filter(|c| !is_invisible(*c)).collect();
            plain.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        Self {
            name_one: tidy(&self.name_one),
            name_many: tidy(&self.name_many),
            name_one_en: tidy(&self.name_one_en),
            name_many_en: tidy(&self.name_many_en),
            client_link: self.client_link,
            roles: self.roles.iter().map(|r| tidy(r)).filter(|r| !r.is_empty()).collect(),
        }
    }
    /// Everything that cannot be.
    pub(crate) fn check(&self, refusals: &mut Refusals) {
        let names = [
            ("name_one", &self.name_one),
            ("name_many", &self.name_many),
            ("name_one_en", &self.name_one_en),
            ("name_many_en", &self.name_many_en),
        ];
        for (field, text) in names {
            if text.is_empty() && !field.ends_with("_en") {
                refusals.push(Refusal::field("required", field));
            }
            if text.chars().count() > LABEL_CHARS_MAX {
                refusals.push(Refusal::field("too-long", field).arg("max", LABEL_CHARS_MAX));
            }
        }
    }
}

fn pick<'a>(lang: Lang, own: &'a str, english: &'a str) -> &'a str {
    match lang {
        Lang::En if !english.is_empty() => english,
        Lang::Ru | Lang::En => own,
    }
}

impl Object {
    /// Whether it is in use.
    pub const fn is_active(&self) -> bool {
        self.archived_at.is_none()
    }
    /// Whether somebody works with it: it is for everybody who may see records, or for one of his roles.
    pub fn is_seen_by(&self, principal: &Principal) -> bool {
        let roles = &self.spec.roles;
        roles.is_empty()
            || principal.has("system")
            || principal.roles.iter().any(|r| roles.contains(r))
    }
}
