//! `strategy`: the bank's method as methodologists keep it (service scripts, price lists, texts of messages), and the pages by which a version of
//! the strategy bundle is published, released further, halted and brought back, with the map of which node has which. The
//! bundle itself is the spine's (`spine::bundle`).
//!
//! At the centre its rows are what methodologists work on, and are in force there as they are saved. At a branch they are as the
//! version in force there has them.

mod parts;
mod prices;
mod releases;
mod scripts;
mod texts;

pub use prices::commands as price_commands;
pub use prices::model::{Price, Unit};
pub use scripts::commands as script_commands;
pub use texts::commands as text_commands;
pub use texts::model::Channel as TextChannel;

use kernel::Lang;
use spine::bundle::Fact;
use spine::{Module, Permission, Registry, Replicated, Scope};
use store::Migration;
use web::api::Api;
use web::{NavItem, Pages, Routes};

/// The permission of whoever keeps scripts, prices and texts.
pub(crate) const EDIT: &str = "strategy.edit";

const PERMISSIONS: &[Permission] = &[
    Permission { key: EDIT, scoped: false },
    Permission { key: spine::bundle::commands::PUBLISH, scoped: false },
];

const GRANTS: &[(&str, &str, Scope)] = &[
    ("methodologist", EDIT, Scope::Bank),
    ("methodologist", spine::bundle::commands::PUBLISH, Scope::Bank),
    ("administrator", spine::bundle::commands::PUBLISH, Scope::Bank),
    // a limit that must be lowered at once is not kept waiting for a methodologist
    ("head_office", spine::bundle::commands::PUBLISH, Scope::Bank),
];

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 165,
        name: "strategy",
        sql: include_str!("../migrations/0165_strategy.sql"),
    },
    Migration {
        number: 166,
        name: "message_text",
        sql: include_str!("../migrations/0166_message_text.sql"),
    },
];

const REPLICATED: &[Replicated] = &[
    Replicated::strategy("service_script", "scripts"),
    Replicated::strategy("price_item", "prices"),
    Replicated::strategy("message_text", "texts"),
];

const fn nav(
    order: u32,
    href: &'static str,
    icon: &'static str,
    label: &'static str,
    permission: &'static str,
) -> NavItem {
    let group = "nav-group-admin";
    NavItem { order, group, href, icon, label, permission, go: None, main: false }
}

const NAV: &[NavItem] = &[
    nav(94, "/admin/scripts", "clipboard-list", "strategy-nav-scripts", EDIT),
    nav(94, "/admin/prices", "receipt", "strategy-nav-prices", EDIT),
    nav(94, "/admin/texts", "mail", "strategy-nav-texts", EDIT),
    nav(94, "/admin/strategy", "send", "strategy-nav-bundle", spine::bundle::commands::PUBLISH),
];

/// What this room brings to the spine.
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: PERMISSIONS,
        grants: GRANTS,
        replicated: REPLICATED,
        ..Module::of("strategy", register)
    }
}

fn register(registry: &mut Registry) {
    scripts::register(registry);
    prices::register(registry);
    texts::register(registry);
    registry.fact(Fact { name: "jurisdiction", value: pack_version });
}

/// The version of the jurisdiction pack in this program: its code and the first day of its rules.
fn pack_version(code: &str) -> String {
    let pack = jurisdiction::Pack::load(code);
    pack.map_or_else(|_| code.to_owned(), |pack| format!("{} {}", pack.code, pack.valid_from))
}

/// What it shows.
pub fn pages() -> Pages {
    Pages {
        api,
        texts: &[
            (Lang::Ru, include_str!("../i18n/ru.ftl")),
            (Lang::En, include_str!("../i18n/en.ftl")),
        ],
        nav: NAV,
        ..Pages::of(routes)
    }
}

fn routes(routes: Routes) -> Routes {
    releases::routes(texts::routes(prices::routes(scripts::routes(routes))))
}

fn api(api: Api) -> Api {
    releases::api(texts::api(prices::api(scripts::api(api))))
}
