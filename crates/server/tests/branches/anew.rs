//! What every node has read is not kept; who comes back from before that, or learns of new tables, takes them whole once.

use engagement::interaction::commands::AddNote;
use kernel::{ClientId, Clock};
use spine::replica::branch::{Progress, State};
use spine::replica::commands::{PruneChanges, RevokeNode};
use spine::replica::message::{Next, Want, Way};
use store::params;
use testkit::kinds;

use crate::basics::register;
use crate::desk::Desk;
use crate::world::{Place, World};

const NOTES: &str = "select count(*) from row_change where txid >= 0";

fn note(client_id: ClientId, body: &str) -> AddNote {
    AddNote { client_id, body: body.to_owned() }
}

async fn write(desk: &Desk, sql: &str, values: &[store::Value]) {
    let mut tx = desk.writer.begin().await.unwrap();
    tx.execute(sql, values).await.unwrap();
    tx.commit().await.unwrap();
}

/// Changes what a branch knows of itself.
async fn put(place: &Place, change: impl FnOnce(&mut State)) {
    let mut state = place.branch.state().await.unwrap();
    change(&mut state);
    let text = serde_json::to_string(&state).unwrap();
    let sql = "update node_setting set value = $1 where name = 'replica'";
    write(&place.bank, sql, params![text]).await;
}

/// Exchanges and prunes until no note is left. On PostgreSQL what was written is passed only when every older transaction of the
/// whole server, also those of other tests, has ended.
async fn until_pruned(centre: &Desk, exchange: impl AsyncFn()) {
    for _ in 0..3_000 {
        // what a node says again and again is noted now and then
        centre.clock.advance_seconds(30);
        exchange().await;
        while centre.execute_system(&PruneChanges {}).await {}
        if centre.number(NOTES).await == 0 {
            return;
        }
    }
    panic!("notes that everybody has read are still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_every_node_has_read_is_taken_away_and_who_was_away_compares_everything() {
    for kind in kinds() {
        let world = World::new(kind, &["01", "01"]).await;
        let (near, far, centre) = (&world.places[0], &world.places[1], &world.centre_bank);
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        world.heal().await;
        let old = far.branch.state().await.unwrap().copy;
        centre.execute("manager", &note(client, "одна")).await.unwrap();
        near.settle(&world.centre).await;
        // the other node has not read it
        centre.execute_system(&PruneChanges {}).await;
        assert!(centre.number(NOTES).await > 0);
        until_pruned(centre, async || world.heal().await).await;
        for place in &world.places {
            world.check_equal(place).await;
        }
        // a node that was put back: what it lacks is not noted any more
        put(far, |state| state.copy = old.clone()).await;
        for table in ["interaction", "client_contact"] {
            write(&far.bank, &format!("delete from \"{table}\""), &[]).await;
        }
        write(&far.bank, "update client set employer = 'Завод'", &[]).await;
        far.bank.execute("manager", &note(client, "пока")).await.unwrap();
        centre.execute("manager", &note(client, "ещё одна")).await.unwrap();
        far.settle(&world.centre).await;
        world.heal().await;
        for place in &world.places {
            world.check_equal(place).await;
        }
        let done = "select count(*) from interaction where body is not null";
        assert_eq!((far.bank.number(done).await, centre.number(done).await), (3, 3));
        // one that is shut out is waited for no more
        centre.execute("administrator", &RevokeNode { node_id: far.node }).await.unwrap();
        centre.execute("manager", &note(client, "последняя")).await.unwrap();
        until_pruned(centre, async || near.settle(&world.centre).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_away_for_longer_than_anybody_may_work_alone_is_not_waited_for() {
    for kind in kinds() {
        let world = World::new(kind, &["01", "01"]).await;
        let (near, lost, centre) = (&world.places[0], &world.places[1], &world.centre_bank);
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        world.heal().await;
        centre.execute("manager", &note(client, "пока его не было")).await.unwrap();
        lost.bank.execute("manager", &note(client, "своя")).await.unwrap();
        for _ in 0..30 {
            centre.clock.advance_seconds(86_400);
            near.settle(&world.centre).await;
        }
        centre.execute_system(&PruneChanges {}).await;
        assert!(centre.number(NOTES).await > 0, "he may still work");
        centre.clock.advance_seconds(2 * 86_400);
        until_pruned(centre, async || near.settle(&world.centre).await).await;
        // he comes back all the same, and what he has done is not lost
        lost.bank.clock.set(centre.clock.now());
        world.heal().await;
        for place in &world.places {
            world.check_equal(place).await;
        }
        let told = "select count(*) from interaction";
        let refused = "select count(*) from branch_refusal";
        assert_eq!(centre.number(told).await + centre.number(refused).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_of_another_database_is_no_place_here() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let place = &world.places[0];
        let ahead = "99999999999:99999999999:".to_owned();
        put(place, |state| state.copy = Progress::Whole(ahead)).await;
        let up = place.branch.say().await.unwrap();
        let down = world.centre.answer(place.node, &up).await.unwrap();
        assert_eq!(down.next, Next::Anew);
        place.branch.take(down).await.unwrap();
        place.settle(&world.centre).await;
        world.check_equal(place).await;
        // and all of it in one file
        let ahead = "99999999999:99999999999:".to_owned();
        put(place, |state| state.copy = Progress::Whole(ahead)).await;
        let up = place.branch.say_by(Way::File).await.unwrap();
        let carried = world.centre.answer_file(place.node, &up).await.unwrap();
        assert_eq!(carried.first.next, Next::Anew);
        place.branch.take_carried(carried).await.unwrap();
        assert!(place.branch.state().await.unwrap().fetch.is_none());
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_a_newer_program_brings_comes_whole_once() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (place, centre) = (&world.places[0], &world.centre_bank);
        let client = centre.execute("manager", &register(centre, "01", "Общая")).await.unwrap();
        centre.execute("manager", &note(client, "одна")).await.unwrap();
        place.settle(&world.centre).await;
        // as if the branch's program had not known of these until now
        put(place, |state| state.tables.retain(|t| t != "interaction" && t != "task")).await;
        write(&place.bank, "delete from interaction", &[]).await;
        place.bank.execute("manager", &note(client, "своя")).await.unwrap();
        centre.execute("manager", &note(client, "чужая")).await.unwrap();
        let up = place.branch.say_by(Way::File).await.unwrap();
        assert_eq!((up.want.clone(), up.tables.len()), (Want::Base(None), 2));
        let carried = world.centre.answer_file(place.node, &up).await.unwrap();
        place.branch.take_carried(carried).await.unwrap();
        place.settle(&world.centre).await;
        world.check_equal(place).await;
        assert_eq!(place.bank.number("select count(*) from interaction").await, 3);
        let up = place.branch.say().await.unwrap();
        assert!(up.tables.is_empty() && matches!(up.want, Want::Changes(_)), "once");
    }
}
