//! What the clerks of a load run do.

use std::time::Duration;

use clap::ValueEnum;
use kernel::{Clock, Entropy, SeededEntropy, SystemClock};

use super::http::{Line, Reply, encode};
use crate::RunError;

/// Pages of the client list from which clients are taken.
const LIST_PAGES: usize = 20;
/// Beginnings of names that are searched for to find clients all over the bank.
const BEGINNINGS: [&str; 16] = [
    "Ал", "Ба", "Ва", "Го", "Де", "Ег", "Жу", "За", "Ив", "Ко", "Ле", "Ма", "Ни", "Пе", "Се", "Фе",
];

/// A named mixture of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// The client list.
    List,
    /// Client cards.
    Card,
    /// The search box.
    Search,
    /// Logging a call.
    Command,
    /// Half cards, a quarter lists, the rest searches and calls.
    Mixed,
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    List,
    Card,
    Search,
    Command,
}

impl Step {
    pub(super) const ALL: [Step; 4] = [Step::List, Step::Card, Step::Search, Step::Command];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Step::List => "list",
            Step::Card => "card",
            Step::Search => "search",
            Step::Command => "command",
        }
    }
}

impl Scenario {
    fn step(self, chance: u64) -> Step {
        match self {
            Scenario::List => Step::List,
            Scenario::Card => Step::Card,
            Scenario::Search => Step::Search,
            Scenario::Command => Step::Command,
            Scenario::Mixed => match chance % 20 {
                0..=9 => Step::Card,
                10..=14 => Step::List,
                15..=17 => Step::Search,
                _ => Step::Command,
            },
        }
    }
}

/// What the clerks know of the bank before they begin.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) clients: Vec<String>,
    names: Vec<String>,
    lists: Vec<String>,
}

/// Signs in by the demo bank's button: an operator sees every client and may log calls.
///
/// # Errors
/// When the server does not answer or is no demo bank.
pub(super) async fn sign_in(line: &mut Line) -> Result<(), RunError> {
    let reply = line.post("/demo/sign-in", "role=operator".to_owned()).await?;
    if reply.status == 303 {
        return Ok(());
    }
    let words = format!("sign-in answered {}: is it a demo bank (`tessera demo`)?", reply.status);
    Err(RunError::Asked(words))
}

/// Looks around: some pages of the list, some searches.
///
/// # Errors
/// When the server does not answer or shows no client.
pub(super) async fn look_around(line: &mut Line) -> Result<Known, RunError> {
    let mut known = Known::default();
    let mut path = Some("/clients".to_owned());
    for _ in 0..LIST_PAGES {
        let Some(at) = path.take() else { break };
        let page = line.get(&at).await?.body;
        take_clients(&page, &mut known);
        path = next_page(&page);
        known.lists.push(at);
    }
    for beginning in BEGINNINGS {
        let page = line.get(&format!("/search?q={}", encode(beginning))).await?.body;
        take_clients(&page, &mut known);
    }
    known.clients.sort_unstable();
    known.clients.dedup();
    known.names.sort_unstable();
    known.names.dedup();
    if known.clients.is_empty() {
        return Err(RunError::Asked("the client list shows no client".to_owned()));
    }
    Ok(known)
}

/// Every link to a card, and the words it stands under.
fn take_clients(page: &str, known: &mut Known) {
    for part in page.split("href=\"/clients/").skip(1) {
        let Some((id, rest)) = part.split_at_checked(36) else {
            continue;
        };
        if !rest.starts_with('"') || id.bytes().any(|b| !b.is_ascii_hexdigit() && b != b'-') {
            continue;
        }
        known.clients.push(id.to_owned());
        let words = rest.split_once('>').and_then(|(_, text)| text.split('<').next());
        let first = words.and_then(|w| w.split_whitespace().next()).unwrap_or("");
        if first.chars().count() >= 3 && first.chars().all(char::is_alphabetic) {
            known.names.push(first.to_owned());
        }
    }
}

/// The address behind the list's "next".
fn next_page(page: &str) -> Option<String> {
    let (before, _) = page.split_once("rel=\"next\"")?;
    let tag_start = before.rfind('<')?;
    let tag = page.get(tag_start..)?.split('>').next()?;
    let href = tag.split("href=\"").nth(1)?.split('"').next()?;
    Some(href.replace("&amp;", "&"))
}

/// One clerk.
pub(super) struct Clerk {
    line: Line,
    known: Known,
    chance: SeededEntropy,
}

impl Clerk {
    pub(super) fn new(line: Line, known: Known, number: u64) -> Clerk {
        Clerk { line, known, chance: SeededEntropy::new(number) }
    }

    fn draw(&self) -> u64 {
        let mut bytes = [0_u8; 8];
        self.chance.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    fn pick<'a>(&self, from: &'a [String]) -> &'a str {
        let length = u64::try_from(from.len()).unwrap_or(1).max(1);
        let place = usize::try_from(self.draw() % length).unwrap_or(0);
        from.get(place).map_or("", String::as_str)
    }

    /// How long he thinks before the next request: anything up to twice the mean (milliseconds).
    pub(super) fn thinks(&self, mean: u64) -> Duration {
        Duration::from_micros(self.draw() % (2000 * mean + 1))
    }

    /// What comes next.
    pub(super) fn next(&self, scenario: Scenario) -> Step {
        scenario.step(self.draw())
    }

    /// Sends one request; answers whether it was answered as expected.
    pub(super) async fn send(&mut self, step: Step) -> bool {
        let reply = match step {
            Step::List => {
                let path = self.pick(&self.known.lists).to_owned();
                self.line.get(&path).await
            }
            Step::Card => {
                let path = format!("/clients/{}", self.pick(&self.known.clients));
                self.line.get(&path).await
            }
            Step::Search => {
                let name = self.pick(&self.known.names);
                let letters = 3 + usize::try_from(self.draw() % 3).unwrap_or(0);
                let part: String = name.chars().take(letters).collect();
                self.line.get(&format!("/search?q={}", encode(&part))).await
            }
            Step::Command => self.log_call().await,
        };
        let expected = if step == Step::Command { 303 } else { 200 };
        reply.is_ok_and(|r| r.status == expected)
    }

    async fn log_call(&mut self) -> Result<Reply, RunError> {
        let client = self.pick(&self.known.clients).to_owned();
        let id = self.chance.id(SystemClock.now());
        let form = format!(
            "_id={id}&channel=phone&direction=in&topic=&subject={}&body=&result=",
            encode("Нагрузочный звонок")
        );
        self.line.post(&format!("/clients/{client}/log"), form).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_names_and_the_next_page_are_found_in_a_list() {
        let id = "0190a8c0-0000-7000-8000-000000000001";
        let page = format!(
            "<a href=\"/clients/{id}\">Иванов Пётр</a><a href=\"/clients/new\">+</a>\
             <a href=\"/clients/{id}/edit\">e</a>\
             <a class=\"x\" href=\"/clients?after=1&amp;q=2\" rel=\"next\">→</a>"
        );
        let mut known = Known::default();
        take_clients(&page, &mut known);
        assert_eq!((known.clients, known.names), (vec![id.to_owned()], vec!["Иванов".to_owned()]));
        assert_eq!(next_page(&page).as_deref(), Some("/clients?after=1&q=2"));
        assert_eq!(next_page("<a href=\"/x\">"), None);
    }

    #[test]
    fn a_mixed_day_has_everything() {
        let count = |step: Step| (0..20).filter(|c| Scenario::Mixed.step(*c) == step).count();
        assert_eq!(Step::ALL.map(count), [5, 10, 3, 2]);
    }
}
