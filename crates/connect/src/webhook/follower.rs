//! From the journal to deliveries: every sealed entry, once for each subscription that wants it.

use spine::{Error, JournalReader, Reaction, Services};
use store::journal::{self, Entry};

use super::commands::{EnqueueDeliveries, NewDelivery};
use super::model::{payload, wants};
use super::queries;

/// Deliveries put in by one command.
const AT_ONCE: usize = 500;

/// The reader.
#[derive(Debug)]
pub(crate) struct Follower;

impl JournalReader for Follower {
    fn name(&self) -> &'static str {
        "connect.webhooks"
    }
    fn react<'a>(&'a self, services: &'a Services, entries: &'a [Entry]) -> Reaction<'a> {
        Box::pin(async move { follow(services, entries).await })
    }
}

/// An entry may come twice; the row's own key lets it in once. A subscription is told of what comes behind it in
/// the journal, whatever clocks say; one that is not sealed yet lies behind all of these.
async fn follow(services: &Services, entries: &[Entry]) -> Result<(), Error> {
    let told = queries::active(&mut services.reader.clone()).await?;
    let mut deliveries = Vec::new();
    let mut begins = Vec::with_capacity(told.len());
    for webhook in &told {
        let first = journal::first_of(&mut services.reader.clone(), webhook.id.uuid()).await?;
        begins.push(first.unwrap_or(i64::MAX));
    }
    for entry in entries {
        for (webhook, _) in told.iter().zip(&begins).filter(|(_, begin)| entry.pos >= **begin) {
            if wants(&webhook.events, entry) {
                deliveries.push(NewDelivery {
                    webhook_id: webhook.id,
                    position: entry.pos,
                    event: entry.draft.command.clone(),
                    payload: payload(entry).to_string(),
                });
            }
        }
    }
    let ctx = services.system("job");
    for some in deliveries.chunks(AT_ONCE) {
        let command = EnqueueDeliveries { deliveries: some.to_vec() };
        services.execute(&ctx, ctx.command_id(), &command).await?;
    }
    Ok(())
}
