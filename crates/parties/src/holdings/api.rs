//! What a client holds, in the API: the same facts under the same right as on the card.

use kernel::{AccountId, ClientId, Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spine::secrecy::{Group, Groups};
use spine::{Error, OwnValues};
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, NoQuery, Operation, Problem};

use super::commands::ACCOUNTS;
use super::model::{Account, AccountRole, Card, Loan, MoneyRow, StandingOrder, Transaction};
use super::pages::{account_read, account_seen};
use super::queries::{self, TransactionKey};
use crate::client::queries::head;

const READ: &str = "holding.read";

pub(crate) fn api(api: Api) -> Api {
    api.tag("holdings")
        .with(
            Operation::one("/clients/{client_id}/holdings", "get_holdings", READ, holdings)
                .about("Accounts, cards, loans and standing orders of a client, with the sums"),
        )
        .with(
            Operation::list(
                "/clients/{client_id}/accounts/{account_id}/transactions",
                "list_transactions",
                READ,
                transactions,
            )
            .about("Movements on an account, the newest first"),
        )
}

/// What a client holds.
#[derive(Debug, Serialize, JsonSchema)]
struct Holdings {
    /// What he has and owes, by currency.
    money: Vec<MoneyRow>,
    /// Accounts he owns or may dispose of.
    accounts: Vec<Held>,
    /// Cards he carries.
    cards: Vec<Card>,
    /// Loans he owes.
    loans: Vec<Loan>,
    /// Loans of others he answers for.
    guaranteed: Vec<Loan>,
    /// Standing orders of his accounts.
    standing_orders: Vec<StandingOrder>,
}

/// An account and what the client is to it.
#[derive(Debug, Serialize, JsonSchema)]
struct Held {
    /// The account.
    #[serde(flatten)]
    account: Account,
    /// What the client is to it.
    role: AccountRole,
    /// Fields the bank has added.
    custom: OwnValues,
}

async fn holdings(mut call: Call, _: NoQuery) -> Result<Holdings, Problem> {
    let id: ClientId = call.id("client_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let today = call.cx.l.today;
    let db = &mut call.cx.db;
    let client = head(db, &principal, id).await?;
    principal.require_over(READ, client.owner())?;
    call.cx.note_read(client.owner(), Groups::NONE.with(Group::Holdings));
    let db = &mut call.cx.db;
    let mut accounts = queries::accounts(db, id, today).await.map_err(Error::from)?;
    // what he may only dispose of is shown as far as its owners' money may be seen
    let foreign = accounts.iter().filter(|held| held.role != AccountRole::Owner);
    let foreign: Vec<AccountId> = foreign.map(|held| held.account.id).collect();
    let parties = queries::holders(db, &foreign).await.map_err(Error::from)?;
    accounts.retain(|held| {
        let of: Vec<_> =
            parties.iter().filter(|(id, _, _)| *id == held.account.id).cloned().collect();
        held.role == AccountRole::Owner || account_seen(&principal, &of, client.owner())
    });
    call.cx.cut_own(ACCOUNTS.key, accounts.iter_mut().map(|held| &mut held.custom)).await?;
    let db = &mut call.cx.db;
    let guaranteed = queries::guaranteed(db, id, today).await.map_err(Error::from)?;
    let seen = guaranteed.into_iter().filter(|(_, owes)| principal.reaches(READ, owes.owner));
    Ok(Holdings {
        money: queries::money_rows(db, id).await.map_err(Error::from)?,
        accounts: accounts
            .into_iter()
            .map(|held| Held { account: held.account, role: held.role, custom: held.custom })
            .collect(),
        cards: queries::cards(db, id).await.map_err(Error::from)?,
        loans: queries::loans(db, id).await.map_err(Error::from)?,
        guaranteed: seen.map(|(loan, _)| loan).collect(),
        standing_orders: queries::orders(db, id).await.map_err(Error::from)?,
    })
}

/// A movement's place in the order of its account.
#[derive(Debug, Serialize, Deserialize)]
struct Place(Date, i64, Uuid);

async fn transactions(mut call: Call, query: ListQuery) -> Result<Listing<Transaction>, Problem> {
    let client: ClientId = call.id("client_id")?;
    let account: AccountId = call.id("account_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let today = call.cx.l.today;
    let db = &mut call.cx.db;
    let owner = head(db, &principal, client).await?.owner();
    let held = queries::account_of(db, client, account, today).await.map_err(Error::from)?;
    held.ok_or(Error::NotFound)?;
    let parties = queries::holders(db, &[account]).await.map_err(Error::from)?;
    if !account_seen(&principal, &parties, owner) {
        return Err(Error::NotFound.into());
    }
    account_read(&call.cx, &parties, owner);
    let db = &mut call.cx.db;
    let before = query.place::<Place>()?.map(|Place(on_date, ordinal, id)| TransactionKey {
        on_date,
        ordinal,
        id,
    });
    let rows = queries::transactions(db, account, before, query.limit_and_one()).await;
    let place = |row: &Transaction| Place(row.on_date, row.ordinal, row.id);
    Ok(Listing::cut(rows.map_err(Error::from)?, query.limit(), place)?)
}
