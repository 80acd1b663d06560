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

/// What was done at the desks of a branch, for its clients or for people the bank does not know.
macro_rules! of_desk {
    () => {
        "t.branch_id = {branch} and (t.client_id is null or t.client_id in {clients})"
    };
}

/// Every one.
pub(crate) const REPLICATED: &[Replicated] = &[
    Replicated::of_client("interaction"),
    Replicated::of(
        "task",
        "t.client_id in {clients} or (t.client_id is null and t.branch_id = {branch})",
    ),
    Replicated::of_client("client_step"),
    Replicated::own("client_seen", "what one has looked at one has looked at here"),
    Replicated::of("project", projects!("t.id")),
    Replicated::through("project_word", projects!("t.project_id")),
    Replicated::of_client("project_client").carrying("client_id"),
    Replicated::all("desk_theme"),
    Replicated::of("visit", of_desk!()),
    Replicated::of("desk_operation", of_desk!()),
    Replicated::of_client_in("client_regard", "person_id"),
];
