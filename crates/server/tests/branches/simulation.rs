//! Random histories of a centre and five nodes at branches, over a line that loses, repeats, delays and is away, and by files
//! that are carried, get lost, come late, in any order and again, with clocks that are hours apart, disks that are full and programs that are begun anew: when all is quiet again everything that was acknowledged is at the centre once, or stands in the list of
//! what it refused; every branch has what the centre would give it; the journals are whole.
//!
//! `TESSERA_SEEDS=FROM..TO` runs other seeds than usual, `TESSERA_SEEDS=N` one.

use std::collections::BTreeMap;

use engagement::card::commands::PayByCard;
use engagement::desk::commands::RecordOperation;
use kernel::Currency;
use parties::contacts::commands::WithdrawConsent;
use spine::Command;
use spine::Error;
use spine::authority::Limit;
use spine::authority::commands::SaveLimit;
use spine::bundle::Stage;
use spine::replica::branch::{Branch, Taken};
use spine::replica::code;
use spine::replica::commands::PruneChanges;
use spine::replica::message::{Carried, Down, Up, Way};
use store::Read;
use store::verify::{Verdict, verify};
use testkit::{Kind, kinds};

use crate::bundle::publish;
use crate::cards::Wallet;
use crate::desk::Desk;
use crate::disk::{self, FullDisk, unless_full};
use crate::doing::{Dice, Done, Somebody};
use crate::guided;
use crate::world::{World, said};

/// Nodes: two at each of two branches have the same clients.
const NODES: [&str; 5] = ["01", "01", "02", "02", "03"];
/// Who works where.
const STAFF: [(&str, &[&str]); 3] = [
    ("01", &["manager", "clerk", "branch_head"]),
    ("02", &["manager_near", "branch_head_near"]),
    ("03", &["manager_far"]),
];
/// Steps of one history.
const STEPS: usize = 60;

/// What the line still holds, and the files that are on their way, each with the place of its branch.
#[derive(Default)]
struct Line {
    late: Vec<(usize, Down)>,
    to_centre: Vec<(usize, Up)>,
    to_branch: Vec<(usize, Carried)>,
}

/// One of the files on the way; now and then it stays there, to come again.
fn arrived<T: Clone>(dice: &Dice, files: &mut Vec<T>) -> Option<T> {
    if files.is_empty() {
        return None;
    }
    let n = dice.below(files.len());
    Some(if dice.happens(30) { files[n].clone() } else { files.swap_remove(n) })
}

/// A file is written, comes to the centre, or comes back; some are lost.
async fn carry(world: &World, dice: &Dice, line: &mut Line) {
    match dice.below(4) {
        0 | 1 => {
            let n = dice.below(world.places.len());
            let said = world.places[n].branch.say_by(Way::File).await;
            let Some(up) = unless_full(said) else { return };
            let up: Up = code::decode(&code::encode(&up).unwrap()).unwrap();
            if !dice.happens(10) {
                line.to_centre.push((n, up));
            }
        }
        2 => {
            let Some((n, up)) = arrived(dice, &mut line.to_centre) else { return };
            match world.centre.answer_file(world.places[n].node, &up).await {
                Ok(_) if dice.happens(10) => {}
                Ok(carried) => {
                    let bytes = code::encode(&carried).unwrap();
                    line.to_branch.push((n, code::decode(&bytes).unwrap()));
                }
                Err(Error::Refused(why)) => assert_eq!(why.0[0].code, "branch-word-old"),
                Err(error) => assert!(unless_full::<()>(Err(error)).is_none()),
            }
        }
        _ => {
            let Some((n, carried)) = arrived(dice, &mut line.to_branch) else { return };
            unless_full(world.places[n].branch.take_carried(carried).await);
        }
    }
}

fn staff(dice: &Dice, code: &str) -> &'static str {
    let of = STAFF.iter().find(|(branch, _)| *branch == code).unwrap().1;
    dice.one(of).unwrap()
}

/// Now and then the disk is full for a moment: from somewhere on in the logs of the databases.
fn full(world: &World, dice: &Dice) -> Option<FullDisk> {
    let longest = world.desks().map(Desk::log_bytes).max().unwrap_or(0);
    let (is_full, bytes) = (dice.happens(10), dice.below(longest + 50_000));
    is_full.then(|| FullDisk::beyond(bytes.try_into().unwrap()))
}

/// One attempt to exchange; what may go wrong goes wrong. Nothing comes of it when the disk is full.
async fn attempt(world: &World, dice: &Dice, line: &mut Line) -> Option<()> {
    let n = dice.below(world.places.len());
    let place = &world.places[n];
    if dice.happens(10)
        && let Some((whose, down)) = dice.one(&line.late)
    {
        // an answer that was thought lost
        unless_full(world.places[whose].branch.take(down).await);
    }
    let up = unless_full(place.branch.say().await)?;
    let up: Up = code::decode(&code::encode(&up).unwrap()).unwrap();
    match dice.below(10) {
        0 => {} // lost on the way
        1 => {
            // the centre stopped in the middle: some of it was done, nothing was answered
            let part = dice.below(up.commands.len() + 1);
            let up = Up { commands: up.commands.into_iter().take(part).collect(), ..up };
            unless_full(world.centre.answer(place.node, &up).await)?;
        }
        2 => {
            let down = unless_full(world.centre.answer(place.node, &up).await)?;
            line.late.push((n, down));
        }
        3 => {
            // it came twice
            let down = unless_full(world.centre.answer(place.node, &up).await)?;
            match world.centre.answer(place.node, &up).await {
                Err(Error::Refused(why)) => assert_eq!(why.0[0].code, "branch-word-old"),
                other => assert!(unless_full(other).is_none()),
            }
            unless_full(place.branch.take(down.clone()).await)?;
            unless_full(place.branch.take(down).await)?;
        }
        _ => {
            let down = unless_full(world.centre.answer(place.node, &up).await)?;
            unless_full(place.branch.take(down).await)?;
        }
    }
    Some(())
}

/// A node's program is begun anew: of what it held in memory nothing is left.
async fn restart(world: &mut World, dice: &Dice) {
    let n = dice.below(world.places.len());
    let place = &mut world.places[n];
    let branch = Branch::open(&place.bank.services, &said(), "test").await.unwrap();
    place.branch = branch.trusting(&world.trusted);
    place.branch.begin().await.unwrap();
}

/// A history; answers what was acknowledged at branches.
async fn live(world: &mut World, dice: &Dice) -> Vec<Done> {
    let (mut done, mut line) = (Vec::new(), Line::default());
    for step in 0..STEPS {
        match dice.below(14) {
            0..=4 => {
                let _disk = full(world, dice);
                let place = dice.one(&world.places.iter().collect::<Vec<_>>()).unwrap();
                let login = staff(dice, place.code);
                let (bank, branch) = (&place.bank, place.code);
                done.extend(Somebody { bank, login, branch, dice }.act(step).await);
            }
            5 => {
                let _disk = full(world, dice);
                let (bank, branch) = (&world.centre_bank, "01");
                Somebody { bank, login: "head_office", branch, dice }.act(step).await;
            }
            6 => {
                let (bank, branch) = (&world.centre_bank, "01");
                Somebody { bank, login: "head_office", branch, dice }.act_at_centre().await;
            }
            7 => {
                // clocks go as they like, and what everybody has read is taken away
                world.centre_bank.execute_system(&PruneChanges {}).await;
                let place = dice.one(&world.places.iter().collect::<Vec<_>>()).unwrap();
                let hours = i64::try_from(dice.below(7)).unwrap() - 3;
                place.bank.clock.advance_seconds(hours * 3_600 + 1);
                world.centre_bank.clock.advance_seconds(60);
            }
            8 => restart(world, dice).await,
            9 | 10 => {
                let _disk = full(world, dice);
                attempt(world, dice, &mut line).await;
            }
            _ => {
                let _disk = full(world, dice);
                carry(world, dice, &mut line).await;
            }
        }
    }
    done
}

async fn check(world: &World, done: &[Done]) {
    for one in done {
        let centre = &world.centre_bank;
        let (is_done, is_refused) =
            (centre.has_done(one.id).await, centre.has_refused(one.id).await);
        assert!(is_done != is_refused, "{one:?}: done {is_done}, refused {is_refused}");
    }
    // whoever keeps to the limits of his version is not told that he has lied, however old it is
    let lies = "select count(*) from branch_refusal where code = 'branch-above-limit'";
    assert_eq!(world.centre_bank.number(lies).await, 0);
    // a client who has taken his consent back has taken it back, whoever he belongs to meanwhile: unless the centre has refused
    // to register him
    let lost = format!(
        "select count(*) from branch_refusal r join client c on c.id = r.client_id where r.command = '{}'",
        WithdrawConsent::NAME
    );
    assert_eq!(world.centre_bank.number(&lost).await, 0);
    let paid = done.iter().filter(|one| one.name == PayByCard::NAME);
    for one in paid {
        if world.centre_bank.has_done(one.id).await {
            assert_eq!(world.centre_bank.records_of(one.id).await, 1, "{one:?}");
        }
    }
    let doubles = "select count(*) from smart_card_record where standing = 'forked'";
    assert_eq!(world.centre_bank.number(doubles).await, 0, "honest cards only");
    // nothing is there twice: each was done under its id, and what it made has ids that follow from that
    for place in &world.places {
        world.check_equal(place).await;
        let up = place.branch.say().await.unwrap();
        let down = world.centre.answer(place.node, &up).await.unwrap();
        let is_quiet = down.answers.is_empty() && down.tables.is_empty() && down.left.is_empty();
        assert!(is_quiet, "nothing moves any more: {down:?}");
        assert_eq!(place.branch.take(down).await.unwrap(), Taken::All);
    }
    for bank in world.desks() {
        whole(bank).await;
    }
}

pub(super) async fn whole(bank: &Desk) {
    loop {
        while store::journal::seal(&bank.writer, testkit::START).await.unwrap() > 0 {}
        match verify(&mut bank.services.reader.clone()).await.unwrap() {
            Verdict::Whole { unsealed: 0, .. } => return,
            // other tests' transactions on the same server may hold the horizon for a moment
            Verdict::Whole { .. } => tokio::task::yield_now().await,
            broken => panic!("{broken:?}"),
        }
    }
}

/// The seeds to run: by default so many from a first one.
#[allow(clippy::disallowed_methods)] // the edge of a test: here its configuration is read
fn seeds(first: u64, count: u64) -> std::ops::Range<u64> {
    let Ok(asked) = std::env::var("TESSERA_SEEDS") else { return first..first + count };
    match asked.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => {
            let one = asked.parse().unwrap();
            one..one + 1
        }
    }
}

/// How often commands were acknowledged at branches, and why the centre refused them: so that a history in which nothing happens
/// is seen.
#[derive(Default)]
struct Counted {
    acknowledged: BTreeMap<&'static str, usize>,
    refused: BTreeMap<String, usize>,
}

impl Counted {
    async fn add(&mut self, world: &World, done: &[Done]) {
        for one in done {
            *self.acknowledged.entry(one.name).or_default() += 1;
        }
        let sql = "select command || ': ' || code from branch_refusal";
        let mut db = world.centre_bank.services.reader.clone();
        for row in db.query(sql, &[]).await.unwrap() {
            *self.refused.entry(row.one().unwrap()).or_default() += 1;
        }
    }
}

/// A world in which there are some clients at every branch, whom every node has written of.
/// What desks may do with sums: more than any history does, but some of it only when chance does not ask the centre.
pub(super) fn limit() -> Limit {
    Limit {
        command: RecordOperation::NAME.to_owned(),
        role: String::new(),
        currency: Currency::RUB,
        floor_minor: 4_000,
        threshold_minor: 2_000,
        pick_bp: 500,
        pick_max_bp: 5_000,
        lower_count: 100,
        upper_count: 200,
        client_day_minor: 1_000_000,
        person_day_minor: 1_000_000,
        lift_minor: None,
    }
}

async fn begin(kind: Kind) -> World {
    let world = Box::pin(World::new(kind, &NODES)).await;
    let dice = Dice::new(0);
    world.centre_bank.execute("head_office", &SaveLimit { limit: limit() }).await.unwrap();
    guided::themes(&world.centre_bank).await;
    let (bank, login, branch, other) = (&world.centre_bank, "head_office", "01", Dice::new(1));
    Somebody { bank, login, branch, dice: &other }.write_script().await;
    publish(&world.centre_bank, Stage::all(), None).await;
    for (n, branch) in NODES.iter().cycle().take(8).enumerate() {
        let bank = &world.centre_bank;
        let known = Somebody { bank, login: "head_office", branch, dice: &dice };
        known.register(n).await.unwrap();
    }
    world.heal().await;
    for place in &world.places {
        let (bank, branch, login) = (&place.bank, place.code, staff(&dice, place.code));
        Somebody { bank, login, branch, dice: &dice }.greet_all().await;
    }
    world.heal().await;
    world
}

/// Cards of some clients, which go from desk to desk.
async fn wallets(world: &World) -> Vec<Wallet> {
    let centre = &world.centre_bank;
    let mut all = Vec::new();
    for (branch, login) in [("01", "manager"), ("02", "manager_near"), ("03", "manager_far")] {
        let sql = "select id from client where branch_id = $1 order by number limit 1";
        let row = centre.services.reader.clone().first(sql, &[centre.branch(branch).into()]).await;
        let client = row.unwrap().unwrap().one().unwrap();
        all.push(Wallet::issued_by(centre, login, client).await);
    }
    world.heal().await;
    all
}

async fn run(first: u64, count: u64) {
    let mut world = Box::pin(begin(Kind::Sqlite)).await;
    let wallets = wallets(&world).await;
    world.keep().await;
    let mut counted = Counted::default();
    let seeds = seeds(first, count);
    let is_long = seeds.end - seeds.start > 50;
    for seed in seeds {
        println!("-- seed {seed}");
        world.reset(seed);
        Box::pin(one(&mut world, (seed, &wallets), &mut counted)).await;
    }
    let stopped = disk::stopped();
    println!(
        "-- acknowledged {:#?}, refused {:#?}, stopped by a full disk {stopped}",
        counted.acknowledged, counted.refused
    );
    assert!(!counted.acknowledged.is_empty());
    assert!(stopped > 0 || !is_long, "no disk was ever full");
}

/// One history, and everything that must hold after it.
async fn one(world: &mut World, (seed, wallets): (u64, &[Wallet]), counted: &mut Counted) {
    let dice = Dice::with(seed, wallets.iter().map(Wallet::copied).collect());
    let done = live(world, &dice).await;
    world.heal().await;
    check(world, &done).await;
    counted.add(world, &done).await;
}

/// Seeds of each of the tests below: they run beside one another.
const SEEDS: u64 = 500;

#[tokio::test(flavor = "multi_thread")]
async fn after_every_history_all_have_the_same_1() {
    run(0, SEEDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_every_history_all_have_the_same_2() {
    run(SEEDS, SEEDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_every_history_all_have_the_same_3() {
    run(2 * SEEDS, SEEDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_every_history_all_have_the_same_4() {
    run(3 * SEEDS, SEEDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_some_histories_with_a_centre_on_postgresql_all_have_the_same() {
    if !kinds().contains(&Kind::Postgres) {
        return;
    }
    for seed in seeds(0, 3) {
        println!("-- seed {seed}");
        let mut world = Box::pin(begin(Kind::Postgres)).await;
        let wallets = wallets(&world).await;
        one(&mut world, (seed, &wallets), &mut Counted::default()).await;
    }
}
