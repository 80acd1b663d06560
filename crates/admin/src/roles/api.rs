//! Roles in the API.

use std::collections::BTreeMap;

use kernel::RoleId;
use schemars::JsonSchema;
use serde::Deserialize;
use spine::org::Role;
use spine::org::edit::{DeleteRole, SaveRole};
use spine::{Command, Error, Scope};
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

const ROLES: &str = "admin.roles";

pub(crate) fn api(api: Api) -> Api {
    api.tag("roles")
        .with(
            Operation::list("/roles", "list_roles", ROLES, list).about("Roles and what they grant"),
        )
        .with(
            Operation::write(Method::Post, "/roles", "add_role", ROLES, add)
                .about("Adds a role; a program gives it no rights")
                .runs(&[SaveRole::NAME])
                .creates::<RoleId>(),
        )
        .with(Operation::one("/roles/{role_id}", "get_role", ROLES, get).about("A role"))
        .with(
            Operation::write(Method::Put, "/roles/{role_id}", "edit_role", ROLES, edit)
                .about("Changes a role; a program may take rights from it, never give any")
                .runs(&[SaveRole::NAME])
                .matching(),
        )
        .with(Operation::command::<DeleteRole>(Method::Delete, "/roles/{role_id}", "delete_role"))
}

/// What a role says.
#[derive(Debug, Deserialize, JsonSchema)]
struct RoleFields {
    /// Russian name.
    name: String,
    /// English name.
    name_en: String,
    /// Permission → over whose clients.
    grants: BTreeMap<String, Scope>,
}

impl RoleFields {
    fn command(self, role_id: Option<RoleId>, original: Option<&Role>) -> SaveRole {
        let original = original.map(|r| {
            let fields =
                Self { name: r.name.clone(), name_en: r.name_en.clone(), grants: r.grants.clone() };
            Box::new(fields.command(Some(r.id), None))
        });
        let Self { name, name_en, grants } = self;
        SaveRole { role_id, name, name_en, grants, second_factor: None, original }
    }
}

async fn list(call: Call, query: ListQuery) -> Result<Listing<Role>, Problem> {
    let directory = call.cx.app.services.directory.get();
    crate::pages::listed(&query, directory.roles.values(), |r| r.id)
}

fn stored(call: &Call) -> Result<Role, Problem> {
    let id: RoleId = call.id("role_id")?;
    let directory = call.cx.app.services.directory.get();
    Ok(directory.roles.get(&id).cloned().ok_or(Error::NotFound)?)
}

async fn get(call: Call, _: NoQuery) -> Result<Role, Problem> {
    stored(&call)
}

async fn add(call: Call, fields: RoleFields) -> Result<Answer, Problem> {
    let id = call.run(&fields.command(None, None)).await?;
    Ok(Answer::created(&id, Some("/roles/{id}"))?)
}

async fn edit(mut call: Call, fields: RoleFields) -> Result<Answer, Problem> {
    let stored = stored(&call)?;
    call.must_match(&stored).await?;
    call.run(&fields.command(Some(stored.id), Some(&stored))).await?;
    Ok(Answer::done())
}
