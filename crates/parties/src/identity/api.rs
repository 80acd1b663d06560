//! Duplicates in the API: what people say of a pair, and the search for all of them.

use web::api::{Api, Method, Operation};

use super::commands::{FindDuplicates, MarkNotSame, ReopenPair};

pub(crate) fn api(api: Api) -> Api {
    let act = Method::Post;
    api.tag("duplicates")
        .with(Operation::command::<MarkNotSame>(
            act,
            "/duplicates/{one_id}/{other_id}/not-same",
            "mark_not_same",
        ))
        .with(Operation::command::<ReopenPair>(
            act,
            "/duplicates/{one_id}/{other_id}/reopen",
            "reopen_pair",
        ))
        .with(Operation::command::<FindDuplicates>(act, "/duplicates/search", "find_duplicates"))
}
