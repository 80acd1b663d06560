//! The household or group of a client: who stands for it, its members, what they have together, and what
//! is amiss with it.

use kernel::Money;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use store::Reader;
use web::i18n::L;
use web::icons::icon;
use web::ui::{self, Panel, Tone};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::words::{client_link, hidden_words, kind_words};
use crate::client::queries::ClientHead;
use crate::contacts::frame::{self, Seen, card};
use crate::links::model::{CircleWarning, MainMember, MemberRole};
use crate::links::queries::{self, CircleCard, Member, Together};

/// Members named on the card; the rest is one click away.
const NAMED: usize = 8;

/// The household or group in the rail of the card.
pub(super) struct CirclePanel;

impl CardPanel for CirclePanel {
    fn key(&self) -> &'static str {
        "circle"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        45
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, .. }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            let Seen { head, is_hidden, mut db, .. } =
                frame::seen(cx, client, Group::Links).await?;
            if is_hidden {
                return Ok(None);
            }
            let src = format!("{}/panel/circle", card(client));
            panels(cx, &mut db, &head, NAMED, &src).await
        })
    }
}

/// A panel for each household and group of the client; none when he belongs to none.
///
/// # Errors
/// The database's.
pub(super) async fn panels(
    cx: &Cx,
    db: &mut Reader,
    client: &ClientHead,
    named: usize,
    src: &str,
) -> Result<Option<Markup>, Error> {
    let today = cx.l.today;
    let circles = queries::circles_of(db, cx.principal(), client, today).await?;
    let mut cards = Vec::with_capacity(circles.len());
    for circle in &circles {
        cards.push(queries::circle_card(db, cx.principal(), circle, today).await?);
    }
    let live = format!("client:{}", client.id);
    Ok(match cards.as_slice() {
        [] => None,
        [one] => {
            let panel = |panel: Panel| panel.id("panel-circle").live(live, src);
            Some(self::panel(cx, client, one, named, panel))
        }
        // one root, so that the whole is fetched anew when the client changes
        several => Some(html! {
            div.stack id="panel-circle" data-live=(live) data-live-src=(src) {
                @for one in several { (panel(cx, client, one, named, |panel| panel)) }
            }
        }),
    })
}

fn panel(
    cx: &Cx,
    client: &ClientHead,
    one: &CircleCard,
    named: usize,
    dress: impl FnOnce(Panel) -> Panel,
) -> Markup {
    let l = &cx.l;
    let may_edit = cx.principal().reaches("client.edit", one.head.owner());
    let others: Vec<&Member> = one.members.iter().filter(|m| m.role != MemberRole::Main).collect();
    let shown = others.get(..named).unwrap_or(&others);
    let body = html! {
        @for warning in &one.warnings { (warning_line(l, *warning)) }
        dl.kv {
            @if one.head.id != client.id {
                div.kv-line { dt { (kind_words(l, &one.head)) } dd { span.kv-value { (client_link(l, &one.head)) } } }
            }
            (main_line(cx, one, may_edit))
            @if !shown.is_empty() {
                div.kv-line {
                    dt { (l.t("circle-members")) }
                    dd { div.cell-lines { @for member in shown { (member_line(l, member)) } } }
                }
            }
            @if let Some(together) = &one.together { (together_lines(l, together)) }
        }
        (notes(l, one))
    };
    let links = format!("{}/links", card(one.head.id));
    dress(Panel::new(kind_words(l, &one.head)))
        .icon(one.head.kind.icon())
        .footer(html! {
            a href=(links) { (icon("network")) " " (l.t("links-graph")) }
            @if others.len() > shown.len() {
                span.quiet { " " (l.ta("links-more", &[("n", (others.len() - shown.len()).into())])) }
            }
        })
        .render(&body)
}

fn warning_line(l: &L, warning: CircleWarning) -> Markup {
    let words = l.t(&format!("circle-warning-{}", warning.key()));
    html! { p { (ui::badge(Tone::Attention, &words)) } }
}

fn main_line(cx: &Cx, one: &CircleCard, may_edit: bool) -> Markup {
    let l = &cx.l;
    let main = one.members.iter().find(|m| m.role == MemberRole::Main);
    let src = format!("{}/main-member", card(one.head.id));
    html! {
        div.kv-line {
            dt { (icon("crown")) " " (l.t("circle-main")) }
            dd {
                span.kv-value {
                    @match (one.main, main) {
                        (MainMember::Seen(_), Some(main)) => (client_link(l, &main.head)),
                        (MainMember::Hidden, _) => span.quiet { (l.t("circle-main-hidden")) },
                        _ => span.kv-none { (l.t("circle-main-none")) },
                    }
                }
                @if may_edit && one.main != MainMember::Hidden && !one.members.is_empty() {
                    a.kv-edit href=(src) data-dialog-src=(src) aria-label=(l.t("circle-choose")) title=(l.t("circle-choose")) {
                        (icon("pencil"))
                    }
                }
            }
        }
    }
}

fn member_line(l: &L, member: &Member) -> Markup {
    html! {
        div.kv-value {
            span { (client_link(l, &member.head)) }
            span.quiet { (role_words(l, member.role)) }
        }
    }
}

/// What a member is: `Spouse`, `Subsidiary`.
pub(super) fn role_words(l: &L, role: MemberRole) -> String {
    l.t(&format!("circle-role-{}", role.key()))
}

fn together_lines(l: &L, together: &Together) -> Markup {
    let line = |label: &str, sums: Vec<Money>, none: &str| {
        html! {
            div.kv-line {
                dt { (l.t(label)) }
                dd {
                    @if sums.is_empty() { span.kv-none { (l.t(none)) } }
                    @for (at, sum) in sums.iter().enumerate() {
                        @if at > 0 { " + " }
                        span.num title=(l.money(*sum)) { (l.money_whole(*sum)) }
                    }
                }
            }
        }
    };
    let sums = |pick: fn(&queries::Exposure) -> Money| together.sums.iter().map(pick).collect();
    let has_income = !together.income.is_empty() || together.income_unknown > 0;
    html! {
        @if has_income { (line("circle-income", together.income.clone(), "circle-income-none")) }
        (line("circle-assets", sums(|s| s.deposits), "holdings-no-accounts"))
        (line("circle-liabilities", sums(|s| s.owed), "holdings-no-loans"))
    }
}

/// What the sums leave out.
fn notes(l: &L, one: &CircleCard) -> Markup {
    let count = |key: &str, n: usize| {
        html! { @if n > 0 { p.quiet { (l.ta(key, &[("n", n.into())])) } } }
    };
    let unknown_loans: i64 =
        one.together.iter().flat_map(|t| &t.sums).map(|sum| sum.unknown_loans).sum();
    html! {
        @match &one.together {
            None => p.quiet { (icon("eye-off")) " " (l.t("circle-sums-hidden")) },
            Some(together) => {
                (count("circle-income-unknown", together.income_unknown))
                (count("links-group-unknown", usize::try_from(unknown_loans).unwrap_or(0)))
                (count("links-group-hidden", together.uncounted))
            }
        }
        (hidden_words(l, one.hidden))
        @if one.has_more { p.quiet { (l.ta("circle-has-more", &[("n", queries::MEMBERS_MAX.into())])) } }
    }
}
