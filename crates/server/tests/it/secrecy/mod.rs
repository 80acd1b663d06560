//! Bank secrecy: what is seen of a closed card, opening it for a reason, the log of readings, and the rules
//! in versions.

pub(crate) mod cast;
mod policies;
mod rows;

use parties::secrecy::commands::{OpenCard, SetSecrecy, ShutCard};
use serde_json::json;
use spine::Error;
use spine::approval::commands::SetPersonnelNumber;
use spine::secrecy::commands::ReviewGlass;
use spine::secrecy::{Group, Level};
use store::{Read, params};
use testkit::Bank;
use uuid::Uuid;

use crate::support::{both, number};
use cast::Cast;

pub(crate) fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Ok(_) => "done".to_owned(),
        Err(Error::Refused(why)) => why.0[0].code.clone(),
        Err(other) => other.kind().to_owned(),
    }
}

fn open_card(cast: &Cast, key: &str) -> OpenCard {
    OpenCard {
        client_id: cast.of(key).id,
        reason_code: "client_calls".to_owned(),
        reason: "он на линии и просит помощи".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_card_shows_name_and_service_level_and_says_what_is_hidden() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let vip = cast.of("vip");
        let mut desk = bank.client("operator").await;
        let card = desk.get(&format!("/clients/{}", vip.id)).await.ok();
        for shown in [vip.name().as_str(), "VIP", "Member manager_same", "Restricted", "Hidden"] {
            assert!(card.contains(shown), "{shown}");
        }
        for group in
            [Group::Identity, Group::Contacts, Group::Documents, Group::Holdings, Group::History]
        {
            for canary in vip.canaries(group) {
                assert!(!card.contains(&canary), "{canary}");
            }
        }
        let why = desk.get(&format!("/clients/{}/secrecy", vip.id)).await.ok();
        for shown in ["No rule allows it", "links-of-restricted", "Open the card"] {
            assert!(why.contains(shown), "{shown}");
        }
        let mine =
            bank.client("manager_same").await.get(&format!("/clients/{}", vip.id)).await.ok();
        for group in [Group::Contacts, Group::History] {
            assert!(mine.contains(&vip.canaries(group)[0]), "{group:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_filters_sorts_and_searches_tell_nothing_of_what_is_hidden() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let vip = cast.of("vip");
        let mut desk = bank.client("operator").await;
        let list = desk.get("/clients?cols=phone,email,birth_date,employer&size=100").await.ok();
        assert!(
            list.contains(&vip.name())
                && list.contains(&cast.of("branch").canaries(Group::Contacts)[0])
        );
        for canary in [vip.canaries(Group::Contacts), vip.canaries(Group::Identity)].concat() {
            assert!(!list.contains(&canary), "{canary}");
        }
        let filters = [
            "field=employer&op=contains&value=Работа",
            "field=phone&op=filled&value=",
            "field=city&op=is&value=Самара",
            "field=age&op=at-least&value=30",
            "field=product&op=has&value=account",
            "field=birth_month&op=is&value=12",
        ];
        for filter in filters {
            let found = desk.get(&format!("/clients?{filter}&size=100")).await.ok();
            assert!(found.contains(&cast.of("branch").name()), "{filter}");
            assert!(!found.contains(&vip.name()), "{filter}");
            let none = desk
                .get(&format!("/clients?{}&size=100", filter.replace("op=filled", "op=empty")))
                .await
                .ok();
            assert!(!none.contains(&vip.name()), "{filter}");
        }
        // a whole number identifies who stands at the desk, a part of it finds nobody
        let whole = desk.get("/search?q=%2B79165551373").await.ok();
        assert!(whole.contains(&vip.name()));
        for part in ["7916555137", "1373", "x3@canary", "4511137"] {
            let found = desk.get(&format!("/search?q={part}")).await.ok();
            assert!(!found.contains(&vip.name()), "{part}");
        }
        let mine = bank.client("manager_same").await.get("/search?q=7916555137").await.ok();
        assert!(mine.contains(&vip.name()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_leaves_hidden_groups_out_and_names_them() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let (vip, secret) = (cast.of("vip"), cast.of("secret"));
        let mut program = crate::api::program_as(bank, "operator").await;
        let (status, body, _) =
            crate::api::get(&mut program, &format!("/clients/{}", vip.id)).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["secrecy"], "restricted");
        assert_eq!(
            body["hidden"],
            json!(["identity", "contacts", "documents", "holdings", "history"])
        );
        assert!(body["birth_date"].is_null() && body["fields"]["employer"].is_null());
        let (status, body, _) =
            crate::api::get(&mut program, &format!("/clients/{}/contacts", vip.id)).await;
        assert_eq!((status, &body["permission"]), (403, &json!("secrecy.contacts")));
        let (_, body, _) =
            crate::api::get(&mut program, &format!("/clients/{}/access", vip.id)).await;
        let groups = body["groups"].as_array().unwrap();
        assert_eq!((&groups[6]["group"], &groups[6]["seen"]), (&json!("links"), &json!(true)));
        assert_eq!(groups[6]["rules"], json!(["links-of-restricted"]));
        // a program of a role that would see it all reads nothing of a secret card
        let mut auditor = crate::api::program_as(bank, "auditor").await;
        let (_, body, _) = crate::api::get(&mut auditor, &format!("/clients/{}", secret.id)).await;
        assert_eq!(body["hidden"].as_array().unwrap().len(), 6, "{body}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_are_logged_and_those_of_a_secret_card_before_the_answer() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let (open, vip, secret) = (cast.of("branch"), cast.of("vip"), cast.of("secret"));
        let count = async |client: Uuid| {
            let mut db = bank.services.reader.clone();
            let sql = "select count(*) from read_log where client_id = $1";
            db.first(sql, params![client]).await.unwrap().unwrap().one::<i64>().unwrap()
        };
        let mut head = bank.client("branch_head").await;
        head.get(&format!("/clients/{}", open.id)).await.ok();
        head.get(&format!("/clients/{}", secret.id)).await.ok();
        assert_eq!(count(secret.id.uuid()).await, 1, "durable at once");
        head.get(&format!("/clients/{}", vip.id)).await.ok();
        bank.services.behind.settled().await;
        assert_eq!((count(open.id.uuid()).await, count(vip.id.uuid()).await), (0, 1));
        let mut db = bank.services.reader.clone();
        let sql = "select groups from read_log where client_id = $1";
        let groups: String =
            db.first(sql, params![secret.id]).await.unwrap().unwrap().one().unwrap();
        assert_eq!(groups, "identity contacts documents holdings history service links");
        // his manager sees who looked, others do not; the officer sees all
        let page = format!("/clients/{}/secrecy", secret.id);
        assert!(
            bank.client("manager_same").await.get(&page).await.ok().contains("Member branch_head")
        );
        assert!(!bank.client("manager").await.get(&page).await.ok().contains("Who looked"));
        let log = bank.client("security_officer").await.get("/admin/read-log").await.ok();
        assert!(log.contains("Member branch_head") && log.contains(&secret.name()));
        let file = bank.client("security_officer").await.get("/admin/read-log/export").await.ok();
        assert!(file.lines().count() >= 3, "{file}");
        // a program's reading counts as well
        let mut program = crate::api::program_as(bank, "head_office").await;
        let before = count(vip.id.uuid()).await;
        crate::api::get(&mut program, &format!("/clients/{}/holdings", vip.id)).await;
        bank.services.behind.settled().await;
        assert_eq!(count(vip.id.uuid()).await, before + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_closed_cards_in_a_day_are_told_of_once() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let vip = cast.of("vip");
        for _ in 0..30 {
            let id: Uuid = bank.as_system().new_id();
            crate::support::force(
                bank,
                "insert into client (id, kind, number, display_name, sort_name, status, segment, \
                 created_at, updated_at) select $1, kind, number, 'X', 'X', status, segment, \
                 created_at, updated_at from client where id = $2",
                params![id, vip.id],
            )
            .await;
            let close = "insert into client_secrecy (client_id, level) values ($1, 'restricted')";
            crate::support::force(bank, close, params![id]).await;
            bank.client("auditor").await.get(&format!("/clients/{id}/details")).await.ok();
            bank.services.behind.settled().await;
        }
        bank.settle().await;
        let sql = "select count(*) from notice where kind = 'many-cards-read'";
        assert_eq!(number(bank, sql).await, 2, "one for each officer");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_opened_for_a_reason_and_for_a_while() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let vip = cast.of("vip");
        let phone = &vip.canaries(Group::Contacts)[0];
        let card = format!("/clients/{}", vip.id);
        let mut desk = bank.client("operator").await;
        let short = OpenCard { reason: "да".to_owned(), ..open_card(&cast, "vip") };
        assert_eq!(code(bank.execute("operator", &short).await), "secrecy-reason-short");
        assert_eq!(
            code(bank.execute("operator", &open_card(&cast, "branch")).await),
            "secrecy-nothing-hidden"
        );
        assert_eq!(code(bank.execute("manager_far", &open_card(&cast, "vip")).await), "not_found");
        bank.execute("operator", &open_card(&cast, "vip")).await.unwrap();
        let shown = desk.get(&card).await.ok();
        assert!(shown.contains(phone) && shown.contains("open to you for an urgent reason"));
        assert!(
            !bank
                .client("operator")
                .await
                .get(&format!("/clients/{}", cast.of("secret").id))
                .await
                .ok()
                .contains("555-14")
        );
        let list = desk.get("/clients?field=phone&op=filled&value=&size=100").await.ok();
        assert!(list.contains(&vip.name()), "the list knows of it too");
        bank.services.behind.settled().await;
        let sql = "select count(*) from read_log where glass_id is not null";
        assert!(number(bank, sql).await > 0);
        bank.settle().await;
        let sql = "select count(*) from notice where kind = 'card-opened'";
        assert_eq!(number(bank, sql).await, 3, "two officers and the manager");
        // it ends by itself
        bank.clock.advance_seconds(31 * 60);
        assert!(!desk.get(&card).await.ok().contains(phone));
        // or earlier
        bank.execute("operator", &open_card(&cast, "vip")).await.unwrap();
        assert!(desk.get(&card).await.ok().contains(phone));
        bank.execute("operator", &ShutCard { client_id: vip.id }).await.unwrap();
        assert!(!desk.get(&card).await.ok().contains(phone));
        // never by a program
        let mut program = crate::api::program_as(bank, "operator").await;
        let payload = json!({ "reason_code": "fraud", "reason": "подозрение" });
        let asked = crate::api::call(
            &mut program,
            "POST",
            &format!("/clients/{}/open", vip.id),
            Some(payload),
            &[],
        )
        .await;
        assert_eq!(asked.0, 404, "there is no such operation");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_is_reviewed_by_another_once_and_with_words() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let glass = bank.execute("operator", &open_card(&cast, "vip")).await.unwrap();
        let review = |is_justified, note: &str| ReviewGlass {
            glass_id: glass,
            is_justified,
            note: note.to_owned(),
        };
        assert_eq!(code(bank.execute("operator", &review(true, "x")).await), "forbidden");
        assert_eq!(code(bank.execute("security_officer", &review(true, " ")).await), "required");
        let account = |login: &str, number: &str| SetPersonnelNumber {
            staff_id: bank.user(login),
            number: number.to_owned(),
        };
        for login in ["operator", "security_officer"] {
            bank.execute("administrator", &account(login, "4711")).await.unwrap();
        }
        assert_eq!(
            code(bank.execute("security_officer", &review(true, "x")).await),
            "secrecy-own-glass",
            "the same person under another account"
        );
        bank.execute("administrator", &account("operator", "4712")).await.unwrap();
        bank.execute("security_officer", &review(false, "звонка не было")).await.unwrap();
        assert_eq!(
            code(bank.execute("administrator", &review(true, "x")).await),
            "secrecy-reviewed"
        );
        let report =
            bank.client("security_officer").await.get("/admin/break-glass?show=all").await.ok();
        assert!(report.contains("Not justified") && report.contains("он на линии"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_level_is_set_under_a_right_of_its_own_and_lowered_only_by_who_sees_the_card() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let set = |key: &str, level| SetSecrecy {
            client_id: cast.of(key).id,
            level,
            reason: "VIP".to_owned(),
        };
        assert_eq!(code(bank.execute("manager", &set("own", Level::Secret)).await), "forbidden");
        bank.execute("branch_head", &set("own", Level::Secret)).await.unwrap();
        let lower = set("own", Level::Open);
        assert_eq!(code(bank.execute("head_office", &lower).await), "secrecy-lower-unseen");
        bank.execute("branch_head", &lower).await.unwrap();
        let sql = "select count(*) from journal_entry where command = 'parties.set_secrecy' \
                   and actor_id is not null";
        assert_eq!(number(bank, sql).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_neither_shows_nor_touches_what_is_hidden() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        // the bank hides notes and what stands with them even from the clients' own managers
        let text = format!(
            "{}\n@id(\"no-notes\") @ru(\"заметки скрыты\") @en(\"notes are hidden\")\n\
             forbid (principal, action == Action::\"read\", resource) when {{ \
             resource.group == Group::\"history\" && principal.roles.contains(\"manager\") }};",
            spine::secrecy::BUILT_IN
        );
        policies::put_into_force(bank, &text).await;
        let own = cast.of("own");
        let mut manager = bank.client("manager").await;
        let form = manager.get(&format!("/clients/{}/edit", own.id)).await.ok();
        assert!(form.contains("name=\"employer\"") && !form.contains("name=\"note\""));
        let (id, command) = (bank.form_id(), format!("/clients/{}/edit", own.id));
        let fields = [
            ("_id", id.as_str()),
            ("was_employer", &own.canaries(Group::Identity)[0]),
            ("employer", "Новое место"),
        ];
        assert_eq!(manager.post(&command, &fields).await.status, 303);
        let note: String =
            crate::clients::text(bank, "select note from client where employer = 'Новое место'")
                .await
                .unwrap();
        assert_eq!(note, own.canaries(Group::History)[2], "it was not wiped");
        let id = bank.form_id();
        let fields = [("_id", id.as_str()), ("was_note", ""), ("note", "x")];
        let reply = manager.post(&command, &fields).await;
        assert_eq!(reply.status, 422);
        assert!(!reply.body.contains(&note), "{}", reply.gist());
    })
    .await;
}
