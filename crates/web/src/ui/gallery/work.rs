//! Gallery: timeline, states, the rail.

use maud::{Markup, html};

use super::{day, part};
use crate::i18n::L;
use crate::ui::{
    Moment, Panel, TimelineEntry, Tone, badge, empty, failure, grid, moved, no_right, not_found,
    offline, split, stack, timeline, toast,
};

pub(super) fn section(l: &L) -> Markup {
    stack(&[
        split(
            &part(l.t("ui-g-timeline"), &history(l)),
            &part(
                l.t("ui-g-toasts"),
                &html! {
                    div.stack {
                        (toast(Tone::Good, &l.t("ui-g-toast-good"), Some(&html! { button.btn.quiet type="button" { (l.t("ui-g-undo")) } })))
                        (toast(Tone::Danger, &l.t("ui-request-failed"), None))
                    }
                },
            ),
        ),
        grid(&[
            part(
                l.t("ui-g-failure"),
                &failure(l, &l.t("ui-g-failure-words"), "01JD-7QK2", Some("/ui")),
            ),
            part(l.t("ui-g-offline"), &offline(l, "10:42")),
            part(
                l.t("ui-g-forbidden"),
                &no_right(l, &l.t("ui-g-forbidden-words"), &l.t("ui-g-manager")),
            ),
            part(l.t("ui-g-missing"), &not_found(l)),
            part(l.t("web-moved"), &moved(l, "/ui", true)),
        ]),
    ])
}

pub(super) fn history(l: &L) -> Markup {
    let entries = [
        TimelineEntry::new(
            "1",
            "phone-outgoing",
            Moment::At(l.now.plus_minutes(-5)),
            l.t("ui-g-me"),
            html! { (l.t("ui-g-h-call")) },
        )
        .tone(Tone::Good)
        .result(badge(Tone::Good, &l.t("ui-g-h-reached")))
        .body(html! { (l.t("ui-g-h-call-body")) })
        .next_step(html! { (l.t("ui-g-step-1")) ", " (l.date(day(l, 3))) })
        .new_since(true),
        TimelineEntry::new(
            "2",
            "credit-card",
            Moment::At(l.now.plus_hours(-2)),
            l.t("ui-g-source-core"),
            html! { (l.t("ui-g-h-card")) },
        )
        .tone(Tone::Attention),
        TimelineEntry::new(
            "3",
            "mail",
            Moment::At(l.now.plus_days(-1)),
            l.t("ui-g-name-1"),
            html! { (l.t("ui-g-h-mail")) },
        )
        .body(html! { (l.t("ui-g-h-mail-body")) }),
        TimelineEntry::new(
            "4",
            "landmark",
            Moment::On(day(l, -9)),
            l.t("ui-g-branch"),
            html! { (l.t("ui-g-h-visit")) },
        )
        .tone(Tone::Info),
    ];
    timeline(l, &entries, Some("/ui"))
}

pub(super) fn rail(l: &L) -> Markup {
    html! {
        (Panel::new(l.t("ui-g-r-next")).icon("arrow-right").render(&html! {
            p { strong { (l.t("ui-g-step-1")) } }
            p.quiet { (l.date(day(l, 3))) " · " (l.t("ui-g-me")) }
        }))
        (Panel::new(l.t("ui-g-r-tasks")).icon("list-checks").render(&empty("list-checks", &l.t("ui-g-r-none"), &l.t("ui-g-r-none-words"), None)))
    }
}
