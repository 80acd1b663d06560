//! Much at once: a branch that was cut off for long, and a first copy. `TESSERA_BRANCH_SIZE` makes it larger, and the times are
//! printed, for measuring in a program that is optimised; see docs/measurements.md.

use std::time::Instant;

use engagement::interaction::commands::AddNote;
use kernel::ClientId;
use spine::replica::branch::Taken;
use spine::replica::centre::Centre;
use spine::replica::code;
use store::Read;
use testkit::{Kind, kinds};

use crate::doing::{Dice, Somebody};
use crate::world::{Place, World};

/// Clients, and commands that are not told, when nothing else is said: so many that neither goes into one message.
const SIZE: usize = 600;

#[allow(clippy::disallowed_methods)] // the edge of a test: here its configuration is read
fn size() -> usize {
    std::env::var("TESSERA_BRANCH_SIZE").map_or(SIZE, |size| size.parse().unwrap())
}

/// What travels, packed, without envelopes.
#[derive(Default)]
struct Cost {
    up: usize,
    down: usize,
    rows: usize,
}

/// Exchanges until all is said and heard.
async fn told(place: &Place, centre: &Centre) -> Cost {
    let mut cost = Cost::default();
    loop {
        let up = place.branch.say().await.unwrap();
        let down = centre.answer(place.node, &up).await.unwrap();
        cost.up += code::encode(&up).unwrap().len();
        cost.down += code::encode(&down).unwrap().len();
        cost.rows += down.tables.iter().map(|t| t.rows.len() + t.gone.len()).sum::<usize>();
        if place.branch.take(down).await.unwrap() != Taken::More {
            return cost;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_in_a_long_time_without_a_line_is_told_in_one_go() {
    for kind in kinds() {
        let mut world = World::new(kind, &[]).await;
        let dice = Dice::new(3);
        for n in 0..size() {
            let (bank, login) = (&world.centre_bank, "head_office");
            Somebody { bank, login, branch: "01", dice: &dice }.register(n).await;
        }
        let begun = Instant::now();
        world.add("01").await;
        let place = &world.places[0];
        let sql = "select id from client order by id";
        let rows = place.bank.services.reader.clone().query(sql, &[]).await.unwrap();
        let clients: Vec<ClientId> = rows.into_iter().map(|row| row.one().unwrap()).collect();
        println!("-- {kind:?}: first copy of {} clients: {:?}", clients.len(), begun.elapsed());
        let begun = Instant::now();
        for client_id in clients.iter().cycle().take(size()) {
            let note = AddNote { client_id: *client_id, body: "без линии".to_owned() };
            place.bank.execute("manager", &note).await.unwrap();
        }
        println!("-- done without a line: {:?}", begun.elapsed());
        let begun = Instant::now();
        let cost = told(place, &world.centre).await;
        println!("-- {} commands told and heard: {:?}", size(), begun.elapsed());
        let (command, row) = (cost.up / size(), cost.down / cost.rows.max(1));
        println!("   {command} bytes a command there, {row} bytes a row back ({} rows)", cost.rows);
        assert!(command < 1_000 && row < 1_000, "only what has changed travels, packed");
        let sql = "select count(*) from interaction";
        let told = usize::try_from(world.centre_bank.number(sql).await).unwrap();
        assert_eq!(told, size());
        world.check_equal(place).await;
        let on_top = "select count(*) from pending_command where is_on_top = 1";
        assert_eq!(place.bank.number(on_top).await, 0);
        if kind == Kind::Postgres {
            assert_eq!(world.centre_bank.number("select count(*) from branch_refusal").await, 0);
        }
    }
}
