//! What a bank's own fields need of a project: how it is held, and by what it is found.

use kernel::{Date, ProjectId};
use spine::{Doing, Error, Fieldable, Held, Work};
use store::{Read, params};
use uuid::Uuid;

use super::{mine, search_text, words};

/// Projects and events as an object with fields of the bank's own.
pub(crate) const PROJECT: Fieldable = Fieldable {
    home: "/projects",
    has_list: true,
    hold: Some(hold),
    find: Some(find),
    ..Fieldable::new("project", "nav-projects", "project")
};

fn hold<'a>(w: &'a mut Work<'_>, id: Uuid) -> Doing<'a, Held> {
    Box::pin(async move {
        w.ctx.principal.require("project.write")?;
        let project = mine(w, ProjectId::from_uuid(id)).await?;
        Ok(Held { values: project.custom, clients: Vec::new() })
    })
}

fn find<'a>(w: &'a mut Work<'_>, id: Uuid, own: String) -> Doing<'a, ()> {
    Box::pin(async move {
        let row = w
            .first("select title, place, starts_on from project where id = $1", params![id])
            .await?;
        let mut c = row.ok_or(Error::NotFound)?.cols();
        let (title, place): (String, String) = (c.take()?, c.take()?);
        let starts_on: Date = c.take()?;
        let text = search_text(&title, &format!("{place} {own}"));
        w.execute("update project set title_norm = $2 where id = $1", params![id, &text]).await?;
        words::keep(w, ProjectId::from_uuid(id), starts_on, &text).await?;
        Ok(())
    })
}
