//! What a bank's own fields need of a task: how it is held, and by what it is found.

use kernel::TaskId;
use spine::{Doing, Error, Fieldable, Held, Work};
use store::{Read, params};
use uuid::Uuid;

use super::life::mine;
use crate::words;

/// Tasks as an object with fields of the bank's own.
pub(crate) const TASK: Fieldable = Fieldable {
    home: "/tasks",
    has_list: true,
    hold: Some(hold),
    find: Some(find),
    ..Fieldable::new("task", "nav-tasks", "task")
};

fn hold<'a>(w: &'a mut Work<'_>, id: Uuid) -> Doing<'a, Held> {
    Box::pin(async move {
        w.ctx.principal.require("task.write")?;
        let (task, _) = mine(w, TaskId::from_uuid(id)).await?;
        Ok(Held { values: task.custom, clients: task.client_id.into_iter().collect() })
    })
}

fn find<'a>(w: &'a mut Work<'_>, id: Uuid, own: String) -> Doing<'a, ()> {
    Box::pin(async move {
        let row = w.first("select title from task where id = $1", params![id]).await?;
        let title: String = row.ok_or(Error::NotFound)?.one()?;
        let text = words::normal(&format!("{title} {own}"));
        w.execute("update task set title_norm = $2 where id = $1", params![id, text]).await?;
        Ok(())
    })
}
