//! From the journal to deliveries: every sealed entry, once for each subscription that wants it.

use spine::{Error, JournalReader, Reaction, Services};
use store::journal::Entry;

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

/// An entry may come twice; the row's own key lets it in once.
async fn follow(services: &Services, entries: &[Entry]) -> Result<(), Error> {
    let told = queries::active(&mut services.reader.clone()).await?;
    let mut deliveries = Vec::new();
    for entry in entries {
        for webhook in told.iter().filter(|w| entry.draft.at >= w.created_at) {
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
