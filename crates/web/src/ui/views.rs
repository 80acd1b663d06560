//! Saved views of a list, and the choice of its columns.

use maud::{Markup, html};

use super::field::Opt;
use crate::i18n::L;
use crate::icons::{icon, icon_labelled};

/// A saved view.
#[derive(Clone, Debug)]
pub struct View {
    /// Address with its filter, sort and columns.
    pub href: String,
    /// Its name.
    pub label: String,
    /// True for the view that is open.
    pub is_current: bool,
    /// True when others see it too.
    pub is_shared: bool,
}

/// Views as tabs; `save_src` is the dialog that saves the present filter, sort and columns as a view.
pub fn saved_views(l: &L, views: &[View], save_src: Option<&str>) -> Markup {
    html! {
        nav.tabs.views aria-label=(l.t("ui-views")) data-tabs {
            @for view in views {
                a href=(view.href) aria-current=[view.is_current.then_some("page")] {
                    (view.label)
                    @if view.is_shared { (icon_labelled("users", &l.t("ui-view-shared"))) }
                }
            }
            @if let Some(src) = save_src {
                span.tabs-end {
                    a.btn.quiet href=(src) data-dialog-src=(src) { (icon("bookmark")) span { (l.t("ui-view-save")) } }
                }
            }
        }
    }
}

/// The choice of columns: sends `col=…` for each chosen one to `action` by POST, with `keep` as hidden
/// values. `columns` come in the order of the table; `chosen` holds the values that are shown.
pub fn column_chooser(
    l: &L,
    id: &str,
    action: &str,
    keep: &[(&str, &str)],
    columns: &[Opt],
    chosen: &[&str],
) -> Markup {
    html! {
        span.menu-anchor {
            button.btn type="button" popovertarget=(id) aria-haspopup="dialog" {
                (icon("columns-3")) span { (l.t("ui-columns")) }
            }
            div.menu.chooser id=(id) popover role="dialog" aria-label=(l.t("ui-columns")) {
                form method="post" action=(action) {
                    @for (name, value) in keep { input type="hidden" name=(name) value=(value); }
                    p.hint { (l.t("ui-columns-hint")) }
                    @for column in columns {
                        label.check-line {
                            input type="checkbox" name="col" value=(column.value)
                                checked[chosen.contains(&column.value.as_str())];
                            span { (column.label) }
                        }
                    }
                    div.filter-actions { button.btn.primary type="submit" { (l.t("ui-apply")) } }
                }
            }
        }
    }
}
