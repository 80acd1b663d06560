//! Pages of branches: desks and smart cards, nodes, limits, what was approved beforehand, and the method they are sent.

use engagement::card::commands::ReportCard;
use kernel::UserId;
use serde_json::json;
use uuid::Uuid;

use super::super::site::Site;
use super::super::window::Window;
use super::{Place, of, place, send};

/// The desk: who waits, a visitor before the clerk who is found and one who is known, an operation, the day, the themes.
pub(super) async fn desk_places(site: &Site, window: &Window) -> Vec<Place> {
    window.sign_in("manager").await;
    send(window, "/desk/new?serve=on", json!({ "person": "Щербакова" })).await;
    let sql = "select id from visit where person = $1 order by arrived_at desc limit 1";
    let visit: Uuid = site.value(sql, "Щербакова").await;
    let mut all = of(
        "manager",
        &[
            ("desk", "/desk"),
            ("visit-new", "/desk/new"),
            ("operation-new", "/desk/operations/new"),
            ("desk-day", "/desk/day"),
        ],
    );
    all.push(place("desk-found", "manager", format!("/desk?visit={visit}&q=Щербакова")));
    let sql = "select id from visit where identified_by = $1 order by arrived_at limit 1";
    let known: Uuid = site.value(sql, "document").await;
    all.push(place("desk-known", "manager", format!("/desk?visit={known}")));
    all.push(place("desk-guide", "manager", guided(site, window).await));
    let far = "select k.name from known_person k join client c on c.id = k.person_id \
               where c.branch_id <> (select branch_id from staff where login = $1) order by k.name limit 1";
    let far: String = site.value(far, "manager").await;
    all.push(place("desk-far", "manager", format!("/desk?visit={visit}&q={far}")));
    all.extend(card_places(site, window).await);
    let sql = "select id from desk_operation where kind = $1 order by at limit 1";
    let operation: Uuid = site.value(sql, "payment").await;
    let reverse = format!("/desk/operations/{operation}/reverse");
    all.push(place("operation-reverse", "branch_head", reverse));
    all.push(place("till-new", "branch_head", "/desk/till/new".to_owned()));
    let sql = "select id from desk_theme where letter = $1 order by place limit 1";
    let theme: Uuid = site.value(sql, "L").await;
    all.extend(of(
        "methodologist",
        &[("themes", "/admin/themes"), ("theme-new", "/admin/themes/new")],
    ));
    all.push(place("theme", "methodologist", format!("/admin/themes/{theme}")));
    all
}

/// A visitor who has lost his card, by the script of that: one step is done.
async fn guided(site: &Site, window: &Window) -> String {
    let theme: Uuid =
        site.value("select id from desk_theme where name = $1", "Карта утеряна").await;
    let lost = json!({ "person": "Без карты", "theme_id": theme.to_string() });
    send(window, "/desk/new?serve=on", lost).await;
    let sql = "select id from visit where person = $1 order by arrived_at desc limit 1";
    let visit: Uuid = site.value(sql, "Без карты").await;
    let path = format!("/desk?visit={visit}");
    window.goto(&path).await;
    window.follow(".desk-step.now button").await;
    path
}

/// A client gets a card at the centre: a limit, and a PIN that he types twice.
pub(crate) async fn give_card(window: &Window, client: Uuid) {
    window.goto(&format!("/clients/{client}")).await;
    window.click("[data-dialog-src^='/smart-cards/new']").await;
    window.fill("dialog [name=limit]", "5000").await;
    window.fill("dialog [name=pin]", "4711").await;
    window.fill("dialog [name=pin_again]", "4711").await;
    window.click("dialog [type=submit]").await;
    window.until_seen("#card").await;
}

/// A client's smart card: issued, read in a visit, stopped, and what is wrong with it.
async fn card_places(site: &Site, window: &Window) -> Vec<Place> {
    let client = site.person("Щербакова").await;
    let by_client = "select id from smart_card where client_id = $1 and state = 'active'";
    if site.found::<Uuid>(by_client, client).await.is_none() {
        give_card(window, client).await;
    }
    let card: Uuid = site.value(by_client, client).await;
    let of_card = "select id from visit where person = $1 order by arrived_at desc limit 1";
    if site.found::<Uuid>(of_card, "С картой").await.is_none() {
        send(window, "/desk/new?serve=on", json!({ "person": "С картой" })).await;
    }
    let visit: Uuid = site.value(of_card, "С картой").await;
    let by_visit = "select id from smart_card_reading where visit_id = $1";
    if site.found::<Uuid>(by_visit, visit).await.is_none() {
        window.goto(&format!("/desk?visit={visit}")).await;
        window.click("#visit-who [data-dialog-src$='/card']").await;
        window.click("dialog [type=submit]").await;
        window.until_seen("#visit-card").await;
    }
    let report = ReportCard {
        visit_id: None,
        number: "00000000000000AA".to_owned(),
        reason: "card-rolled-back".to_owned(),
        atc: 7,
    };
    let member: UserId = site.value("select id from staff where login = $1", "manager").await;
    let principal = site.services.directory.principal(member).expect("the manager");
    let ctx = site.services.ctx(principal, "web");
    site.services.execute(&ctx, ctx.command_id(), &report).await.expect("an alarm");
    let alarm: Uuid = site.value("select id from smart_card_alarm where atc = $1", 7_i64).await;
    let mut all = vec![
        place("smart-card-new", "manager", format!("/smart-cards/new?client={client}")),
        place("smart-card-read", "manager", format!("/desk/visits/{visit}/card")),
        place("smart-card-pay", "manager", format!("/desk/visits/{visit}/card/pay")),
        place("desk-by-card", "manager", format!("/desk?visit={visit}")),
        place("smart-card", "manager", format!("/smart-cards/{card}")),
    ];
    for what in ["terms", "pin", "stop"] {
        let name = format!("smart-card-{what}");
        all.push(place(&name, "manager", format!("/smart-cards/{card}/{what}")));
    }
    all.extend(of("security_officer", &[("smart-card-alarms", "/smart-cards/alarms")]));
    let path = format!("/smart-cards/alarms/{alarm}");
    all.push(place("smart-card-alarm", "security_officer", path));
    all
}

/// A node that was invited, one at work, and what the centre has refused of it.
pub(super) async fn node_places(site: &Site, window: &Window) -> Vec<Place> {
    window.sign_in("administrator").await;
    let by_name = "select id from branch_node where name = $1";
    if site.found::<Uuid>(by_name, "desk-2").await.is_none() {
        let sql =
            "select id from branch where archived_at is null and code <> $1 order by code limit 1";
        let branch: Uuid = site.value(sql, "").await;
        let node =
            json!({ "branch_id": branch.to_string(), "name": "desk-2", "lease_hours": "72" });
        send(window, "/admin/nodes/new", node).await;
        super::super::nodes::refused(site).await;
    }
    let invited: Uuid = site.value(by_name, "desk-2").await;
    let node: Uuid = site.value(by_name, "desk-1").await;
    let sql = "select id from branch_refusal where code = $1 order by refused_at limit 1";
    let conflict: Uuid = site.value(sql, "conflict").await;
    let home = "/admin/nodes";
    let mut all = of("administrator", &[("nodes", home), ("node-new", "/admin/nodes/new")]);
    all.push(place("node", "administrator", format!("{home}/{node}")));
    all.push(place("node-invited", "administrator", format!("{home}/{invited}")));
    all.push(place("node-revoke", "administrator", format!("{home}/{node}/revoke")));
    all.push(place("node-silence", "administrator", format!("{home}/{node}/silence")));
    all.extend(of(
        "head_office",
        &[("refusals", "/refusals"), ("refusals-decided", "/refusals?show=decided")],
    ));
    all.push(place("refusal", "head_office", format!("/refusals/{conflict}")));
    all.extend(limit_places(site, window).await);
    all
}

/// The limits of branches, and a supervisor's PIN.
pub(super) async fn limit_places(site: &Site, window: &Window) -> Vec<Place> {
    let of_all = "select id from offline_limit where command = $1";
    if site.found::<Uuid>(of_all, "*").await.is_none() {
        window.sign_in("head_office").await;
        // the form proposes the usual numbers
        send(window, "/admin/limits/new", json!({ "role": "clerk" })).await;
    }
    let limit: Uuid = site.value(of_all, "*").await;
    let pages = [("limits", "/admin/limits"), ("limit-new", "/admin/limits/new")];
    let mut all = of("head_office", &pages);
    all.push(place("limit", "head_office", format!("/admin/limits/{limit}")));
    all.push(place("pin", "branch_head", "/me/pin"));
    all.extend(pre_approval_places(site, window).await);
    all
}

/// What the centre approves beforehand for a client.
pub(super) async fn pre_approval_places(site: &Site, window: &Window) -> Vec<Place> {
    let home = format!("/clients/{}/pre-approvals", site.person("Щербакова").await);
    let of_command = "select id from pre_approval where command = $1 limit 1";
    let command = "engagement.record_operation";
    if site.found::<Uuid>(of_command, command).await.is_none() {
        window.sign_in("head_office").await;
        let wanted = json!({ "command": command, "amount": "900000" });
        send(window, &format!("{home}/new"), wanted).await;
    }
    let approval: Uuid = site.value(of_command, command).await;
    vec![
        place("pre-approval-new", "head_office", format!("{home}/new")),
        place("pre-approval-withdraw", "head_office", format!("{home}/{approval}/withdraw")),
    ]
}

/// A script, a price, and a version with both that goes to some of the nodes.
pub(super) async fn strategy_places(site: &Site, window: &Window) -> Vec<Place> {
    let keeper = "methodologist";
    window.sign_in(keeper).await;
    let script = "select id from service_script where key = $1";
    if site.found::<Uuid>(script, "card-lost").await.is_none() {
        let lost = json!({ "key": "card-lost", "theme": "Карты", "name": "Карта потеряна",
            "name_en": "Card lost", "steps": "Установить личность\nЗаблокировать карту",
            "steps_en": "Identify the client\nBlock the card" });
        send(window, "/admin/scripts/new", lost).await;
        let price = json!({ "key": "card.reissue", "name": "Перевыпуск карты",
            "name_en": "Card reissue", "sum": "500", "currency": "RUB", "unit": "piece" });
        send(window, "/admin/prices/new", price).await;
        let note = json!({ "note": "Тарифы на декабрь", "percent": "5" });
        send(window, "/admin/strategy/publish", note).await;
        let price = json!({ "key": "transfer.urgent", "name": "Срочный перевод",
            "name_en": "Urgent transfer", "rate": "1,5", "unit": "operation" });
        send(window, "/admin/prices/new", price).await;
        let note = json!({ "note": "Срочные переводы", "percent": "5" });
        send(window, "/admin/strategy/publish", note).await;
        // something is not published yet
        let long = json!({ "key": "safe-deposit-box.large.year", "name": "Аренда большого индивидуального сейфа с доверенностью на второе лицо",
            "name_en": "A large safe-deposit box with a power of attorney for a second person",
            "sum": "48000", "currency": "RUB", "unit": "year" });
        send(window, "/admin/prices/new", long).await;
    }
    let script: Uuid = site.value(script, "card-lost").await;
    let price: Uuid = site.value("select id from price_item where key = $1", "card.reissue").await;
    let text: Uuid =
        site.value("select id from message_text where key = $1", "sms.card-ready").await;
    let home = "/admin/strategy";
    let mut all = of(
        keeper,
        &[
            ("scripts", "/admin/scripts"),
            ("script-new", "/admin/scripts/new"),
            ("prices", "/admin/prices"),
            ("price-new", "/admin/prices/new"),
            ("texts", "/admin/texts"),
            ("text-new", "/admin/texts/new"),
            ("strategy", home),
            ("strategy-publish", "/admin/strategy/publish"),
            ("strategy-version", "/admin/strategy/3"),
            ("strategy-stage", "/admin/strategy/3/stage"),
            ("strategy-roll-back", "/admin/strategy/1/roll-back"),
        ],
    );
    all.push(place("script", keeper, format!("/admin/scripts/{script}")));
    all.push(place("price", keeper, format!("/admin/prices/{price}")));
    all.push(place("text", keeper, format!("/admin/texts/{text}")));
    all
}
