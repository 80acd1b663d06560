//! Saved views of lists and notices in the API.

use kernel::{Timestamp, UserId, ViewId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use spine::Error;
use spine::org::commands::ReadNotices;
use spine::org::queries::{self, SavedView};
use spine::org::views::{DeleteView, SaveView, ShareView};
use uuid::Uuid;
use web::api::{Api, Call, Listing, Method, NoQuery, Operation, Problem};

const USE: &str = "app.use";

pub(crate) fn api(api: Api) -> Api {
    api.tag("views")
        .with(
            Operation::list("/views", "list_views", USE, views)
                .about("Saved views of a list: one's own and the shared ones"),
        )
        .with(Operation::create::<SaveView>("/views", "save_view", None).example(json!({
            "page": "clients", "title": "My VIPs", "shared": false,
            "query": "field=segment&op=is&value=vip"
        })))
        .with(Operation::command::<DeleteView>(Method::Delete, "/views/{view_id}", "delete_view"))
        .with(Operation::command::<ShareView>(Method::Post, "/views/{view_id}/share", "share_view"))
        .tag("notices")
        .with(
            Operation::list("/notices", "list_notices", USE, notices)
                .about("The newest notices to the person the token belongs to"),
        )
        .with(Operation::command::<ReadNotices>(Method::Post, "/notices/read", "read_notices"))
}

/// Of which list.
#[derive(Debug, Deserialize, JsonSchema)]
struct ViewsQuery {
    /// Key of the list: `clients`.
    page: String,
}

/// A saved view.
#[derive(Debug, Serialize, JsonSchema)]
struct ViewRow {
    /// Identity.
    id: ViewId,
    /// Who made it.
    owner_id: UserId,
    /// Seen by everyone.
    shared: bool,
    /// Its name.
    title: String,
    /// The list's query string, as the page writes it.
    query: String,
}

impl From<SavedView> for ViewRow {
    fn from(view: SavedView) -> Self {
        let SavedView { id, owner_id, shared, title, query } = view;
        Self { id, owner_id, shared, title, query }
    }
}

async fn views(mut call: Call, query: ViewsQuery) -> Result<Listing<ViewRow>, Problem> {
    let me = call.cx.principal().user_id;
    let rows = queries::views(&mut call.cx.db, &query.page, me).await.map_err(Error::from)?;
    Ok(Listing::whole(rows.into_iter().map(ViewRow::from).collect()))
}

/// A notice.
#[derive(Debug, Serialize, JsonSchema)]
struct NoticeRow {
    /// Identity.
    id: Uuid,
    /// What it is about.
    kind: String,
    /// Arguments of its text.
    args: Json,
    /// The page it leads to.
    page: String,
    /// When.
    created_at: Timestamp,
    /// Read.
    read: bool,
}

async fn notices(mut call: Call, _: NoQuery) -> Result<Listing<NoticeRow>, Problem> {
    const MOST: i64 = 50;
    let Some(me) = call.cx.principal().user_id else { return Ok(Listing::whole(Vec::new())) };
    let rows = queries::notices(&mut call.cx.db, me, MOST).await.map_err(Error::from)?;
    let shown = rows.into_iter().map(|row| NoticeRow {
        id: row.id,
        kind: row.kind,
        args: row.args,
        page: row.href,
        created_at: row.created_at,
        read: row.read,
    });
    Ok(Listing::whole(shown.collect()))
}
