//! The rule of handing out rights (`org::rights`) over what is stored.

use std::collections::BTreeMap;

use kernel::{BranchId, RoleId, TeamId, UserId};
use store::{Read, Value, params};

use crate::org::rights::{self, Place, may_give_all};
use crate::{Error, Scope, Work};

/// What roles grant together, each right over its widest scope.
pub(in crate::org) async fn grants_of(
    w: &mut Work<'_>,
    roles: &[RoleId],
) -> Result<BTreeMap<String, Scope>, Error> {
    let mut grants = BTreeMap::new();
    if roles.is_empty() {
        return Ok(grants);
    }
    let places: Vec<String> = (1..=roles.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select permission, scope from role_grant where role_id in ({})",
        places.join(", ")
    );
    let values: Vec<Value> = roles.iter().map(|r| (*r).into()).collect();
    for row in w.query(&sql, &values).await? {
        let mut c = row.cols();
        let (permission, scope): (String, String) = (c.take()?, c.take()?);
        if let Some(scope) = Scope::from_key(&scope) {
            let held = grants.entry(permission).or_insert(scope);
            *held = (*held).max(scope);
        }
    }
    Ok(grants)
}

/// A place with the region of its branch.
pub(super) async fn place(
    w: &mut Work<'_>,
    branch_id: Option<BranchId>,
    team_id: Option<TeamId>,
) -> Result<Place, Error> {
    let row = w.first("select region_id from branch where id = $1", params![branch_id]).await?;
    Ok(Place { team_id, branch_id, region_id: row.map(store::Row::one).transpose()? })
}

/// Where a person sits.
pub(in crate::org) async fn place_of(w: &mut Work<'_>, who: UserId) -> Result<Place, Error> {
    let sql = "select branch_id, team_id from staff where id = $1";
    let mut c = w.first(sql, params![who]).await?.ok_or(Error::NotFound)?.cols();
    let (branch, team) = (c.take()?, c.take()?);
    place(w, branch, team).await
}

/// Refuses to give roles to somebody who sits there, when that hands out more than the acting person may.
pub(super) async fn may_give_roles(
    w: &mut Work<'_>,
    roles: &[RoleId],
    place: Place,
    field: &str,
) -> Result<(), Error> {
    let grants = grants_of(w, roles).await?;
    if may_give_all(&w.ctx.principal, &grants, place) {
        return Ok(());
    }
    Err(Error::refused_field("rights-beyond", field))
}

/// Refuses to act on somebody who may do more than the acting person could give: to set his password, to
/// unlock, dismiss or bring him back, to act in his name. On himself everybody may.
pub(in crate::org) async fn may_act_on(w: &mut Work<'_>, who: UserId) -> Result<(), Error> {
    if w.actor() == Some(who) && !w.ctx.principal.is_program {
        return Ok(());
    }
    let place = place_of(w, who).await?;
    let rows = w.query("select role_id from staff_role where staff_id = $1", params![who]).await?;
    let roles = rows.into_iter().map(store::Row::one).collect::<Result<Vec<RoleId>, _>>()?;
    let grants = grants_of(w, &roles).await?;
    let is_program = w.ctx.principal.is_program;
    if !is_program && may_give_all(&w.ctx.principal, &grants, place) {
        return Ok(());
    }
    Err(Error::refused("person-beyond"))
}

/// Refuses a change of a role's matrix that gives rights over the organisation which the acting person
/// does not hold, unless nobody at work holds them (somebody must be able to bring them back). Who also
/// looks after people changes, either way, only rights that he could give.
pub(super) async fn may_widen(
    w: &mut Work<'_>,
    before: &BTreeMap<String, Scope>,
    after: &BTreeMap<String, Scope>,
) -> Result<(), Error> {
    let me = &w.ctx.principal;
    if !rights::may_change_matrix(me, before, after) {
        return Err(Error::refused("matrix-beyond"));
    }
    let wider = |(permission, scope): &(&String, &Scope)| {
        before.get(*permission).is_none_or(|held| held < *scope)
    };
    if me.is_program && after.iter().any(|grant| wider(&grant)) {
        return Err(Error::refused("rights-beyond"));
    }
    let is_beyond = |(permission, scope): &(&String, &Scope)| {
        rights::is_power(permission) && !rights::holds(me, permission, **scope, Place::default())
    };
    let beyond: Vec<&String> =
        after.iter().filter(wider).filter(is_beyond).map(|(permission, _)| permission).collect();
    let sql = "select 1 from role_grant g join staff_role r on r.role_id = g.role_id \
               join staff s on s.id = r.staff_id \
               where s.state = 'active' and g.permission = $1 limit 1";
    for permission in beyond {
        if w.first(sql, params![permission]).await?.is_some() {
            return Err(Error::refused("rights-beyond"));
        }
    }
    Ok(())
}
