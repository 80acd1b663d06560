//! Finding clients.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::{similarity, trigrams};
use kernel::ClientId;
use spine::secrecy::Group;
use spine::{Error, Principal};
use store::{BY_VALUES, Read, StoreError, Value, after_prefix, params};

use super::keys::{Query, Word, mail_beginnings, normal_key, parse_query};
use crate::client::queries::{ClientHead, HEAD, read_head};

/// Candidate clients taken from the database before ranking.
const CANDIDATES: i64 = 60;
/// Words a misspelt word may stand for.
const ALIKE_MAX: usize = 8;
/// Words compared with a misspelt one.
const ALIKE_CANDIDATES: i64 = 60;

/// A client that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who.
    pub head: ClientHead,
    /// By which number (kind and value), when by a number.
    pub key: Option<(String, String)>,
    /// Better ones first; 1000 for a whole number.
    pub rank: i64,
}

/// Finds clients the person may see, best first.
///
/// # Errors
/// The database's.
pub async fn find<R: Read>(
    db: &mut R,
    principal: &Principal,
    typed: &str,
    limit: usize,
) -> Result<Vec<Found>, Error> {
    let mut found = match parse_query(typed) {
        Query::Nothing => Vec::new(),
        Query::Key(keys) => by_key(db, principal, &keys).await?,
        Query::Name(words) => by_name(db, principal, typed, &words).await?,
    };
    found.sort_by(|a, b| {
        b.rank
            .cmp(&a.rank)
            .then_with(|| a.head.display_name.cmp(&b.head.display_name))
            .then_with(|| a.head.id.cmp(&b.head.id))
    });
    found.truncate(limit);
    Ok(found)
}

/// Whether a client has a number of this kind already.
pub(crate) async fn key_taken<R: Read>(
    db: &mut R,
    kind: &str,
    value: &str,
) -> Result<bool, StoreError> {
    let sql = "select 1 from client_key where value = $1 and kind = $2 limit 1";
    Ok(db.first(sql, params![normal_key(value), kind]).await?.is_some())
}

/// Keys asked for at once.
const KEYS_AT_ONCE: usize = 500;

/// Who has numbers: by kind and value as it is compared (see `normal_key`).
pub(crate) async fn key_holders<R: Read>(
    db: &mut R,
    keys: BTreeSet<(String, String)>,
) -> Result<BTreeMap<(String, String), BTreeSet<ClientId>>, StoreError> {
    let values: BTreeSet<&String> = keys.iter().map(|(_, value)| value).collect();
    let values: Vec<Value> = values.into_iter().map(Value::from).collect();
    let mut out: BTreeMap<(String, String), BTreeSet<ClientId>> = BTreeMap::new();
    for chunk in values.chunks(KEYS_AT_ONCE) {
        let places: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "select kind, value, client_id from client_key where value in ({})",
            places.join(", ")
        );
        for row in db.query(&sql, chunk).await? {
            let mut c = row.cols();
            let key = (c.take()?, c.take()?);
            if keys.contains(&key) {
                out.entry(key).or_default().insert(c.take()?);
            }
        }
    }
    Ok(out)
}

async fn by_key<R: Read>(
    db: &mut R,
    principal: &Principal,
    keys: &[String],
) -> Result<Vec<Found>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut out: BTreeMap<ClientId, Found> = BTreeMap::new();
    let whole: Vec<Value> = keys.iter().filter(|k| !k.starts_with('~')).map(Value::from).collect();
    let places: Vec<String> = (1..=whole.len()).map(|n| format!("${n}")).collect();
    // whole numbers first: among many that begin alike they must not be cut off
    // who knows a whole number of somebody who stands before him finds him by it; parts of numbers that are
    // hidden find nobody
    let whole_ones = (format!("k.value in ({})", places.join(", ")), whole, 1000);
    let beginnings = keys.iter().map(|key| {
        let values: Vec<Value> = vec![key.into(), after_prefix(key).into()];
        ("k.value >= $1 and k.value < $2".to_owned(), values, 500)
    });
    for (condition, mut values, rank) in std::iter::once(whole_ones).chain(beginnings) {
        let mut filter = principal.filter("client.read", "c", values.len() + 1);
        values.append(&mut filter.params);
        if rank < 1000 {
            let seen = key_seen(principal, &mut values);
            filter.sql = format!("{} and {seen}", filter.sql);
        }
        let sql = format!(
            "select {HEAD}, k.kind, k.value from client_key k join client c on c.id = k.client_id \
             where {condition} and {} order by k.value, k.kind, k.client_id limit {CANDIDATES}",
            filter.sql
        );
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let head = read_head(&mut c, principal)?;
            let key = (c.take()?, readable(c.take()?));
            out.entry(head.id).or_insert(Found { head, key: Some(key), rank });
        }
    }
    Ok(out.into_values().collect())
}

/// Whether the number of a key `k` belongs to a group of fields the person sees of its client.
fn key_seen(principal: &Principal, values: &mut Vec<Value>) -> String {
    let mut of = |group| {
        let seen = principal.sees_filter(group, "c", values.len() + 1);
        values.extend(seen.params);
        seen.sql
    };
    let (contacts, documents) = (of(Group::Contacts), of(Group::Documents));
    format!(
        "case when k.kind = 'number' then 1 when k.kind in ('phone', 'email') and {contacts} then 1 \
         when k.kind not in ('phone', 'email') and {documents} then 1 else 0 end = 1"
    )
}

/// A key kept from its end is turned round again.
fn readable(value: String) -> String {
    match value.strip_prefix('~') {
        Some(tail) => tail.chars().rev().collect(),
        None => value,
    }
}

async fn by_name<R: Read>(
    db: &mut R,
    principal: &Principal,
    typed: &str,
    words: &[Word],
) -> Result<Vec<Found>, Error> {
    let exact: Vec<Terms> = words.iter().map(Terms::word).collect();
    let mut found = matching(db, principal, typed, &exact).await?;
    if found.is_empty() {
        found = by_key(db, principal, &mail_beginnings(typed)).await?;
    }
    if found.is_empty() {
        let mut wide = Vec::with_capacity(words.len());
        for word in words {
            wide.push(alike(db, word).await?);
        }
        found = matching(db, principal, typed, &wide).await?;
    }
    Ok(found)
}

/// What a typed word may stand for.
struct Terms {
    tokens: Vec<String>,
    prefix: Option<String>,
}

impl Terms {
    fn word(word: &Word) -> Self {
        let prefix = (word.prefix.len() >= 2).then(|| word.prefix.clone());
        Self { tokens: vec![word.token.clone()], prefix }
    }
    /// `t.token in (…)`, numbering its parameters.
    fn whole(&self, table: &str, values: &mut Vec<Value>) -> String {
        let mut places = Vec::new();
        for token in &self.tokens {
            values.push(token.into());
            places.push(format!("${}", values.len()));
        }
        format!("{table}.token in ({})", places.join(", "))
    }
    /// `t.token >= … and t.token < …`; none when a word this short begins too many.
    fn beginning(&self, table: &str, values: &mut Vec<Value>) -> Option<String> {
        let prefix = self.prefix.as_ref()?;
        values.push(prefix.into());
        values.push(after_prefix(prefix).into());
        let n = values.len();
        Some(format!("({table}.token >= ${} and {table}.token < ${n})", n - 1))
    }
    fn either(&self, table: &str, values: &mut Vec<Value>) -> String {
        let whole = self.whole(table, values);
        match self.beginning(table, values) {
            Some(beginning) => format!("({whole} or {beginning})"),
            None => whole,
        }
    }
    fn length(&self) -> usize {
        self.tokens.iter().map(String::len).max().unwrap_or(0)
    }
}

async fn matching<R: Read>(
    db: &mut R,
    principal: &Principal,
    typed: &str,
    terms: &[Terms],
) -> Result<Vec<Found>, Error> {
    // the longest word is the rarest as a rule: start from it, look the others up
    let mut order: Vec<&Terms> = terms.iter().collect();
    order.sort_by_key(|t| std::cmp::Reverse(t.length()));
    let Some((first, others)) = order.split_first() else { return Ok(Vec::new()) };
    let mut out: BTreeMap<ClientId, Found> = BTreeMap::new();
    // whole words before beginnings, each along its index, so that a common beginning hides nobody and
    // both databases take the same candidates
    for is_whole in [true, false] {
        let mut values: Vec<Value> = Vec::new();
        let start = if is_whole {
            Some(first.whole("t0", &mut values))
        } else {
            first.beginning("t0", &mut values)
        };
        let Some(start) = start else { continue };
        let mut conditions = vec![start];
        for (n, term) in (1..).zip(others) {
            let table = format!("t{n}");
            let condition = term.either(&table, &mut values);
            conditions.push(format!(
                "exists (select 1 from client_token {table} where {table}.client_id = t0.client_id \
                 and {condition})"
            ));
        }
        let filter = principal.filter("client.read", "c", values.len() + 1);
        values.extend(filter.params);
        let sql = format!(
            "{BY_VALUES}select {HEAD} from client_token t0 join client c on c.id = t0.client_id \
             where {} and {} order by t0.token, t0.client_id limit {CANDIDATES}",
            conditions.join(" and "),
            filter.sql
        );
        for row in db.query(&sql, &values).await? {
            let head = read_head(&mut row.cols(), principal)?;
            let rank = name_rank(typed, &head);
            out.insert(head.id, Found { head, key: None, rank });
        }
    }
    Ok(out.into_values().collect())
}

/// Known words that look like a misspelt one; the word itself when it is known.
async fn alike<R: Read>(db: &mut R, word: &Word) -> Result<Terms, StoreError> {
    let grams = trigrams(&word.token);
    let places: Vec<String> = (1..=grams.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select token, count(*) as shared from token_gram where gram in ({}) \
         group by token order by shared desc, token limit {ALIKE_CANDIDATES}",
        places.join(", ")
    );
    let values: Vec<Value> = grams.iter().map(Value::from).collect();
    let mut near: Vec<(i64, String)> = Vec::new();
    for row in db.query(&sql, &values).await? {
        let token: String = row.one()?;
        let likeness = per_mille(similarity(&word.token, &token));
        if likeness >= 820 {
            near.push((likeness, token));
        }
    }
    near.sort_by(|a, b| b.cmp(a));
    let mut tokens: Vec<String> = near.into_iter().take(ALIKE_MAX).map(|(_, t)| t).collect();
    if !tokens.contains(&word.token) {
        tokens.push(word.token.clone());
    }
    let prefix = (word.prefix.len() >= 3).then(|| word.prefix.clone());
    Ok(Terms { tokens, prefix })
}

/// 0 to 999: how well a name fits what was typed; important and active clients a little ahead.
fn name_rank(typed: &str, head: &ClientHead) -> i64 {
    let name = head.display_name.as_str();
    let words: Vec<&str> = name.split_whitespace().collect();
    let typed_words: Vec<&str> = typed.split_whitespace().collect();
    let best = |t: &&str| words.iter().map(|w| per_mille(similarity(t, w))).max().unwrap_or(0);
    let sum: i64 = typed_words.iter().map(best).sum();
    let count = i64::try_from(typed_words.len()).unwrap_or(1).max(1);
    let bonus = match head.segment {
        crate::client::model::Segment::Vip => 9,
        crate::client::model::Segment::Premium => 5,
        _ => 0,
    };
    sum / count * 9 / 10 + bonus
}

/// A likeness as whole thousandths.
#[expect(clippy::as_conversions, clippy::float_arithmetic, reason = "likeness is 0.0 to 1.0")]
fn per_mille(likeness: f64) -> i64 {
    (likeness.clamp(0.0, 1.0) * 1000.0) as i64
}
