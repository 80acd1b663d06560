//! How links are put into words.

use maud::{Markup, html};
use web::i18n::L;
use web::icons::icon;
use web::ui::{self, Tone};

use crate::client::model::Segment;
use crate::client::queries::ClientHead;
use crate::contacts::frame::{card, name_of};
use crate::links::model::{LinkKind, Relation, Tie};

/// What the other one is: `Parent`, `Child`, `Employer`.
pub(super) fn relation_words(l: &L, relation: Relation) -> String {
    l.t(&format!("links-kind-{}", relation.key()))
}

/// What the holder of a link is to the other end, for the line of the graph: `Director`, `Owner 51 %`.
pub(super) fn tie_words(l: &L, tie: &Tie) -> String {
    let name = relation_words(l, Relation { kind: tie.kind, other_holds: true });
    match tie.share_bp {
        Some(share) => format!("{name} {}", l.percent(share)),
        None => name,
    }
}

pub(super) fn kind_words(l: &L, head: &ClientHead) -> String {
    l.t(&format!("client-kind-{}", head.kind.key().replace('_', "-")))
}

/// A client as a link, marked when he matters more than most.
pub(super) fn client_link(l: &L, head: &ClientHead) -> Markup {
    html! {
        a href=(card(head.id)) { (icon(head.kind.icon())) " " (name_of(l, head)) }
        @if matches!(head.segment, Segment::Vip | Segment::Premium) {
            " " (segment_mark(l, head.segment))
        }
    }
}

fn segment_mark(l: &L, segment: Segment) -> Markup {
    let word = l.t(&format!("choice-segment-{}", segment.key()));
    match segment {
        Segment::Vip => ui::badge_with_icon(Tone::Attention, "crown", &word),
        Segment::Premium | Segment::Mass | Segment::Sme | Segment::Corporate => ui::tag(&word),
    }
}

/// `14 hidden`, where people stand whom this person may not see.
pub(super) fn hidden_words(l: &L, hidden: usize) -> Markup {
    html! {
        @if hidden > 0 {
            p.quiet title=(l.t("links-hidden-words")) {
                (icon("eye-off")) " " (l.ta("links-hidden", &[("n", hidden.into())]))
            }
        }
    }
}

/// Icon of a kind of link.
pub(super) const fn kind_icon(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Spouse | LinkKind::Parent | LinkKind::Sibling => "heart",
        LinkKind::Employee => "briefcase",
        LinkKind::Director => "user-check",
        LinkKind::Owner | LinkKind::BeneficialOwner => "chart-pie",
        LinkKind::Guarantor => "shield",
        LinkKind::HouseholdMember => "house",
        LinkKind::GroupMember => "network",
        LinkKind::Partner | LinkKind::Other => "link",
    }
}
