//! Enrolling by files.

use branch::code::Code;
use branch::first_file;
use kernel::SeededEntropy;
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
        assert_eq!(lost.counts, [0; 3]);
        let back = bank.answered(&honest.file().await, None).await.unwrap().content;
        // somebody has read the code over his shoulder
        let thief = Stranger::new(&keys, bank.invited("far-3", 4).await, 5).await;
        let peeping = Stranger::new(&keys, code_of(&bank, 2), 6).await;
        assert_eq!(code(bank.answered(&peeping.file().await, None).await), "branch-code-wrong");
        assert_eq!(code(thief.hears(&back)), "branch-file-broken", "sealed to another");
        let place = honest.welcomed(&back).await;
        assert!(!place.post.branch.state().await.unwrap().copy.is_base(), "in one file");
        let node = nodes::one(&mut centre.services.reader.clone(), place.node).await.unwrap();
        assert_eq!(node.unwrap().state, NodeState::Active);
        // once it has spoken, nobody introduces himself as this node any more
        bank.round(&place).await;
        assert_eq!(code(bank.answered(&out, None).await), "branch-file-old");
        assert_eq!(code(place.post.file_in(&back).await), "branch-file-way");
        let carried = "select count(*) from journal_entry where command = 'branch.note_carried'";
        assert_eq!(centre.number(carried).await, 3, "twice the same and the round");
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
