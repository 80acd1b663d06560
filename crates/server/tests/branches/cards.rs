//! Smart cards at branches that are cut off: a stranger is served by his card within its limits, and when the line is back everything
//! is at the centre once; of two cards with one number the centre hears, and no desk takes either any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use engagement::CardKeys;
use engagement::card::commands::{
    ActivateCard, AllowCardPayment, CardRead, IssueCard, PayByCard, ReadCard, StopCard,
};
use engagement::card::model::{Reading, Terms, Understood, number};
use engagement::card::queries;
use engagement::desk::commands::OpenVisit;
use kernel::{ClientId, CommandId, Currency, DeskOperationId, Money, SeededEntropy, VisitId};
use parties::client::commands::RegisterClient;
use smartcard::files::APPLICATION;
use smartcard::hex;
use smartcard::keys::Key;
use smartcard::record::{Kind, SealedRecord};
use smartcard::soft::{Image, SoftCard};
use smartcard::terminal::{self, Card, Draft, Session};
use smartcard::{CardTime, Pin};
use spine::replica::message::{Asked, Outcome, Way};
use spine::{Command, Error};
use testkit::{START, kinds};
use uuid::Uuid;

use crate::desk::Desk;
use crate::world::{Place, World};

/// A client's card, and its number.
pub(super) struct Wallet {
    card: SoftCard,
    id: Uuid,
    client: ClientId,
    number: String,
}

fn pin() -> Pin {
    Pin::new("4711").unwrap()
}

fn soft(image: Image) -> SoftCard {
    SoftCard::of(image, Arc::new(SeededEntropy::new(3)))
}

impl Wallet {
    /// A card of 5 000 roubles, made at the centre.
    async fn issued(centre: &Desk, client_id: ClientId) -> Self {
        Self::issued_by(centre, "manager_far", client_id).await
    }
    /// The same by somebody who may.
    pub(super) async fn issued_by(centre: &Desk, login: &str, client_id: ClientId) -> Self {
        let terms = Terms { limit_minor: 500_000, offer: None };
        let issue = IssueCard { client_id, currency: Currency::RUB, terms };
        let made = centre.execute(login, &issue).await.unwrap();
        let keys = CardKeys::of(&centre.services).await.unwrap();
        let mut card = SoftCard::blank(&Key::of_trials(), Arc::new(SeededEntropy::new(2)));
        card.power_on();
        let signed = hex::bytes(&made.signed, 700).unwrap();
        let issue = terminal::Issue {
            application: APPLICATION,
            transport_key: &Key::of_trials(),
            number: number(&made.number).unwrap(),
            masters: keys.masters().unwrap(),
            pin: &pin(),
            counter: made.profile,
            signed: &signed,
        };
        terminal::issue(&mut card, &issue, &SeededEntropy::new(4)).unwrap();
        let activate = ActivateCard { card_id: made.card_id };
        centre.execute(login, &activate).await.unwrap();
        Self { card, id: made.card_id, client: client_id, number: made.number }
    }
    /// Another card with all that is in this one.
    pub(super) fn copied(&self) -> Self {
        let card = soft(self.card.image());
        Self { card, id: self.id, client: self.client, number: self.number.clone() }
    }
    fn session(&mut self, keys: &CardKeys) -> (Session<'_>, Reading) {
        self.card.power_on();
        let selected = Card::select_ours(&mut self.card).unwrap();
        let mut session = selected.authenticate(keys.desks(), &SeededEntropy::new(9)).unwrap();
        let presented = session.present(keys.issuers()).unwrap().unwrap();
        let log = session.log().unwrap();
        let (number, counters) = (session.identity().number, session.counters());
        let read = Understood { number, counters, stored: presented.stored, log };
        let reading = Reading::of(&read);
        (session, reading)
    }
    /// What a desk reads of it.
    pub(super) async fn reading(&mut self, desk: &Desk) -> Reading {
        let keys = CardKeys::of(&desk.services).await.unwrap();
        self.session(&keys).1
    }
    async fn read(&mut self, desk: &Desk, visit_id: VisitId) -> Result<CardRead, Error> {
        let keys = CardKeys::of(&desk.services).await?;
        let (_, reading) = self.session(&keys);
        desk.execute("clerk", &ReadCard { visit_id, reading }).await
    }
    /// Has the card write a payment.
    pub(super) async fn write(
        &mut self,
        desk: &Desk,
        (place, id, minor): (&str, CommandId, i64),
    ) -> (Reading, SealedRecord) {
        let keys = CardKeys::of(&desk.services).await.unwrap();
        let branch = desk.branch(place).uuid();
        let (mut session, reading) = self.session(&keys);
        session.verify_pin(&pin()).unwrap();
        let draft = Draft {
            operation: id.uuid(),
            kind: Kind::Purchase,
            amount: Money::new(minor, Currency::RUB),
            desk: branch,
            at: CardTime::of(desk.clock_now()),
            profile: reading.profile,
        };
        let pending = session.prepare(&draft).unwrap();
        let sealed = session.append(&pending).unwrap();
        (reading, sealed)
    }
    async fn pay(
        &mut self,
        desk: &Desk,
        (place, visit_id): (&str, VisitId),
        minor: i64,
    ) -> DeskOperationId {
        let ctx = desk.ctx(clerk_of(place));
        let id = ctx.command_id();
        let (reading, sealed) = self.write(desk, (place, id, minor)).await;
        let pay = paying(visit_id, reading, &sealed);
        desk.services.execute(&ctx, id, &pay).await.unwrap()
    }
}

/// What a desk tells of a record the card has written in a visit.
pub(super) fn paying(visit_id: VisitId, reading: Reading, sealed: &SealedRecord) -> PayByCard {
    let (operation_id, record) = (sealed.record.operation, hex::text(&sealed.encode()));
    PayByCard { visit_id, reading, operation_id, record, reference: String::new() }
}

/// A centre and nodes at branches, which all know of a stranger's card.
async fn scene(kind: testkit::Kind, codes: &[&'static str]) -> (World, Wallet) {
    let world = World::new(kind, codes).await;
    let client = stranger(&world.centre_bank).await;
    let wallet = Wallet::issued(&world.centre_bank, client).await;
    world.heal().await;
    (world, wallet)
}

fn clerk_of(place: &str) -> &'static str {
    if place == "01" { "clerk" } else { "manager_far" }
}

async fn visit(desk: &Desk, login: &str) -> VisitId {
    let open =
        OpenVisit { ticket: "A001".to_owned(), person: String::new(), theme_id: None, serve: true };
    desk.execute(login, &open).await.unwrap().visit_id
}

/// A client of branch 03, who is a stranger at branch 01.
async fn stranger(centre: &Desk) -> ClientId {
    let register = RegisterClient {
        kind: "person".to_owned(),
        fields: BTreeMap::from([("last_name".to_owned(), "Дальний".to_owned())]),
        branch_id: Some(centre.branch("03")),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    centre.execute("manager_far", &register).await.unwrap()
}

const RECORDS: &str = "select count(*) from smart_card_record";
const ACCEPTED: &str =
    "select count(*) from smart_card_record where standing = 'accepted' and risks = ''";
const PAID: &str = "select count(*) from desk_operation where kind = 'payment'";
const ALARMS: &str = "select count(*) from smart_card_alarm";

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_served_by_his_card_without_a_line() {
    for kind in kinds() {
        let (world, mut wallet) = scene(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        // from here on there is no line
        let desk = &place.bank;
        let here = visit(desk, "clerk").await;
        let read = wallet.read(desk, here).await.unwrap();
        assert!(read.renewed.is_none(), "a desk signs nothing");
        let kept = queries::last_of_visit(&mut desk.services.reader.clone(), here).await;
        let kept = kept.unwrap().unwrap();
        assert_eq!((kept.client_id, kept.number), (None, wallet.number.clone()));
        for minor in [50_000, 30_000] {
            wallet.pay(desk, ("01", here), minor).await;
        }
        assert_eq!((desk.number(PAID).await, centre.number(PAID).await), (2, 0));
        place.settle(&world.centre).await;
        assert_eq!((centre.number(ACCEPTED).await, centre.number(PAID).await), (2, 2));
        let his = format!(
            "select count(*) from visit where client_id = {}",
            id(kind, wallet.client.uuid())
        );
        assert_eq!(centre.number(&his).await, 1, "the centre knows whose card it is");
        assert_eq!(desk.number(PAID).await, 2, "what was done here stays here");
        world.check_equal(place).await;
        // with a line the centre signs what it has counted
        let office = visit(centre, "clerk").await;
        let (counter, signed) = wallet.read(centre, office).await.unwrap().renewed.unwrap();
        assert_eq!(counter, 2);
        let keys = CardKeys::of(&centre.services).await.unwrap();
        let signed = hex::bytes(&signed, 700).unwrap();
        let (mut session, _) = wallet.session(&keys);
        session.write_profile(counter, &signed, keys.issuers()).unwrap();
        assert_eq!(centre.number(ALARMS).await, 0);
    }
}

/// An id as a literal of the database.
fn id(kind: testkit::Kind, id: Uuid) -> String {
    match kind {
        testkit::Kind::Sqlite => format!("x'{}'", hex::text(id.as_bytes())),
        testkit::Kind::Postgres => format!("'{id}'"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_cards_with_one_number_the_centre_hears_and_no_desk_takes_either() {
    for kind in kinds() {
        let (world, mut wallet) = scene(kind, &["01", "03"]).await;
        let centre = &world.centre_bank;
        let (first, second) = (&world.places[0], &world.places[1]);
        let mut copy = wallet.copied();
        // both pay, at branches that do not hear of one another
        let (here, there) =
            (visit(&first.bank, "clerk").await, visit(&second.bank, "manager_far").await);
        wallet.pay(&first.bank, ("01", here), 10_000).await;
        copy.pay(&second.bank, ("03", there), 20_000).await;
        world.heal().await;
        let forked = "select count(*) from smart_card_record where standing = 'forked'";
        assert_eq!(centre.number(forked).await, 2, "neither counts by itself");
        let told = "select count(*) from smart_card_alarm where reason = 'card-record-forked'";
        assert_eq!(centre.number(told).await, 1, "one record, one alarm");
        for desk in [centre, &first.bank, &second.bank] {
            assert_eq!(desk.number("select count(*) from smart_card_stop").await, 1);
            assert!(
                queries::is_stopped(&mut desk.services.reader.clone(), &wallet.number)
                    .await
                    .unwrap()
            );
        }
        assert_eq!(centre.number(PAID).await, 2, "money that has moved is not forgotten");
        for place in &world.places {
            world.check_equal(place).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_wait_for_those_before_them_and_count_with_a_word_after_five_days() {
    for kind in kinds() {
        let (world, mut wallet) = scene(kind, &["01", "03"]).await;
        let centre = &world.centre_bank;
        let (first, second) = (&world.places[0], &world.places[1]);
        let (here, there) =
            (visit(&first.bank, "clerk").await, visit(&second.bank, "manager_far").await);
        for _ in 0..12 {
            wallet.pay(&first.bank, ("01", here), 1_000).await;
        }
        // the card no longer knows its first records; the second branch is heard first
        wallet.pay(&second.bank, ("03", there), 1_000).await;
        second.settle(&world.centre).await;
        let held = "select count(*) from smart_card_record where standing = 'held'";
        let waits = centre.number(held).await;
        assert!(waits > 0 && waits == centre.number(RECORDS).await, "{waits}");
        if kind == testkit::Kind::Sqlite {
            // the first branch is never heard again
            centre.clock.set(START.plus_days(6));
            let mut db = centre.services.reader.clone();
            let now = centre.clock_now();
            let waiting = queries::waiting(&mut db, (now, START), 10).await.unwrap();
            assert_eq!(waiting, [wallet.number.clone()]);
            centre.settle_cards().await;
            assert_eq!(centre.number(held).await, 0);
            let gap = "select count(*) from smart_card_alarm where reason = 'card-record-gap'";
            assert_eq!(centre.number(gap).await, waits);
        } else {
            first.settle(&world.centre).await;
            assert_eq!(centre.number(held).await, 0);
            assert_eq!((centre.number(ACCEPTED).await, centre.number(PAID).await), (13, 13));
            assert_eq!(centre.number(ALARMS).await, 0);
        }
    }
}

/// Asks the centre to do a command, as a branch does over its line.
async fn ask<C: Command>(world: &World, place: &Place, command: &C) -> Asked {
    let pushed = place.telling("clerk", command);
    let up = place.branch.say_asking(Way::Line, Some(pushed)).await.unwrap();
    let mut down = world.centre.answer(place.node, &up).await.unwrap();
    let asked = down.asked.take().unwrap();
    place.branch.take(down).await.unwrap();
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_line_the_centre_allows_one_operation_of_one_sum_within_the_day() {
    for kind in kinds() {
        let (world, mut wallet) = scene(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let (desk, here) = (&place.bank, visit(&place.bank, "clerk").await);
        place.settle(&world.centre).await;
        let allow = async |wallet: &mut Wallet, operation: CommandId, minor: i64| {
            let reading = wallet.reading(desk).await;
            let allow = AllowCardPayment {
                visit_id: here,
                reading,
                operation_id: operation.uuid(),
                kind: "purchase".to_owned(),
                amount_minor: minor,
            };
            ask(&world, place, &allow).await.answer
        };
        let ctx = desk.ctx("clerk");
        let (first, second) = (ctx.command_id(), ctx.command_id());
        let yes = allow(&mut wallet, first, 400_000).await;
        assert_eq!((yes.outcome, yes.code.as_str()), (Outcome::Accepted, ""));
        let no = allow(&mut wallet, second, 200_000).await;
        assert_eq!((no.outcome, no.code.as_str()), (Outcome::Refused, "card-over-limit"));
        // twice what is allowed: the second is over the terms, and nobody has allowed it
        for (id, minor) in [(first, 400_000), (second, 200_000)] {
            let (reading, sealed) = wallet.write(desk, ("01", id, minor)).await;
            let pay = paying(here, reading, &sealed);
            desk.services.execute(&ctx, id, &pay).await.unwrap();
        }
        place.settle(&world.centre).await;
        assert_eq!((centre.number(PAID).await, centre.number(ACCEPTED).await), (2, 1));
        let over = "select count(*) from smart_card_alarm where reason = 'card-record-over-limit'";
        assert_eq!(centre.number(over).await, 1);
        // a branch allows nothing by itself
        let reading = wallet.reading(desk).await;
        let alone = AllowCardPayment {
            visit_id: here,
            reading,
            operation_id: second.uuid(),
            kind: "purchase".to_owned(),
            amount_minor: 1,
        };
        assert!(matches!(desk.execute("clerk", &alone).await, Err(Error::Refused(_))));
        // and counters that no card has certified make no honest card refused
        let mut lie = wallet.reading(desk).await;
        lie.counters.replace_range(0..8, "EE6B2800");
        let lie = ReadCard { visit_id: here, reading: lie };
        let answer = ask(&world, place, &lie).await.answer;
        assert_eq!(answer.code, "card-record-not-certified");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_gone_bad_makes_no_record_the_centre_takes() {
    for kind in kinds() {
        let (world, mut wallet) = scene(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let (desk, here) = (&place.bank, visit(&place.bank, "clerk").await);
        let ctx = desk.ctx("clerk");
        let (honest, forged) = (ctx.command_id(), ctx.command_id());
        let (reading, sealed) = wallet.write(desk, ("01", honest, 100)).await;
        // the card has certified a rouble; the desk says a thousand
        let mut record = sealed.record;
        record.operation = forged.uuid();
        record.amount = Money::new(100_000, Currency::RUB);
        let lie = SealedRecord { record, certificate: sealed.certificate };
        let pay = paying(here, reading, &lie);
        desk.services.execute(&ctx, forged, &pay).await.unwrap();
        // and it tells of a log the card never had
        let keys = CardKeys::of(&desk.services).await.unwrap();
        let (_, mut reading) = wallet.session(&keys);
        reading.log = vec![hex::text(&lie.encode())];
        desk.execute("clerk", &ReadCard { visit_id: here, reading }).await.unwrap();
        place.settle(&world.centre).await;
        assert_eq!((centre.number(RECORDS).await, centre.number(PAID).await), (0, 0));
        assert!(centre.has_refused(forged).await, "listed, for a person");
        let told = "select count(*) from branch_refusal where code = 'card-record-not-certified'";
        assert_eq!(centre.number(told).await, 2, "the payment and the reading");
        // a card that was reported lost here is stopped here at once
        let stop = StopCard { card_id: wallet.id, reason: "lost".to_owned() };
        let lost = desk.execute("clerk", &stop).await;
        assert!(
            matches!(lost, Err(Error::NotFound)),
            "who has no copy of the card stops none: {lost:?}"
        );
        centre.execute("manager_far", &stop).await.unwrap();
        place.settle(&world.centre).await;
        assert!(
            queries::is_stopped(&mut desk.services.reader.clone(), &wallet.number).await.unwrap()
        );
        world.check_equal(place).await;
    }
}
