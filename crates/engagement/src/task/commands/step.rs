//! The next step of a client, kept beside the client so that lists and the card need no search.

use kernel::{ClientId, Timestamp};
use spine::{Error, Rebuilding, Work};
use store::{Read, Value, params};

/// Works the next step of a client out anew. The client's row is held first, so that two people who
/// add tasks at once do not overwrite each other's answer.
pub(crate) async fn refresh_step(w: &mut Work<'_>, client: ClientId) -> Result<bool, Error> {
    hold_step(w, client).await?;
    refresh_held_step(w, client).await
}

/// The same of a client whose row is held already.
pub(crate) async fn refresh_held_step(w: &mut Work<'_>, client: ClientId) -> Result<bool, Error> {
    let sql = "select id, due_on, count(*) over () from task where client_id = $1 and state = 'open' \
               order by due_on, priority, id limit 1";
    let (task, due_on, open): (Value, Value, i64) = match w.first(sql, params![client]).await? {
        Some(row) => {
            let mut c = row.cols();
            (c.take()?, c.take()?, c.take()?)
        }
        None => (Value::Null, Value::Null, 0),
    };
    w.execute(
        "update client_step set task_id = $2, due_on = $3, open_tasks = $4 where client_id = $1 \
         and (task_id is distinct from $2 or due_on is distinct from $3 or open_tasks <> $4)",
        &[client.into(), task, due_on, open.into()],
    )
    .await?;
    Ok(open > 0)
}

/// Notes that somebody spoke with the client, and holds his row.
pub(crate) async fn note_contact(
    w: &mut Work<'_>,
    client: ClientId,
    at: Timestamp,
) -> Result<(), Error> {
    w.execute(
        "insert into client_step (client_id, open_tasks, last_contact_at) values ($1, 0, $2) \
         on conflict (client_id) do update set last_contact_at = excluded.last_contact_at \
         where coalesce(client_step.last_contact_at, -1) < excluded.last_contact_at",
        params![client, at],
    )
    .await?;
    Ok(())
}

/// Works a client's step out from all his tasks and contacts, after they went from one client to another.
/// A client without either, and one who was merged into another, has none.
pub(crate) fn rebuild_step<'a>(w: &'a mut Work<'_>, client: ClientId) -> Rebuilding<'a> {
    Box::pin(async move {
        w.execute("delete from client_step where client_id = $1", params![client]).await?;
        let sql = "select max(at) from interaction where client_id = $1 and channel <> 'note' \
                   and corrects_id is null";
        let last: Option<Timestamp> = match w.first(sql, params![client]).await? {
            Some(row) => row.one()?,
            None => None,
        };
        let sql = "select 1 from task where client_id = $1 limit 1";
        if w.first(sql, params![client]).await?.is_some() {
            refresh_step(w, client).await?;
        }
        if let Some(at) = last {
            note_contact(w, client, at).await?;
        }
        Ok(())
    })
}

/// Holds the client's row until the command ends.
pub(crate) async fn hold_step(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    w.execute(
        "insert into client_step (client_id, open_tasks) values ($1, 0) \
         on conflict (client_id) do update set open_tasks = client_step.open_tasks",
        params![client],
    )
    .await?;
    Ok(())
}
