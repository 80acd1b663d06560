//! How the tables of this room come to branches.

use spine::Replicated;

const DERIVED: &str = "worked out from the words of the clients a node has";
const CENTRE_MERGES: &str = "clients are merged and parted at the centre";
const CENTRE_FEEDS: &str = "feeds come to the centre";
const CENTRE_WALKS: &str = "duplicates are looked for at the centre, over the whole bank";
const OF_ACCOUNTS: &str =
    "t.account_id in (select r.account_id from account_role r where r.client_id in {clients})";
/// Records about a client, and those about nobody that belong to the branch or to the whole bank.
macro_rules! records {
    ($id:literal) => {
        concat!(
            $id,
            " in (select r.id from custom_record r where r.client_id in {clients} or (r.client_id is null \
             and (r.branch_id = {branch} or r.branch_id is null)))"
        )
    };
}
/// Values of tasks, contacts, links, accounts and projects that a branch has.
macro_rules! with_own_values {
    () => {
        "t.record_id in (select k.id from task k where k.client_id in {clients} \
         or (k.client_id is null and k.branch_id = {branch}) \
         union all select i.id from interaction i where i.client_id in {clients} \
         union all select l.id from client_link l where l.from_id in {clients} or l.to_id in {clients} \
         union all select r.account_id from account_role r where r.client_id in {clients} \
         union all select p.id from project p where p.branch_id = {branch} \
         union all select m.project_id from project_client m where m.client_id in {clients})"
    };
}

/// Every one.
pub(crate) const REPLICATED: &[Replicated] = &[
    Replicated::clients("client", "t.branch_id = {branch}"),
    Replicated::of_client("client_contact"),
    Replicated::of_client("client_identifier"),
    Replicated::of_client("client_address"),
    Replicated::of_client("client_date"),
    Replicated::of_client("client_file"),
    Replicated::of_client("client_role"),
    Replicated::of_client("client_consent"),
    Replicated::of_client("consent_proof"),
    Replicated::all("consent_text"),
    Replicated::of_client("client_custom"),
    Replicated::of_client("field_origin"),
    Replicated::of_client("client_secrecy"),
    // what law keeps of an erased client is opened at the centre only
    Replicated::of_client("client_erasure").hiding(&["archive"], "1 = 0"),
    Replicated::of("client_link", "t.from_id in {clients} or t.to_id in {clients}"),
    Replicated::of("circle_main", "t.circle_id in {clients}"),
    Replicated::of_client("client_token").deriving(crate::search::commands::learn_words),
    Replicated::of_client("client_key"),
    Replicated::of_client("match_key"),
    Replicated::own("name_token", DERIVED),
    Replicated::own("token_gram", DERIVED),
    Replicated::own("name_share", CENTRE_WALKS),
    Replicated::own("match_walk", CENTRE_WALKS),
    Replicated::own("client_pair", CENTRE_WALKS),
    Replicated::of("client_merge", "t.survivor_id in {clients}"),
    Replicated::own("client_merge_field", CENTRE_MERGES),
    Replicated::own("client_merge_move", CENTRE_MERGES),
    Replicated::own("external_ref", CENTRE_FEEDS),
    Replicated::all("custom_object"),
    Replicated::all("custom_field"),
    Replicated::own("custom_walk", "indexes are made at each node"),
    Replicated::of("custom_record", records!("t.id")),
    Replicated::through("custom_token", records!("t.record_id")),
    Replicated::through(
        "custom_index",
        concat!(
            "t.record_id in {clients} or ",
            records!("t.record_id"),
            " or ",
            with_own_values!()
        ),
    ),
    Replicated::through("own_values", with_own_values!()),
    Replicated::through(
        "account",
        "t.id in (select r.account_id from account_role r where r.client_id in {clients})",
    ),
    Replicated::of_client("account_role").carrying("client_id"),
    Replicated::through("account_month", OF_ACCOUNTS),
    Replicated::through("account_review", OF_ACCOUNTS),
    Replicated::through("account_transaction", OF_ACCOUNTS),
    Replicated::through("standing_order", OF_ACCOUNTS),
    Replicated::of_client("card"),
    Replicated::of_client("loan"),
    Replicated::through(
        "loan_review",
        "t.loan_id in (select o.id from loan o where o.client_id in {clients})",
    ),
];
