//! What a new database needs before anybody can work: the built-in roles with their grants.

use serde::{Deserialize, Serialize};
use store::{Read, params};

use crate::{Change, Command, Error, Scope, Services, Work};

/// A role that comes with the product.
#[derive(Clone, Copy, Debug)]
pub struct BuiltInRole {
    /// Stable key.
    pub key: &'static str,
    /// Russian name.
    pub name: &'static str,
    /// English name.
    pub name_en: &'static str,
}

const fn role(key: &'static str, name: &'static str, name_en: &'static str) -> BuiltInRole {
    BuiltInRole { key, name, name_en }
}

/// The built-in roles, in menu order.
pub const ROLES: [BuiltInRole; 12] = [
    role("manager", "Клиентский менеджер", "Relationship manager"),
    role("clerk", "Операционист", "Front-office clerk"),
    role("operator", "Оператор контакт-центра", "Call-centre operator"),
    role("underwriter", "Андеррайтер", "Underwriter"),
    role("branch_head", "Руководитель отделения", "Branch head"),
    role("regional_head", "Директор региона", "Regional head"),
    role("head_office", "Головной офис", "Head office"),
    role("methodologist", "Методолог", "Methodologist"),
    role("partner", "Партнёр", "Partner"),
    role("auditor", "Аудитор", "Auditor"),
    role("security_officer", "Офицер безопасности", "Security officer"),
    role("administrator", "Администратор", "Administrator"),
];

/// One built-in grant.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Grant {
    role: String,
    permission: String,
    scope: Scope,
}

/// Adds the built-in roles and those grants that were never offered before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SetUpRoles {
    grants: Vec<Grant>,
}

impl Command for SetUpRoles {
    const NAME: &'static str = "org.set_up_roles";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        for role in ROLES {
            let id: kernel::RoleId = w.new_id();
            let added = w
                .execute(
                    "insert into role (id, key, name, name_en, built_in) values ($1, $2, $3, $4, 1) \
                     on conflict (key) do nothing",
                    params![id, role.key, role.name, role.name_en],
                )
                .await?;
            if added == 1 {
                w.record("role", id, None, Change::new().set("key", role.key));
            }
        }
        for grant in &self.grants {
            // a grant an administrator took away must not come back: each is offered once
            let name = format!("grant:{}:{}", grant.role, grant.permission);
            let offered = w
                .execute(
                    "insert into node_setting (name, value) values ($1, 'offered') \
                     on conflict (name) do nothing",
                    params![name],
                )
                .await?;
            if offered == 1 {
                w.execute(
                    "insert into role_grant (role_id, permission, scope) \
                     select id, $2, $3 from role where key = $1 on conflict do nothing",
                    params![&grant.role, &grant.permission, grant.scope.key()],
                )
                .await?;
            }
        }
        Ok(())
    }
}

/// Prepares a database for work; safe to run at every start.
///
/// # Errors
/// The database's.
pub async fn set_up(services: &Services, grants: &[(&str, &str, Scope)]) -> Result<(), Error> {
    let mut all = Vec::new();
    for (role, permission, scope) in grants {
        let wanted = ROLES.iter().filter(|r| *role == "*" || r.key == *role);
        all.extend(wanted.map(|r| Grant {
            role: r.key.to_owned(),
            permission: (*permission).to_owned(),
            scope: *scope,
        }));
    }
    services.begin_following().await?;
    let ctx = services.system("setup");
    services.bus.execute(&ctx, ctx.command_id(), &SetUpRoles { grants: all }).await?;
    services.directory.reload(&services.reader).await
}

/// Whether anybody can sign in yet.
///
/// # Errors
/// The database's.
pub async fn has_staff<R: Read>(db: &mut R) -> Result<bool, Error> {
    Ok(db.first("select id from staff limit 1", &[]).await?.is_some())
}
