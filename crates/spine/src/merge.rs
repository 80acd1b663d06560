//! What becomes of an edit when somebody else has edited the same thing meanwhile.

use crate::{Conflict, Error, FieldConflict};
use kernel::{Timestamp, UserId};

/// Compares, field by field, what the form showed, what the person wants and what is stored now.
/// A field the person left alone keeps what is stored; a field only he changed gets his value; a field
/// both changed differently is a conflict, and then nothing is written.
pub struct Merge {
    stored_by: Option<UserId>,
    stored_at: Timestamp,
    conflicts: Vec<FieldConflict>,
}

impl Merge {
    /// A merge with a row that was last written by somebody at an instant.
    pub const fn new(stored_by: Option<UserId>, stored_at: Timestamp) -> Self {
        Self { stored_by, stored_at, conflicts: Vec::new() }
    }
    /// The text a field gets.
    pub fn text(&mut self, field: &str, original: &str, mine: &str, stored: &str) -> String {
        if mine == original || mine == stored {
            return stored.to_owned();
        }
        if stored != original {
            self.conflicts.push(FieldConflict {
                field: field.to_owned(),
                original: original.to_owned(),
                mine: mine.to_owned(),
                theirs: stored.to_owned(),
                theirs_by: self.stored_by,
                theirs_at: Some(self.stored_at),
            });
        }
        mine.to_owned()
    }
    /// The value a field gets, where it is no text: `words` is how it stands in a form.
    pub fn value<T: Clone + PartialEq>(
        &mut self,
        field: &str,
        (original, mine, stored): (&T, &T, &T),
        words: impl Fn(&T) -> String,
    ) -> T {
        let _ = self.text(field, &words(original), &words(mine), &words(stored));
        if mine == original { stored.clone() } else { mine.clone() }
    }
    /// A yes or no: with two values, two people cannot change it differently.
    pub const fn flag(original: bool, mine: bool, stored: bool) -> bool {
        if mine == original { stored } else { mine }
    }
    /// # Errors
    /// [`Error::Conflict`] when any field was changed by both.
    pub fn finish(self) -> Result<(), Error> {
        if self.conflicts.is_empty() {
            Ok(())
        } else {
            Err(Error::Conflict(Conflict { fields: self.conflicts }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_field_both_changed_differently_is_a_conflict() {
        let at = Timestamp::from_micros(7);
        let mut merge = Merge::new(None, at);
        assert_eq!(merge.text("a", "1", "1", "2"), "2", "I left it alone");
        assert_eq!(merge.text("b", "1", "2", "1"), "2", "only I changed it");
        assert_eq!(merge.text("c", "1", "2", "2"), "2", "both changed it alike");
        assert!(merge.finish().is_ok());
        let mut merge = Merge::new(None, at);
        merge.text("ok", "1", "2", "1");
        merge.text("d", "1", "2", "3");
        let Err(Error::Conflict(conflict)) = merge.finish() else { panic!("no conflict") };
        let [field] = conflict.fields.as_slice() else { panic!("{conflict:?}") };
        assert_eq!(
            (field.field.as_str(), field.mine.as_str(), field.theirs.as_str()),
            ("d", "2", "3")
        );
        assert_eq!(field.theirs_at, Some(at));
        assert!(Merge::flag(false, true, false) && !Merge::flag(true, true, false));
    }
}
