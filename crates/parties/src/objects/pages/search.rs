//! Records in the one search box.

use kernel::ObjectId;
use web::{Cx, Hits, SearchHit, SearchSource};

use super::home;
use crate::fields::definitions;
use crate::objects::{list, queries};

pub(super) struct Records;

impl SearchSource for Records {
    fn find<'a>(&'a self, cx: &'a Cx, query: &'a str, limit: usize) -> Hits<'a> {
        Box::pin(async move {
            if !cx.principal().has("record.read") {
                return Ok(Vec::new());
            }
            let definitions = definitions(&cx.app.services, cx.now()).await?;
            let kinds: Vec<_> = definitions.objects_of(cx.principal()).collect();
            let ids: Vec<ObjectId> = kinds.iter().map(|o| o.id).collect();
            let limit = i64::try_from(limit).unwrap_or(20);
            let mut db = cx.db.clone();
            let ranges = list::ranges(query);
            let found = queries::found(&mut db, cx.principal(), (&ids, &ranges), limit).await?;
            let hit = |record: queries::Record| {
                let object = kinds.iter().find(|o| o.id == record.object_id)?;
                let client =
                    record.client_name.map(|name| format!(" · {name}")).unwrap_or_default();
                Some(SearchHit {
                    kind: "search-kind-record",
                    icon: "database",
                    title: record.title,
                    detail: format!("{}{client}", object.spec.one(cx.l.lang)),
                    href: format!("{}/{}", home(object), record.id),
                    rank: 400,
                    client: None,
                })
            };
            Ok(found.into_iter().filter_map(hit).collect())
        })
    }
}
