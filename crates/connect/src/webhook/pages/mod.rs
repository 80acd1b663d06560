//! Pages of webhooks: the list, one with its deliveries, making and changing one.

mod form;
mod list;
mod one;

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use web::ui::{self, Button, PageHeader};
use web::{Access, Cx, Routes};

const RIGHT: Access = Access::Needs(super::commands::RIGHT);
const HOME: &str = "/admin/webhooks";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/webhooks", RIGHT, list::page)
        .get("/admin/webhooks/new", RIGHT, form::new)
        .post("/admin/webhooks/new", RIGHT, form::add)
        .get("/admin/webhooks/{id}", RIGHT, one::page)
        .get("/admin/webhooks/{id}/edit", RIGHT, form::edit)
        .post("/admin/webhooks/{id}/edit", RIGHT, form::save)
        .post("/admin/webhooks/{id}/active", RIGHT, one::set_active)
        .post("/admin/webhooks/{id}/replay", RIGHT, one::replay)
        .post("/admin/webhooks/{id}/deliveries/{delivery}/resend", RIGHT, one::resend)
}

/// The page of a subscription.
fn href(id: kernel::WebhookId) -> String {
    format!("{HOME}/{id}")
}

/// A dialog, or the same as a page where no script asks.
fn dialog(cx: &Cx, status: StatusCode, title: &str, body: &Markup) -> Response {
    let content = if cx.is_fragment {
        ui::dialog_fragment(&cx.l, title, body)
    } else {
        html! {
            (PageHeader::new(title).crumb(HOME, cx.l.t("webhooks")).render(&cx.l))
            (body)
        }
    };
    cx.page_with_status(status, title, &content)
}

/// A form of one button.
fn button(cx: &Cx, action: &str, values: &[(&str, &str)], button: Button) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="_id" value=(cx.form_id());
            @for (name, value) in values { input type="hidden" name=(name) value=(value); }
            (button.submit())
        }
    }
}
