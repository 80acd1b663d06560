//! Who may do what with which account, from a feed (a disposition of the core banking system).
//!
//! A role has no id of its own. Its external id is kept twice: under [`KIND`] it names the account, and
//! under a kind made of the role's word it names the client, so that a card can refer to it and a change
//! finds what it replaces.

use std::collections::BTreeSet;

use kernel::{AccountId, ClientId};
use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Change, Command, Error, Work};
use store::{Read, StoreError, Value};

use super::super::model::AccountRole;
use super::refs::{self, Refs};
use super::{IMPORT, accounts, fields, rows};
use crate::search::commands as search;

pub(super) const KIND: &str = "account_role";
/// Kind under which the clients of other records are known.
pub(super) const CLIENT: &str = "client";
/// Roles replaced by one statement; keeps its condition small.
const REPLACED_AT_ONCE: usize = 200;

const fn client_kind(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Owner => "account_role.owner",
        AccountRole::Disponent => "account_role.disponent",
        AccountRole::Signatory => "account_role.signatory",
        AccountRole::Beneficiary => "account_role.beneficiary",
    }
}

/// What a disposition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) account_id: AccountId,
    pub(super) client_id: ClientId,
    pub(super) role: AccountRole,
}

/// Known dispositions by external id.
pub(super) struct Dispositions(Refs);

impl Dispositions {
    /// Reads those with these external ids.
    pub(super) async fn fetch<R: Read>(
        db: &mut R,
        source: &str,
        ids: BTreeSet<String>,
    ) -> Result<Self, StoreError> {
        let mut kinds = vec![KIND];
        kinds.extend(AccountRole::ALL.iter().map(|role| client_kind(*role)));
        Ok(Self(Refs::fetch(db, source, &kinds, ids).await?))
    }
    /// One of them.
    pub(super) fn get(&self, external_id: &str) -> Option<Disposition> {
        let account = self.0.get(KIND, external_id)?;
        AccountRole::ALL.iter().find_map(|role| {
            let client = self.0.get(client_kind(*role), external_id)?;
            Some(Disposition {
                account_id: account.entity_id.into(),
                client_id: client.entity_id.into(),
                role: *role,
            })
        })
    }
}

/// Takes roles on accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportRoles(pub ImportBatch);

impl Command for ImportRoles {
    const NAME: &'static str = "parties.import_account_roles";
    const PERMISSION: &'static str = IMPORT;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let accounts = Refs::of_fields(work, batch, accounts::KIND, "account").await?;
        let clients = Refs::of_fields(work, batch, CLIENT, "client").await?;
        let named = batch.rows.iter().filter_map(|row| row.text("account"));
        let named = named.filter_map(|id| accounts.get(accounts::KIND, &id));
        let named: Vec<AccountId> = named.map(|known| known.entity_id.into()).collect();
        let facts = rows::account_facts(work, named.into_iter()).await?;
        let changed = sorted.tasks.iter().filter(|task| task.known.is_some());
        let changed: BTreeSet<String> = changed.map(|t| t.row.external_id.clone()).collect();
        let before = Dispositions::fetch(work, &batch.source, changed).await?;
        let (mut written, mut saved, mut replaced) = (Vec::new(), Vec::new(), Vec::new());
        let mut found_by = Vec::new();
        for task in std::mem::take(&mut sorted.tasks) {
            let id = task.row.external_id.as_str();
            let new = match read(task.row, &accounts, &clients) {
                Ok(new) => new,
                Err(reject) => {
                    sorted.outcome.rejected.push(reject);
                    continue;
                }
            };
            let old = before.get(id);
            sorted.count(old.is_none());
            record(work, old, new);
            replaced.extend(old.map(|old| (id, old)));
            if let Some(fact) = facts.get(&new.account_id) {
                found_by.push(rows::search_doc(new.client_id, &fact.number));
            }
            written.push(vec![new.account_id.into(), new.client_id.into(), new.role.into()]);
            saved.push((KIND, id, new.account_id.uuid(), task.digest.clone()));
            saved.push((client_kind(new.role), id, new.client_id.uuid(), task.digest));
        }
        remove(work, &batch.source, &replaced).await?;
        work.insert_many(rows::ROLE, &written, rows::ROLE_AGAIN).await?;
        refs::save(work, &batch.source, saved).await?;
        search::index_new(work, &found_by).await?;
        let losers: BTreeSet<ClientId> = replaced.iter().map(|(_, old)| old.client_id).collect();
        for client in losers {
            search::index_client(work, client).await?;
        }
        Ok(sorted.outcome)
    }
}

fn read(row: &ImportRow, accounts: &Refs, clients: &Refs) -> Result<Disposition, ImportReject> {
    Ok(Disposition {
        account_id: accounts.required(accounts::KIND, row, "account")?,
        client_id: clients.required(CLIENT, row, "client")?,
        role: fields::word(row, "role", None, role)?,
    })
}

/// The words of feeds; whoever is authorised by the owner is his disponent.
fn role(word: &str) -> Option<AccountRole> {
    match word {
        "authorised" => Some(AccountRole::Disponent),
        word => AccountRole::from_key(word),
    }
}

fn record(work: &mut Work<'_>, old: Option<Disposition>, new: Disposition) {
    let same = old.filter(|o| (o.account_id, o.client_id) == (new.account_id, new.client_id));
    if let Some(gone) = old.filter(|_| same.is_none()) {
        let change = Change::new().field("account_role", gone.role.key(), serde_json::Value::Null);
        work.record("account", gone.account_id, Some(gone.client_id), change);
    }
    let change = Change::new().field("account_role", same.map(|o| o.role.key()), new.role.key());
    work.record("account", new.account_id, Some(new.client_id), change);
}

/// Takes back replaced roles and the references to their clients.
async fn remove(
    work: &mut Work<'_>,
    source: &str,
    replaced: &[(&str, Disposition)],
) -> Result<(), StoreError> {
    for chunk in replaced.chunks(REPLACED_AT_ONCE) {
        let (mut roles, mut role_params) = (Vec::new(), Vec::new());
        let (mut refs, mut ref_params) = (Vec::new(), vec![Value::from(source)]);
        for (external_id, old) in chunk {
            let at = role_params.len();
            roles.push(format!(
                "(account_id = ${} and client_id = ${} and role = ${})",
                at + 1,
                at + 2,
                at + 3
            ));
            role_params.extend::<[Value; 3]>([
                old.account_id.into(),
                old.client_id.into(),
                old.role.into(),
            ]);
            let at = ref_params.len();
            refs.push(format!("(kind = ${} and external_id = ${})", at + 1, at + 2));
            ref_params.extend([Value::from(client_kind(old.role)), Value::from(*external_id)]);
        }
        let sql = format!("delete from account_role where {}", roles.join(" or "));
        work.execute(&sql, &role_params).await?;
        let sql = format!("delete from external_ref where source = $1 and ({})", refs.join(" or "));
        work.execute(&sql, &ref_params).await?;
    }
    Ok(())
}
