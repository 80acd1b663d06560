//! On whose behalf work is done later, when whoever asked for it is no longer there.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::UserId;
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::{Principal, Scope};

/// Who asked for work that a job does: a person, with the rights he has when it is done, or a program, with no more
/// than it had when it asked and its role still has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behalf {
    /// The person, or whose the program is.
    pub user_id: Option<UserId>,
    /// The program.
    pub program: Option<Program>,
}

/// What a program was let do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Key of its role.
    pub role: String,
    /// Its rights and how far they reach.
    pub rights: BTreeMap<String, Scope>,
}

impl Behalf {
    /// Whoever acts now.
    pub fn of(principal: &Principal) -> Self {
        let rights =
            || principal.grants().map(|(right, scope)| (right.to_owned(), scope)).collect();
        let role = principal.roles.first().filter(|_| principal.is_program);
        let program = role.map(|role| Program { role: role.clone(), rights: rights() });
        Self { user_id: principal.user_id, program }
    }
    /// He, as he may act now; nobody when the person has left or the role is gone.
    pub fn principal(&self, directory: &Directory) -> Option<Arc<Principal>> {
        let Some(program) = &self.program else { return directory.principal(self.user_id?) };
        if self.user_id.is_some_and(|user| directory.principal(user).is_none()) {
            return None;
        }
        let loaded = directory.get();
        let role = loaded.roles.values().find(|role| role.key == program.role)?.id;
        directory.role_principal(role, self.user_id, Some(&program.rights))
    }
}
