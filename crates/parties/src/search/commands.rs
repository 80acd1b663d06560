//! Keeping the search tables in step with the clients, in the transaction of the change.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::{search_tokens, trigrams};
use kernel::ClientId;
use sha2::{Digest, Sha256};
use spine::{Doing, Error, Rebuilding, Work};
use store::{Read, Value, params};
use uuid::Uuid;

use super::keys::{normal_key, tail_key};
use crate::client::queries::FieldTexts;
use crate::fields::model::Definitions;
use crate::fields::{self, CLIENT};
use crate::identity;
use crate::merge;

/// The fields a client is found by.
pub(crate) const NAME_FIELDS: [&str; 7] = [
    "last_name",
    "first_name",
    "patronymic",
    "former_name",
    "short_name",
    "full_name",
    "foreign_name",
];

/// Of a long text so much is found (characters).
const WORDS_CHARS_MAX: usize = 2_000;
/// Longest text that can be a number (characters).
const KEY_CHARS_MAX: usize = 60;

/// Words asked for at once.
const WORDS_ASKED_MAX: usize = 512;

/// What one client is found by.
#[derive(Clone, Debug)]
pub(crate) struct IndexDoc {
    pub(crate) client_id: ClientId,
    pub(crate) names: Vec<String>,
    /// Kind and value of every number and contact.
    pub(crate) keys: Vec<(String, String)>,
}

/// Finds a client anew, as any object with fields of the bank's own is.
pub(crate) fn find_client<'a>(w: &'a mut Work<'_>, id: Uuid, _: String) -> Doing<'a, ()> {
    Box::pin(index_client(w, id.into()))
}

/// Indexes a client anew from his stored names, numbers, contacts and accounts.
pub(crate) async fn index_client(w: &mut Work<'_>, id: ClientId) -> Result<(), Error> {
    let sql = format!(
        "select number, (select x.doc from client_custom x where x.client_id = client.id), {} \
         from client where id = $1",
        NAME_FIELDS.join(", ")
    );
    let Some(row) = w.first(&sql, params![id]).await? else { return Err(Error::NotFound) };
    let mut c = row.cols();
    let number: String = c.take()?;
    let doc: Option<String> = c.take()?;
    let mut names = Vec::new();
    for _ in NAME_FIELDS {
        names.extend(c.take::<Option<String>>()?);
    }
    let mut keys = vec![("number".to_owned(), number)];
    if let Some(doc) = doc {
        let definitions = fields::queries::read(w).await?;
        let (words, numbers) = added_terms(&definitions, &fields::queries::doc_of(&doc));
        names.extend(words);
        keys.extend(numbers);
    }
    let sql = "select kind, value from client_identifier where client_id = $1 and archived_at is null \
               union all \
               select kind, value from client_contact where client_id = $1 and archived_at is null \
               union all \
               select 'account', a.number from account_role r join account a on a.id = r.account_id \
               where r.client_id = $1 \
               union all \
               select 'number', o.number from client_merge g join client o on o.id = g.loser_id \
               where g.survivor_id = $1 and g.undone_at is null";
    for row in w.query(sql, params![id]).await? {
        let mut c = row.cols();
        keys.push((c.take()?, c.take()?));
    }
    w.execute("delete from client_token where client_id = $1", params![id]).await?;
    w.execute("delete from client_key where client_id = $1", params![id]).await?;
    // whatever he is found by, he is also compared by
    identity::commands::refresh_keys(w, &[id]).await?;
    if merge::queries::merged_into(w, id).await?.is_some() {
        return Ok(()); // he is found as the one he became
    }
    index_new(w, &[IndexDoc { client_id: id, names, keys }]).await
}

/// What a client is found by of the fields the bank has added: words, and numbers with the field's key as their
/// kind.
pub(crate) fn added_terms(
    definitions: &Definitions,
    fields: &FieldTexts,
) -> (Vec<String>, Vec<(String, String)>) {
    let (mut words, mut keys) = (Vec::new(), Vec::new());
    for field in definitions.searchable(CLIENT) {
        let Some(text) = fields.get(&field.key) else { continue };
        words.push(text.chars().take(WORDS_CHARS_MAX).collect());
        // a contract's number is asked for as a number, not as words
        if text.chars().count() <= KEY_CHARS_MAX {
            keys.push((field.key.clone(), text.clone()));
        }
    }
    (words, keys)
}

/// [`index_client`] for the list of what is bound to a client.
pub(crate) fn rebuild<'a>(w: &'a mut Work<'_>, id: ClientId) -> Rebuilding<'a> {
    Box::pin(index_client(w, id))
}

/// Takes a client out of the search by name, and the words that nobody else is found by out of the dictionary.
pub(crate) fn forget_words<'a>(w: &'a mut Work<'_>, id: ClientId) -> Rebuilding<'a> {
    Box::pin(async move {
        let mut words: Vec<String> = Vec::new();
        let sql = "select token from client_token where client_id = $1";
        for row in w.query(sql, params![id]).await? {
            words.push(row.one()?);
        }
        w.execute("delete from client_token where client_id = $1", params![id]).await?;
        for word in &words {
            for table in ["token_gram", "name_token"] {
                let sql = format!(
                    "delete from {table} where token = $1 and not exists \
                     (select 1 from client_token t where t.token = $1)"
                );
                w.execute(&sql, params![word]).await?;
            }
        }
        Ok(())
    })
}

/// Puts words of clients into the dictionary that have come to a branch without it.
pub(crate) fn learn_words<'a>(w: &'a mut Work<'_>) -> Rebuilding<'a> {
    Box::pin(async move {
        let sql = "select distinct t.token from client_token t where not exists \
                   (select 1 from name_token n where n.token = t.token) order by t.token limit $1";
        loop {
            let rows = w.query(sql, params![WORDS_LEARNT_MAX]).await?;
            let words: Vec<String> =
                rows.into_iter().map(store::Row::one).collect::<Result<_, _>>()?;
            add_tokens(w, words.iter()).await?;
            if i64::try_from(words.len()).unwrap_or(0) < WORDS_LEARNT_MAX {
                return Ok(());
            }
        }
    })
}

/// Waits until nobody else gives this number to a client: between the look whether somebody holds it
/// and the writing of it nothing may come. Held until the end of the transaction; free on SQLite, where
/// writers queue.
pub(crate) async fn lock_key(w: &mut Work<'_>, kind: &str, value: &str) -> Result<(), Error> {
    let Some(sql) = w.dialect().lock() else { return Ok(()) };
    let digest = Sha256::digest(format!("{kind}:{}", normal_key(value)));
    let name = digest.iter().take(8).fold(0_i64, |name, byte| (name << 8) | i64::from(*byte));
    w.query(sql, &[Value::Int(name)]).await?;
    Ok(())
}

/// Indexes clients that are not in the index yet.
pub(crate) async fn index_new(w: &mut Work<'_>, docs: &[IndexDoc]) -> Result<(), Error> {
    let mut by_token: BTreeMap<String, BTreeSet<ClientId>> = BTreeMap::new();
    let mut keys: BTreeSet<(String, String, ClientId)> = BTreeSet::new();
    for doc in docs {
        for token in doc.names.iter().flat_map(|n| search_tokens(n)) {
            by_token.entry(token).or_default().insert(doc.client_id);
        }
        for (kind, value) in &doc.keys {
            let normal = normal_key(value);
            if normal.is_empty() {
                continue;
            }
            if let Some(tail) = tail_key(&normal) {
                keys.insert((tail, kind.clone(), doc.client_id));
            }
            keys.insert((normal, kind.clone(), doc.client_id));
        }
    }
    add_tokens(w, by_token.keys()).await?;
    let rows: Vec<Vec<Value>> = by_token
        .iter()
        .flat_map(|(token, ids)| ids.iter().map(move |id| vec![token.into(), (*id).into()]))
        .collect();
    let head = "insert into client_token (token, client_id) values";
    w.insert_many(head, &rows, "on conflict do nothing").await?;
    let rows: Vec<Vec<Value>> =
        keys.into_iter().map(|(v, k, id)| vec![v.into(), k.into(), id.into()]).collect();
    let head = "insert into client_key (value, kind, client_id) values";
    w.insert_many(head, &rows, "on conflict do nothing").await?;
    Ok(())
}

/// Words put into a branch's dictionary at once.
const WORDS_LEARNT_MAX: i64 = 2_000;

/// Adds words never seen before, with their trigrams. The words come sorted, so that two writers never
/// wait for each other in a circle.
async fn add_tokens(w: &mut Work<'_>, tokens: impl Iterator<Item = &String>) -> Result<(), Error> {
    let all: Vec<&String> = tokens.collect();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for chunk in all.chunks(WORDS_ASKED_MAX) {
        // the last word fills up, so that few different statements are prepared
        let length = chunk.len().next_power_of_two();
        let places: Vec<String> = (1..=length).map(|n| format!("${n}")).collect();
        let sql = format!("select token from name_token where token in ({})", places.join(", "));
        let filler = chunk.last().into_iter().cycle();
        let values: Vec<Value> =
            chunk.iter().chain(filler).take(length).map(|t| (*t).into()).collect();
        for row in w.query(&sql, &values).await? {
            known.insert(row.one()?);
        }
    }
    let fresh: Vec<&String> = all.into_iter().filter(|t| !known.contains(*t)).collect();
    let words: Vec<Vec<Value>> = fresh.iter().map(|t| vec![(*t).into()]).collect();
    w.insert_many("insert into name_token (token) values", &words, "on conflict do nothing")
        .await?;
    let grams: Vec<Vec<Value>> = fresh
        .iter()
        .flat_map(|t| trigrams(t).into_iter().map(|g| vec![g.into(), Value::from(*t)]))
        .collect();
    let head = "insert into token_gram (gram, token) values";
    w.insert_many(head, &grams, "on conflict do nothing").await?;
    Ok(())
}
