//! The page of one account: its terms, who has a say in it, standing orders, movements newest first.

use axum::extract::Path;
use kernel::{AccountId, ClientId, Money};
use maud::{Markup, html};
use spine::secrecy::{Group, Groups};
use spine::{Error, Owner, Principal};
use uuid::Uuid;
use web::i18n::L;
use web::ui::{self, Cell, Column, Kv, PageHeader, Pager, Panel, Row, Table, Tile, money_row};
use web::{Answer, Cx, Drawing, OwnRecord};

use super::{asked, words};
use crate::client::queries as clients;
use crate::fields::queries::own_values;
use crate::holdings::commands::ACCOUNTS;
use crate::holdings::indicators::{Holding, Indicator, indicators};
use crate::holdings::model::{
    Account, AccountRole, OrderState, StandingOrder, Transaction, mask_number,
};
use crate::holdings::queries::{self, HeldAccount, Holder, TransactionKey};

/// Movements on one page.
const PAGE: i64 = 50;

/// A client and what he is to an account.
pub(in crate::holdings) type Party = (AccountId, AccountRole, Holder);

pub(super) async fn page(mut cx: Cx, Path((client, id)): Path<(ClientId, AccountId)>) -> Answer {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let head = clients::head(&mut cx.db, &principal, client).await?;
    let held =
        queries::account_of(&mut cx.db, client, id, cx.l.today).await?.ok_or(Error::NotFound)?;
    let parties = queries::holders(&mut cx.db, &[id]).await?;
    let may_see = may_see(&principal, &parties, head.owner());
    if !may_see {
        return Err(Error::NotFound.into());
    }
    note_read(&cx, &parties, head.owner());
    let orders = queries::orders_of(&mut cx.db, id).await?;
    let before = TransactionKey::parse(&asked(&cx).text("before"));
    let moves = queries::transactions(&mut cx.db, id, before, PAGE + 1).await?;
    let l = &cx.l;
    let kind = words::account_kind(l, held.account.kind);
    let title = format!("{kind} {}", mask_number(&held.account.number));
    let mut signs = indicators(&Holding::Account(held.account.clone(), held.activity), l.today);
    if orders.iter().any(|order| order.state == OrderState::Failing) {
        signs.insert(0, Indicator::OrderFailing);
    }
    let name = if head.display_name.is_empty() {
        l.ta("client-nameless", &[("number", (&head.number).into())])
    } else {
        head.display_name.clone()
    };
    let header = PageHeader::new(&title)
        .crumb("/clients", l.t("nav-clients"))
        .crumb(format!("/clients/{client}"), name)
        .marks(words::badges(l, &signs))
        .other(ui::copy_button(l, &held.account.number));
    let movements = movements(l, client, &held.account, moves, before.is_some());
    let may_fill = owner_among(&principal, &parties).is_some();
    let own = cx.own(ACCOUNTS.key).await?.card(&cx, id.uuid(), &held.custom, may_fill).await?;
    let content = html! {
        (header.render(l))
        (ui::stack(&[
            sums(l, &held.account),
            ui::split(&movements, &side(&cx, &held, &parties, (&orders, &own))),
        ]))
    };
    Ok(cx.page(&title, &content))
}

/// Whether the person may see the money of an owner of the account; one without owners is looked at as the
/// client's.
pub(in crate::holdings) fn may_see(
    principal: &Principal,
    parties: &[Party],
    client: Owner,
) -> bool {
    let mut owners = parties.iter().filter(|(_, role, _)| *role == AccountRole::Owner).peekable();
    match owners.peek() {
        Some(_) => owners.any(|(_, _, owner)| principal.reaches("holding.read", owner.owner)),
        None => principal.reaches("holding.read", client),
    }
}

/// The money of every owner whose card is not open counts as read.
pub(in crate::holdings) fn note_read(cx: &Cx, parties: &[Party], client: Owner) {
    let owners = parties.iter().filter(|(_, role, _)| *role == AccountRole::Owner);
    for owner in owners.map(|(_, _, holder)| holder.owner).chain([client]) {
        cx.note_read(owner, Groups::NONE.with(Group::Holdings));
    }
}

/// An owner over whom the person may write into the bank's own fields of the account.
fn owner_among<'a>(principal: &Principal, parties: &'a [Party]) -> Option<&'a Holder> {
    let mut owners = parties.iter().filter(|(_, role, _)| *role == AccountRole::Owner);
    owners.find(|(_, _, one)| queries::may_fill(principal, one.owner)).map(|(_, _, one)| one)
}

/// An account as its own fields are shown and changed by themselves: to who sees the money of an owner.
pub(crate) fn own_record<'a>(cx: &'a mut Cx, id: Uuid) -> Drawing<'a, OwnRecord> {
    Box::pin(async move {
        let id = AccountId::from_uuid(id);
        let principal = std::sync::Arc::clone(&cx.ctx.principal);
        let parties = queries::holders(&mut cx.db, &[id]).await?;
        let mut owners = parties.iter().filter(|(_, role, _)| *role == AccountRole::Owner);
        let seen = |one: &&Party| {
            principal.reaches("client.read", one.2.owner)
                && principal.reaches("holding.read", one.2.owner)
        };
        let (_, _, owner) = owners.find(seen).ok_or(Error::NotFound)?;
        note_read(cx, &parties, owner.owner);
        let values = own_values(&mut cx.db, id.uuid()).await?;
        let may_edit = owner_among(&principal, &parties).is_some();
        let href = format!("/clients/{}/accounts/{id}", owner.id);
        Ok(OwnRecord { title: cx.l.t("own-account"), href, values, may_edit })
    })
}

fn sums(l: &L, a: &Account) -> Markup {
    let money = |minor: i64| Money::new(minor, a.currency);
    let mut balance =
        Tile::new(l.t("holdings-balance"), Some(money(a.balance_minor)), l.t("holdings-none"));
    if let Some(day) = a.balance_on {
        balance =
            balance.note(html! { (l.ta("holdings-balance-on", &[("day", l.date(day).into())])) });
    }
    let limit = Some(a.limit_minor).filter(|limit| *limit > 0);
    let left = limit.map(|limit| money(limit.saturating_add(a.balance_minor.min(0)).max(0)));
    money_row(l, &[balance, Tile::new(l.t("holdings-credit"), left, l.t("holdings-no-limits"))])
}

fn side(
    cx: &Cx,
    held: &HeldAccount,
    parties: &[Party],
    (orders, own): (&[StandingOrder], &Markup),
) -> Markup {
    let l = &cx.l;
    html! {
        (Panel::new(l.t("holdings-terms")).icon("landmark").render(&html! { (facts(cx, &held.account)) (own) }))
        (Panel::new(l.t("holdings-parties")).icon("users").render(&people(cx, parties)))
        @if !orders.is_empty() {
            (Panel::new(l.t("holdings-orders")).icon("refresh-cw").render(&order_list(l, orders)))
        }
    }
}

fn facts(cx: &Cx, a: &Account) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let branch = a.branch_id.map_or("", |id| directory.branch_name(id, l.lang));
    let mut kv = Kv::new("account")
        .text(l.t("holdings-number"), &a.number)
        .text(l.t("holdings-kind"), &words::account_kind(l, a.kind))
        .text(l.t("holdings-currency"), a.currency.code())
        .text(l.t("holdings-branch"), branch)
        .text(l.t("holdings-opened"), &l.date(a.opened_on));
    if let Some(day) = a.closed_on {
        kv = kv.text(l.t("holdings-closed"), &l.date(day));
    }
    if let Some(day) = a.matures_on {
        kv = kv.text(l.t("holdings-matures"), &l.date(day));
    }
    if let Some(rate) = a.rate_bp {
        kv = kv.text(l.t("holdings-rate"), &l.percent(rate));
    }
    if let Some(day) = a.review_on {
        kv = kv.text(l.t("holdings-review"), &l.date(day));
    }
    if !a.statement_frequency.is_empty() {
        let words = words::foreign(l, "holdings-statement", &a.statement_frequency);
        kv = kv.text(l.t("holdings-statements"), &words);
    }
    kv.render(l)
}

fn people(cx: &Cx, parties: &[Party]) -> Markup {
    let l = &cx.l;
    let mut kv = Kv::new("parties");
    for (_, role, holder) in parties {
        let may_open = cx.principal().reaches("client.read", holder.owner);
        kv = kv.line(words::role(l, role.key()), words::holder_link(l, holder, may_open));
    }
    kv.render(l)
}

fn order_list(l: &L, orders: &[StandingOrder]) -> Markup {
    let mut kv = Kv::new("orders");
    for order in orders {
        let amount = words::money(l, order.amount_minor, order.currency);
        let to = [order.to_bank.as_str(), order.to_account.as_str()];
        let to: Vec<&str> = to.into_iter().filter(|part| !part.is_empty()).collect();
        let purpose = if order.purpose.is_empty() {
            l.t("holdings-order")
        } else {
            words::foreign(l, "holdings-purpose", &order.purpose)
        };
        let value = html! {
            span.num { (amount) }
            @if !to.is_empty() { span.quiet { "→ " (to.join(" ")) } }
            @if order.state == OrderState::Failing { (words::badges(l, &[Indicator::OrderFailing])) }
        };
        kv = kv.line(purpose, value);
    }
    kv.render(l)
}

/// Movements newest first, by key; one more than a page tells that there are older ones.
fn movements(
    l: &L,
    client: ClientId,
    a: &Account,
    mut moves: Vec<Transaction>,
    is_later_page: bool,
) -> Markup {
    let page = usize::try_from(PAGE).unwrap_or(50);
    let has_more = moves.len() > page;
    moves.truncate(page);
    let base = format!("/clients/{client}/accounts/{}", a.id);
    let next = moves
        .last()
        .filter(|_| has_more)
        .map(|last| format!("{base}?before={}", TransactionKey::of(last).to_text()));
    let days = match (moves.first(), moves.last()) {
        (Some(newest), Some(oldest)) => {
            format!("{} – {}", l.date(oldest.on_date), l.date(newest.on_date))
        }
        _ => String::new(),
    };
    let mut table = Table::new("movements", l.t("holdings-movements"))
        .column(Column::text(l.t("holdings-column-day")))
        .column(Column::text(l.t("holdings-column-what")).wide())
        .column(Column::text(l.t("holdings-column-partner")))
        .column(Column::number(l.t("holdings-column-amount")))
        .column(Column::number(l.t("holdings-column-after")))
        .empty(ui::empty(
            "arrow-up-down",
            &l.t("holdings-no-movements"),
            &l.t("holdings-no-movements-words"),
            None,
        ))
        .rows(moves.iter().map(|t| movement(l, a, t)));
    if next.is_some() || is_later_page {
        let previous = is_later_page.then_some(base);
        table = table.pager(Pager { previous, next, words: days });
    }
    Panel::new(l.t("holdings-movements")).icon("arrow-up-down").flush().render(&table.render(l))
}

fn movement(l: &L, a: &Account, t: &Transaction) -> Row {
    let known = [t.kind.as_str(), t.purpose.as_str()];
    let mut what: Vec<String> = known
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(|word| words::foreign(l, "holdings-purpose", word))
        .collect();
    what.dedup();
    let partner = [t.partner_bank.as_str(), t.partner_account.as_str()];
    let partner: Vec<&str> = partner.into_iter().filter(|part| !part.is_empty()).collect();
    let words = |text: String| {
        if text.is_empty() { Cell::none(l) } else { Cell::text(text) }
    };
    let after = match t.balance_minor {
        Some(minor) => Cell::money(l, Money::new(minor, a.currency)),
        None => Cell::none(l),
    };
    Row::new(t.id)
        .cell(Cell::date(l, t.on_date))
        .cell(words(what.join(" · ")))
        .cell(words(partner.join(" ")))
        .cell(Cell::money(l, Money::new(t.amount_minor, a.currency)))
        .cell(after)
}
