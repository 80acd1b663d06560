//! Asking the centre to do at once what is above a branch's limits: whoever leads the line says it with his next word, and
//! whoever asked waits a little for the answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use spine::authority::AskCentre;
use spine::replica::message::{Asked, Pushed};
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
    pub(super) answer: oneshot::Sender<Asked>,
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
    fn ask(&self, command: Pushed) -> Pin<Box<dyn Future<Output = Option<Asked>> + Send + '_>> {
        Box::pin(async move {
            let (answer, heard) = oneshot::channel();
            self.questions.try_send(Question { command, answer }).ok()?;
            tokio::time::timeout(self.patience, heard).await.ok()?.ok()
        })
    }
}
