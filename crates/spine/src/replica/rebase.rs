//! What has come from the centre lies below, what was done here and not answered yet on top.

use std::sync::Arc;

use kernel::BranchId;
use serde_json::Value as Json;
use store::capture::before;
use store::{Read, Tx};

use super::Reach;
use super::message::Pushed;
use super::pending::{self, Which};
use super::rows::Arrived;
use crate::ctx::channel;
use crate::{Ctx, Error, Origin, Services, Work};

/// Commands on top at most that are done again in one go.
const ON_TOP_MAX: i64 = 100_000;

/// Takes off what stands on top, puts in what came, and does again what the centre has not said it has done. Commands that
/// were answered in the answer `began` or before are in what came.
pub(super) async fn put(
    services: &Services,
    mut tx: Tx,
    (reach, branch): (&Reach, BranchId),
    (arrived, began): (Arrived, i64),
) -> Result<Tx, Error> {
    if arrived.is_empty() && !is_answered(&mut tx, began).await? {
        return Ok(tx);
    }
    before::undo(&mut tx, &reach.undone()).await?;
    let chance = (services.entropy.as_ref(), services.clock.now());
    let touched: Vec<String> = arrived.touched().map(str::to_owned).collect();
    arrived.put(&mut tx, chance, (reach, branch)).await?;
    tx = derive(services, tx, reach, &|table| touched.iter().any(|t| t == table)).await?;
    pending::take_off(&mut tx, began).await?;
    // so far nothing was changed that might have to be undone
    before::forget(&mut tx).await?;
    for done in pending::list(&mut tx, &Which::OnTop, ON_TOP_MAX).await? {
        tx = again(services, tx, &done).await?;
    }
    Ok(tx)
}

/// Works out what is derived from rows that have come.
pub(super) async fn derive(
    services: &Services,
    mut tx: Tx,
    reach: &Reach,
    has_come: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Tx, Error> {
    let bus = &services.bus;
    let ctx = services.system("branch");
    for scoped in reach.tables().iter().filter(|t| has_come(&t.table.name)) {
        let Some(derive) = scoped.said.derives else { continue };
        let command = ("replica", ctx.command_id());
        let mut work = Work::new(&ctx, tx, command, bus.node(), bus.registry());
        derive(&mut work).await?;
        tx = work.tx;
    }
    Ok(tx)
}

/// Whether something on top was answered.
async fn is_answered(tx: &mut Tx, began: i64) -> Result<bool, Error> {
    let sql = "select 1 from pending_command where is_on_top = 1 and answered_in <= $1 limit 1";
    Ok(tx.first(sql, store::params![began]).await?.is_some())
}

/// Does a command of this branch again. One that is refused now leaves nothing on top: the centre will judge it.
async fn again(services: &Services, mut tx: Tx, done: &Pushed) -> Result<Tx, Error> {
    let bus = &services.bus;
    let principal = services.directory.principal(done.actor);
    let (Some(principal), Some(command)) = (principal, bus.registered(&done.name)) else {
        return Ok(tx);
    };
    let payload: Json = serde_json::from_str(&done.payload)?;
    let mut ctx: Ctx = services.ctx(principal, channel(&done.channel));
    ctx.now = done.at;
    let (node, at) = (Arc::from(bus.node()), done.at);
    ctx.origin = Some(Arc::new(Origin { node, at, heard: None, arrived: None }));
    tx.begin_part().await?;
    let mut work = Work::new(&ctx, tx, (command.info.name, done.id), bus.node(), bus.registry());
    work.is_again = true;
    let outcome = command.rehearse(&mut work, payload).await;
    let Work { mut tx, .. } = work;
    if let Err(error) = &outcome
        && error.trouble().is_some()
    {
        // the database's trouble is no answer about the command
        return outcome.map(|_| tx);
    }
    tx.end_part(outcome.is_ok()).await?;
    if let Err(error @ Error::Failure(_)) = &outcome {
        // a client who comes whole comes as he is now, with what was answered after the first part of what comes: the rest follows
        if pending::is_answered(&mut tx, done.id).await? {
            tracing::debug!(command = %done.name, %error, "what a command wrote has come before its answer");
        } else {
            tracing::error!(command = %done.name, %error, "a command cannot be done again here");
        }
    }
    Ok(tx)
}
