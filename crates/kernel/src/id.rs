//! One alphabetical registry of id types, so that a branch id can never be passed for a client id.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a raw UUID that was read from storage or made by [`crate::Entropy`].
            pub const fn from_uuid(raw: Uuid) -> Self {
                Self(raw)
            }
            /// The raw UUID, for storage.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl From<Uuid> for $name {
            fn from(raw: Uuid) -> Self {
                Self(raw)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

/// Calls a macro with the whole registry, so that another crate can implement a trait for every id.
#[macro_export]
macro_rules! every_id {
    ($callback:ident) => {
        $callback! {
            /// An account (current, savings, deposit) held at the bank.
            AccountId,
            /// A stored blob (file content).
            BlobId,
            /// A branch of the bank.
            BranchId,
            /// A payment card.
            CardId,
            /// A client of any kind: person, company, sole trader, household, group.
            ClientId,
            /// One execution of one command; made by the caller, repeated on retry.
            CommandId,
            /// A contact point: phone, e-mail, messenger.
            ContactId,
            /// An important date or life event of a client.
            DateId,
            /// A message of a webhook.
            DeliveryId,
            /// An operation recorded at a desk of a branch.
            DeskOperationId,
            /// What people come to a branch for.
            DeskThemeId,
            /// A field the bank has added to an object.
            FieldId,
            /// A file attached to a client.
            FileId,
            /// One run of a feed import.
            ImportId,
            /// An identity document or official number of a client.
            IdentifierId,
            /// One contact with a client over any channel.
            InteractionId,
            /// A background job.
            JobId,
            /// A typed, dated link between two clients.
            LinkId,
            /// A loan.
            LoanId,
            /// A merge of one client into another.
            MergeId,
            /// A kind of record the bank has made for itself.
            ObjectId,
            /// One request or job run; printed on failure pages and on every log line.
            OperationId,
            /// A project or event with participants.
            ProjectId,
            /// A record of an object of the bank's own.
            RecordId,
            /// A region: a group of branches.
            RegionId,
            /// A role: a set of permissions with scopes.
            RoleId,
            /// A signed-in session.
            SessionId,
            /// A task or promise.
            TaskId,
            /// A team of staff.
            TeamId,
            /// An API token.
            TokenId,
            /// A key a person signs in with.
            PasskeyId,
            /// A member of staff who can sign in.
            UserId,
            /// A saved view of a list.
            ViewId,
            /// A visit to a branch.
            VisitId,
            /// A subscription of another system.
            WebhookId,
        }
    };
}

every_id!(id_types);

impl CommandId {
    /// The id that follows from something known: whoever knows the same gives the same. From the beginning of a hash over what
    /// it follows from (UUID version 8).
    pub fn from_hash(hash: &[u8; 32]) -> Self {
        let (beginning, _) = hash.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        uuid::Builder::from_custom_bytes(*beginning).into_uuid().into()
    }
}
