//! Who has looked at which client when: what "changed since" counts from.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::{ClientId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use spine::{Command, Error, Note, Work};
use store::{Read, Value};

use crate::merge::queries::NOT_MERGED;

/// A look of a member of staff at a client whom he was shown.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Look {
    /// At whom.
    pub client_id: ClientId,
    /// Who.
    pub staff_id: UserId,
    /// When.
    pub at: Timestamp,
}

/// Notes looks at clients, those of all people together: a transaction for each would cost as much as the card itself. The page has
/// shown them, so nobody's rights are asked again. Leaves no journal entry.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MarkSeen {
    /// They.
    pub looks: Vec<Look>,
}

/// Looks that are joined to one command at most.
pub const LOOKS_MAX: usize = 64;

impl Note for MarkSeen {
    const PAUSE: Duration = Duration::from_millis(300);

    fn join(&mut self, later: Self) -> Result<(), Self> {
        if self.looks.len() + later.looks.len() > LOOKS_MAX {
            return Err(later);
        }
        self.looks.extend(later.looks);
        Ok(())
    }
}

impl Command for MarkSeen {
    const NAME: &'static str = "parties.mark_seen";
    const PERMISSION: &'static str = "system";
    const OFFLINE: spine::Offline = spine::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let mut newest: BTreeMap<(ClientId, UserId), Timestamp> = BTreeMap::new();
        for look in &self.looks {
            let at = newest.entry((look.client_id, look.staff_id)).or_insert(look.at);
            *at = look.at.max(*at);
        }
        let here = here(w, newest.keys().map(|(client, _)| *client).collect()).await?;
        let rows: Vec<Vec<Value>> = newest
            .into_iter()
            .filter(|((client, _), _)| here.contains(client))
            .map(|((client, staff), at)| vec![client.into(), staff.into(), at.into()])
            .collect();
        let head = "insert into client_seen (client_id, staff_id, at) values";
        let tail = "on conflict (client_id, staff_id) do update set at = excluded.at \
                    where client_seen.at < excluded.at";
        w.insert_many(head, &rows, tail).await?;
        Ok(())
    }
}

/// Those of the clients who are still there: one may have been merged or erased since the page was made.
async fn here(w: &mut Work<'_>, clients: BTreeSet<ClientId>) -> Result<BTreeSet<ClientId>, Error> {
    let mut ids: Vec<Value> = clients.into_iter().map(Value::from).collect();
    let Some(last) = ids.last().cloned() else { return Ok(BTreeSet::new()) };
    // few different statements: their number of places is a power of two
    let places = ids.len().next_power_of_two();
    ids.resize(places, last);
    let marks: Vec<String> = (1..=places).map(|n| format!("${n}")).collect();
    let sql =
        format!("select c.id from client c where c.id in ({}) and {NOT_MERGED}", marks.join(", "));
    let rows = w.query(&sql, &ids).await?;
    Ok(rows.into_iter().map(store::Row::one).collect::<Result<_, _>>()?)
}
