//! Saved views of lists: a person's own, and those shared with everyone.

use kernel::{Refusal, Refusals, UserId, ViewId, limits};
use serde::{Deserialize, Serialize};
use store::{Read, params};

use crate::{Change, Command, Error, Registry, Work};

/// Longest query string a view keeps (bytes).
pub const QUERY_BYTES_MAX: usize = 4_000;
/// Longest key of a list (bytes): that of a bank's own kind of record with what stands before it.
const PAGE_BYTES_MAX: usize = 60;
/// Views of one page a person may keep.
const VIEWS_MAX: usize = 50;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<SaveView>();
    registry.add::<DeleteView>();
    registry.add::<ShareView>();
}

/// Keeps a list's filter, sort and columns under a name. A view of the same name on the same page is
/// replaced when it is the person's own.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveView {
    /// Key of the list (`clients`, `objects/KEY`).
    pub page: String,
    /// Its name.
    pub title: String,
    /// The list's query string, without `?`.
    pub query: String,
    /// Seen by everyone; needs `view.share`.
    pub shared: bool,
}

impl Command for SaveView {
    const NAME: &'static str = "org.save_view";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: crate::Offline = crate::Offline::Free;
    type Output = ViewId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ViewId, Error> {
        let me = w.actor().ok_or(Error::NotFound)?;
        if self.shared {
            w.ctx.principal.require("view.share")?;
        }
        self.check()?;
        let title = self.title.trim();
        let sql = "select id, title from saved_view where page = $1 and owner_id = $2 limit 100";
        let mut own: Vec<(ViewId, String)> = Vec::new();
        for row in w.query(sql, params![&self.page, me]).await? {
            let mut c = row.cols();
            own.push((c.take()?, c.take()?));
        }
        let same = own.iter().find(|(_, t)| t == title).map(|(id, _)| *id);
        if same.is_none() && own.len() >= VIEWS_MAX {
            return Err(Refusal::field("too-many-views", "title").arg("max", VIEWS_MAX).into());
        }
        let (id, now): (ViewId, _) = (same.unwrap_or_else(|| w.new_id()), w.ctx.now);
        w.execute(
            "insert into saved_view (id, page, owner_id, shared, title, query, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do update set \
             shared = excluded.shared, query = excluded.query",
            params![id, &self.page, me, self.shared, title, &self.query, now],
        )
        .await?;
        let change = Change::new()
            .set("page", self.page.as_str())
            .set("title", title)
            .set("query", self.query.as_str())
            .set("shared", self.shared);
        w.record("saved_view", id, None, change);
        Ok(id)
    }
}

impl SaveView {
    fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let title = self.title.trim();
        if title.is_empty() {
            refusals.push(Refusal::field("required", "title"));
        }
        if title.chars().count() > limits::TEXT_CHARS_MAX {
            let refusal = Refusal::field("too-long", "title");
            refusals.push(refusal.arg("max", limits::TEXT_CHARS_MAX));
        }
        if self.page.is_empty() || self.page.len() > PAGE_BYTES_MAX {
            refusals.push(Refusal::new("payload-shape").arg("reason", "page"));
        }
        if self.query.len() > QUERY_BYTES_MAX {
            refusals.push(Refusal::new("too-long").arg("max", QUERY_BYTES_MAX));
        }
        refusals.into_result()
    }
}

/// Removes a view: one's own, or a shared one with `view.share`.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DeleteView {
    /// Which.
    pub view_id: ViewId,
}

impl Command for DeleteView {
    const NAME: &'static str = "org.delete_view";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: crate::Offline = crate::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let view = own_or_shared(w, self.view_id).await?;
        w.execute("delete from saved_view where id = $1", params![self.view_id]).await?;
        let gone = serde_json::Value::Null;
        let change = Change::new()
            .field("title", view.title, gone.clone())
            .field("query", view.query, gone.clone())
            .field("shared", view.shared, gone);
        w.record("saved_view", self.view_id, None, change);
        Ok(())
    }
}

/// Shows a view to everyone, or to its owner alone again.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ShareView {
    /// Which.
    pub view_id: ViewId,
    /// Seen by everyone.
    pub shared: bool,
}

impl Command for ShareView {
    const NAME: &'static str = "org.share_view";
    const PERMISSION: &'static str = "view.share";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let view = own_or_shared(w, self.view_id).await?;
        w.execute(
            "update saved_view set shared = $2 where id = $1",
            params![self.view_id, self.shared],
        )
        .await?;
        let change = Change::new().field("shared", view.shared, self.shared);
        w.record("saved_view", self.view_id, None, change);
        Ok(())
    }
}

struct Stored {
    shared: bool,
    title: String,
    query: String,
}

/// A view the person may change; another's unshared view does not exist for him.
async fn own_or_shared(w: &mut Work<'_>, id: ViewId) -> Result<Stored, Error> {
    let sql = "select owner_id, shared, title, query from saved_view where id = $1";
    let row = w.first(sql, params![id]).await?.ok_or(Error::NotFound)?;
    let mut c = row.cols();
    let owner: UserId = c.take()?;
    let stored = Stored { shared: c.take()?, title: c.take()?, query: c.take()? };
    let may_share = w.ctx.principal.has("view.share");
    if w.actor() == Some(owner) || (stored.shared && may_share) {
        Ok(stored)
    } else {
        Err(Error::NotFound)
    }
}
