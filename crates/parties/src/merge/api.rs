//! Merging and un-merging in the API.

use web::api::{Api, Method, Operation};

use super::commands::{MergeClients, UnmergeClients};

pub(crate) fn api(api: Api) -> Api {
    api.tag("merges")
        .with(Operation::create::<MergeClients>("/merges", "merge_clients", None))
        .with(Operation::command::<UnmergeClients>(
            Method::Post,
            "/merges/{merge_id}/undo",
            "unmerge_clients",
        ))
}
