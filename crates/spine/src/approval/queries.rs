//! Reads of requests and rules.

use std::collections::BTreeMap;

use kernel::{ClientId, CommandId, Currency, Date, Money, Timestamp, UserId};
use serde_json::Value as Json;
use store::{Read, Row, StoreError, Value, keys, params};
use uuid::Uuid;

use super::model::{Approval, Need, State};
use super::rule::Rule;
use crate::org::Loaded;
use crate::{Owner, Principal};

/// Changed things that are kept to be shown with one request.
pub const CHANGES_MAX: usize = 50;
/// Requests shown on one record.
const ON_RECORD: i64 = 20;

const COLUMNS: &str = "a.id, a.command_id, a.command, a.maker_id, a.client_id, a.reason, a.changes, \
     a.state, a.made_at, a.expires_at, a.decided_at, a.decided_by, a.decided_for, a.note";

/// Under whose key what a request keeps is sealed, and what for.
pub(super) fn sealed_for(client: &Option<ClientId>, id: Uuid, what: &str) -> (Uuid, String) {
    (client.map_or(keys::BANK, ClientId::uuid), format!("approval/{id}/{what}"))
}

/// A request as it is stored, and its changes as they are stored.
fn approval(row: Row) -> Result<(Approval, String), StoreError> {
    let mut c = row.cols();
    let (id, command_id, command) = (c.take()?, c.take()?, c.take()?);
    let (maker_id, client_id, reason) = (c.take()?, c.take()?, c.take()?);
    let changes = c.take()?;
    let approval = Approval {
        id,
        command_id,
        command,
        maker_id,
        client_id,
        reason,
        changes: Json::Null,
        state: State::from_key(&c.take::<String>()?),
        made_at: c.take()?,
        expires_at: c.take()?,
        decided_at: c.take()?,
        decided_by: c.take()?,
        decided_for: c.take()?,
        note: c.take()?,
        needs: Vec::new(),
    };
    Ok((approval, changes))
}

/// No changes.
const NONE: &str = "[]";

/// Requests of rows, with their changes opened; of a client whose key was destroyed there are none.
async fn opened<R: Read>(db: &mut R, rows: Vec<Row>) -> Result<Vec<Approval>, StoreError> {
    let mut all = Vec::with_capacity(rows.len());
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let (approval, changes) = approval(row)?;
        let (owner, purpose) = sealed_for(&approval.client_id, approval.id, "changes");
        items.push((owner, purpose, changes));
        all.push(approval);
    }
    for (approval, changes) in all.iter_mut().zip(keys::open_texts(db, items).await?) {
        let changes = changes.or(NONE);
        // at a branch a request stands without them: they stay at the centre, where it is decided
        approval.changes = serde_json::from_str(if changes.is_empty() { NONE } else { &changes })?;
    }
    Ok(all)
}

/// Requests of rows, with what each needs.
async fn with_needs<R: Read>(db: &mut R, rows: Vec<Row>) -> Result<Vec<Approval>, StoreError> {
    let mut all = opened(db, rows).await?;
    if all.is_empty() {
        return Ok(all);
    }
    let places: Vec<String> = (1..=all.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select approval_id, permission, branch_id, manager_id from approval_need \
         where approval_id in ({}) order by approval_id, ordinal",
        places.join(", ")
    );
    let ids: Vec<Value> = all.iter().map(|a| a.id.into()).collect();
    let mut needs: BTreeMap<Uuid, Vec<Need>> = BTreeMap::new();
    for row in db.query(&sql, &ids).await? {
        let mut c = row.cols();
        let id: Uuid = c.take()?;
        let permission = c.take()?;
        let owner = Owner::row(c.take()?, c.take()?);
        needs.entry(id).or_default().push(Need { permission, owner });
    }
    for one in &mut all {
        one.needs = needs.remove(&one.id).unwrap_or_default();
    }
    Ok(all)
}

/// One request; whether somebody may see it is for `right_to_decide` to say.
///
/// # Errors
/// The database's.
pub async fn one<R: Read>(db: &mut R, id: Uuid) -> Result<Option<Approval>, StoreError> {
    let sql = format!("select {COLUMNS} from approval a where a.id = $1");
    let rows = db.query(&sql, params![id]).await?;
    Ok(with_needs(db, rows).await?.into_iter().next())
}

/// What waits on a record, the longest first.
///
/// # Errors
/// The database's.
pub async fn waiting_on<R: Read>(db: &mut R, record: Uuid) -> Result<Vec<Approval>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from approval_record r join approval a on a.id = r.approval_id \
         where r.record_id = $1 and a.state = 'waiting' order by a.made_at, a.id limit $2"
    );
    let rows = db.query(&sql, params![record, ON_RECORD]).await?;
    with_needs(db, rows).await
}

/// Whether a request over a client waits, other than that of one command.
///
/// # Errors
/// The database's.
pub async fn other_waits<R: Read>(
    db: &mut R,
    client: ClientId,
    (command, now): (CommandId, Timestamp),
) -> Result<bool, StoreError> {
    let sql = "select 1 from approval where client_id = $1 and state = 'waiting' and command_id <> $2 \
               and expires_at > $3 limit 1";
    Ok(db.first(sql, params![client, command, now]).await?.is_some())
}

/// A person's own requests, the newest first, before a place.
///
/// # Errors
/// The database's.
pub async fn made_by<R: Read>(
    db: &mut R,
    maker: UserId,
    (before, id): (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Approval>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from approval a where a.maker_id = $1 and (a.made_at, a.id) < ($2, $3) \
         order by a.made_at desc, a.id desc limit $4"
    );
    let rows = db.query(&sql, params![maker, before, id, limit]).await?;
    with_needs(db, rows).await
}

/// A person's own requests that still wait at an instant, the newest first.
///
/// # Errors
/// The database's.
pub async fn waiting_of<R: Read>(
    db: &mut R,
    maker: UserId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Approval>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from approval a where a.maker_id = $1 and a.state = 'waiting' and a.expires_at > $2 \
         order by a.made_at desc, a.id desc limit $3"
    );
    let rows = db.query(&sql, params![maker, now, limit]).await?;
    with_needs(db, rows).await
}

/// What waits for a person's decision, or for that of somebody he stands in for, the longest first, after
/// a place. The same rule as [`super::right_to_decide`], as a condition.
///
/// # Errors
/// The database's.
pub async fn to_decide<R: Read>(
    db: &mut R,
    loaded: &Loaded,
    principal: &Principal,
    today: Date,
    (after, id): (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<Approval>, StoreError> {
    let (Some(me), false) = (principal.user_id, principal.is_program) else {
        return Ok(Vec::new());
    };
    let mut values: Vec<Value> = vec![after.into(), id.into(), limit.into()];
    let mut arms = Vec::new();
    for user in loaded.acts_for(me, today) {
        let Some(holder) = loaded.principal(user) else { continue };
        arms.push(arm(loaded, holder, (user, me), &mut values));
    }
    let sql = format!(
        "select {COLUMNS} from approval a where a.state = 'waiting' and (a.made_at, a.id) > ($1, $2) \
         and ({}) order by a.made_at, a.id limit $3",
        arms.join(" or ")
    );
    let rows = db.query(&sql, &values).await?;
    with_needs(db, rows).await
}

/// What `holder` may decide, for the person `me` who acts for him.
fn arm(
    loaded: &Loaded,
    holder: &Principal,
    (user, me): (UserId, UserId),
    values: &mut Vec<Value>,
) -> String {
    let mut makers: Vec<UserId> = loaded.accounts_of(user);
    makers.extend(loaded.accounts_of(me));
    let mut not_makers = Vec::new();
    for maker in makers {
        values.push(maker.into());
        not_makers.push(format!("${}", values.len()));
    }
    let mut held = Vec::new();
    for (permission, _) in holder.grants() {
        values.push(permission.into());
        let place = values.len();
        let reach = holder.filter_rows(permission, "n", place + 1);
        values.extend(reach.params);
        held.push(format!("(n.permission = ${place} and {})", reach.sql));
    }
    if held.is_empty() {
        held.push("1 = 0".to_owned());
    }
    // an owner that is not known makes a comparison neither true nor false: that counts as no
    format!(
        "((a.maker_id is null or a.maker_id not in ({})) and exists (select 1 from approval_need n \
         where n.approval_id = a.id) and not exists (select 1 from approval_need n \
         where n.approval_id = a.id and case when {} then 1 else 0 end = 0))",
        not_makers.join(", "),
        held.join(" or ")
    )
}

/// All rules, by command.
pub(crate) async fn rules<R: Read>(db: &mut R) -> Result<BTreeMap<String, Vec<Rule>>, StoreError> {
    let sql = "select id, command, field, amount_minor, currency, branch_id, region_id, maker_role, \
               checker, hours from approval_rule order by command, id";
    let mut rules: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let (id, command) = (c.take()?, c.take::<String>()?);
        let field = c.take()?;
        let (minor, currency): (Option<i64>, Option<Currency>) = (c.take()?, c.take()?);
        let rule = Rule {
            id,
            command: command.clone(),
            field,
            amount: minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
            branch_id: c.take()?,
            region_id: c.take()?,
            maker_role: c.take()?,
            checker: c.take()?,
            hours: c.take()?,
        };
        rules.entry(command).or_default().push(rule);
    }
    Ok(rules)
}
