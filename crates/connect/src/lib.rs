//! `connect`: other systems' data. Reads feeds and contact cards, brings them in as jobs and from the
//! command line.

pub mod feed;
pub mod import;
pub mod vcard;

use std::sync::Arc;

use kernel::Lang;
use spine::{Module, Permission, Registry, Scope};
use store::Migration;
use web::{NavItem, Pages};

/// Permissions of this room.
pub const PERMISSIONS: &[Permission] = &[Permission { key: "import.run", scoped: false }];

const GRANTS: &[(&str, &str, Scope)] = &[
    ("administrator", "import.run", Scope::Bank),
    ("head_office", "import.run", Scope::Bank),
    ("methodologist", "import.run", Scope::Bank),
];

const MIGRATIONS: &[Migration] = &[Migration {
    number: 401,
    name: "import",
    sql: include_str!("../migrations/0401_import.sql"),
}];

/// What this room brings to the spine; `targets` is what all rooms take from feeds.
pub fn module(targets: import::TargetTable) -> Module {
    Module {
        name: "connect",
        migrations: MIGRATIONS,
        permissions: PERMISSIONS,
        grants: GRANTS,
        commands: register,
        jobs: vec![Arc::new(import::ImportJob { targets })],
        schedules: &[],
        readers: Vec::new(),
        client_bound: &[],
        import_targets: Vec::new(),
    }
}

fn register(registry: &mut Registry) {
    registry.add::<import::commands::CreateImport>();
    registry.add::<import::commands::StartImport>();
    registry.add::<import::commands::NoteImport>();
}

/// What this room shows.
pub fn pages() -> Pages {
    Pages {
        routes: import::routes,
        texts: &[
            (Lang::Ru, include_str!("../i18n/ru.ftl")),
            (Lang::En, include_str!("../i18n/en.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/import.ftl")),
            (Lang::En, include_str!("../i18n/en/import.ftl")),
        ],
        nav: &[NavItem {
            order: 92,
            group: "nav-group-admin",
            href: "/imports",
            icon: "import",
            label: "nav-imports",
            permission: "import.run",
            go: None,
            main: false,
        }],
        panels: Vec::new(),
        columns: &[],
        search: Vec::new(),
        actions: import::ACTIONS,
        contact_format: Some(vcard::CONTACT_FORMAT),
        moved: None,
    }
}
