//! Progress of long jobs, and the path of a case through its stages.

use maud::{Markup, html};

use crate::i18n::L;
use crate::icons::icon;

/// A bar with words. `total` is `None` while nobody knows how much there is. Put it into a panel that
/// is live on the job's topic.
pub fn progress(l: &L, label: &str, done: i64, total: Option<i64>) -> Markup {
    let words = match total {
        Some(total) => {
            let (done, total) = (l.int(done), l.int(total));
            l.ta("ui-progress", &[("done", done.into()), ("total", total.into())])
        }
        None => l.t("ui-progress-unknown"),
    };
    html! {
        div.progress {
            div.progress-line { span { (label) } span.quiet { (words) } }
            @match total {
                Some(total) => progress value=(done.clamp(0, total.max(1))) max=(total.max(1)) aria-label=(label) {},
                None => progress aria-label=(label) {},
            }
        }
    }
}

/// Where a case stands at one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Behind it.
    Done,
    /// In it.
    Current,
    /// Ahead.
    Next,
}

/// The path of a case: its stages in order, with an optional address each.
pub fn steps(l: &L, label: &str, steps: &[(String, StepState, Option<String>)]) -> Markup {
    html! {
        ol.steps aria-label=(label) {
            @for (words, state, href) in steps {
                @let (class, name, said) = match state {
                    StepState::Done => ("done", "check", "ui-step-done"),
                    StepState::Current => ("current", "circle-dot", "ui-step-current"),
                    StepState::Next => ("next", "circle", "ui-step-next"),
                };
                li class=(class) aria-current=[(*state == StepState::Current).then_some("step")] {
                    (icon(name))
                    @match href {
                        Some(href) => a href=(href) { (words) },
                        None => span { (words) },
                    }
                    span.hidden { (l.t(said)) }
                }
            }
        }
    }
}
