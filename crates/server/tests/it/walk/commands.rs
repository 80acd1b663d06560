//! Every command as every role. What is about a client is tried on every kind of client, in a rehearsal that
//! is never committed; the others are tried with nothing, which shows whether the right is asked for first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use spine::Error;
use testkit::Bank;
use uuid::Uuid;

use super::people::Person;
use super::{COLUMNS, NOBODY, write_answers};
use crate::secrecy::cast::{Cast, Subject};

/// Permissions over clients: a command that needs one of these has a payload below.
const OVER_CLIENTS: [&str; 14] = [
    "client.read",
    "client.create",
    "client.edit",
    "client.assign",
    "client.export",
    "client.merge",
    "client.secrecy",
    "holding.read",
    "interaction.read",
    "interaction.log",
    "preapproval.grant",
    "task.read",
    "task.write",
    "secrecy.break_glass",
];

/// Commands under such a permission that are about no client, or that need what the test has not got.
const WITHOUT_PAYLOAD: [&str; 6] = [
    "authority.withdraw_pre_approval",
    "parties.start_find_duplicates",
    "parties.note_export",
    "parties.register_client",
    "parties.unmerge_clients",
    "parties.set_main_member",
];

fn payload(name: &str, cast: &Cast, subject: Option<&Subject>) -> Option<Json> {
    let thing = |name: &str| -> Uuid {
        subject.and_then(|one| one.things.get(name)).copied().unwrap_or(NOBODY)
    };
    let client = thing("client");
    let other = cast.of("branch").id;
    let contact =
        json!({ "value": "+7 916 000-11-22", "label": "", "is_main": false, "source": "client" });
    let address = json!({ "country": "RU", "region": "", "city": "Пермь", "street": "Мира, 1", "postal_code": "", "source": "client" });
    let number = json!({ "value": "770708389300", "issued_on": "", "issued_by": "", "issuer_code": "", "valid_until": "", "is_main": false, "source": "client" });
    let date = json!({ "title": "x", "on_date": "2026-12-24", "yearly": false });
    Some(match name {
        "authority.grant_pre_approval" => json!({ "client_id": client, "command": "x.y",
            "amount": { "minor": 1, "currency": "RUB" }, "until": "2026-12-24T00:00:00Z" }),
        "parties.edit_client" => json!({ "client_id": client, "source": "clerk",
            "edits": [{ "field": "job_title", "original": "", "value": "x" }] }),
        "parties.assign_clients" => json!({ "client_ids": [client], "branch_id": null,
            "manager_id": cast.of("own").owner.manager_id }),
        "parties.set_segment" => json!({ "client_ids": [client], "segment": "premium" }),
        "parties.erase_client" => json!({ "client_id": client, "basis": "request",
            "asked_on": "2026-11-20", "note": "x" }),
        "parties.note_report" => json!({ "client_id": client, "reason": "x" }),
        "parties.mark_seen" => json!({ "looks": [] }),
        "parties.set_secrecy" => json!({ "client_id": client, "level": "secret", "reason": "x" }),
        "secrecy.open_card" => {
            json!({ "client_id": client, "reason_code": "fraud", "reason": "подозрение" })
        }
        "secrecy.shut_card" => json!({ "client_id": client }),
        "parties.add_contact" => json!({ "client_id": client, "kind": "phone", "fields": contact }),
        "parties.edit_contact" => {
            json!({ "contact_id": thing("contact"), "original": contact, "fields": contact })
        }
        "parties.archive_contact" => json!({ "contact_id": thing("contact") }),
        "parties.add_address" => {
            json!({ "client_id": client, "kind": "postal", "fields": address })
        }
        "parties.edit_address" => {
            json!({ "address_id": thing("address"), "original": address, "fields": address })
        }
        "parties.archive_address" => json!({ "address_id": thing("address") }),
        "parties.add_identifier" => json!({ "client_id": client, "kind": "inn", "fields": number }),
        "parties.edit_identifier" => {
            json!({ "identifier_id": thing("identifier"), "original": number, "fields": number })
        }
        "parties.archive_identifier" => json!({ "identifier_id": thing("identifier") }),
        "parties.add_date" => json!({ "client_id": client, "kind": "other", "fields": date }),
        "parties.edit_date" => {
            json!({ "date_id": thing("date"), "original": date, "fields": date })
        }
        "parties.archive_date" => json!({ "date_id": thing("date") }),
        "parties.give_consent" | "parties.withdraw_consent" => json!({ "client_id": client,
            "purpose": "advertising", "channel": "email", "text_version": "1", "evidence": "x" }),
        "parties.add_file" => json!({ "client_id": client, "name": "x.txt", "kind": "other",
            "sha256": "00" }),
        "parties.archive_file" => json!({ "file_id": thing("file") }),
        "parties.add_link" => {
            json!({ "from": client, "to": other, "kind": "other", "share_bp": null,
            "since": null, "until": null, "note": "x" })
        }
        "parties.end_link" => {
            json!({ "link_id": thing("link"), "until": "2026-11-23", "by_mistake": false })
        }
        "parties.merge_clients" => {
            json!({ "survivor_id": other, "loser_id": client, "reason": "x" })
        }
        "parties.mark_not_same" => json!({ "one_id": client, "other_id": other, "why": "x" }),
        "parties.reopen_pair" => json!({ "one_id": client, "other_id": other, "why": "x" }),
        _ => return of_engagement(name, cast, subject),
    })
}

/// The same for the commands of the work with clients.
fn of_engagement(name: &str, cast: &Cast, subject: Option<&Subject>) -> Option<Json> {
    let thing = |name: &str| -> Uuid {
        subject.and_then(|one| one.things.get(name)).copied().unwrap_or(NOBODY)
    };
    let client = thing("client");
    Some(match name {
        "engagement.log_interaction" => json!({ "client_id": client, "channel": "phone",
            "direction": "in", "subject": "x", "body": "x" }),
        "engagement.add_note" => json!({ "client_id": client, "body": "x" }),
        "engagement.correct_interaction" => json!({ "interaction_id": thing("interaction"),
            "topic": "", "subject": "x", "body": "x", "result": "" }),
        "engagement.add_task" => {
            json!({ "client_id": client, "title": "x", "kind": "task", "due_on": "2026-12-24" })
        }
        "engagement.close_task" => json!({ "task_id": thing("task"), "result": "x" }),
        "engagement.cancel_task" => json!({ "task_id": thing("task"), "reason": "x" }),
        "engagement.postpone_task" => {
            json!({ "task_id": thing("task"), "due_on": "2026-12-24", "due_at": null, "reason": "x" })
        }
        "engagement.reassign_task" => {
            json!({ "task_id": thing("task"), "assignee_id": cast.of("own").owner.manager_id, "reason": "x" })
        }
        "engagement.reopen_task" => json!({ "task_id": thing("task") }),
        "engagement.open_visit" => json!({ "ticket": "A001", "serve": true }),
        "engagement.record_operation" => json!({ "client_id": client, "kind": "document",
            "currency": "RUB", "amount_minor": 0 }),
        "parties.edit_own" => {
            json!({ "object": "task", "record_id": thing("task"), "edits": [] })
        }
        _ => return None,
    })
}

/// Adds the commands to the matrix.
pub(super) async fn walk(bank: &Bank, cast: &Cast, people: &[Person], lines: &mut String) {
    let commands: Vec<_> = bank.services.bus.commands().collect();
    let names: BTreeSet<&str> = commands.iter().map(|c| c.name).collect();
    for name in WITHOUT_PAYLOAD {
        assert!(names.contains(name), "{name} is gone");
    }
    for command in &commands {
        let has_payload = payload(command.name, cast, None).is_some();
        let needs_one = OVER_CLIENTS.contains(&command.permission)
            && !WITHOUT_PAYLOAD.contains(&command.name)
            && !command.name.starts_with("parties.import_");
        assert!(has_payload || !needs_one, "{} needs a payload in the walk", command.name);
        let mut answers: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for person in people.iter().filter(|person| !person.is_program) {
            let ctx = bank.services.ctx(std::sync::Arc::clone(&person.principal), "web");
            let mut words = Vec::new();
            let is_entitled = person.principal.has(command.permission);
            let columns: &[&str] = if has_payload && is_entitled { &COLUMNS } else { &["nobody"] };
            for column in columns {
                let subject = cast.subjects.iter().find(|one| one.key == *column);
                let sent = payload(command.name, cast, subject).unwrap_or(Json::Null);
                words.push(rehearsed(bank, &ctx, command.name, sent, has_payload).await);
            }
            answers.entry(words.join(" ")).or_default().push(person.name);
        }
        write_answers(lines, &format!("command {} {}", command.name, command.permission), answers);
    }
}

async fn rehearsed(
    bank: &Bank,
    ctx: &spine::Ctx,
    name: &str,
    sent: Json,
    is_whole: bool,
) -> String {
    let outcome = if is_whole {
        let mut rehearsal = bank.services.bus.rehearse(ctx).await.unwrap();
        let outcome = rehearsal.run(name, sent).await;
        rehearsal.end().await.unwrap();
        outcome
    } else {
        bank.services.bus.execute_json(ctx, ctx.command_id(), name, sent).await
    };
    match outcome {
        Ok(_) => "done".to_owned(),
        Err(Error::Refused(why)) => {
            let code = &why.0[0].code;
            assert!(!is_whole || code != "payload-shape", "{name}: {why:?}");
            if is_whole { format!("refused:{code}") } else { "refused".to_owned() }
        }
        Err(Error::Failure(source)) => panic!("{name}: {source}"),
        Err(other) => other.kind().to_owned(),
    }
}
