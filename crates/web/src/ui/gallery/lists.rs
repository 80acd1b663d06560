//! Gallery: tables, empty and loading lists.

use maud::{Markup, html};

use super::{day, rub};
use crate::i18n::L;
use crate::ui::{
    BulkAction, Button, Cell, Column, Condition, FilterBar, FilterField, FilterValue, Menu,
    MenuItem, Opt, Pager, Panel, Row, SortDirection, Table, Tone, View, avatar, avatar_nameless,
    badge, column_chooser, dot, empty, grid, icon_button, saved_views, skeleton_rows, stack,
};

pub(super) fn section(l: &L) -> Markup {
    stack(&[
        clients(l),
        grid(&[
            Panel::new(l.t("ui-g-loading")).flush().render(&skeleton_rows(l, 5)),
            Panel::new(l.t("ui-g-empty")).render(&empty(
                "users",
                &l.t("ui-g-empty-title"),
                &l.t("ui-g-empty-words"),
                Some(Button::primary(l.t("ui-g-new-person")).icon("plus").dialog("/ui/dialog")),
            )),
        ]),
    ])
}

fn clients(l: &L) -> Markup {
    let mut table = Table::new("clients", l.t("ui-g-nav-people"))
        .column(
            Column::text(l.t("ui-g-c-name")).sort("?sort=-name", Some(SortDirection::Ascending)),
        )
        .column(Column::text(l.t("ui-g-c-segment")))
        .column(Column::text(l.t("ui-g-c-status")))
        .column(Column::number(l.t("ui-g-c-deposits")).sort("?sort=-deposits", None))
        .column(Column::number(l.t("ui-g-c-loans")))
        .column(Column::text(l.t("ui-g-c-contact")).sort("?sort=-contact", None))
        .column(Column::text(l.t("ui-g-c-step")).wide());
    let tones = [Tone::Good, Tone::Attention, Tone::Good, Tone::Danger, Tone::Good];
    let states = ["ui-g-b-good", "ui-g-b-attention", "ui-g-b-good", "ui-g-b-danger", "ui-g-b-good"];
    let deposits: [i64; 5] = [234_567_890, 1_250_000, 0, 98_700_012, 5_600];
    for (at, (tone, state)) in tones.into_iter().zip(states).enumerate() {
        let name = l.t(&format!("ui-g-name-{}", at + 1));
        let days = i64::try_from(at).unwrap_or(0);
        let deposit = deposits.get(at).copied().unwrap_or(0);
        table = table.row(
            Row::new(at)
                .href("/ui")
                .cell(Cell::markup(html! { span.with-avatar { (avatar(&name)) (name) } }))
                .cell(Cell::text(l.t(if at % 2 == 0 { "ui-g-seg-1" } else { "ui-g-seg-2" })))
                .cell(Cell::markup(dot(tone, &l.t(state))))
                .cell(Cell::money(l, rub(deposit)))
                .cell(if at == 2 { Cell::none(l) } else { Cell::money(l, rub(-deposit / 3)) })
                .cell(Cell::ago(l, l.now.plus_minutes(-7 - days * 1_900)))
                .cell(next_step(l, days))
                .tone(if tone == Tone::Danger { Tone::Danger } else { Tone::Neutral })
                .actions(html! {
                    (icon_button("phone", &l.t("ui-g-log-call"), &[("data-dialog-src", "/ui/dialog")]))
                    (Menu::dots(format!("row-menu-{at}"), l.t("ui-actions"))
                        .item(MenuItem::Link { href: "#".into(), icon: "pencil", label: l.t("ui-g-edit") })
                        .render())
                }),
        );
    }
    let nameless = Row::new("n")
        .href("/ui")
        .cell(Cell::markup(avatar_nameless("user-round", "2 384", &l.t("ui-g-client"))))
        .cell(Cell::text(l.t("ui-g-seg-2")))
        .cell(Cell::markup(badge(Tone::Info, &l.t("ui-g-imported"))))
        .cell(Cell::money(l, rub(4_512_300)))
        .cell(Cell::none(l))
        .cell(Cell::none(l))
        .cell(Cell::none(l));
    let sums =
        vec![None, None, None, Some(html! { (l.money(rub(339_041_802))) }), None, None, None];
    let table = table
        .row(nameless)
        .sums(sums)
        .bulk(BulkAction::dialog("/ui/dialog", "user-check", l.t("ui-g-bulk-assign")))
        .bulk(BulkAction::post("/ui", "download", l.t("ui-g-bulk-export")))
        .pager(Pager {
            previous: None,
            next: Some("?after=6".into()),
            words: l.t("ui-g-page-words"),
        })
        .render(l);
    let views =
        [("ui-g-v-mine", true, false), ("ui-g-v-vip", false, true), ("ui-g-v-none", false, true)]
            .map(|(key, is_current, is_shared)| View {
                href: "/ui".into(),
                label: l.t(key),
                is_current,
                is_shared,
            });
    html! {
        div {
            (saved_views(l, &views, Some("/ui/dialog")))
            (filter(l))
            (Panel::new("").flush().render(&table))
        }
    }
}

fn filter(l: &L) -> Markup {
    let option = |value: &str, key: &str| Opt::new(value, l.t(key));
    let field = |name: &str, key: &str, operators, value| FilterField {
        name: name.into(),
        label: l.t(key),
        operators,
        value,
    };
    let fields = vec![
        field(
            "segment",
            "ui-g-c-segment",
            vec![option("is", "ui-g-o-is"), option("not", "ui-g-o-not")],
            FilterValue::Choice(vec![option("1", "ui-g-seg-1"), option("2", "ui-g-seg-2")]),
        ),
        field(
            "deposits",
            "ui-g-c-deposits",
            vec![option("gt", "ui-g-o-more"), option("lt", "ui-g-o-less")],
            FilterValue::Number,
        ),
        field(
            "contact",
            "ui-g-c-contact",
            vec![option("before", "ui-g-o-before")],
            FilterValue::Date,
        ),
        field("name", "ui-g-c-name", vec![option("has", "ui-g-o-has")], FilterValue::Text),
        field("email", "ui-g-email", vec![option("empty", "ui-g-o-empty")], FilterValue::None),
    ];
    let chosen = Condition::parse([
        ("field", "segment"),
        ("op", "is"),
        ("value", "1"),
        ("field", "deposits"),
        ("op", "gt"),
        ("value", "100 000"),
    ]);
    let columns: Vec<Opt> =
        ["name", "segment", "status"].map(|name| option(name, &format!("ui-g-c-{name}"))).to_vec();
    FilterBar::new("clients", fields, chosen)
        .search("", l.t("ui-g-find"))
        .keep("sort", "name")
        .end(column_chooser(l, "clients-columns", "/ui", &[], &columns, &["name", "status"]))
        .render(l)
}

fn next_step(l: &L, days: i64) -> Cell {
    if days == 4 {
        return Cell::markup(badge(Tone::Attention, &l.t("ui-g-no-step")));
    }
    let text = l.t("ui-g-step-1");
    Cell::text(format!("{}: {text}", l.date(day(l, days))))
}
