//! What branches and the centre say to one another: envelopes, files that are carried, and the messages in them when whoever
//! wrote them has the right keys.

use std::cell::RefCell;

use branch::Hub;
use branch::carry::{Answered, Post};
use branch::envelope::{self, Head, Keys, Kind as Sort};
use branch::first_file::{self, FileIntroduction};
use branch::hub::Introduction;
use kernel::SeededEntropy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use spine::Error;
use spine::replica::branch::State;
use spine::replica::message::{Carried, Down, Next, Place, Pushed, Rows, Up, Want, Wire};
use spine::replica::{Mode, code as words};
use store::{Read, Value, params};
use testkit::{Bank, Kind, START};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{Target, coded};
use crate::branches::files::branch_of;
use crate::branches::rig::Rig;
use crate::support::force;

/// A centre and a node at a branch.
struct Pair {
    centre: Bank,
    branch: Bank,
    node: Uuid,
    state: String,
    runtime: Runtime,
}

thread_local! {
    static PAIR: RefCell<Option<Pair>> = const { RefCell::new(None) };
}

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    if let Some(Pair { centre, branch, runtime, .. }) = PAIR.take() {
        runtime.block_on(async { drop((centre, branch)) });
    }
}

const STATE: &str = "select value from node_setting where name = 'replica'";

impl Pair {
    fn new() -> Pair {
        let runtime = Runtime::new().expect("a runtime");
        let (centre, branch, node, state) = runtime.block_on(async {
            let centre = Box::pin(Bank::open(Kind::Sqlite, crate::support::open)).await;
            let rig = Rig::new(&centre, "01").await;
            let branch = Box::pin(branch_of(&centre, &rig)).await;
            let state = branch.services.reader.clone().first(STATE, &[]).await.expect("read");
            let state = state.expect("it has enrolled").one().expect("a text");
            (centre, branch, rig.who.node, state)
        });
        Pair { centre, branch, node, state, runtime }
    }
    /// Somebody at the centre takes a file in.
    async fn answered(&self, file: &[u8]) -> Result<Answered, spine::Error> {
        self.hub().exchange_file(&self.centre.as_role("administrator"), file, None).await
    }
    fn hub(&self) -> std::sync::Arc<Hub> {
        self.centre.services.memory.get().expect("a centre")
    }
    fn post(&self) -> std::sync::Arc<Post> {
        self.branch.services.memory.get().expect("a branch")
    }
    /// Both ends are as they were before anything was heard.
    async fn begin(&self) {
        force(&self.centre, "update branch_node set heard = 0", &[]).await;
        let sql = "update node_setting set value = $1 where name = 'replica'";
        force(&self.branch, sql, params![self.state.as_str()]).await;
        force(&self.branch, "delete from incoming_rows", &[]).await;
    }
}

fn with_pair(test: impl AsyncFnOnce(&Pair)) {
    PAIR.with_borrow_mut(|pair| {
        let pair = pair.get_or_insert_with(Pair::new);
        pair.runtime.block_on(async {
            pair.begin().await;
            test(pair).await;
        });
    });
}

/// Taken, or refused with a code that has words.
fn judged<T>(outcome: Result<T, Error>) {
    match outcome {
        Ok(_) => {}
        Err(Error::Refused(refusals)) => refusals.0.iter().for_each(coded),
        Err(error) => panic!("{error}"),
    }
}

/// A message as it is packed, with nothing made smaller: one block that is only stored.
fn packed(plain: &[u8]) -> Vec<u8> {
    let length = u16::try_from(plain.len()).expect("inputs are short");
    let (is, is_not) = (length.to_le_bytes(), (!length).to_le_bytes());
    [&[1][..], &is, &is_not, plain].concat()
}

fn plain<T: Serialize>(message: &T) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(message, &mut out).expect("written");
    out
}

fn up(want: Want) -> Up {
    let done = Pushed {
        id: Uuid::from_u128(9).into(),
        name: "engagement.add_note".to_owned(),
        payload: "{\"client_id\":\"00000000-0000-0000-0000-000000000001\",\"body\":\"x\"}"
            .to_owned(),
        actor: Uuid::from_u128(2).into(),
        at: START,
        channel: "web".to_owned(),
        bundle: Some(3),
        supervisor: None,
        pre_approval: None,
    };
    Up {
        number: 7,
        at: START,
        schema: 0,
        program: "0.3.0".to_owned(),
        taken: Some(Uuid::from_u128(3)),
        commands: vec![done],
        waiting: 2,
        oldest: Some(START),
        replica_at: None,
        want,
        holds: spine::bundle::Holds::default(),
        tables: vec!["client".to_owned()],
        ask: None,
        keeps: Vec::new(),
    }
}

fn ups() -> Vec<Vec<u8>> {
    let place = Place {
        cursor: "0".to_owned(),
        table: "client".to_owned(),
        after: vec![Wire(Value::Int(3)), Wire(Value::Null)],
    };
    let wants = [
        Want::Nothing,
        Want::Base(None),
        Want::Base(Some(place)),
        Want::Changes("4|5|6".to_owned()),
    ];
    wants.into_iter().map(|want| plain(&up(want))).collect()
}

fn carried() -> Vec<Vec<u8>> {
    let rows = Rows {
        table: "region".to_owned(),
        columns: vec!["id".to_owned(), "name".to_owned()],
        rows: vec![vec![Wire(Value::Bytes(vec![1; 16])), Wire(Value::Text("Север".to_owned()))]],
        gone: vec![vec![Wire(Value::Bytes(vec![2; 16]))]],
    };
    let with = |tables: Vec<Rows>, next: Next| {
        let (id, left) = (Uuid::from_u128(4), vec![Uuid::from_u128(5)]);
        let (lease_until, mode) = (START.plus_hours(72), Mode::Autonomous);
        let first = Down {
            id,
            to: 7,
            at: START,
            lease_until,
            mode,
            answers: Vec::new(),
            tables,
            left,
            next,
            bundle: Some(spine::bundle::Down::Halted(3)),
            asked: None,
            entrusted: Vec::new(),
        };
        plain(&Carried { first, rest: Vec::new() })
    };
    vec![
        with(vec![rows], Next::Whole("9".to_owned())),
        with(Vec::new(), Next::More("9|10|3".to_owned())),
        with(Vec::new(), Next::OtherSchema(3)),
        with(Vec::new(), Next::Same),
    ]
}

/// What was read is written and read again to the same.
fn again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(input: &[u8]) {
    if let Ok(read) = words::decode::<T>(input) {
        let written = words::encode(&read).expect("what was read can be written");
        assert_eq!(words::decode::<T>(&written).expect("and read"), read);
    }
}

pub(super) const MESSAGE: Target = Target {
    name: "branch_message",
    cost: 1,
    seeds: || {
        let mut all = ups();
        all.extend(carried());
        all.push(words::encode(&up(Want::Nothing)).expect("packed"));
        all.push(vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        all
    },
    words: &["commands", "want", "base", "changes", "tables", "rows", "gone"],
    run: |input| {
        for bytes in [input, &packed(input)] {
            again::<Up>(bytes);
            again::<Carried>(bytes);
            again::<Down>(bytes);
            let _ = words::decode_within::<Introduction>(bytes, 4_096);
            let _ = words::decode_within::<FileIntroduction>(bytes, 4_096);
        }
    },
};

pub(super) const ENVELOPE: Target = Target {
    name: "branch_envelope",
    cost: 1,
    seeds: || {
        let (sender, receiver) = ends();
        let to = receiver.public().expect("keys");
        let head = Head { kind: Sort::FileUp, node: Uuid::from_u128(7), number: 3 };
        vec![sender.close(&to, head, b"twelve geese").expect("closed"), Vec::new()]
    },
    words: &["head", "kind", "file_up", "down", "sealed", "signature"],
    run: |input| {
        let (sender, receiver) = ends();
        let _ = envelope::head(input);
        if let Ok((_, message)) = receiver.open(input, &sender.public().expect("keys")) {
            assert_eq!(message, b"twelve geese", "forged");
        }
        let stranger = receiver.open_stranger(input, |message| {
            Ok(((), words::decode_within::<Introduction>(message, 4_096)?.keys))
        });
        judged(stranger);
    },
};

fn ends() -> (Keys, Keys) {
    let chance = SeededEntropy::new(5);
    (Keys::new(&chance), Keys::new(&chance))
}

pub(super) const FILE: Target = Target {
    name: "carried_file",
    cost: 10,
    seeds: || {
        let mut all = vec![b"tessera carried file 1\n".to_vec(), Vec::new()];
        with_pair(async |pair| {
            let out = pair.post().file_out().await.expect("a file").content;
            let back = pair.answered(&out).await.expect("an answer").content;
            all.extend([out, back]);
        });
        all
    },
    words: &["tessera carried file 1\n", "file_up", "file_down", "head", "number"],
    run: |input| {
        with_pair(async |pair| {
            judged(pair.answered(input).await);
            let post = pair.post();
            judged(post.file_in(input).await);
            judged(first_file::welcomed((&post.keys, &post.centre), input));
        });
    },
};

pub(super) const WORD: Target = Target {
    name: "branch_word",
    cost: 20,
    seeds: ups,
    words: &["commands", "engagement.add_note", "payload", "want", "base", "changes", "after"],
    run: |input| {
        // somebody who has the keys of a node may say anything
        let Ok(up) = words::decode::<Up>(&packed(input)) else { return };
        with_pair(async |pair| {
            let head = Head { kind: Sort::Up, node: pair.node, number: up.number };
            let (post, message) = (pair.post(), words::encode(&up).expect("written"));
            let envelope = post.keys.close(&post.centre, head, &message).expect("closed");
            judged(pair.hub().exchange(&envelope).await);
        });
    },
};

pub(super) const ANSWER: Target = Target {
    name: "branch_answer",
    cost: 20,
    seeds: carried,
    words: &["tables", "rows", "columns", "gone", "left", "next", "whole", "more", "base"],
    run: |input| {
        // whoever has the centre's keys may tell anything: it is taken in whole or not at all
        let Ok(mut carried) = words::decode::<Carried>(&packed(input)) else { return };
        with_pair(async |pair| {
            let post = pair.post();
            post.file_out().await.expect("a file");
            let before: State = post.branch.state().await.expect("read");
            carried.first.to = before.said;
            if post.branch.take_carried(carried).await.is_err() {
                assert_eq!(post.branch.state().await.expect("read"), before);
            }
        });
    },
};
