//! Enrolling by files.

use branch::code::Code;
use branch::first_file;
use kernel::{CommandId, SeededEntropy};
use parties::client::commands::AssignClients;
use spine::replica::Mode;
use spine::replica::branch::FIRST_WORD;
use spine::replica::commands::RevokeNode;
use spine::replica::message::Pushed;
use spine::replica::nodes::{self, NodeState};
use testkit::{Kind, kinds};

use crate::basics::register;
use crate::carried::{Bank, Stranger, code};

#[tokio::test(flavor = "multi_thread")]
async fn who_enrols_by_files_may_say_it_again_and_nobody_else_may() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let centre = &bank.desk;
        centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        let keys = bank.keys_file();
        let honest = Stranger::new(&keys, bank.invited("far-1", 2).await, 2).await;
        let other_code = bank.invited("far-2", 3).await;
        let hash = Code::hash(other_code.secret());
        let expected = nodes::of_code(&mut centre.services.reader.clone(), hash).await.unwrap();
        let out = honest.file().await;
        // taken in on the page of another node
        assert_eq!(code(bank.answered(&out, expected).await), "branch-file-other-node");
        let lost = bank.answered(&out, None).await.unwrap();
        assert_eq!(lost.enrolled.as_deref(), Some("far-1"));
        // the courier takes days; only a code that nobody has shown ends
        centre.clock.advance_seconds(3 * 86_400);
        let at_first = "select count(*) from branch_node where enrolled_at = made_at";
        let back = bank.answered(&honest.file().await, None).await.unwrap().content;
        // somebody has read the code over his shoulder
        let thief = Stranger::new(&keys, bank.invited("far-3", 4).await, 5).await;
        let peeping = Stranger::new(&keys, code_of(&bank, 2), 6).await;
        assert_eq!(code(bank.answered(&peeping.file().await, None).await), "branch-code-wrong");
        assert_eq!(code(thief.hears(&back)), "branch-file-broken", "sealed to another");
        let place = honest.welcomed(&back).await;
        assert!(!place.post.branch.state().await.unwrap().copy.is_base(), "in one file");
        let node = nodes::one(&mut centre.services.reader.clone(), place.node).await.unwrap();
        let node = node.unwrap();
        assert_eq!(
            (node.state, node.mode),
            (NodeState::Active, Mode::Autonomous),
            "no line is missed"
        );
        assert_eq!(centre.number(at_first).await, 1, "it has enrolled at the first time");
        // once it has spoken, nobody introduces himself as this node any more
        bank.round(&place).await;
        assert_eq!(code(bank.answered(&out, None).await), "branch-file-old");
        assert_eq!(code(place.post.file_in(&back).await), "branch-file-way");
        let carried = "select count(*) from journal_entry where command = 'branch.note_carried'";
        assert_eq!(centre.number(carried).await, 3, "twice the same and the round");
        centre.execute("administrator", &RevokeNode { node_id: place.node }).await.unwrap();
        assert_eq!(code(bank.answered(&out, None).await), "branch-code-wrong", "shut out");
        // one that was expected too long ago
        let late = Stranger::new(&keys, other_code, 7).await;
        let out = late.file().await;
        assert_eq!(code(bank.answered(&out, expected).await), "branch-code-wrong");
    }
}

/// The code of a node that was expected with this chance.
fn code_of(bank: &Bank, chance: u64) -> Code {
    Code::new(&SeededEntropy::new(chance), bank.hub.public().print())
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_another_centre_or_a_changed_file_are_refused_by_name() {
    let (bank, other) = (Bank::new(Kind::Sqlite, 1).await, Bank::new(Kind::Sqlite, 7).await);
    let invited = bank.invited("far-1", 2).await;
    let keys = bank.keys_file();
    assert_eq!(code(first_file::keys_in(&other.keys_file(), &invited)), "branch-file-other-bank");
    for broken in
        [&b""[..], b"goose", &keys[..keys.len() / 2], &[keys.as_slice(), b"0"].concat()[1..]]
    {
        assert_eq!(code(first_file::keys_in(broken, &invited)), "branch-file-broken");
    }
    let stranger = Stranger::new(&keys, invited, 2).await;
    let file = stranger.file().await;
    assert_eq!(code(other.answered(&file, None).await), "branch-file-other-bank");
    for place in [file.len() - 1, file.len() / 2, 60] {
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert_eq!(code(bank.answered(&changed, None).await), "branch-file-broken", "{place}");
    }
    assert_eq!(code(stranger.hears(&file)), "branch-file-way");
    let invited = "select count(*) from branch_node where state = 'invited'";
    assert_eq!(bank.desk.number(invited).await, 1, "nothing has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_between_two_answers_leaves_whichever_of_them_is_taken_in() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let centre = &bank.desk;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        let stranger = Stranger::new(&bank.keys_file(), bank.invited("far-1", 2).await, 2).await;
        let out = stranger.file().await;
        let first = bank.answered(&out, None).await.unwrap().content;
        let assign = AssignClients {
            client_ids: vec![client],
            manager_id: None,
            branch_id: Some(centre.branch("02")),
        };
        centre.execute("head_office", &assign).await.unwrap();
        bank.answered(&out, None).await.unwrap();
        let place = stranger.welcomed(&first).await;
        let clients = "select count(*) from client";
        assert_eq!(place.desk.number(clients).await, 1, "as it was then");
        bank.round(&place).await;
        bank.round(&place).await;
        assert_eq!(place.desk.number(clients).await, 0, "he is not of this branch");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_word_is_the_first_and_tells_nothing() {
    let bank = Bank::new(Kind::Sqlite, 1).await;
    let stranger = Stranger::new(&bank.keys_file(), bank.invited("far-1", 2).await, 2).await;
    for number in [i64::MIN, -1, 0, FIRST_WORD + 1, i64::MAX] {
        let odd = stranger.file_of(|first| first.number = number).await;
        assert_eq!(code(bank.answered(&odd, None).await), "branch-file-broken", "{number}");
    }
    let active = "select count(*) from branch_node where state = 'active'";
    assert_eq!(bank.desk.number(active).await, 0, "nobody has enrolled");
    let pushed = Pushed {
        id: CommandId::from(uuid::Uuid::from_u128(7)),
        name: "engagement.add_note".to_owned(),
        payload: "{}".to_owned(),
        actor: bank.desk.user("manager"),
        at: testkit::START,
        channel: "web".to_owned(),
        bundle: None,
        supervisor: None,
        pre_approval: None,
    };
    let telling = stranger
        .file_of(|first| {
            first.commands = vec![pushed.clone()];
            first.ask = Some(pushed.clone());
        })
        .await;
    assert_eq!(bank.answered(&telling, None).await.unwrap().counts, [0; 3]);
    assert!(!bank.desk.has_done(pushed.id).await && !bank.desk.has_refused(pushed.id).await);
}
