//! The organisation: regions, branches, teams, staff, roles, absences, sessions, tokens, saved views
//! and notices. Small data the policy is made of; the whole of it is kept in memory by [`Directory`].

mod behalf;
pub mod commands;
mod directory;
pub mod edit;
mod edit_rules;
pub mod factor;
mod feed;
mod marks;
mod model;
pub mod passkey;
mod password;
mod password_rules;
pub mod queries;
mod rights;
mod seed;
mod setup;
pub mod views;
pub mod vouched;

pub use behalf::Behalf;
pub use directory::{Directory, Loaded};
pub use feed::ImportBranches;
pub use marks::Mark;
pub use model::{Branch, Region, Role, StaffMember, Team};
pub use password::{PasswordError, check_password, hash_password};
pub use rights::{Place, may_give, may_give_all};
pub use seed::{Seed, SeedAbsence, SeedBranch, SeedRegion, SeedStaff, SeedTeam, Seeded};
pub use setup::{BuiltInRole, ROLES, has_staff, set_up};

pub(crate) use commands::deliver_notice;

use store::Migration;

use crate::authority::{EDIT, GRANT, SUPERVISE};
use crate::{Module, Permission, Registry, Scope};

/// Permissions over the organisation itself.
pub const PERMISSIONS: &[Permission] = &[
    Permission { key: "app.use", scoped: false },
    Permission { key: "admin.staff", scoped: false },
    Permission { key: "admin.roles", scoped: false },
    Permission { key: "admin.grant", scoped: false },
    Permission { key: "admin.branches", scoped: false },
    Permission { key: "admin.approvals", scoped: false },
    Permission { key: "admin.nodes", scoped: false },
    Permission { key: "admin.jobs", scoped: false },
    Permission { key: "journal.read", scoped: false },
    Permission { key: "view.share", scoped: false },
    Permission { key: "secrecy.read", scoped: false },
    Permission { key: "secrecy.change", scoped: false },
    Permission { key: "system", scoped: false },
    Permission { key: SUPERVISE, scoped: false },
    Permission { key: EDIT, scoped: false },
    Permission { key: GRANT, scoped: true },
];

/// What the built-in roles get of them. `system` is granted to nobody: only the program itself has it.
const GRANTS: &[(&str, &str, Scope)] = &[
    ("*", "app.use", Scope::Bank),
    ("administrator", "admin.staff", Scope::Bank),
    ("administrator", "admin.roles", Scope::Bank),
    ("administrator", "admin.grant", Scope::Bank),
    ("administrator", "admin.branches", Scope::Bank),
    ("administrator", "admin.jobs", Scope::Bank),
    ("administrator", "admin.approvals", Scope::Bank),
    ("administrator", "admin.nodes", Scope::Bank),
    ("security_officer", "admin.nodes", Scope::Bank),
    ("security_officer", "admin.approvals", Scope::Bank),
    ("administrator", "view.share", Scope::Bank),
    ("administrator", "journal.read", Scope::Bank),
    ("security_officer", "journal.read", Scope::Bank),
    ("security_officer", "admin.roles", Scope::Bank),
    ("auditor", "journal.read", Scope::Bank),
    ("administrator", "secrecy.read", Scope::Bank),
    ("administrator", "secrecy.change", Scope::Bank),
    ("security_officer", "secrecy.read", Scope::Bank),
    ("security_officer", "secrecy.change", Scope::Bank),
    ("auditor", "secrecy.read", Scope::Bank),
    ("head_office", "view.share", Scope::Bank),
    ("regional_head", "view.share", Scope::Bank),
    ("branch_head", "view.share", Scope::Bank),
    ("methodologist", "view.share", Scope::Bank),
    ("branch_head", SUPERVISE, Scope::Bank),
    ("head_office", EDIT, Scope::Bank),
    ("methodologist", EDIT, Scope::Bank),
    ("head_office", GRANT, Scope::Bank),
];

const MIGRATIONS: &[Migration] = &[
    Migration { number: 101, name: "spine", sql: include_str!("../../migrations/0101_spine.sql") },
    Migration {
        number: 102,
        name: "password",
        sql: include_str!("../../migrations/0102_password.sql"),
    },
    Migration {
        number: 103,
        name: "second_factor",
        sql: include_str!("../../migrations/0103_second_factor.sql"),
    },
    Migration {
        number: 104,
        name: "token_limit",
        sql: include_str!("../../migrations/0104_token_limit.sql"),
    },
    Migration {
        number: 105,
        name: "sign_in_mark",
        sql: include_str!("../../migrations/0105_sign_in_mark.sql"),
    },
    Migration {
        number: 115,
        name: "approval",
        sql: include_str!("../../migrations/0115_approval.sql"),
    },
    Migration {
        number: 130,
        name: "secrecy_policy",
        sql: include_str!("../../migrations/0130_secrecy_policy.sql"),
    },
    Migration {
        number: 140,
        name: "passkey",
        sql: include_str!("../../migrations/0140_passkey.sql"),
    },
    Migration {
        number: 141,
        name: "provider_account",
        sql: include_str!("../../migrations/0141_provider_account.sql"),
    },
    Migration {
        number: 150,
        name: "replica",
        sql: include_str!("../../migrations/0150_replica.sql"),
    },
    Migration {
        number: 160,
        name: "bundle",
        sql: include_str!("../../migrations/0160_bundle.sql"),
    },
    Migration {
        number: 180,
        name: "branch_silence",
        sql: include_str!("../../migrations/0180_branch_silence.sql"),
    },
    Migration {
        number: 181,
        name: "branch_node_silent",
        sql: include_str!("../../migrations/0181_branch_node_silent.sql"),
    },
    Migration {
        number: 182,
        name: "branch_node_cursor",
        sql: include_str!("../../migrations/0182_branch_node_cursor.sql"),
    },
    Migration {
        number: 185,
        name: "pre_approval_withdrawn",
        sql: include_str!("../../migrations/0185_pre_approval_withdrawn.sql"),
    },
    Migration {
        number: 170,
        name: "offline_authority",
        sql: include_str!("../../migrations/0170_offline_authority.sql"),
    },
];

/// The spine's own module.
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: PERMISSIONS,
        grants: GRANTS,
        jobs: vec![std::sync::Arc::new(crate::approval::Expiry)],
        schedules: &[crate::approval::EXPIRE],
        client_bound: feed::CLIENT_BOUND,
        replicated: crate::replica::REPLICATED,
        import_targets: vec![feed::BRANCH_TARGET],
        ..Module::of("spine", register)
    }
}

fn register(registry: &mut Registry) {
    commands::register(registry);
    factor::commands::register(registry);
    passkey::commands::register(registry);
    vouched::register(registry);
    views::register(registry);
    crate::approval::register(registry);
    crate::replica::commands::register(registry);
    crate::bundle::commands::register(registry);
    crate::authority::commands::register(registry);
    registry.add::<crate::kept::KeepSecret>();
    crate::secrecy::commands::register(registry);
    registry.add::<ImportBranches>();
    registry.add::<Seed>();
    registry.add::<setup::SetUpRoles>();
}
