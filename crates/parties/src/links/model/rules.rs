//! When a new link may be made.

use kernel::{ClientId, Date, LinkId, Refusal, Refusals};

use super::kind::LinkKind;
use crate::client::model::ClientKind;

/// A share of one hundred percent, in basis points.
const WHOLE_BP: i64 = 10_000;

/// A link somebody wants to make.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who holds it, and what he is.
    pub from: (ClientId, ClientKind),
    /// The other one.
    pub to: (ClientId, ClientKind),
    /// Kind.
    pub kind: LinkKind,
    /// Share in basis points.
    pub share_bp: Option<i64>,
    /// First day; none: not known.
    pub since: Option<Date>,
    /// Last day; none: open.
    pub until: Option<Date>,
}

/// A link that exists.
#[derive(Clone, Debug)]
pub struct Known {
    /// Identity.
    pub id: LinkId,
    /// Who holds it.
    pub from: ClientId,
    /// The other one.
    pub to: ClientId,
    /// Kind.
    pub kind: LinkKind,
    /// Share in basis points.
    pub share_bp: Option<i64>,
    /// First day.
    pub since: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
}

/// Whether two periods have a day in common; an absent end is open.
pub fn overlaps(a: (Option<Date>, Option<Date>), b: (Option<Date>, Option<Date>)) -> bool {
    let starts_before_end = |start: Option<Date>, end: Option<Date>| match (start, end) {
        (Some(start), Some(end)) => start <= end,
        _ => true,
    };
    starts_before_end(a.0, b.1) && starts_before_end(b.0, a.1)
}

/// Everything that speaks against a link. `known` are the links of both clients; `ancestors` are the
/// groups `to` belongs to, directly or through other groups.
pub fn check(draft: &Draft, known: &[Known], ancestors: &[ClientId], today: Date) -> Refusals {
    let mut refusals = Refusals::default();
    let (from, to) = (draft.from.0, draft.to.0);
    if from == to {
        refusals.push(Refusal::field("link-to-itself", "party"));
        return refusals;
    }
    if !draft.kind.fits(draft.from.1, draft.to.1) {
        refusals.push(Refusal::field("link-kinds", "party"));
    }
    check_dates(draft, today, &mut refusals);
    check_share(draft, known, &mut refusals);
    let now: Vec<&Known> =
        known.iter().filter(|k| overlaps((k.since, k.until), (draft.since, draft.until))).collect();
    let is_same = |k: &&Known| {
        let straight = k.from == from && k.to == to;
        let reverse = k.from == to && k.to == from && draft.kind.is_mutual();
        k.kind == draft.kind && (straight || reverse)
    };
    if now.iter().any(is_same) {
        refusals.push(Refusal::field("link-twin", "party"));
    } else if draft.kind == LinkKind::Spouse && now.iter().any(|k| k.kind == LinkKind::Spouse) {
        refusals.push(Refusal::field("link-second-spouse", "party"));
    }
    let is_reverse_parent = |k: &&Known| k.kind == LinkKind::Parent && k.from == to && k.to == from;
    if draft.kind == LinkKind::Parent && known.iter().any(|k| is_reverse_parent(&k)) {
        refusals.push(Refusal::field("link-own-ancestor", "party"));
    }
    if draft.kind == LinkKind::GroupMember && ancestors.contains(&from) {
        refusals.push(Refusal::field("link-group-circle", "party"));
    }
    refusals
}

fn check_dates(draft: &Draft, today: Date, refusals: &mut Refusals) {
    let tomorrow = today.saturating_add(jiff::Span::new().days(1));
    if draft.since.is_some_and(|day| day > tomorrow) {
        refusals.push(Refusal::field("date-in-future", "since"));
    }
    if draft.since.zip(draft.until).is_some_and(|(since, until)| until < since) {
        refusals.push(Refusal::field("until-before-since", "until"));
    }
}

fn check_share(draft: &Draft, known: &[Known], refusals: &mut Refusals) {
    let Some(share) = draft.share_bp else {
        if draft.kind == LinkKind::Owner {
            refusals.push(Refusal::field("required", "share"));
        }
        return;
    };
    if !draft.kind.takes_share() {
        refusals.push(Refusal::field("link-no-share", "share"));
        return;
    }
    if !(1..=WHOLE_BP).contains(&share) {
        refusals.push(Refusal::field("link-share-range", "share"));
        return;
    }
    if draft.kind != LinkKind::Owner {
        return;
    }
    let others: i64 = known
        .iter()
        .filter(|k| k.kind == LinkKind::Owner && k.to == draft.to.0)
        .filter(|k| overlaps((k.since, k.until), (draft.since, draft.until)))
        .filter_map(|k| k.share_bp)
        .sum();
    if others.saturating_add(share) > WHOLE_BP {
        let free = WHOLE_BP.saturating_sub(others).max(0);
        let words = format!("{}.{:02}", free / 100, free % 100);
        refusals.push(Refusal::field("link-share-sum", "share").arg("free", words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClientKind::{Company, Group, Person};

    const TODAY: Date = Date::constant(2026, 11, 23);

    fn client(n: u128) -> ClientId {
        ClientId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn draft(from: (u128, ClientKind), to: (u128, ClientKind), kind: LinkKind) -> Draft {
        Draft {
            from: (client(from.0), from.1),
            to: (client(to.0), to.1),
            kind,
            share_bp: None,
            since: None,
            until: None,
        }
    }

    fn known(from: u128, to: u128, kind: LinkKind, share_bp: Option<i64>) -> Known {
        Known {
            id: LinkId::from_uuid(uuid::Uuid::from_u128(from * 100 + to)),
            from: client(from),
            to: client(to),
            kind,
            share_bp,
            since: None,
            until: None,
        }
    }

    fn codes(draft: &Draft, known: &[Known]) -> Vec<String> {
        check(draft, known, &[], TODAY).0.into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn shares_stay_within_one_hundred_percent() {
        let mut one = draft((1, Person), (9, Company), LinkKind::Owner);
        assert_eq!(codes(&one, &[]), ["required"]);
        for (share, code) in
            [(0, "link-share-range"), (10_001, "link-share-range"), (-5, "link-share-range")]
        {
            one.share_bp = Some(share);
            assert_eq!(codes(&one, &[]), [code]);
        }
        let others =
            [known(2, 9, LinkKind::Owner, Some(6_000)), known(3, 9, LinkKind::Owner, Some(1_000))];
        one.share_bp = Some(3_000);
        assert!(codes(&one, &others).is_empty(), "exactly 100 % is allowed");
        one.share_bp = Some(3_001);
        let refusals = check(&one, &others, &[], TODAY);
        assert_eq!(refusals.0[0].code, "link-share-sum");
        assert_eq!(refusals.0[0].args[0].1, "30.00");
    }

    #[test]
    fn an_owner_who_has_left_frees_his_share() {
        let mut gone = known(2, 9, LinkKind::Owner, Some(10_000));
        gone.until = Some(Date::constant(2025, 12, 31));
        let mut new = draft((1, Person), (9, Company), LinkKind::Owner);
        new.share_bp = Some(10_000);
        new.since = Some(Date::constant(2026, 1, 1));
        assert!(codes(&new, &[gone.clone()]).is_empty());
        new.since = Some(Date::constant(2025, 12, 31));
        assert_eq!(codes(&new, &[gone]), ["link-share-sum"]);
    }

    #[test]
    fn impossible_links_are_refused() {
        assert_eq!(
            codes(&draft((1, Person), (1, Person), LinkKind::Spouse), &[]),
            ["link-to-itself"]
        );
        let mut owned = draft((1, Person), (2, Person), LinkKind::Owner);
        owned.share_bp = Some(1);
        assert_eq!(codes(&owned, &[]), ["link-kinds"]);
        let married = [known(2, 3, LinkKind::Spouse, None)];
        let spouse = |a, b| draft((a, Person), (b, Person), LinkKind::Spouse);
        assert_eq!(codes(&spouse(1, 2), &married), ["link-second-spouse"]);
        assert_eq!(
            codes(&spouse(3, 2), &married),
            ["link-twin"],
            "a mutual link counts from both sides"
        );
        let parent = [known(2, 1, LinkKind::Parent, None)];
        assert_eq!(
            codes(&draft((1, Person), (2, Person), LinkKind::Parent), &parent),
            ["link-own-ancestor"]
        );
        let mut shared = draft((1, Person), (2, Company), LinkKind::Director);
        shared.share_bp = Some(10);
        assert_eq!(codes(&shared, &[]), ["link-no-share"]);
        let mut dates = draft((1, Person), (2, Company), LinkKind::Director);
        dates.since = Some(Date::constant(2026, 12, 1));
        dates.until = Some(Date::constant(2026, 11, 1));
        assert_eq!(codes(&dates, &[]), ["date-in-future", "until-before-since"]);
    }

    #[test]
    fn a_group_is_never_its_own_member_through_others() {
        let inner = draft((1, Group), (2, Group), LinkKind::GroupMember);
        assert!(check(&inner, &[], &[client(3)], TODAY).0.is_empty());
        let refusals = check(&inner, &[], &[client(3), client(1)], TODAY);
        assert_eq!(refusals.0[0].code, "link-group-circle");
    }
}
