//! `branch`: nodes at branches. Their keys, the line to the centre, what travels on it, and the pages about them. What is done
//! with what has come stands in the spine.

pub mod code;
pub mod envelope;
pub mod hub;
pub mod line;
mod nodes;

pub use hub::Hub;

use kernel::Lang;
use spine::Module;
use web::{Pages, Routes};

/// The module: its tables and commands are the spine's.
pub fn module() -> Module {
    Module {
        name: "branch",
        migrations: &[],
        permissions: &[],
        grants: &[],
        commands: nodes::register,
        jobs: Vec::new(),
        schedules: &[],
        readers: Vec::new(),
        client_bound: &[],
        replicated: &[],
        import_targets: Vec::new(),
    }
}

/// What it shows.
pub fn pages() -> Pages {
    Pages {
        routes,
        api: |api| api,
        texts: &[
            (Lang::Ru, include_str!("../i18n/ru.ftl")),
            (Lang::En, include_str!("../i18n/en.ftl")),
        ],
        nav: nodes::NAV,
        panels: Vec::new(),
        columns: &[],
        search: Vec::new(),
        actions: &[],
        contact_format: None,
        moved: None,
        added_fields: None,
        own_fields: None,
        own_records: &[],
        more_nav: None,
        read_log: None,
    }
}

fn routes(routes: Routes) -> Routes {
    line::api::routes(nodes::routes(routes))
}
