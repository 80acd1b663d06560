//! The staff list in memory, and first passwords.

use kernel::{BranchId, Entropy, Lang, RoleId, UserId};
use spine::org::StaffMember;

/// Letters and digits nobody takes for one another when read aloud or from paper; `x` stands twice to
/// make them 32.
const CLEAR: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";

/// What the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Words that name, login or e-mail must contain, lower case.
    pub(super) words: Vec<String>,
    /// Only this branch.
    pub(super) branch: Option<BranchId>,
    /// Only holders of this role.
    pub(super) role: Option<RoleId>,
    /// Only those who work here (`true`) or do not any more (`false`).
    pub(super) active: Option<bool>,
}

impl Wanted {
    pub(super) fn fits(&self, member: &StaffMember) -> bool {
        let text = format!("{} {} {}", member.name, member.name_en, member.login).to_lowercase();
        let text = text.replace('ё', "е");
        self.words.iter().all(|word| text.contains(&word.replace('ё', "е")))
            && self.branch.is_none_or(|b| member.branch_id == Some(b))
            && self.role.is_none_or(|r| member.roles.contains(&r))
            && self.active.is_none_or(|a| member.active == a)
    }
}

/// One page of a list and the keys of its neighbours.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) rows: Vec<T>,
    /// Number of the first row, from 1.
    pub(super) first: usize,
    /// The row before the page before: `Some(None)` when that page is the first one.
    pub(super) previous: Option<Option<UserId>>,
    /// The last row, when more follow.
    pub(super) next: Option<UserId>,
}

/// The rows after `after`, by shown name.
pub(super) fn page(
    mut people: Vec<&StaffMember>,
    lang: Lang,
    after: Option<UserId>,
    size: usize,
) -> Page<&StaffMember> {
    people.sort_by_cached_key(|s| (s.shown_name(lang).to_lowercase(), s.id));
    let start = after.and_then(|id| people.iter().position(|s| s.id == id)).map_or(0, |at| at + 1);
    let rows: Vec<&StaffMember> = people.iter().skip(start).take(size).copied().collect();
    let next = rows.last().map(|s| s.id).filter(|_| start + rows.len() < people.len());
    let previous = (start > 0).then(|| {
        let before = start.checked_sub(size + 1);
        before.and_then(|at| people.get(at)).map(|s| s.id)
    });
    Page { rows, first: start + 1, previous, next }
}

/// A password for a start: four groups of four clear letters and digits, about 78 bits.
pub(super) fn first_password(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| CLEAR.get(usize::from(*byte % 32)).map_or('x', |b| char::from(*b)))
        .collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(n: u128, name: &str) -> StaffMember {
        StaffMember {
            id: UserId::from_uuid(uuid::Uuid::from_u128(n)),
            login: format!("login{n}"),
            name: name.to_owned(),
            name_en: String::new(),
            branch_id: None,
            team_id: None,
            active: true,
            lang: Lang::Ru,
            theme: String::new(),
            density: String::new(),
            roles: Vec::new(),
            has_factor: false,
        }
    }

    #[test]
    fn pages_follow_one_another_both_ways_and_lose_nobody() {
        let people: Vec<StaffMember> = (1..=7)
            .map(|n| member(n, ["Яна", "борис", "Анна"][usize::try_from(n % 3).unwrap()]))
            .collect();
        let all = || people.iter().collect::<Vec<_>>();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = page(all(), Lang::Ru, after, 3);
            assert_eq!(page.first, seen.len() + 1);
            if seen.len() == 6 {
                let back = super::page(all(), Lang::Ru, page.previous.unwrap(), 3);
                assert_eq!(back.first, 4);
            }
            seen.extend(page.rows.iter().map(|s| s.id));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7);
        assert_eq!(page(all(), Lang::Ru, None, 3).rows[0].name, "Анна");
    }

    #[test]
    fn words_are_found_in_any_order_and_without_the_dots_of_yo() {
        let wanted = |text: &str| Wanted {
            words: text.to_lowercase().split_whitespace().map(str::to_owned).collect(),
            active: Some(true),
            ..Wanted::default()
        };
        let person = member(1, "Семёнов Пётр");
        assert!(wanted("петр семен").fits(&person));
        assert!(wanted("LOGIN1").fits(&person));
        assert!(!wanted("иванов").fits(&person));
        assert!(!wanted("семен").fits(&StaffMember { active: false, ..person }));
    }

    #[test]
    fn a_first_password_passes_our_own_rules() {
        let password = first_password(&kernel::SeededEntropy::new(1));
        assert_eq!(password.len(), 19);
        let secret = kernel::Secret::new(password);
        assert!(spine::org::edit::check_new_password(&secret, &["o.smirnova"]).is_ok());
    }
}
