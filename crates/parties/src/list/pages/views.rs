//! Views of the list: the built-in ones, a person's own, and those shared with everyone.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use kernel::{Refusals, ViewId, limits};
use maud::{Markup, html};
use spine::Error;
use spine::org::queries::{self, SavedView};
use spine::org::views::{DeleteView, QUERY_BYTES_MAX, SaveView, ShareView};
use web::ui::{self, Field, Form, Menu, MenuItem, View};
use web::{Answer, Cx, FormData};

use super::{PAGE, list_href, pairs_of, query_of};
use crate::list::model::Address;

/// What stands above and beside the list.
pub(super) struct Tabs {
    /// The views as tabs.
    pub(super) bar: Markup,
    /// What may be done with the view that is open; nothing for a built-in one.
    pub(super) menu: Markup,
}

/// The views a person may open, the open one marked.
///
/// # Errors
/// The database's.
pub(super) async fn tabs(cx: &mut Cx, address: &Address) -> Result<Tabs, Error> {
    let me = cx.principal().user_id;
    let saved = queries::views(&mut cx.db, PAGE, me).await?;
    let open = query_of(&address.view_pairs());
    let mut views: Vec<View> = built_in(cx)
        .into_iter()
        .map(|(label, query)| View {
            href: list_href(&pairs_of(&query)),
            label,
            is_current: query == open,
            is_shared: false,
        })
        .collect();
    let is_built_in = views.iter().any(|view| view.is_current);
    let current = saved.iter().find(|view| view.query == open && !is_built_in);
    views.extend(saved.iter().map(|view| View {
        href: list_href(&pairs_of(&view.query)),
        label: view.title.clone(),
        is_current: current.is_some_and(|c| c.id == view.id),
        is_shared: view.shared,
    }));
    let may_save = me.is_some() && !is_built_in && current.is_none();
    let src = format!("/clients/views/new?{}", query_of(&[("query".to_owned(), open)]));
    let bar = ui::saved_views(&cx.l, &views, may_save.then_some(src.as_str()));
    Ok(Tabs { bar, menu: current.map_or_else(|| html! {}, |view| menu(cx, view)) })
}

/// Title and query of the views everybody has.
fn built_in(cx: &Cx) -> Vec<(String, String)> {
    let view = |conditions: &[(&str, &str, &str)]| {
        let pairs: Vec<(String, String)> = conditions
            .iter()
            .flat_map(|(field, op, value)| [("field", *field), ("op", *op), ("value", *value)])
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        query_of(&pairs)
    };
    let mine = ("manager", "is", "me");
    let mut views = vec![
        (cx.l.t("list-view-all"), String::new()),
        (cx.l.t("list-view-mine"), view(&[mine])),
        (cx.l.t("list-view-vip"), view(&[mine, ("segment", "is", "vip")])),
    ];
    if cx.app.columns.iter().any(|column| column.key == "next_step") {
        let query = view(&[mine, ("status", "is", "active"), ("next_step", "empty", "")]);
        views.push((cx.l.t("list-view-no-step"), query));
    }
    views
}

fn menu(cx: &Cx, view: &SavedView) -> Markup {
    let l = &cx.l;
    let is_mine = cx.principal().user_id == Some(view.owner_id);
    let may_share = cx.principal().has("view.share");
    if !is_mine && !may_share {
        return html! {};
    }
    let post = |what: &str, more: Option<(&str, &str)>, icon: &'static str, label: String| {
        let mut values = vec![("_id".to_owned(), cx.form_id())];
        values.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        MenuItem::Post { action: format!("/clients/views/{}/{what}", view.id), values, icon, label }
    };
    let mut menu = Menu::dots("clients-view", l.t("list-view-menu"))
        .item(MenuItem::Heading(view.title.clone()));
    if may_share {
        let (value, icon, label) = if view.shared {
            ("0", "lock", l.t("list-view-unshare"))
        } else {
            ("1", "users", l.t("list-view-share"))
        };
        menu = menu.item(post("share", Some(("shared", value)), icon, label));
    }
    menu.item(post("delete", None, "trash-2", l.t("list-view-delete"))).render()
}

/// `GET /clients/views/new?query=`: asks for the name of a new view.
pub(super) async fn form(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let given = FormData::parse(&query.unwrap_or_default());
    Ok(cx.page(&cx.l.t("list-view-new"), &form_markup(&cx, &given, &Refusals::default())))
}

pub(super) async fn save(cx: Cx, sent: FormData) -> Answer {
    // read and written again, so that only a list's own words are kept
    let address = Address::parse(&pairs_of(sent.raw("query")));
    let command = SaveView {
        page: PAGE.to_owned(),
        title: sent.text("title"),
        query: query_of(&address.view_pairs()).chars().take(QUERY_BYTES_MAX + 1).collect(),
        shared: sent.is_set("shared"),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(&list_href(&address.list_pairs()), "flash-view-saved")),
        Err(Error::Refused(refusals)) => {
            let content = form_markup(&cx, &sent, &refusals);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(cx.page_with_status(status, &cx.l.t("list-view-new"), &content))
        }
        Err(other) => Err(other.into()),
    }
}

fn form_markup(cx: &Cx, typed: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let general = cx.refusal_words(refusals.general());
    let body = html! {
        (ui::error_summary(l, &general))
        (Field::text("title", l.t("list-view-title")).value(typed.raw("title")).required()
            .hint(l.t("list-view-title-hint"))
            .attribute("maxlength", limits::TEXT_CHARS_MAX.to_string())
            .error(cx.field_error(refusals, "title")).render(l))
        @if cx.principal().has("view.share") {
            (Field::checkbox("shared", l.t("list-view-shared"), typed.is_set("shared")).render(l))
        }
    };
    let back = list_href(&pairs_of(typed.raw("query")));
    let form = Form::post("/clients/views")
        .hidden("_id", cx.form_id())
        .hidden("query", typed.raw("query"))
        .submit(l.t("list-view-save"))
        .cancel(back)
        .render(l, &body);
    if cx.is_fragment {
        return ui::dialog_fragment(l, &l.t("list-view-new"), &form);
    }
    html! {
        (ui::PageHeader::new(l.t("list-view-new")).crumb("/clients", l.t("nav-clients")).render(l))
        (form)
    }
}

pub(super) async fn delete(cx: Cx, Path(id): Path<ViewId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &DeleteView { view_id: id }).await?;
    Ok(cx.done("/clients", "flash-view-deleted"))
}

pub(super) async fn share(mut cx: Cx, Path(id): Path<ViewId>, sent: FormData) -> Answer {
    let shared = sent.is_set("shared");
    cx.execute(sent.command_id()?, &ShareView { view_id: id, shared }).await?;
    let me = cx.principal().user_id;
    let views = queries::views(&mut cx.db, PAGE, me).await?;
    let query = views.into_iter().find(|view| view.id == id).map(|view| view.query);
    let flash = if shared { "flash-view-shared" } else { "flash-view-unshared" };
    Ok(cx.done(&list_href(&pairs_of(&query.unwrap_or_default())), flash))
}
