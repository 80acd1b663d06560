//! What the centre has refused of what branches have done: a refusal is final, however often the command comes again.

use kernel::{ClientId, CommandId};
use store::keys::{self, BANK, Item, Opened};
use store::{Read, StoreError, params};
use uuid::Uuid;

use super::message::{Answer, Outcome};

/// The two sealed parts of a refusal, as [`keys::seal_texts`] takes them: what was wanted and what was answered.
pub(super) fn items(owner: Uuid, id: CommandId, payload: &str, answer: &str) -> [Item; 2] {
    let item = |what: &str, text: &str| (owner, format!("refusal/{id}/{what}"), text.to_owned());
    [item("payload", payload), item("answer", answer)]
}

/// What was answered to this node about a command before, if that was no.
pub(super) async fn before<R: Read>(
    db: &mut R,
    node: Uuid,
    id: CommandId,
) -> Result<Option<Answer>, StoreError> {
    let sql = "select code, client_id from branch_refusal where id = $1 and node_id = $2";
    let Some(row) = db.first(sql, params![id, node]).await? else { return Ok(None) };
    let mut c = row.cols();
    let (code, client): (String, Option<ClientId>) = (c.take()?, c.take()?);
    let (_, detail) = content(db, id, client).await?;
    Ok(Some(Answer { id, outcome: Outcome::Refused, code, detail }))
}

/// What was wanted and what was answered, opened; both are empty when nothing is kept of them. At the centre only.
///
/// # Errors
/// The database's.
pub async fn content<R: Read>(
    db: &mut R,
    id: CommandId,
    client: Option<ClientId>,
) -> Result<(String, String), StoreError> {
    let sql = "select payload, answer from branch_refusal where id = $1";
    let Some(row) = db.first(sql, params![id]).await? else { return Ok(<_>::default()) };
    let mut c = row.cols();
    let (payload, answer): (String, String) = (c.take()?, c.take()?);
    // under the client's key, or the bank's when he had none
    let owners = client.map(ClientId::uuid).into_iter().chain([BANK]);
    let mut last = Ok(<_>::default());
    for owner in owners {
        last = keys::open_texts(db, items(owner, id, &payload, &answer).to_vec()).await;
        if last.is_ok() {
            break;
        }
    }
    let mut opened = last?.into_iter().map(|text: Opened| text.or(""));
    Ok((opened.next().unwrap_or_default(), opened.next().unwrap_or_default()))
}
