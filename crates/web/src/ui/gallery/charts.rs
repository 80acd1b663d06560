//! Gallery: charts, the link graph, the board, progress, steps, filter, conflict.

use maud::{Markup, html};

use super::{day, part, rub};
use crate::i18n::L;
use crate::ui::chart::{MonthFlow, Slice, donut, funnel, horizontal_bars, month_chart, sparkline};
use crate::ui::{
    BoardCard, BoardColumn, ConflictBy, ConflictField, GraphEdge, GraphNode, StepState, Tone,
    avatar, board, conflict_chooser, grid, link_graph, progress, split, stack, steps,
};

pub(super) fn section(l: &L) -> Markup {
    stack(&[
        split(&part(l.t("ui-g-turnover"), &turnover(l)), &part(l.t("ui-g-shares"), &shares(l))),
        part(l.t("ui-g-links"), &graph(l)),
        grid(&[part(l.t("ui-g-funnel"), &stages(l)), part(l.t("ui-g-bars"), &bars(l))]),
        part(l.t("ui-g-path"), &path(l)),
        part(l.t("ui-g-board"), &deals(l)),
        part(l.t("ui-g-conflict"), &conflict(l)),
    ])
}

fn turnover(l: &L) -> Markup {
    let flows: Vec<MonthFlow> = (0..12_i64)
        .map(|at| MonthFlow {
            month: day(l, (at - 11) * 30),
            income: 18_000_000 + at * 731_000 % 5_400_000 + if at == 8 { 22_000_000 } else { 0 },
            outgo: 12_400_000 + at * 2_310_000 % 9_700_000,
        })
        .collect();
    month_chart(l, "turnover", &l.t("ui-g-turnover-title"), kernel::Currency::RUB, &flows)
}

fn shares(l: &L) -> Markup {
    let slice = |key: &str, value: i64| Slice {
        label: l.t(key),
        value,
        written: l.money_compact(rub(value)),
    };
    let slices = [
        slice("ui-g-p-deposit", 150_000_000),
        slice("ui-g-p-card", 42_000_000),
        slice("ui-g-p-savings", 31_000_000),
        slice("ui-g-p-invest", 11_500_000),
    ];
    donut(l, &l.t("ui-g-shares"), &l.money_compact(rub(234_500_000)), &slices)
}

fn graph(l: &L) -> Markup {
    let node = |id: &str, label: &str, detail: &str, tone| GraphNode {
        id: id.into(),
        label: l.t(label),
        detail: l.t(detail),
        href: "/ui".into(),
        tone,
    };
    let nodes = [
        node("1", "ui-g-name-1", "ui-g-k-centre", Tone::Neutral),
        node("2", "ui-g-name-3", "ui-g-k-company", Tone::Neutral),
        node("3", "ui-g-name-2", "ui-g-k-person", Tone::Neutral),
        node("4", "ui-g-name-4", "ui-g-k-late", Tone::Danger),
        node("5", "ui-g-name-5", "ui-g-k-person", Tone::Neutral),
        node("6", "ui-g-name-6", "ui-g-k-company", Tone::Attention),
    ];
    let edge = |from: &str, to: &str, key: &str| GraphEdge {
        from: from.into(),
        to: to.into(),
        label: l.t(key),
    };
    let edges = [
        edge("1", "2", "ui-g-e-owner"),
        edge("1", "3", "ui-g-e-spouse"),
        edge("4", "1", "ui-g-e-guarantor"),
        edge("2", "5", "ui-g-e-director"),
        edge("2", "6", "ui-g-e-parent"),
    ];
    link_graph(l, &l.t("ui-g-links"), "1", &nodes, &edges)
}

fn stages(l: &L) -> Markup {
    let stage = |key: &str, number| (l.t(key), number);
    funnel(
        l,
        &l.t("ui-g-funnel"),
        &[
            stage("ui-g-d-new", 1_240),
            stage("ui-g-d-talk", 610),
            stage("ui-g-d-offer", 284),
            stage("ui-g-d-won", 131),
        ],
    )
}

fn bars(l: &L) -> Markup {
    let row = |key: &str, value: i64| (l.t(key), value, l.int(value), Some("#".to_owned()));
    html! {
        div.stack {
            (horizontal_bars(&l.t("ui-g-bars"), &[row("ui-g-me", 42), row("ui-g-name-2", 31), row("ui-g-name-5", 12)]))
            div.gallery-line {
                (sparkline(&l.t("ui-g-spark"), &[12, 14, 11, 18, 17, 22, 21, 27]))
                span { (l.t("ui-g-spark")) }
            }
            (progress(l, &l.t("ui-g-import"), 3_410, Some(5_369)))
            (progress(l, &l.t("ui-g-import"), 0, None))
        }
    }
}

fn path(l: &L) -> Markup {
    let step = |key: &str, state| (l.t(key), state, Some("/ui".to_owned()));
    steps(
        l,
        &l.t("ui-g-path"),
        &[
            step("ui-g-d-new", StepState::Done),
            step("ui-g-d-talk", StepState::Done),
            step("ui-g-d-offer", StepState::Current),
            step("ui-g-d-sign", StepState::Next),
            step("ui-g-d-won", StepState::Next),
        ],
    )
}

fn deals(l: &L) -> Markup {
    let card = |id: &str, client: &str, sum, next: (Tone, &str), days, is_stale| BoardCard {
        id: id.into(),
        href: "/ui".into(),
        title: l.t("ui-g-deal"),
        subtitle: l.t(client),
        amount: Some(rub(sum)),
        next: Some((next.0, l.t(next.1))),
        days,
        is_stale,
        marks: avatar(&l.t("ui-g-me")),
    };
    let column = |stage: &str, key: &str, count, sum, cards| BoardColumn {
        stage: stage.into(),
        label: l.t(key),
        count,
        sum: Some(rub(sum)),
        weighted: Some(rub(sum / 3)),
        cards,
        more_href: None,
    };
    let today = (Tone::Attention, "ui-g-n-today");
    let late = (Tone::Danger, "ui-g-n-late");
    let planned = (Tone::Neutral, "ui-g-n-planned");
    board(
        l,
        "/ui/move",
        &[
            column(
                "new",
                "ui-g-d-new",
                2,
                830_000_000,
                vec![
                    card("b1", "ui-g-name-2", 450_000_000, today, 2, false),
                    card("b2", "ui-g-name-5", 380_000_000, planned, 1, false),
                ],
            ),
            column(
                "talk",
                "ui-g-d-talk",
                1,
                1_200_000_000,
                vec![card("b3", "ui-g-name-3", 1_200_000_000, late, 19, true)],
            ),
            column("offer", "ui-g-d-offer", 0, 0, Vec::new()),
        ],
    )
}

fn conflict(l: &L) -> Markup {
    let field = |name: &str, label: &str, [mine, theirs, original]: [&str; 3]| ConflictField {
        name: name.into(),
        label: l.t(label),
        mine: mine.into(),
        theirs: theirs.into(),
        original: original.into(),
        words: None,
    };
    let address = l.t("ui-g-address-1");
    conflict_chooser(
        l,
        "/ui",
        &[("version", "8")],
        &ConflictBy { who: l.t("ui-g-name-2"), at: l.now.plus_minutes(-3) },
        &[
            field("phone", "ui-g-phone", ["+7 916 123-45-67", "+7 916 123-45-76", ""]),
            field("address", "ui-g-address", [&address, "—", &address]),
        ],
    )
}
