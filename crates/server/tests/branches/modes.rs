//! How a branch works with the centre, and switching that while work is pending.

use std::sync::Arc;

use branch::line::http_client::Line;
use branch::line::{Asker, Talk};
use engagement::interaction::commands::AddNote;
use futures_util::FutureExt;
use kernel::ClientId;
use spine::org::edit::SaveBranch;
use spine::replica::branch::{Branch, Taken};
use spine::replica::{LineState, LineWord, Mode};
use testkit::{Kind, kinds};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::basics::register;
use crate::carried::{Bank, code};
use crate::desk::Desk;
use crate::world::{World, exchange, said};

/// Says how the branch 01 works.
async fn switch(centre: &Desk, mode: Mode) {
    let branch = centre.services.directory.get().branches[&centre.branch("01")].clone();
    let save = SaveBranch {
        branch_id: Some(branch.id),
        region_id: branch.region_id,
        code: branch.code,
        name: branch.name,
        name_en: branch.name_en,
        address: branch.address,
        zone: branch.zone,
        mode: mode.key().to_owned(),
        original: None,
    };
    centre.execute("administrator", &save).await.unwrap();
}

fn note(client_id: ClientId) -> AddNote {
    AddNote { client_id, body: "запись".to_owned() }
}

const NOTES: &str = "select count(*) from interaction";

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_moves_to_the_centre_and_back_loses_nothing() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        place.settle(&world.centre).await;
        let mode = async || place.branch.state().await.unwrap().mode;
        assert_eq!(mode().await, Mode::Distributed, "who has a node works on it");
        place.bank.execute("manager", &note(client)).await.unwrap();
        switch(centre, Mode::Centralised).await;
        // the node does not know yet; what was done is told with the word that brings it the news
        place.bank.execute("manager", &note(client)).await.unwrap();
        assert_eq!(exchange(&place.branch, &world.centre, place.node).await.unwrap(), Taken::All);
        assert_eq!(mode().await, Mode::Centralised);
        assert_eq!(centre.number(NOTES).await, 2);
        let refused = place.bank.execute("manager", &note(client)).await;
        assert_eq!(code(refused), "branch-centralised");
        // it stays fresh all the same, also over a new start of its program
        centre.execute("manager", &note(client)).await.unwrap();
        place.settle(&world.centre).await;
        assert_eq!(place.bank.number(NOTES).await, 3);
        world.check_equal(place).await;
        Branch::open(&place.bank.services, &said(), "test").await.unwrap();
        assert_eq!(code(place.bank.execute("manager", &note(client)).await), "branch-centralised");
        switch(centre, Mode::Distributed).await;
        place.settle(&world.centre).await;
        place.bank.execute("manager", &note(client)).await.unwrap();
        place.settle(&world.centre).await;
        assert_eq!((centre.number(NOTES).await, place.bank.number(NOTES).await), (4, 4));
        world.check_equal(place).await;
        let refusals = "select count(*) from branch_refusal";
        assert_eq!(centre.number(refusals).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_line_asks_for_none_until_a_file_says_otherwise() {
    let bank = Bank::new(Kind::Sqlite, 1).await;
    let client = bank.desk.execute("manager", &register(&bank.desk, "01", "Общая")).await.unwrap();
    let place = bank.enrol("far-1", 2).await;
    switch(&bank.desk, Mode::Autonomous).await;
    place.desk.execute("manager", &note(client)).await.unwrap();
    bank.round(&place).await;
    assert_eq!(place.post.branch.state().await.unwrap().mode, Mode::Autonomous);
    // the line: somebody who hears whether he is called
    let centre = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", centre.local_addr().unwrap());
    let (line, services) = (Line::new(&address, None).unwrap(), place.desk.services.clone());
    let post = Arc::new(place.post);
    let (stop, stopping) = watch::channel(false);
    let talk = Talk { post: Arc::clone(&post), line, services: services.clone() };
    let (_asker, questions) = Asker::new(&services);
    let talking = tokio::spawn(talk.run(questions, stopping));
    let mut rings = services.live.subscribe();
    while services.memory.get::<LineState>().is_none_or(|line| line.word != LineWord::Carried) {
        rings.recv().await.unwrap();
    }
    assert!(centre.accept().now_or_never().is_none(), "nobody is called");
    // people work, and what they do waits for the next file
    place.desk.execute("manager", &note(client)).await.unwrap();
    assert_eq!(
        place.desk.number("select count(*) from pending_command where outcome is null").await,
        1
    );
    switch(&bank.desk, Mode::Distributed).await;
    let out = post.file_out().await.unwrap().content;
    let back = bank.answered(&out, None).await.unwrap().content;
    post.file_in(&back).await.unwrap();
    centre.accept().await.unwrap();
    assert_eq!(bank.desk.number(NOTES).await, 2);
    stop.send(true).unwrap();
    drop(centre);
    talking.await.unwrap();
}
