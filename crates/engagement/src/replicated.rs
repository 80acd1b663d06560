//! How the tables of this room come to branches.

use spine::Replicated;

/// Projects of a branch, and those its clients take part in.
macro_rules! projects {
    ($id:literal) => {
        concat!(
            $id,
            " in (select p.id from project p where p.branch_id = {branch} or p.id in \
             (select m.project_id from project_client m where m.client_id in {clients}))"
        )
    };
}

/// Tasks: of the branch's clients wherever they are done, and those of this branch about nobody.
const OF_CLIENTS_OR_NOBODY: &str =
    "t.client_id in {clients} or (t.client_id is null and t.branch_id = {branch})";

/// Visits and their steps, operations, what was read of cards: of the branch's clients wherever they were, and whatever was done at
/// this branch, also for a stranger who has come with his card.
const OF_CLIENTS_OR_HERE: &str = "t.client_id in {clients} or t.branch_id = {branch}";

/// Every one.
pub(crate) const REPLICATED: &[Replicated] = &[
    Replicated::of_client("interaction"),
    Replicated::of("task", OF_CLIENTS_OR_NOBODY),
    Replicated::of_client("client_step"),
    Replicated::own("client_seen", "what one has looked at one has looked at here"),
    Replicated::of("project", projects!("t.id")),
    Replicated::through("project_word", projects!("t.project_id")),
    Replicated::of_client("project_client").carrying("client_id"),
    Replicated::all("desk_theme"),
    Replicated::of("visit", OF_CLIENTS_OR_HERE),
    Replicated::of("visit_step", OF_CLIENTS_OR_HERE),
    Replicated::of("desk_operation", OF_CLIENTS_OR_HERE),
    Replicated::of("till_cash", "t.branch_id = {branch}"),
    Replicated::of_client("smart_card"),
    Replicated::own("smart_card_profile", "profiles are signed at the centre"),
    Replicated::own("smart_card_allowance", "the centre's word is asked for"),
    Replicated::all("smart_card_stop"),
    Replicated::of("smart_card_record", OF_CLIENTS_OR_HERE),
    Replicated::of("smart_card_reading", OF_CLIENTS_OR_HERE),
    Replicated::of("smart_card_alarm", OF_CLIENTS_OR_HERE),
    Replicated::all("client_regard"),
    Replicated::all("known_person"),
    Replicated::all("known_person_print"),
    Replicated::through(
        "visit_known",
        "t.visit_id in (select v.id from visit v where v.branch_id = {branch})",
    ),
];
