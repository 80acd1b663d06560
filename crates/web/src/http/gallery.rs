//! `/ui`: every component in its states, in demo mode.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::access::{Access, Routes};
use super::cx::Cx;
use super::errors::Answer;
use crate::ui::gallery;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/ui", Access::Demo, page)
        .get("/ui/dialog", Access::Demo, dialog)
        .post("/ui/dialog", Access::Demo, done)
        .post("/ui/move", Access::Demo, done)
}

async fn page(cx: Cx, RawQuery(_): RawQuery) -> Answer {
    Ok(cx.page(&cx.l.t("web-gallery"), &gallery::gallery(&cx.l)))
}

async fn dialog(cx: Cx) -> Answer {
    Ok(cx.part(&gallery::gallery_dialog(&cx.l)))
}

async fn done() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}
