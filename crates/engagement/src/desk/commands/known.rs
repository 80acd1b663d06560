//! Who is known at every desk: for each person who speaks for an important company his name, the service he is due and the prints
//! he is found by. Written at the centre only; what has not changed is not written again, for every branch would hear of it.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::Pack;
use kernel::ClientId;
use spine::{Change, Error, Work};
use store::{Read, Value, params};

use super::recognise::here;
use crate::desk::model::Service;
use crate::desk::prints::{Of, of_name};
use crate::queries::client_ref::{self, NOT_MERGED};

/// People looked at in one statement.
const AT_ONCE: usize = 256;

/// What is kept of one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    name: String,
    service: String,
    prints: BTreeSet<Vec<u8>>,
}

/// As what the journal knows that somebody is known no more.
pub(super) const ENTITY: &str = "known_person";

type All = BTreeMap<ClientId, Kept>;

/// Works out anew what is kept of these people; nothing of those who speak for nobody.
pub(super) async fn refresh(w: &mut Work<'_>, people: &BTreeSet<ClientId>) -> Result<(), Error> {
    let people: Vec<ClientId> = people.iter().copied().collect();
    for some in people.chunks(AT_ONCE) {
        let (wanted, standing) = (due(w, some).await?, standing(w, some).await?);
        for person in some {
            let (wanted, standing) = (wanted.get(person), standing.get(person));
            if wanted == standing {
                continue;
            }
            match wanted {
                Some(wanted) => put(w, *person, wanted).await?,
                None => remove(w, *person).await?,
            }
        }
    }
    Ok(())
}

/// Everybody of whom something is kept.
pub(super) async fn everybody(w: &mut Work<'_>) -> Result<BTreeSet<ClientId>, Error> {
    let rows = w.query("select person_id from known_person", &[]).await?;
    Ok(rows.into_iter().map(store::Row::one).collect::<Result<_, _>>()?)
}

/// `$1, $2, …` for these people, and their ids.
fn places(people: &[ClientId]) -> (String, Vec<Value>) {
    let places: Vec<String> = (1..=people.len()).map(|n| format!("${n}")).collect();
    (places.join(", "), people.iter().map(|id| Value::from(*id)).collect())
}

/// Writes what is to be kept. Somebody else may be writing the same: a merge, an erasure, the job by the hour.
async fn put(w: &mut Work<'_>, person: ClientId, wanted: &Kept) -> Result<(), Error> {
    let sql = "insert into known_person (person_id, name, service) values ($1, $2, $3) \
               on conflict (person_id) do update set name = excluded.name, service = excluded.service";
    w.execute(sql, params![person, &wanted.name, &wanted.service]).await?;
    let prints = wanted.prints.iter().map(|print| Value::Bytes(print.clone()));
    let values: Vec<Value> = std::iter::once(person.into()).chain(prints).collect();
    let places: Vec<String> = (2..=values.len()).map(|n| format!("${n}")).collect();
    let others = match places.is_empty() {
        true => String::new(),
        false => format!(" and print not in ({})", places.join(", ")),
    };
    let sql = format!("delete from known_person_print where person_id = $1{others}");
    w.execute(&sql, &values).await?;
    let rows: Vec<Vec<Value>> =
        values.iter().skip(1).map(|print| vec![print.clone(), person.into()]).collect();
    let head = "insert into known_person_print (print, person_id) values";
    w.insert_many(head, &rows, "on conflict (print, person_id) do nothing").await?;
    Ok(())
}

/// Nothing is kept of him any more. The journal says since when: a branch that has not heard of it may still tell of him.
async fn remove(w: &mut Work<'_>, person: ClientId) -> Result<(), Error> {
    for table in ["known_person_print", "known_person"] {
        let sql = format!("delete from {table} where person_id = $1");
        w.execute(&sql, params![person]).await?;
    }
    let today = client_ref::today(w, person).await?;
    if let Some(client) = here(w, today).await? {
        w.record(ENTITY, person, Some(client.id), Change::new().set("archived", true));
    }
    Ok(())
}

async fn standing(w: &mut Work<'_>, people: &[ClientId]) -> Result<All, Error> {
    let (places, values) = places(people);
    let mut all = All::new();
    let sql =
        format!("select person_id, name, service from known_person where person_id in ({places})");
    for row in w.query(&sql, &values).await? {
        let mut c = row.cols();
        let person = c.take()?;
        let (name, service) = (c.take()?, c.take()?);
        all.insert(person, Kept { name, service, ..Kept::default() });
    }
    let sql =
        format!("select person_id, print from known_person_print where person_id in ({places})");
    for row in w.query(&sql, &values).await? {
        let mut c = row.cols();
        let (person, print): (ClientId, Vec<u8>) = (c.take()?, c.take()?);
        all.entry(person).or_default().prints.insert(print);
    }
    Ok(all)
}

/// What is to be kept: the best service of those he speaks for and his own, his whole name, his phones and identity documents in the
/// form the search compares them in.
async fn due(w: &mut Work<'_>, people: &[ClientId]) -> Result<All, Error> {
    let (places, mut values) = places(people);
    let mut services: BTreeMap<ClientId, Service> = BTreeMap::new();
    let mut all = All::new();
    let sql = format!(
        "select c.id, c.display_name, c.last_name, c.first_name, c.patronymic, c.segment, g.segment \
         from client_regard g join client c on c.id = g.person_id \
         where g.person_id in ({places}) and {NOT_MERGED}"
    );
    for row in w.query(&sql, &values).await? {
        let mut c = row.cols();
        let (person, name): (ClientId, String) = (c.take()?, c.take()?);
        let parts: [Option<String>; 3] = [c.take()?, c.take()?, c.take()?];
        let segments: [String; 2] = [c.take()?, c.take()?];
        let best = segments.iter().map(|segment| Service::of(segment)).max();
        let service = services.entry(person).or_insert(Service::Standard);
        *service = best.unwrap_or(*service).max(*service);
        let whole = parts.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let prints = of_name(&whole).or_else(|| of_name(&name)).into_iter().collect();
        let kept = Kept { name, service: service.key().to_owned(), prints };
        all.insert(person, kept);
    }
    let pack = Pack::load(&w.ctx.jurisdiction).map_err(Error::failure)?;
    let documents = pack.identifiers.iter().filter(|kind| kind.document);
    let kinds: Vec<&str> = documents.map(|kind| kind.kind.as_str()).chain(["phone"]).collect();
    let first = values.len() + 1;
    let kind_places: Vec<String> = (first..first + kinds.len()).map(|n| format!("${n}")).collect();
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    // a number that begins with ~ is one from its end, for finding by the last digits
    let sql = format!(
        "select client_id, kind, value from client_key where client_id in ({places}) \
         and kind in ({}) and substr(value, 1, 1) <> '~'",
        kind_places.join(", ")
    );
    for row in w.query(&sql, &values).await? {
        let mut c = row.cols();
        let (person, kind, value): (ClientId, String, String) = (c.take()?, c.take()?, c.take()?);
        let of = if kind == "phone" { Of::Phone } else { Of::Document };
        if let Some(kept) = all.get_mut(&person) {
            kept.prints.insert(of.print(&value));
        }
    }
    Ok(all)
}
