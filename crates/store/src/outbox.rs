//! The outbox: a message leaves only after the commit that caused it, at most once per recipient and cause.

use kernel::Timestamp;
use uuid::Uuid;

use crate::{Read, StoreError, Tx, params};

/// Longest pause after a try that failed (seconds).
const PAUSE_MAX: i64 = 3_600;

/// A message waiting to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Identity.
    pub id: Uuid,
    /// The command or event that caused it.
    pub cause: Uuid,
    /// By what (`notice`, `email`, `sms`, `webhook`).
    pub channel: String,
    /// To whom, in the channel's own form.
    pub recipient: String,
    /// JSON.
    pub payload: String,
    /// Attempts so far.
    pub attempts: i64,
}

/// Puts a message in, in the caller's transaction; `false` when this cause has already sent to this
/// recipient by this channel.
///
/// # Errors
/// The database's.
pub async fn put(tx: &mut Tx, message: &Message, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .execute(
            "insert into outbox (id, cause, channel, recipient, payload, state, run_at, attempts, \
             created_at) values ($1, $2, $3, $4, $5, 'ready', $6, 0, $6) on conflict do nothing",
            params![
                message.id,
                message.cause,
                message.channel.as_str(),
                message.recipient.as_str(),
                message.payload.as_str(),
                now
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// Messages that are due, oldest first, locked for this transaction. As with jobs, what was put in, or put off, by
/// a clock that has been set back since is due.
///
/// # Errors
/// The database's.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "select id, cause, channel, recipient, payload, attempts from outbox \
         where state = 'ready' and (run_at <= $1 or (created_at > $1 and run_at <= created_at) \
         or (attempts > 0 and run_at > $2)) order by run_at limit $3{}",
        tx.dialect().skip_locked()
    );
    let mut out = Vec::new();
    for row in tx.query(&sql, params![now, now.plus_seconds(PAUSE_MAX), limit]).await? {
        let mut c = row.cols();
        out.push(Message {
            id: c.take()?,
            cause: c.take()?,
            channel: c.take()?,
            recipient: c.take()?,
            payload: c.take()?,
            attempts: c.take()?,
        });
    }
    Ok(out)
}

/// Marks a message sent, or plans its next attempt, or gives it up.
///
/// # Errors
/// The database's.
pub async fn settle(
    tx: &mut Tx,
    message: &Message,
    outcome: Result<(), &str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let attempts = message.attempts + 1;
    let (state, error) = match outcome {
        Ok(()) => ("sent", None),
        Err(e) if attempts >= kernel::limits::JOB_ATTEMPTS_MAX => ("dead", Some(e)),
        Err(e) => ("ready", Some(e)),
    };
    let pause = 5_i64.saturating_mul(1 << attempts.clamp(0, 10)).min(PAUSE_MAX);
    tx.execute(
        "update outbox set state = $2, attempts = $3, last_error = $4, run_at = $5, sent_at = $6 \
         where id = $1",
        params![
            message.id,
            state,
            attempts,
            error,
            now.plus_seconds(pause),
            (state == "sent").then_some(now)
        ],
    )
    .await?;
    Ok(())
}
