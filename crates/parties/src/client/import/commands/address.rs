//! The address a feed brings. It is one thing: a person who put any part of it right wrote the whole.

use kernel::{ClientId, Timestamp, UserId};
use spine::{Change, Error, Work};
use store::{Read, Value, params};
use uuid::Uuid;

use super::kept::{Guard, is_by_hand};

/// Columns of an address in the order of [`super::super::read::Incoming::address`].
pub(super) const ADDRESS: [&str; 4] = ["region", "city", "street", "postal_code"];

/// The row of a new address.
pub(super) fn address_row(
    row: Uuid,
    id: ClientId,
    parts: &[String; 4],
    label: &str,
    now: Timestamp,
) -> Vec<Value> {
    let what: Vec<Value> = vec![row.into(), id.into(), "registration".into()];
    [what, parts.iter().map(Value::from).collect(), vec![label.into(), now.into()]].concat()
}

/// Writes new addresses.
pub(super) async fn insert_addresses(w: &mut Work<'_>, rows: &[Vec<Value>]) -> Result<(), Error> {
    let head = "insert into client_address \
                (id, client_id, kind, region, city, street, postal_code, source, at) values";
    w.insert_many(head, rows, "").await?;
    Ok(())
}

/// An address of a client; `is_of_kind` when it is of the kind feeds bring.
struct Stored {
    id: Uuid,
    source: String,
    author_id: Option<UserId>,
    is_archived: bool,
    is_of_kind: bool,
    parts: [String; 4],
}

impl Stored {
    /// Whether a person wrote it, changed it or put it away: feeds leave no author and archive nothing.
    fn is_by_hand(&self) -> bool {
        self.is_archived || self.author_id.is_some() || is_by_hand(&self.source)
    }
}

async fn stored(w: &mut Work<'_>, id: ClientId) -> Result<Vec<Stored>, Error> {
    let sql = "select id, source, author_id, archived_at, \
               case when kind = 'registration' then 1 else 0 end, region, city, street, postal_code \
               from client_address where client_id = $1 order by id";
    let mut all = Vec::new();
    for row in w.query(sql, params![id]).await? {
        let mut c = row.cols();
        all.push(Stored {
            id: c.take()?,
            source: c.take()?,
            author_id: c.take()?,
            is_archived: c.take::<Option<Timestamp>>()?.is_some(),
            is_of_kind: c.take::<i64>()? != 0,
            parts: [c.take()?, c.take()?, c.take()?, c.take()?],
        });
    }
    Ok(all)
}

/// The address this feed wrote before is changed; without one, a new one is added. One a person wrote or
/// put away stays, unless the feed is the master. Answers whether anything changed.
pub(super) async fn update_address(
    w: &mut Work<'_>,
    id: ClientId,
    parts: &[String; 4],
    label: &str,
    guard: &mut Guard<'_>,
) -> Result<bool, Error> {
    let mut all = stored(w, id).await?;
    if all.iter().any(|one| !one.is_archived && one.parts == *parts) {
        return Ok(false);
    }
    all.retain(|one| one.is_of_kind);
    let brought: Vec<&str> =
        ADDRESS.into_iter().zip(parts).filter(|(_, text)| !text.is_empty()).map(|p| p.0).collect();
    let is_master = brought.iter().any(|field| guard.is_master(field));
    let is_ours =
        |one: &&Stored| !one.is_archived && one.source == label && (is_master || !one.is_by_hand());
    if let Some(own) = all.iter().find(is_ours) {
        return change(w, id, own, parts).await;
    }
    if let Some(hand) = all.iter().find(|one| one.is_by_hand()).filter(|_| !is_master) {
        for ((field, theirs), ours) in ADDRESS.into_iter().zip(parts).zip(&hand.parts) {
            if !theirs.is_empty() && (hand.is_archived || theirs != ours) {
                guard.keeps(field, true, theirs);
            }
        }
        return Ok(false);
    }
    let row: Uuid = w.new_id();
    let now = w.ctx.now;
    insert_addresses(w, &[address_row(row, id, parts, label, now)]).await?;
    let pairs = ADDRESS.into_iter().zip(parts).filter(|(_, text)| !text.is_empty());
    let new = pairs.fold(Change::new(), |change, (key, text)| change.set(key, text.as_str()));
    w.record("address", row, Some(id), new);
    Ok(true)
}

async fn change(
    w: &mut Work<'_>,
    id: ClientId,
    own: &Stored,
    parts: &[String; 4],
) -> Result<bool, Error> {
    let [region, city, street, code] = parts;
    let now = w.ctx.now;
    w.execute(
        "update client_address set region = $2, city = $3, street = $4, postal_code = $5, \
         author_id = null, at = $6 where id = $1",
        params![own.id, region, city, street, code, now],
    )
    .await?;
    let pairs = ADDRESS.into_iter().zip(own.parts.iter().zip(parts));
    let change = pairs.fold(Change::new(), |change, (key, (was, is))| {
        change.field(key, was.as_str(), is.as_str())
    });
    w.record("address", own.id, Some(id), change);
    Ok(true)
}
