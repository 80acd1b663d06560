//! The main member of a household or group: who may choose him, what the card says of him and of the
//! others, and what it keeps to itself.

use std::collections::BTreeMap;

use kernel::{ClientId, LinkId};
use parties::client::commands::RegisterClient;
use parties::links::commands::{AddLink, EndLink, SetMainMember};
use parties::links::model::{CircleWarning, LinkKind, MainMember, MemberRole};
use parties::links::queries::{self, CircleCard};
use spine::Error;
use store::params;
use testkit::Bank;
use uuid::Uuid;

use crate::support::{both, force, number};

async fn client(bank: &Bank, login: &str, kind: &str, name: &str) -> ClientId {
    let field = if kind == "person" { "last_name" } else { "full_name" };
    let register = RegisterClient {
        kind: kind.to_owned(),
        fields: BTreeMap::from([(field.to_owned(), name.to_owned())]),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute(login, &register).await.unwrap()
}

async fn join(bank: &Bank, from: ClientId, to: ClientId, kind: LinkKind) -> LinkId {
    let note = String::new();
    let link = AddLink {
        from,
        to,
        kind,
        share_bp: None,
        since: None,
        until: None,
        note,
        custom: Default::default(),
    };
    bank.execute("head_office", &link).await.unwrap()
}

fn main(circle: ClientId, member: Option<ClientId>, original: Option<ClientId>) -> SetMainMember {
    SetMainMember { circle_id: circle, member_id: member, original }
}

async fn refused(bank: &Bank, login: &str, command: &SetMainMember) -> Vec<String> {
    match bank.execute(login, command).await {
        Err(Error::Refused(why)) => why.0.into_iter().map(|r| r.code).collect(),
        other => panic!("{other:?}"),
    }
}

async fn card(bank: &Bank, role: &str, circle: ClientId) -> CircleCard {
    let ctx = bank.as_role(role);
    let mut db = bank.services.reader.clone();
    let head =
        parties::client::queries::head(&mut db, &ctx.principal, circle).await.expect("in sight");
    queries::circle_card(&mut db, &ctx.principal, &head, bank.today()).await.unwrap()
}

/// Anna, Ivan and their household; Ivan is married to Anna.
async fn family(bank: &Bank) -> (ClientId, ClientId, ClientId, LinkId) {
    let anna = client(bank, "manager", "person", "Ветрова").await;
    let ivan = client(bank, "manager", "person", "Ветров").await;
    let home = client(bank, "manager", "household", "Ветровы").await;
    let membership = join(bank, anna, home, LinkKind::HouseholdMember).await;
    join(bank, ivan, home, LinkKind::HouseholdMember).await;
    join(bank, ivan, anna, LinkKind::Spouse).await;
    (anna, ivan, home, membership)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_chosen_changed_and_goes_with_his_membership() {
    both(async |bank: &Bank| {
        let (anna, ivan, home, membership) = family(bank).await;
        let stranger = client(bank, "manager", "person", "Чужой").await;
        let of = async |role| card(bank, role, home).await;
        assert_eq!(of("manager").await.main, MainMember::None);
        let foreign = main(home, Some(stranger), None);
        assert_eq!(refused(bank, "manager", &foreign).await, ["main-member-not-member"]);
        let person = main(anna, Some(ivan), None);
        assert_eq!(refused(bank, "manager", &person).await, ["main-member-no-circle"]);

        bank.execute("manager", &main(home, Some(anna), None)).await.unwrap();
        let shown = of("manager").await;
        assert_eq!(shown.main, MainMember::Seen(anna));
        let roles: Vec<_> = shown.members.iter().map(|m| (m.head.id, m.role)).collect();
        assert_eq!(roles, [(anna, MemberRole::Main), (ivan, MemberRole::Spouse)]);

        // a form opened before is told, and choosing the same again changes nothing
        let stale = main(home, Some(ivan), None);
        assert_eq!(refused(bank, "manager", &stale).await, ["main-member-changed"]);
        let entries = "select count(*) from journal_entry where entity = 'circle'";
        let before = number(bank, entries).await;
        bank.execute("manager", &main(home, Some(anna), None)).await.unwrap();
        assert_eq!((before, number(bank, entries).await), (2, 2));
        bank.execute("manager", &main(home, Some(ivan), Some(anna))).await.unwrap();
        assert_eq!(number(bank, entries).await, 5, "the household, who was and who is");
        bank.execute("manager", &main(home, None, Some(ivan))).await.unwrap();
        assert_eq!(of("manager").await.main, MainMember::None);

        bank.execute("manager", &main(home, Some(anna), None)).await.unwrap();
        let end = EndLink { link_id: membership, until: bank.today(), by_mistake: true };
        bank.execute("manager", &end).await.unwrap();
        assert_eq!(of("manager").await.main, MainMember::None);
        assert_eq!(number(bank, "select count(*) from circle_main").await, 0);

        let far = main(home, Some(ivan), None);
        assert!(matches!(bank.execute("manager_far", &far).await, Err(Error::NotFound)));
        assert!(matches!(bank.execute("auditor", &far).await, Err(Error::Forbidden(_))));
    })
    .await;
}

async fn account(bank: &Bank, n: u128, balance: i64, owner: ClientId) {
    let id = Uuid::from_u128(n);
    let sql = "insert into account (id, number, kind, currency, opened_on, balance_minor, updated_at) \
               values ($1, $2, 'current', 'RUB', '2020-01-01', $3, 0)";
    force(bank, sql, params![id, n.to_string(), balance]).await;
    let sql = "insert into account_role (account_id, client_id, role) values ($1, $2, 'owner')";
    force(bank, sql, params![id, owner]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_sums_what_the_person_may_see_and_warns() {
    both(async |bank: &Bank| {
        let (anna, ivan, home, _) = family(bank).await;
        let secret = client(bank, "manager_far", "person", "Тайный").await;
        let income = "update client set income_minor = $2, income_currency = 'RUB' where id = $1";
        force(bank, income, params![anna, 10_000_000_i64]).await;
        force(bank, income, params![secret, 77_700_000_i64]).await;
        use CircleWarning::{MainHoldsNothing, NoMain, NobodyHolds};
        assert_eq!(card(bank, "manager", home).await.warnings, [NoMain, NobodyHolds]);
        bank.execute("manager", &main(home, Some(anna), None)).await.unwrap();
        join(bank, secret, home, LinkKind::HouseholdMember).await;
        assert_eq!(card(bank, "manager", home).await.warnings, [MainHoldsNothing], "not all seen");
        account(bank, 1, 1_234_500, ivan).await;
        account(bank, 2, 9_999_900, secret).await;
        assert_eq!(card(bank, "manager", home).await.warnings, [MainHoldsNothing]);

        let shown = card(bank, "manager", home).await;
        let together = shown.together.expect("he sees balances");
        let minor: Vec<i64> = together.income.iter().map(|m| m.minor).collect();
        assert_eq!((minor, together.income_unknown, together.uncounted), (vec![120_000_000], 1, 1));
        assert_eq!(together.sums[0].deposits.minor, 1_234_500);
        assert_eq!(shown.hidden, 1);

        let mut browser = bank.client("manager").await;
        for place in [home, anna, ivan] {
            let panel = browser.get_part(&format!("/clients/{place}/panel/circle")).await.ok();
            for words in
                ["Main member", "Ветрова", "Spouse", "12,345", "1,200,000", "1 client hidden"]
            {
                assert!(panel.contains(words), "{words}: {panel}");
            }
            assert!(panel.contains("The main member has no products"), "{panel}");
            assert!(!panel.contains("Тайный") && !panel.contains("99,999"), "{panel}");
            assert!(panel.contains(&format!("/clients/{home}/main-member")));
        }
        let page = browser.get(&format!("/clients/{home}/links")).await.ok();
        assert!(page.contains("Annual income") && page.contains("12,345"), "{page}");

        // he sees clients and no balances: no sum, and no word of who holds what
        let mut officer = bank.client("security_officer").await;
        let panel = officer.get_part(&format!("/clients/{home}/panel/circle")).await.ok();
        assert!(panel.contains("outside your access") && panel.contains("Ветрова"), "{panel}");
        for words in ["12,345", "1,200,000", "no products", "Total assets", "/main-member"] {
            assert!(!panel.contains(words), "{words}: {panel}");
        }
        let mut office = bank.client("head_office").await;
        let panel = office.get_part(&format!("/clients/{home}/panel/circle")).await.ok();
        assert!(panel.contains("112,344") && panel.contains("Тайный"), "{panel}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_one_does_not_see_one_does_not_replace() {
    both(async |bank: &Bank| {
        let (anna, _, home, _) = family(bank).await;
        let secret = client(bank, "manager_far", "person", "Тайный").await;
        join(bank, secret, home, LinkKind::HouseholdMember).await;
        let hidden = main(home, Some(secret), None);
        assert!(matches!(bank.execute("manager", &hidden).await, Err(Error::NotFound)));
        bank.execute("head_office", &hidden).await.unwrap();
        let replace = main(home, Some(anna), None);
        assert_eq!(refused(bank, "manager", &replace).await, ["main-member-hidden"]);
        assert_eq!(card(bank, "manager", home).await.main, MainMember::Hidden);
        assert_eq!(card(bank, "manager", home).await.warnings, [], "no word of what he has");
        let mut browser = bank.client("manager").await;
        let panel = browser.get_part(&format!("/clients/{home}/panel/circle")).await.ok();
        assert!(!panel.contains("Тайный") && !panel.contains("/main-member"), "{panel}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dialog_offers_the_members_and_keeps_what_was_chosen() {
    both(async |bank: &Bank| {
        let (anna, ivan, home, _) = family(bank).await;
        let mut browser = bank.client("manager").await;
        let place = format!("/clients/{home}/main-member");
        let form = browser.get_part(&place).await.ok();
        assert!(
            form.contains("dialog-part") && form.contains("Ветрова") && form.contains("Nobody")
        );
        let id = bank.form_id();
        let empty = browser.post(&place, &[("_id", id.as_str())]).await;
        assert_eq!(empty.status, 422);
        let (id, chosen) = (bank.form_id(), ivan.to_string());
        let fields = [("_id", id.as_str()), ("member", chosen.as_str()), ("original", "")];
        assert_eq!(browser.post(&place, &fields).await.status, 303);
        assert_eq!(card(bank, "manager", home).await.main, MainMember::Seen(ivan));
        // two people: the second is told and keeps his choice
        let (id, chosen) = (bank.form_id(), anna.to_string());
        let fields = [("_id", id.as_str()), ("member", chosen.as_str()), ("original", "")];
        let late = browser.post(&place, &fields).await;
        assert_eq!(late.status, 422, "{}", late.gist());
        assert!(late.body.contains("Somebody else has chosen"), "{}", late.body);
        let id = bank.form_id();
        let was = ivan.to_string();
        let fields = [("_id", id.as_str()), ("member", "nobody"), ("original", was.as_str())];
        assert_eq!(browser.post(&place, &fields).await.status, 303);
        assert_eq!(card(bank, "manager", home).await.main, MainMember::None);
    })
    .await;
}
