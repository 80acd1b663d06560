//! A clerk's till at a branch that is cut off: what was handed over there is at the centre once, whatever the centre would count.

use engagement::desk::commands::{MoveTillCash, RecordOperation};
use kernel::Currency;
use spine::Error;
use spine::authority::Limit;
use spine::authority::commands::SaveLimit;
use spine::bundle::Stage;
use spine::replica::message::{Outcome, Up};
use store::params;
use testkit::kinds;

use crate::bundle::publish;
use crate::desk::Desk;
use crate::simulation::limit;
use crate::world::World;

fn moving(desk: &Desk, kind: &str, clerk: &str, amount_minor: i64) -> MoveTillCash {
    MoveTillCash {
        clerk_id: desk.user(clerk),
        kind: kind.to_owned(),
        currency: Currency::RUB,
        amount_minor,
        reference: String::new(),
    }
}

fn cash(kind: &str, amount_minor: i64) -> RecordOperation {
    RecordOperation {
        visit_id: None,
        client_id: None,
        kind: kind.to_owned(),
        currency: Currency::RUB,
        amount_minor,
        reference: String::new(),
        note: String::new(),
    }
}

/// A branch whose desks may do something without a line, and the branch beside it.
async fn world(kind: testkit::Kind) -> World {
    let world = World::new(kind, &["01", "02"]).await;
    let much = 1_000_000;
    let limit = Limit { floor_minor: much, threshold_minor: much, ..limit() };
    world.centre_bank.execute("head_office", &SaveLimit { limit }).await.unwrap();
    publish(&world.centre_bank, Stage::all(), None).await;
    world.heal().await;
    world
}

const ROWS: &str = "select count(*) from till_cash";
const SUM: &str = "select cast(sum(case when kind = 'allocation' then amount_minor else -amount_minor end) as bigint) from till_cash";
const REFUSED: &str = "select count(*) from branch_refusal";

#[tokio::test(flavor = "multi_thread")]
async fn cash_that_was_handed_over_without_a_line_is_at_the_centre_once() {
    for kind in kinds() {
        let world = world(kind).await;
        let (centre, place, near) = (&world.centre_bank, &world.places[0], &world.places[1]);
        let desk = &place.bank;
        let give = moving(desk, "allocation", "clerk", 100_000);
        desk.execute("branch_head", &give).await.unwrap();
        let other = moving(desk, "allocation", "manager_same", 5_000);
        desk.execute("branch_head", &other).await.unwrap();
        desk.execute("clerk", &cash("cash_in", 3_000)).await.unwrap();
        desk.execute("clerk", &cash("cash_out", 1_000)).await.unwrap();
        let back = |minor| moving(desk, "settlement", "clerk", minor);
        let refused = desk.execute("branch_head", &back(102_001)).await;
        assert!(matches!(&refused, Err(Error::Refused(r)) if r.0[0].code == "till-short"));
        desk.execute("branch_head", &back(102_000)).await.unwrap();
        // meanwhile the centre learns of cash that the branch does not know of, and one of the two works elsewhere
        centre.execute("clerk", &cash("cash_out", 50_000)).await.unwrap();
        let mut tx = centre.writer.begin().await.unwrap();
        let sql = "update staff set branch_id = $1 where id = $2";
        let row = params![centre.branch("02"), centre.user("manager_same")];
        tx.execute(sql, row).await.unwrap();
        tx.commit().await.unwrap();
        centre.services.directory.reload(&centre.services.reader).await.unwrap();
        for _ in 0..2 {
            world.heal().await;
            for bank in [centre, desk] {
                assert_eq!((bank.number(ROWS).await, bank.number(SUM).await), (3, 3_000));
                assert_eq!(bank.number(REFUSED).await, 0);
            }
        }
        assert_eq!(near.bank.number(ROWS).await, 0, "of the branch only");
        world.check_equal(place).await;
        world.check_equal(near).await;
        // now the branch knows what the centre knew
        let again = desk.execute("branch_head", &back(1)).await;
        assert!(matches!(&again, Err(Error::Refused(r)) if r.0[0].code == "till-short"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_makes_up_about_ones_own_till_is_refused_at_the_centre() {
    for kind in kinds() {
        let world = world(kind).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let own = moving(centre, "allocation", "branch_head", 100_000);
        let nobodys = moving(centre, "allocation", "clerk", 100);
        let up = place.branch.say().await.unwrap();
        let commands = vec![place.telling("branch_head", &own), place.telling("clerk", &nobodys)];
        let up = Up { commands, ..up };
        let down = world.centre.answer(place.node, &up).await.unwrap();
        let told: Vec<_> = down.answers.iter().map(|a| (a.outcome, a.code.as_str())).collect();
        assert_eq!(told, [(Outcome::Refused, "till-own"), (Outcome::Refused, "forbidden")]);
        assert_eq!(centre.number(ROWS).await, 0);
    }
}
