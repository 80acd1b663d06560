//! Which clients a picture or a sum reaches: breadth-first, each client once, never through a client the
//! person may not see.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ClientId;

use super::kind::LinkKind;

/// A share above this makes a company part of its owner's group (basis points).
const CONTROL_BP: i64 = 5_000;

/// A link as a line between two clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Who holds it.
    pub from: ClientId,
    /// The other one.
    pub to: ClientId,
    /// Kind.
    pub kind: LinkKind,
    /// Share in basis points.
    pub share_bp: Option<i64>,
}

impl Tie {
    /// Whether it makes both one group: membership, or more than half owned.
    pub fn is_control(&self) -> bool {
        match self.kind {
            LinkKind::HouseholdMember | LinkKind::GroupMember => true,
            LinkKind::Owner => self.share_bp.is_some_and(|share| share > CONTROL_BP),
            LinkKind::Spouse
            | LinkKind::Parent
            | LinkKind::Sibling
            | LinkKind::Employee
            | LinkKind::Director
            | LinkKind::BeneficialOwner
            | LinkKind::Guarantor
            | LinkKind::Partner
            | LinkKind::Other => false,
        }
    }
}

/// What is known of a client a level has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The person may see him.
    Seen,
    /// He exists and that is all.
    Hidden,
}

/// A growing circle around one client.
#[derive(Clone, Debug)]
pub struct Circle {
    depths: BTreeMap<ClientId, usize>,
    hidden: BTreeSet<ClientId>,
    left_out: BTreeSet<ClientId>,
    frontier: Vec<ClientId>,
    nodes_max: usize,
}

impl Circle {
    /// A circle of one, that will hold at most so many.
    pub fn new(centre: ClientId, nodes_max: usize) -> Self {
        Self {
            depths: BTreeMap::from([(centre, 0)]),
            hidden: BTreeSet::new(),
            left_out: BTreeSet::new(),
            frontier: vec![centre],
            nodes_max,
        }
    }
    /// Whose links to ask for next; empty when there is nothing more to find.
    pub fn frontier(&self) -> &[ClientId] {
        &self.frontier
    }
    /// The clients that the ties of the frontier lead to and that are new, in id order.
    pub fn unknown(&self, ties: &[Tie]) -> Vec<ClientId> {
        let ends = ties.iter().flat_map(|t| [t.from, t.to]);
        let new: BTreeSet<ClientId> =
            ends.filter(|id| !self.depths.contains_key(id) && !self.hidden.contains(id)).collect();
        new.into_iter().collect()
    }
    /// Takes in what was found about the new clients. Those beyond the limit are only counted, and so are
    /// hidden ones; the next level starts from the ones taken in.
    pub fn grow(&mut self, found: &[(ClientId, Reach)]) {
        let depth = self.depths.values().max().map_or(1, |d| d + 1);
        self.frontier = Vec::new();
        for (id, reach) in found {
            match reach {
                Reach::Hidden => drop(self.hidden.insert(*id)),
                Reach::Seen if self.depths.len() >= self.nodes_max => {
                    self.left_out.insert(*id);
                }
                Reach::Seen => {
                    self.depths.insert(*id, depth);
                    self.left_out.remove(id);
                    self.frontier.push(*id);
                }
            }
        }
    }
    /// The clients of the circle with their distance from the centre, which is 0.
    pub fn members(&self) -> &BTreeMap<ClientId, usize> {
        &self.depths
    }
    /// Whether a client is in the circle.
    pub fn holds(&self, id: ClientId) -> bool {
        self.depths.contains_key(&id)
    }
    /// How many clients the person may not see.
    pub fn hidden(&self) -> usize {
        self.hidden.len()
    }
    /// How many clients did not fit.
    pub fn left_out(&self) -> usize {
        self.left_out.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(n: u128) -> ClientId {
        ClientId::from_uuid(uuid::Uuid::from_u128(n))
    }
    fn tie(from: u128, to: u128, kind: LinkKind, share_bp: Option<i64>) -> Tie {
        Tie { from: client(from), to: client(to), kind, share_bp }
    }

    #[test]
    fn control_is_membership_or_more_than_half() {
        assert!(tie(1, 2, LinkKind::Owner, Some(5_001)).is_control());
        assert!(!tie(1, 2, LinkKind::Owner, Some(5_000)).is_control());
        assert!(!tie(1, 2, LinkKind::Owner, None).is_control());
        assert!(tie(1, 2, LinkKind::GroupMember, None).is_control());
        assert!(!tie(1, 2, LinkKind::Guarantor, None).is_control());
    }

    #[test]
    fn a_circle_of_links_ends_and_takes_each_client_once() {
        let ties = [
            tie(1, 2, LinkKind::Partner, None),
            tie(2, 3, LinkKind::Partner, None),
            tie(3, 1, LinkKind::Partner, None),
        ];
        let mut circle = Circle::new(client(1), 60);
        let mut levels = 0;
        while !circle.frontier().is_empty() {
            let of_frontier: Vec<Tie> = ties
                .iter()
                .copied()
                .filter(|t| circle.frontier().iter().any(|id| *id == t.from || *id == t.to))
                .collect();
            let found: Vec<_> =
                circle.unknown(&of_frontier).into_iter().map(|id| (id, Reach::Seen)).collect();
            circle.grow(&found);
            levels += 1;
            assert!(levels < 5);
        }
        assert_eq!(circle.members().len(), 3);
        assert_eq!(circle.members()[&client(3)], 1);
    }

    #[test]
    fn hidden_clients_are_counted_once_and_lead_nowhere() {
        let mut circle = Circle::new(client(1), 60);
        let ties = [tie(1, 2, LinkKind::Partner, None), tie(1, 3, LinkKind::Owner, Some(9_000))];
        assert_eq!(circle.unknown(&ties), [client(2), client(3)]);
        circle.grow(&[(client(2), Reach::Hidden), (client(3), Reach::Seen)]);
        assert_eq!(circle.frontier(), [client(3)]);
        assert!(circle.unknown(&[tie(3, 2, LinkKind::Partner, None)]).is_empty());
        assert_eq!((circle.hidden(), circle.holds(client(2))), (1, false));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut circle = Circle::new(client(1), 2);
        circle.grow(&[
            (client(2), Reach::Seen),
            (client(3), Reach::Seen),
            (client(4), Reach::Seen),
        ]);
        assert_eq!((circle.members().len(), circle.left_out()), (2, 2));
    }
}
