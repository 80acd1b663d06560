//! Limits as people meet them: head office says them, a clerk sees what remains and is helped by a supervisor in his form.

use std::sync::Arc;

use branch::Hub;
use branch::carry::Post;
use branch::envelope::Keys;
use branch::line::http_client::Line;
use branch::line::{Asker, Talk};
use engagement::interaction::commands::AddNote;
use kernel::{ClientId, Currency, Money, Refusals, SeededEntropy};
use maud::html;
use serde::{Deserialize, Serialize};
use server::wiring;
use spine::authority::Limit;
use spine::authority::commands::SaveLimit;
use spine::replica::Lease;
use spine::replica::branch::Taken;
use spine::replica::{LineState, LineWord};
use spine::{Change, Command, Error, Module, Offline, Registry, Work};
use testkit::{Asked, Bank, Kind, Opening};
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;
use web::ui::{Field, Form};
use web::{Access, Answer, Cx, FormData, Pages, Routes, supervisor_part};

use super::rig::{Rig, at_branch_with, exchange, publish};
use crate::clients::person;
use crate::support::{both, changes, number, open_rooms};

/// A command over money; the product has none yet.
#[derive(Debug, Serialize, Deserialize)]
struct Pay {
    client_id: ClientId,
    minor: i64,
}

impl Command for Pay {
    const NAME: &'static str = "test.pay";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: Offline = Offline::Floor;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let id: Uuid = w.new_id();
        w.at_stake(Money::new(self.minor, Currency::RUB));
        // something the branch gets a copy of
        AddNote { client_id: self.client_id, body: "выдано".to_owned() }.handle(w).await?;
        w.record("payment", id, Some(self.client_id), Change::new().set("amount", self.minor));
        Ok(id)
    }
}

/// Its form, as a room would write it.
async fn pay(cx: Cx, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let client_id = sent.id("client_id", &mut refusals).ok_or(Error::NotFound)?;
    let minor = sent.money("amount", Currency::RUB, &mut refusals).map_or(0, |m| m.minor);
    let cx = cx.supervised(&sent);
    match cx.execute(sent.command_id()?, &Pay { client_id, minor }).await {
        Ok(_) => Ok(cx.done("/pending", "flash-saved")),
        Err(Error::Refused(refusals)) => {
            let words = cx.refusal_words(refusals.general());
            let fields = html! {
                (web::ui::error_summary(&cx.l, &words))
                (Field::text("amount", "Sum").value(sent.text("amount")).render(&cx.l))
                (supervisor_part(&cx, &sent, &refusals))
            };
            let body = Form::post("/test/pay").submit("Pay").render(&cx.l, &fields);
            Ok(cx.page_with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "Pay", &body))
        }
        Err(other) => Err(other.into()),
    }
}

fn rooms() -> (Vec<Module>, Vec<Pages>) {
    fn register(registry: &mut Registry) {
        registry.add::<Pay>();
    }
    fn routes(routes: Routes) -> Routes {
        routes.post("/test/pay", Access::Needs("app.use"), pay)
    }
    let modules = wiring::modules().into_iter().chain([Module::of("test", register)]);
    (modules.collect(), wiring::pages().into_iter().chain([Pages::of(routes)]).collect())
}

fn open_centre(asked: Asked) -> Opening {
    open_rooms(asked, ("test", None), rooms())
}

fn open_branch(asked: Asked) -> Opening {
    open_rooms(asked, ("branch", Some(Lease::default())), rooms())
}

fn limit() -> Limit {
    Limit {
        command: Pay::NAME.to_owned(),
        role: String::new(),
        currency: Currency::RUB,
        floor_minor: 300_000,
        threshold_minor: 100_000,
        pick_bp: 0,
        pick_max_bp: 0,
        lower_count: 3,
        upper_count: 5,
        client_day_minor: 1_000_000,
        person_day_minor: 2_000_000,
        lift_minor: Some(900_000),
    }
}

const ID: &str = "00000000-0000-7000-8000-000000000001";
const SALE: &str = "00000000-0000-7000-8000-000000000005";

#[tokio::test(flavor = "multi_thread")]
async fn a_form_above_the_limit_asks_for_a_supervisor_and_the_page_tells_what_remains() {
    let centre = Bank::open(Kind::Sqlite, open_centre).await;
    let client = person(&centre, "manager", ["Гусев", "Пётр", ""]).await.to_string();
    centre.execute("head_office", &SaveLimit { limit: limit() }).await.unwrap();
    publish(&centre).await;
    let mut head = centre.client("branch_head").await;
    let pin = [("_id", ID), ("pin", "271828"), ("again", "271828")];
    let typed = [&pin[..], &[("password", testkit::PASSWORD)]].concat();
    assert_eq!(head.post("/me/pin", &typed).await.status, 303);
    let rig = Rig::new(&centre, "01").await;
    let (bank, branch) = at_branch_with(&rig, open_branch).await;
    let mut clerk = bank.client("clerk").await;
    let page = clerk.get("/pending").await.ok();
    assert!(
        page.contains("My limits without the centre today") && page.contains("20,000"),
        "{page}"
    );
    let sale = [("_id", SALE), ("client_id", client.as_str()), ("amount", "5000")];
    let reply = clerk.post("/test/pay", &sale).await;
    assert_eq!(reply.status, 422);
    assert!(reply.body.contains("must stay below"), "{}", reply.body);
    assert!(reply.body.contains("3000.00 RUB") && reply.body.contains("A supervisor may sign"));
    assert!(reply.body.contains("name=\"supervisor_pin\""), "{}", reply.body);
    let signed = |pin: &'static str| {
        [&sale[..], &[("supervisor_login", "branch_head"), ("supervisor_pin", pin)]].concat()
    };
    let reply = clerk.post("/test/pay", &signed("314159")).await;
    assert!(reply.body.contains("The login or the PIN is wrong"), "{}", reply.body);
    assert!(!reply.body.contains("314159"), "a PIN never comes back");
    assert_eq!(clerk.post("/test/pay", &signed("271828")).await.status, 303);
    let page = clerk.get("/pending").await.ok();
    assert!(page.contains("15,000") && page.contains("not yet sent"), "{page}");
    while exchange(&branch, &rig).await == Taken::More {}
    assert!(clerk.get("/pending").await.ok().contains("sent and accepted"));
    let told = changes(&centre, "offline_authority").await;
    let head_id = centre.user("branch_head").to_string();
    assert!(matches!(told.as_slice(), [one] if one.contains(&head_id)), "{told:?}");
    // beyond what anybody may sign nothing is asked for
    let much = [("_id", "00000000-0000-7000-8000-000000000002"), sale[1], ("amount", "9000")];
    let reply = clerk.post("/test/pay", &much).await;
    assert!(reply.status == 422 && !reply.body.contains("supervisor_pin"), "{}", reply.body);
    assert_eq!(bank.client("branch_head").await.get("/me/pin").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_office_says_limits_and_sees_what_does_not_fit() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        assert!(office.get("/admin/limits").await.ok().contains("No limits yet"));
        assert!(office.get("/admin/limits/new").await.ok().contains("value=\"3,000.00\""));
        let typed = |floor: &'static str| {
            [
                ("_id", ID),
                ("command", "*"),
                ("role", "clerk"),
                ("currency", "RUB"),
                ("floor", floor),
                ("threshold", "1000"),
                ("pick", "5"),
                ("pick_max", "50"),
                ("lower", "3"),
                ("upper", "5"),
                ("client_day", "10 000"),
                ("person_day", "100 000"),
                ("lift", ""),
            ]
        };
        let reply = office.post("/admin/limits/new", &typed("много")).await;
        assert!(reply.status == 422 && reply.body.contains("10 000"), "{}", reply.body);
        let reply = office.post("/admin/limits/new", &typed("500")).await;
        assert!(reply.body.contains("does not fit the numbers beside it"), "{}", reply.body);
        assert_eq!(office.post("/admin/limits/new", &typed("3000")).await.status, 303);
        let page = office.get("/admin/limits").await.ok();
        assert!(page.contains("All others") && page.contains("10,000"), "{page}");
        assert!(page.contains("with the next version"), "{page}");
        assert!(page.contains("href=\"/admin/strategy/publish\""), "{page}");
        let draft = office.get("/admin/strategy/publish").await.ok();
        assert!(
            draft.contains("All others · Front-office clerk · RUB"),
            "a limit has no key: {draft}"
        );
        let place = page.find("href=\"/admin/limits/0").expect("a row leads to its form");
        let href = page[place + 6..].split('"').next().unwrap().to_owned();
        assert!(office.get(&href).await.ok().contains("value=\"100,000.00\""));
        assert_eq!(bank.client("clerk").await.get("/admin/limits").await.status, 403);
        let id = "00000000-0000-7000-8000-000000000003";
        assert_eq!(office.post(&format!("{href}/drop"), &[("_id", id)]).await.status, 303);
        assert_eq!(number(bank, "select count(*) from offline_limit").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_set_with_ones_password_and_taken_away_by_an_administrator() {
    both(async |bank: &Bank| {
        let mut head = bank.client("branch_head").await;
        let typed = |pin: &'static str, again: &'static str, password: &'static str| {
            [("_id", ID), ("pin", pin), ("again", again), ("password", password)]
        };
        for (sent, words) in [
            (typed("12", "12", testkit::PASSWORD), "6 to 12 digits"),
            (typed("123456", "123456", testkit::PASSWORD), "Too easy to guess"),
            (typed("271828", "271829", testkit::PASSWORD), "The two PINs differ"),
            (typed("271828", "271828", "wrong"), "not the present password"),
        ] {
            let reply = head.post("/me/pin", &sent).await;
            assert!(reply.status == 422 && reply.body.contains(words), "{words}: {}", reply.body);
        }
        let pins = "select count(*) from staff_pin";
        assert_eq!(number(bank, pins).await, 0);
        let good = typed("271828", "271828", testkit::PASSWORD);
        assert_eq!(head.post("/me/pin", &good).await.status, 303);
        assert!(head.get("/me/pin").await.ok().contains("A PIN has been set"));
        assert_eq!(number(bank, pins).await, 1);
        assert_eq!(bank.client("clerk").await.get("/me/pin").await.status, 403);
        let mut admin = bank.client("administrator").await;
        let person = format!("/admin/staff/{}", bank.user("branch_head"));
        assert!(admin.get(&person).await.ok().contains("Take PIN away"));
        let id = "00000000-0000-7000-8000-000000000004";
        assert_eq!(admin.post(&format!("{person}/pin/reset"), &[("_id", id)]).await.status, 303);
        assert_eq!(number(bank, pins).await, 0);
        let told = changes(bank, "staff").await.join(" ");
        assert!(told.contains("\"pin\"") && !told.contains("argon2"), "{told}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_real_line_the_centres_answer_and_its_rows_come_at_once() {
    let centre = Bank::open(Kind::Sqlite, open_centre).await;
    let client = person(&centre, "manager", ["Гусев", "Пётр", ""]).await.to_string();
    centre.execute("head_office", &SaveLimit { limit: limit() }).await.unwrap();
    publish(&centre).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = centre.router.clone();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let keys = Keys::new(&SeededEntropy::new(5));
    let public = keys.public().unwrap();
    let place = (centre.branch("01"), "01");
    let rig = Rig::with_keys(&centre.services, place, (public.sign, public.seal)).await;
    let (bank, branch) = at_branch_with(&rig, open_branch).await;
    let (asker, questions) = Asker::new(&bank.services);
    bank.services.bus.set_asks(asker);
    let hub = centre.services.memory.get::<Hub>().unwrap();
    let (services, line) = (bank.services.clone(), Line::new(&address, None).unwrap());
    let post = Arc::new(Post { branch, keys, centre: hub.public().clone() });
    let talk = Talk { post, line, services };
    let mut events = bank.services.live.subscribe();
    let (stop, stopping) = watch::channel(false);
    let talking = tokio::spawn(talk.run(questions, stopping));
    let is_up = || {
        let line = bank.services.memory.get::<LineState>();
        line.is_some_and(|line| line.word == LineWord::Online)
    };
    while !is_up() {
        events.recv().await.unwrap();
    }
    let sale = [("_id", SALE), ("client_id", client.as_str()), ("amount", "500000")];
    assert_eq!(bank.client("clerk").await.post("/test/pay", &sale).await.status, 303);
    let paid = "select count(*) from interaction";
    assert_eq!((number(&centre, paid).await, number(&bank, paid).await), (1, 1));
    assert_eq!(number(&bank, "select count(*) from pending_command").await, 0);
    // the centre has gone
    serving.abort();
    let other = [("_id", ID), sale[1], ("amount", "5000")];
    let reply = bank.client("clerk").await.post("/test/pay", &other).await;
    assert!(reply.status == 422 && reply.body.contains("must stay below"), "{}", reply.body);
    stop.send(true).unwrap();
    talking.await.unwrap();
}
