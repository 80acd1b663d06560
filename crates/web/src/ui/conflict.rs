//! The conflict chooser: two people changed one record; for each field one says what stays. What was
//! typed is never lost.

use kernel::Timestamp;
use maud::{Markup, html};

use crate::format;
use crate::i18n::L;
use crate::icons::icon;

/// One field that both changed.
#[derive(Clone, Debug)]
pub struct ConflictField {
    /// Name of the field in the form that is sent again.
    pub name: String,
    /// Words.
    pub label: String,
    /// What this person typed.
    pub mine: String,
    /// What the other person saved.
    pub theirs: String,
    /// What it was before both.
    pub original: String,
    /// The three sides as people read them, in this order, where the values themselves are no words.
    pub words: Option<[String; 3]>,
}

/// Who changed the record meanwhile, and when.
#[derive(Clone, Debug)]
pub struct ConflictBy {
    /// Name.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

/// The form: posts the chosen value of every field under its own name, with `hidden` values (the other
/// fields and the new version), so that the same command can be tried again.
pub fn conflict_chooser(
    l: &L,
    action: &str,
    hidden: &[(&str, &str)],
    by: &ConflictBy,
    fields: &[ConflictField],
) -> Markup {
    let when = format::relative(l, by.at);
    let words = l.ta("ui-conflict-words", &[("who", (&by.who).into()), ("when", when.into())]);
    html! {
        form.form.conflict method="post" action=(action) data-save {
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            div.summary role="alert" tabindex="-1" data-focus {
                (icon("git-merge"))
                div { strong { (l.t("ui-conflict-title")) } p { (words) } }
            }
            div.conflict-grid {
                div.conflict-head aria-hidden="true" {
                    span { (l.t("ui-conflict-field")) } span { (l.t("ui-conflict-mine")) }
                    span { (l.t("ui-conflict-theirs")) } span { (l.t("ui-conflict-original")) }
                }
                @for field in fields { (row(l, field)) }
            }
            div.form-actions {
                button.btn.primary type="submit" { span { (l.t("ui-conflict-save")) } kbd { "Ctrl ↵" } }
            }
        }
    }
}

/// The three sides to read, where the choice is made for all fields at once; `heads` name mine and theirs.
pub fn conflict_sides(l: &L, heads: [&str; 2], fields: &[ConflictField]) -> Markup {
    let original = l.t("ui-conflict-original");
    let [mine, theirs] = heads;
    let heads = [mine, theirs, original.as_str()];
    html! {
        div.conflict { div.conflict-grid {
            div.conflict-head aria-hidden="true" {
                span { (l.t("ui-conflict-field")) }
                @for head in &heads { span { (head) } }
            }
            @for field in fields {
                div.conflict-row role="group" aria-label=(field.label) {
                    strong.conflict-name { (field.label) }
                    @for (head, (value, words)) in heads.iter().zip(sides(field)) {
                        div.conflict-choice {
                            span.conflict-side { (head) }
                            @if value.is_empty() { span.kv-none { (l.t("ui-not-given")) } } @else { span { (words) } }
                        }
                    }
                }
            }
        } }
    }
}

/// The values of the three sides with how people read them.
fn sides(field: &ConflictField) -> impl Iterator<Item = (&String, &String)> {
    let values = [&field.mine, &field.theirs, &field.original];
    let words = field.words.as_ref().map_or(values, |words| words.each_ref());
    values.into_iter().zip(words)
}

fn row(l: &L, field: &ConflictField) -> Markup {
    let keys = ["ui-conflict-mine", "ui-conflict-theirs", "ui-conflict-original"];
    let choices = keys.into_iter().zip(sides(field));
    html! {
        fieldset.conflict-row {
            legend { (field.label) }
            @for (key, (value, words)) in choices {
                label.conflict-choice {
                    input type="radio" name=(field.name) value=(value) checked[key == "ui-conflict-mine"];
                    span.conflict-side { (l.t(key)) }
                    @if value.is_empty() { span.kv-none { (l.t("ui-not-given")) } } @else { span { (words) } }
                }
            }
        }
    }
}
