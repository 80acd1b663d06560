//! The things an organisation is made of, as the directory holds them.

use std::collections::BTreeMap;

use kernel::{BranchId, Lang, RegionId, RoleId, TeamId, UserId};

use crate::Scope;

/// A group of branches.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Region {
    /// Identity.
    pub id: RegionId,
    /// Short code.
    pub code: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
}

/// A branch of the bank.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Branch {
    /// Identity.
    pub id: BranchId,
    /// Its region.
    pub region_id: RegionId,
    /// Short code.
    pub code: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Postal address.
    pub address: String,
    /// IANA time zone.
    pub zone: String,
    /// `centralised`, `distributed` or `autonomous`.
    pub mode: String,
    /// No longer in use.
    pub archived: bool,
}

/// A team of staff.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Team {
    /// Identity.
    pub id: TeamId,
    /// Its branch; none for a head-office team.
    pub branch_id: Option<BranchId>,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// No longer in use.
    pub archived: bool,
}

/// A set of permissions.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Role {
    /// Identity.
    pub id: RoleId,
    /// Stable key.
    pub key: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Came with the product.
    pub built_in: bool,
    /// Who holds it must have a second factor.
    pub second_factor: bool,
    /// Permission key → scope.
    pub grants: BTreeMap<String, Scope>,
}

/// A member of staff.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct StaffMember {
    /// Identity.
    pub id: UserId,
    /// Sign-in name.
    pub login: String,
    /// Name in Russian.
    pub name: String,
    /// Name in Latin script.
    pub name_en: String,
    /// Home branch.
    pub branch_id: Option<BranchId>,
    /// Team.
    pub team_id: Option<TeamId>,
    /// Works here.
    pub active: bool,
    /// Language of the interface.
    pub lang: Lang,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// `compact` or `roomy`.
    pub density: String,
    /// Roles.
    pub roles: Vec<RoleId>,
    /// Has set up a second factor.
    pub has_factor: bool,
}

impl StaffMember {
    /// The name for a reader of `lang`.
    pub fn shown_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.name,
            Lang::En if self.name_en.is_empty() => &self.name,
            Lang::En => &self.name_en,
        }
    }
}
macro_rules! shown_name {
    ($($kind:ident),+) => {$(
        impl $kind {
            /// The name for a reader of `lang`.
            pub fn shown_name(&self, lang: Lang) -> &str {
                match lang {
                    Lang::Ru => &self.name,
                    Lang::En if self.name_en.is_empty() => &self.name,
                    Lang::En => &self.name_en,
                }
            }
        }
    )+};
}
shown_name!(Region, Branch, Team, Role);
