//! The walk: every endpoint and every command the program registers, as every role, with clients of every
//! kind, compared with the golden matrix; and no answer holds what its asker must not hear.

mod commands;
mod people;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use http::Method;
use spine::secrecy::Group;
use testkit::Bank;
use uuid::Uuid;
use web::RouteInfo;

use crate::golden::is_update;
use crate::secrecy::cast::Cast;
use crate::support::both;
use people::Person;

/// Whom addresses are about, in the order of the columns; the last is an id nobody has.
pub(crate) const COLUMNS: [&str; 7] =
    ["own", "branch", "other", "vip", "secret", "merged", "nobody"];

/// An id nobody has.
pub(crate) const NOBODY: Uuid = Uuid::from_u128(0x0190_a8c0_0000_7000_8000_0000_0000_0001);

/// Addresses of lists and files as somebody asks who wants to know everything.
const CURIOUS: [&str; 16] = [
    "/clients?cols=number,phone,email,birth_date,employer,since,channel,next_step,last_contact&size=100",
    "/clients?sort=-since&size=100",
    "/clients?q=Анна&size=100",
    "/clients?field=phone&op=filled&value=&cols=phone,email&size=100",
    "/clients/export?format=csv&cols=phone,email,birth_date,employer,since,channel",
    "/clients/export?format=vcf",
    "/clients/pick?q=Анна",
    "/search?q=Анна",
    "/search?q=Дело",
    "/search/palette?q=Анна",
    "/tasks?who=all",
    "/tasks?which=vip&who=all",
    "/duplicates?state=open",
    "/admin/journal",
    "/approvals",
    "/",
];

/// What the API is asked besides.
const CURIOUS_API: [&str; 6] = [
    "/clients?columns=phone&columns=email&columns=employer&limit=100",
    "/clients/export?format=csv&columns=phone&columns=email&columns=employer",
    "/clients/export?format=vcf",
    "/search?q=%D0%90%D0%BD%D0%BD%D0%B0",
    "/tasks?limit=100",
    "/journal?limit=100",
];

/// Asked last: nobody is signed in afterwards.
const SIGN_OUT: &str = "/sign-out";

/// Who together hear everything there is to hear.
const EARS: [&str; 3] = ["auditor", "branch_head", "head_office"];

/// The clients with everything that could be told of them.
struct Walked<'a> {
    cast: &'a Cast,
    canaries: Vec<String>,
}

/// Every canary was heard by somebody who may: otherwise its silence would prove nothing.
fn canaries_sing(walked: &Walked<'_>, people: &[Person]) {
    let secret = walked.cast.of("secret").canaries(Group::Holdings);
    for canary in &walked.canaries {
        // the bare number stands in answers to programs only, and none of them reads a secret card
        let is_for_nobody = *canary == secret[1];
        let is_heard = people.iter().any(|person| person.heard.contains(canary));
        assert!(is_heard != is_for_nobody, "{canary}: {is_heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_and_command_as_every_role_is_as_agreed() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        bank.settle().await;
        let mut people = people::all(bank).await;
        people::listen(&mut people, &cast);
        let mut lines = String::from(
            "# Every endpoint and command as every role. Written by\n\
             # `UPDATE_GOLDEN=1 cargo nextest run -p server walk`.\n\
             # Columns of what is about a client: own branch other vip secret merged nobody,\n\
             # seen from branch 01; `own` is looked after by the member `manager`.\n",
        );
        let routes: Vec<RouteInfo> = bank.app.routes.clone();
        let walked = Walked { cast: &cast, canaries: cast.canaries() };
        let (last, others): (Vec<_>, Vec<_>) =
            routes.into_iter().partition(|route| route.path == SIGN_OUT);
        for route in others {
            endpoint(&walked, &mut people, route, &mut lines).await;
        }
        curious(&walked, &mut people).await;
        for route in last {
            endpoint(&walked, &mut people, route, &mut lines).await;
        }
        canaries_sing(&walked, &people);
        commands::walk(bank, &cast, &people, &mut lines).await;
        compare(&lines);
    })
    .await;
}

/// One endpoint as everybody: those it answers alike stand in one line.
async fn endpoint(cast: &Walked<'_>, people: &mut [Person], route: RouteInfo, lines: &mut String) {
    let is_api = route.path.starts_with("/api/");
    let mut answers: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for person in people.iter_mut().filter(|person| person.is_program == is_api || person.is_nobody)
    {
        let answer = ask(cast, person, route).await;
        answers.entry(answer).or_default().push(person.name);
    }
    write_answers(lines, &format!("{} {}", route.method, route.path), answers);
}

pub(crate) fn write_answers(
    lines: &mut String,
    what: &str,
    answers: BTreeMap<String, Vec<&'static str>>,
) {
    writeln!(lines, "{what}").unwrap();
    for (answer, names) in answers {
        writeln!(lines, "  {answer}  {}", names.join(" ")).unwrap();
    }
}

/// The statuses of an endpoint for one person: one for each client when the address is about one.
async fn ask(cast: &Walked<'_>, person: &mut Person, route: RouteInfo) -> String {
    let is_read = route.method == "GET";
    let is_entitled = match route.access {
        "public" | "demo" => true,
        permission => person.principal.has(permission),
    };
    // whoever may not use it at all is asked once; writes of the API are walked as their commands
    let is_about_client =
        about_client(route) && is_entitled && (is_read || !route.path.starts_with("/api/"));
    if route.path == "/live" {
        return "stream".to_owned(); // an answer without an end
    }
    let columns: &[&str] = if is_about_client { &COLUMNS } else { &["nobody"] };
    let mut statuses: Vec<String> = Vec::new();
    for column in columns {
        let path = address(cast.cast, route, column);
        let status = send(&cast.canaries, person, route.method, &path).await;
        statuses.push(status.to_string());
    }
    statuses.join(" ")
}

/// Whether an address is about a client or a thing of his.
fn about_client(route: RouteInfo) -> bool {
    const ROOTS: [&str; 20] = [
        "/own-fields/{what}/{id}",
        "/api/v1/own-fields/{",
        "/clients/{id}",
        "/duplicates/{a}",
        "/tasks/{id}",
        "/interactions/{id}",
        "/api/v1/clients/{client_id}",
        "/api/v1/contacts/{",
        "/api/v1/identifiers/{",
        "/api/v1/addresses/{",
        "/api/v1/dates/{",
        "/api/v1/files/{",
        "/api/v1/tasks/{",
        "/api/v1/interactions/{",
        "/api/v1/duplicates/{",
        "/api/v1/circles/{",
        "/api/v1/links/{",
        "/api/v1/merges/{",
        "/api/v1/projects/{project_id}/participants",
        "/projects/{id}/participation",
    ];
    ROOTS.iter().any(|root| route.path.starts_with(root))
}

/// The concrete address of a route about one of the clients.
pub(crate) fn address(cast: &Cast, route: RouteInfo, column: &str) -> String {
    let subject = cast.subjects.iter().find(|one| one.key == column);
    let thing = |name: &str| match subject {
        Some(one) => one.things.get(name).copied().unwrap_or(NOBODY),
        None => NOBODY,
    };
    let parts: Vec<&str> = route.path.split('/').collect();
    let mut out = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let before = if at > 0 { parts[at - 1] } else { "" };
        let id = match *part {
            "{key}" => {
                out.push("contacts".to_owned());
                continue;
            }
            "{what}" | "{object}" if before == "own-fields" => {
                out.push("task".to_owned());
                continue;
            }
            "{record_id}" if parts.contains(&"own-fields") => thing("task"),
            "{id}" if parts.contains(&"own-fields") => thing("task"),
            "{what}" => {
                out.push("done".to_owned());
                continue;
            }
            "{id}" | "{client_id}" | "{a}" | "{one_id}" | "{circle_id}" => match before {
                "tasks" => thing("task"),
                "interactions" => thing("interaction"),
                "clients" | "duplicates" | "circles" | "participants" => thing("client"),
                _ => NOBODY,
            },
            "{account}" | "{account_id}" => thing("account"),
            "{contact_id}" => thing("contact"),
            "{identifier_id}" => thing("identifier"),
            "{address_id}" => thing("address"),
            "{date_id}" => thing("date"),
            "{file_id}" => thing("file"),
            "{task_id}" => thing("task"),
            "{link_id}" => thing("link"),
            "{interaction_id}" => thing("interaction"),
            "{item}" => match before {
                "contacts" => thing("contact"),
                "identifiers" => thing("identifier"),
                "addresses" => thing("address"),
                "dates" => thing("date"),
                "files" => thing("file"),
                "links" => thing("link"),
                _ => NOBODY,
            },
            // the other one of two is somebody everybody of the branch sees
            "{b}" | "{other}" | "{other_id}" => cast.of("branch").id.uuid(),
            part if part.starts_with('{') => NOBODY,
            part => {
                out.push(part.to_owned());
                continue;
            }
        };
        out.push(id.to_string());
    }
    out.join("/")
}

/// Asks, and listens to what the answer must not say.
async fn send(all: &[String], person: &mut Person, method: &str, path: &str) -> u16 {
    let known = Method::from_bytes(method.as_bytes()).unwrap();
    let headers: &[(&str, &str)] = match (method, person.is_program) {
        ("GET", _) => &[],
        (_, true) => &[("content-type", "application/json")],
        (_, false) => &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ],
    };
    let reply = person.browser.send(known, path, axum::body::Body::empty(), headers).await;
    assert!(reply.status < 500, "{method} {path} as {}: {}", person.name, reply.gist());
    for secret in &person.unheard {
        assert!(
            !reply.body.contains(secret.as_str()),
            "{method} {path} tells {} of {secret}: {}",
            person.name,
            reply.gist()
        );
    }
    if EARS.contains(&person.name) {
        let told = all.iter().filter(|canary| reply.body.contains(canary.as_str()));
        person.heard.extend(told.cloned());
    }
    reply.status
}

/// Lists, searches and files, asked as widely as they can be.
async fn curious(cast: &Walked<'_>, people: &mut [Person]) {
    for person in people.iter_mut() {
        let api = CURIOUS_API.map(|path| format!("/api/v1{path}"));
        let paths: Vec<String> = match person.is_program {
            true => api.to_vec(),
            false => CURIOUS.map(str::to_owned).to_vec(),
        };
        for path in paths {
            let status = send(&cast.canaries, person, "GET", &path).await;
            assert!(status != 303 || person.is_nobody, "{} is no longer signed in", person.name);
        }
    }
}

fn compare(now: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/walk.txt");
    if is_update() {
        std::fs::write(&file, now).unwrap();
    }
    let agreed = std::fs::read_to_string(&file).unwrap_or_default();
    if agreed == now {
        return;
    }
    let blocks = |text: &str| -> BTreeMap<String, String> {
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        let mut head = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if !line.starts_with(' ') {
                head = line.to_owned();
            }
            let block = all.entry(head.clone()).or_default();
            block.push_str(line);
            block.push('\n');
        }
        all
    };
    let (agreed, now) = (blocks(&agreed), blocks(now));
    let mut words = String::new();
    for (what, block) in &now {
        if agreed.get(what) != Some(block) {
            let before = agreed.get(what).map_or("(new)\n", String::as_str);
            write!(words, "agreed:\n{before}now:\n{block}").unwrap();
        }
    }
    for gone in agreed.keys().filter(|what| !now.contains_key(*what)) {
        writeln!(words, "gone: {gone}").unwrap();
    }
    panic!("not as agreed in tests/golden/walk.txt; if it is meant so: UPDATE_GOLDEN=1\n{words}");
}
