//! Asking the centre to do at once what is above a branch's limits: whoever leads the line says it with his next word, and
//! whoever asked waits a little for the answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use spine::authority::{AskCentre, Reply};
use spine::replica::message::Pushed;
use spine::replica::{LineState, LineWord};
use spine::{Memory, Services};
use tokio::sync::{mpsc, oneshot};

/// How long a person waits for the centre.
const PATIENCE: Duration = Duration::from_secs(6);
/// Questions that wait for their turn at most.
const QUESTIONS_MAX: usize = 32;

/// A question on its way to the line.
pub struct Question {
    pub(super) command: Pushed,
    pub(super) answer: oneshot::Sender<Reply>,
    is_taken: Taking,
}

/// Whether somebody has taken a question: whoever leads the line, to say it, or who has put it, so that it is not said any more.
#[derive(Clone, Default)]
struct Taking(Arc<AtomicBool>);

impl Taking {
    /// Takes it, unless the other has.
    fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

impl Question {
    /// What is to be said and where its answer goes; none when nobody waits for it any more.
    pub(super) fn taken(self) -> Option<(Pushed, oneshot::Sender<Reply>)> {
        self.is_taken.take().then_some((self.command, self.answer))
    }
}

/// Questions, for whoever leads the line.
pub type Questions = mpsc::Receiver<Question>;

/// Puts questions to whoever leads the line.
pub struct Asker {
    memory: Memory,
    questions: mpsc::Sender<Question>,
    patience: Duration,
}

impl Asker {
    /// One over a branch's services, and the questions it puts.
    pub fn new(services: &Services) -> (Arc<Self>, Questions) {
        Self::patient(services, PATIENCE)
    }
    /// The same with another patience.
    pub fn patient(services: &Services, patience: Duration) -> (Arc<Self>, Questions) {
        let (questions, all) = mpsc::channel(QUESTIONS_MAX);
        let memory = services.memory.clone();
        (Arc::new(Self { memory, questions, patience }), all)
    }
}

impl AskCentre for Asker {
    fn is_up(&self) -> bool {
        let line = self.memory.get::<LineState>();
        line.is_some_and(|line| matches!(line.word, LineWord::Online | LineWord::Syncing))
    }
    fn ask(&self, command: Pushed) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        Box::pin(async move {
            let (answer, heard) = oneshot::channel();
            let is_taken = Taking::default();
            let question = Question { command, answer, is_taken: is_taken.clone() };
            if self.questions.try_send(question).is_err() {
                return Reply::NotAsked;
            }
            match tokio::time::timeout(self.patience, heard).await {
                Ok(Ok(reply)) => reply,
                // nobody has taken it, and nobody will
                _ if is_taken.take() => Reply::NotAsked,
                _ => Reply::Silent,
            }
        })
    }
}
