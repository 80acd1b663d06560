//! External ids made from field values. The same file gives the same ids in every run.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::limits::{EXTERNAL_ID_CHARS_MAX, ORDINAL_KEYS_MAX};
use super::mapping::IdRule;
use super::problem::{Fault, RejectCode};
use super::value::FieldValue;

/// Makes external ids; remembers how often it met each key when the rule numbers rows.
pub(crate) struct Identity {
    rule: IdRule,
    /// How many rows had a key, by the first 8 bytes of its digest, which bounds the memory.
    met: HashMap<u64, u32>,
}

impl Identity {
    pub(crate) fn new(rule: IdRule) -> Self {
        Self { rule, met: HashMap::new() }
    }

    /// Whether ids depend on earlier rows of the file.
    pub(crate) fn counts_rows(&self) -> bool {
        self.rule.ordinal
    }

    /// The id of a row.
    pub(crate) fn of(&mut self, fields: &BTreeMap<String, FieldValue>) -> Result<String, Fault> {
        let parts: Vec<String> = self
            .rule
            .of
            .iter()
            .map(|name| fields.get(name).map(ToString::to_string).unwrap_or_default())
            .collect();
        if parts.iter().all(String::is_empty) {
            return Err(Fault::new(RejectCode::IdEmpty, "").arg("fields", self.rule.of.join(", ")));
        }
        let digest = digest(&self.rule.of, &parts);
        let mut id = self.rule.prefix.clone();
        if self.rule.hash {
            for byte in digest.iter().take(16) {
                id.push_str(&format!("{byte:02x}"));
            }
        } else {
            id.push_str(&parts.join("/"));
        }
        if self.rule.ordinal {
            let short = digest.iter().take(8).fold(0_u64, |n, byte| (n << 8) | u64::from(*byte));
            if self.met.len() >= ORDINAL_KEYS_MAX && !self.met.contains_key(&short) {
                return Err(Fault::new(RejectCode::TooManyKeys, &id).arg("limit", ORDINAL_KEYS_MAX));
            }
            let times = self.met.entry(short).or_insert(0);
            *times = times.saturating_add(1);
            id.push_str(&format!("#{times}"));
        }
        if id.chars().count() > EXTERNAL_ID_CHARS_MAX {
            return Err(Fault::new(RejectCode::IdTooLong, &id).arg("limit", EXTERNAL_ID_CHARS_MAX));
        }
        Ok(id)
    }
}

/// Fields that tell who a contact is, for lists without ids of their own.
pub(crate) const WHO: [&str; 7] =
    ["last_name", "first_name", "middle_name", "full_name", "company", "email", "phone"];

/// The external id of a contact that comes without one: that of the first row with these values in a list.
pub(crate) fn contact_id(fields: &BTreeMap<String, FieldValue>) -> String {
    let of = WHO.map(str::to_owned).to_vec();
    let mut identity = Identity::new(IdRule { of, hash: true, ordinal: true, ..IdRule::default() });
    // A contact has at least one of these fields, see `Contact::name`.
    identity.of(fields).unwrap_or_default()
}

/// What stands for an id that is too long to be kept.
pub(crate) fn long_id(id: &str) -> String {
    Sha256::digest(id.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Names and lengths go into the digest, so that ("ab", "c") and ("a", "bc") differ. Empty values do not: a list that
/// gains a column keeps the ids of the rows that leave it empty.
fn digest(names: &[String], parts: &[String]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for (name, part) in names.iter().zip(parts).filter(|(_, part)| !part.is_empty()) {
        for text in [name, part] {
            hash.update(u64::try_from(text.len()).unwrap_or(0).to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize().to_vec()
}
