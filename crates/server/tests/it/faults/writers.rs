//! Programs that write all the time: each thing they want is wished for under one key until it is acknowledged.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::UserId;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::rig::{Dice, Request, ask, moment};
use crate::api::person;

/// Kinds of what is wished for, each of several rows in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    /// A client: card, words of search, journal; and a message of a webhook.
    Client,
    /// A note: row, card, journal.
    Note,
    /// A task for a colleague: row, card, journal, a notice in the outbox.
    Task,
    /// A file: sealed content, row, journal.
    File,
}

const THINGS: [Thing; 6] =
    [Thing::Client, Thing::Note, Thing::Note, Thing::Task, Thing::File, Thing::Note];

/// What became of wishes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By the name it was wished for under: what, and the id that was acknowledged.
    pub(super) acknowledged: BTreeMap<String, (Thing, String)>,
    /// Wishes that needed more than one try.
    pub(super) repeated: u64,
    /// Tries that were not acknowledged, by what was answered.
    pub(super) tries: BTreeMap<String, u64>,
}

pub(super) type Shared = Arc<Mutex<Seen>>;

/// Where the program answers; none while it is down.
pub(super) type Place = watch::Receiver<Option<String>>;

/// Who writes.
#[derive(Clone)]
pub(super) struct Writer {
    pub(super) token: String,
    pub(super) colleague: UserId,
    pub(super) place: Place,
    pub(super) seen: Shared,
}

/// Digits as letters: names of people hold no digits.
pub(super) fn letters(number: u64) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

/// The content of a file of this name; tens of kilobytes, so that it does not fit one page.
pub(super) fn content(name: &str) -> Vec<u8> {
    let line = format!("%PDF-1.7 {name}\n");
    line.repeat(2_000).into_bytes()
}

impl Writer {
    /// Writes until told to stop, and until the last wish is acknowledged.
    pub(super) fn spawn(
        self,
        number: u64,
        seed: u64,
        clients: Vec<String>,
        stop: watch::Receiver<bool>,
    ) -> JoinHandle<()> {
        tokio::spawn(async move {
            let dice = Dice::new(seed.wrapping_mul(1_000).wrapping_add(number));
            let mut count = 0;
            while !*stop.borrow() {
                count += 1;
                let index = usize::try_from(dice.below(6)).unwrap();
                let there = u64::try_from(clients.len()).unwrap();
                let whom = usize::try_from(dice.below(there)).unwrap();
                let name = format!("W{}x{}", letters(number), letters(count));
                self.wish(THINGS[index], &name, &clients[whom]).await;
            }
        })
    }

    /// Wishes for a thing until it is acknowledged; answers its id.
    pub(super) async fn wish(&self, thing: Thing, name: &str, client: &str) -> String {
        let request = self.request(thing, name, client);
        let mut place = self.place.clone();
        let mut tries = 0_u64;
        loop {
            let address = place.wait_for(Option::is_some).await.unwrap().clone().unwrap();
            tries += 1;
            let word = match ask(&address, &request).await {
                Ok(answer) if answer.status == 201 => {
                    let id = answer.json()["id"].as_str().unwrap().to_owned();
                    let mut seen = self.seen.lock().unwrap();
                    seen.repeated += u64::from(tries > 1);
                    seen.acknowledged.insert(name.to_owned(), (thing, id.clone()));
                    return id;
                }
                // a refusal would be a mistake of this test or of the program
                Ok(answer) if answer.status < 500 => panic!("{name}: {}", answer.text()),
                Ok(answer) => answer.status.to_string(),
                Err(_) => "none".to_owned(),
            };
            *self.seen.lock().unwrap().tries.entry(word).or_default() += 1;
            moment(Duration::from_millis(10)).await;
        }
    }

    fn request(&self, thing: Thing, name: &str, client: &str) -> Request {
        let post =
            |path: &str, json: &serde_json::Value| Request::post(path, &self.token, name, json);
        match thing {
            Thing::Client => post("/api/v1/clients", &person(name)),
            Thing::Note => {
                post(&format!("/api/v1/clients/{client}/notes"), &json!({ "body": name }))
            }
            Thing::Task => {
                let task = json!({
                    "client_id": client, "title": name, "kind": "call", "due_on": "2099-12-01",
                    "due_at": null, "assignee_id": self.colleague, "priority": 2
                });
                post("/api/v1/tasks", &task)
            }
            Thing::File => {
                let path = format!("/api/v1/clients/{client}/files?name={name}.pdf&kind=contract");
                Request::file(&path, &self.token, name, &content(name))
            }
        }
    }
}
