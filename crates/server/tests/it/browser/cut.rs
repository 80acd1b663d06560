//! The line is cut while a clerk works: he serves on, somebody at the centre changes the same client, and when the line is back
//! everything is there once and a person has decided what was contrary.

use kernel::UserId;
use serde_json::json;
use spine::replica::LineWord;
use uuid::Uuid;

use super::line::line;
use super::nodes::joined;
use super::places::branches::give_card;
use super::places::send;
use super::site::Site;
use super::window::Window;
use super::{Driver, Lang};

/// A visitor from the ticket to the end, at the desk, by mouse and keys.
async fn serve(window: &Window, (find, person): (&str, &Uuid), sum: &str) {
    window.goto("/desk").await;
    window.click("[data-dialog-src='/desk/new?serve=on']").await;
    window.fill("dialog [name=person]", find).await;
    window.click("dialog [type=submit]").await;
    window.until_seen("#visit-who [name=q]").await;
    window.fill("#visit-who [name=q]", find).await;
    window.follow("#visit-who .desk-search [type=submit]").await;
    let form = format!("#identify-{person}");
    window.choose(&format!("{form} [name=by]"), "document").await;
    window.fill(&format!("{form} [name=with]"), "4321").await;
    window.follow(&format!("{form} [type=submit]")).await;
    window.until_seen("#service-due").await;
    window.click("[data-dialog-src^='/desk/operations/new?visit=']").await;
    window.choose("dialog [name=kind]", "cash_in").await;
    window.fill("dialog [name=amount]", sum).await;
    window.click("dialog [type=submit]").await;
    window.until_seen("#visit-operations tbody tr").await;
    window.choose("#visit-finish [name=result]", "resolved").await;
    window.fill("#visit-finish [name=note]", "обслужен без связи").await;
    window.follow("#visit-finish [type=submit]").await;
    window.until_gone("#visit-finish").await;
}

/// A visitor shows his card, pays with it and goes.
async fn serve_by_card(window: &Window, sum: &str) {
    window.goto("/desk").await;
    window.click("[data-dialog-src='/desk/new?serve=on']").await;
    window.click("dialog [type=submit]").await;
    window.until_seen("#visit-who [name=q]").await;
    window.click("#visit-who [data-dialog-src$='/card']").await;
    window.click("dialog [type=submit]").await;
    window.until_seen("#visit-card").await;
    window.click("[data-dialog-src$='/card/pay']").await;
    window.fill("dialog [name=amount]", sum).await;
    window.fill("dialog [name=pin]", "4711").await;
    window.click("dialog [type=submit]").await;
    window.until_seen("#visit-operations tbody tr").await;
    window.choose("#visit-finish [name=result]", "resolved").await;
    window.fill("#visit-finish [name=note]", "обслужен без связи").await;
    window.follow("#visit-finish [type=submit]").await;
    window.until_gone("#visit-finish").await;
}

async fn edit(window: &Window, client: Uuid, value: &str) {
    let form = format!("/clients/{client}/edit?group=work");
    send(window, &form, json!({ "job_title": value })).await;
}

async fn count(site: &Site, sql: &str) -> i64 {
    site.value(sql, "обслужен без связи").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_serves_on_when_the_line_is_cut_and_everything_is_there_once() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let centre = Box::pin(Site::open()).await;
    let member: UserId = centre.value("select id from staff where login = $1", "manager").await;
    let (branch, wire) = Box::pin(joined(&centre, "desk-7", member)).await;
    let known = branch.person("Щербакова").await;
    // somebody gets a card at the centre, and takes it along
    let office = Window::open(&driver, &centre, Lang::Ru).await;
    office.sign_in("manager").await;
    let other = "select id from client where kind = $1 and id <> (select max(id) from client) \
                 and last_name is not null and last_name <> 'Щербакова' order by sort_name limit 1";
    let holder: Uuid = branch.value(other, "person").await;
    give_card(&office, holder).await;
    std::fs::copy(&centre.card, &branch.card).expect("the card");
    wire.talk().await;
    line(&branch, LineWord::Online);
    let clerk = Window::open(&driver, &branch, Lang::Ru).await;
    clerk.sign_in("manager").await;
    // cut
    line(&branch, LineWord::Offline);
    clerk.until_seen("#line a.link-state.danger").await;
    serve(&clerk, ("Щербакова", &known), "100").await;
    send(
        &clerk,
        "/clients/new?kind=person",
        json!({ "last_name": "Безлинейная", "first_name": "Зоя" }),
    )
    .await;
    let new = branch.person("Безлинейная").await;
    serve(&clerk, ("Безлинейная", &new), "200").await;
    serve_by_card(&clerk, "300").await;
    edit(&clerk, known, "касса отделения").await;
    // meanwhile at the centre
    office.sign_in("head_office").await;
    edit(&office, known, "касса центра").await;
    let done = "select count(*) from visit where note = $1 and state = 'done'";
    assert_eq!((count(&branch, done).await, count(&centre, done).await), (3, 0));
    // and back
    wire.talk().await;
    line(&branch, LineWord::Online);
    assert_eq!((count(&branch, done).await, count(&centre, done).await), (3, 3));
    let open = "select count(*) from branch_refusal where state = $1";
    assert_eq!(centre.value::<i64>(open, "open").await, 1, "what was contrary");
    office.goto("/refusals").await;
    office.follow("#refusals tbody a").await;
    office.click("[name=verdict][value=again]").await;
    office.until_words("main", "касса отделения").await;
    wire.talk().await;
    let title = "select job_title from client where id = $1";
    for site in [&centre, &branch] {
        assert_eq!(site.value::<String>(title, known).await, "касса отделения");
        let sums = "select cast(sum(amount_minor) as bigint) from desk_operation o \
                    where exists (select 1 from visit v where v.id = o.visit_id and v.note = $1)";
        assert_eq!(count(site, sums).await, 60_000);
        let registered = "select count(*) from client where last_name = $1";
        assert_eq!(site.value::<i64>(registered, "Безлинейная").await, 1);
        let told = "select count(*) from interaction where body = $1";
        assert_eq!(count(site, told).await, 3);
        let by_card = "select count(*) from visit where client_id = $1 and identified_by = 'card'";
        assert_eq!(site.value::<i64>(by_card, holder).await, 1);
        let accepted = "select count(*) from smart_card_record where standing = $1 and risks = ''";
        assert_eq!(site.value::<i64>(accepted, "accepted").await, 1);
    }
    clerk.goto("/pending?show=open").await;
    assert_eq!(clerk.count("#pending tbody tr[id]").await, 0, "nothing is left to tell");
    clerk.close().await;
    office.close().await;
}
