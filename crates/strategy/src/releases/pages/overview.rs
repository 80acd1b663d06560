//! The map of nodes and versions, the releases, and what was done under an old version.

use maud::{Markup, html};
use spine::bundle::queries::{self, OnMap, Release, StaleWork, Standing};
use web::ui::{self, Button, Cell, Column, PageHeader, Panel, Row, Table, Tone, stack};
use web::{Answer, Cx};

use super::{HOME, at_centre, release_mark, stage_words, standing_mark};

/// Releases shown.
const RELEASES: i64 = 20;
/// Commands done under an old version shown.
const STALE: i64 = 50;

pub(super) async fn show(mut cx: Cx) -> Answer {
    at_centre(&cx)?;
    let (l, now) = (cx.l.clone(), cx.now());
    let releases = queries::releases(&mut cx.db, RELEASES).await?;
    let mut nodes = queries::map(&mut cx.db, now).await?;
    nodes.sort_by(|a, b| (a.standing, &a.name).cmp(&(b.standing, &b.name)));
    let stale = queries::stale_work(&mut cx.db, STALE).await?;
    let lead = html! { (l.t("strategy-bundle-lead")) };
    let mut header = PageHeader::new(l.t("strategy-bundle")).lead(lead);
    if queries::has_news(&mut cx.db, &cx.app.services).await? {
        let publish = Button::primary(l.t("strategy-publish")).icon("send");
        header = header.primary(publish.href(format!("{HOME}/publish")));
    } else {
        header = header.other(html! { p.quiet { (l.t("strategy-changes-none")) } });
    }
    let panel =
        |title: &str, icon, body: Markup| Panel::new(l.t(title)).icon(icon).flush().render(&body);
    let mut parts = vec![
        counts(&cx, &nodes),
        panel("strategy-map", "server", map(&cx, &nodes)),
        panel("strategy-releases", "send", list(&cx, &releases)),
    ];
    if !stale.is_empty() {
        parts.push(panel("strategy-stale", "history", old_work(&cx, &stale)));
    }
    let body = html! { (header.render(&l)) (stack(&parts)) };
    Ok(cx.page(&l.t("strategy-bundle"), &body))
}

/// How many nodes stand how.
fn counts(cx: &Cx, nodes: &[OnMap]) -> Markup {
    let l = &cx.l;
    let all = [
        Standing::InForce,
        Standing::Waiting,
        Standing::OnItsWay,
        Standing::Late,
        Standing::Never,
        Standing::Refused,
    ];
    if nodes.is_empty() {
        return html! {};
    }
    html! {
        p {
            @for standing in all {
                @let count = nodes.iter().filter(|n| n.standing == standing).count();
                @if count > 0 {
                    (standing_mark(l, standing)) " " (l.int(i64::try_from(count).unwrap_or(i64::MAX))) " "
                }
            }
        }
    }
}

fn map(cx: &Cx, nodes: &[OnMap]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let none =
        ui::empty("server", &l.t("strategy-map-none"), &l.t("strategy-map-none-words"), None);
    let version =
        |v: Option<i64>| v.map_or_else(|| Cell::none(l), |v| Cell::text(format!("№ {v}")));
    let mut table = Table::new("strategy-map", l.t("strategy-map"))
        .column(Column::text(l.t("strategy-map-node")))
        .column(Column::text(l.t("strategy-map-branch")))
        .column(Column::text(l.t("strategy-map-standing")).wide())
        .column(Column::text(l.t("strategy-map-in-force")))
        .column(Column::text(l.t("strategy-map-since")))
        .column(Column::text(l.t("strategy-map-received")))
        .column(Column::text(l.t("strategy-map-due")))
        .live("kind:strategy_bundle kind:branch_node", HOME)
        .empty(none);
    for node in nodes {
        let why = match node.refused.as_str() {
            "" => html! {},
            code => {
                html! { " " span.quiet { (cx.refusal_words([kernel::Refusal::new(code)].iter()).join(" ")) } }
            }
        };
        table = table.row(
            Row::new(node.node_id)
                .cell(Cell::text(&node.name))
                .cell(Cell::text(directory.branch_name(node.branch_id, l.lang)))
                .cell(Cell::markup(html! { (standing_mark(l, node.standing)) (why) }))
                .cell(version(node.in_force))
                .cell(node.since.map_or_else(|| Cell::none(l), |at| Cell::ago(l, at)))
                .cell(version(node.received))
                .cell(version(node.due)),
        );
    }
    table.render(l)
}

fn list(cx: &Cx, releases: &[Release]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let words = l.t("strategy-releases-none-words");
    let none = ui::empty("send", &l.t("strategy-releases-none"), &words, None);
    let mut table = Table::new("strategy-releases", l.t("strategy-releases"))
        .column(Column::text(l.t("strategy-version")))
        .column(Column::text(l.t("strategy-note")).wide())
        .column(Column::text(l.t("strategy-state")))
        .column(Column::text(l.t("strategy-stage")))
        .column(Column::text(l.t("strategy-in-force-at")))
        .column(Column::text(l.t("strategy-made-by")))
        .live("kind:strategy_bundle", HOME)
        .empty(none);
    for release in releases {
        let who = release.made_by.map(|user| directory.staff_name(user, l.lang).to_owned());
        table = table.row(
            Row::new(release.version)
                .href(format!("{HOME}/{}", release.version))
                .cell(Cell::text(format!("№ {}", release.version)))
                .cell(Cell::text(&release.note))
                .cell(Cell::markup(release_mark(l, release, cx.now())))
                .cell(Cell::text(stage_words(cx, release)))
                .cell(Cell::text(l.datetime(release.manifest.in_force_at)))
                .cell(who.map_or_else(|| Cell::none(l), Cell::text)),
        );
    }
    table.render(l)
}

fn old_work(cx: &Cx, stale: &[StaleWork]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut table = Table::new("strategy-stale", l.t("strategy-stale"))
        .column(Column::text(l.t("strategy-stale-what")).wide())
        .column(Column::text(l.t("strategy-map-node")))
        .column(Column::text(l.t("strategy-stale-who")))
        .column(Column::text(l.t("strategy-stale-when")))
        .column(Column::text(l.t("strategy-stale-under")));
    for work in stale {
        let args = [("under", work.version.into()), ("due", work.due.into())];
        let key = if work.version == 0 { "strategy-stale-none" } else { "strategy-stale-versions" };
        let words = if work.version == 0 { l.ta(key, &args[1..]) } else { l.ta(key, &args) };
        table = table.row(
            Row::new(work.command_id)
                .cell(Cell::text(cx.command_words(&work.command)))
                .cell(Cell::text(&work.node))
                .cell(Cell::text(directory.staff_name(work.actor_id, l.lang)))
                .cell(Cell::text(l.datetime(work.done_at)))
                .cell(Cell::markup(ui::badge_with_icon(Tone::Attention, "history", &words))),
        );
    }
    table.render(l)
}
