//! Links between clients: the rules through the bus, the graph and the group through the pages, and what
//! stays hidden.

use std::collections::BTreeMap;

use kernel::{ClientId, Date, LinkId};
use parties::client::commands::RegisterClient;
use parties::links::commands::{AddLink, EndLink};
use parties::links::model::LinkKind;
use parties::links::queries;
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

fn link(from: ClientId, to: ClientId, kind: LinkKind, share_bp: Option<i64>) -> AddLink {
    AddLink {
        from,
        to,
        kind,
        share_bp,
        since: None,
        until: None,
        note: String::new(),
        custom: Default::default(),
    }
}

/// Head office links: it sees everybody.
async fn join(
    bank: &Bank,
    from: ClientId,
    to: ClientId,
    kind: LinkKind,
    share: Option<i64>,
) -> LinkId {
    bank.execute("head_office", &link(from, to, kind, share)).await.unwrap()
}

async fn refused(bank: &Bank, command: &AddLink) -> Vec<String> {
    match bank.execute("head_office", command).await {
        Err(Error::Refused(why)) => why.0.into_iter().map(|r| r.code).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_hold_against_what_is_stored() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "person", "Ветрова").await;
        let ivan = client(bank, "manager", "person", "Ветров").await;
        let firm = client(bank, "manager", "company", "ООО «Ветер»").await;
        let owner = join(bank, anna, firm, LinkKind::Owner, Some(6_000)).await;
        assert_eq!(
            refused(bank, &link(ivan, firm, LinkKind::Owner, Some(4_001))).await,
            ["link-share-sum"]
        );
        join(bank, ivan, firm, LinkKind::Owner, Some(4_000)).await;
        assert_eq!(
            refused(bank, &link(anna, ivan, LinkKind::Owner, Some(1))).await,
            ["link-kinds"]
        );
        join(bank, anna, ivan, LinkKind::Spouse, None).await;
        assert_eq!(refused(bank, &link(ivan, anna, LinkKind::Spouse, None)).await, ["link-twin"]);

        let groups = [
            client(bank, "manager", "group", "Группа А").await,
            client(bank, "manager", "group", "Группа Б").await,
            client(bank, "manager", "group", "Группа В").await,
        ];
        join(bank, groups[0], groups[1], LinkKind::GroupMember, None).await;
        join(bank, groups[1], groups[2], LinkKind::GroupMember, None).await;
        let circle = link(groups[2], groups[0], LinkKind::GroupMember, None);
        assert_eq!(refused(bank, &circle).await, ["link-group-circle"]);

        // an owner who leaves frees his share from the next day on
        let until = Date::constant(2026, 11, 22);
        bank.execute("manager", &EndLink { link_id: owner, until, by_mistake: false })
            .await
            .unwrap();
        let mut next = link(anna, firm, LinkKind::Owner, Some(6_000));
        next.since = Some(until);
        assert_eq!(refused(bank, &next).await, ["link-share-sum", "link-twin"]);
        next.since = Some(Date::constant(2026, 11, 23));
        bank.execute("manager", &next).await.unwrap();
        let entries = "select count(*) from journal_entry where entity = 'link'";
        assert_eq!(number(bank, entries).await, 14, "each link in the history of both");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_client_is_counted_never_named_and_leads_nowhere() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "person", "Ветрова").await;
        let secret = client(bank, "manager_far", "person", "Тайный").await;
        let behind = client(bank, "manager", "company", "ООО «За ним»").await;
        let sister = client(bank, "manager", "person", "Сестрина").await;
        let niece = client(bank, "manager", "person", "Племянникова").await;
        let hidden = join(bank, anna, secret, LinkKind::Spouse, None).await;
        join(bank, secret, behind, LinkKind::Owner, Some(10_000)).await;
        join(bank, anna, sister, LinkKind::Sibling, None).await;
        join(bank, sister, niece, LinkKind::Parent, None).await;

        let mut browser = bank.client("manager").await;
        let panel = browser.get_part(&format!("/clients/{anna}/panel/links")).await.ok();
        assert!(panel.contains("Сестрина") && panel.contains("1 client hidden"), "{panel}");
        assert!(panel.contains("Brother or sister"));
        for depth in 1..=3 {
            let page = browser.get(&format!("/clients/{anna}/links?depth={depth}")).await.ok();
            for name in ["Тайный", "За ним", &secret.to_string(), &hidden.to_string()] {
                assert!(!page.contains(name), "{name} at depth {depth}");
            }
            assert_eq!(page.contains("Племянникова"), depth > 1, "depth {depth}");
            assert!(
                page.contains(&format!("/clients/{sister}/links?depth={depth}")),
                "one can walk on"
            );
        }
        let mut office = bank.client("head_office").await;
        let page = office.get(&format!("/clients/{anna}/links?depth=2")).await.ok();
        assert!(
            page.contains("Тайный") && page.contains("За ним") && !page.contains("client hidden")
        );

        let end = EndLink { link_id: hidden, until: bank.today(), by_mistake: true };
        assert!(matches!(bank.execute("manager", &end).await, Err(Error::NotFound)));
        let guess = browser.get(&format!("/clients/{anna}/links/{hidden}/end")).await;
        assert_eq!(guess.status, 404);
        let add = link(anna, secret, LinkKind::Partner, None);
        assert!(matches!(bank.execute("manager", &add).await, Err(Error::NotFound)));
    })
    .await;
}

async fn account(bank: &Bank, n: u128, balance: i64, owners: &[ClientId]) {
    let id = Uuid::from_u128(n);
    let sql = "insert into account (id, number, kind, currency, opened_on, balance_minor, updated_at) \
               values ($1, $2, 'current', 'RUB', '2020-01-01', $3, 0)";
    force(bank, sql, params![id, n.to_string(), balance]).await;
    for owner in owners {
        let sql = "insert into account_role (account_id, client_id, role) values ($1, $2, 'owner')";
        force(bank, sql, params![id, *owner]).await;
    }
}

async fn loan(bank: &Bank, n: u128, client: ClientId, owed: Option<i64>) {
    let sql = "insert into loan (id, client_id, kind, currency, amount_minor, term_months, \
               payment_minor, opened_on, state, owed_minor, updated_at) \
               values ($1, $2, 'consumer', 'RUB', 1000000, 12, 1, '2026-01-01', 'running', $3, 0)";
    force(bank, sql, params![Uuid::from_u128(n), client, owed]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exposure_is_summed_over_the_group_each_client_and_account_once() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "person", "Ветрова").await;
        let ivan = client(bank, "manager", "person", "Ветров").await;
        let home = client(bank, "manager", "household", "Ветровы").await;
        let firm = client(bank, "manager", "company", "ООО «Ветер»").await;
        let half = client(bank, "manager", "company", "ООО «Половина»").await;
        let far = client(bank, "manager_far", "company", "ООО «Далёкое»").await;
        join(bank, anna, home, LinkKind::HouseholdMember, None).await;
        join(bank, ivan, home, LinkKind::HouseholdMember, None).await;
        join(bank, anna, ivan, LinkKind::Spouse, None).await;
        join(bank, ivan, firm, LinkKind::Owner, Some(5_001)).await;
        join(bank, anna, half, LinkKind::Owner, Some(5_000)).await;
        join(bank, firm, far, LinkKind::Owner, Some(10_000)).await;
        account(bank, 1, 70_000, &[anna, ivan]).await;
        account(bank, 2, -5_000, &[firm]).await;
        account(bank, 3, 1_000_000, &[half]).await;
        account(bank, 4, 2_000_000, &[far]).await;
        loan(bank, 5, ivan, Some(300_000)).await;
        loan(bank, 6, firm, None).await;

        let ctx = bank.as_role("manager");
        let mut db = bank.services.reader.clone();
        let today = bank.today();
        for start in [anna, ivan, home, firm] {
            let group = queries::group(&mut db, &ctx.principal, start, today).await.unwrap();
            let members: Vec<ClientId> = group.heads.keys().copied().collect();
            assert_eq!(members.len(), 4, "from wherever one starts");
            assert_eq!(group.circle.hidden(), 1);
            let sums = queries::exposure(&mut db, &members).await.unwrap();
            let [rub] = sums.as_slice() else { panic!("{sums:?}") };
            let minor = (rub.owed.minor, rub.deposits.minor, rub.unknown_loans);
            assert_eq!(minor, (305_000, 70_000, 1));
        }
        let mut browser = bank.client("manager").await;
        let page = browser.get(&format!("/clients/{anna}/links")).await.ok();
        assert!(page.contains("Owed by the group") && page.contains("3,050.00"), "{page}");
        assert!(page.contains("1 client is not counted") && !page.contains("Далёкое"));
        let mut officer = bank.client("security_officer").await;
        let page = officer.get(&format!("/clients/{anna}/links")).await.ok();
        assert!(!page.contains("Owed by the group"), "he sees no holdings");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_made_by_searching_and_choosing() {
    both(async |bank: &Bank| {
        let anna = client(bank, "manager", "person", "Ветрова").await;
        let firm = client(bank, "manager", "company", "ООО «Ромашка»").await;
        let mut browser = bank.client("manager").await;
        let form = browser.get_part(&format!("/clients/{anna}/links/new")).await.ok();
        assert!(form.contains("dialog-part") && form.contains("/clients/pick"));
        assert!(!form.contains("value=\"owner\""), "a person has no owner");
        let found = browser
            .get_part("/clients/pick?q=%D1%80%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0")
            .await
            .ok();
        assert!(found.contains(&firm.to_string()) && found.contains("name=\"party\""), "{found}");
        let address = format!("/clients/{anna}/links");
        let firm_id = firm.to_string();
        let id = bank.form_id();
        let nobody =
            [("_id", id.as_str()), ("relation", "owner-of"), ("q", "Ромашка"), ("share", "много")];
        let refused = browser.post(&address, &nobody).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.body.contains("Find and choose a client") && refused.body.contains("много")
        );
        let id = bank.form_id();
        let good = [
            ("_id", id.as_str()),
            ("relation", "owner-of"),
            ("party", firm_id.as_str()),
            ("share", "33,3 %"),
            ("since", "01.02.2020"),
        ];
        assert_eq!(browser.post(&address, &good).await.status, 303);
        let panel = browser.get_part(&format!("/clients/{anna}/panel/links")).await.ok();
        assert!(panel.contains("Owns") && panel.contains("33.3%"), "{panel}");
        let other = browser.get_part(&format!("/clients/{firm}/panel/links")).await.ok();
        assert!(other.contains("Owner") && other.contains("Ветрова"), "{other}");
        let mut clerk = bank.client("auditor").await;
        let seen = clerk.get(&address).await.ok();
        assert!(seen.contains("Ромашка") && !seen.contains("/links/new"), "looking is not editing");
    })
    .await;
}
