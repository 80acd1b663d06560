//! Every page of the product that a person can open: who opens it, and where. The walks for accessibility
//! and for the width of a phone go through all of it, and so do the pictures.

use serde_json::json;
use uuid::Uuid;

use super::site::Site;
use super::window::Window;

#[path = "places_of_branches.rs"]
pub(crate) mod branches;

/// A page: a name for its picture, the role that opens it, and its address.
pub(crate) struct Place {
    #[allow(dead_code, reason = "only pictures have names")]
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) path: String,
    /// The status it answers with.
    pub(crate) status: u16,
}

/// Addresses that answer with something other than a page for a person.
#[allow(dead_code, reason = "the pictures do not count the routes")]
pub(crate) const NO_PAGES: [&str; 24] = [
    "/admin/nodes/keys",
    "/admin/read-log/export",
    // the line's, for programs
    "/branch/v1/keys",
    "/clients/export",
    "/clients/{id}/card.vcf",
    "/clients/{id}/files/{item}",
    "/clients/{id}/panel/{key}",
    "/clients/pick",
    "/desk/mine",
    "/duplicates/search",
    "/health",
    "/imports/{id}/rejects.csv",
    "/jobs/{id}",
    "/live",
    "/objects/{what}/export",
    // only at a branch: walked in `line.rs`
    "/pending",
    "/pending/day",
    "/pending/{id}",
    "/ready",
    "/search/palette",
    // walked in `second_factor.rs`: it opens only between two steps
    "/sign-in/code",
    // led away to a provider, and back from one: `oidc.rs`
    "/sign-in/oidc/{key}",
    "/sign-in/oidc/{key}/back",
    "/ui/dialog",
];

/// A list of contacts with a row that cannot be taken.
const CONTACTS: &str = "Фамилия;Имя;Телефон;Дата рождения\n\
    Берёзкин;Игнат;+7 916 555-01-01;12.03.1981\n\
    Сосновая;Вера;+7 916 555-01-02;30.02.1990\n";

/// What the manager invites clients to.
const EVENT: &str = "Вечер для владельцев бизнеса";

/// Which system is told of changes.
const WEBHOOK: &str = "Учётная система";

/// Every page. Ordered by role, so that a walk signs in once for each. Leaves an event and an import
/// behind, which only people begin.
pub(crate) async fn places(site: &Site, window: &Window) -> Vec<Place> {
    let mut all = of(
        "manager",
        &[
            ("my-day", "/"),
            ("list", "/clients"),
            ("list-empty", "/clients?q=zzzz"),
            ("list-filter", "/clients/filter"),
            ("new", "/clients/new?kind=person"),
            ("new-company", "/clients/new?kind=company"),
            ("view-new", "/clients/views/new"),
            ("tasks", "/tasks"),
            ("task-new", "/tasks/new"),
            ("projects", "/projects"),
            ("project-new", "/projects/new"),
            ("no-next-step", "/no-next-step"),
            ("duplicates", "/duplicates"),
            ("duplicates-decided", "/duplicates?state=not_same"),
            ("search", "/search?q=ветер"),
            ("search-empty", "/search"),
            ("sessions", "/me/sessions"),
            ("notices", "/me/notices"),
            ("absence", "/me/absence"),
            ("absence-new", "/me/absence/new"),
            ("password", "/me/password"),
            ("security", "/me/security"),
            ("security-totp", "/me/security/totp"),
            ("security-passkey", "/me/security/passkey"),
            ("gallery", "/ui"),
        ],
    );
    all.push(Place {
        status: 404,
        ..place("not-found", "manager", "/clients/00000000-0000-7000-8000-000000000000")
    });
    all.push(Place { status: 403, ..place("forbidden", "manager", "/admin/staff") });
    all.extend(client_places(site).await);
    all.extend(work_places(site, window).await);
    all.extend(identity_places(site, window).await);
    all.extend(of("administrator", &[("imports", "/imports"), ("import-new", "/imports/new")]));
    window.sign_in("administrator").await;
    all.push(place(
        "import-run",
        "administrator",
        send(window, "/imports/new", json!({ "file": CONTACTS })).await,
    ));
    all.push(place("import-gone", "administrator", import_gone(site, window).await));
    all.extend(admin_places(site, window).await);
    all.extend(fields_places(site, window).await);
    all.extend(approval_places(site, window).await);
    all.extend(privacy_places(site, window).await);
    all.extend(secrecy_places(site, window).await);
    all.extend(branches::node_places(site, window).await);
    all.extend(branches::desk_places(site, window).await);
    all.extend(branches::strategy_places(site, window).await);
    all
}

/// A person of whom only the proof of a consent is kept, and a report for another.
async fn privacy_places(site: &Site, window: &Window) -> Vec<Place> {
    window.sign_in("manager").await;
    let new = json!({ "last_name": "Неприметная", "first_name": "Вера" });
    send(window, "/clients/new?kind=person", new).await;
    let gone = site.person("Неприметная").await;
    let consent = json!({ "purpose": "advertising", "channel": "any", "state": "given",
        "evidence_kind": "paper", "evidence": "подпись", "text_version": "2025-09" });
    send(window, &format!("/clients/{gone}/consents"), consent).await;
    window.sign_in("security_officer").await;
    let why = json!({ "basis": "request", "note": "заявление № 7" });
    let request = send(window, &format!("/clients/{gone}/erase"), why).await;
    window.sign_in("head_office").await;
    let decide = "main form[action$=\"/decide\"]";
    send_by(window, &request, decide, json!({ "verdict": "approve" })).await;
    let client = site.person("Щербакова").await;
    let report = format!("/clients/{client}/data-report");
    let mut all = vec![
        place("data-report", "head_office", report.clone()),
        place("erase", "head_office", format!("/clients/{client}/erase")),
    ];
    let why = json!({ "reason": "заявление № 3" });
    all.push(place("data-report-shown", "head_office", send(window, &report, why).await));
    all.push(place("consent-text", "manager", "/consent-texts/advertising:2025-09"));
    window.sign_in("security_officer").await;
    let texts = "/admin/consent-texts";
    all.extend(of("security_officer", &[("consent-texts", texts)]));
    all.push(place("consent-text-new", "security_officer", format!("{texts}/new")));
    let partners = "/consent-texts/partners:2025-09";
    all.push(place("consent-text-close", "security_officer", partners));
    let act = format!("/admin/erasures/{gone}");
    let opened = send(window, &act, json!({ "reason": "запрос № 1" })).await;
    all.extend(of("security_officer", &[("erasures", "/admin/erasures"), ("erasure", &act)]));
    all.push(place("erasure-archive", "security_officer", opened));
    all
}

/// A field and a kind of record the bank has made for itself, and a record.
async fn fields_places(site: &Site, window: &Window) -> Vec<Place> {
    window.sign_in("administrator").await;
    let id = async |sql: &str, key: &str| -> Option<Uuid> { site.found(sql, key).await };
    let (of_field, of_object) = (
        "select id from custom_field where object = 'client' and key = $1",
        "select id from custom_object where key = $1",
    );
    if id(of_field, "x_pet").await.is_none() {
        let pet = json!({ "key": "x_pet", "label": "Питомец", "label_en": "Pet", "field_kind": "choices",
            "options": "Кошка / Cat\nСобака / Dog", "listed": "1", "indexed": "1",
            "hint": "Кто живёт в доме" });
        send(window, "/admin/fields/new?object=client", pet).await;
        let visit = json!({ "key": "visits", "name_one": "Осмотр залога", "name_many": "Осмотры залога",
            "name_one_en": "Collateral visit", "name_many_en": "Collateral visits",
            "client_link": "optional" });
        send(window, "/admin/objects/new", visit).await;
        for (key, label, english, kind) in [
            ("x_place", "Адрес", "Address", "text"),
            ("x_area", "Площадь", "Area", "decimal"),
            ("x_day", "Когда", "When", "date"),
        ] {
            let field = json!({ "key": key, "label": label, "label_en": english, "field_kind": kind,
                "listed": "1", "indexed": "1" });
            send(window, "/admin/fields/new?object=visits", field).await;
        }
        let own = json!({ "key": "x_request", "label": "Номер заявки", "label_en": "Request number",
            "field_kind": "text", "listed": "1", "indexed": "1" });
        send(window, "/admin/fields/new?object=task", own).await;
    }
    let field = id(of_field, "x_pet").await.expect("the field");
    let object = id(of_object, "visits").await.expect("the kind of record");
    let mut all = of(
        "administrator",
        &[
            ("fields", "/admin/fields"),
            ("fields-archived", "/admin/fields?show=archived"),
            ("fields-of-object", "/admin/fields?object=visits"),
            ("fields-of-tasks", "/admin/fields?object=task"),
            ("field-new", "/admin/fields/new"),
            ("object-new", "/admin/objects/new"),
        ],
    );
    all.push(place("field", "administrator", format!("/admin/fields/{field}")));
    all.push(place("object", "administrator", format!("/admin/objects/{object}")));
    window.sign_in("manager").await;
    let client = site.person("Щербакова").await;
    let visit = json!({ "x_place": "Лесная улица, 5", "x_area": "54,5", "x_day": "20.11.2026" });
    let record = send(window, &format!("/objects/visits/new?client={client}"), visit).await;
    all.extend(of(
        "manager",
        &[
            ("records", "/objects/visits"),
            ("records-filter", "/objects/visits/filter"),
            ("records-none", "/objects/visits?q=zzzz"),
            ("record-new", "/objects/visits/new"),
        ],
    ));
    all.push(place("record", "manager", record.clone()));
    all.push(place("record-edit", "manager", format!("{record}/edit")));
    all.extend(record_dialogs(&record));
    let sql = "select t.id from task t join staff s on s.id = t.assignee_id \
               where s.login = $1 and t.state = 'open' order by t.id limit 1";
    let task: Uuid = site.value(sql, "manager").await;
    all.push(place("task-own", "manager", format!("/own-fields/task/{task}")));
    all.push(place("tasks-by-own", "manager", "/tasks?sort=-x_request"));
    all.push(place("client-added", "manager", format!("/clients/{client}/edit?group=added")));
    all
}

/// What opens over the list of records, and where they come from.
fn record_dialogs(record: &str) -> Vec<Place> {
    let id = record.rsplit('/').next().expect("the record");
    let bulk = |action: &str| {
        let path = format!("/objects/visits/bulk/{action}?id={id}");
        place(&format!("records-bulk-{action}"), "manager", path)
    };
    vec![
        bulk("edit"),
        bulk("archive"),
        bulk("restore"),
        place("records-view", "manager", "/objects/visits/views/new?query=sort%3Dx_area"),
        place("records-import", "head_office", "/imports/new?mapping=record:visits"),
    ]
}

/// An import whose files were deleted.
async fn import_gone(site: &Site, window: &Window) -> String {
    let path = send(window, "/imports/new", json!({ "file": CONTACTS })).await;
    let id: Uuid = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an import");
    let mut tx = site.store().await.writer.begin().await.expect("the writer");
    let sql = "insert into import_gone (import_id, at) values ($1, $2)";
    let row = store::params![id, site.services.clock.now()];
    tx.execute(sql, row).await.expect("it is gone");
    tx.commit().await.expect("it is kept");
    path
}

/// A rule of the second person, and a request that waits because of it.
async fn approval_places(site: &Site, window: &Window) -> Vec<Place> {
    window.sign_in("security_officer").await;
    let rule = json!({ "command": "parties.add_date", "checker": "client.assign", "hours": "24" });
    send(window, "/admin/approval-rules/new", rule).await;
    let sql = "select id from approval_rule where command = $1 limit 1";
    let rule: Uuid = site.value(sql, "parties.add_date").await;
    let client = site.person("Щербакова").await;
    window.sign_in("manager").await;
    let date = json!({ "kind": "other", "title": "Открытие дела", "on_date": "10.12.2020" });
    let request = send(window, &format!("/clients/{client}/dates/new"), date).await;
    let mut all = vec![
        place("approval-own", "manager", request.clone()),
        place("approvals-mine", "manager", "/approvals?show=mine"),
        place("card-waiting", "manager", format!("/clients/{client}")),
        place("approval", "head_office", request),
        place("approvals", "head_office", "/approvals"),
        place("card-to-decide", "head_office", format!("/clients/{client}")),
    ];
    let rules = "/admin/approval-rules";
    all.extend(of("security_officer", &[("approval-rules", rules)]));
    all.push(place("approval-rule-new", "security_officer", format!("{rules}/new")));
    all.push(place("approval-rule", "security_officer", format!("{rules}/{rule}")));
    all
}

/// A closed card, one opened for a reason, and rules being written.
async fn secrecy_places(site: &Site, window: &Window) -> Vec<Place> {
    let client = site.person("Щербакова").await;
    let why = format!("/clients/{client}/secrecy");
    let officer = "security_officer";
    window.sign_in(officer).await;
    send(window, &why, json!({ "level": "restricted", "why": "VIP" })).await;
    let draft = json!({ "title": "Остатки VIP только менеджеру" });
    let draft = send(window, "/admin/secrecy", draft).await;
    window.sign_in("operator").await;
    let reason = json!({ "reason_code": "client_calls", "reason": "Звонит по поводу карты" });
    let vip = site.person("Пустовойт").await;
    window.sign_in(officer).await;
    let other = format!("/clients/{vip}/secrecy");
    send(window, &other, json!({ "level": "restricted", "why": "Публичное лицо" })).await;
    window.sign_in("operator").await;
    // the pages of the other language find the card open already
    let opened: i64 = site.value("select count(*) from break_glass where $1 <> ''", "all").await;
    if opened == 0 {
        send(window, &other, reason).await;
    }
    let glass: Uuid = site
        .value(
            "select id from break_glass where reason_code = $1 order by at desc limit 1",
            "client_calls",
        )
        .await;
    let released: Uuid =
        site.value("select id from secrecy_policy where state = $1", "released").await;
    let staff: Uuid = site.value("select id from staff where login = $1", "operator").await;
    let explain = format!("/admin/secrecy/explain?staff={staff}&client={client}");
    vec![
        place("card-closed", "operator", format!("/clients/{client}")),
        place("card-closed-details", "operator", format!("/clients/{client}/details")),
        place("card-opened", "operator", format!("/clients/{vip}")),
        place("secrecy-why", "operator", why),
        place("list-closed", "operator", "/clients?q=Щербакова&cols=phone,email,birth_date"),
        place("secrecy-readings", officer, other),
        place("secrecy", officer, "/admin/secrecy"),
        place("secrecy-version", officer, format!("/admin/secrecy/{released}")),
        place("secrecy-draft", officer, draft),
        place("secrecy-explain", officer, explain),
        place("read-log", officer, "/admin/read-log"),
        place("break-glass", officer, "/admin/break-glass"),
        place("break-glass-one", officer, format!("/admin/break-glass/{glass}")),
    ]
}

/// Whether an address is one of a route such as `/tasks/{id}/{what}`.
#[allow(dead_code, reason = "the pictures do not count the routes")]
pub(crate) fn is_of_route(path: &str, route: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    let fits = |(part, pattern): (&str, &str)| match pattern {
        "{what}" => true,
        "{version}" if part.parse::<i64>().is_ok() => true,
        pattern if pattern.starts_with('{') => part.parse::<Uuid>().is_ok(),
        pattern => part == pattern,
    };
    path.split('/').count() == route.split('/').count()
        && path.split('/').zip(route.split('/')).all(fits)
}

fn place(name: &str, role: &'static str, path: impl Into<String>) -> Place {
    Place { name: name.to_owned(), role, path: path.into(), status: 200 }
}

fn of(role: &'static str, places: &[(&str, &str)]) -> Vec<Place> {
    places.iter().map(|(name, path)| place(name, role, *path)).collect()
}

async fn client_places(site: &Site) -> Vec<Place> {
    let of =
        |name: &str, id: Uuid, path: &str| place(name, "manager", format!("/clients/{id}{path}"));
    let id = site.person("Щербакова").await;
    let mut all: Vec<Place> = [
        ("card", ""),
        ("card-consents", "/consents"),
        ("card-consents-advertising", "/consents?purpose=advertising"),
        ("details", "/details"),
        ("edit", "/edit"),
        ("links", "/links"),
        ("links-new", "/links/new"),
        ("log", "/log?channel=phone"),
        ("log-sms", "/log?channel=sms"),
        ("timeline", "/timeline"),
        ("file-new", "/files/new"),
    ]
    .map(|(name, path)| of(name, id, path))
    .into();
    for (table, what) in [
        ("client_address", "addresses"),
        ("client_contact", "contacts"),
        ("client_date", "dates"),
        ("client_identifier", "identifiers"),
    ] {
        all.push(of(&format!("{what}-new"), id, &format!("/{what}/new")));
        // of a client of the same manager's, who has such a thing
        let sql = format!(
            "select {{}} from {table} t join client c on c.id = t.client_id \
             join staff s on s.id = c.manager_id where s.login = $1 and t.archived_at is null order by t.id limit 1"
        );
        let item: Uuid = site.value(&sql.replace("{}", "t.id"), "manager").await;
        let whose: Uuid = site.value(&sql.replace("{}", "t.client_id"), "manager").await;
        all.push(of(&format!("{what}-edit"), whose, &format!("/{what}/{item}/edit")));
    }
    let link = "select t.id from client_link t join client c on c.id = t.from_id or c.id = t.to_id \
        where c.last_name = $1 and t.until is null and t.archived_at is null order by t.id limit 1";
    let link: Uuid = site.value(link, "Щербакова").await;
    all.push(of("links-end", id, &format!("/links/{link}/end")));
    let account = "from account_role r join client c on c.id = r.client_id where c.last_name = $1 order by r.account_id limit 1";
    let account: Uuid = site.value(&format!("select r.account_id {account}"), "Щербакова").await;
    all.push(of("account", id, &format!("/accounts/{account}")));
    all.push(place("segment", "manager", format!("/clients/bulk/segment?id={id}")));
    let nothing = site.person("Пустовойт").await;
    all.push(of("card-nothing", nothing, ""));
    all.push(of("card-nameless", site.client("display_name = $1", "").await, ""));
    all
}

async fn work_places(site: &Site, window: &Window) -> Vec<Place> {
    let task: Uuid = site
        .value(
            "select t.id from task t join staff s on s.id = t.assignee_id \
             where s.login = $1 and t.state = 'open' order by t.id limit 1",
            "manager",
        )
        .await;
    let interaction: Uuid = site
        .value(
            "select i.id from interaction i join client c on c.id = i.client_id \
             join staff s on s.id = c.manager_id where s.login = $1 order by i.at desc limit 1",
            "manager",
        )
        .await;
    window.sign_in("manager").await;
    let event = json!({ "kind": "event", "title": EVENT, "starts": "10.12.2026" });
    send(window, "/projects/new", event).await;
    let sql = "select id from project where title = $1 order by id desc limit 1";
    let project: Uuid = site.value(sql, EVENT).await;
    let mut all = vec![place(
        "interaction-correct",
        "manager",
        format!("/interactions/{interaction}/correct"),
    )];
    for what in ["", "/done", "/postpone", "/cancel"] {
        let name = format!("task{}", what.replace('/', "-"));
        all.push(place(&name, "manager", format!("/tasks/{task}{what}")));
    }
    for what in ["", "/edit", "/invite"] {
        let name = format!("project{}", what.replace('/', "-"));
        all.push(place(&name, "manager", format!("/projects/{project}{what}")));
    }
    let sql =
        "select {} from client c join staff s on s.id = c.manager_id where s.name like $1 limit 1";
    let branch: Uuid = site.value(&sql.replace("{}", "c.branch_id"), "Егоров %").await;
    let manager: Uuid = site.value(&sql.replace("{}", "c.manager_id"), "Егоров %").await;
    let gaps = format!("/no-next-step/clients?branch={branch}&manager={manager}");
    all.push(place("no-next-step-clients", "manager", gaps));
    let company = site.client("short_name = $1", "АО «Северный ветер»").await;
    let group = site.client("kind = $1", "group").await;
    let director = site.person("Ветров").await;
    for (name, path) in [
        ("card-company", format!("/clients/{company}")),
        ("card-company-details", format!("/clients/{company}/details")),
        ("card-company-links", format!("/clients/{company}/links")),
        ("card-company-edit", format!("/clients/{company}/edit")),
        ("card-group", format!("/clients/{group}")),
        ("main-member", format!("/clients/{group}/main-member")),
        ("card-director", format!("/clients/{director}")),
        ("assign", format!("/clients/bulk/assign?id={company}")),
        ("my-day-head", "/".to_owned()),
        ("list-all", "/clients".to_owned()),
    ] {
        all.push(place(name, "head_office", path));
    }
    all
}

/// Two records of one client: as they are found, compared and merged.
async fn identity_places(site: &Site, window: &Window) -> Vec<Place> {
    let survivor = site.person("Щербакова").await;
    let empty = site.person("Пустовойт").await;
    let (kept, gone) = a_merge(site, window).await;
    let merge: Uuid = site
        .value("select id from client_merge where loser_id = $1 and undone_at is null", gone)
        .await;
    let twin = "from client_pair p join client c on c.id = p.a_id or c.id = p.b_id \
        where c.last_name = $1 limit 1";
    let one: Uuid = site.value(&format!("select p.a_id {twin}"), "Семёнова").await;
    let other: Uuid = site.value(&format!("select p.b_id {twin}"), "Семёнова").await;
    let duplicate = format!("/duplicates/{one}/{other}");
    [
        ("duplicate-pair", duplicate),
        ("duplicates-all", "/duplicates".to_owned()),
        ("merge-choose", format!("/clients/{survivor}/merge?q=Пустовойт")),
        ("merge", format!("/clients/{survivor}/merge/{empty}")),
        ("card-merged", format!("/clients/{kept}")),
        ("unmerge", format!("/clients/{kept}/unmerge/{merge}")),
    ]
    .map(|(name, path)| place(name, "head_office", path))
    .into()
}

/// Merges two people nobody else looks at, as a person would: the one who stays and the one who goes.
async fn a_merge(site: &Site, window: &Window) -> (Uuid, Uuid) {
    let plain = "c.kind = 'person' and c.last_name is not null and not exists (select 1 from loan l \
        where l.client_id = c.id) and not exists (select 1 from client_link k where k.from_id = c.id \
        or k.to_id = c.id) and not exists (select 1 from client_pair p where p.a_id = c.id or p.b_id = c.id) \
        and c.manager_id not in (select id from staff where login = $1)";
    // a second walk finds the merge of the first
    let merged = "from client_merge where undone_at is null and reason <> $1";
    if let Some(gone) = site.found(&format!("select loser_id {merged}"), "").await {
        return (site.value(&format!("select survivor_id {merged}"), "").await, gone);
    }
    // the stories of the bank have the first ids
    let sql = |skip: u8| {
        format!("select c.id from client c where {plain} order by c.id desc limit 1 offset {skip}")
    };
    let kept: Uuid = site.value(&sql(0), "manager").await;
    let gone: Uuid = site.value(&sql(1), "manager").await;
    window.sign_in("head_office").await;
    let page = format!("/clients/{kept}/merge/{gone}");
    send(window, &page, json!({ "reason": "Одна и та же запись, заведена дважды" })).await;
    (kept, gone)
}

async fn admin_places(site: &Site, window: &Window) -> Vec<Place> {
    let mut all = of(
        "administrator",
        &[
            ("absences", "/admin/absences"),
            ("absences-new", "/admin/absences/new"),
            ("branches", "/admin/branches"),
            ("branch-new", "/admin/branches/new"),
            ("region-new", "/admin/regions/new"),
            ("team-new", "/admin/teams/new"),
            ("jobs", "/admin/jobs"),
            ("journal", "/admin/journal"),
            ("journal-chain", "/admin/journal/chain"),
            ("roles", "/admin/roles"),
            ("role-new", "/admin/roles/new"),
            ("staff", "/admin/staff"),
            ("staff-new", "/admin/staff/new"),
            ("sign-ins", "/admin/sign-ins"),
            ("tokens", "/admin/tokens"),
            ("token-new", "/admin/tokens/new"),
            ("webhooks", "/admin/webhooks"),
            ("webhook-new", "/admin/webhooks/new"),
        ],
    );
    let webhook = json!({ "title": WEBHOOK, "url": "https://erp.bank.example/tessera" });
    send(window, "/admin/webhooks/new", webhook).await;
    let sql = "select id from webhook where title = $1 order by id desc limit 1";
    let webhook: Uuid = site.value(sql, WEBHOOK).await;
    let mut item = |name: &str, kind: &str, id: Uuid, rest: &str| {
        all.push(place(name, "administrator", format!("/admin/{kind}/{id}{rest}")));
    };
    for rest in ["", "/edit"] {
        item(&format!("webhook{}", rest.replace('/', "-")), "webhooks", webhook, rest);
    }
    let manager: Uuid = site.value("select id from staff where login = $1", "manager").await;
    for rest in ["", "/edit", "/dismiss", "/password", "/personnel"] {
        item(&format!("person{}", rest.replace('/', "-")), "staff", manager, rest);
    }
    let branch: Uuid =
        site.value("select id from branch where code <> $1 order by code limit 1", "").await;
    item("branch", "branches", branch, "");
    let region: Uuid =
        site.value("select id from region where code <> $1 order by code limit 1", "").await;
    item("region", "regions", region, "");
    let team: Uuid =
        site.value("select id from team where name <> $1 order by name limit 1", "").await;
    item("team", "teams", team, "");
    let role: Uuid = site.value("select id from role where key = $1", "manager").await;
    item("role", "roles", role, "");
    all
}

/// Sends the form of a page as a person would, with these values, and gives the address it leads to.
pub(super) async fn send(window: &Window, page: &str, values: serde_json::Value) -> String {
    send_by(window, page, "main form[data-save]", values).await
}

/// The same by the form that a selector finds.
async fn send_by(window: &Window, page: &str, form: &str, values: serde_json::Value) -> String {
    let script = "const [page, selector, values] = arguments; \
        fetch(page).then((r) => r.text()).then((html) => { \
          const form = new DOMParser().parseFromString(html, 'text/html').querySelector(selector); \
          const data = new FormData(form); \
          for (const [name, value] of Object.entries(values)) data.set(name, value); \
          const file = form.querySelector('[type=file]'); \
          if (file) data.set(file.name, new File([values.file], 'contacts.csv', { type: 'text/csv' })); \
          return fetch(form.getAttribute('action') || page, { method: 'POST', body: file ? data : new URLSearchParams(data) }); \
        }).then((r) => done(r.status + new URL(r.url).pathname), (error) => done(String(error)));";
    let path = window.js_later(script, vec![json!(page), json!(form), values]).await;
    let path = path.as_str().expect("an answer");
    path.strip_prefix("200").unwrap_or_else(|| panic!("{page} was not saved: {path}")).to_owned()
}
