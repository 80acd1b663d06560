//! Changes of tasks. Every one of them keeps the client's next step right in the same transaction.

mod add;
mod escalate;
mod hand_over;
mod life;
mod own;
mod step;

pub use add::{AddTask, NewTask};
pub(crate) use add::{check_task, insert_task};
pub use escalate::EscalateTask;
pub use hand_over::{FollowClient, HandOverTasks};
pub use life::{CancelTask, CloseTask, PostponeTask, ReassignTask, ReopenTask};
pub(crate) use own::TASK;
pub(crate) use step::{hold_step, note_contact, rebuild_step, refresh_held_step, refresh_step};
