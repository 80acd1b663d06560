//! Projects and events: what the bank does together with several clients, and who takes part.
//!
//! Reading order: `model` (life cycle, participation), `commands`, `queries`, `pages`.

pub(crate) mod api;
pub mod commands;
pub mod model;
pub(crate) mod pages;
pub mod queries;

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::OpenProject>();
    registry.add::<commands::EditProject>();
    registry.add::<commands::SetProjectStatus>();
    registry.add::<commands::AddParticipant>();
    registry.add::<commands::SetParticipation>();
    registry.add::<commands::LoadProjects>();
    registry.fieldable(&[commands::PROJECT]);
}
