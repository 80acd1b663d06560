//! The rooms of the house put together: which modules there are, and a node made of them.

mod node;

pub use node::{Core, Node, OpenError, Setting};

use connect::import::TargetTable;
use spine::Module;
use store::Migration;
use web::Pages;
use web::i18n::{Texts, TextsError};

/// The rooms; adding one is adding a line here and in [`pages`].
pub fn modules() -> Vec<Module> {
    let mut rooms = vec![
        spine::org::module(),
        parties::module(),
        engagement::module(),
        admin::module(),
        branch::module(),
        strategy::module(),
    ];
    // the feed hands records to whichever room takes their kind
    rooms.push(connect::module(targets_of(&rooms)));
    rooms
}

/// What the rooms say of how their tables come to branches.
pub(crate) fn replicated() -> Vec<spine::Replicated> {
    modules().iter().flat_map(|m| m.replicated.iter().copied()).collect()
}

/// What the rooms show.
pub fn pages() -> Vec<Pages> {
    vec![
        engagement::pages(),
        parties::pages(),
        connect::pages(),
        admin::pages(),
        branch::pages(),
        strategy::pages(),
    ]
}

/// What the rooms take from feeds, by kind.
pub fn import_targets() -> TargetTable {
    targets_of(&modules())
}

fn targets_of(rooms: &[Module]) -> TargetTable {
    TargetTable::new(rooms.iter().flat_map(|m| m.import_targets.clone()))
}

/// The texts of all rooms.
///
/// # Errors
/// Texts that do not parse or stand twice.
pub fn texts() -> Result<Texts, TextsError> {
    let mut sources = web::i18n::SOURCES.to_vec();
    sources.extend(pages().iter().flat_map(|room| room.texts.iter().copied()));
    Texts::new(&sources)
}

/// The steps of the schema, the store's own first, then each room's.
pub fn migrations(modules: &[Module]) -> Vec<Migration> {
    let mut all = store::MIGRATIONS.to_vec();
    all.extend(modules.iter().flat_map(|m| m.migrations.iter().copied()));
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_two_migrations_share_a_number() {
        let mut names: BTreeMap<u32, &str> = BTreeMap::new();
        for step in migrations(&modules()) {
            let before = names.insert(step.number, step.name);
            assert_eq!(before, None, "number {} of {}", step.number, step.name);
        }
        assert!(names.len() >= 3);
    }

    #[test]
    fn every_grant_and_command_names_a_permission_of_a_room() {
        let modules = modules();
        let known: Vec<&str> =
            modules.iter().flat_map(|m| m.permissions.iter().map(|p| p.key)).collect();
        let mut registry = spine::Registry::default();
        for module in &modules {
            (module.commands)(&mut registry);
            for (role, permission, _) in module.grants {
                assert!(known.contains(permission), "{role} gets {permission}");
                let built_in = spine::org::ROLES.iter().any(|r| r.key == *role);
                assert!(built_in || *role == "*", "{permission} goes to {role}");
            }
        }
        for command in registry.list() {
            assert!(known.contains(&command.permission), "{} {}", command.name, command.permission);
        }
    }
}
