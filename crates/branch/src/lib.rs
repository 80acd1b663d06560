//! `branch`: nodes at branches. Their keys, the line to the centre, what travels on it, and the pages about them. What is done
//! with what has come stands in the spine.

pub mod carry;
pub mod code;
pub mod envelope;
pub mod first_file;
pub mod hub;
mod limits;
pub mod line;
mod nodes;
pub mod notary;
mod parts;
mod pending;
mod pre_approvals;
mod queries;
mod refusals;

pub use hub::Hub;

use std::sync::Arc;

use kernel::Lang;
use spine::{Module, Registry};
use web::api::Api;
use web::{NavItem, Pages, Routes};

const NAV: &[NavItem] = &[
    NavItem {
        order: 16,
        group: "",
        href: "/refusals",
        icon: "circle-x",
        label: "branch-nav-refusals",
        permission: refusals::queries::PERMISSION,
        go: None,
        main: false,
    },
    NavItem {
        order: 92,
        group: "nav-group-admin",
        href: "/admin/limits",
        icon: "scale",
        label: "branch-nav-limits",
        permission: spine::authority::EDIT,
        go: None,
        main: false,
    },
    NavItem {
        order: 92,
        group: "nav-group-admin",
        href: "/admin/nodes",
        icon: "server",
        label: "branch-nav-nodes",
        permission: "admin.nodes",
        go: None,
        main: false,
    },
];

/// The module: its tables are the spine's.
pub fn module() -> Module {
    Module {
        permissions: refusals::PERMISSIONS,
        grants: refusals::GRANTS,
        jobs: vec![Arc::new(nodes::Watch), Arc::new(nodes::Prune)],
        schedules: &[nodes::WATCH, nodes::PRUNE],
        ..Module::of("branch", register)
    }
}

fn register(registry: &mut Registry) {
    nodes::register(registry);
    refusals::register(registry);
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
        panels: pre_approvals::panels(),
        ..Pages::of(routes)
    }
}

fn routes(routes: Routes) -> Routes {
    let routes = pending::routes(refusals::routes(limits::routes(nodes::routes(routes))));
    line::api::routes(pre_approvals::routes(routes))
}

fn api(api: Api) -> Api {
    refusals::api(limits::api(nodes::api(api)))
}
