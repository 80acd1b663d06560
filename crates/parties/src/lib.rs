//! `parties`: who the bank knows. People, companies, sole traders, households and groups; their
//! contacts, documents, links and dates; what they hold; the one search over them.

pub mod client;
pub mod contacts;
pub mod fields;
pub mod holdings;
pub mod identity;
pub mod links;
pub mod list;
pub mod merge;
pub mod objects;
pub mod privacy;
mod refs;
mod replicated;
pub mod search;
pub mod secrecy;
mod words;

use std::sync::Arc;

use kernel::Lang;
use spine::{Module, Permission, Registry, Schedule, Scope};
use store::Migration;
use web::api::Api;
use web::{NavItem, OwnRecords, Pages, Routes};

/// Permissions over clients.
pub const PERMISSIONS: &[Permission] = &[
    Permission { key: "client.read", scoped: true },
    Permission { key: "client.create", scoped: false },
    Permission { key: "client.edit", scoped: true },
    Permission { key: "client.assign", scoped: true },
    Permission { key: "client.export", scoped: true },
    Permission { key: "client.merge", scoped: true },
    Permission { key: "holding.read", scoped: true },
    Permission { key: "privacy.erase", scoped: true },
    Permission { key: "privacy.report", scoped: true },
    Permission { key: "privacy.archive", scoped: false },
    Permission { key: "admin.fields", scoped: false },
    Permission { key: "record.read", scoped: true },
    Permission { key: "record.edit", scoped: true },
    Permission { key: "record.export", scoped: true },
    Permission { key: "client.secrecy", scoped: true },
    Permission { key: "secrecy.break_glass", scoped: true },
    Permission { key: "admin.consents", scoped: false },
];

const GRANTS: &[(&str, &str, Scope)] = &[
    ("manager", "client.read", Scope::Branch),
    ("manager", "client.create", Scope::Bank),
    ("manager", "client.edit", Scope::Branch),
    ("manager", "client.export", Scope::Own),
    ("manager", "holding.read", Scope::Branch),
    ("clerk", "client.read", Scope::Region),
    ("clerk", "client.create", Scope::Bank),
    ("clerk", "client.edit", Scope::Branch),
    ("clerk", "holding.read", Scope::Branch),
    ("operator", "client.read", Scope::Bank),
    ("operator", "client.create", Scope::Bank),
    ("operator", "client.edit", Scope::Bank),
    ("operator", "holding.read", Scope::Bank),
    ("underwriter", "client.read", Scope::Bank),
    ("underwriter", "holding.read", Scope::Bank),
    ("branch_head", "client.read", Scope::Branch),
    ("branch_head", "client.create", Scope::Bank),
    ("branch_head", "client.edit", Scope::Branch),
    ("branch_head", "client.assign", Scope::Branch),
    ("branch_head", "client.export", Scope::Branch),
    ("branch_head", "client.merge", Scope::Branch),
    ("branch_head", "holding.read", Scope::Branch),
    ("regional_head", "client.read", Scope::Region),
    ("regional_head", "client.create", Scope::Bank),
    ("regional_head", "client.edit", Scope::Region),
    ("regional_head", "client.assign", Scope::Region),
    ("regional_head", "client.export", Scope::Region),
    ("regional_head", "client.merge", Scope::Region),
    ("regional_head", "holding.read", Scope::Region),
    ("head_office", "client.read", Scope::Bank),
    ("head_office", "client.create", Scope::Bank),
    ("head_office", "client.edit", Scope::Bank),
    ("head_office", "client.assign", Scope::Bank),
    ("head_office", "client.export", Scope::Bank),
    ("head_office", "client.merge", Scope::Bank),
    ("head_office", "holding.read", Scope::Bank),
    ("partner", "client.read", Scope::Own),
    ("partner", "client.create", Scope::Bank),
    ("auditor", "client.read", Scope::Bank),
    ("auditor", "holding.read", Scope::Bank),
    ("security_officer", "client.read", Scope::Bank),
    ("security_officer", "privacy.erase", Scope::Bank),
    ("security_officer", "privacy.report", Scope::Bank),
    ("security_officer", "privacy.archive", Scope::Bank),
    ("head_office", "privacy.erase", Scope::Bank),
    ("head_office", "privacy.report", Scope::Bank),
    ("branch_head", "privacy.report", Scope::Branch),
    ("auditor", "privacy.archive", Scope::Bank),
    ("administrator", "admin.fields", Scope::Bank),
    ("methodologist", "admin.fields", Scope::Bank),
    ("manager", "record.read", Scope::Branch),
    ("manager", "record.edit", Scope::Branch),
    ("manager", "record.export", Scope::Own),
    ("clerk", "record.read", Scope::Region),
    ("clerk", "record.edit", Scope::Branch),
    ("operator", "record.read", Scope::Bank),
    ("operator", "record.edit", Scope::Bank),
    ("underwriter", "record.read", Scope::Bank),
    ("underwriter", "record.edit", Scope::Bank),
    ("branch_head", "record.read", Scope::Branch),
    ("branch_head", "record.edit", Scope::Branch),
    ("branch_head", "record.export", Scope::Branch),
    ("regional_head", "record.read", Scope::Region),
    ("regional_head", "record.edit", Scope::Region),
    ("regional_head", "record.export", Scope::Region),
    ("head_office", "record.read", Scope::Bank),
    ("head_office", "record.edit", Scope::Bank),
    ("head_office", "record.export", Scope::Bank),
    ("auditor", "record.read", Scope::Bank),
    ("security_officer", "record.read", Scope::Bank),
    ("manager", "secrecy.break_glass", Scope::Branch),
    ("clerk", "secrecy.break_glass", Scope::Region),
    ("operator", "secrecy.break_glass", Scope::Bank),
    ("underwriter", "secrecy.break_glass", Scope::Bank),
    ("branch_head", "secrecy.break_glass", Scope::Branch),
    ("regional_head", "secrecy.break_glass", Scope::Region),
    ("head_office", "secrecy.break_glass", Scope::Bank),
    ("security_officer", "client.secrecy", Scope::Bank),
    ("head_office", "client.secrecy", Scope::Bank),
    ("branch_head", "client.secrecy", Scope::Branch),
    ("security_officer", "admin.consents", Scope::Bank),
    ("methodologist", "admin.consents", Scope::Bank),
];

const MIGRATIONS: &[Migration] = &[
    Migration { number: 201, name: "client", sql: include_str!("../migrations/0201_client.sql") },
    Migration {
        number: 202,
        name: "holdings",
        sql: include_str!("../migrations/0202_holdings.sql"),
    },
    Migration { number: 203, name: "search", sql: include_str!("../migrations/0203_search.sql") },
    Migration { number: 204, name: "list", sql: include_str!("../migrations/0204_list.sql") },
    Migration { number: 205, name: "circle", sql: include_str!("../migrations/0205_circle.sql") },
    Migration { number: 206, name: "review", sql: include_str!("../migrations/0206_review.sql") },
    Migration {
        number: 207,
        name: "identity",
        sql: include_str!("../migrations/0207_identity.sql"),
    },
    Migration { number: 210, name: "merge", sql: include_str!("../migrations/0210_merge.sql") },
    Migration {
        number: 211,
        name: "external_ref_entity",
        sql: include_str!("../migrations/0211_external_ref_entity.sql"),
    },
    Migration { number: 230, name: "privacy", sql: include_str!("../migrations/0230_privacy.sql") },
    Migration { number: 212, name: "fields", sql: include_str!("../migrations/0212_fields.sql") },
    Migration { number: 220, name: "secrecy", sql: include_str!("../migrations/0220_secrecy.sql") },
    Migration {
        number: 221,
        name: "read_log",
        sql: include_str!("../migrations/0221_read_log.sql"),
    },
    Migration {
        number: 240,
        name: "own_fields",
        sql: include_str!("../migrations/0240_own_fields.sql"),
    },
    Migration {
        number: 231,
        name: "consent_text",
        sql: include_str!("../migrations/0231_consent_text.sql"),
    },
];

/// What this room brings to the spine.
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: PERMISSIONS,
        grants: GRANTS,
        jobs: vec![
            Arc::new(identity::FindDuplicatesJob),
            Arc::new(privacy::RetentionJob),
            Arc::new(fields::IndexFieldJob),
        ],
        schedules: &[Schedule { kind: privacy::RetentionJob::KIND, every_seconds: 86_400 }],
        client_bound: merge::CLIENT_BOUND,
        replicated: replicated::REPLICATED,
        import_targets: [
            &[client::IMPORT_TARGET, client::CONTACT_TARGET, objects::IMPORT_TARGET],
            holdings::IMPORT_TARGETS,
        ]
        .concat(),
        ..Module::of("parties", register)
    }
}

fn register(registry: &mut Registry) {
    registry.owners_of_clients(client::queries::OWNERS);
    registry.absorbed_clients(merge::queries::ABSORBED);
    client::register(registry);
    list::register(registry);
    contacts::register(registry);
    links::register(registry);
    holdings::register(registry);
    merge::register(registry);
    secrecy::register(registry);
    identity::register(registry);
    privacy::register(registry);
    fields::register(registry);
    objects::register(registry);
}

const TEXTS: &[(Lang, &str)] = &[
    (Lang::Ru, jurisdiction::messages(Lang::Ru)),
    (Lang::En, jurisdiction::messages(Lang::En)),
    (Lang::Ru, include_str!("../i18n/ru/client.ftl")),
    (Lang::En, include_str!("../i18n/en/client.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/list.ftl")),
    (Lang::En, include_str!("../i18n/en/list.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/contacts.ftl")),
    (Lang::En, include_str!("../i18n/en/contacts.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/consents.ftl")),
    (Lang::En, include_str!("../i18n/en/consents.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/links.ftl")),
    (Lang::En, include_str!("../i18n/en/links.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/identity.ftl")),
    (Lang::En, include_str!("../i18n/en/identity.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/holdings.ftl")),
    (Lang::En, include_str!("../i18n/en/holdings.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/merge.ftl")),
    (Lang::En, include_str!("../i18n/en/merge.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/privacy.ftl")),
    (Lang::En, include_str!("../i18n/en/privacy.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/fields.ftl")),
    (Lang::En, include_str!("../i18n/en/fields.ftl")),
    (Lang::Ru, include_str!("../i18n/ru/secrecy.ftl")),
    (Lang::En, include_str!("../i18n/en/secrecy.ftl")),
];

const NAV: &[NavItem] = &[
    NavItem {
        order: 20,
        group: "",
        href: "/clients",
        icon: "users",
        label: "nav-clients",
        permission: "client.read",
        go: Some('p'),
        main: true,
    },
    NavItem {
        order: 30,
        group: "",
        href: "/duplicates",
        icon: "copy",
        label: "nav-duplicates",
        permission: "client.read",
        go: None,
        main: false,
    },
    NavItem {
        order: 95,
        group: "nav-group-admin",
        href: "/admin/erasures",
        icon: "eraser",
        label: "nav-erasures",
        permission: "privacy.archive",
        go: None,
        main: false,
    },
    NavItem {
        order: 94,
        group: "nav-group-admin",
        href: "/admin/fields",
        icon: "list-checks",
        label: "nav-fields",
        permission: "admin.fields",
        go: None,
        main: false,
    },
    NavItem {
        order: 93,
        group: "nav-group-admin",
        href: "/admin/consent-texts",
        icon: "file-text",
        label: "nav-consent-texts",
        permission: "admin.consents",
        go: None,
        main: false,
    },
];

/// The objects of this room that may have fields of the bank's own, as their pages show them.
const OWN_RECORDS: &[OwnRecords] = &[
    OwnRecords { object: "link", load: links::own_record },
    OwnRecords { object: "account", load: holdings::own_record },
];

/// What this room shows.
pub fn pages() -> Pages {
    let mut panels = client::panels();
    panels.extend(holdings::panels());
    panels.extend(links::panels());
    panels.extend(contacts::panels());
    panels.extend(objects::panels());
    let mut search = client::search_sources();
    search.extend(objects::search_sources());
    Pages {
        api,
        texts: TEXTS,
        nav: NAV,
        panels,
        search,
        actions: client::ACTIONS,
        moved: Some(merge::moved),
        added_fields: Some(fields::added),
        own_fields: Some(&fields::OwnDoor),
        own_records: OWN_RECORDS,
        more_nav: Some(objects::nav),
        read_log: Some(secrecy::read_log),
        ..Pages::of(routes)
    }
}

fn routes(routes: Routes) -> Routes {
    let routes = list::routes(client::routes(routes));
    let routes = holdings::routes(links::routes(contacts::routes(routes)));
    let routes = privacy::routes(objects::routes(fields::routes(routes)));
    secrecy::routes(identity::routes(merge::routes(routes)))
}

fn api(api: Api) -> Api {
    let api = holdings::api(links::api(contacts::api(client::api(list::api(api)))));
    let api = privacy::api(objects::api(fields::api(api)));
    secrecy::api(identity::api(merge::api(api)))
}
