//! What a feed does not write over: a value a person of the bank put right stays, unless the mapping says
//! that the feed is the master of the field. The difference is told.

use spine::import::ImportReject;

use crate::client::import::read::reject;

/// The code under which differences are told.
const CODE: &str = "import-kept";
/// How the sources of feeds begin.
const FEED: &str = "import:";

/// Whether a value came from a person, not from a feed.
pub(super) fn is_by_hand(source: &str) -> bool {
    !source.starts_with(FEED)
}

/// Guards one client against one row.
pub(super) struct Guard<'a> {
    row: u64,
    master: &'a [String],
    kept: Vec<ImportReject>,
}

impl<'a> Guard<'a> {
    /// `master`: the fields the feed rules over.
    pub(super) fn new(row: u64, master: &'a [String]) -> Self {
        Self { row, master, kept: Vec::new() }
    }
    /// Whether the feed rules over a field.
    pub(super) fn is_master(&self, field: &str) -> bool {
        self.master.iter().any(|one| one == field)
    }
    /// Whether what a person wrote stays; then the feed's word is noted. What the bank itself holds is not:
    /// whoever may import may not therefore see it.
    pub(super) fn keeps(&mut self, field: &str, by_hand: bool, theirs: &str) -> bool {
        let stays = by_hand && !self.is_master(field);
        if stays {
            self.kept.push(reject(self.row, Some(field), CODE, theirs));
        }
        stays
    }
    /// The differences.
    pub(super) fn into_kept(self) -> Vec<ImportReject> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_outweighs_a_feed_that_is_not_the_master() {
        assert!(!is_by_hand("import:abs"));
        for hand in ["clerk", "client", "document", ""] {
            assert!(is_by_hand(hand), "{hand}");
        }
        let master = ["status".to_owned()];
        let mut guard = Guard::new(7, &master);
        assert!(!guard.keeps("last_name", false, "Иванов"));
        assert!(!guard.keeps("status", true, "closed"));
        assert!(guard.keeps("last_name", true, "Иванов"));
        let kept = guard.into_kept();
        assert_eq!(kept.len(), 1);
        let one = &kept[0];
        let told = (one.row, one.field.as_deref(), one.code.as_str(), one.value.as_str());
        assert_eq!(told, (7, Some("last_name"), "import-kept", "Иванов"));
    }
}
