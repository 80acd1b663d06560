//! What rules say of one card and what lists make of it in the database is the same, whatever the rules.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClientId, Entropy, SeededEntropy};
use spine::secrecy::{Act, Group, Level, Nature, Relation};
use spine::{Owner, Principal};
use store::{Read, params};
use testkit::Bank;

use super::policies::put_into_force;
use crate::support::{both, force};

fn pick<T: Copy>(chance: &SeededEntropy, from: &[T]) -> T {
    let mut byte = [0_u8; 2];
    chance.fill(&mut byte);
    from[usize::from(u16::from_be_bytes(byte)) % from.len()]
}

/// Random rules that read.
fn rules(chance: &SeededEntropy) -> String {
    let mut text = String::from(
        "@id(\"base\") @ru(\"р\") @en(\"e\") permit (principal, action == Action::\"find\", resource);\n",
    );
    for n in 0..6 {
        let effect = pick(chance, &["permit", "permit", "forbid"]);
        let action = pick(chance, &["find", "read", "read", "export"]);
        let mut when = Vec::new();
        for _ in 0..2 {
            when.push(match pick(chance, &[0, 1, 2, 3, 4]) {
                0 => format!("resource.level == Level::\"{}\"", pick(chance, Level::ALL).key()),
                1 => format!(
                    "resource.relation != Relation::\"{}\"",
                    pick(chance, Relation::ALL).key()
                ),
                2 => format!("resource.nature == Nature::\"{}\"", pick(chance, Nature::ALL).key()),
                3 => format!("resource.group != Group::\"{}\"", pick(chance, Group::ALL).key()),
                _ => {
                    format!("principal.roles.contains(\"{}\")", pick(chance, &["manager", "clerk"]))
                }
            });
        }
        text.push_str(&format!(
            "@id(\"r{n}\") @ru(\"р\") @en(\"e\") {effect} (principal, action == Action::\"{action}\", \
             resource) when {{ {} }};\n",
            when.join(" && ")
        ));
    }
    // the case that lets it through
    text.push_str("@id(\"z\") @ru(\"р\") @en(\"e\") permit (principal, action, resource) when { resource.level == Level::\"open\" };\n");
    text
}

async fn clients(bank: &Bank) -> BTreeMap<ClientId, Owner> {
    let mut all = BTreeMap::new();
    let places = [
        ("manager", "01"),
        ("manager_team", "01"),
        ("manager_same", "01"),
        ("manager_near", "02"),
        ("manager_far", "03"),
    ];
    for (manager, branch) in places {
        for level in Level::ALL {
            for kind in ["person", "company"] {
                let id: ClientId = bank.as_system().new_id();
                let place = (Some(bank.branch(branch)), Some(bank.user(manager)));
                force(
                    bank,
                    "insert into client (id, kind, number, display_name, sort_name, status, segment, \
                     branch_id, manager_id, created_at, updated_at) \
                     values ($1, $2, 'n', 'X', 'X', 'active', 'mass', $3, $4, 0, 0)",
                    params![id, kind, place.0, place.1],
                )
                .await;
                close(bank, id, *level).await;
                all.insert(id, Owner::of_client(id, place, level.key(), kind));
            }
        }
    }
    let nobodys: ClientId = bank.as_system().new_id();
    force(
        bank,
        "insert into client (id, kind, number, display_name, sort_name, status, segment, created_at, \
         updated_at) values ($1, 'person', 'n', 'X', 'X', 'active', 'mass', 0, 0)",
        params![nobodys],
    )
    .await;
    close(bank, nobodys, Level::Secret).await;
    all.insert(nobodys, Owner::of_client(nobodys, (None, None), "secret", "person"));
    all
}

async fn close(bank: &Bank, id: ClientId, level: Level) {
    if level != Level::Open {
        let sql = "insert into client_secrecy (client_id, level) values ($1, $2)";
        force(bank, sql, params![id, level.key()]).await;
    }
}

async fn found(bank: &Bank, condition: &str, values: &[store::Value]) -> BTreeSet<ClientId> {
    let mut db = bank.services.reader.clone();
    let sql = format!("select c.id from client c where {condition}");
    db.query(&sql, values).await.unwrap().into_iter().map(|row| row.one().unwrap()).collect()
}

async fn compare(bank: &Bank, all: &BTreeMap<ClientId, Owner>, who: &Principal, words: &str) {
    let expect = |holds: &dyn Fn(Owner) -> bool| -> BTreeSet<ClientId> {
        all.iter().filter(|(_, owner)| holds(**owner)).map(|(id, _)| *id).collect()
    };
    for permission in [
        "client.read",
        "client.edit",
        "client.export",
        "client.merge",
        "holding.read",
        "interaction.read",
    ] {
        let wanted = expect(&|owner| who.reaches(permission, owner));
        let filter = who.filter(permission, "c", 1);
        assert_eq!(found(bank, &filter.sql, &filter.params).await, wanted, "{permission}: {words}");
        let arms = who.arms(permission, "c", 1);
        let conditions: Vec<String> = arms.conditions.iter().map(|c| format!("({c})")).collect();
        let any = if conditions.is_empty() { "1 = 0".to_owned() } else { conditions.join(" or ") };
        // every parameter must stand in the text that is sent
        assert_eq!(found(bank, &any, &arms.params).await, wanted, "arms of {permission}: {words}");
    }
    for group in Group::ALL.iter().copied() {
        let wanted = expect(&|owner| who.sees(owner).has(group));
        let filter = who.sees_filter(group, "c", 1);
        assert_eq!(found(bank, &filter.sql, &filter.params).await, wanted, "{group:?}: {words}");
        assert!(!who.sees_always(group) || wanted.len() == all.len());
    }
    for owner in all.values() {
        assert!(who.exports(*owner).and(who.sees(*owner)) == who.exports(*owner));
        assert!(who.allows(Act::Find, *owner) || who.sees(*owner).list().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_rules_a_list_and_a_card_agree() {
    for seed in [1, 2, 3, 4] {
        both(async |bank: &Bank| {
            let chance = SeededEntropy::new(seed);
            let all = clients(bank).await;
            let text = rules(&chance);
            put_into_force(bank, &text).await;
            for login in
                ["manager", "clerk", "branch_head", "regional_head", "head_office", "auditor"]
            {
                let who = bank.as_role(login).principal;
                compare(bank, &all, &who, &format!("{login}, seed {seed}\n{text}")).await;
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_rules_agree_too_with_a_card_that_was_opened() {
    both(async |bank: &Bank| {
        let all = clients(bank).await;
        let closed = all.iter().find(|(_, o)| {
            o.client.is_some_and(|s| s.level == Level::Secret)
                && o.manager_id == Some(bank.user("manager_same"))
        });
        let open = parties::secrecy::commands::OpenCard {
            client_id: *closed.unwrap().0,
            reason_code: "fraud".to_owned(),
            reason: "подозрение на мошенничество".to_owned(),
        };
        bank.execute("operator", &open).await.unwrap();
        for login in ["operator", "manager", "branch_head"] {
            let who = bank.as_role(login).principal;
            compare(bank, &all, &who, login).await;
        }
    })
    .await;
}
