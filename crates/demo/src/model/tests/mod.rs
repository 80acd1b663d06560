//! What must hold of the demo bank as a whole.

mod numbers;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use kernel::Date;

use super::*;

const TODAY: Date = Date::constant(2026, 11, 23);

fn bank(clients: u64) -> DemoBank {
    DemoBank::new(7, clients, TODAY)
}

/// A print of a client with all his histories.
fn print(client: &DemoClient) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{client:?}").hash(&mut hasher);
    for movement in client.transactions(HISTORY_MONTHS) {
        format!("{movement:?}").hash(&mut hasher);
    }
    for contact in client.interactions() {
        format!("{contact:?}").hash(&mut hasher);
    }
    hasher.finish()
}

#[test]
fn the_same_seed_draws_the_same_bank_in_any_order() {
    let forwards: Vec<u64> = bank(500).iter().map(|client| print(&client)).collect();
    let again = bank(500);
    let mut backwards: Vec<u64> = (0..500).rev().map(|n| print(&again.client(n))).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let other = DemoBank::new(8, 500, TODAY);
    let same = other.iter().zip(&forwards).filter(|(client, hash)| print(client) == **hash).count();
    assert!(same < 25, "{same} clients did not change with the seed");
    assert_ne!(again.staff()[20], other.staff()[20]);
}

#[test]
fn links_point_at_clients_of_the_same_block_or_earlier() {
    let bank = bank(3_020);
    let mut kinds: BTreeMap<LinkKind, u32> = BTreeMap::new();
    let mut speakers = Vec::new();
    let mut shares: BTreeMap<u64, u32> = BTreeMap::new();
    for client in bank.iter() {
        for link in &client.links {
            assert!(link.to < bank.clients() && link.to != client.number);
            assert!(link.to / BLOCK <= client.number / BLOCK, "{} {link:?}", client.number);
            let other = bank.client(link.to);
            let fits = match link.kind {
                LinkKind::Spouse | LinkKind::Parent => {
                    matches!(other.kind, PartyKind::Person | PartyKind::SoleTrader)
                }
                LinkKind::Employee | LinkKind::Director | LinkKind::Owner => {
                    other.kind == PartyKind::Company
                }
                LinkKind::Guarantor => !other.loans.is_empty(),
                LinkKind::HouseholdMember => other.kind == PartyKind::Household,
                LinkKind::GroupMember => other.kind == PartyKind::Group,
            };
            assert!(fits, "{} {link:?} {:?}", client.number, other.kind);
            *kinds.entry(link.kind).or_default() += 1;
            if let Some(share) = link.share_bps {
                *shares.entry(link.to).or_default() += share;
            }
        }
        if let Detail::Circle(circle) = &client.detail {
            speakers.push(circle.primary.is_some());
            if let Some(primary) = circle.primary {
                assert!(primary < bank.clients());
                let speaker = bank.client(primary);
                let is_member = speaker.links.iter().any(|link| link.to == client.number);
                assert!(is_member, "{}", client.number);
            }
        }
        for account in &client.accounts {
            assert!(product_name(account.product).is_some(), "{account:?}");
        }
        for card in &client.cards {
            assert!(product_name(card.product).is_some(), "{card:?}");
            assert!(card.account.is_none_or(|at| at < client.accounts.len()));
            assert!(card.loan.is_none_or(|at| at < client.loans.len()));
        }
    }
    assert_eq!(kinds.len(), LinkKind::ALL.len(), "{kinds:?}");
    assert!(speakers.contains(&true) && speakers.contains(&false), "{speakers:?}");
    let beyond_stories = shares.iter().filter(|(to, _)| **to >= stories::STORIES);
    for (company, share) in beyond_stories {
        assert_eq!(*share, 10_000, "shares of company {company}");
    }
}

#[test]
fn projects_scale_with_the_clients_and_agree_with_the_calendar() {
    let bank = bank(3 * STRETCH);
    let all: Vec<DemoClient> = bank.iter().collect();
    let length = usize::try_from(STRETCH).unwrap();
    let mut titles = BTreeSet::new();
    let mut phases: BTreeMap<&str, u32> = BTreeMap::new();
    for stretch in all.chunks(length) {
        let projects = bank.projects(stretch);
        assert_eq!(projects, bank.projects(stretch), "drawn twice");
        assert!((5..=8).contains(&projects.len()), "{}", projects.len());
        for project in &projects {
            *phases.entry(project.phase.key()).or_default() += 1;
            titles.insert(project.title.clone());
            let is_ahead = project.starts >= bank.today();
            assert!(project.phase != Phase::Planned || is_ahead, "{project:?}");
            assert!(project.phase != Phase::Finished || !is_ahead, "{project:?}");
            assert!(project.ends.is_none_or(|end| end > project.starts));
            let numbers: BTreeSet<u64> = project.guests.iter().map(|g| g.client).collect();
            assert_eq!(numbers.len(), project.guests.len(), "each once");
            for guest in &project.guests {
                let client = bank.client(guest.client);
                assert!(
                    stretch.iter().any(|c| c.number == guest.client)
                        && client.status != Status::Closed
                );
                assert!(guest.presence != Presence::Attended || project.phase == Phase::Finished);
            }
            if project.kind == "project" {
                assert_eq!(project.guests[0].role, "customer");
            }
        }
    }
    for phase in ["planned", "running", "finished"] {
        assert!(phases.contains_key(phase), "{phases:?}");
    }
    assert!(titles.iter().any(|t| t == "Зарплатный проект: АО «Северный ветер»"), "{titles:?}");
    assert!(bank.projects(&[]).is_empty());
}

#[test]
fn staff_is_complete_and_serves_its_own_branch() {
    let bank = bank(600);
    let staff = bank.staff();
    assert_eq!(staff.len(), 124);
    let logins: BTreeSet<&str> = staff.iter().map(|person| person.login.as_str()).collect();
    assert_eq!(logins.len(), staff.len());
    for role in Role::ALL {
        let known = staff.iter().filter(|person| person.login == demo_login(*role));
        assert_eq!(known.map(|person| person.role).collect::<Vec<_>>(), [*role]);
    }
    assert_eq!(staff[usize::from(DEMO_MANAGER.0)].login, demo_login(Role::Manager));
    for (number, person) in staff.iter().enumerate() {
        assert_eq!(usize::from(person.number.0), number);
        assert!(person.team.is_none_or(|team| usize::from(team.0) < bank.teams().len()));
    }
    for (number, team) in bank.teams().iter().enumerate() {
        assert_eq!(usize::from(team.number.0), number);
    }
    for absence in bank.absences() {
        let [who, deputy] = [absence.who, absence.deputy].map(|n| &staff[usize::from(n.0)]);
        assert!(who.branch.is_some() && who.branch == deputy.branch && who.number != deputy.number);
    }
    for client in bank.iter() {
        let manager = &staff[usize::from(client.manager.0)];
        assert_eq!((manager.role, manager.branch), (Role::Manager, Some(client.branch)));
        for contact in client.interactions() {
            let author = &staff[usize::from(contact.author.0)];
            assert!(matches!(author.role, Role::Manager | Role::Clerk | Role::Operator));
            if author.role == Role::Clerk {
                assert_eq!(author.branch, Some(contact.branch));
            }
        }
    }
}

#[test]
fn shares_of_the_population_are_those_promised() {
    let bank = bank(10_000);
    let mut kinds: BTreeMap<PartyKind, u32> = BTreeMap::new();
    let (mut vip, mut active, mut idle, mut bare, mut late, mut loans) = (0, 0, 0, 0, 0, 0);
    let mut contacts = 0;
    for client in bank.iter() {
        *kinds.entry(client.kind).or_default() += 1;
        vip += u32::from(client.segment == Segment::Vip);
        contacts += client.interactions().len();
        if client.status == Status::Active {
            active += 1;
            idle += u32::from(!client.tasks.iter().any(|task| task.state == TaskState::Open));
            bare += u32::from(client.accounts.is_empty() && client.kind == PartyKind::Person);
        } else {
            assert!(client.accounts.is_empty() && client.loans.is_empty());
        }
        loans += client.loans.iter().filter(|loan| !loan.is_revolving()).count();
        late += client.loans.iter().filter(|loan| loan.days_past_due > 0).count();
    }
    let of = |kind| kinds[&kind];
    assert!((8_550..=8_650).contains(&of(PartyKind::Person)), "{kinds:?}");
    assert!((390..=410).contains(&of(PartyKind::SoleTrader)), "{kinds:?}");
    assert!((790..=810).contains(&of(PartyKind::Company)), "{kinds:?}");
    assert!(of(PartyKind::Household) > 90 && of(PartyKind::Group) > 60, "{kinds:?}");
    assert!((120..=210).contains(&vip), "{vip} VIP clients");
    assert!((6..=10).contains(&(idle * 100 / active)), "{idle} of {active} without a next step");
    assert!(bare > 300, "{bare} persons without an account");
    assert!((2..=6).contains(&(late * 100 / loans)), "{late} of {loans} loans are late");
    assert!((180_000..=220_000).contains(&contacts), "{contacts} contacts of ten thousand clients");
}

#[test]
fn persons_are_believable() {
    for client in bank(5_000).iter() {
        let Detail::Person(person) = &client.detail else {
            continue;
        };
        let Some(born) = person.born else { continue };
        let age = calendar::age_on(born, TODAY);
        assert!((14..=92).contains(&age), "{} is {age}", client.number);
        assert!(client.since.is_none_or(|since| calendar::age_on(born, since) >= 14));
        assert!(client.since.is_none_or(|since| since <= TODAY));
        for contact in &client.contacts {
            match contact.kind {
                ContactKind::Email => {
                    assert!(contact.value.is_ascii() && contact.value.contains("@example."));
                }
                ContactKind::Phone => assert!(contact.value.len() == 12, "{contact:?}"),
                ContactKind::Telegram | ContactKind::Site => {}
            }
        }
        for contact in client.interactions() {
            assert!(!contact.body.contains(['{', '}']) && !contact.body.is_empty(), "{contact:?}");
        }
        for contact in client.interactions() {
            let advertising =
                contact.topic == Topic::Offer && contact.direction == Direction::Outgoing;
            let asks = matches!(contact.channel, Channel::Call | Channel::Sms | Channel::Email);
            let agreed =
                |consent: &Consent| consent.granted && consent.channel == Some(contact.channel);
            assert!(!advertising || !asks || client.consents.iter().any(agreed), "{contact:?}");
        }
        for task in &client.tasks {
            assert!(task.done_at.is_none_or(|done| done > task.created), "{task:?}");
        }
        for loan in &client.loans {
            assert!(loan.amount_minor >= 1_000_000, "{} {loan:?}", client.number);
            assert!((0..=loan.amount_minor).contains(&loan.outstanding_minor), "{loan:?}");
        }
    }
}

#[test]
fn stories_show_what_they_promise() {
    let bank = bank(100);
    let director = bank.client(stories::VIP_DIRECTOR);
    let company = bank.client(stories::VIP_COMPANY);
    assert_eq!((company.kind, company.segment), (PartyKind::Company, Segment::Vip));
    assert_ne!(director.branch, company.branch);
    assert_eq!(company.manager, DEMO_MANAGER);
    let directs = |link: &&Link| link.kind == LinkKind::Director && link.to == company.number;
    assert!(director.links.iter().any(|link| directs(&link)));
    assert_eq!(company.links.iter().filter(|link| link.kind == LinkKind::Owner).count(), 3);
    let late = bank.client(stories::OVERDUE);
    assert!(late.loans[0].days_past_due > 60 && late.loans[0].overdue_minor > 0);
    assert!(bank.client(stories::SUBSIDIARY_TRADE).loans[0].days_past_due > 30);
    let nameless = bank.client(stories::NAMELESS);
    assert!(
        matches!(&nameless.detail, Detail::Person(p) if p.last_name.is_empty() && p.born.is_some())
    );
    let nothing = bank.client(stories::NOTHING_AT_ALL);
    assert!(nothing.accounts.is_empty() && nothing.contacts.is_empty() && nothing.tasks.is_empty());
    assert_eq!((nothing.interactions().len(), nothing.status), (0, Status::Prospect));
    let names = [stories::TWIN_FIRST, stories::TWIN_SECOND].map(|number| {
        let client = bank.client(number);
        match &client.detail {
            Detail::Person(person) => (person.first_name.clone(), person.born, client.contacts),
            _ => panic!("a twin is a person"),
        }
    });
    assert_eq!((names[0].0.as_str(), names[1].0.as_str()), ("Наталья", "Наталия"));
    assert_eq!((names[0].1, &names[0].2[0].value), (names[1].1, &names[1].2[0].value));
    let deposit = bank.client(stories::EXPIRING_DEPOSIT).accounts[1].clone();
    assert_eq!(deposit.matures, Some(Date::constant(2026, 11, 29)));
    assert!(deposit.balance_minor > 0);
    let card = bank.client(stories::EXPIRING_CARD);
    assert_eq!(card.cards[0].expires, Date::constant(2026, 11, 30));
    assert!(card.orders[0].failing);
    let everything = bank.client(stories::EVERYTHING);
    assert_eq!(
        (everything.accounts.len(), everything.loans.len(), everything.cards.len()),
        (3, 3, 2)
    );
    assert_eq!(everything.interactions().len(), 60);
    let born = |client: &DemoClient| match &client.detail {
        Detail::Person(person) => person.born,
        _ => None,
    };
    assert_eq!(born(&everything).map(|day| (day.month(), day.day())), Some((11, 26)));
    let age = born(&bank.client(stories::TEENAGER)).map(|day| calendar::age_on(day, TODAY));
    assert_eq!(age, Some(15));
}

#[test]
fn a_hundred_thousand_clients_are_drawn_in_parallel_and_far_ones_alone() {
    let bank = bank(100_000);
    let drawn: u64 = std::thread::scope(|scope| {
        let quarters: Vec<_> = (0..4)
            .map(|quarter| quarter * 25_000..(quarter + 1) * 25_000)
            .map(|numbers| {
                let bank = &bank;
                scope.spawn(move || numbers.filter(|n| bank.client(*n).number == *n).count())
            })
            .collect();
        quarters.into_iter().map(|quarter| u64::try_from(quarter.join().unwrap()).unwrap()).sum()
    });
    assert_eq!(drawn, bank.clients());
    let far = DemoBank::new(7, 1_000_000, TODAY).client(999_999);
    assert_eq!(far.number, 999_999);
    assert_eq!(DemoBank::new(7, 30, TODAY).iter().count(), 30);
}
