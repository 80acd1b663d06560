//! How likeness and its reasons are put into words, the same on every page.

use jurisdiction::fellegi_sunter::Field;
use maud::{Markup, html};
use web::Cx;
use web::i18n::L;
use web::icons::{icon, icon_labelled};
use web::ui::{self, Tone};

use crate::client::client_title;
use crate::client::queries::ClientHead;
use crate::identity::pair::{Level, Reason};
use crate::identity::queries::Side;

/// From this probability on a pair is almost surely one client (millionths).
pub(super) const SURE_PPM: i64 = 990_000;

/// `99,9 %` in a badge, more urgent the surer it is.
pub(super) fn chance(l: &L, probability_ppm: i64) -> Markup {
    let tone = if probability_ppm >= SURE_PPM { Tone::Attention } else { Tone::Info };
    // nothing is certain: what rounds to a whole hundred is shown as a little less
    let basis_points = (probability_ppm / 100).min(9_999);
    ui::badge(tone, &l.percent(basis_points))
}

fn field_words(l: &L, field: Field) -> String {
    l.t(&format!("duplicate-field-{}", field.key().replace('_', "-")))
}

pub(super) const fn tone(level: Level) -> Tone {
    match level {
        Level::Agrees => Tone::Good,
        Level::Near => Tone::Info,
        Level::Differs => Tone::Attention,
    }
}

/// `Surname: nearly the same`.
pub(super) fn reason_words(l: &L, reason: &Reason) -> String {
    let how = match reason.way {
        Some(way) => l.t(&format!("duplicate-way-{}", way.key())),
        None => l.t(&format!("duplicate-level-{}", reason.level.key())),
    };
    format!("{}: {how}", field_words(l, reason.field))
}

/// What a reason is about.
pub(super) fn reason_field(l: &L, reason: &Reason) -> String {
    field_words(l, reason.field)
}

/// How a field compares, with the way it met.
pub(super) fn reason_level(l: &L, reason: &Reason) -> Markup {
    html! {
        (ui::badge(tone(reason.level), &l.t(&format!("duplicate-level-{}", reason.level.key()))))
        @if let Some(way) = reason.way {
            " " span.quiet { (l.t(&format!("duplicate-way-{}", way.key()))) }
        }
    }
}

/// What speaks for one client and what against, in one line each, the weightiest first.
pub(super) fn reasons_short(l: &L, all: &[Reason]) -> Markup {
    let line = |is_for: bool| -> String {
        let mut some: Vec<&Reason> = all
            .iter()
            .filter(|r| r.bits_hundredths != 0 && (r.bits_hundredths > 0) == is_for)
            .collect();
        some.sort_by_key(|r| std::cmp::Reverse(r.bits_hundredths.abs()));
        let words: Vec<String> = some.iter().map(|r| field_words(l, r.field)).collect();
        words.join(", ")
    };
    let (agrees, differs) = (line(true), line(false));
    html! {
        span title=(agrees) { (icon_labelled("check", &l.t("duplicate-level-agrees"))) " " (agrees) }
        @if !differs.is_empty() {
            br;
            span.quiet title=(differs) {
                (icon_labelled("x", &l.t("duplicate-level-differs"))) " " (differs)
            }
        }
    }
}

/// Each reason with how it compares, the weightiest first.
pub(super) fn reasons(l: &L, all: &[Reason]) -> Markup {
    let mut sorted: Vec<&Reason> = all.iter().filter(|r| r.bits_hundredths != 0).collect();
    sorted.sort_by_key(|r| std::cmp::Reverse(r.bits_hundredths.abs()));
    html! {
        span.duplicate-reasons {
            @for reason in sorted {
                (ui::dot(tone(reason.level), &reason_words(l, reason))) " "
            }
        }
    }
}

/// Who one may ask about a client one may not see.
pub(super) fn masked(cx: &Cx, side: &Side) -> Option<String> {
    let Side::Masked { branch_id, manager_id } = side else { return None };
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let manager = manager_id.map(|m| directory.staff_name(m, l.lang).to_owned());
    let branch = branch_id.map(|b| directory.branch_name(b, l.lang).to_owned());
    let manager = manager.filter(|name| !name.is_empty());
    let branch = branch.filter(|name| !name.is_empty());
    Some(match (branch, manager) {
        (Some(branch), Some(manager)) => {
            l.ta("duplicate-masked-both", &[("branch", branch.into()), ("manager", manager.into())])
        }
        (Some(branch), None) => l.ta("duplicate-masked-branch", &[("branch", branch.into())]),
        (None, Some(manager)) => l.ta("duplicate-masked-manager", &[("manager", manager.into())]),
        (None, None) => l.t("duplicate-masked-nobody"),
    })
}

/// A client in a line of text: name and number, or whom to ask.
pub(super) fn side_line(cx: &Cx, side: &Side) -> Markup {
    match (side.head(), masked(cx, side)) {
        (Some(head), _) => html! {
            (client_title(&cx.l, head))
            br; span.quiet { (facts(cx, head)) }
        },
        (None, words) => html! {
            (icon("eye-off")) " " span.quiet { (words.unwrap_or_default()) }
        },
    }
}

/// What tells namesakes apart at a glance.
pub(super) fn facts(cx: &Cx, head: &ClientHead) -> String {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut facts = vec![head.number.clone()];
    facts.extend(head.birth_date.or(head.registered_on).map(|day| l.date(day)));
    facts.extend(head.branch_id.map(|b| directory.branch_name(b, l.lang).to_owned()));
    facts.join(" · ")
}
