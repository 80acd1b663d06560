//! A random walk over requests: whatever people do in whatever order, a request ends at most once, only an
//! agreed one is carried out, exactly once, and never by its maker.

use std::collections::BTreeMap;

use kernel::{Entropy, SeededEntropy};
use spine::approval::commands::{Expire, Withdraw};
use spine::approval::{State, Verdict, queries};
use testkit::Bank;
use uuid::Uuid;

use crate::approvals::{ask, code, decide, edit, rule, set_rule};
use crate::clients::person;
use crate::support::{both, number};

const STEPS: usize = 120;
const MAKERS: [&str; 3] = ["manager", "manager_same", "manager_team"];
const PEOPLE: [&str; 6] =
    ["manager", "manager_same", "manager_team", "branch_head", "manager_far", "regional_head"];

/// One request as the walk believes it to be.
struct Known {
    maker: &'static str,
    state: State,
    field: &'static str,
}

fn pick<T: Copy>(chance: &SeededEntropy, from: &[T]) -> T {
    let mut byte = [0_u8; 2];
    chance.fill(&mut byte);
    from[usize::from(u16::from_be_bytes(byte)) % from.len()]
}

async fn walk(bank: &Bank, seed: u64) {
    let chance = SeededEntropy::new(seed);
    let client = person(bank, "manager", ["Ветрова", "Анна", ""]).await;
    set_rule(bank, &rule("parties.edit_client", "client.edit")).await;
    let mut known: BTreeMap<Uuid, Known> = BTreeMap::new();
    let mut carried_out = 0;
    for step in 0..STEPS {
        let ids: Vec<Uuid> = known.keys().copied().collect();
        match pick(&chance, &["ask", "ask", "approve", "approve", "decline", "withdraw", "wait"]) {
            "ask" => {
                let maker = pick(&chance, &MAKERS);
                let field = pick(&chance, &["note", "employer", "job_title"]);
                // what is stored now is what the form shows
                let sql = format!("select coalesce({field}, '') from client where id = $1");
                let mut db = bank.services.reader.clone();
                let now: String = store::Read::first(&mut db, &sql, store::params![client])
                    .await
                    .unwrap()
                    .unwrap()
                    .one()
                    .unwrap();
                let id = bank.as_system().command_id();
                let waiting =
                    ask(bank, maker, id, &edit(client, field, &now, &format!("v{step}"))).await;
                known.insert(waiting.approval_id, Known { maker, state: State::Waiting, field });
            }
            "wait" => {
                bank.clock.advance_seconds(3_600 * 5);
                bank.execute_system(&Expire {}).await.unwrap();
            }
            _ if ids.is_empty() => {}
            "withdraw" => {
                let (id, who) = (pick(&chance, &ids), pick(&chance, &PEOPLE));
                let request = known.get_mut(&id).unwrap();
                let answer = code(bank.execute(who, &Withdraw { approval_id: id }).await);
                let may = who == request.maker && request.state == State::Waiting;
                assert_eq!(answer == "done", may, "{who} {answer}");
                if may {
                    request.state = State::Withdrawn;
                }
            }
            word => {
                let verdict = if word == "approve" { Verdict::Approve } else { Verdict::Decline };
                let (id, who) = (pick(&chance, &ids), pick(&chance, &PEOPLE));
                let request = known.get_mut(&id).unwrap();
                carried_out += say(bank, who, id, verdict, request).await;
            }
        }
        let mut db = bank.services.reader.clone();
        for (id, request) in &mut known {
            let stored = queries::one(&mut db, *id).await.unwrap().unwrap().state;
            if stored == State::Expired && request.state == State::Waiting {
                request.state = State::Expired;
            }
            assert_eq!(stored, request.state, "step {step}");
        }
    }
    let sql = "select count(*) from journal_entry where command = 'parties.edit_client'";
    assert_eq!(number(bank, sql).await, carried_out, "each agreed one once, no other");
    let open = known.values().filter(|k| k.state == State::Waiting).count();
    assert!(carried_out > 0 && open < known.len(), "the walk has seen nothing");
}

/// Somebody decides, and the answer is compared with what must be; answers 1 when it was carried out.
async fn say(bank: &Bank, who: &str, id: Uuid, verdict: Verdict, request: &mut Known) -> i64 {
    let answer = code(decide(&bank.as_role(who), bank, id, verdict).await);
    match answer.as_str() {
        "done" => {
            assert_ne!(who, request.maker);
            assert_ne!(who, "manager_far");
            assert_eq!(request.state, State::Waiting);
            let agreed = verdict == Verdict::Approve;
            request.state = if agreed { State::Approved } else { State::Declined };
            return i64::from(agreed);
        }
        "approval-own" => assert_eq!(who, request.maker),
        "not_found" => assert_eq!(who, "manager_far"),
        // somebody has changed the same field since it was asked
        "conflict" => assert_eq!(request.state, State::Waiting, "{}", request.field),
        "approval-over" => assert_ne!(request.state, State::Waiting),
        "approval-expired" => assert_eq!(request.state, State::Waiting),
        other => panic!("{other}"),
    }
    0
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_do_each_request_ends_once() {
    for seed in [1, 2, 3] {
        both(async |bank: &Bank| walk(bank, seed).await).await;
    }
}
