//! Whose people are known wherever they come: for every person who speaks for a company that is due special service, the company's
//! name, segment and manager stand beside the person, so that a desk that has no copy of the company knows it too. Worked out at
//! the centre when a link, the company, or what he is found by changes.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClientId, CommandId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::{Command, Error, JournalReader, Reaction, Rebuilding, Services, Work};
use store::journal::Entry;
use store::{Read, Value, params};

use super::known;
use crate::desk::model::{REGARDED, SPEAKS_FOR};
use crate::desk::queries::{regarded, speaking};

/// Follows the journal.
#[derive(Debug)]
pub struct RegardReader;

impl JournalReader for RegardReader {
    fn name(&self) -> &'static str {
        "engagement.regard"
    }
    fn react<'a>(&'a self, services: &'a Services, entries: &'a [Entry]) -> Reaction<'a> {
        Box::pin(async move {
            let mut linked: BTreeSet<ClientId> = BTreeSet::new();
            let mut perhaps: BTreeSet<ClientId> = BTreeSet::new();
            let mut last = 0;
            for entry in entries {
                linked.extend(concerned(entry));
                perhaps.extend(told_of(entry));
                last = entry.pos;
            }
            // of a load of many hardly anybody speaks for somebody
            let mut db = services.reader.clone();
            let mut changed = speaking(&mut db, &linked).await?;
            perhaps.append(&mut linked);
            changed.extend(regarded(&mut db, &perhaps).await?);
            for client_id in changed {
                let id = derived_id(last, client_id);
                match services
                    .execute(
                        &services.system("job"),
                        id,
                        &RefreshRegard { client_id: Some(client_id) },
                    )
                    .await
                {
                    Ok(()) | Err(Error::NotFound) => {}
                    Err(other) => return Err(other),
                }
            }
            Ok(())
        })
    }
}

/// The client whose links or standing an entry changes.
fn concerned(entry: &Entry) -> Option<ClientId> {
    let is_link = entry.draft.entity == "link";
    let names = |field: &str| entry.draft.changes.contains(&format!("\"{field}\""));
    let is_standing = entry.draft.entity == "client"
        && ["segment", "manager_id", "secrecy", "full_name", "short_name"].into_iter().any(names);
    (is_link || is_standing).then_some(entry.draft.client_id).flatten().map(ClientId::from)
}

/// The client whose name, documents or phones an entry may change: that matters of those who speak for somebody.
fn told_of(entry: &Entry) -> Option<ClientId> {
    let entity = entry.draft.entity.as_str();
    let is_his = ["client", "contact", "identifier"].contains(&entity);
    is_his.then_some(entry.draft.client_id).flatten().map(ClientId::from)
}

/// An id that is the same whenever the same entries are read.
fn derived_id(pos: i64, client: ClientId) -> CommandId {
    let mut hasher = Sha256::new();
    hasher.update(b"engagement.regard/");
    hasher.update(pos.to_be_bytes());
    hasher.update(client.uuid().as_bytes());
    CommandId::from_hash(&hasher.finalize().into())
}

/// Works out anew for whom a client speaks, or who speaks for him.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RefreshRegard {
    /// Whom; everybody when nothing is said, after a load of many.
    pub client_id: Option<ClientId>,
}

impl Command for RefreshRegard {
    const NAME: &'static str = "engagement.refresh_regard";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        rebuild(w, self.client_id).await
    }
}

/// The same for the rebuilding after a merge.
pub(crate) fn rebuild_regard<'a>(w: &'a mut Work<'_>, client: ClientId) -> Rebuilding<'a> {
    Box::pin(rebuild(w, Some(client)))
}

/// Person, company, role → what the company is called, its segment, its manager.
type Regards = BTreeMap<(ClientId, ClientId, String), (String, String, Option<UserId>)>;

/// What has not changed is not written again: every branch would hear of it.
async fn rebuild(w: &mut Work<'_>, client: Option<ClientId>) -> Result<(), Error> {
    let (wanted, standing) = (due(w, client).await?, standing(w, client).await?);
    let mut people: BTreeSet<ClientId> = client.into_iter().collect();
    people.extend(wanted.keys().chain(standing.keys()).map(|(person, _, _)| *person));
    if client.is_none() {
        people.extend(known::everybody(w).await?);
    }
    if wanted != standing {
        write(w, client, &wanted).await?;
    }
    known::refresh(w, &people).await
}

async fn write(w: &mut Work<'_>, client: Option<ClientId>, wanted: &Regards) -> Result<(), Error> {
    match client {
        Some(client) => {
            let sql = "delete from client_regard where person_id = $1 or company_id = $1";
            w.execute(sql, params![client]).await?
        }
        None => w.execute("delete from client_regard", &[]).await?,
    };
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(wanted.len());
    for ((person, company, role), (name, segment, manager)) in wanted {
        rows.push(params![*person, *company, role, name, segment, *manager].to_vec());
    }
    let head = "insert into client_regard (person_id, company_id, role, company_name, segment, manager_id) values";
    w.insert_many(head, &rows, "on conflict (person_id, company_id, role) do nothing").await?;
    Ok(())
}

async fn read(w: &mut Work<'_>, sql: &str, values: &[Value]) -> Result<Regards, Error> {
    let mut all = Regards::new();
    for row in w.query(sql, values).await? {
        let mut c = row.cols();
        let key = (c.take()?, c.take()?, c.take()?);
        all.insert(key, (c.take()?, c.take()?, c.take()?));
    }
    Ok(all)
}

/// What stands there now.
async fn standing(w: &mut Work<'_>, client: Option<ClientId>) -> Result<Regards, Error> {
    let all =
        "select person_id, company_id, role, company_name, segment, manager_id from client_regard";
    match client {
        Some(client) => {
            let sql = format!("{all} where person_id = $1 or company_id = $1");
            read(w, &sql, params![client]).await
        }
        None => read(w, all, &[]).await,
    }
}

/// What is to stand there: links that hold today, between people and companies that are open to all.
async fn due(w: &mut Work<'_>, client: Option<ClientId>) -> Result<Regards, Error> {
    let today = w.ctx.now.date_in(&jiff::tz::TimeZone::UTC);
    let mut values = params![today].to_vec();
    let mut of = "";
    if let Some(client) = client {
        values.push(client.into());
        of = "(k.from_id = $2 or k.to_id = $2) and ";
    }
    let quoted = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        words.join(", ")
    };
    let sql = format!(
        "select p.id, c.id, k.kind, c.display_name, c.segment, c.manager_id from client_link k \
         join client p on p.id = k.from_id and p.kind in ('person', 'sole_trader') \
         join client c on c.id = k.to_id and c.kind = 'company' and c.segment in ({}) \
         where {of}k.kind in ({}) and k.archived_at is null and (k.until is null or k.until > $1) \
         and not exists (select 1 from client_erasure e where e.client_id in (p.id, c.id)) \
         and not exists (select 1 from client_secrecy y where y.client_id in (p.id, c.id) and y.level <> 'open')",
        quoted(&REGARDED),
        quoted(&SPEAKS_FOR)
    );
    read(w, &sql, &values).await
}
