//! Cards from a feed.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, CardId, ClientId};
use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Command, Error, Work};

use super::super::model::{Card, CardKind, CardState};
use super::super::queries;
use super::refs::{self, Refs};
use super::roles::{CLIENT, Dispositions};
use super::rows::AccountFacts;
use super::{IMPORT, accounts, fields, rows};

pub(super) const KIND: &str = "card";

/// Takes cards. A card names a disposition (`account_role`), or its account and, when it is not the
/// account's owner who carries it, its client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportCards(pub ImportBatch);

/// What the references of cards point at.
struct Targets {
    dispositions: Dispositions,
    accounts: Refs,
    clients: Refs,
    facts: BTreeMap<AccountId, AccountFacts>,
}

impl Command for ImportCards {
    const NAME: &'static str = "parties.import_cards";
    const PERMISSION: &'static str = IMPORT;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let targets = targets(work, batch).await?;
        let known = sorted.tasks.iter().filter_map(|task| task.known);
        let place = (queries::CARD, "card", "k");
        let before =
            rows::before(work, place, known, queries::card, |k: &Card| k.id.uuid()).await?;
        let (mut written, mut saved) = (Vec::new(), Vec::new());
        for task in std::mem::take(&mut sorted.tasks) {
            let old = task.known.and_then(|id| before.get(&id));
            let id = old.map_or_else(|| work.new_id(), |k| k.id);
            let card = match read(task.row, id, &targets) {
                Ok(card) => card,
                Err(reject) => {
                    sorted.outcome.rejected.push(reject);
                    continue;
                }
            };
            sorted.count(old.is_none());
            let change = refs::difference("card", old, &card)?;
            work.record("card", id, Some(card.client_id), change);
            written.push(rows::card(&card, work.ctx.now));
            saved.push((KIND, task.row.external_id.as_str(), id.uuid(), task.digest));
        }
        work.insert_many(rows::CARD, &written, rows::CARD_AGAIN).await?;
        refs::save(work, &batch.source, saved).await?;
        Ok(sorted.outcome)
    }
}

async fn targets(work: &mut Work<'_>, batch: &ImportBatch) -> Result<Targets, Error> {
    let ids: BTreeSet<String> =
        batch.rows.iter().filter_map(|row| row.text("account_role")).collect();
    let dispositions = Dispositions::fetch(work, &batch.source, ids).await?;
    let accounts = Refs::of_fields(work, batch, accounts::KIND, "account").await?;
    let clients = Refs::of_fields(work, batch, CLIENT, "client").await?;
    let named = batch.rows.iter().filter_map(|row| row.text("account"));
    let named: Vec<AccountId> = named
        .filter_map(|id| accounts.get(accounts::KIND, &id).map(|known| known.entity_id.into()))
        .collect();
    let facts = rows::account_facts(work, named.into_iter()).await?;
    Ok(Targets { dispositions, accounts, clients, facts })
}

fn holder(row: &ImportRow, targets: &Targets) -> Result<(AccountId, ClientId), ImportReject> {
    if let Some(id) = row.text("account_role") {
        return targets
            .dispositions
            .get(&id)
            .map(|d| (d.account_id, d.client_id))
            .ok_or_else(|| fields::reject(row, "account_role", "import-unknown-ref"));
    }
    let account = targets.accounts.required(accounts::KIND, row, "account")?;
    let client = targets.clients.resolve(CLIENT, row, "client")?;
    let client = client.or_else(|| targets.facts.get(&account).and_then(|f| f.owner));
    let client = client.ok_or_else(|| fields::reject(row, "client", "required"))?;
    Ok((account, client))
}

fn read(row: &ImportRow, id: CardId, targets: &Targets) -> Result<Card, ImportReject> {
    let (account_id, client_id) = holder(row, targets)?;
    Ok(Card {
        id,
        account_id,
        client_id,
        kind: fields::word(row, "product", Some(CardKind::Debit), CardKind::from_key)?,
        pan_masked: pan(&fields::text(row, "pan")?),
        issued_on: fields::required_date(row, "issued_on")?,
        expires_on: fields::date(row, "expires_on")?,
        state: fields::word(row, "status", Some(CardState::Active), CardState::from_key)?,
    })
}

/// A card number without its middle. A feed that sends whole numbers must not make us keep them: of a
/// longer run of digits only the first six and last four stay.
fn pan(text: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits <= 10 {
        return text.to_owned();
    }
    let mut seen = 0;
    text.chars()
        .map(|c| {
            if !c.is_ascii_digit() {
                return c;
            }
            seen += 1;
            if seen > 6 && seen <= digits - 4 { '*' } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::pan;

    #[test]
    fn whole_card_numbers_are_never_kept() {
        assert_eq!(pan("2200440012341234"), "220044******1234");
        assert_eq!(pan("2200 4400 1234 1234"), "2200 44** **** 1234");
        assert_eq!(pan("220044******1234"), "220044******1234");
        assert_eq!(pan(""), "");
    }
}
