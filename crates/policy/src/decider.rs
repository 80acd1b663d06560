//! The answers of a set of rules to one kind of person, each worked out once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::{Act, Decision, Group, Groups, Level, Nature, Relation, Rules, What, Who};

const UNKNOWN: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// What rules answer to people of one kind: same roles, same place.
#[derive(Debug)]
pub struct Decider {
    rules: Arc<Rules>,
    who: Who,
    answers: Vec<AtomicU8>,
}

impl Decider {
    /// Nothing is worked out yet.
    pub fn new(rules: Arc<Rules>, who: Who) -> Self {
        let answers = (0..What::COUNT * Act::COUNT).map(|_| AtomicU8::new(UNKNOWN)).collect();
        Self { rules, who, answers }
    }
    /// The rules.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }
    /// Who asks.
    pub fn who(&self) -> &Who {
        &self.who
    }
    /// Yes or no, from memory when it was asked before.
    pub fn allows(&self, act: Act, what: What) -> bool {
        let Some(kept) = self.answers.get(what.place() * Act::COUNT + act.place()) else {
            return false;
        };
        match kept.load(Ordering::Relaxed) {
            UNKNOWN => {
                let is_allowed = self.rules.decide(&self.who, act, what).is_allowed;
                kept.store(if is_allowed { YES } else { NO }, Ordering::Relaxed);
                is_allowed
            }
            known => known == YES,
        }
    }
    /// The answer with its reasons.
    pub fn explain(&self, act: Act, what: What) -> Decision {
        self.rules.decide(&self.who, act, what)
    }
    /// The groups that may be seen; none of a card that may not even be found.
    pub fn sees(&self, what: What) -> Groups {
        if !self.allows(Act::Find, what) {
            return Groups::NONE;
        }
        Group::ALL.iter().copied().filter(|group| self.allows(Act::Read(*group), what)).collect()
    }
    /// The groups that may be taken out: never one that may not be seen.
    pub fn exports(&self, what: What) -> Groups {
        let seen = self.sees(what);
        let may = |group: &Group| seen.has(*group) && self.allows(Act::Export(*group), what);
        Group::ALL.iter().copied().filter(may).collect()
    }
    /// On which cards all of these are allowed.
    pub fn gate(&self, acts: &[Act], is_opened: bool) -> Gate {
        let mut points = Vec::new();
        for level in Level::ALL.iter().copied() {
            for nature in Nature::ALL.iter().copied() {
                let relations = Relation::ALL.iter().copied().filter(|relation| {
                    let what = What { level, relation: *relation, nature, is_opened };
                    acts.iter().all(|act| self.allows(*act, what))
                });
                points.push((level, nature, relations.collect()));
            }
        }
        Gate { points }
    }
}

/// On which cards something is allowed: for each level and nature, under which relations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    points: Vec<(Level, Nature, Vec<Relation>)>,
}

impl Gate {
    /// On every card.
    pub fn is_open(&self) -> bool {
        self.points.iter().all(|(_, _, relations)| relations.len() == Relation::ALL.len())
    }
    /// On no card.
    pub fn is_shut(&self) -> bool {
        self.points.iter().all(|(_, _, relations)| relations.is_empty())
    }
    /// The relations under which it is allowed on cards of a level and nature.
    pub fn relations(&self, level: Level, nature: Nature) -> &[Relation] {
        let found = self.points.iter().find(|(l, n, _)| *l == level && *n == nature);
        found.map_or(&[], |(_, _, relations)| relations.as_slice())
    }
}
