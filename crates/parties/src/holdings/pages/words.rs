//! How holdings and their signs are put into words, the same in every panel.

use kernel::{Currency, Money};
use maud::{Markup, html};
use web::i18n::L;
use web::ui::{self, Tone};

use crate::holdings::indicators::{AVERAGE_MONTHS, Indicator, Risk, Severity};
use crate::holdings::model::{AccountKind, CardKind, LoanKind};
use crate::holdings::queries::Holder;

fn key(stem: &str, word: &str) -> String {
    format!("{stem}-{}", word.replace('_', "-"))
}

/// Kind of an account.
pub(super) fn account_kind(l: &L, kind: AccountKind) -> String {
    l.t(&key("holdings-account", kind.key()))
}

/// Kind of a card.
pub(super) fn card_kind(l: &L, kind: CardKind) -> String {
    l.t(&key("holdings-card", kind.key()))
}

/// Kind of a loan.
pub(super) fn loan_kind(l: &L, kind: LoanKind) -> String {
    l.t(&key("holdings-loan", kind.key()))
}

/// A role on an account.
pub(super) fn role(l: &L, word: &str) -> String {
    l.t(&key("holdings-role", word))
}

/// A word a feed or a payer wrote: translated when it is one we know, as it is otherwise.
pub(super) fn foreign(l: &L, stem: &str, word: &str) -> String {
    let key = key(stem, word);
    if l.texts.has(l.lang, &key) { l.t(&key) } else { word.to_owned() }
}

/// Icon of an account.
pub(super) const fn account_icon(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Current => "wallet",
        AccountKind::Savings => "piggy-bank",
        AccountKind::Deposit => "landmark",
        AccountKind::Card => "credit-card",
        AccountKind::Loan => "hand-coins",
    }
}

/// Icon of a loan.
pub(super) const fn loan_icon(kind: LoanKind) -> &'static str {
    match kind {
        LoanKind::Car => "car",
        LoanKind::Mortgage => "house",
        LoanKind::CreditCard => "credit-card",
        LoanKind::Sme => "briefcase",
        LoanKind::Consumer | LoanKind::Overdraft | LoanKind::Other => "hand-coins",
    }
}

/// A client beside a holding, by name or number.
pub(super) fn holder_name(l: &L, holder: &Holder) -> String {
    if holder.display_name.is_empty() {
        l.ta("client-nameless", &[("number", (&holder.number).into())])
    } else {
        holder.display_name.clone()
    }
}

/// A client as a link, when the person may open his card.
pub(super) fn holder_link(l: &L, holder: &Holder, may_open: bool) -> Markup {
    let name = holder_name(l, holder);
    html! {
        @if may_open { a href={ "/clients/" (holder.id) } { (name) } } @else { (name) }
    }
}

/// Stands where an amount is that the person may not see.
pub(super) fn hidden(l: &L) -> Markup {
    html! { span.quiet title=(l.t("holdings-hidden-amount")) { (l.t("holdings-hidden-short")) } }
}

/// An amount of a currency.
pub(super) fn money(l: &L, minor: i64, currency: Currency) -> String {
    l.money(Money::new(minor, currency))
}

/// The tone of a severity.
pub(super) const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Info => Tone::Info,
        Severity::Attention => Tone::Attention,
        Severity::Danger => Tone::Danger,
    }
}

/// The tone of a row: that of its worst sign; mere news leaves it plain.
pub(super) fn row_tone(signs: &[Indicator]) -> Tone {
    match signs.iter().map(|sign| sign.severity()).max() {
        Some(Severity::Info) | None => Tone::Neutral,
        Some(severity) => tone(severity),
    }
}

/// All signs of a holding as badges.
pub(super) fn badges(l: &L, signs: &[Indicator]) -> Markup {
    html! {
        @for (at, sign) in signs.iter().enumerate() {
            @if at > 0 { " " }
            (ui::badge_with_icon(tone(sign.severity()), icon_of(*sign), &sign_words(l, *sign)))
        }
    }
}

const fn icon_of(sign: Indicator) -> &'static str {
    match sign {
        Indicator::Matures(_) | Indicator::PaymentDue(_) => "calendar",
        Indicator::ReviewDue(_) | Indicator::ReviewLate(_) => "percent",
        Indicator::Matured(_) => "hourglass",
        Indicator::LimitApproaching(_)
        | Indicator::LimitReached
        | Indicator::Overdrawn
        | Indicator::BelowAverage(_) => "trending-down",
        Indicator::Dormant(_) => "moon",
        Indicator::CardExpiresSoon(_) | Indicator::CardExpired(_) => "credit-card",
        Indicator::CardBlocked => "lock",
        Indicator::LoanPastDue { .. } | Indicator::LoanDefaulted => "circle-alert",
        Indicator::OrderFailing => "refresh-cw",
    }
}

fn sign_words(l: &L, sign: Indicator) -> String {
    let with = |key: &str, n: i64| l.ta(key, &[("n", n.into())]);
    match sign {
        Indicator::Matures(0) => l.t("holdings-sign-matures-today"),
        Indicator::Matures(days @ 1..=13) => with("holdings-sign-matures-days", days),
        Indicator::Matures(days) => with("holdings-sign-matures-weeks", days / 7),
        Indicator::Matured(days) => with("holdings-sign-matured", days),
        Indicator::ReviewDue(0) => l.t("holdings-sign-review-today"),
        Indicator::ReviewDue(days) => with("holdings-sign-review", days),
        Indicator::ReviewLate(days) => with("holdings-sign-review-late", days),
        Indicator::BelowAverage(percent) => {
            let months = AVERAGE_MONTHS.into();
            l.ta("holdings-sign-below-average", &[("n", percent.into()), ("months", months)])
        }
        Indicator::LimitApproaching(percent) => with("holdings-sign-limit", percent),
        Indicator::LimitReached => l.t("holdings-sign-limit-reached"),
        Indicator::Overdrawn => l.t("holdings-sign-overdrawn"),
        Indicator::Dormant(None) => l.t("holdings-sign-never-used"),
        Indicator::Dormant(Some(months)) if months < 24 => with("holdings-sign-dormant", months),
        Indicator::Dormant(Some(months)) => with("holdings-sign-dormant-years", months / 12),
        Indicator::CardExpiresSoon(days) => with("holdings-sign-card-expires", days),
        Indicator::CardExpired(_) => l.t("holdings-sign-card-expired"),
        Indicator::CardBlocked => l.t("holdings-sign-card-blocked"),
        Indicator::LoanPastDue { days: None, .. } => l.t("holdings-sign-late"),
        Indicator::LoanPastDue { days: Some(days), .. } => {
            let risk = l.t(&format!("holdings-risk-{}", Risk::of_days(days).key()));
            l.ta("holdings-sign-past-due", &[("n", days.into()), ("risk", risk.into())])
        }
        Indicator::LoanDefaulted => l.t("holdings-sign-defaulted"),
        Indicator::PaymentDue(0) => l.t("holdings-sign-payment-today"),
        Indicator::PaymentDue(days) => with("holdings-sign-payment", days),
        Indicator::OrderFailing => l.t("holdings-sign-order-failing"),
    }
}
