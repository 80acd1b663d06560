//! What floats over every page: the command palette, the list of keys, the dialog frame, toasts.

use maud::{Markup, html};

use super::badge::Tone;
use super::button::icon_button;
use super::menu::MenuItem;
use super::shell::{NavGroup, Shell};
use crate::i18n::L;
use crate::icons::icon;

/// A notice about something that happened elsewhere; goes away by itself unless it is a danger.
/// `undo` is a form or link that takes the action back.
pub fn toast(tone: Tone, text: &str, undo: Option<&Markup>) -> Markup {
    html! {
        div class={ "toast " (tone.class()) } data-toast role="status" {
            (icon(tone.icon())) span { (text) }
            @if let Some(undo) = undo { (undo) }
        }
    }
}

/// A fragment that opens as a dialog: title, body, and the close button. Serve it for addresses that
/// are opened with `data-dialog-src`; a page without scripts shows the same body in the shell.
pub fn dialog_fragment(l: &L, title: &str, body: &Markup) -> Markup {
    html! {
        div.dialog-part {
            header.dialog-head {
                h2 id="dialog-title" { (title) }
                (icon_button("x", &l.t("ui-close"), &[("data-close", "")]))
            }
            div.dialog-body { (body) }
        }
    }
}

/// One result or action of the palette.
#[derive(Clone, Debug)]
pub struct PaletteItem {
    /// Address.
    pub href: String,
    /// Icon name.
    pub icon: &'static str,
    /// Words.
    pub label: String,
    /// A second, quiet text (number, branch).
    pub detail: String,
    /// True when it opens in a dialog.
    pub is_dialog: bool,
}

/// The fragment `GET /search/palette?q=` answers: groups with a heading each. Empty groups are left out.
pub fn palette_results(l: &L, groups: &[(String, Vec<PaletteItem>)]) -> Markup {
    let is_empty = groups.iter().all(|(_, items)| items.is_empty());
    html! {
        @if is_empty { p.palette-none { (l.t("ui-palette-none")) } }
        @for (heading, items) in groups.iter().filter(|(_, items)| !items.is_empty()) {
            div.palette-group role="group" aria-label=(heading) {
                div.palette-heading aria-hidden="true" { (heading) }
                @for item in items {
                    a.palette-item href=(item.href) role="option" data-icon=(item.icon)
                        data-dialog-src=[item.is_dialog.then_some(&item.href)] {
                        (icon(item.icon))
                        span.palette-label { (item.label) }
                        span.palette-detail { (item.detail) }
                    }
                }
            }
        }
    }
}

pub(super) fn overlays(l: &L, shell: &Shell) -> Markup {
    html! {
        (palette(l, shell))
        (keys_dialog(l, &shell.nav))
        dialog.dialog id="dialog" aria-labelledby="dialog-title" data-words-failed=(l.t("ui-dialog-failed")) {}
        div.toasts id="toasts" aria-live="polite" data-words-close=(l.t("ui-close"))
            data-words-failed=(l.t("ui-request-failed")) data-words-draft=(l.t("ui-draft-restored"))
            data-words-discard=(l.t("ui-draft-discard")) data-words-copied=(l.t("ui-copied"))
            data-words-unsaved=(l.t("ui-unsaved"))
            data-words-signed-out=(l.t("ui-signed-out")) data-words-sign-in=(l.t("ui-sign-in")) {
            @if let Some(notice) = &shell.notice { (notice) }
        }
    }
}

fn palette(l: &L, shell: &Shell) -> Markup {
    html! {
        dialog.palette id="palette" data-src=(shell.links.palette) aria-label=(l.t("ui-search")) {
            div.palette-line {
                (icon("search"))
                input type="search" id="palette-input" role="combobox" aria-expanded="true"
                    aria-controls="palette-list" aria-autocomplete="list" autocomplete="off" spellcheck="false"
                    aria-label=(l.t("ui-search")) placeholder=(l.t("ui-palette-hint"));
                kbd { "Esc" }
            }
            div.palette-list id="palette-list" role="listbox" aria-label=(l.t("ui-palette-results")) {}
            template id="palette-start" {
                div.palette-group role="group" data-recent hidden aria-label=(l.t("ui-palette-recent")) {
                    div.palette-heading aria-hidden="true" { (l.t("ui-palette-recent")) }
                }
                div.palette-group role="group" aria-label=(l.t("ui-palette-go")) {
                    div.palette-heading aria-hidden="true" { (l.t("ui-palette-go")) }
                    @for entry in shell.nav.iter().flat_map(|group| &group.entries) {
                        a.palette-item href=(entry.href) role="option" data-fixed {
                            (icon(entry.icon)) span.palette-label { (entry.label) }
                            @if let Some(letter) = entry.go { span.palette-detail { kbd { "g" } kbd { (letter) } } }
                        }
                    }
                }
                @if !shell.create.is_empty() {
                    div.palette-group role="group" aria-label=(l.t("ui-create")) {
                        div.palette-heading aria-hidden="true" { (l.t("ui-create")) }
                        @for item in &shell.create { (create_item(item)) }
                    }
                }
            }
            div.palette-foot aria-hidden="true" {
                span { kbd { "↑" } kbd { "↓" } (l.t("ui-palette-walk")) }
                span { kbd { "↵" } (l.t("ui-palette-open")) }
                span { kbd { "?" } (l.t("ui-keys")) }
            }
        }
    }
}

fn create_item(item: &MenuItem) -> Markup {
    let (href, name, label, is_dialog) = match item {
        MenuItem::Link { href, icon, label } => (href, *icon, label, false),
        MenuItem::Dialog { src, icon, label } => (src, *icon, label, true),
        MenuItem::Post { .. } | MenuItem::Line | MenuItem::Heading(_) | MenuItem::Custom(_) => {
            return html! {};
        }
    };
    html! {
        a.palette-item href=(href) role="option" data-fixed data-dialog-src=[is_dialog.then_some(href)] {
            (icon(name)) span.palette-label { (label) }
        }
    }
}

/// Keys of one kind of work: heading, and for each its keys and what they do.
type KeyGroup = (&'static str, &'static [(&'static [&'static str], &'static str)]);

/// Every key the scripts know. `assets/js/keys.js`, `table.js` and `form.js` make them true.
const KEYS: [KeyGroup; 3] = [
    (
        "ui-keys-all",
        &[
            (&["/"], "ui-key-search"),
            (&["Ctrl", "K"], "ui-key-palette"),
            (&["n"], "ui-key-create"),
            (&["e"], "ui-key-edit"),
            (&["Ctrl", "\\"], "ui-key-tab"),
            (&["?"], "ui-key-help"),
        ],
    ),
    (
        "ui-keys-lists",
        &[
            (&["↑", "↓"], "ui-key-rows"),
            (&["↵"], "ui-key-open"),
            (&["x"], "ui-key-choose"),
            (&["Ctrl", "←"], "ui-key-before"),
            (&["Ctrl", "→"], "ui-key-after"),
        ],
    ),
    (
        "ui-keys-forms",
        &[
            (&["Ctrl", "↵"], "ui-key-save"),
            (&["Ctrl", "S"], "ui-key-save"),
            (&["Esc"], "ui-key-cancel"),
        ],
    ),
];

fn keys_dialog(l: &L, nav: &[NavGroup]) -> Markup {
    let entries: Vec<_> = nav.iter().flat_map(|group| &group.entries).collect();
    html! {
        dialog.dialog.keys id="keys" aria-labelledby="keys-title" {
            header.dialog-head {
                h2 id="keys-title" { (l.t("ui-keys")) }
                (icon_button("x", &l.t("ui-close"), &[("data-close", "")]))
            }
            div.dialog-body.keys-columns {
                div {
                    @for (heading, keys) in &KEYS {
                        section {
                            h3 { (l.t(heading)) }
                            dl.keys-list { @for (keys, words) in *keys { (key_line(keys, &l.t(words))) } }
                        }
                    }
                }
                section {
                    h3 { (l.t("ui-palette-go")) }
                    dl.keys-list {
                        @for entry in entries {
                            @if let Some(letter) = entry.go {
                                (key_line(&["g", letter.encode_utf8(&mut [0; 4])], &entry.label))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn key_line(keys: &[&str], words: &str) -> Markup {
    html! { div { dt { @for key in keys { kbd { (key) } } } dd { (words) } } }
}
