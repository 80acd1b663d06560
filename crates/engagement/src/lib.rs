//! `engagement`: what people of the bank do with and for clients.
//!
//! Owns contacts and the timeline (`interaction`), tasks, promises and next steps (`task`), the ordered
//! queue of the day (`my_day`), and projects and events with their participants (`project`).

mod bound;
pub mod card;
pub mod desk;
pub mod interaction;
pub mod my_day;
mod parts;
pub mod project;
pub mod queries;
mod replicated;
pub mod task;
pub mod words;

use std::sync::Arc;

pub use card::CardKeys;
use kernel::Lang;
use spine::{Module, Permission, Registry, Scope};
use store::Migration;
use web::api::Api;
use web::{Action, ColumnKind, ListColumn, NavItem, OwnRecords, Pages, Routes};

/// Permissions over contacts, tasks and projects.
pub const PERMISSIONS: &[Permission] = &[
    Permission { key: "interaction.read", scoped: true },
    Permission { key: "interaction.log", scoped: true },
    Permission { key: "task.read", scoped: true },
    Permission { key: "task.write", scoped: true },
    Permission { key: "task.supervise", scoped: true },
    Permission { key: "project.read", scoped: false },
    Permission { key: "project.write", scoped: true },
    Permission { key: "desk.serve", scoped: true },
    Permission { key: "desk.report", scoped: true },
    Permission { key: "desk.reverse", scoped: true },
    Permission { key: "desk.till", scoped: true },
    Permission { key: "desk.themes", scoped: false },
    Permission { key: "card.issue", scoped: true },
    Permission { key: "card.stop", scoped: true },
    Permission { key: "card.watch", scoped: false },
];

const GRANTS: &[(&str, &str, Scope)] = &[
    ("manager", "interaction.read", Scope::Branch),
    ("manager", "interaction.log", Scope::Branch),
    ("manager", "task.read", Scope::Branch),
    ("manager", "task.write", Scope::Branch),
    ("manager", "project.read", Scope::Bank),
    ("manager", "project.write", Scope::Own),
    ("clerk", "interaction.read", Scope::Region),
    ("clerk", "interaction.log", Scope::Region),
    ("clerk", "task.read", Scope::Branch),
    ("clerk", "task.write", Scope::Region),
    ("clerk", "project.read", Scope::Bank),
    ("operator", "interaction.read", Scope::Bank),
    ("operator", "interaction.log", Scope::Bank),
    ("operator", "task.read", Scope::Bank),
    ("operator", "task.write", Scope::Bank),
    ("operator", "project.read", Scope::Bank),
    ("underwriter", "interaction.read", Scope::Bank),
    ("underwriter", "interaction.log", Scope::Bank),
    ("underwriter", "task.read", Scope::Own),
    ("underwriter", "task.write", Scope::Bank),
    ("underwriter", "project.read", Scope::Bank),
    ("branch_head", "interaction.read", Scope::Branch),
    ("branch_head", "interaction.log", Scope::Branch),
    ("branch_head", "task.read", Scope::Branch),
    ("branch_head", "task.write", Scope::Branch),
    ("branch_head", "task.supervise", Scope::Branch),
    ("branch_head", "project.read", Scope::Bank),
    ("branch_head", "project.write", Scope::Branch),
    ("regional_head", "interaction.read", Scope::Region),
    ("regional_head", "interaction.log", Scope::Region),
    ("regional_head", "task.read", Scope::Region),
    ("regional_head", "task.write", Scope::Region),
    ("regional_head", "task.supervise", Scope::Region),
    ("regional_head", "project.read", Scope::Bank),
    ("regional_head", "project.write", Scope::Region),
    ("head_office", "interaction.read", Scope::Bank),
    ("head_office", "interaction.log", Scope::Bank),
    ("head_office", "task.read", Scope::Bank),
    ("head_office", "task.write", Scope::Bank),
    ("head_office", "task.supervise", Scope::Bank),
    ("head_office", "project.read", Scope::Bank),
    ("head_office", "project.write", Scope::Bank),
    ("partner", "interaction.read", Scope::Own),
    ("partner", "interaction.log", Scope::Own),
    ("partner", "task.read", Scope::Own),
    ("partner", "task.write", Scope::Own),
    ("methodologist", "task.read", Scope::Own),
    ("methodologist", "task.write", Scope::Own),
    ("methodologist", "project.read", Scope::Bank),
    ("auditor", "interaction.read", Scope::Bank),
    ("auditor", "task.read", Scope::Bank),
    ("auditor", "project.read", Scope::Bank),
    ("security_officer", "interaction.read", Scope::Bank),
    ("security_officer", "task.read", Scope::Bank),
    ("manager", "desk.serve", Scope::Branch),
    ("manager", "desk.report", Scope::Own),
    ("clerk", "desk.serve", Scope::Branch),
    ("clerk", "desk.report", Scope::Own),
    ("branch_head", "desk.serve", Scope::Branch),
    ("branch_head", "desk.report", Scope::Branch),
    ("branch_head", "desk.reverse", Scope::Branch),
    ("branch_head", "desk.till", Scope::Branch),
    ("regional_head", "desk.report", Scope::Region),
    ("head_office", "desk.report", Scope::Bank),
    ("head_office", "desk.themes", Scope::Bank),
    ("methodologist", "desk.themes", Scope::Bank),
    ("auditor", "desk.report", Scope::Bank),
    ("manager", "card.issue", Scope::Branch),
    ("manager", "card.stop", Scope::Branch),
    ("clerk", "card.stop", Scope::Region),
    ("operator", "card.stop", Scope::Bank),
    ("branch_head", "card.issue", Scope::Branch),
    ("branch_head", "card.stop", Scope::Branch),
    ("head_office", "card.watch", Scope::Bank),
    ("security_officer", "card.stop", Scope::Bank),
    ("security_officer", "card.watch", Scope::Bank),
];

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 301,
        name: "interaction",
        sql: include_str!("../migrations/0301_interaction.sql"),
    },
    Migration { number: 302, name: "task", sql: include_str!("../migrations/0302_task.sql") },
    Migration { number: 303, name: "project", sql: include_str!("../migrations/0303_project.sql") },
    Migration {
        number: 304,
        name: "project_word",
        sql: include_str!("../migrations/0304_project_word.sql"),
    },
    Migration { number: 305, name: "desk", sql: include_str!("../migrations/0305_desk.sql") },
    Migration {
        number: 306,
        name: "smart_card",
        sql: include_str!("../migrations/0306_smart_card.sql"),
    },
    Migration {
        number: 307,
        name: "visit_step",
        sql: include_str!("../migrations/0307_visit_step.sql"),
    },
    Migration {
        number: 308,
        name: "known_person",
        sql: include_str!("../migrations/0308_known_person.sql"),
    },
    Migration {
        number: 309,
        name: "till_cash",
        sql: include_str!("../migrations/0309_till_cash.sql"),
    },
];

/// What this room brings to the spine.
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: PERMISSIONS,
        grants: GRANTS,
        jobs: vec![Arc::new(task::Escalation), Arc::new(card::Settle), Arc::new(desk::Refresh)],
        schedules: &[task::ESCALATE, card::SETTLE, desk::REFRESH],
        readers: vec![Arc::new(task::Follower), Arc::new(desk::RegardReader)],
        client_bound: bound::CLIENT_BOUND,
        replicated: replicated::REPLICATED,
        ..Module::of("engagement", register)
    }
}

fn register(registry: &mut Registry) {
    interaction::register(registry);
    task::register(registry);
    project::register(registry);
    desk::register(registry);
    card::register(registry);
}

const NAV: &[NavItem] = &[
    NavItem {
        order: 10,
        group: "",
        href: "/",
        icon: "sun",
        label: "nav-my-day",
        permission: "app.use",
        go: Some('d'),
        main: true,
    },
    NavItem {
        order: 12,
        group: "",
        href: "/desk",
        icon: "door-open",
        label: "nav-desk",
        permission: "desk.serve",
        go: Some('v'),
        main: true,
    },
    NavItem {
        order: 28,
        group: "",
        href: "/desk/day",
        icon: "clipboard-check",
        label: "nav-desk-day",
        permission: "desk.report",
        go: None,
        main: false,
    },
    NavItem {
        order: 88,
        group: "nav-group-admin",
        href: "/admin/themes",
        icon: "list-checks",
        label: "nav-desk-themes",
        permission: "desk.themes",
        go: None,
        main: false,
    },
    NavItem {
        order: 88,
        group: "nav-group-admin",
        href: "/smart-cards/alarms",
        icon: "credit-card",
        label: "nav-card-alarms",
        permission: "card.watch",
        go: None,
        main: false,
    },
    NavItem {
        order: 25,
        group: "",
        href: "/tasks",
        icon: "list-checks",
        label: "nav-tasks",
        permission: "task.read",
        go: Some('t'),
        main: true,
    },
    NavItem {
        order: 27,
        group: "",
        href: "/projects",
        icon: "calendar-days",
        label: "nav-projects",
        permission: "project.read",
        go: Some('e'),
        main: false,
    },
];

const ACTIONS: &[Action] = &[
    Action {
        label: "task-new",
        icon: "square-check",
        href: "/tasks/new",
        dialog: true,
        permission: "task.write",
        creates: true,
    },
    Action {
        label: "project-new",
        icon: "calendar-days",
        href: "/projects/new",
        dialog: true,
        permission: "project.write",
        creates: true,
    },
    Action {
        label: "task-gaps",
        icon: "flag",
        href: "/no-next-step",
        dialog: false,
        permission: "client.read",
        creates: false,
    },
];

const COLUMNS: &[ListColumn] = &[
    ListColumn {
        key: "next_step",
        label: "column-next-step",
        join: "left join client_step cs on cs.client_id = c.id",
        expression: "cs.due_on",
        kind: ColumnKind::Date,
    },
    ListColumn {
        key: "last_contact",
        label: "column-last-contact",
        join: "left join client_step cs on cs.client_id = c.id",
        expression: "cs.last_contact_at",
        kind: ColumnKind::Instant,
    },
];

/// The objects of this room that may have fields of the bank's own, as their pages show them.
const OWN_RECORDS: &[OwnRecords] = &[
    OwnRecords { object: "task", load: task::pages::own_record },
    OwnRecords { object: "project", load: project::pages::own_record },
];

/// What this room shows.
pub fn pages() -> Pages {
    let mut panels = interaction::pages::panels();
    panels.extend(task::pages::panels());
    panels.extend(project::pages::panels());
    panels.extend(card::pages::panels());
    let mut search = task::pages::search_sources();
    search.extend(project::pages::search_sources());
    Pages {
        api,
        texts: &[
            (Lang::Ru, include_str!("../i18n/ru/interaction.ftl")),
            (Lang::En, include_str!("../i18n/en/interaction.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/task.ftl")),
            (Lang::En, include_str!("../i18n/en/task.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/my_day.ftl")),
            (Lang::En, include_str!("../i18n/en/my_day.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/project.ftl")),
            (Lang::En, include_str!("../i18n/en/project.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/desk.ftl")),
            (Lang::En, include_str!("../i18n/en/desk.ftl")),
            (Lang::Ru, include_str!("../i18n/ru/card.ftl")),
            (Lang::En, include_str!("../i18n/en/card.ftl")),
        ],
        nav: NAV,
        panels,
        columns: COLUMNS,
        search,
        actions: ACTIONS,
        own_records: OWN_RECORDS,
        ..Pages::of(routes)
    }
}

fn routes(routes: Routes) -> Routes {
    let routes = interaction::pages::routes(routes);
    let routes = task::pages::routes(routes);
    let routes = my_day::pages::routes(routes);
    let routes = project::pages::routes(routes);
    let routes = desk::pages::routes(routes);
    card::pages::routes(routes)
}

fn api(api: Api) -> Api {
    card::api::api(desk::api::api(project::api::api(task::api::api(interaction::api::api(api)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::model::{CardState, KINDS as OF_CARDS, STANDINGS, STOP_REASONS};
    use crate::desk::model::{IDENTIFIED_BY, KINDS as OPERATIONS, Service, TILL_KINDS, VisitState};
    use crate::interaction::model::{Channel, Direction, RESULTS, TOPICS, TimelineFilter};
    use crate::my_day::model::Reason;
    use crate::project::model::{KINDS, Participation, ProjectStatus, ROLES};
    use crate::task::model::{TaskKind, TaskState};
    use crate::task::queries::Which;
    use web::i18n::Texts;

    fn words_of_cards_and_tills() -> impl Iterator<Item = String> {
        let all: [(&str, &[&str]); 5] = [
            ("card-state-", &CardState::ALL.map(CardState::key)),
            ("card-kind-", &OF_CARDS),
            ("card-standing-", &STANDINGS),
            ("card-stop-", &STOP_REASONS),
            ("till-kind-", &TILL_KINDS),
        ];
        let keys = all.map(|(prefix, words)| {
            words.iter().map(move |w| format!("{prefix}{w}")).collect::<Vec<_>>()
        });
        keys.into_iter().flatten()
    }

    fn words() -> Vec<String> {
        let mut keys = Vec::new();
        let mut add = |prefix: &str, words: &[&str]| {
            keys.extend(words.iter().map(|w| format!("{prefix}{w}")));
        };
        let channels = Channel::ALL.map(Channel::key);
        let directions = Direction::ALL.map(Direction::key);
        add("interaction-channel-", &channels);
        add("interaction-log-", &channels);
        add("interaction-direction-", &directions);
        for channel in channels {
            add(&format!("interaction-head-{channel}-"), &directions);
        }
        add("interaction-topic-", &TOPICS);
        add("interaction-result-", &RESULTS);
        add("timeline-filter-", &TimelineFilter::ALL.map(TimelineFilter::key));
        let kinds = TaskKind::ALL.map(TaskKind::key);
        add("task-kind-", &kinds);
        add("timeline-made-", &kinds);
        add("task-state-", &TaskState::ALL.map(TaskState::key));
        add("task-which-", &Which::ALL.map(Which::key));
        add("task-priority-", &["1", "2", "3"]);
        for what in ["done", "postpone", "reassign", "cancel", "reopen"] {
            add(&format!("task-{what}-"), &["title", "save"]);
        }
        add("project-kind-", &KINDS);
        add("project-kinds-", &KINDS);
        add("project-role-", &ROLES);
        add("project-status-", &ProjectStatus::ALL.map(ProjectStatus::key));
        add("project-participation-", &Participation::ALL.map(Participation::key));
        for status in ProjectStatus::ALL {
            let next: Vec<&str> = status.following().iter().map(|s| s.key()).collect();
            add("project-to-", &next);
        }
        add("visit-state-", &VisitState::ALL.map(VisitState::key));
        add("visit-by-", &IDENTIFIED_BY);
        add("operation-kind-", &OPERATIONS);
        add("service-", &Service::ALL.map(Service::key));
        add("service-words-", &Service::ALL.map(Service::key));
        let reasons = [
            Reason::Vip,
            Reason::Overdue(0),
            Reason::Overdue(1),
            Reason::Promise,
            Reason::Today,
            Reason::Soon(1),
            Reason::Urgent,
            Reason::Escalated,
            Reason::NeedsOwner,
            Reason::Birthday(0),
            Reason::Birthday(1),
            Reason::NoStep,
            Reason::StandIn,
        ];
        add("reason-", &reasons.map(Reason::key));
        add(
            "notice-",
            &[
                "task-assigned",
                "task-late-vip",
                "tasks-handed-over",
                "visitor-here",
                "card-offer-taken",
            ],
        );
        for permission in PERMISSIONS {
            add("permission-", &[&permission.key.replace('.', "-")]);
        }
        keys
    }

    #[test]
    fn every_word_that_is_stored_has_a_text_in_both_languages() {
        let texts = Texts::new(pages().texts).unwrap();
        let [ru, en] = Lang::ALL.map(|lang| texts.keys(lang).collect::<Vec<_>>());
        assert_eq!(ru, en);
        let missing: Vec<String> = words()
            .into_iter()
            .chain(words_of_cards_and_tills())
            .filter(|key| !texts.has(Lang::Ru, key))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn roles_are_granted_known_permissions_once() {
        let known = |key: &str| PERMISSIONS.iter().any(|p| p.key == key);
        let mut seen = std::collections::BTreeSet::new();
        for (role, permission, _) in GRANTS {
            assert!(known(permission), "{permission}");
            assert!(seen.insert((role, permission)), "{role} {permission} twice");
        }
    }
}
