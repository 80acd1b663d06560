//! Tasks in the one search box.

use std::sync::Arc;

use web::{Cx, Hits, SearchHit, SearchSource};

use crate::parts;
use crate::task::queries;

/// Tasks stand below clients that fit as well.
const RANK: i64 = 300;

pub(crate) fn search_sources() -> Vec<Arc<dyn SearchSource>> {
    vec![Arc::new(Tasks)]
}

struct Tasks;

impl SearchSource for Tasks {
    fn find<'a>(&'a self, cx: &'a Cx, query: &'a str, limit: usize) -> Hits<'a> {
        Box::pin(async move {
            if !cx.principal().has("task.read") {
                return Ok(Vec::new());
            }
            let people = parts::acting_for(cx);
            let limit = i64::try_from(limit).unwrap_or(10);
            let found =
                queries::search(&mut cx.db.clone(), cx.principal(), &people, query, limit).await?;
            let hit = |listed: &queries::Listed| {
                let day = cx.l.date(listed.task.due_on);
                let client = match listed.task.client_id {
                    Some(_) => {
                        parts::client_words(&cx.l, &listed.client_name, &listed.client_number)
                    }
                    None => String::new(),
                };
                SearchHit {
                    kind: "search-kind-task",
                    icon: listed.task.kind.icon(),
                    title: listed.task.title.clone(),
                    detail: if client.is_empty() { day } else { format!("{client} · {day}") },
                    href: format!("/tasks/{}", listed.task.id),
                    rank: RANK,
                    client: None,
                }
            };
            Ok(found.iter().map(hit).collect())
        })
    }
}
