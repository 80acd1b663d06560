//! The exchange in files: a branch without any line.

use branch::Hub;
use branch::carry::{Answered, Post};
use branch::code::Code;
use branch::envelope::{Keys, PublicKeys};
use branch::first_file;
use branch::hub::Welcome;
use engagement::interaction::commands::AddNote;
use kernel::{ClientId, SeededEntropy};
use spine::replica::branch::{self as node, Branch, Progress, Taken};
use spine::replica::commands::{InviteNode, RevokeNode};
use spine::replica::message::{Carried, Up};
use testkit::{Database, Kind, kinds};
use uuid::Uuid;

use crate::basics::{edit, employer, register};
use crate::desk::Desk;
use crate::world::{filled, said};

/// A centre with real keys, and nodes that have never had a line.
pub(super) struct Bank {
    pub(super) desk: Desk,
    pub(super) hub: Hub,
}

pub(super) struct Place {
    pub(super) desk: Desk,
    pub(super) post: Post,
    pub(super) node: Uuid,
}

impl Bank {
    pub(super) async fn new(kind: Kind, chance: u64) -> Bank {
        let desk = Desk::over(Database::new(kind).await, (false, chance), filled).await;
        let hub = desk.hub().await;
        Bank { desk, hub }
    }
    /// A node that has enrolled by files; its first copy has come in one.
    pub(super) async fn enrol(&self, name: &str, chance: u64) -> Place {
        Box::pin(self.enrolled(name, chance)).await
    }
    async fn enrolled(&self, name: &str, chance: u64) -> Place {
        let code = self.invited(name, chance).await;
        let stranger = Stranger::new(&self.keys_file(), code, chance).await;
        let back = self.answered(&stranger.file().await, None).await.unwrap();
        stranger.welcomed(&back.content).await
    }
    /// The centre's public keys, as they are carried to whoever enrols.
    pub(super) fn keys_file(&self) -> Vec<u8> {
        first_file::keys_file(self.hub.public()).unwrap()
    }
    /// The code of a node that is expected.
    pub(super) async fn invited(&self, name: &str, chance: u64) -> Code {
        let code = Code::new(&SeededEntropy::new(chance), self.hub.public().print());
        let invite = InviteNode {
            branch_id: self.desk.branch("01"),
            name: name.to_owned(),
            code_hash: Code::hash(code.secret()),
            lease_hours: None,
            code_days: None,
        };
        self.desk.execute("administrator", &invite).await.unwrap();
        code
    }
    /// Somebody at the centre takes a file in, and is given the one that answers it.
    pub(super) async fn answered(
        &self,
        file: &[u8],
        of: Option<Uuid>,
    ) -> Result<Answered, spine::Error> {
        self.hub.exchange_file(&self.desk.ctx("administrator"), file, of).await
    }
    /// A file there and one back.
    pub(super) async fn round(&self, place: &Place) -> Taken {
        let out = place.post.file_out().await.unwrap();
        let back = self.answered(&out.content, Some(place.node)).await.unwrap();
        place.post.file_in(&back.content).await.unwrap()
    }
}

/// A node that has not enrolled.
pub(super) struct Stranger {
    desk: Desk,
    keys: Keys,
    centre: PublicKeys,
    code: Code,
}

impl Stranger {
    pub(super) async fn new(keys_file: &[u8], code: Code, chance: u64) -> Stranger {
        let database = Database::new(Kind::Sqlite).await;
        let desk = Desk::over(database, (true, chance), async |_| {}).await;
        let centre = first_file::keys_in(keys_file, &code).unwrap();
        Stranger { keys: desk.keys().await, desk, centre, code }
    }
    fn ends(&self) -> (&Keys, &PublicKeys) {
        (&self.keys, &self.centre)
    }
    /// The file with which it introduces itself.
    pub(super) async fn file(&self) -> Vec<u8> {
        self.file_of(|_| {}).await
    }
    /// The same with another first word.
    pub(super) async fn file_of(&self, change: impl FnOnce(&mut Up)) -> Vec<u8> {
        let mut first = node::first_word(&self.desk.services, "test").await.unwrap();
        change(&mut first);
        first_file::introduce(self.ends(), &self.code, first).unwrap()
    }
    /// What the centre says to it.
    pub(super) fn hears(&self, file: &[u8]) -> Result<(Welcome, Carried), spine::Error> {
        first_file::welcomed(self.ends(), file)
    }
    /// Takes it in.
    pub(super) async fn welcomed(self, file: &[u8]) -> Place {
        let (welcome, carried) = self.hears(file).unwrap();
        let Stranger { desk, keys, centre, .. } = self;
        let node = welcome.who.node;
        node::begin(&desk.services, welcome.who, testkit::START).await.unwrap();
        let branch = Branch::open(&desk.services, &said(), "test").await.unwrap();
        branch.take_carried(carried).await.unwrap();
        desk.services.directory.reload(&desk.services.reader).await.unwrap();
        Place { desk, post: Post { branch, keys, centre }, node }
    }
}

pub(super) fn code<T>(outcome: Result<T, spine::Error>) -> String {
    match outcome {
        Err(spine::Error::Refused(refusals)) => refusals.0[0].code.clone(),
        Err(other) => other.to_string(),
        Ok(_) => "taken".to_owned(),
    }
}

fn note(client_id: ClientId, body: &str) -> AddNote {
    AddNote { client_id, body: body.to_owned() }
}

const NOTES: &str = "select count(*) from interaction";

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_never_had_a_line_works_by_files() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let centre = &bank.desk;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        let place = bank.enrol("far-1", 2).await;
        let state = place.post.branch.state().await.unwrap();
        assert!(matches!(state.copy, Progress::Whole(_)), "the first copy came in one file");
        place.desk.execute("manager", &note(client, "в отделении")).await.unwrap();
        let out = place.post.file_out().await.unwrap();
        assert_eq!((out.commands, out.waiting), (1, 0));
        // while the file is on its way both go on
        place.desk.execute("manager", &note(client, "пока файл в пути")).await.unwrap();
        centre.execute("manager", &edit(client, "", "Завод")).await.unwrap();
        let back = bank.answered(&out.content, None).await.unwrap();
        assert_eq!(back.counts, [1, 0, 0]);
        assert_eq!(centre.number(NOTES).await, 1);
        assert_eq!(place.post.file_in(&back.content).await.unwrap(), Taken::More, "one is untold");
        assert_eq!(place.desk.number(NOTES).await, 2);
        assert_eq!(employer(&place.desk, client).await.as_deref(), Some("Завод"));
        assert_eq!(bank.round(&place).await, Taken::All);
        assert_eq!((centre.number(NOTES).await, place.desk.number(NOTES).await), (2, 2));
        // what the centre refuses comes back as a refusal, and the lease is a new one
        place.desk.execute("clerk", &edit(client, "Завод", "Лавка")).await.unwrap();
        centre.execute("manager", &edit(client, "Завод", "Порт")).await.unwrap();
        centre.clock.advance_seconds(3_600);
        assert_eq!(bank.round(&place).await, Taken::All);
        let refused = "select count(*) from pending_command where outcome = 'refused'";
        assert_eq!(place.desk.number(refused).await, 1);
        assert_eq!(employer(&place.desk, client).await.as_deref(), Some("Порт"));
        let until = testkit::START.plus_hours(73);
        assert_eq!(place.post.branch.state().await.unwrap().lease_until, until);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_again_and_in_any_order_and_do_no_harm() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let centre = &bank.desk;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        let place = bank.enrol("far-1", 2).await;
        place.desk.execute("manager", &note(client, "первая")).await.unwrap();
        let first = place.post.file_out().await.unwrap().content;
        place.desk.execute("manager", &note(client, "вторая")).await.unwrap();
        let second = place.post.file_out().await.unwrap().content;
        // the answer to the first is still on its way when the second is written
        let first_back = bank.answered(&first, None).await.unwrap().content;
        // its answer was lost: it comes again
        let again = bank.answered(&first, None).await.unwrap();
        assert_eq!(again.counts, [1, 0, 0], "done before, and told so");
        assert_eq!(centre.number(NOTES).await, 1);
        let second_back = bank.answered(&second, None).await.unwrap().content;
        assert_eq!(code(bank.answered(&first, None).await), "branch-file-old");
        assert_eq!(centre.number(NOTES).await, 2);
        assert_eq!(place.post.file_in(&first_back).await.unwrap(), Taken::More);
        assert_eq!(place.post.file_in(&second_back).await.unwrap(), Taken::All);
        let before = place.post.branch.state().await.unwrap();
        for old in [&first_back, &second_back, &again.content] {
            assert_eq!(code(place.post.file_in(old).await), "branch-file-old");
        }
        assert_eq!(place.post.branch.state().await.unwrap(), before, "nothing has changed");
        // the other order: what the later file holds is enough
        place.desk.execute("manager", &note(client, "третья")).await.unwrap();
        let third = place.post.file_out().await.unwrap().content;
        let third_back = bank.answered(&third, None).await.unwrap().content;
        let fourth = place.post.file_out().await.unwrap().content;
        let fourth_back = bank.answered(&fourth, None).await.unwrap().content;
        assert_eq!(place.post.file_in(&fourth_back).await.unwrap(), Taken::All);
        assert_eq!(code(place.post.file_in(&third_back).await), "branch-file-old");
        assert_eq!((centre.number(NOTES).await, place.desk.number(NOTES).await), (3, 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_refused_by_name_and_changes_nothing() {
    for kind in kinds() {
        let bank = Bank::new(kind, 1).await;
        let centre = &bank.desk;
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        let (place, other) = (bank.enrol("far-1", 2).await, bank.enrol("far-2", 3).await);
        let elsewhere = Bank::new(Kind::Sqlite, 4).await;
        place.desk.execute("manager", &note(client, "честная")).await.unwrap();
        let out = place.post.file_out().await.unwrap().content;
        let changed = |file: &[u8], place: usize| -> Vec<u8> {
            let mut file = file.to_vec();
            let place = if place == 0 { file.len() - 1 } else { place };
            file[place] ^= 1;
            file
        };
        let hub = &bank.hub;
        let broken = "branch-file-broken";
        assert_eq!(code(bank.answered(b"goose", None).await), broken);
        assert_eq!(code(bank.answered(&out[..out.len() / 2], None).await), broken);
        for place in [0, 3, 60, out.len() / 2] {
            let changed = changed(&out, place);
            let code = code(bank.answered(&changed, None).await);
            assert!(code == broken || code == "branch-file-other-node", "{place}: {code}");
        }
        assert_eq!(code(elsewhere.answered(&out, None).await), "branch-file-other-bank");
        let not_his = bank.answered(&out, Some(other.node)).await;
        assert_eq!(code(not_his), "branch-file-other-node");
        // a file is no word on the line
        let envelope = &out[out.len() - envelope_length(&out)..];
        assert_eq!(code(hub.exchange(envelope).await), "branch-envelope-broken");
        assert_eq!(centre.number(NOTES).await, 0);
        let back = bank.answered(&out, Some(place.node)).await.unwrap().content;
        assert_eq!(code(bank.answered(&back, None).await), "branch-file-way");
        assert_eq!(code(place.post.file_in(&out).await), "branch-file-way");
        assert_eq!(code(other.post.file_in(&back).await), "branch-file-other-node");
        assert_eq!(code(place.post.file_in(&changed(&back, 0)).await), broken);
        assert_eq!(code(place.post.file_in(b"").await), broken);
        // written before the node was shut out
        let late = place.post.file_out().await.unwrap().content;
        centre.execute("administrator", &RevokeNode { node_id: place.node }).await.unwrap();
        assert_eq!(code(bank.answered(&late, None).await), "branch-node-revoked");
        assert_eq!(code(bank.answered(&out, None).await), "branch-node-revoked");
        assert_eq!(centre.number(NOTES).await, 1, "what was taken before stays");
    }
}

/// Behind the first line and the print of the centre's keys.
fn envelope_length(file: &[u8]) -> usize {
    let line = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    file.len() - line - branch::envelope::PRINT_BYTES
}
