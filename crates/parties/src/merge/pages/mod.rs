//! Pages of merging: whom with, both side by side, and taking it back; the strip on the card, and the way
//! from a merged client to the one he became.

mod choose;
mod side;
mod undo;

use kernel::ClientId;
use maud::{Markup, html};
use spine::Error;
use web::icons::icon;
use web::ui::Button;
use web::{Access, Cx, MovedTo, Routes};

use super::queries::{self, Standing};
use crate::client::queries::{self as clients, ClientHead};
use crate::contacts::frame::card;

pub(crate) fn routes(routes: Routes) -> Routes {
    let merge = Access::Needs("client.merge");
    routes
        .get("/clients/{id}/merge", merge, choose::page)
        .get("/clients/{id}/merge/{other}", merge, side::page)
        .post("/clients/{id}/merge/{other}", merge, side::send)
        .get("/clients/{id}/unmerge/{merge}", merge, undo::page)
        .post("/clients/{id}/unmerge/{merge}", merge, undo::send)
}

/// Whom a client became, when the person may see that one.
pub(crate) fn moved<'a>(cx: &'a Cx, client: ClientId) -> MovedTo<'a> {
    Box::pin(async move {
        let mut db = cx.db.clone();
        let Some(survivor) = queries::survivor(&mut db, client).await? else { return Ok(None) };
        match clients::head(&mut db, cx.principal(), survivor).await {
            Ok(head) => Ok(Some(head.id)),
            Err(Error::NotFound | Error::Forbidden(_)) => Ok(None),
            Err(error) => Err(error),
        }
    })
}

/// Who has become part of a client, with the way back.
pub(crate) async fn strip(cx: &Cx, head: &ClientHead) -> Result<Markup, Error> {
    let mut db = cx.db.clone();
    // whom he has taken in is asked for his history anyway
    let is_alone = cx.app.services.bus.absorbed(&mut db, head.id).await?.len() < 2;
    let standing = if is_alone { Vec::new() } else { queries::standing(&mut db, head.id).await? };
    let may_undo = cx.principal().reaches("client.merge", head.owner());
    Ok(html! {
        @for (n, one) in standing.iter().enumerate() {
            // only the newest can be taken back
            div.summary.merge-strip {
                (icon("merge"))
                span { (words(cx, one)) }
                @if may_undo && n == 0 {
                    (Button::quiet(cx.l.t("merge-undo")).icon("undo-2")
                        .dialog(format!("{}/unmerge/{}", card(head.id), one.id)).render())
                }
            }
        }
    })
}

fn words(cx: &Cx, one: &Standing) -> String {
    let l = &cx.l;
    let who = match one.author_id {
        Some(id) => cx.app.services.directory.get().staff_name(id, l.lang).to_owned(),
        None => l.t("client-changes-system"),
    };
    l.ta(
        "merge-strip",
        &[
            ("name", name_or_number(one).into()),
            ("number", (&one.number).into()),
            ("date", l.date(one.at.date_in(&l.zone)).into()),
            ("who", who.into()),
        ],
    )
}

fn name_or_number(one: &Standing) -> String {
    if one.name.is_empty() { one.number.clone() } else { one.name.clone() }
}
