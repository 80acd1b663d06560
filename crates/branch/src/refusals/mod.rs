//! What branches have done and the centre has refused: work items that somebody decides. The centre's stays, or the same is done
//! again in the name of who decides. A refusal belongs to its branch and to who did the command; whoever may not see the client
//! may not see it. The items themselves are kept by the spine (`spine::replica::commands::KeepRefusal`).
//!
//! Reading order: `queries`, `commands`, `doing`, `pages`, `api`.

mod api;
mod commands;
mod doing;
pub(crate) mod pages;
pub(crate) mod queries;

pub(crate) use api::api;
pub(crate) use pages::routes;

use spine::{Permission, Registry, Scope};

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission { key: queries::PERMISSION, scoped: true }];

/// Whoever serves clients sees what was refused of his own.
pub(crate) const GRANTS: &[(&str, &str, Scope)] = &[
    ("manager", queries::PERMISSION, Scope::Own),
    ("clerk", queries::PERMISSION, Scope::Own),
    ("operator", queries::PERMISSION, Scope::Own),
    ("underwriter", queries::PERMISSION, Scope::Own),
    ("branch_head", queries::PERMISSION, Scope::Branch),
    ("regional_head", queries::PERMISSION, Scope::Region),
    ("head_office", queries::PERMISSION, Scope::Bank),
    ("administrator", queries::PERMISSION, Scope::Bank),
];

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<commands::DecideRefusal>();
}
