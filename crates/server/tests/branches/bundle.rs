//! The strategy bundle: published at the centre, taken up by branches at its time, halted, brought back, and proved.

use branch::envelope::Keys;
use kernel::{Money, SeededEntropy, Timestamp};
use parties::client::commands::RegisterClient;
use spine::bundle::commands::{HaltBundle, PublishBundle, RollBackBundle, StageBundle};
use spine::bundle::queries::{self, Standing};
use spine::bundle::{Down, Offer, Stage};
use spine::replica::message::{Down as Answer, Up, Wire};
use spine::{Command, Error};
use store::{Read, Row, Value};
use strategy::price_commands::{DropPrice, SavePrice};
use strategy::script_commands::SaveScript;
use strategy::{Price, Unit};
use testkit::{START, kinds};

use crate::basics::register;
use crate::desk::Desk;
use crate::world::{Place, World};

const KEEPER: &str = "methodologist";

fn price(key: &str, minor: i64) -> SavePrice {
    SavePrice {
        price_id: None,
        key: key.to_owned(),
        name: "Перевод".to_owned(),
        name_en: "Transfer".to_owned(),
        price: Price::Sum(Money::new(minor, kernel::Currency::RUB)),
        unit: Unit::Operation,
        revision: None,
    }
}

fn script(key: &str) -> SaveScript {
    SaveScript {
        script_id: None,
        key: key.to_owned(),
        name: "Карта потеряна".to_owned(),
        name_en: "Card lost".to_owned(),
        theme: "Карты".to_owned(),
        steps: vec!["Установить личность".to_owned(), "Заблокировать карту".to_owned()],
        steps_en: vec!["Identify the client".to_owned(), "Block the card".to_owned()],
        revision: None,
    }
}

/// Publishes a price of twelve roubles to everybody.
pub(super) async fn publish_price(centre: &Desk) {
    centre.execute(KEEPER, &price("transfer", 1_200)).await.unwrap();
    publish(centre, Stage::all(), None).await;
}

/// Publishes what stands in the tables.
pub(super) async fn publish(centre: &Desk, stage: Stage, in_force_at: Option<Timestamp>) -> i64 {
    let draft =
        queries::draft(&mut centre.services.reader.clone(), &centre.services).await.unwrap();
    let (version, print) = (draft.version, draft.print);
    let publish = PublishBundle { version, print, note: String::new(), in_force_at, stage };
    centre.execute(KEEPER, &publish).await.unwrap()
}

fn branches(centre: &Desk, codes: &[&str]) -> Stage {
    Stage { percent: 0, branches: codes.iter().map(|code| centre.branch(code)).collect() }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Refused(refusals)) => refusals.0[0].code.clone(),
        other => panic!("{other:?}"),
    }
}

/// What a price costs at a node, in minor units.
async fn cost(desk: &Desk, key: &str) -> Option<i64> {
    let sql = "select amount_minor from price_item where key = $1";
    let row = desk.services.reader.clone().first(sql, &[key.into()]).await.unwrap();
    row.map(|row: Row| row.one().unwrap())
}

/// How the node of a branch stands on the map of the centre: with which version, in force there, and why not.
async fn on_map(world: &World, place: &Place) -> (Standing, Option<i64>, String) {
    let centre = &world.centre_bank.services;
    let map = queries::map(&mut centre.reader.clone(), centre.clock.now()).await.unwrap();
    let node = map.into_iter().find(|n| n.node_id == place.node).unwrap();
    (node.standing, node.in_force, node.refused)
}

fn move_clocks(world: &World, to: Timestamp) {
    for desk in world.desks() {
        desk.clock.set(to);
    }
}

/// A word of a branch and the centre's answer, which the caller carries.
async fn asked(world: &World, place: &Place) -> (Up, Answer) {
    let up = place.branch.say().await.unwrap();
    let down = world.centre.answer(place.node, &up).await.unwrap();
    (up, down)
}

fn offer(down: &Answer) -> &Offer {
    match &down.bundle {
        Some(Down::Offer(offer)) => offer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_comes_as_what_differs_and_is_taken_up_at_its_time_without_a_line() {
    for kind in kinds() {
        let world = World::new(kind, &["01", "02"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        centre.execute(KEEPER, &script("card-lost")).await.unwrap();
        let id = centre.execute(KEEPER, &price("transfer", 1_000)).await.unwrap();
        centre.execute(KEEPER, &price("statement", 300)).await.unwrap();
        world.heal().await;
        assert_eq!(cost(&place.bank, "transfer").await, None, "rows do not come as they change");
        assert_eq!(publish(centre, Stage::all(), None).await, 1);
        assert_eq!(on_map(&world, place).await.0, Standing::Never);
        world.heal().await;
        for place in &world.places {
            assert_eq!(on_map(&world, place).await, (Standing::InForce, Some(1), String::new()));
            assert_eq!(cost(&place.bank, "transfer").await, Some(1_000));
            assert_eq!(place.bank.number("select count(*) from service_script").await, 1);
            world.check_equal(place).await;
        }
        let dearer = SavePrice { price_id: Some(id), ..price("transfer", 1_200) };
        centre.execute(KEEPER, &dearer).await.unwrap();
        let noon = START.plus_hours(3);
        assert_eq!(publish(centre, Stage::all(), Some(noon)).await, 2);
        let (_, down) = asked(&world, place).await;
        let told = offer(&down);
        let rows: usize = told.delta.new.tables.iter().map(|t| t.rows.len()).sum();
        let gone: usize = told.delta.gone.values().map(Vec::len).sum();
        assert_eq!((told.base, rows, gone), (Some(1), 1, 1), "only what differs travels");
        place.branch.take(down).await.unwrap();
        place.settle(&world.centre).await;
        assert_eq!(on_map(&world, place).await, (Standing::Waiting, Some(1), String::new()));
        assert_eq!(cost(&place.bank, "transfer").await, Some(1_000), "its time has not come");
        move_clocks(&world, noon);
        assert_eq!(on_map(&world, &world.places[1]).await.0, Standing::Late);
        // no word is said to anybody
        place.branch.look().await.unwrap();
        assert_eq!(cost(&place.bank, "transfer").await, Some(1_200));
        assert_eq!(cost(&place.bank, "statement").await, Some(300));
        world.heal().await;
        assert_eq!(on_map(&world, place).await, (Standing::InForce, Some(2), String::new()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_node_has_the_version_with_its_first_copy() {
    for kind in kinds() {
        let mut world = World::new(kind, &["01"]).await;
        world.centre_bank.execute(KEEPER, &price("transfer", 1_000)).await.unwrap();
        publish(&world.centre_bank, Stage::all(), None).await;
        world.add("02").await;
        let place = &world.places[1];
        assert_eq!(cost(&place.bank, "transfer").await, Some(1_000));
        place.settle(&world.centre).await;
        assert_eq!(on_map(&world, place).await.0, Standing::InForce);
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_reaches_whom_it_is_for_stops_when_halted_and_is_brought_back() {
    for kind in kinds() {
        let world = World::new(kind, &["01", "02", "03"]).await;
        let centre = &world.centre_bank;
        let [one, two, three] = &world.places[..] else { panic!("three nodes") };
        let id = centre.execute(KEEPER, &price("transfer", 1_000)).await.unwrap();
        publish(centre, Stage::all(), None).await;
        world.heal().await;
        let wrong = SavePrice { price_id: Some(id), ..price("transfer", 9_999) };
        centre.execute(KEEPER, &wrong).await.unwrap();
        assert_eq!(publish(centre, branches(centre, &["01"]), None).await, 2);
        world.heal().await;
        let all = async || {
            let mut all = Vec::new();
            for place in [one, two, three] {
                all.push(cost(&place.bank, "transfer").await.unwrap());
            }
            all
        };
        assert_eq!(all().await, [9_999, 1_000, 1_000]);
        let further = StageBundle { version: 2, stage: branches(centre, &["01", "02"]) };
        centre.execute(KEEPER, &further).await.unwrap();
        let narrower = StageBundle { version: 2, stage: branches(centre, &["02"]) };
        assert_eq!(code(centre.execute(KEEPER, &narrower).await), "bundle-stage-narrower");
        centre.execute(KEEPER, &HaltBundle { version: 2 }).await.unwrap();
        world.heal().await;
        assert_eq!(all().await, [9_999, 1_000, 1_000], "halted: it reaches nobody further");
        assert_eq!(on_map(&world, two).await, (Standing::InForce, Some(1), String::new()));
        let note = "Ошибка в тарифах".to_owned();
        let back = RollBackBundle { version: 1, note, in_force_at: None, stage: Stage::all() };
        assert_eq!(centre.execute(KEEPER, &back).await.unwrap(), 3);
        world.heal().await;
        assert_eq!(all().await, [1_000, 1_000, 1_000]);
        for place in &world.places {
            assert_eq!(on_map(&world, place).await, (Standing::InForce, Some(3), String::new()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_the_time_of_a_halted_version_does_not_take_it_up() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let id = centre.execute(KEEPER, &price("transfer", 1_000)).await.unwrap();
        let noon = START.plus_hours(3);
        publish(centre, Stage::all(), Some(noon)).await;
        place.settle(&world.centre).await;
        place.settle(&world.centre).await;
        assert_eq!(on_map(&world, place).await.0, Standing::Waiting);
        centre.execute(KEEPER, &HaltBundle { version: 1 }).await.unwrap();
        place.settle(&world.centre).await;
        move_clocks(&world, noon);
        place.settle(&world.centre).await;
        assert_eq!(cost(&place.bank, "transfer").await, None);
        // it goes on, and comes again
        centre.execute(KEEPER, &StageBundle { version: 1, stage: Stage::all() }).await.unwrap();
        world.heal().await;
        assert_eq!(cost(&place.bank, "transfer").await, Some(1_000));
        // what is taken away goes away
        centre.execute(KEEPER, &DropPrice { price_id: id }).await.unwrap();
        publish(centre, Stage::all(), None).await;
        world.heal().await;
        assert_eq!(cost(&place.bank, "transfer").await, None);
        assert_eq!(on_map(&world, place).await, (Standing::InForce, Some(2), String::new()));
    }
}

/// Ways to spoil a version on its way, and the word with which a node refuses it.
fn spoilt(honest: &Offer, old: &Offer) -> Vec<(Offer, &'static str)> {
    let change = |how: &dyn Fn(&mut Offer)| {
        let mut offer = honest.clone();
        how(&mut offer);
        offer
    };
    let stranger = Keys::new(&SeededEntropy::new(99));
    let own = [b"tessera strategy bundle 1\0", honest.manifest.as_slice()].concat();
    vec![
        (change(&|o| o.manifest[3] ^= 1), "bundle-signature-wrong"),
        (change(&|o| o.signature[0] ^= 1), "bundle-signature-wrong"),
        // another bank's centre
        (change(&|o| o.signature = stranger.sign(&own).unwrap()), "bundle-signature-wrong"),
        (
            change(&|o| {
                let prices = o.delta.new.tables.iter_mut().find(|t| t.table == "price_item");
                let place =
                    prices.as_ref().unwrap().columns.iter().position(|c| c == "amount_minor");
                prices.unwrap().rows[0][place.unwrap()] = Wire(Value::Int(1));
            }),
            "bundle-parts-wrong",
        ),
        (change(&|o| o.delta.gone.clear()), "bundle-parts-wrong"),
        (change(&|o| o.delta.new.tables.clear()), "bundle-parts-wrong"),
        (change(&|o| o.base = Some(77)), "bundle-base-missing"),
        (change(&|o| o.version = 7), "bundle-old"),
        (old.clone(), "bundle-old"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_tampered_with_is_refused_with_a_word_and_the_node_goes_on() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let id = centre.execute(KEEPER, &price("transfer", 1_000)).await.unwrap();
        publish(centre, Stage::all(), None).await;
        let (_, first) = asked(&world, place).await;
        let old = offer(&first).clone();
        place.branch.take(first).await.unwrap();
        place.settle(&world.centre).await;
        let dearer = SavePrice { price_id: Some(id), ..price("transfer", 1_200) };
        centre.execute(KEEPER, &dearer).await.unwrap();
        publish(centre, Stage::all(), None).await;
        let (_, down) = asked(&world, place).await;
        let honest = offer(&down).clone();
        for (n, (bad, word)) in spoilt(&honest, &old).into_iter().enumerate() {
            // a refusal is kept for an hour; then the version is asked for again
            move_clocks(&world, START.plus_hours(2 * i64::try_from(n).unwrap() + 2));
            let (_, mut down) = asked(&world, place).await;
            assert_eq!(offer(&down), &honest, "{n}");
            let version = bad.version;
            down.bundle = Some(Down::Offer(bad));
            place.branch.take(down).await.unwrap();
            let (up, again) = asked(&world, place).await;
            let refused = up.holds.refused.clone().unwrap();
            assert_eq!((refused.version, refused.code.as_str()), (version, word), "{n}");
            assert_eq!(up.holds.in_force.unwrap().version, 1);
            assert!(version != 2 || again.bundle.is_none(), "it is not sent again and again");
            if version == 2 {
                let shown = (Standing::Refused, Some(1), word.to_owned());
                assert_eq!(on_map(&world, place).await, shown);
            }
            assert_eq!(cost(&place.bank, "transfer").await, Some(1_000));
        }
        move_clocks(&world, START.plus_hours(40));
        world.heal().await;
        assert_eq!(cost(&place.bank, "transfer").await, Some(1_200));
        assert_eq!(on_map(&world, place).await, (Standing::InForce, Some(2), String::new()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_says_under_which_version_it_was_done_and_old_work_is_flagged() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let work = async |name: &str| {
            let register: RegisterClient = register(&place.bank, "01", name);
            place.bank.execute("manager", &register).await.unwrap();
        };
        let id = centre.execute(KEEPER, &price("transfer", 1_000)).await.unwrap();
        publish(centre, Stage::all(), None).await;
        world.heal().await;
        work("Первая").await;
        world.heal().await;
        let dearer = SavePrice { price_id: Some(id), ..price("transfer", 1_200) };
        centre.execute(KEEPER, &dearer).await.unwrap();
        publish(centre, Stage::all(), None).await;
        // no line: the node has not heard of it
        work("Вторая").await;
        world.heal().await;
        work("Третья").await;
        let mut up = place.branch.say().await.unwrap();
        assert_eq!(up.commands[0].bundle, Some(2));
        // a version it was never given is none
        up.commands[0].bundle = Some(99);
        world.centre.answer(place.node, &up).await.unwrap();
        let sql = "select version, due, is_stale from strategy_work order by done_at, version desc";
        let rows = centre.services.reader.clone().query(sql, &[]).await.unwrap();
        let told = |row: Row| {
            let mut c = row.cols();
            (c.take().unwrap(), c.take().unwrap(), c.take().unwrap())
        };
        let mut rows: Vec<(i64, i64, i64)> = rows.into_iter().map(told).collect();
        rows.sort_unstable();
        assert_eq!(rows, [(0, 2, 1), (1, 1, 0), (1, 2, 1)]);
        let stale = queries::stale_work(&mut centre.services.reader.clone(), 10).await.unwrap();
        assert_eq!(stale.len(), 2);
        assert!(stale.iter().all(|w| w.command == RegisterClient::NAME && w.node_id == place.node));
    }
}
