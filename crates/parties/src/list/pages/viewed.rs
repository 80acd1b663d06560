//! Views of a list, whatever it lists: the built-in ones, a person's own, and those shared with everyone.

use axum::http::StatusCode;
use kernel::{Refusals, ViewId, limits};
use maud::{Markup, html};
use spine::Error;
use spine::org::queries::{self, SavedView};
use spine::org::views::{DeleteView, QUERY_BYTES_MAX, SaveView, ShareView};
use web::ui::{self, Field, Form, Menu, MenuItem, View};
use web::{Answer, Cx, FormData};

use super::{pairs_of, query_of};

/// A list whose filter, order and columns people keep under names.
pub(crate) struct Viewed {
    /// Key of the list among the saved views.
    pub(crate) page: String,
    /// Its address, under which `/views` answers.
    pub(crate) home: String,
    /// What it is called.
    pub(crate) title: String,
}

impl Viewed {
    /// The list at a query string.
    fn href(&self, query: &str) -> String {
        if query.is_empty() { self.home.clone() } else { format!("{}?{query}", self.home) }
    }
}

/// What stands above and beside a list.
pub(crate) struct Tabs {
    /// The views as tabs.
    pub(crate) bar: Markup,
    /// What may be done with the view that is open; nothing for a built-in one.
    pub(crate) menu: Markup,
}

/// The views a person may open, the one at the query string `open` marked; `built_in` are titles and query strings.
///
/// # Errors
/// The database's.
pub(crate) async fn tabs(
    cx: &mut Cx,
    list: &Viewed,
    built_in: Vec<(String, String)>,
    open: &str,
) -> Result<Tabs, Error> {
    let me = cx.principal().user_id;
    let saved = queries::views(&mut cx.db, &list.page, me).await?;
    let mut views: Vec<View> = built_in
        .into_iter()
        .map(|(label, query)| View {
            href: list.href(&query),
            label,
            is_current: query == open,
            is_shared: false,
        })
        .collect();
    let is_built_in = views.iter().any(|view| view.is_current);
    let current = saved.iter().find(|view| view.query == open && !is_built_in);
    views.extend(saved.iter().map(|view| View {
        href: list.href(&view.query),
        label: view.title.clone(),
        is_current: current.is_some_and(|c| c.id == view.id),
        is_shared: view.shared,
    }));
    let may_save = me.is_some() && !is_built_in && current.is_none();
    let asked = query_of(&[("query".to_owned(), open.to_owned())]);
    let src = format!("{}/views/new?{asked}", list.home);
    let bar = ui::saved_views(&cx.l, &views, may_save.then_some(src.as_str()));
    Ok(Tabs { bar, menu: current.map_or_else(|| html! {}, |view| menu(cx, list, view)) })
}

fn menu(cx: &Cx, list: &Viewed, view: &SavedView) -> Markup {
    let l = &cx.l;
    let is_mine = cx.principal().user_id == Some(view.owner_id);
    let may_share = cx.principal().has("view.share");
    if !is_mine && !may_share {
        return html! {};
    }
    let post = |what: &str, more: Option<(&str, &str)>, icon: &'static str, label: String| {
        let mut values = vec![("_id".to_owned(), cx.form_id())];
        values.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let action = format!("{}/views/{}/{what}", list.home, view.id);
        MenuItem::Post { action, values, icon, label }
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

/// `GET …/views/new?query=`: asks for the name of a new view.
pub(crate) fn form(cx: &Cx, list: &Viewed, query: &str) -> Answer {
    let given = FormData::parse(query);
    let content = form_markup(cx, list, &given, &Refusals::default());
    Ok(cx.page(&cx.l.t("list-view-new"), &content))
}

/// Keeps a view; `kept` are the list's own words of what was sent, `shown` those of the place it goes back to.
///
/// # Errors
/// As the command says; a refusal is the form again.
pub(crate) async fn save(
    cx: &Cx,
    list: &Viewed,
    sent: &FormData,
    (kept, shown): (String, String),
) -> Answer {
    let command = SaveView {
        page: list.page.clone(),
        title: sent.text("title"),
        query: kept.chars().take(QUERY_BYTES_MAX + 1).collect(),
        shared: sent.is_set("shared"),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(&list.href(&shown), "flash-view-saved")),
        Err(Error::Refused(refusals)) => {
            let content = form_markup(cx, list, sent, &refusals);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(cx.page_with_status(status, &cx.l.t("list-view-new"), &content))
        }
        Err(other) => Err(other.into()),
    }
}

fn form_markup(cx: &Cx, list: &Viewed, typed: &FormData, refusals: &Refusals) -> Markup {
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
    let back = list.href(&query_of(&pairs_of(typed.raw("query"))));
    let form = Form::post(format!("{}/views", list.home))
        .hidden("_id", cx.form_id())
        .hidden("query", typed.raw("query"))
        .submit(l.t("list-view-save"))
        .cancel(back)
        .render(l, &body);
    if cx.is_fragment {
        return ui::dialog_fragment(l, &l.t("list-view-new"), &form);
    }
    html! {
        (ui::PageHeader::new(l.t("list-view-new")).crumb(list.home.clone(), list.title.clone()).render(l))
        (form)
    }
}

/// `POST …/views/{id}/delete`.
///
/// # Errors
/// As the command says.
pub(crate) async fn delete(cx: &Cx, list: &Viewed, id: ViewId, sent: &FormData) -> Answer {
    cx.execute(sent.command_id()?, &DeleteView { view_id: id }).await?;
    Ok(cx.done(&list.home, "flash-view-deleted"))
}

/// `POST …/views/{id}/share`.
///
/// # Errors
/// As the command says; the database's.
pub(crate) async fn share(cx: &mut Cx, list: &Viewed, id: ViewId, sent: &FormData) -> Answer {
    let shared = sent.is_set("shared");
    cx.execute(sent.command_id()?, &ShareView { view_id: id, shared }).await?;
    let me = cx.principal().user_id;
    let views = queries::views(&mut cx.db, &list.page, me).await?;
    let query = views.into_iter().find(|view| view.id == id).map(|view| view.query);
    let flash = if shared { "flash-view-shared" } else { "flash-view-unshared" };
    Ok(cx.done(&list.href(&query.unwrap_or_default()), flash))
}
