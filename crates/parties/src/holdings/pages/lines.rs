//! One line of the holdings table for each thing a client holds.

use kernel::{ClientId, Date};
use maud::{Markup, html};
use web::i18n::L;
use web::icons::icon;
use web::ui::{Cell, Row};

use super::words;
use crate::holdings::indicators::{Holding, Indicator, indicators};
use crate::holdings::model::{
    Account, AccountKind, AccountRole, Card, CardState, Loan, LoanState, mask_number,
};
use crate::holdings::queries::{HeldAccount, Holder};

/// Which part of the table a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What the client has.
    Asset,
    /// What he owes.
    Liability,
    /// Neither: cards.
    Tool,
    /// Closed, of any kind.
    Closed,
}

/// A line: its part and its row.
pub(super) struct Line {
    pub(super) part: Part,
    pub(super) row: Row,
}

/// Whose a holding is, when it is not the client's own.
pub(super) struct Whose<'a> {
    pub(super) role: &'static str,
    pub(super) holder: Option<&'a Holder>,
    /// The person may open the holder's card.
    pub(super) may_open: bool,
    /// The person may see the holder's money.
    pub(super) may_see: bool,
}

fn name(l: &L, icon_name: &'static str, kind: &str, number: &str) -> Markup {
    html! {
        span.nameless { (icon(icon_name)) span { (kind) } span.quiet.num { (number) } }
        @if number.is_empty() { span.hidden { (l.t("holdings-no-number")) } }
    }
}

fn whose(l: &L, whose: Option<&Whose<'_>>) -> Cell {
    let Some(whose) = whose else {
        return Cell::quiet(l.t("holdings-own"));
    };
    Cell::markup(html! {
        div.cell-lines.wrap {
            div { (words::role(l, whose.role)) }
            @if let Some(holder) = whose.holder {
                div { (words::holder_link(l, holder, whose.may_open)) }
            }
        }
    })
}

/// Terms in one line, the signs under them.
fn terms(l: &L, parts: &[String], signs: &[Indicator]) -> Cell {
    if parts.is_empty() && signs.is_empty() {
        return Cell::none(l);
    }
    let words = parts.join(" · ");
    let cell = Cell::markup(html! {
        div.cell-lines.wrap {
            @if !words.is_empty() { div.quiet { (words) } }
            @for sign in signs { div { (words::badges(l, &[*sign])) } }
        }
    });
    if words.is_empty() { cell } else { cell.title(words) }
}

/// An account; `failing` tells that a standing order on it fails.
pub(super) fn account(
    l: &L,
    client: ClientId,
    held: &HeldAccount,
    foreign: Option<&Whose<'_>>,
    failing: bool,
) -> Line {
    let a = &held.account;
    let is_closed = a.closed_on.is_some_and(|day| day <= l.today);
    let may_see = foreign.is_none_or(|w| w.may_see);
    let mut found = if may_see {
        indicators(&Holding::Account(a.clone(), held.activity), l.today)
    } else {
        Vec::new()
    };
    if failing && may_see {
        found.insert(0, Indicator::OrderFailing);
    }
    let balance = if may_see {
        Cell::money(l, kernel::Money::new(a.balance_minor, a.currency)).title(as_of(l, a))
    } else {
        Cell::markup(words::hidden(l))
    };
    let part = match () {
        () if is_closed => Part::Closed,
        () if a.balance_minor < 0 || a.kind == AccountKind::Loan => Part::Liability,
        () => Part::Asset,
    };
    let kind = words::account_kind(l, a.kind);
    let mut row = Row::new(a.id)
        .cell(Cell::markup(name(l, words::account_icon(a.kind), &kind, &mask_number(&a.number))))
        .cell(whose(l, foreign))
        .cell(terms(l, &account_terms(l, a), &found))
        .cell(balance)
        .tone(words::row_tone(&found));
    if may_see {
        row = row.href(format!("/clients/{client}/accounts/{}", a.id));
    }
    Line { part, row }
}

fn as_of(l: &L, a: &Account) -> String {
    match a.balance_on {
        Some(day) => l.ta("holdings-balance-on", &[("day", l.date(day).into())]),
        None => l.t("holdings-balance"),
    }
}

fn account_terms(l: &L, a: &Account) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(closed) = a.closed_on {
        parts.push(l.ta("holdings-closed-on", &[("day", l.date(closed).into())]));
    }
    parts.extend(a.rate_bp.map(|rate| l.percent(rate)));
    parts.extend(a.matures_on.map(|day| until(l, day)));
    if a.limit_minor > 0 {
        let limit = words::money(l, a.limit_minor, a.currency);
        parts.push(l.ta("holdings-limit-of", &[("sum", limit.into())]));
    }
    parts
}

fn until(l: &L, day: Date) -> String {
    l.ta("holdings-until", &[("day", l.date(day).into())])
}

/// A card.
pub(super) fn card(l: &L, card: &Card) -> Line {
    let found = indicators(&Holding::Card(card.clone()), l.today);
    let part = if card.state == CardState::Closed { Part::Closed } else { Part::Tool };
    let number = card.pan_masked.replace('*', "•");
    let mut parts = vec![l.ta("holdings-since", &[("day", l.date(card.issued_on).into())])];
    parts.extend(card.expires_on.map(|day| until(l, day)));
    let row = Row::new(card.id)
        .cell(Cell::markup(name(l, "credit-card", &words::card_kind(l, card.kind), &number)))
        .cell(whose(l, None))
        .cell(terms(l, &parts, &found))
        .cell(Cell::none(l))
        .tone(words::row_tone(&found));
    Line { part, row }
}

/// A loan.
pub(super) fn loan(l: &L, loan: &Loan, foreign: Option<&Whose<'_>>) -> Line {
    let may_see = foreign.is_none_or(|w| w.may_see);
    let found =
        if may_see { indicators(&Holding::Loan(loan.clone()), l.today) } else { Vec::new() };
    let debt = match (may_see, loan.owed_minor) {
        (false, _) => Cell::markup(words::hidden(l)),
        (true, Some(minor)) => {
            let shown = words::money(l, minor.saturating_neg(), loan.currency);
            Cell::markup(html! { span.num { (shown) } }).title(l.t("holdings-debt"))
        }
        (true, None) => Cell::quiet(l.t("holdings-not-known")).title(l.t("holdings-debt-unknown")),
    };
    let part = if loan.state == LoanState::Closed { Part::Closed } else { Part::Liability };
    let kind = words::loan_kind(l, loan.kind);
    let shown = if may_see { loan_terms(l, loan) } else { Vec::new() };
    let row = Row::new(loan.id)
        .cell(Cell::markup(name(l, words::loan_icon(loan.kind), &kind, &loan.number)))
        .cell(whose(l, foreign))
        .cell(terms(l, &shown, &found))
        .cell(debt)
        .tone(words::row_tone(&found));
    Line { part, row }
}

fn loan_terms(l: &L, loan: &Loan) -> Vec<String> {
    let amount = words::money(l, loan.amount_minor, loan.currency);
    let mut parts = if loan.kind.is_revolving() {
        vec![l.ta("holdings-limit-of", &[("sum", amount.into())])]
    } else {
        let term = l.ta("holdings-n-months", &[("n", loan.term_months.into())]);
        vec![l.ta("holdings-lent", &[("sum", amount.into()), ("term", term.into())])]
    };
    parts.extend(loan.rate_bp.map(|rate| l.percent(rate)));
    if loan.state == LoanState::Running && loan.payment_minor > 0 {
        let payment = words::money(l, loan.payment_minor, loan.currency);
        parts.push(l.ta("holdings-payment", &[("sum", payment.into())]));
    }
    parts.extend(loan.ends_on.map(|day| until(l, day)));
    if loan.overdue_minor > 0 {
        let sum = words::money(l, loan.overdue_minor, loan.currency);
        parts.insert(0, l.ta("holdings-overdue-sum", &[("sum", sum.into())]));
    }
    parts
}

/// The word of a role that is not ownership.
pub(super) const fn role_word(role: AccountRole) -> &'static str {
    role.key()
}
