//! Follows the journal: tasks of a person who was dismissed find a new owner, tasks of a client go
//! with him.

use kernel::{ClientId, CommandId, UserId};
use sha2::{Digest, Sha256};
use spine::{Ctx, Error, JournalReader, Reaction, Services};
use store::journal::Entry;

use super::commands::{FollowClient, HandOverTasks};

/// Commands one entry may lead to; a person with more open tasks than this times 500 does not exist.
const BATCHES_MAX: u32 = 200;

/// The reader.
#[derive(Debug)]
pub(crate) struct Follower;

impl JournalReader for Follower {
    fn name(&self) -> &'static str {
        "engagement.follow"
    }
    fn react<'a>(&'a self, services: &'a Services, entries: &'a [Entry]) -> Reaction<'a> {
        Box::pin(async move {
            for entry in entries {
                match entry.draft.entity.as_str() {
                    "staff" if was_dismissed(entry) => {
                        hand_over(services, entry.pos, entry.draft.entity_id.into()).await?;
                    }
                    "client" if moved(entry) => {
                        follow(services, entry.pos, entry.draft.entity_id.into()).await?;
                    }
                    _ => {}
                }
            }
            Ok(())
        })
    }
}

/// What a field became in an entry; `None` when the entry does not name it.
fn after(entry: &Entry, field: &str) -> Option<serde_json::Value> {
    let changes: serde_json::Value = serde_json::from_str(&entry.draft.changes).ok()?;
    changes.get(field)?.get(1).cloned()
}

fn was_dismissed(entry: &Entry) -> bool {
    after(entry, "state").is_some_and(|state| state == "dismissed")
}

/// A client that was registered has no tasks yet; one that changed segment or branch may have.
fn moved(entry: &Entry) -> bool {
    let known = after(entry, "kind").is_none();
    known && (after(entry, "segment").is_some() || after(entry, "branch_id").is_some())
}

async fn hand_over(services: &Services, pos: i64, from: UserId) -> Result<(), Error> {
    let ctx = services.system("job");
    let to = successor(services, from, &ctx);
    for batch in 0..BATCHES_MAX {
        let command = HandOverTasks { from, to };
        let id = derived_id("hand_over", pos, batch);
        if first_time(services.execute(&ctx, id, &command).await)?.unwrap_or(1) == 0 {
            break;
        }
    }
    Ok(())
}

async fn follow(services: &Services, pos: i64, client_id: ClientId) -> Result<(), Error> {
    let ctx = services.system("job");
    let id = derived_id("follow_client", pos, 0);
    match services.execute(&ctx, id, &FollowClient { client_id }).await {
        // the client may be gone when the reader comes late
        Err(Error::NotFound) => Ok(()),
        other => first_time(other).map(|_| ()),
    }
}

/// An entry may come twice, and the successor may have changed between: then the id is known with
/// another payload, which says that the work was done.
fn first_time<T>(outcome: Result<T, Error>) -> Result<Option<T>, Error> {
    match outcome {
        Ok(output) => Ok(Some(output)),
        Err(Error::Refused(refusals))
            if refusals.0.iter().any(|r| r.code == "command-id-reused") =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Who takes over: the deputy, else the head of the branch, else nobody.
fn successor(services: &Services, from: UserId, ctx: &Ctx) -> Option<UserId> {
    let directory = services.directory.get();
    let active = |id: &UserId| *id != from && directory.staff.get(id).is_some_and(|s| s.active);
    let today = ctx.now.date_in(&jiff::tz::TimeZone::UTC);
    let deputies = directory.absences.iter().filter(|a| a.0 == from && today <= a.3);
    let deputy = deputies.map(|a| a.1).find(active);
    let branch = directory.staff.get(&from).and_then(|s| s.branch_id);
    deputy.or_else(|| directory.heads_of(branch?).into_iter().find(active))
}

/// An id that is the same whenever the same entry is read.
fn derived_id(what: &str, pos: i64, batch: u32) -> CommandId {
    let mut hasher = Sha256::new();
    hasher.update(b"engagement.follow/");
    hasher.update(what.as_bytes());
    hasher.update(pos.to_be_bytes());
    hasher.update(batch.to_be_bytes());
    CommandId::from_hash(&hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::derived_id;

    #[test]
    fn the_same_entry_gives_the_same_command() {
        assert_eq!(derived_id("a", 7, 0), derived_id("a", 7, 0));
        let all = [
            derived_id("a", 7, 0),
            derived_id("a", 8, 0),
            derived_id("a", 7, 1),
            derived_id("b", 7, 0),
        ];
        let distinct: std::collections::BTreeSet<_> = all.into_iter().collect();
        assert_eq!(distinct.len(), 4);
    }
}
