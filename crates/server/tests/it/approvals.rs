//! The second person: a command under a rule waits, changes nothing, is seen on its record and decided
//! there, by another person who may, once.

use kernel::{ClientId, CommandId, Money, UserId};
use parties::client::commands::{EditClient, FieldEdit};
use parties::merge::commands::MergeClients;
use spine::approval::commands::{DropRule, Expire, SaveRule, SetPersonnelNumber, Withdraw};
use spine::approval::{Decision, State, Verdict, Waiting, queries};
use spine::org::edit::{PlanAbsence, SaveRole};
use spine::{Ctx, Error};
use testkit::Bank;
use uuid::Uuid;

use crate::clients::person;
use crate::support::{both, force, number};

/// A rule for editing clients, by a checker of a permission.
pub(crate) fn rule(command: &str, checker: &str) -> SaveRule {
    SaveRule {
        rule_id: None,
        command: command.to_owned(),
        field: None,
        amount: None,
        branch_id: None,
        region_id: None,
        maker_role: None,
        checker: checker.to_owned(),
        hours: 24,
    }
}

pub(crate) async fn set_rule(bank: &Bank, rule: &SaveRule) -> Uuid {
    bank.execute("security_officer", rule).await.unwrap()
}

pub(crate) fn edit(client: ClientId, field: &str, original: &str, value: &str) -> EditClient {
    let edit = FieldEdit { field: field.into(), original: original.into(), value: value.into() };
    EditClient { client_id: client, edits: vec![edit], source: "clerk".into() }
}

/// Sends a command that must wait.
pub(crate) async fn ask<C: spine::Command>(
    bank: &Bank,
    login: &str,
    id: CommandId,
    c: &C,
) -> Waiting {
    let ctx = bank.as_role(login);
    match bank.services.execute(&ctx, id, c).await {
        Err(Error::Waiting(waiting)) => waiting,
        Ok(_) => panic!("{} was carried out at once", C::NAME),
        Err(other) => panic!("{other:?}"),
    }
}

pub(crate) async fn decide(
    ctx: &Ctx,
    bank: &Bank,
    id: Uuid,
    verdict: Verdict,
) -> Result<(), Error> {
    let decision = Decision { approval_id: id, verdict, note: "because".into() };
    bank.services.decide(ctx, ctx.command_id(), &decision).await
}

pub(crate) fn code(answer: Result<(), Error>) -> String {
    match answer {
        Ok(()) => "done".to_owned(),
        Err(Error::Refused(why)) => why.0[0].code.clone(),
        Err(other) => other.kind().to_owned(),
    }
}

async fn state(bank: &Bank, id: Uuid) -> State {
    queries::one(&mut bank.services.reader.clone(), id).await.unwrap().unwrap().state
}

async fn notes(bank: &Bank) -> i64 {
    number(bank, "select count(*) from client where note = 'n1'").await
}

async fn new_client(bank: &Bank) -> ClientId {
    person(bank, "manager", ["Ветрова", "Анна", ""]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_is_seen_on_the_record_and_is_decided_there() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        set_rule(bank, &rule("parties.edit_client", "client.assign")).await;
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
        assert_eq!(notes(bank).await, 0, "nothing is changed yet");
        let again = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
        assert_eq!(waiting, again, "the repeat of an id is the same request");

        let card = format!("/clients/{client}");
        let mut head = bank.client("branch_head").await;
        let page = head.get(&card).await.ok();
        let decide = format!("/approvals/{}/decide", waiting.approval_id);
        assert!(page.contains(&decide), "{page}");
        assert!(page.contains("Member branch_head"), "whom it waits for");
        let mut manager = bank.client("manager").await;
        let own = manager.get(&card).await.ok();
        assert!(own.contains(&format!("/approvals/{}", waiting.approval_id)));
        assert!(!own.contains(&decide), "the maker is offered no decision");
        assert!(head.get("/approvals").await.ok().contains(&waiting.approval_id.to_string()));
        assert!(manager.get("/approvals?show=mine").await.ok().contains(&waiting.approval_id.to_string()));

        let fields = [("_id", bank.form_id()), ("verdict", "approve".into()), ("back", card.clone())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let reply = head.post(&decide, &fields).await;
        assert_eq!((reply.status, reply.location()), (303, card.as_str()), "{}", reply.gist());
        assert_eq!(notes(bank).await, 1);
        assert!(!head.get(&card).await.ok().contains(&decide));
        // the maker's command has its first answer now
        let ctx = bank.as_role("manager");
        bank.services.execute(&ctx, id, &edit(client, "note", "", "n1")).await.unwrap();
        assert_eq!(notes(bank).await, 1);
        let maker = "select count(*) from journal_entry e join staff s on s.id = e.actor_id \
             where e.command = 'parties.edit_client' and s.login = 'manager' and e.entity = 'client'";
        assert_eq!(number(bank, maker).await, 1, "it stands in the maker's name");
        let checker = "select count(*) from journal_entry e join staff s on s.id = e.actor_id \
                       where e.command = 'approval.decide' and s.login = 'branch_head'";
        assert_eq!(number(bank, checker).await, 1, "and who agreed stands beside it");
        bank.settle().await;
        let told = "select count(*) from notice n join staff s on s.id = n.staff_id \
                    where s.login = 'manager' and n.kind = 'approval-approved'";
        assert_eq!(number(bank, told).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_maker_nor_his_other_account_nor_a_stranger_decides() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        set_rule(bank, &rule("parties.edit_client", "client.edit")).await;
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
        let request = waiting.approval_id;
        let say = async |login: &str| {
            code(decide(&bank.as_role(login), bank, request, Verdict::Approve).await)
        };
        assert_eq!(say("manager").await, "approval-own");
        for outsider in ["manager_far", "manager_near", "partner", "administrator", "auditor"] {
            assert_eq!(say(outsider).await, "not_found", "{outsider}");
        }
        // an outsider does not see that there is such a thing
        let mut far = bank.client("manager_far").await;
        assert_eq!(far.get(&format!("/approvals/{request}")).await.status, 404);
        // two accounts of one person
        for login in ["manager", "manager_same"] {
            let set = SetPersonnelNumber { staff_id: bank.user(login), number: "0042".into() };
            bank.execute("administrator", &set).await.unwrap();
        }
        assert_eq!(say("manager_same").await, "not_found");
        assert_eq!(say("manager_team").await, "done");
        assert_eq!(notes(bank).await, 1);
        let own = SetPersonnelNumber { staff_id: bank.user("administrator"), number: "1".into() };
        let own = bank.execute("administrator", &own).await;
        assert_eq!(code(own), "personnel-number-own");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_decides_for_who_is_away_and_only_then() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        set_rule(bank, &rule("parties.edit_client", "client.assign")).await;
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
        let deputy = bank.as_role("manager_same");
        let before = decide(&deputy, bank, waiting.approval_id, Verdict::Approve).await;
        assert_eq!(code(before), "not_found");
        let away = |deputy: &str| PlanAbsence {
            staff_id: bank.user("branch_head"),
            deputy_id: bank.user(deputy),
            from_on: bank.today(),
            until_on: bank.today(),
            reason: String::new(),
        };
        bank.execute("branch_head", &away("manager_same")).await.unwrap();
        let mut window = bank.client("manager_same").await;
        let list = window.get("/approvals").await.ok();
        assert!(list.contains(&waiting.approval_id.to_string()), "it stands in his list");
        decide(&deputy, bank, waiting.approval_id, Verdict::Approve).await.unwrap();
        let one = queries::one(&mut bank.services.reader.clone(), waiting.approval_id).await;
        let one = one.unwrap().unwrap();
        assert_eq!(one.decided_by, Some(bank.user("manager_same")));
        assert_eq!(one.decided_for, Some(bank.user("branch_head")));
        // the right of the maker himself, who is the deputy, is of no use to him
        let id = bank.as_system().command_id();
        let mine = ask(bank, "manager_same", id, &edit(client, "note", "n1", "n2")).await;
        let own = decide(&deputy, bank, mine.approval_id, Verdict::Approve).await;
        assert_eq!(code(own), "approval-own");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn declined_withdrawn_and_expired_requests_are_never_carried_out() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        set_rule(bank, &rule("parties.edit_client", "client.assign")).await;
        let head = bank.as_role("branch_head");
        let mut ids = Vec::new();
        for _ in 0..3 {
            let id = bank.as_system().command_id();
            let waiting = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
            ids.push((id, waiting.approval_id));
        }
        let silent =
            Decision { approval_id: ids[0].1, verdict: Verdict::Decline, note: " ".into() };
        let answer = bank.services.decide(&head, head.command_id(), &silent).await;
        assert_eq!(code(answer), "required", "no refusal without words");
        decide(&head, bank, ids[0].1, Verdict::Decline).await.unwrap();
        let stolen = bank.execute("manager_same", &Withdraw { approval_id: ids[1].1 }).await;
        assert_eq!(code(stolen), "not_found");
        bank.execute("manager", &Withdraw { approval_id: ids[1].1 }).await.unwrap();
        bank.clock.advance_seconds(24 * 3_600);
        let head = bank.as_role("branch_head");
        let late = decide(&head, bank, ids[2].1, Verdict::Approve).await;
        assert_eq!(code(late), "approval-expired", "before the job has come round");
        assert_eq!(bank.execute_system(&Expire {}).await.unwrap(), 1);
        assert_eq!(bank.execute_system(&Expire {}).await.unwrap(), 0);
        let ends = [State::Declined, State::Withdrawn, State::Expired];
        for ((id, request), end) in ids.into_iter().zip(ends) {
            assert_eq!(state(bank, request).await, end);
            let again = decide(&head, bank, request, Verdict::Approve).await;
            assert_eq!(code(again), "approval-over");
            let ctx = bank.as_role("manager");
            let repeat = bank.services.execute(&ctx, id, &edit(client, "note", "", "n1")).await;
            assert_eq!(code(repeat), format!("approval-{}", end.key()));
        }
        assert_eq!(notes(bank).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_agree_at_once_carry_it_out_once() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        set_rule(bank, &rule("parties.edit_client", "client.assign")).await;
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
        let heads = ["branch_head", "regional_head", "head_office", "branch_head"];
        let tries: Vec<_> = heads
            .iter()
            .map(|login| {
                let (services, ctx) = (bank.services.clone(), bank.as_role(login));
                let decision = Decision {
                    approval_id: waiting.approval_id,
                    verdict: Verdict::Approve,
                    note: String::new(),
                };
                tokio::spawn(
                    async move { services.decide(&ctx, ctx.command_id(), &decision).await },
                )
            })
            .collect();
        let mut done = 0;
        for one in tries {
            match code(one.await.unwrap()).as_str() {
                "done" => done += 1,
                "approval-over" => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!((done, notes(bank).await), (1, 1));
        let entries = "select count(*) from journal_entry where command = 'parties.edit_client'";
        assert_eq!(number(bank, entries).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_when_it_is_agreed_to_goes_on_waiting_and_changes_nothing() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        let rule_id = set_rule(bank, &rule("parties.edit_client", "client.assign")).await;
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
        // meanwhile somebody without a rule over him changes the same field
        let drop_rule = spine::approval::commands::DropRule { rule_id };
        bank.execute("security_officer", &drop_rule).await.unwrap();
        bank.execute("manager_same", &edit(client, "note", "", "other")).await.unwrap();
        let head = bank.as_role("branch_head");
        let answer = decide(&head, bank, waiting.approval_id, Verdict::Approve).await;
        assert_eq!(code(answer), "conflict");
        assert_eq!(state(bank, waiting.approval_id).await, State::Waiting);
        assert_eq!(notes(bank).await, 0);
        let mut window = bank.client("branch_head").await;
        let fields = [("_id", bank.form_id()), ("verdict", "approve".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let reply =
            window.post(&format!("/approvals/{}/decide", waiting.approval_id), &fields).await;
        assert_eq!(reply.status, 422, "{}", reply.gist());
        decide(&head, bank, waiting.approval_id, Verdict::Decline).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_look_at_field_sum_place_and_role() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        let base = rule("parties.edit_client", "client.assign");
        let narrow = SaveRule {
            field: Some("income_minor".into()),
            amount: Some(Money::new(10_000_000, kernel::Currency::RUB)),
            branch_id: Some(bank.branch("01")),
            maker_role: Some("manager".into()),
            ..base
        };
        set_rule(bank, &narrow).await;
        bank.execute("manager", &edit(client, "note", "", "n1")).await.unwrap();
        bank.execute("manager", &edit(client, "income_minor", "", "99 999,99")).await.unwrap();
        bank.execute("head_office", &edit(client, "income_minor", "99999.99", "200 000"))
            .await
            .unwrap();
        let id = bank.as_system().command_id();
        let more = edit(client, "income_minor", "200000.00", "100 000");
        let waiting = ask(bank, "manager", id, &more).await;
        let one = queries::one(&mut bank.services.reader.clone(), waiting.approval_id).await;
        let one = one.unwrap().unwrap();
        assert_eq!(one.needs.len(), 1);
        assert_eq!(one.needs[0].owner.branch_id, Some(bank.branch("01")));
        let change = one.changes[0]["changes"]["income_minor"].clone();
        assert_eq!(change, serde_json::json!(["200000.00", "100000.00"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_guard_the_organisation_too_and_themselves() {
    both(async |bank: &Bank| {
        set_rule(bank, &rule("org.save_role", "admin.roles")).await;
        set_rule(bank, &rule("org.save_approval_rule", "admin.approvals")).await;
        let role = SaveRole {
            role_id: None,
            name: "Новая".into(),
            name_en: "New".into(),
            grants: std::collections::BTreeMap::new(),
            second_factor: None,
            original: None,
        };
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "administrator", id, &role).await;
        let officer = bank.as_role("security_officer");
        assert_eq!(
            code(
                decide(&bank.as_role("branch_head"), bank, waiting.approval_id, Verdict::Approve)
                    .await
            ),
            "not_found"
        );
        decide(&officer, bank, waiting.approval_id, Verdict::Approve).await.unwrap();
        let directory = bank.services.directory.get();
        assert!(directory.roles.values().any(|r| r.name_en == "New"), "in force at once");
        let id = bank.as_system().command_id();
        let softer = rule("org.save_role", "client.read");
        ask(bank, "security_officer", id, &softer).await;
        // what belongs to a person alone never waits, whatever a rule says
        let id = bank.as_system().command_id();
        let all = rule("org.save_preferences", "client.read");
        let waiting = ask(bank, "security_officer", id, &all).await;
        let other = bank.as_role("administrator");
        decide(&other, bank, waiting.approval_id, Verdict::Approve).await.unwrap();
        assert!(bank.services.directory.get().rules.contains_key("org.save_preferences"));
        let mine = spine::org::commands::SavePreferences {
            lang: None,
            theme: Some("dark".into()),
            density: None,
        };
        bank.execute("manager", &mine).await.unwrap();
        let denied = bank.execute("branch_head", &softer).await;
        assert_eq!(code(denied.map(drop)), "forbidden");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_of_the_maker_are_those_of_the_moment_it_is_carried_out() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        set_rule(bank, &rule("parties.edit_client", "client.assign")).await;
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "manager", id, &edit(client, "note", "", "n1")).await;
        let successor: UserId = bank.user("manager_same");
        let dismiss = spine::org::edit::DismissStaff {
            staff_id: bank.user("manager"),
            successor_id: successor,
        };
        bank.execute("administrator", &dismiss).await.unwrap();
        let head = bank.as_role("branch_head");
        let answer = decide(&head, bank, waiting.approval_id, Verdict::Approve).await;
        assert_eq!(code(answer), "approval-maker-gone");
        assert_eq!(notes(bank).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_without_a_person_cannot_ask_and_the_system_needs_nobody() {
    both(async |bank: &Bank| {
        let client = new_client(bank).await;
        set_rule(bank, &rule("parties.edit_client", "client.assign")).await;
        let directory = &bank.services.directory;
        let role = directory.get().roles.values().find(|r| r.key == "head_office").unwrap().id;
        let send = async |principal, id| {
            let ctx = bank.services.ctx(principal, "api");
            bank.services.execute(&ctx, id, &edit(client, "note", "", "n1")).await
        };
        let id = bank.as_system().command_id();
        let nobodys = directory.role_principal(role, None, None).unwrap();
        assert_eq!(code(send(nobodys, id).await), "approval-no-person");
        assert_eq!(number(bank, "select count(*) from approval").await, 0);
        // a token of a person asks in his name, and he cannot agree to it himself
        let owner = bank.user("branch_head");
        let his = directory.role_principal(role, Some(owner), None).unwrap();
        let Err(Error::Waiting(waiting)) = send(his, id).await else { panic!("not waiting") };
        let head = bank.as_role("branch_head");
        let own = decide(&head, bank, waiting.approval_id, Verdict::Approve).await;
        assert_eq!(code(own), "approval-own");
        bank.execute_system(&edit(client, "note", "", "n1")).await.unwrap();
        assert_eq!(notes(bank).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_with_open_credit_is_carried_out_by_another_persons_word() {
    both(async |bank: &Bank| {
        let kept = new_client(bank).await;
        let gone = person(bank, "manager", ["Ветрова", "Анна", "Ильинична"]).await;
        let sql = "insert into loan (id, client_id, kind, currency, amount_minor, term_months, \
                   payment_minor, opened_on, state, updated_at) values ($1, $2, 'consumer', 'RUB', 1, 1, \
                   1, '2026-01-01', 'running', 0)";
        force(bank, sql, store::params![Uuid::from_u128(5), gone]).await;
        let merge = MergeClients {
            survivor_id: kept,
            loser_id: gone,
            picks: std::collections::BTreeMap::new(),
            reason: "entered twice".into(),
        };
        // what waits over who would be no more comes first
        let asks = set_rule(bank, &rule("parties.edit_client", "client.edit")).await;
        let id = bank.as_system().command_id();
        let edit = ask(bank, "manager", id, &edit(gone, "note", "", "n1")).await;
        let refused = bank.execute("head_office", &merge).await.map(|_| ());
        assert_eq!(code(refused), "merge-waiting");
        decide(&bank.as_role("branch_head"), bank, edit.approval_id, Verdict::Decline)
            .await
            .unwrap();
        let drop = DropRule { rule_id: asks };
        bank.execute("security_officer", &drop).await.unwrap();
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "head_office", id, &merge).await;
        let merges = "select count(*) from client_merge";
        assert_eq!(number(bank, merges).await, 0);
        let maker = bank.as_role("head_office");
        let own = decide(&maker, bank, waiting.approval_id, Verdict::Approve).await;
        assert_eq!(code(own), "approval-own");
        decide(&bank.as_role("branch_head"), bank, waiting.approval_id, Verdict::Approve)
            .await
            .unwrap();
        assert_eq!(number(bank, merges).await, 1);
        let mut db = bank.services.reader.clone();
        let holder = "select client_id from loan";
        let holder = store::Read::first(&mut db, holder, &[]).await.unwrap().unwrap();
        assert_eq!(holder.one::<ClientId>().unwrap(), kept, "what he owes moved too");
    })
    .await;
}
