//! Every permission there is, in groups, as the matrix shows them.

use std::collections::{BTreeMap, BTreeSet};

use spine::Scope;
use spine::org::Role;

/// Granted to nobody: only the program itself has it.
const NEVER: &str = "system";

/// A permission of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its key.
    pub(super) key: String,
    /// Whether it is granted over a scope, or as a whole.
    pub(super) scoped: bool,
}

/// All permissions by group (the part of the key before the dot): what pages and commands ask for and
/// what roles already have. One is granted as a whole when the organisation's own list says so, or when
/// no role has it over less than the bank.
pub(super) fn catalogue<'a>(
    asked: impl Iterator<Item = &'a str>,
    roles: &'a BTreeMap<kernel::RoleId, Role>,
) -> BTreeMap<String, Vec<Line>> {
    let held = roles.values().flat_map(|r| r.grants.keys()).map(String::as_str);
    let keys: BTreeSet<&str> =
        asked.chain(held).filter(|key| key.contains('.') && *key != NEVER).collect();
    let is_narrow = |key: &str| {
        roles.values().filter_map(|r| r.grants.get(key)).any(|scope| *scope != Scope::Bank)
    };
    let mut groups: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for key in keys {
        let own = spine::org::PERMISSIONS.iter().find(|p| p.key == key);
        let scoped = own.map_or_else(|| is_narrow(key), |p| p.scoped);
        let group = key.split('.').next().unwrap_or(key).to_owned();
        groups.entry(group).or_default().push(Line { key: key.to_owned(), scoped });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_everything_once_and_never_the_system() {
        let grants = [("client.read", Scope::Branch), ("client.create", Scope::Bank)];
        let role = Role {
            id: kernel::RoleId::from_uuid(uuid::Uuid::from_u128(1)),
            key: "manager".to_owned(),
            name: String::new(),
            name_en: String::new(),
            built_in: true,
            second_factor: false,
            grants: grants.map(|(p, s)| (p.to_owned(), s)).into(),
        };
        let roles = BTreeMap::from([(role.id, role)]);
        let asked = ["client.read", "admin.staff", "system", "public", "admin.staff"];
        let found = catalogue(asked.into_iter(), &roles);
        let flat: Vec<(&str, &str, bool)> = found
            .iter()
            .flat_map(|(g, lines)| lines.iter().map(|l| (g.as_str(), l.key.as_str(), l.scoped)))
            .collect();
        assert_eq!(
            flat,
            [
                ("admin", "admin.staff", false),
                ("client", "client.create", false),
                ("client", "client.read", true),
            ]
        );
    }
}
