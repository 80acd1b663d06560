//! Notes that pages leave behind: small commands executed after the answer is on its way. What is left of one kind in one
//! name (a person's, or the program's own) while the database is busy, or while the kind waits for others, is joined to one
//! command, and a bounded number waits, so that a crowd of readers never makes a queue of writes.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::{Bus, Command, Ctx};

/// Commands that wait at most; what comes then is dropped, and the log says so.
const WAITING_MAX: usize = 256;

/// A command that may be left behind: losing it costs nobody his work.
pub trait Note: Command {
    /// How long it waits for others to be joined to.
    const PAUSE: Duration = Duration::ZERO;
    /// Takes in a later one that was left in the same name; gives it back when there is no room.
    ///
    /// # Errors
    /// The later one, untouched.
    fn join(&mut self, later: Self) -> Result<(), Self>;
}

type Execution<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A [`Note`] without its type.
trait Waiting: Send {
    fn as_any(&mut self) -> &mut dyn Any;
    fn execute<'a>(&'a self, bus: &'a Bus, ctx: &'a Ctx) -> Execution<'a>;
}

impl<N: Note> Waiting for N {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
    fn execute<'a>(&'a self, bus: &'a Bus, ctx: &'a Ctx) -> Execution<'a> {
        Box::pin(async move {
            if let Err(error) = bus.execute(ctx, ctx.command_id(), self).await {
                tracing::warn!(%error, note = N::NAME, operation = %ctx.operation_id, "a note was not written");
            }
        })
    }
}

struct Slot {
    due: Instant,
    ctx: Ctx,
    note: Box<dyn Waiting>,
}

#[derive(Default)]
struct Queue {
    slots: Vec<Slot>,
    is_draining: bool,
    /// Somebody waits until all is written: nothing is waited for until it is.
    is_hurried: bool,
    /// The node stops: nothing is waited for any more.
    is_closing: bool,
}

/// What is to be written next.
enum Next {
    Slots(Vec<Slot>),
    At(Instant),
    Nothing,
}

/// The notes of one node; cheap to clone.
#[derive(Clone, Default)]
pub struct Behind {
    queue: Arc<Mutex<Queue>>,
    written: Arc<Notify>,
    woken: Arc<Notify>,
}

impl Behind {
    /// Leaves a note; it is written soon, under the rights of who leaves it.
    pub fn leave<N: Note>(&self, bus: &Bus, ctx: &Ctx, note: N) {
        let mut queue = self.open();
        if let Err(note) = join(&mut queue.slots, ctx, note) {
            if queue.slots.len() >= WAITING_MAX {
                tracing::warn!(note = N::NAME, "too many notes wait; one was dropped");
                return;
            }
            let due = Instant::now() + N::PAUSE;
            queue.slots.push(Slot { due, ctx: ctx.clone(), note: Box::new(note) });
        }
        if !queue.is_draining {
            queue.is_draining = true;
            tokio::spawn(drain(self.clone(), bus.clone()));
        } else if N::PAUSE.is_zero() {
            // whoever waits for others to be joined may be waiting now
            self.woken.notify_one();
        }
    }

    /// The node stops: from now on no note waits for others.
    pub(crate) fn close(&self) {
        self.open().is_closing = true;
        self.woken.notify_one();
    }

    /// Returns when everything left so far is written.
    pub async fn settled(&self) {
        loop {
            let written = self.written.notified();
            {
                let mut queue = self.open();
                if !queue.is_draining {
                    return;
                }
                queue.is_hurried = true;
            }
            self.woken.notify_one();
            written.await;
        }
    }

    /// What is due; nobody drains any more when nothing waits.
    fn take(&self) -> Next {
        let mut queue = self.open();
        let (now, is_hurried) = (Instant::now(), queue.is_hurried || queue.is_closing);
        let (due, rest) =
            std::mem::take(&mut queue.slots).into_iter().partition(|s| is_hurried || s.due <= now);
        queue.slots = rest;
        match queue.slots.iter().map(|slot| slot.due).min() {
            Some(at) if due.is_empty() => Next::At(at),
            None if due.is_empty() => {
                (queue.is_draining, queue.is_hurried) = (false, false);
                Next::Nothing
            }
            _ => Next::Slots(due),
        }
    }

    fn open(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds a note to one of the same kind that was left in the same name, if one waits.
fn join<N: Note>(slots: &mut [Slot], ctx: &Ctx, note: N) -> Result<(), N> {
    let mut note = Some(note);
    let mine = slots.iter_mut().filter(|s| s.ctx.principal.user_id == ctx.principal.user_id);
    for slot in mine {
        if let Some(waiting) = slot.note.as_any().downcast_mut::<N>() {
            match note.take().map(|later| waiting.join(later)) {
                Some(Err(back)) => note = Some(back),
                Some(Ok(())) | None => return Ok(()),
            }
        }
    }
    note.map_or(Ok(()), Err)
}

async fn drain(behind: Behind, bus: Bus) {
    loop {
        match behind.take() {
            Next::Slots(slots) => {
                for slot in slots {
                    slot.note.execute(&bus, &slot.ctx).await;
                }
            }
            Next::At(at) => {
                tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    () = behind.woken.notified() => {}
                }
            }
            Next::Nothing => {
                behind.written.notify_waiters();
                return;
            }
        }
    }
}
