//! `connect`: other systems' data. Reads feeds and contact cards, brings them in as jobs and from the
//! command line.

pub mod feed;
pub mod http_client;
pub mod import;
mod replicated;
pub mod scratch;
pub mod vcard;
pub mod webhook;

use std::sync::Arc;

use kernel::Lang;
use spine::{Module, Permission, Registry, Scope};
use store::Migration;
use web::api::Api;
use web::{NavItem, Pages, Routes};

/// Permissions of this room.
pub const PERMISSIONS: &[Permission] = &[
    Permission { key: "import.run", scoped: false },
    Permission { key: "admin.webhooks", scoped: false },
];

const GRANTS: &[(&str, &str, Scope)] = &[
    ("administrator", "import.run", Scope::Bank),
    ("administrator", "admin.webhooks", Scope::Bank),
    ("head_office", "import.run", Scope::Bank),
    ("methodologist", "import.run", Scope::Bank),
];

const MIGRATIONS: &[Migration] = &[
    Migration { number: 401, name: "import", sql: include_str!("../migrations/0401_import.sql") },
    Migration { number: 402, name: "webhook", sql: include_str!("../migrations/0402_webhook.sql") },
    Migration {
        number: 403,
        name: "import_gone",
        sql: include_str!("../migrations/0403_import_gone.sql"),
    },
];

/// What this room brings to the spine; `targets` is what all rooms take from feeds.
pub fn module(targets: import::TargetTable) -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: PERMISSIONS,
        grants: GRANTS,
        jobs: vec![
            Arc::new(import::ImportJob { targets }),
            Arc::new(import::Forgetter),
            Arc::new(webhook::Cleaner),
        ],
        schedules: &[webhook::FORGET, import::FORGET],
        readers: vec![Arc::new(webhook::Follower)],
        replicated: replicated::REPLICATED,
        ..Module::of("connect", register)
    }
}

fn register(registry: &mut Registry) {
    registry.add::<import::commands::CreateImport>();
    registry.add::<import::commands::StartImport>();
    registry.add::<import::commands::NoteImport>();
    registry.add::<import::ForgetImports>();
    webhook::register(registry);
}

const NAV: &[NavItem] = &[
    NavItem {
        order: 92,
        group: "nav-group-admin",
        href: "/imports",
        icon: "import",
        label: "nav-imports",
        permission: "import.run",
        go: None,
        main: false,
    },
    NavItem {
        order: 95,
        group: "nav-group-admin",
        href: "/admin/webhooks",
        icon: "send",
        label: "nav-webhooks",
        permission: "admin.webhooks",
        go: None,
        main: false,
    },
];

/// What this room shows.
pub fn pages() -> Pages {
    Pages {
        api,
        texts: &[
            (Lang::Ru, include_str!("../i18n/ru.ftl")),
            (Lang::En, include_str!("../i18n/en.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/import.ftl")),
            (Lang::En, include_str!("../i18n/en/import.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/webhook.ftl")),
            (Lang::En, include_str!("../i18n/en/webhook.ftl")),
        ],
        nav: NAV,
        actions: import::ACTIONS,
        contact_format: Some(vcard::CONTACT_FORMAT),
        ..Pages::of(routes)
    }
}

fn routes(routes: Routes) -> Routes {
    webhook::routes(import::routes(routes))
}

fn api(api: Api) -> Api {
    webhook::api(import::api(api))
}
