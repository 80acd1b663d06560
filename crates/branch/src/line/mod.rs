//! The line between a branch and the centre.

pub(crate) mod api;
mod asking;
pub mod http_client;

use std::sync::Arc;
use std::time::Duration;

use spine::authority::Reply;
use spine::replica::branch::Taken;
use spine::replica::message::{Asked, Down, Way};
use spine::replica::{LineState, LineWord, Mode, code as words};
use spine::{Error, Services};
use tokio::sync::{oneshot, watch};

use crate::carry::Post;
use crate::envelope::Kind;
pub use asking::{Asker, Question, Questions};
use http_client::{Line, LineError};

/// How often a branch asks when nothing happens.
const POLL: Duration = Duration::from_secs(5);
/// How long it waits after something has happened, so that what comes together goes together.
const GATHER: Duration = Duration::from_millis(300);
/// How long it waits at most before it tries again while there is no line.
const AWAY_MAX: Duration = Duration::from_secs(30);

/// A branch and its line.
pub struct Talk {
    /// The branch and its keys.
    pub post: Arc<Post>,
    /// The line.
    pub line: Line,
    /// The branch's services.
    pub services: Services,
}

impl Talk {
    /// One word and its answer.
    ///
    /// # Errors
    /// When the line is away, the centre refuses, or the database does.
    pub async fn exchange(&self) -> Result<Taken, LineError> {
        self.exchange_asking(None).await
    }
    /// The same, with somebody's question to the centre; he is answered when what came with the answer is taken in.
    ///
    /// # Errors
    /// As [`Talk::exchange`].
    pub async fn exchange_asking(&self, question: Option<Question>) -> Result<Taken, LineError> {
        // who has waited long enough has gone
        let (command, answer) = question.and_then(Question::taken).unzip();
        let is_asked = command.is_some();
        let (up, envelope) = self.post.say_asking(Way::Line, command).await?;
        let not_asked = is_asked && up.ask.is_none();
        let (taken, asked) = match self.said(envelope, up.number).await {
            Err(error @ LineError::Unreached(_)) => {
                reply(answer, Reply::NotAsked);
                return Err(error);
            }
            // it may have arrived: who asked is left without an answer
            Err(error) => {
                // what went wrong on the line says more than that this could not be noted
                if let Err(failed) = self.post.branch.note_sent(&up).await {
                    tracing::error!(error = %failed, "what is on its way could not be noted");
                }
                return Err(error);
            }
            Ok(outcome) => outcome,
        };
        match asked {
            Some(asked) => reply(answer, Reply::Answered(asked)),
            None if not_asked => reply(answer, Reply::NotAsked),
            None => {}
        }
        if !up.commands.is_empty() {
            self.services.live.ring("line".to_owned());
        }
        Ok(taken)
    }
    async fn said(
        &self,
        envelope: Vec<u8>,
        number: i64,
    ) -> Result<(Taken, Option<Asked>), LineError> {
        let answer = self.line.post("/branch/v1/exchange", envelope).await?;
        Ok(self.take(&answer, number).await?)
    }
    async fn take(&self, answer: &[u8], number: i64) -> Result<(Taken, Option<Asked>), Error> {
        let (head, message) = self.post.keys.open(answer, &self.post.centre)?;
        let mut down: Down = words::decode(&message)?;
        if head.kind != Kind::Down || head.number != number || down.to != number {
            return Err(Error::refused("branch-envelope-broken"));
        }
        let asked = down.asked.take();
        Ok((self.post.branch.take(down).await?, asked))
    }
    /// Keeps the copy fresh and tells what was done, until told to stop.
    /// Questions to the centre are put as they come.
    pub async fn run(self, mut questions: Questions, mut stop: watch::Receiver<bool>) {
        let mut events = self.services.live.subscribe();
        let (mut pause, mut question): (Duration, Option<Question>) = (GATHER, None);
        while !*stop.borrow() {
            // a file may have been taken in meanwhile, and may have said that there is no line to ask
            if looked(&self.post).await == Some(Mode::Autonomous) {
                put(&self.services, LineWord::Carried);
                tokio::select! {
                    () = stopped(&mut stop) => return,
                    () = tokio::time::sleep(POLL) => continue,
                }
            }
            let outcome =
                self.exchange_asking(question.take().or_else(|| questions.try_recv().ok())).await;
            self.note(&outcome);
            pause = match outcome {
                Ok(Taken::More) => continue,
                Ok(Taken::All | Taken::Nothing) => POLL,
                Err(_) => (pause * 2).clamp(GATHER, AWAY_MAX),
            };
            let is_away = pause != POLL;
            tokio::select! {
                () = stopped(&mut stop) => return,
                Some(asked) = questions.recv() => question = Some(asked),
                () = tokio::time::sleep(pause) => {}
                _ = events.recv(), if !is_away => tokio::time::sleep(GATHER).await,
            }
            // what came meanwhile is one reason, not many
            events = events.resubscribe();
        }
    }
    /// Tells the pages how the line is.
    fn note(&self, outcome: &Result<Taken, LineError>) {
        let word = match outcome {
            Ok(Taken::More) => LineWord::Syncing,
            Ok(_) => LineWord::Online,
            Err(LineError::Unreached(words) | LineError::Away(words)) => {
                tracing::debug!(%words, "no line to the centre");
                LineWord::Offline
            }
            Err(LineError::Refused(code)) => {
                tracing::warn!(%code, "the centre refuses this node");
                LineWord::Refused(code.clone())
            }
            Err(LineError::Failure(error)) => {
                tracing::error!(%error, "what the centre said could not be taken in");
                LineWord::Failed
            }
        };
        put(&self.services, word);
    }
}

/// How the branch works, as it was heard last; none when its own database does not answer.
async fn looked(post: &Post) -> Option<Mode> {
    match post.branch.look().await {
        Ok(state) => Some(state.mode),
        Err(error) => {
            tracing::error!(%error, "the branch's own database does not answer");
            None
        }
    }
}

/// Keeps the pages of a branch that has no line at all fresh while files are taken in beside it, until told to stop.
pub async fn without(post: &Post, services: &Services, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        looked(post).await;
        put(services, LineWord::Carried);
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

fn put(services: &Services, word: LineWord) {
    let now = services.clock.now();
    let before = services.memory.get::<LineState>();
    let since = before.filter(|b| b.word == word).map_or(now, |b| b.since);
    let is_new = since == now;
    services.memory.put(LineState { word, since, heard_at: now });
    if is_new {
        services.live.ring("line".to_owned());
    }
}

/// Tells who asks; nobody may be there any more.
fn reply(answer: Option<oneshot::Sender<Reply>>, what: Reply) {
    if let Some(answer) = answer {
        let _ = answer.send(what);
    }
}

/// Ends when the program stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // an error means that who could say so is gone
    let _ = stop.wait_for(|stop| *stop).await;
}
