//! How far a version is released: a share of the nodes, and branches by name.

use kernel::{BranchId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Who gets a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Stage {
    /// So many of a hundred nodes.
    #[schemars(range(min = 0, max = 100))]
    pub percent: i64,
    /// And every node of these branches.
    #[serde(default)]
    pub branches: Vec<BranchId>,
}

impl Stage {
    /// Every node.
    pub const fn all() -> Self {
        Self { percent: 100, branches: Vec::new() }
    }
    /// Whether a node gets it. Which nodes are the first follows from their ids alone: who is in a small share is in every
    /// larger one.
    pub fn covers(&self, node: Uuid, branch: BranchId) -> bool {
        place_of(node) < self.percent || self.branches.contains(&branch)
    }
    /// Whether everybody who is in the other is in this one.
    pub fn is_as_wide_as(&self, other: &Stage) -> bool {
        self.percent >= 100
            || (self.percent >= other.percent
                && other.branches.iter().all(|b| self.branches.contains(b)))
    }
    /// Whether it says anybody at all.
    ///
    /// # Errors
    /// Refusals of `percent`.
    pub fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        if self.percent < 0 {
            refusals.push(Refusal::field("number-small", "percent").arg("min", 0));
        }
        if self.percent > 100 {
            refusals.push(Refusal::field("number-large", "percent").arg("max", 100));
        }
        if self.percent == 0 && self.branches.is_empty() {
            refusals.push(Refusal::field("bundle-stage-nobody", "percent"));
        }
        refusals.into_result()
    }
}

/// A node's place in a hundred.
fn place_of(node: Uuid) -> i64 {
    let mut hasher = Sha256::new();
    hasher.update(b"tessera stage of a release\0");
    hasher.update(node.as_bytes());
    let print = hasher.finalize();
    let first = print.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    i64::from(first % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(percent: i64) -> Stage {
        Stage { percent, branches: Vec::new() }
    }

    #[test]
    fn shares_are_as_large_as_they_say_and_stay_inside_one_another() {
        let branch = Uuid::from_u128(1).into();
        let nodes: Vec<Uuid> = (0..2_000_u128).map(Uuid::from_u128).collect();
        let covered = |percent: i64| -> Vec<Uuid> {
            nodes.iter().copied().filter(|n| stage(percent).covers(*n, branch)).collect()
        };
        let (five, fifty) = (covered(5), covered(50));
        assert!((60..=140).contains(&five.len()), "{}", five.len());
        assert!((900..=1_100).contains(&fifty.len()), "{}", fifty.len());
        assert!(five.iter().all(|node| fifty.contains(node)));
        assert!(covered(0).is_empty() && covered(100).len() == nodes.len());
    }

    #[test]
    fn chosen_branches_are_in_and_a_stage_only_grows() {
        let (one, two): (BranchId, BranchId) =
            (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let chosen = Stage { percent: 0, branches: vec![one] };
        let node = Uuid::from_u128(7);
        assert!(chosen.covers(node, one) && !chosen.covers(node, two));
        assert!(stage(100).is_as_wide_as(&chosen) && !stage(50).is_as_wide_as(&chosen));
        assert!(stage(50).is_as_wide_as(&stage(5)) && !stage(5).is_as_wide_as(&stage(50)));
        assert!(stage(0).check().is_err() && stage(101).check().is_err());
        assert!(chosen.check().is_ok() && stage(5).check().is_ok());
    }
}
