//! Whom a command is about when its words name records and no client: a visit, a task, two people who are linked.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use spine::secrecy::Groups;
use spine::{ClientBound, Owner, Principal};
use store::{Read, Row, StoreError, params};
use uuid::Uuid;

/// Records looked at; a command that names more is shown to whoever has typed it.
const RECORDS_MAX: usize = 20;
/// Fields that name no client's record.
const OTHERS: [&str; 4] = ["branch_id", "theme_id", "manager_id", "assignee_id"];
/// What stands before the name of a record in that of its table.
const PREFIXES: [&str; 3] = ["", "client_", "desk_"];

/// Whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// No client.
    Nobody,
    /// Clients, as the policy sees them.
    Clients(Vec<Owner>),
    /// It names what is not here, or what nobody knows to be a client's or not.
    Unknown,
}

impl About {
    /// Whether a person sees all of whom it is about.
    pub(crate) fn is_open_to(&self, principal: &Principal) -> bool {
        match self {
            About::Nobody => true,
            About::Clients(owners) => owners.iter().all(|o| principal.sees(*o) == Groups::all()),
            About::Unknown => false,
        }
    }
}

/// Whom what a command says is about; `bound` are the columns that hold clients.
///
/// # Errors
/// The database's.
pub(crate) async fn about<R: Read>(
    db: &mut R,
    bound: &[ClientBound],
    payload: &str,
) -> Result<About, StoreError> {
    let Ok(words) = serde_json::from_str::<Json>(payload) else { return Ok(About::Unknown) };
    let mut records = BTreeMap::new();
    gather("", &words, &mut records);
    if records.len() > RECORDS_MAX {
        return Ok(About::Unknown);
    }
    let mut owners = Vec::new();
    for (id, name) in records {
        match one(db, bound, (id, &name)).await? {
            About::Nobody => {}
            About::Clients(some) => owners.extend(some),
            About::Unknown => return Ok(About::Unknown),
        }
    }
    Ok(if owners.is_empty() { About::Nobody } else { About::Clients(owners) })
}

/// Ids in what was said, each with the field it stands in.
fn gather(name: &str, words: &Json, into: &mut BTreeMap<Uuid, String>) {
    match words {
        Json::Object(fields) => fields.iter().for_each(|(name, one)| gather(name, one, into)),
        Json::Array(all) => all.iter().for_each(|one| gather(name, one, into)),
        Json::String(text) if !OTHERS.contains(&name) => {
            if let Ok(id) = text.parse() {
                into.insert(id, name.to_owned());
            }
        }
        _ => {}
    }
}

async fn one<R: Read>(
    db: &mut R,
    bound: &[ClientBound],
    (id, name): (Uuid, &str),
) -> Result<About, StoreError> {
    if let Some(owner) = owner(db, id).await? {
        return Ok(About::Clients(vec![owner]));
    }
    let record = name.strip_suffix("_id").unwrap_or(name);
    let named = |b: &&ClientBound| {
        b.column == "client_id" && PREFIXES.iter().any(|p| b.table.strip_prefix(p) == Some(record))
    };
    let Some(found) = bound.iter().find(named) else { return Ok(About::Unknown) };
    let sql = format!("select client_id from {} where id = $1", found.table);
    let Some(row) = db.first(&sql, params![id]).await? else { return Ok(About::Unknown) };
    let Some(client) = row.one::<Option<Uuid>>()? else { return Ok(About::Nobody) };
    Ok(owner(db, client).await?.map_or(About::Unknown, |owner| About::Clients(vec![owner])))
}

async fn owner<R: Read>(db: &mut R, client: Uuid) -> Result<Option<Owner>, StoreError> {
    let sql = format!("select {} from client c where c.id = $1", Owner::COLUMNS);
    db.first(&sql, params![client]).await?.map(|row: Row| Owner::read(&mut row.cols())).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let (a, b, c) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let words = serde_json::json!({
            "visit_id": a, "branch_id": c, "note": "слово", "n": 5,
            "links": [{ "from": b }], "theme_id": null,
        });
        let mut found = BTreeMap::new();
        gather("", &words, &mut found);
        let wanted = [(a, "visit_id".to_owned()), (b, "from".to_owned())];
        assert_eq!(found, wanted.into_iter().collect());
    }
}
