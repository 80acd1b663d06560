//! Finding clients.

use std::collections::BTreeMap;

use jurisdiction::{similarity, trigrams};
use kernel::ClientId;
use spine::{Error, Principal};
use store::{Read, StoreError, Value, params};

use super::keys::{Query, Word, after_prefix, normal_key, parse_query};
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
        b.rank.cmp(&a.rank).then_with(|| a.head.display_name.cmp(&b.head.display_name))
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

async fn by_key<R: Read>(
    db: &mut R,
    principal: &Principal,
    keys: &[String],
) -> Result<Vec<Found>, Error> {
    let mut values: Vec<Value> = Vec::new();
    let mut ranges = Vec::new();
    for key in keys {
        values.push(key.into());
        values.push(after_prefix(key).into());
        ranges.push(format!("(k.value >= ${} and k.value < ${})", values.len() - 1, values.len()));
    }
    let filter = principal.filter("client.read", "c", values.len() + 1);
    let sql = format!(
        "select {HEAD}, k.kind, k.value from client_key k join client c on c.id = k.client_id \
         where ({}) and {} limit {CANDIDATES}",
        ranges.join(" or "),
        filter.sql
    );
    values.extend(filter.params);
    let mut out: BTreeMap<ClientId, Found> = BTreeMap::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let head = read_head(&mut c)?;
        let (kind, value): (String, String) = (c.take()?, c.take()?);
        let rank = if keys.contains(&value) && !value.starts_with('~') { 1000 } else { 500 };
        let plain = match value.strip_prefix('~') {
            Some(tail) => tail.chars().rev().collect(),
            None => value,
        };
        let better = out.get(&head.id).is_none_or(|f| f.rank < rank);
        if better {
            out.insert(head.id, Found { head, key: Some((kind, plain)), rank });
        }
    }
    Ok(out.into_values().collect())
}

async fn by_name<R: Read>(
    db: &mut R,
    principal: &Principal,
    typed: &str,
    words: &[Word],
) -> Result<Vec<Found>, Error> {
    let exact: Vec<Terms> = words.iter().map(|w| Terms::word(w)).collect();
    let mut found = matching(db, principal, typed, &exact).await?;
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
    /// `t.token in (…) or (t.token >= … and t.token < …)`, numbering its parameters.
    fn condition(&self, table: &str, values: &mut Vec<Value>) -> String {
        let mut parts = Vec::new();
        let mut places = Vec::new();
        for token in &self.tokens {
            values.push(token.into());
            places.push(format!("${}", values.len()));
        }
        if !places.is_empty() {
            parts.push(format!("{table}.token in ({})", places.join(", ")));
        }
        if let Some(prefix) = &self.prefix {
            values.push(prefix.into());
            values.push(after_prefix(prefix).into());
            let n = values.len();
            parts.push(format!("({table}.token >= ${} and {table}.token < ${n})", n - 1));
        }
        if parts.is_empty() { "1 = 0".to_owned() } else { format!("({})", parts.join(" or ")) }
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
    let mut values: Vec<Value> = Vec::new();
    let mut conditions = Vec::new();
    for (n, term) in order.iter().enumerate() {
        let table = format!("t{n}");
        let condition = term.condition(&table, &mut values);
        conditions.push(if n == 0 {
            condition
        } else {
            format!(
                "exists (select 1 from client_token {table} where {table}.client_id = t0.client_id \
                 and {condition})"
            )
        });
    }
    let filter = principal.filter("client.read", "c", values.len() + 1);
    values.extend(filter.params);
    let sql = format!(
        "select {HEAD} from client_token t0 join client c on c.id = t0.client_id \
         where {} and {} limit {CANDIDATES}",
        conditions.join(" and "),
        filter.sql
    );
    let mut out: BTreeMap<ClientId, Found> = BTreeMap::new();
    for row in db.query(&sql, &values).await? {
        let head = read_head(&mut row.cols())?;
        let rank = name_rank(typed, &head);
        out.insert(head.id, Found { head, key: None, rank });
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
