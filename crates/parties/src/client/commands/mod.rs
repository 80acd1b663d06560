//! All writing of clients.

mod bulk;
mod edit;
mod load;
mod register;
pub(crate) mod rows;
mod seen;

pub use bulk::{AssignClients, SetSegment};
pub(crate) use edit::{Changed, write_changes};
pub use edit::{EditClient, FieldEdit};
pub use load::{LoadClients, LoadedClient, LoadedConsent};
pub use register::RegisterClient;
pub use seen::{LOOKS_MAX, Look, MarkSeen};
