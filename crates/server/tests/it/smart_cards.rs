//! Clients' smart cards at the centre: issued, read and paid with through the pages, with a card in software in the reader; what is
//! not honest is refused, and somebody hears of it. What desks do without a line stands in the tests of branches.

use std::sync::Arc;

use engagement::desk::commands::OpenVisit;
use kernel::{ClientId, SeededEntropy, VisitId};
use serde_json::Value;
use smartcard::hex;
use smartcard::keys::Key;
use smartcard::soft::{Image, SoftCard};
use smartcard::terminal::Transport;
use testkit::{Bank, Browser, Reply, START};
use uuid::Uuid;

use crate::engagement::{client, page, post};
use crate::support::{both, number};

/// A reader with a card in it.
struct Reader {
    card: SoftCard,
    /// Commands that were carried.
    carried: usize,
}

impl Reader {
    fn blank() -> Self {
        let card = SoftCard::blank(&Key::of_trials(), Arc::new(SeededEntropy::new(5)));
        Self { card, carried: 0 }
    }
    fn of(image: &Image) -> Self {
        let card = SoftCard::of(image.clone(), Arc::new(SeededEntropy::new(6)));
        Self { card, carried: 0 }
    }
    /// Sends a form as the page's script does: until the server has nothing more to say to the card.
    async fn talk(&mut self, browser: &mut Browser, path: &str, form: &[(&str, &str)]) -> Reply {
        self.card.power_on();
        let (mut began, mut answers) = (String::new(), String::new());
        for _ in 0..200 {
            let carried = [("card_began", began.as_str()), ("card_answers", answers.as_str())];
            let fields: Vec<(&str, &str)> = form.iter().copied().chain(carried).collect();
            let reply = browser.post_part(path, &fields).await;
            if reply.header("content-type") != "application/json" || reply.status != 200 {
                return reply;
            }
            let word: Value = serde_json::from_str(&reply.body).unwrap();
            began = word["began"].as_str().unwrap().to_owned();
            let command = hex::bytes(word["say"].as_str().unwrap(), 300).unwrap();
            self.carried += 1;
            match self.card.transmit(&command) {
                Ok(answer) => answers.push_str(&hex::text(&answer)),
                Err(_) => answers.push('-'),
            }
            answers.push('.');
        }
        panic!("the talk does not end");
    }
}

/// Where a script was led after what it has sent went well.
fn led(reply: &Reply) -> &str {
    assert_eq!(reply.status, 204, "{}", reply.gist());
    reply.header("hx-location")
}

/// A client with a card of 5 000 roubles and the PIN 4711.
async fn with_card(bank: &Bank, browser: &mut Browser) -> (ClientId, Reader, Uuid) {
    let anna = client(bank, "manager", "Ветрова").await;
    let mut reader = Reader::blank();
    let (id, client) = (bank.form_id(), anna.to_string());
    let form = [
        ("_id", id.as_str()),
        ("client", &client),
        ("limit", "5 000"),
        ("pin", "4711"),
        ("pin_again", "4711"),
    ];
    let issued = reader.talk(browser, "/smart-cards/new", &form).await;
    let place = led(&issued).to_owned();
    let card = place.strip_prefix("/smart-cards/").unwrap().split('?').next().unwrap();
    (anna, reader, card.parse().unwrap())
}

async fn serving(bank: &Bank, login: &str) -> VisitId {
    let open =
        OpenVisit { ticket: "A001".to_owned(), person: String::new(), theme_id: None, serve: true };
    bank.execute(login, &open).await.unwrap().visit_id
}

async fn read(bank: &Bank, browser: &mut Browser, visit: VisitId, reader: &mut Reader) -> Reply {
    let (id, path) = (bank.form_id(), format!("/desk/visits/{visit}/card"));
    reader.talk(browser, &path, &[("_id", &id)]).await
}

/// Pays so many roubles with a form of this id.
async fn pay(
    browser: &mut Browser,
    (visit, id): (VisitId, &str),
    (amount, pin): (&str, &str),
    reader: &mut Reader,
) -> Reply {
    let path = format!("/desk/visits/{visit}/card/pay");
    let form = [("_id", id), ("amount", amount), ("pin", pin), ("reference", "77")];
    reader.talk(browser, &path, &form).await
}

/// Says yes to everything, and its number is none.
const GARBLED: &str =
    "9000.FFFFFFFFFFFFFFFFFFFF9000.FFFFFFFFFFFFFFFFFFFF9000.FFFFFFFFFFFFFFFFFFFF9000.";

const RECORDS: &str =
    "select count(*) from smart_card_record where standing = 'accepted' and risks = ''";
const PAID: &str = "select cast(coalesce(sum(amount_minor), 0) as bigint) from desk_operation where kind = 'payment'";
const OPEN_ALARMS: &str = "select count(*) from smart_card_alarm where closed_at is null";

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_issued_read_and_paid_with_once() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        let (anna, mut reader, card) = with_card(bank, &mut browser).await;
        assert!(page(&mut browser, &format!("/clients/{anna}")).await.contains("Smart cards"));
        let visit = serving(bank, "manager").await;
        let home = format!("/desk?visit={visit}");
        let known = read(bank, &mut browser, visit, &mut reader).await;
        assert!(led(&known).starts_with(&home));
        let desk = page(&mut browser, &home).await;
        assert!(desk.contains("Ветрова") && desk.contains("Pay by card"), "{desk}");
        let id = bank.form_id();
        let wrong = pay(&mut browser, (visit, &id), ("1 200", "0000"), &mut reader).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("2 tries are left"), "{}", wrong.gist());
        assert!(!wrong.body.contains("0000"), "a PIN is not shown again");
        for _ in 0..2 {
            let paid = pay(&mut browser, (visit, &id), ("1 200", "4711"), &mut reader).await;
            assert!(led(&paid).starts_with(&home));
        }
        assert_eq!((number(bank, RECORDS).await, number(bank, PAID).await), (1, 120_000));
        let more = bank.form_id();
        let much = pay(&mut browser, (visit, &more), ("6 000", "4711"), &mut reader).await;
        assert_eq!(much.status, 422);
        assert!(much.body.contains("More than the card allows"), "{}", much.gist());
        let shown = page(&mut browser, &format!("/smart-cards/{card}")).await;
        assert!(shown.contains("Payment by card") && shown.contains("1,200"), "{shown}");
        // no more than the limit in a day
        led(&read(bank, &mut browser, visit, &mut reader).await);
        let paid = pay(&mut browser, (visit, &more), ("3 800", "4711"), &mut reader).await;
        assert!(led(&paid).starts_with(&home));
        assert_eq!(number(bank, PAID).await, 500_000);
        assert_eq!(number(bank, OPEN_ALARMS).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_pulled_out_at_any_moment_is_written_once_when_it_is_tried_again() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        let (_, mut reader, _) = with_card(bank, &mut browser).await;
        let visit = serving(bank, "manager").await;
        led(&read(bank, &mut browser, visit, &mut reader).await);
        let mut paid = 0;
        for moment in [0, 30, 60, 90] {
            let id = bank.form_id();
            reader.card.power_on();
            reader.card.lose_power_after(moment);
            let cut = pay_cut(&mut browser, (visit, &id), &mut reader).await;
            assert!(cut.status == 422 || cut.status == 204, "{}", cut.gist());
            led(&pay(&mut browser, (visit, &id), ("10", "4711"), &mut reader).await);
            paid += 1_000;
            assert_eq!(number(bank, PAID).await, paid, "after {moment} bytes");
        }
        // written, and the answer was lost on its way
        let id = bank.form_id();
        reader.card.power_on();
        reader.card.fall_silent_after_append();
        let lost = pay_cut(&mut browser, (visit, &id), &mut reader).await;
        assert_eq!(lost.status, 422, "{}", lost.gist());
        led(&pay(&mut browser, (visit, &id), ("10", "4711"), &mut reader).await);
        assert_eq!(number(bank, PAID).await, paid + 1_000);
        assert_eq!(number(bank, RECORDS).await, 5);
    })
    .await;
}

/// Pays ten roubles with a card that will be pulled out: it is not put in anew before.
async fn pay_cut(
    browser: &mut Browser,
    (visit, id): (VisitId, &str),
    reader: &mut Reader,
) -> Reply {
    let path = format!("/desk/visits/{visit}/card/pay");
    let (mut began, mut answers) = (String::new(), String::new());
    loop {
        let form = [
            ("_id", id),
            ("amount", "10"),
            ("pin", "4711"),
            ("reference", "77"),
            ("card_began", &began),
            ("card_answers", &answers),
        ];
        let reply = browser.post_part(&path, &form).await;
        if reply.header("content-type") != "application/json" || reply.status != 200 {
            return reply;
        }
        let word: Value = serde_json::from_str(&reply.body).unwrap();
        began = word["began"].as_str().unwrap().to_owned();
        let command = hex::bytes(word["say"].as_str().unwrap(), 300).unwrap();
        match reader.card.transmit(&command) {
            Ok(answer) => answers.push_str(&hex::text(&answer)),
            Err(_) => answers.push('-'),
        }
        answers.push('.');
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_card_and_one_set_back_are_refused_and_somebody_hears() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        let (_, mut reader, card) = with_card(bank, &mut browser).await;
        let visit = serving(bank, "manager").await;
        led(&read(bank, &mut browser, visit, &mut reader).await);
        let before = reader.card.image();
        let id = bank.form_id();
        led(&pay(&mut browser, (visit, &id), ("100", "4711"), &mut reader).await);
        // the same card as it was before it paid
        let mut old = Reader::of(&before);
        let back = read(bank, &mut browser, visit, &mut old).await;
        assert_eq!(back.status, 422);
        assert!(back.body.contains("a copy, or set back"), "{}", back.gist());
        let told = "select count(*) from smart_card_alarm where reason = 'card-rolled-back'";
        assert_eq!(number(bank, told).await, 1);
        read(bank, &mut browser, visit, &mut old).await;
        assert_eq!(number(bank, told).await, 1, "once");
        let stop = format!("/smart-cards/{card}/stop");
        assert_eq!(post(bank, &mut browser, &stop, "reason=forked").await.status, 422);
        post(bank, &mut browser, &stop, "reason=lost").await.location();
        let stopped = read(bank, &mut browser, visit, &mut reader).await;
        assert!(stopped.body.contains("The card is stopped"), "{}", stopped.gist());
        // who watches over cards decides
        let mut officer = bank.client("security_officer").await;
        let list = page(&mut officer, "/smart-cards/alarms").await;
        assert!(list.contains("a copy, or set back") && list.contains("The card is stopped"));
        let sql = "select count(*) from smart_card_alarm where closed_at is not null";
        let first = bank_id(bank, "select id from smart_card_alarm order by at, id limit 1").await;
        let decide = format!("/smart-cards/alarms/{first}");
        assert_eq!(post(bank, &mut officer, &decide, "word= ").await.status, 422);
        post(bank, &mut officer, &decide, "word=Клиент найден, карта изъята").await.location();
        assert_eq!(number(bank, sql).await, 1);
        assert_eq!(browser.get("/smart-cards/alarms").await.status, 403);
    })
    .await;
}

async fn bank_id(bank: &Bank, sql: &str) -> Uuid {
    use store::Read;
    let row = bank.services.reader.clone().first(sql, &[]).await.unwrap().unwrap();
    store::Row::one(row).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_talk_with_a_card_changes_nothing() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        let (_, mut reader, card) = with_card(bank, &mut browser).await;
        let visit = serving(bank, "manager").await;
        let path = format!("/desk/visits/{visit}/card");
        let cases = [
            (vec![], "needs scripts"),
            (vec![("card_began", ""), ("card_trouble", "reader")], "No reader was found"),
            (vec![("card_began", "17"), ("card_answers", "")], "has taken too long"),
            (vec![("card_began", "99999999999"), ("card_answers", "")], "has taken too long"),
            (vec![("card_began", "soon"), ("card_answers", "")], "broken off"),
            (vec![("card_began", ""), ("card_answers", "zz.")], "broken off"),
            (vec![("card_began", ""), ("card_answers", "-.")], "does not answer"),
            (vec![("card_began", ""), ("card_answers", "6A82.")], "no card of the bank"),
            (vec![("card_began", ""), ("card_answers", GARBLED)], "makes no sense"),
        ];
        for (fields, words) in cases {
            let id = bank.form_id();
            let form: Vec<(&str, &str)> =
                fields.into_iter().chain([("_id", id.as_str())]).collect();
            let reply = browser.post_part(&path, &form).await;
            assert_eq!(reply.status, 422, "{form:?}");
            assert!(reply.body.contains(words), "{words}: {}", reply.gist());
        }
        // one card has the keys of one dialog
        let (again, whose) = (bank.form_id(), client(bank, "manager", "Седова").await.to_string());
        let form = [
            ("_id", again.as_str()),
            ("client", &whose),
            ("limit", "1"),
            ("pin", "4711"),
            ("pin_again", "4711"),
        ];
        led(&Reader::blank().talk(&mut browser, "/smart-cards/new", &form).await);
        let twin = Reader::blank().talk(&mut browser, "/smart-cards/new", &form).await;
        assert!(twin.body.contains("handed over already"), "{}", twin.gist());
        // a blank card is nobody's, and a written one is not written again
        let mut blank = Reader::blank();
        let unknown = read(bank, &mut browser, visit, &mut blank).await;
        assert!(unknown.body.contains("not written yet"), "{}", unknown.gist());
        let (id, client) = (bank.form_id(), client(bank, "manager", "Лунина").await.to_string());
        let form = [
            ("_id", id.as_str()),
            ("client", &client),
            ("limit", "1"),
            ("pin", "4711"),
            ("pin_again", "4711"),
        ];
        let twice = reader.talk(&mut browser, "/smart-cards/new", &form).await;
        assert!(twice.body.contains("written already"), "{}", twice.gist());
        // nobody pays with a card that was not read, and a stranger reads none
        let id = bank.form_id();
        let unread = pay(&mut browser, (visit, &id), ("1", "4711"), &mut reader).await;
        assert!(unread.status >= 400, "{}", unread.gist());
        let mut far = bank.client("manager_far").await;
        assert_eq!(read(bank, &mut far, visit, &mut reader).await.status, 404);
        assert_eq!(far.get(&format!("/smart-cards/{card}")).await.status, 404);
        assert_eq!(number(bank, "select count(*) from smart_card_reading").await, 0);
        assert_eq!(number(bank, PAID).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_terms_and_a_new_pin_reach_the_card() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        let (_, mut reader, card) = with_card(bank, &mut browser).await;
        let terms = format!("/smart-cards/{card}/terms");
        let bad =
            post(bank, &mut browser, &terms, "limit=9&offer_sum=100000&offer_rate=&offer_until=")
                .await;
        assert_eq!(bad.status, 422);
        let good = "limit=9 000&offer_sum=150 000&offer_rate=19.9&offer_until=2030-01-31";
        post(bank, &mut browser, &terms, good).await.location();
        let visit = serving(bank, "manager").await;
        led(&read(bank, &mut browser, visit, &mut reader).await);
        bank.clock.set(START.plus_seconds(60));
        // what the centre has signed is shown when it is read from the card
        led(&read(bank, &mut browser, visit, &mut reader).await);
        let desk = page(&mut browser, &format!("/desk?visit={visit}")).await;
        assert!(desk.contains("9,000") && desk.contains("150,000"), "{desk}");
        let id = bank.form_id();
        let path = format!("/desk/visits/{visit}/card/pay");
        let take = |id: &str| {
            vec![
                ("_id", id.to_owned()),
                ("what", "offer".to_owned()),
                ("amount", "150 000".to_owned()),
                ("pin", "1379".to_owned()),
            ]
        };
        let new = [("_id", id.as_str()), ("pin", "1379"), ("pin_again", "1379")];
        let set = reader.talk(&mut browser, &format!("/smart-cards/{card}/pin"), &new).await;
        assert!(led(&set).starts_with("/smart-cards/"));
        for wanted in [204, 422, 422] {
            let form = take(&bank.form_id());
            let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let reply = reader.talk(&mut browser, &path, &form).await;
            assert_eq!(reply.status, wanted, "{}", reply.gist());
            // the centre counts and signs anew: what was taken is on the card no more
            led(&read(bank, &mut browser, visit, &mut reader).await);
        }
        let sql =
            "select count(*) from smart_card_record where kind = 'offer' and standing = 'accepted'";
        assert_eq!(number(bank, sql).await, 1, "an offer is taken once");
        assert!(!page(&mut browser, &format!("/smart-cards/{card}")).await.contains("19.9"));
    })
    .await;
}
