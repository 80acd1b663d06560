//! How the tables of the store and of the spine come to branches.

use super::{Replicated, Sealed};

/// Rows of people of the branch itself, by their column.
const ITS_STAFF: &str = "t.staff_id in (select s.id from staff s where s.branch_id = {branch})";
const SESSIONS: &str = "one signs in at each node by itself";
const PROGRAMS: &str = "programs speak with the centre";
const NODES: &str = "the centre knows the nodes";
const ONCE: &str = "each is good once, and the centre marks it";
const OPENED: &str = "secret cards are opened at the centre";

/// Every one.
pub(crate) const REPLICATED: &[Replicated] = &[
    Replicated::own("journal_entry", "each node has a journal of its own"),
    Replicated::own("journal_seal", "each node has a journal of its own"),
    Replicated::own("journal_block", "each node has a journal of its own"),
    Replicated::own("journal_cursor", "each node has a journal of its own"),
    Replicated::own(
        "command_log",
        "each node knows what it has done; the centre hears of it by the commands",
    ),
    Replicated::own("job", "each node has its work"),
    Replicated::own("outbox", "each node has its work"),
    Replicated::own("node_setting", "of the node itself"),
    Replicated::own("master_key", "of the node itself"),
    Replicated::own(
        "data_key",
        "sealed under the master key of each node; keys travel opened, in the sealed envelope",
    ),
    Replicated::through(
        "blob",
        "t.hash in (select f.hash from client_file f where f.client_id in {clients})",
    )
    .sealing(Sealed::File),
    Replicated::all("region"),
    Replicated::all("branch"),
    Replicated::all("team"),
    // names of authors are shown everywhere; how others sign in and are reached is nobody's business
    Replicated::all("staff")
        .hiding(&["password_hash", "email", "phone"], "t.branch_id = {branch}")
        .keeping(&["failures", "locked_until", "lang", "theme", "density"]),
    Replicated::all("role"),
    Replicated::all("role_grant"),
    Replicated::all("role_second_factor"),
    Replicated::all("staff_role"),
    Replicated::all("absence"),
    Replicated::through("staff_person", ITS_STAFF),
    Replicated::through("temporary_password", ITS_STAFF),
    Replicated::through("totp", ITS_STAFF).keeping(&["last_step"]).sealing(Sealed::SecondFactor),
    Replicated::own("recovery_code", ONCE),
    // of no use here, where the address is another; but who has one does not sign in without it
    Replicated::through("passkey", ITS_STAFF).keeping(&["counter", "used_at"]),
    Replicated::own("passkey_challenge", SESSIONS),
    Replicated::own("password_duty", SESSIONS),
    Replicated::own("session", SESSIONS),
    Replicated::own("sign_in_mark", SESSIONS),
    Replicated::own("known_device", SESSIONS),
    Replicated::own("provider_account", "the sign-in service is reached through the centre"),
    Replicated::own("api_token", PROGRAMS),
    Replicated::own("token_address", PROGRAMS),
    Replicated::own("token_limit", PROGRAMS),
    Replicated::through("notice", ITS_STAFF),
    Replicated::of(
        "saved_view",
        "t.shared = 1 or t.owner_id in (select s.id from staff s where s.branch_id = {branch})",
    ),
    // sealed under keys of the centre
    Replicated::of_client("approval").hiding(&["payload", "changes"], "1 = 0"),
    Replicated::through(
        "approval_need",
        "t.approval_id in (select a.id from approval a where a.client_id in {clients})",
    ),
    Replicated::through(
        "approval_record",
        "t.approval_id in (select a.id from approval a where a.client_id in {clients})",
    ),
    Replicated::all("approval_rule"),
    Replicated::all("secrecy_policy"),
    Replicated::own("pending_command", "what this node has still to say"),
    Replicated::own("incoming_rows", "what this node has heard in part"),
    Replicated::own("pending_strategy", "what this node has still to say"),
    Replicated::own("strategy_held", "the versions this node holds"),
    Replicated::own("strategy_bundle", "versions come signed, in answers of the centre"),
    Replicated::own("strategy_node", NODES),
    Replicated::own("strategy_work", "the centre knows what was done under which version"),
    Replicated::own("branch_node", NODES),
    Replicated::own("branch_node_client", NODES),
    Replicated::own("branch_silence", NODES),
    Replicated::own("branch_node_silent", NODES),
    Replicated::own("branch_node_cursor", NODES),
    Replicated::of("branch_refusal", "t.branch_id = {branch}")
        .hiding(&["payload", "answer"], "1 = 0"),
    // by which limits a branch acts alone is published, like the rest of its method
    Replicated::strategy("offline_limit", "limits"),
    Replicated::own(
        "offline_spent",
        "each node counts what it has done; the centre hears of it by the commands",
    ),
    Replicated::through("staff_pin", ITS_STAFF),
    Replicated::own("pin_attempt", "each node counts wrong tries by itself"),
    Replicated::of_client("pre_approval"),
    Replicated::of_client("pre_approval_withdrawn"),
    Replicated::own("break_glass", OPENED),
    Replicated::own("read_log", "who looked at a card is told to the centre"),
];
