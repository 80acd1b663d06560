//! Gallery: money row, facts with sources, badges, avatars.

use maud::{Markup, html};

use super::{part, rub};
use crate::format;
use crate::i18n::L;
use crate::ui::{
    Kv, Source, Tab, Tile, Tone, avatar, avatar_nameless, badge, badge_with_icon, copy_button, dot,
    grid, money_row, split, stack, stat, stat_row, tabs, tag,
};

pub(super) fn section(l: &L) -> Markup {
    html! {
        (tabs(&l.t("ui-g-parts"), &[
            Tab::new("/ui", l.t("ui-g-tab-overview"), true),
            Tab::new("/ui#money", l.t("ui-g-tab-money"), false).count(6),
            Tab::new("/ui#history", l.t("ui-g-tab-history"), false),
            Tab::new("/ui#files", l.t("ui-g-tab-files"), false).count(14),
        ]))
        (stack(&[money(l), split(&facts(l), &marks(l)), stats(l)]))
    }
}

fn money(l: &L) -> Markup {
    money_row(
        l,
        &[
            Tile::new(l.t("ui-g-deposits"), Some(rub(234_567_890)), l.t("ui-g-no-account"))
                .note(html! { (l.t("ui-g-accounts-3")) })
                .href("#"),
            Tile::new(l.t("ui-g-credit"), None, l.t("ui-g-no-card")),
            Tile::new(l.t("ui-g-owed"), Some(rub(0)), l.t("ui-g-no-loan"))
                .note(html! { (l.t("ui-g-loan-closed")) }),
        ],
    )
}

fn facts(l: &L) -> Markup {
    let source = |origin: &str, days: i64, is_stale: bool| Source {
        origin: l.t(origin),
        author: (!is_stale).then(|| l.t("ui-g-me")),
        at: l.now.plus_days(-days),
        is_stale,
    };
    let phone = format::phone("+79161234567");
    let body = Kv::new("facts")
        .line(
            l.t("ui-g-phone"),
            html! { a.num href="tel:+79161234567" { (phone) } (copy_button(l, "+79161234567")) },
        )
        .from_source(source("ui-g-source-call", 2, false))
        .edit("/ui/dialog")
        .text(l.t("ui-g-address"), &l.t("ui-g-address-1"))
        .from_source(source("ui-g-source-core", 900, true))
        .text(l.t("ui-g-document"), "4510 123456")
        .from_source(source("ui-g-source-core", 30, false))
        .line(l.t("ui-g-income"), html! { (l.money_whole(rub(18_000_000))) })
        .missing(l.t("ui-g-email"))
        .render(l);
    part(l.t("ui-g-facts"), &body)
}

fn marks(l: &L) -> Markup {
    let body = html! {
        div.stack {
            div.gallery-line {
                (badge(Tone::Neutral, &l.t("ui-g-b-neutral"))) (badge(Tone::Good, &l.t("ui-g-b-good")))
                (badge(Tone::Attention, &l.t("ui-g-b-attention"))) (badge(Tone::Danger, &l.t("ui-g-b-danger")))
                (badge(Tone::Info, &l.t("ui-g-b-info"))) (badge_with_icon(Tone::Attention, "crown", "VIP"))
                (tag(&l.t("ui-g-tag-1"))) (tag(&l.t("ui-g-tag-2")))
            }
            div.gallery-line {
                (dot(Tone::Good, &l.t("ui-g-b-good"))) (dot(Tone::Attention, &l.t("ui-g-b-attention")))
                (dot(Tone::Danger, &l.t("ui-g-b-danger"))) (dot(Tone::Neutral, &l.t("ui-g-b-neutral")))
            }
            div.gallery-line {
                @for at in 1..=5 { (avatar(&l.t(&format!("ui-g-name-{at}")))) }
                (avatar_nameless("user-round", "2 384", &l.t("ui-g-client")))
            }
        }
    };
    part(l.t("ui-g-marks"), &body)
}

fn stats(l: &L) -> Markup {
    grid(&[stat_row(&[
        stat(
            &l.t("ui-g-s-clients"),
            &l.int(12_480),
            Some((Tone::Good, &l.t("ui-g-s-up"))),
            Some("#"),
        ),
        stat(&l.t("ui-g-s-overdue"), "7", Some((Tone::Attention, &l.t("ui-g-s-today"))), Some("#")),
        stat(
            &l.t("ui-g-s-sla"),
            &l.percent(9_450),
            Some((Tone::Danger, &l.t("ui-g-s-down"))),
            None,
        ),
        stat(&l.t("ui-g-s-plan"), &l.money_compact(rub(12_345_678_900)), None, None),
    ])])
}
