//! The first things a branch must be able to do.

use kernel::ClientId;
use parties::client::commands::{EditClient, FieldEdit, RegisterClient};
use spine::replica::branch::Taken;
use spine::replica::message::Pushed;
use spine::{Command, Error};
use store::{Read, params};
use testkit::{Kind, kinds};

use crate::desk::Desk;
use crate::world::{World, exchange};

pub(super) fn register(bank: &Desk, code: &str, name: &str) -> RegisterClient {
    let fields = [("last_name", name), ("first_name", "Анна")];
    RegisterClient {
        kind: "person".to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        branch_id: Some(bank.branch(code)),
        phone: Some("+79160000001".to_owned()),
        source: "client".to_owned(),
        ..RegisterClient::default()
    }
}

pub(super) fn edit(client_id: ClientId, original: &str, value: &str) -> EditClient {
    let one = FieldEdit {
        field: "employer".to_owned(),
        original: original.to_owned(),
        value: value.to_owned(),
    };
    EditClient { client_id, edits: vec![one], source: "client".to_owned() }
}

pub(super) async fn employer(bank: &Desk, client: ClientId) -> Option<String> {
    let sql = "select coalesce(employer, '') from client where id = $1";
    let row = bank.services.reader.clone().first(sql, params![client]).await.unwrap();
    row.map(|row| row.one().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_at_a_branch_is_done_at_the_centre_and_at_the_other_node() {
    for kind in kinds() {
        let world = World::new(kind, &["01", "01", "02"]).await;
        let (one, two, far) = (&world.places[0], &world.places[1], &world.places[2]);
        let client =
            one.bank.execute("manager", &register(&one.bank, "01", "Новая")).await.unwrap();
        assert_eq!(employer(&one.bank, client).await.as_deref(), Some(""));
        assert_eq!(employer(&world.centre_bank, client).await, None, "the line is not used yet");
        world.heal().await;
        for place in &world.places {
            world.check_equal(place).await;
        }
        assert!(
            employer(&two.bank, client).await.is_some()
                && employer(&far.bank, client).await.is_none()
        );
        // two change one field without knowing of each other
        one.bank.execute("manager", &edit(client, "", "Завод")).await.unwrap();
        two.bank.execute("clerk", &edit(client, "", "Лавка")).await.unwrap();
        assert_eq!(employer(&two.bank, client).await.as_deref(), Some("Лавка"));
        world.heal().await;
        for bank in [&one.bank, &two.bank, &world.centre_bank] {
            assert_eq!(employer(bank, client).await.as_deref(), Some("Завод"));
        }
        let sql = "select command, code from branch_refusal";
        for bank in [&two.bank, &world.centre_bank] {
            let rows = bank.services.reader.clone().query(sql, &[]).await.unwrap();
            let mut c = rows.into_iter().next().unwrap().cols();
            let said: (String, String) = (c.take().unwrap(), c.take().unwrap());
            assert_eq!(said, (EditClient::NAME.to_owned(), "conflict".to_owned()));
        }
        for place in &world.places {
            world.check_equal(place).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_answered_yet_stays_on_top_of_what_comes() {
    let world = World::new(Kind::Sqlite, &["01"]).await;
    let place = &world.places[0];
    let client = world
        .centre_bank
        .execute("manager", &register(&world.centre_bank, "01", "Общая"))
        .await
        .unwrap();
    place.settle(&world.centre).await;
    place.bank.execute("clerk", &edit(client, "", "Завод")).await.unwrap();
    // an answer that was on its way when the edit was made
    let up = place.branch.say().await.unwrap();
    let note = engagement::interaction::commands::AddNote {
        client_id: client,
        body: "из центра".to_owned(),
    };
    world.centre_bank.execute("manager", &note).await.unwrap();
    let later = spine::replica::message::Up { commands: Vec::new(), ..up };
    let down = world.centre.answer(place.node, &later).await.unwrap();
    assert_eq!(place.branch.take(down).await.unwrap(), Taken::More, "the edit is still to be said");
    assert_eq!(employer(&place.bank, client).await.as_deref(), Some("Завод"));
    let notes = "select count(*) from interaction";
    assert_eq!(place.bank.number(notes).await, 1);
    // said twice, done once; an answer that comes twice, or to an older word, is not taken
    let first = place.branch.say().await.unwrap();
    world.centre.answer(place.node, &first).await.unwrap();
    let second = place.branch.say().await.unwrap();
    let down = world.centre.answer(place.node, &second).await.unwrap();
    let old = world.centre.answer(place.node, &first).await;
    assert!(matches!(&old, Err(Error::Refused(r)) if r.0[0].code == "branch-word-old"));
    assert_eq!(place.branch.take(down.clone()).await.unwrap(), Taken::All);
    assert_eq!(place.branch.take(down).await.unwrap(), Taken::Nothing);
    assert_eq!(exchange(&place.branch, &world.centre, place.node).await.unwrap(), Taken::All);
    world.check_equal(place).await;
    assert_eq!(employer(&world.centre_bank, client).await.as_deref(), Some("Завод"));
    let entries = "select count(*) from journal_entry where command = 'parties.edit_client'";
    for bank in [&place.bank, &world.centre_bank] {
        assert_eq!(bank.number(entries).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_stays_a_no_though_its_answer_was_lost() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        place.settle(&world.centre).await;
        place.bank.execute("clerk", &edit(client, "", "Завод")).await.unwrap();
        centre.execute("manager", &edit(client, "", "Лавка")).await.unwrap();
        let up = place.branch.say().await.unwrap();
        let first = world.centre.answer(place.node, &up).await.unwrap();
        // now it could be done; but somebody may have read already that it was not
        centre.execute("manager", &edit(client, "Лавка", "")).await.unwrap();
        let up = place.branch.say().await.unwrap();
        let second = world.centre.answer(place.node, &up).await.unwrap();
        assert_eq!(second.answers, first.answers);
        assert_eq!(second.answers[0].code, "conflict");
        assert!(second.answers[0].detail.contains("Лавка"), "as it was then");
        place.branch.take(second).await.unwrap();
        place.settle(&world.centre).await;
        assert_eq!(employer(&place.bank, client).await.as_deref(), Some(""));
        assert_eq!(centre.number("select count(*) from branch_refusal").await, 1);
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_lies_gets_nothing_and_stops_nobody() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let far = centre.execute("head_office", &register(centre, "03", "Дальняя")).await.unwrap();
        place.bank.execute("manager", &register(&place.bank, "01", "Своя")).await.unwrap();
        let mut up = place.branch.say().await.unwrap();
        let honest = up.commands.remove(0);
        let chance = kernel::SeededEntropy::new(4);
        let lie = |change: &dyn Fn(&mut Pushed)| -> Pushed {
            let id = kernel::Entropy::id(&chance, honest.at).into();
            let mut lie = Pushed { id, ..honest.clone() };
            change(&mut lie);
            lie
        };
        let foreign = serde_json::to_string(&edit(far, "", "Завод")).unwrap();
        let (elsewhere, clerk) = (centre.user("manager_far"), centre.user("clerk"));
        let cases: [(Pushed, &str); 8] = [
            (lie(&|c| c.actor = elsewhere), "branch-person-unknown"),
            (lie(&|c| c.at = kernel::Timestamp::from_micros(i64::MIN)), "branch-clock-wrong"),
            (lie(&|c| c.at = kernel::Timestamp::from_micros(i64::MAX)), "branch-clock-wrong"),
            (lie(&|c| c.name = "org.save_role".to_owned()), "only-at-centre"),
            (lie(&|c| c.name = "org.open_session".to_owned()), "only-at-centre"),
            (lie(&|c| c.name = "no.such".to_owned()), "command-unknown"),
            (lie(&|c| c.payload = "{".to_owned()), "payload-shape"),
            (
                lie(&|c| {
                    (c.name, c.payload, c.actor) =
                        (EditClient::NAME.to_owned(), foreign.clone(), clerk);
                }),
                "not-found",
            ),
        ];
        let clients = "select count(*) from client";
        let before = centre.number(clients).await;
        up.commands = cases.iter().map(|(lie, _)| lie.clone()).collect();
        // what is honest is done all the same, behind them
        up.commands.push(honest);
        let down = world.centre.answer(place.node, &up).await.unwrap();
        let codes: Vec<&str> = down.answers.iter().map(|a| a.code.as_str()).collect();
        let wanted: Vec<&str> = cases.iter().map(|(_, code)| *code).chain([""]).collect();
        assert_eq!(codes, wanted);
        assert_eq!(centre.number(clients).await, before + 1);
        assert_eq!(employer(centre, far).await.as_deref(), Some(""));
    }
}
