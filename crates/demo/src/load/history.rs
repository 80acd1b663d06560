//! Contacts, notes, tasks and promises of demo clients.

use engagement::interaction::commands::{LoadHistory, LoadedInteraction, LoadedTask};

use super::Places;
use crate::model::{Channel, DemoClient, Direction, Outcome, TaskKind, TaskState, Topic};

pub(super) fn loaded(places: &Places, clients: &[DemoClient]) -> LoadHistory {
    let mut out = LoadHistory::default();
    for c in clients {
        contacts(places, c, &mut out);
        notes(places, c, &mut out);
        tasks(places, c, &mut out);
    }
    out
}

fn contacts(places: &Places, c: &DemoClient, out: &mut LoadHistory) {
    for i in c.interactions() {
        out.interactions.push(LoadedInteraction {
            id: places.ids.of("contact", c.number, u64::from(i.sequence)).into(),
            client_id: places.ids.client(c.number),
            at: i.at,
            channel: channel(i.channel).to_owned(),
            direction: match i.direction {
                Direction::Incoming => "in",
                Direction::Outgoing => "out",
            }
            .to_owned(),
            topic: topic(i.topic).to_owned(),
            subject: i.subject.to_owned(),
            body: i.body,
            result: result(i.outcome).to_owned(),
            author_id: places.staff.get(&i.author.0).copied(),
            branch_id: places.branches.get(&i.branch.0).copied(),
            handling_seconds: i.duration_minutes.map(|m| i64::from(m) * 60),
        });
    }
}

fn notes(places: &Places, c: &DemoClient, out: &mut LoadHistory) {
    for (n, note) in (0_u64..).zip(&c.notes) {
        out.interactions.push(LoadedInteraction {
            id: places.ids.of("note", c.number, n).into(),
            client_id: places.ids.client(c.number),
            at: note.at,
            channel: "note".to_owned(),
            direction: "none".to_owned(),
            topic: String::new(),
            subject: String::new(),
            body: note.text.to_owned(),
            result: String::new(),
            author_id: places.staff.get(&note.author.0).copied(),
            branch_id: places.branches.get(&c.branch.0).copied(),
            handling_seconds: None,
        });
    }
}

fn tasks(places: &Places, c: &DemoClient, out: &mut LoadHistory) {
    for (n, t) in (0_u64..).zip(&c.tasks) {
        let Some(assignee_id) = places.staff.get(&t.assignee.0).copied() else { continue };
        let done_at = t.done_at.filter(|_| t.state == TaskState::Done);
        out.tasks.push(LoadedTask {
            id: places.ids.of("task", c.number, n).into(),
            client_id: places.ids.client(c.number),
            title: t.title.clone(),
            kind: match t.kind {
                TaskKind::Promise => "promise",
                TaskKind::NextStep | TaskKind::Task => "task",
            }
            .to_owned(),
            due_on: t.due,
            assignee_id,
            branch_id: places.branches.get(&c.branch.0).copied(),
            created_at: t.created,
            priority: if t.urgent { 1 } else { 2 },
            vip: c.segment.key() == "vip",
            done: done_at.map(|at| (at, t.result.unwrap_or("").to_owned())),
            source_interaction_id: None,
        });
    }
}

const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Call => "phone",
        Channel::Visit => "branch",
        Channel::Meeting => "meeting",
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Chat => "chat",
        Channel::Letter => "letter",
    }
}

fn topic(topic: Topic) -> &'static str {
    match topic.key() {
        "deposit" => "deposit",
        "card" => "card",
        "loan" | "overdue" | "financing" => "loan",
        "mortgage" => "mortgage",
        "payment" | "payroll" | "acquiring" | "trade" => "payment",
        "complaint" => "complaint",
        "greeting" => "greeting",
        "offer" => "offer",
        "opening" => "account",
        "online" => "data",
        _ => "other",
    }
}

const fn result(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Resolved => "resolved",
        Outcome::CallBack => "callback",
        Outcome::Interested => "agreed",
        Outcome::Refused => "refused",
        Outcome::NoAnswer => "no_answer",
        Outcome::Delivered => "informed",
        Outcome::Passed => "redirected",
    }
}
