//! What this room shows, and the few parts all its pages share.

mod conflict;
mod listed;
mod parts;

use kernel::Lang;
use web::api::Api;
use web::{Action, NavItem, Pages, Routes};

pub(crate) use conflict::{as_drawn, choose, originals};
pub(crate) use listed::listed;
pub(crate) use parts::{
    active_staff, asked, branch_options, conditions, dialog, dialog_refused, get_form, lookups,
    post_button, summary, team_options,
};

/// The group of the navigation; imports stand in it too.
const GROUP: &str = "nav-group-admin";

const fn nav(
    order: u32,
    href: &'static str,
    icon: &'static str,
    label: &'static str,
    permission: &'static str,
) -> NavItem {
    NavItem { order, group: GROUP, href, icon, label, permission, go: None, main: false }
}

const NAV: &[NavItem] = &[
    NavItem {
        order: 15,
        group: "",
        href: "/approvals",
        icon: "hourglass",
        label: "admin-nav-approvals",
        permission: "app.use",
        go: None,
        main: false,
    },
    nav(90, "/admin/staff", "users-round", "admin-nav-staff", "admin.staff"),
    nav(91, "/admin/roles", "shield-check", "admin-nav-roles", "admin.roles"),
    nav(92, "/admin/branches", "landmark", "admin-nav-branches", "admin.branches"),
    nav(93, "/admin/absences", "calendar-days", "admin-nav-absences", "admin.staff"),
    nav(93, "/admin/approval-rules", "user-check", "admin-nav-approval-rules", "admin.approvals"),
    nav(94, "/admin/tokens", "key-round", "admin-nav-tokens", "admin.staff"),
    nav(95, "/admin/jobs", "activity", "admin-nav-jobs", "admin.jobs"),
    nav(96, "/admin/journal", "book-open", "admin-nav-journal", "journal.read"),
    nav(97, "/admin/secrecy", "lock", "admin-nav-secrecy", "secrecy.read"),
    nav(97, "/admin/read-log", "eye", "admin-nav-read-log", "secrecy.read"),
    nav(97, "/admin/break-glass", "shield-alert", "admin-nav-break-glass", "secrecy.read"),
    nav(97, "/admin/sign-ins", "shield-check", "admin-nav-sign-ins", "journal.read"),
];

const fn action(
    label: &'static str,
    icon: &'static str,
    href: &'static str,
    permission: &'static str,
) -> Action {
    Action { label, icon, href, dialog: false, permission, creates: false }
}

const ACTIONS: &[Action] = &[
    action("admin-action-staff", "user-plus", "/admin/staff/new", "admin.staff"),
    action("admin-action-password", "key-round", "/me/password", "app.use"),
    action("admin-action-pin", "key-round", "/me/pin", spine::authority::SUPERVISE),
    action("admin-action-absence", "calendar-days", "/me/absence", "app.use"),
];

macro_rules! texts {
    ($($slice:literal),+ $(,)?) => {
        &[$(
            (Lang::Ru, include_str!(concat!("../../i18n/ru/", $slice, ".ftl"))),
            (Lang::En, include_str!(concat!("../../i18n/en/", $slice, ".ftl"))),
        )+]
    };
}

/// What this room shows.
pub fn pages() -> Pages {
    Pages {
        api,
        texts: texts!(
            "absences",
            "approvals",
            "branches",
            "commands",
            "jobs",
            "journal",
            "roles",
            "secrecy",
            "sign_ins",
            "spine",
            "staff",
            "tokens"
        ),
        nav: NAV,
        panels: crate::approvals::panels(),
        actions: ACTIONS,
        ..Pages::of(routes)
    }
}

fn routes(routes: Routes) -> Routes {
    let routes = crate::roles::routes(crate::staff::routes(routes));
    let routes = crate::secrecy::routes(crate::approvals::routes(routes));
    let routes = crate::absences::routes(crate::branches::routes(routes));
    crate::journal::routes(crate::sign_ins::routes(crate::jobs::routes(crate::tokens::routes(
        routes,
    ))))
}

fn api(api: Api) -> Api {
    let api = crate::branches::api(crate::roles::api(crate::staff::api(api)));
    let api = crate::approvals::api(crate::tokens::api(crate::absences::api(api)));
    crate::own::api(crate::journal::api(crate::jobs::api(api)))
}
