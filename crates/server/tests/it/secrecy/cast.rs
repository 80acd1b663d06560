//! Clients of every level with a canary in every group of fields, and who may hear which.

use std::collections::BTreeMap;

use engagement::interaction::commands::{LoadHistory, LoadedInteraction, LoadedTask};
use kernel::{ClientId, Currency, Date};
use parties::client::commands::{LoadClients, LoadedClient};
use parties::client::model::ClientKind;
use parties::contacts::commands::AddFile;
use parties::contacts::model::FileKind;
use parties::holdings::commands::{HoldingRole, LoadHoldings};
use parties::holdings::model::{Account, AccountKind, AccountRole};
use parties::merge::commands::MergeClients;
use parties::secrecy::commands::SetSecrecy;
use spine::secrecy::{Group, Level};
use spine::{Owner, Principal};
use store::{Read, params};
use testkit::Bank;
use uuid::Uuid;

use crate::support::force;

/// A client of the test.
pub(crate) struct Subject {
    pub(crate) key: &'static str,
    pub(crate) id: ClientId,
    pub(crate) owner: Owner,
    n: usize,
    /// Parameters of addresses about him, by name.
    pub(crate) things: BTreeMap<&'static str, Uuid>,
}

/// Who the walk is about, in the order of its columns.
pub(crate) struct Cast {
    pub(crate) subjects: Vec<Subject>,
}

/// Key, manager and branch, level.
const WHO: [(&str, &str, &str, Level); 6] = [
    ("own", "manager", "01", Level::Open),
    ("branch", "manager_same", "01", Level::Open),
    ("other", "manager_far", "03", Level::Open),
    ("vip", "manager_same", "01", Level::Restricted),
    ("secret", "manager_same", "01", Level::Secret),
    ("merged", "manager", "01", Level::Open),
];

/// A word that stands nowhere else.
fn word(n: usize) -> &'static str {
    ["Ольхар", "Берестей", "Осинкар", "Вяземил", "Грабелин", "Кленовей"][n]
}

impl Cast {
    /// Puts the clients into a bank.
    pub(crate) async fn enter(bank: &Bank) -> Cast {
        let ids: Vec<ClientId> = WHO.iter().map(|_| bank.as_system().new_id()).collect();
        let clients = (0..WHO.len()).map(|n| loaded(bank, n, &ids)).collect();
        let load = LoadClients { clients, source: "demo".to_owned() };
        bank.execute_system(&load).await.unwrap();
        let accounts: Vec<Account> = (0..WHO.len()).map(|n| account(bank, n)).collect();
        let roles = accounts.iter().zip(&ids).map(|(account, id)| HoldingRole {
            account_id: account.id,
            client_id: *id,
            role: AccountRole::Owner,
        });
        let load = LoadHoldings {
            roles: roles.collect(),
            accounts: accounts.clone(),
            ..LoadHoldings::default()
        };
        bank.execute_system(&load).await.unwrap();
        history(bank, &ids).await;
        for (n, id) in ids.iter().enumerate() {
            let file =
                AddFile::new(*id, &format!("скан-{}.txt", word(n)), FileKind::Other, b"x".to_vec());
            bank.execute_system(&file).await.unwrap();
            let (_, _, _, level) = WHO[n];
            let set = SetSecrecy { client_id: *id, level, reason: "the test".to_owned() };
            bank.execute_system(&set).await.unwrap();
        }
        ties(bank, &ids).await;
        let merge = MergeClients {
            survivor_id: ids[0],
            loser_id: ids[5],
            picks: BTreeMap::new(),
            reason: "one person".to_owned(),
        };
        bank.execute("head_office", &merge).await.unwrap();
        let mut subjects = Vec::new();
        for (n, (key, manager, branch, level)) in WHO.into_iter().enumerate() {
            let place = (Some(bank.branch(branch)), Some(bank.user(manager)));
            let owner = Owner::of_client(ids[n], place, level.key(), "person");
            let things = things(bank, ids[n], accounts[n].id.uuid()).await;
            subjects.push(Subject { key, id: ids[n], owner, n, things });
        }
        Cast { subjects }
    }
    /// A subject by key.
    pub(crate) fn of(&self, key: &str) -> &Subject {
        self.subjects.iter().find(|one| one.key == key).unwrap()
    }
    /// Every canary there is, but those of who was merged.
    pub(crate) fn canaries(&self) -> Vec<String> {
        let groups = Group::ALL.iter().copied();
        let of = |group| self.subjects.iter().take(5).flat_map(move |one| one.canaries(group));
        groups.flat_map(of).collect()
    }
    /// Everything that must stand in no answer to this person.
    pub(crate) fn unheard(&self, principal: &Principal) -> Vec<String> {
        let mut all = Vec::new();
        // what was merged has become part of the first
        for one in self.subjects.iter().filter(|one| one.key != "merged") {
            let finds = principal.reaches("client.read", one.owner);
            if !finds {
                all.push(format!("Имя{}", word(one.n)));
            }
            for group in Group::ALL.iter().copied() {
                let reaches = match group {
                    Group::Holdings => principal.reaches("holding.read", one.owner),
                    _ => finds,
                };
                if !reaches || !principal.sees(one.owner).has(group) {
                    all.extend(one.canaries(group));
                }
            }
        }
        all
    }
}

impl Subject {
    /// What only this group of his fields holds.
    pub(crate) fn canaries(&self, group: Group) -> Vec<String> {
        let (n, word) = (self.n, word(self.n));
        let texts: Vec<String> = match group {
            Group::Identity => vec![format!("Работа{word}"), format!("Город{word}")],
            Group::Contacts => vec![
                format!("555-1{n}-7{n}"),
                format!("+79165551{n}7{n}"),
                format!("x{n}@canary.example"),
                format!("Улица{word}"),
            ],
            Group::Documents => vec![format!("45111{n}730{n}"), format!("скан-{word}")],
            Group::Holdings => {
                vec![format!("4081781000000773{n}"), format!("9876{n}100"), format!("987,6{n}1")]
            }
            Group::History => {
                vec![format!("Разговор{word}"), format!("Дело{word}"), format!("Заметка{word}")]
            }
            Group::Links if n != 1 => vec![format!("Связь{word}")],
            Group::Service | Group::Links => Vec::new(),
        };
        texts
    }
    /// What he is called.
    pub(crate) fn name(&self) -> String {
        format!("Имя{}", word(self.n))
    }
}

fn loaded(bank: &Bank, n: usize, ids: &[ClientId]) -> LoadedClient {
    let (_, manager, branch, _) = WHO[n];
    let word = word(n);
    let name = format!("Имя{word}");
    let (employer, place, note) =
        (format!("Работа{word}"), format!("Город{word}"), format!("Заметка{word}"));
    let fields = [
        ("last_name", name.as_str()),
        ("first_name", "Анна"),
        ("birth_date", "1984-12-14"),
        ("birth_place", &place),
        ("employer", &employer),
        ("note", &note),
        ("segment", "vip"),
        ("status", "active"),
        ("preferred_channel", "phone"),
        ("client_since", "2020-02-02"),
    ];
    let text = |s: &str| s.to_owned();
    LoadedClient {
        id: ids[n],
        kind: ClientKind::Person,
        fields: fields.map(|(k, v)| (text(k), text(v))).into(),
        branch_id: Some(bank.branch(branch)),
        manager_id: Some(bank.user(manager)),
        roles: Vec::new(),
        contacts: vec![
            (text("phone"), format!("+79165551{n}7{n}"), String::new(), true),
            (text("email"), format!("x{n}@canary.example"), String::new(), true),
        ],
        identifiers: vec![(text("passport_rf"), format!("45111{n}730{n}"), None, String::new())],
        addresses: vec![(
            text("residence"),
            text("Самара"),
            format!("Улица{word}"),
            text("443000"),
        )],
        dates: vec![(
            text("other"),
            format!("Дело{word} день"),
            Date::constant(2026, 12, 1),
            false,
        )],
        consents: vec![parties::client::commands::LoadedConsent {
            purpose: text("advertising"),
            channel: text("sms"),
            is_given: true,
            text_version: String::new(),
            evidence_kind: String::new(),
            evidence: String::new(),
            said_at: testkit::START,
        }],
        links: Vec::new(),
        extra_keys: Vec::new(),
        main_member: None,
    }
}

fn account(bank: &Bank, n: usize) -> Account {
    Account {
        id: bank.as_system().new_id(),
        number: format!("4081781000000773{n}018"),
        kind: AccountKind::Current,
        currency: Currency::RUB,
        branch_id: None,
        opened_on: Date::constant(2024, 1, 10),
        closed_on: None,
        matures_on: None,
        rate_bp: None,
        review_on: None,
        limit_minor: 0,
        balance_minor: 98_760_100 + i64::try_from(n).unwrap() * 1_000,
        balance_on: None,
        statement_frequency: String::new(),
    }
}

async fn history(bank: &Bank, ids: &[ClientId]) {
    let now = bank.as_system().now;
    let interactions = ids.iter().enumerate().map(|(n, id)| LoadedInteraction {
        id: bank.as_system().new_id(),
        client_id: *id,
        at: now.plus_days(-2),
        channel: "phone".to_owned(),
        direction: "in".to_owned(),
        topic: String::new(),
        subject: format!("Разговор{}", word(n)),
        body: format!("Разговор{} о вкладе", word(n)),
        result: String::new(),
        author_id: Some(bank.user(WHO[n].1)),
        branch_id: None,
        handling_seconds: None,
    });
    let tasks = ids.iter().enumerate().map(|(n, id)| LoadedTask {
        id: bank.as_system().new_id(),
        client_id: *id,
        title: format!("Дело{}", word(n)),
        kind: "call".to_owned(),
        due_on: Date::constant(2026, 11, 24),
        assignee_id: bank.user(WHO[n].1),
        branch_id: Some(bank.branch(WHO[n].2)),
        created_at: now.plus_days(-2),
        priority: 2,
        vip: true,
        done: None,
        source_interaction_id: None,
    });
    let load = LoadHistory { interactions: interactions.collect(), tasks: tasks.collect() };
    bank.execute_system(&load).await.unwrap();
}

/// A link from everybody to the second client, and a pair with him that looks like one person.
async fn ties(bank: &Bank, ids: &[ClientId]) {
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| *n != 1) {
        let link: Uuid = bank.as_system().new_id();
        force(
            bank,
            "insert into client_link (id, from_id, to_id, kind, note, at) \
             values ($1, $2, $3, 'sibling', $4, 0)",
            params![link, *id, ids[1], format!("Связь{}", word(n))],
        )
        .await;
        let (a, b) = if *id < ids[1] { (*id, ids[1]) } else { (ids[1], *id) };
        force(
            bank,
            "insert into client_pair (a_id, b_id, probability_ppm, decision, reasons, state, found_by, \
             found_at) values ($1, $2, 990000, 'auto_merge', '[]', 'open', 'job', 0)",
            params![a, b],
        )
        .await;
    }
}

async fn things(bank: &Bank, client: ClientId, account: Uuid) -> BTreeMap<&'static str, Uuid> {
    let mut db = bank.services.reader.clone();
    let mut all = BTreeMap::from([("client", client.uuid()), ("account", account)]);
    let tables = [
        ("contact", "client_contact"),
        ("identifier", "client_identifier"),
        ("address", "client_address"),
        ("date", "client_date"),
        ("file", "client_file"),
        ("task", "task"),
        ("interaction", "interaction"),
    ];
    for (name, table) in tables {
        let sql = format!("select id from {table} where client_id = $1 order by id limit 1");
        let found = db.first(&sql, params![client]).await.unwrap();
        // what belonged to a merged client belongs to another one now
        let id = found.map_or(Uuid::from_u128(7), |row| row.one().unwrap());
        all.insert(name, id);
    }
    let sql = "select id from client_link where from_id = $1 order by id limit 1";
    let found = db.first(sql, params![client]).await.unwrap();
    all.insert("link", found.map_or(Uuid::from_u128(7), |row| row.one().unwrap()));
    all
}
