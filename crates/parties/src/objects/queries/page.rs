//! One page of a list of records by key.

use spine::Error;
use store::{Read, Value};
use uuid::Uuid;
use web::Cx;

use super::{COLUMNS, FROM, Record, reach, record_of};
use crate::objects::list::{Asked, Order, ranges};

/// A page of a list, and the place the next one begins behind.
pub(in crate::objects) struct Page {
    pub(in crate::objects) rows: Vec<Record>,
    pub(in crate::objects) next: Option<(String, Uuid)>,
}

/// Reads a page: one statement, cut to what the person may see.
///
/// # Errors
/// The database's.
pub(in crate::objects) async fn page<R: Read>(
    db: &mut R,
    cx: &Cx,
    asked: &Asked,
    permission: &str,
) -> Result<Page, Error> {
    let mut values: Vec<Value> = vec![asked.object.id.into()];
    let (join, key) = match &asked.order {
        Order::Updated => (String::new(), "r.updated_at"),
        Order::Title => (String::new(), "r.sort_title"),
        Order::Field(field) => {
            values.push(field.id.into());
            let join = " left join custom_index f on f.field_id = $2 and f.record_id = r.id";
            (join.to_owned(), "coalesce(f.key, '')")
        }
    };
    let is_away =
        if asked.archived { "r.archived_at is not null" } else { "r.archived_at is null" };
    let mut parts = vec!["r.object_id = $1".to_owned()];
    // what was chosen was seen, wherever it stands
    parts.extend(asked.ids.is_none().then(|| is_away.to_owned()));
    parts.push(reach(cx.principal(), "record.read", &mut values));
    if permission != "record.read" {
        parts.push(reach(cx.principal(), permission, &mut values));
    }
    if let Some(client) = asked.client {
        values.push(client.into());
        parts.push(format!("r.client_id = ${}", values.len()));
    }
    if let Some(ids) = &asked.ids {
        let first = values.len() + 1;
        values.extend(ids.iter().map(|id| Value::from(*id)));
        let places: Vec<String> = (first..=values.len()).map(|n| format!("${n}")).collect();
        parts.push(format!("r.id in ({})", places.join(", ")));
    }
    if !asked.search.is_empty() {
        parts.extend(search_conditions(&asked.search, &mut values));
    }
    let (conditions, mut values) = asked.tests.conditions("r.id", values);
    parts.extend(conditions);
    let (order, sign) = if asked.descending { ("desc", "<") } else { ("asc", ">") };
    if let Some((at, id)) = &asked.after {
        let is_instant = matches!(asked.order, Order::Updated);
        values.push(if is_instant { Value::Int(at.parse().unwrap_or(0)) } else { at.into() });
        values.push((*id).into());
        let n = values.len();
        parts.push(format!("({key}, r.id) {sign} (${}, ${n})", n - 1));
    }
    let sql = format!(
        "select {COLUMNS}, {key} from {FROM}{join} where {} order by {key} {order}, r.id {order} limit {}",
        parts.join(" and "),
        asked.size + 1
    );
    let mut rows: Vec<(Record, String)> = Vec::with_capacity(asked.size);
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let record = record_of(&mut c)?;
        let key = match &asked.order {
            Order::Updated => c.take::<i64>()?.to_string(),
            Order::Title | Order::Field(_) => c.take()?,
        };
        rows.push((record, key));
    }
    let has_more = rows.len() > asked.size;
    rows.truncate(asked.size);
    let next = rows.last().filter(|_| has_more).map(|(r, key)| (key.clone(), r.id.uuid()));
    Ok(Page { rows: rows.into_iter().map(|(record, _)| record).collect(), next })
}

fn search_conditions(typed: &str, values: &mut Vec<Value>) -> Vec<String> {
    let ranges = ranges(typed);
    if ranges.is_empty() {
        return vec!["1 = 0".to_owned()];
    }
    let one = |(from, until): (String, String)| {
        values.push(from.into());
        values.push(until.into());
        let n = values.len();
        format!(
            "exists (select 1 from custom_token t where t.record_id = r.id and t.token >= ${} \
             and t.token < ${n})",
            n - 1
        )
    };
    ranges.into_iter().map(one).collect()
}
