//! To whom a row belongs, and, when it is a client, how secret his card is: what the policy looks at.

use kernel::{BranchId, ClientId, UserId};
use policy::{Level, Nature};
use store::{Cols, StoreError};

/// To whom a row belongs; what the scope is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The branch that keeps it.
    pub branch_id: Option<BranchId>,
    /// The member of staff who looks after it.
    pub manager_id: Option<UserId>,
    /// The client it is, with how secret his card is; none for a row that is no client: then the rules of
    /// secrecy have no say in it.
    pub client: Option<Subject>,
}

/// A client as the rules of secrecy see him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which.
    pub id: ClientId,
    /// How secret his card is.
    pub level: Level,
    /// Human being or not.
    pub nature: Nature,
}

impl Owner {
    /// The columns [`Owner::read`] takes, of the client's table called `c`.
    pub const COLUMNS: &'static str = "c.branch_id, c.manager_id, c.id, \
         coalesce((select y.level from client_secrecy y where y.client_id = c.id), 'open'), c.kind";

    /// The owner of a row that is no client.
    pub const fn row(branch_id: Option<BranchId>, manager_id: Option<UserId>) -> Self {
        Self { branch_id, manager_id, client: None }
    }
    /// A client: his place, and the stored words of his level and kind. A level nobody knows is the highest.
    pub fn of_client(
        id: ClientId,
        (branch_id, manager_id): (Option<BranchId>, Option<UserId>),
        level: &str,
        kind: &str,
    ) -> Self {
        let level = Level::from_key(level).unwrap_or(Level::Secret);
        let is_natural = matches!(kind, "person" | "sole_trader");
        let nature = if is_natural { Nature::Natural } else { Nature::Legal };
        Self { branch_id, manager_id, client: Some(Subject { id, level, nature }) }
    }
    /// Reads [`Owner::COLUMNS`].
    ///
    /// # Errors
    /// The database's.
    pub fn read(c: &mut Cols) -> Result<Self, StoreError> {
        let place = (c.take()?, c.take()?);
        let id = c.take()?;
        let (level, kind): (String, String) = (c.take()?, c.take()?);
        Ok(Self::of_client(id, place, &level, &kind))
    }
}
