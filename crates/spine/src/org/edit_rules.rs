//! The rules of editing the organisation, without a database: names of sign-in, codes, time zones, who may widen
//! rights, who stands in for whom.

use std::collections::{BTreeMap, BTreeSet};

use kernel::limits::TEXT_CHARS_MAX;
use kernel::{Date, Refusal, Refusals, UserId};

use crate::Scope;

/// Permissions that somebody must always hold, or nobody could give rights any more.
pub(super) const GUARDED: [&str; 2] = ["admin.staff", "admin.roles"];
/// Longest sign-in name (characters).
const LOGIN_CHARS_MAX: usize = 40;
/// Longest short code of a region or branch (characters).
const CODE_CHARS_MAX: usize = 12;
/// Deepest chain of deputies that is followed.
const DEPUTIES_MAX: usize = 8;

/// A sign-in name: lower-case Latin letters, digits, dots, dashes and underscores; starts with a letter.
pub(super) fn check_login(login: &str, refusals: &mut Refusals) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let starts = login.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    let chars = login.chars().count();
    if login.is_empty() {
        refusals.push(Refusal::field("required", "login"));
    } else if !starts || !login.chars().all(plain) || !(2..=LOGIN_CHARS_MAX).contains(&chars) {
        refusals.push(Refusal::field("login-shape", "login"));
    }
}

/// A short code of a region or branch: letters, digits, dashes, dots.
pub(super) fn check_code(code: &str, refusals: &mut Refusals) {
    if code.is_empty() {
        refusals.push(Refusal::field("required", "code"));
    } else if code.chars().count() > CODE_CHARS_MAX
        || !code.chars().all(|c| c.is_alphanumeric() || "-.".contains(c))
    {
        refusals.push(Refusal::field("code-shape", "code").arg("max", CODE_CHARS_MAX));
    }
}

/// A name or other line of text.
pub(super) fn check_line(text: &str, field: &str, required: bool, refusals: &mut Refusals) {
    if required && text.trim().is_empty() {
        refusals.push(Refusal::field("required", field));
    } else if text.chars().count() > TEXT_CHARS_MAX {
        refusals.push(Refusal::field("too-long", field).arg("max", TEXT_CHARS_MAX));
    }
}

/// An e-mail address, when one is given: something, one `@`, a domain with a dot.
pub(super) fn check_email(email: &str, refusals: &mut Refusals) {
    let fits = email.split_once('@').is_some_and(|(local, domain)| {
        let parts = domain.split('.').filter(|p| !p.is_empty()).count();
        !local.is_empty() && !domain.contains('@') && parts >= 2 && !domain.ends_with('.')
    });
    if !email.is_empty() && (!fits || email.contains(char::is_whitespace)) {
        refusals.push(Refusal::field("email-shape", "email"));
    }
}

/// A time zone by its IANA name.
pub(super) fn check_zone(zone: &str, refusals: &mut Refusals) {
    if zone.is_empty() {
        refusals.push(Refusal::field("required", "zone"));
    } else if jiff::tz::TimeZone::get(zone).is_err() {
        refusals.push(Refusal::field("zone-unknown", "zone"));
    }
}

/// Whether the grants after reach further than the grants before, in any permission.
pub(super) fn widens(before: &BTreeMap<String, Scope>, after: &BTreeMap<String, Scope>) -> bool {
    after.iter().any(|(permission, scope)| before.get(permission).is_none_or(|held| held < scope))
}

/// The first guarded permission that nobody of `held` has.
pub(super) fn unguarded(held: &BTreeSet<String>) -> Option<&'static str> {
    GUARDED.into_iter().find(|p| !held.contains(*p))
}

/// Somebody away, and who stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Away {
    pub(super) staff: UserId,
    pub(super) deputy: UserId,
    pub(super) from: Date,
    pub(super) until: Date,
}

impl Away {
    /// The days both cover.
    fn common(&self, from: Date, until: Date) -> Option<(Date, Date)> {
        let (from, until) = (self.from.max(from), self.until.min(until));
        (from <= until).then_some((from, until))
    }
}

/// What speaks against a new absence beside those that stand already.
pub(super) fn check_absence(new: &Away, deputy_is_active: bool, others: &[Away]) -> Refusals {
    let mut refusals = Refusals::default();
    if new.deputy == new.staff {
        refusals.push(Refusal::field("absence-deputy-self", "deputy"));
    } else if !deputy_is_active {
        refusals.push(Refusal::field("absence-deputy-inactive", "deputy"));
    }
    if new.until < new.from {
        refusals.push(Refusal::field("absence-dates", "until"));
        return refusals;
    }
    if others.iter().any(|o| o.staff == new.staff && o.common(new.from, new.until).is_some()) {
        refusals.push(Refusal::field("absence-overlap", "from"));
    }
    if new.deputy != new.staff && leads_to(others, new, new.deputy, (new.from, new.until), 0) {
        refusals.push(Refusal::field("absence-cycle", "deputy"));
    }
    refusals
}

/// Whether on some of these days the deputies of `who`, one after another, end at the absent himself.
fn leads_to(
    others: &[Away],
    new: &Away,
    who: UserId,
    (from, until): (Date, Date),
    depth: usize,
) -> bool {
    depth < DEPUTIES_MAX
        && others.iter().filter(|o| o.staff == who).any(|o| {
            o.common(from, until).is_some_and(|days| {
                o.deputy == new.staff || leads_to(others, new, o.deputy, days, depth + 1)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(n))
    }
    fn away(staff: u128, deputy: u128, from: i8, until: i8) -> Away {
        let day = |d| Date::constant(2026, 11, d);
        Away { staff: user(staff), deputy: user(deputy), from: day(from), until: day(until) }
    }
    fn codes(refusals: &Refusals) -> Vec<&str> {
        refusals.0.iter().map(|r| r.code.as_str()).collect()
    }

    #[test]
    fn logins_codes_addresses_and_zones_have_a_shape() {
        let refused = |check: fn(&str, &mut Refusals), text: &str| {
            let mut refusals = Refusals::default();
            check(text, &mut refusals);
            refusals.0.first().map(|r| r.code.clone()).unwrap_or_default()
        };
        for (login, code) in [
            ("o.smirnova", ""),
            ("", "required"),
            ("O.Smirnova", "login-shape"),
            ("7up", "login-shape"),
            ("a", "login-shape"),
            ("о.смирнова", "login-shape"),
            ("a b", "login-shape"),
        ] {
            assert_eq!(refused(check_login, login), code, "{login}");
        }
        for (email, code) in [
            ("", ""),
            ("a@bank.ru", ""),
            ("a@bank", "email-shape"),
            ("a@@bank.ru", "email-shape"),
            ("a b@bank.ru", "email-shape"),
            ("@bank.ru", "email-shape"),
            ("a@bank.", "email-shape"),
        ] {
            assert_eq!(refused(check_email, email), code, "{email}");
        }
        assert_eq!(refused(check_zone, "Asia/Novosibirsk"), "");
        assert_eq!(refused(check_zone, "Mars/Olympus"), "zone-unknown");
        assert_eq!(refused(check_code, "МСК-01"), "");
        assert_eq!(refused(check_code, "a b"), "code-shape");
    }

    #[test]
    fn widening_is_a_new_permission_or_a_wider_scope() {
        let grants = |list: &[(&str, Scope)]| -> BTreeMap<String, Scope> {
            list.iter().map(|(p, s)| ((*p).to_owned(), *s)).collect()
        };
        let before = grants(&[("client.read", Scope::Branch), ("app.use", Scope::Bank)]);
        assert!(!widens(&before, &before));
        assert!(!widens(&before, &grants(&[("client.read", Scope::Own)])));
        assert!(widens(&before, &grants(&[("client.read", Scope::Region)])));
        assert!(widens(&before, &grants(&[("client.edit", Scope::Own)])));
    }

    #[test]
    fn somebody_must_hold_every_guarded_permission() {
        let held = |list: &[&str]| list.iter().map(|p| (*p).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(unguarded(&held(&["admin.staff", "admin.roles"])), None);
        assert_eq!(unguarded(&held(&["admin.staff"])), Some("admin.roles"));
        assert_eq!(unguarded(&held(&[])), Some("admin.staff"));
    }

    #[test]
    fn a_deputy_is_somebody_else_who_is_there_and_does_not_lead_back() {
        let check = |new: Away, active: bool, others: &[Away]| {
            codes(&check_absence(&new, active, others)).join(" ")
        };
        let new = away(1, 2, 10, 20);
        assert_eq!(check(new, true, &[]), "");
        assert_eq!(check(away(1, 1, 10, 20), true, &[]), "absence-deputy-self");
        assert_eq!(check(new, false, &[]), "absence-deputy-inactive");
        assert_eq!(check(away(1, 2, 20, 10), true, &[]), "absence-dates");
        assert_eq!(check(new, true, &[away(1, 3, 20, 25)]), "absence-overlap");
        assert_eq!(check(new, true, &[away(1, 3, 21, 25)]), "");
        assert_eq!(check(new, true, &[away(2, 1, 20, 25)]), "absence-cycle");
        assert_eq!(check(new, true, &[away(2, 1, 21, 25)]), "");
        assert_eq!(check(new, true, &[away(2, 3, 12, 14), away(3, 1, 14, 30)]), "absence-cycle");
        let never_together = [away(2, 3, 12, 14), away(3, 1, 15, 30)];
        assert_eq!(check(new, true, &never_together), "", "the two never overlap");
    }
}
