//! How long pages take while something goes on beside them, against the same pages while nothing does. Small as it stands, so that
//! it finds a page that waits for a writer; `TESSERA_SECONDS` makes it longer, for measuring in a program that is optimised: see
//! docs/measurements.md.

mod polling;
mod syncing;

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use kernel::{ClientId, Clock, Entropy, RandomEntropy, SystemClock};
use spine::org::commands::OpenSession;
use store::Read;
use web::HttpsClient;

use crate::desk::Desk;
use crate::doing::Dice;

/// Turns of being quiet and busy.
const TURNS: usize = 2;
/// How many times as long half of the pages may take beside what goes on, and how much longer whatever they took: several programs
/// share few processors, and are not optimised in the usual run. A page that waits for a writer waits longer.
const TIMES: u32 = 4;
const LONGER: Duration = Duration::from_millis(100);
/// No page ever waits so long for what goes on beside it.
const NEVER: Duration = Duration::from_secs(5);

/// A number of the surroundings.
#[allow(clippy::disallowed_methods)] // the edge of a test: here its configuration is read
fn said(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// How long each turn of pages goes on.
fn turn() -> Duration {
    Duration::from_secs(said("TESSERA_SECONDS").unwrap_or(1).try_into().unwrap())
}

/// Somebody who has signed in, and asks for pages.
struct Reader {
    client: HttpsClient,
    address: String,
    cookie: String,
    clients: Vec<ClientId>,
    /// What he asks for besides the list and cards: its name and its path.
    third: (&'static str, &'static str),
    dice: Dice,
}

impl Reader {
    /// Opens a session over the second door of a program that serves at an address.
    async fn new(
        desk: &Desk,
        (login, address): (&str, &str),
        third: (&'static str, &'static str),
    ) -> Reader {
        desk.clock.set(SystemClock.now());
        let token = web::new_token(&RandomEntropy);
        let session = OpenSession {
            user_id: desk.user(login),
            token_hash: web::hash_token(&token),
            address: "127.0.0.1".to_owned(),
            agent: "test".to_owned(),
            device: String::new(),
            must_change_password: false,
        };
        desk.execute_system(&session).await;
        let sql = "select id from client order by id";
        let rows = desk.services.reader.clone().query(sql, &[]).await.unwrap();
        let clients = rows.into_iter().map(|row| row.one().unwrap()).collect();
        let (client, address) = (web::https_client(None).unwrap(), address.to_owned());
        let (cookie, dice) = (format!("sid={token}"), Dice::new(5));
        Reader { client, address, cookie, clients, third, dice }
    }
    /// Some client.
    fn any(&self) -> ClientId {
        self.dice.one(&self.clients).unwrap()
    }
    async fn ask(&self, method: Method, path: &str, form: String) -> (u16, Duration) {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))
            .unwrap();
        let begun = Instant::now();
        let answer = self.client.request(request).await.unwrap();
        let status = answer.status().as_u16();
        answer.into_body().collect().await.unwrap();
        (status, begun.elapsed())
    }
    /// The list, a card and the third page, one after the other, again and again for the length of a turn.
    async fn read(&self, into: &mut Waits) {
        let begun = Instant::now();
        while begun.elapsed() < turn() {
            let card = format!("/clients/{}", self.any());
            let pages = [("list", "/clients"), ("card", card.as_str()), self.third];
            for (of, (name, path)) in into.0.iter_mut().zip(pages) {
                let (status, waited) = self.ask(Method::GET, path, String::new()).await;
                assert_eq!(status, 200, "{path}");
                of.0 = name;
                of.1.push(waited);
            }
        }
    }
    /// Logs a call by the form, as a person does.
    async fn log_call(&self) -> Duration {
        let (id, client) = (RandomEntropy.id(SystemClock.now()), self.any());
        let form = format!("_id={id}&channel=phone&direction=in&topic=&subject=call&body=&result=");
        let (status, waited) =
            self.ask(Method::POST, &format!("/clients/{client}/log"), form).await;
        assert_eq!(status, 303);
        waited
    }
}

/// How long was waited for each kind of page.
#[derive(Default)]
struct Waits([(&'static str, Vec<Duration>); 3]);

/// The smallest time that so many of a hundred do not exceed.
fn rank(waited: &mut [Duration], percent: usize) -> Duration {
    waited.sort_unstable();
    waited[(waited.len() * percent).div_ceil(100).saturating_sub(1)]
}

/// One line of numbers.
fn line(name: &str, waited: &mut [Duration]) -> String {
    let [p50, p95, p99, most] = [50, 95, 99, 100].map(|percent| rank(waited, percent));
    format!("{name} {}: p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}, max {most:.1?}", waited.len())
}

/// Prints both and holds the one against the other.
fn compare((quiet, mut at_rest): (&str, Waits), (busy, mut beside): (&str, Waits)) {
    for ((name, rest), (_, other)) in at_rest.0.iter_mut().zip(&mut beside.0) {
        println!("   {quiet}: {}", line(name, rest));
        println!("   {busy}: {}", line(name, other));
        let (usual, then) = (rank(rest, 50), rank(other, 50));
        assert!(then < usual * TIMES + LONGER, "{name}: {then:?} instead of {usual:?}");
        assert!(rank(other, 100) < NEVER, "{name}: {:?}", rank(other, 100));
    }
}
