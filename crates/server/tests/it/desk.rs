//! The desk of a branch: from the ticket to the timeline, who somebody is, operations and their day, and what stays hidden.

use std::collections::BTreeMap;

use engagement::desk::commands::{
    CallVisitor, FinishVisit, IdentifyVisitor, LeaveVisit, OpenVisit, RecordOperation,
    ReverseOperation, SaveTheme,
};
use engagement::desk::queries;
use kernel::{ClientId, Currency, DeskThemeId, Money, VisitId};
use parties::client::commands::{RegisterClient, SetSegment};
use parties::client::model::Segment;
use parties::links::commands::{AddLink, EndLink};
use parties::links::model::LinkKind;
use spine::Error;
use spine::approval::Verdict;
use spine::approval::commands::SaveRule;
use testkit::{Bank, START};

use crate::approvals::{ask, decide, rule, set_rule};
use crate::engagement::{client, codes, page, post};
use crate::support::{both, number};

async fn theme(bank: &Bank) -> DeskThemeId {
    let theme = SaveTheme {
        theme_id: None,
        version: 0,
        parent_id: None,
        name: "Кредит наличными".to_owned(),
        name_en: "Cash loan".to_owned(),
        topic: "loan".to_owned(),
        letter: "L".to_owned(),
        minutes: 30,
        place: 1,
        archived: false,
    };
    bank.execute("methodologist", &theme).await.unwrap()
}

fn strategy_script(theme: &str) -> serde_json::Value {
    serde_json::json!({ "key": "cash-loan", "name": "Кредит", "name_en": "Cash loan", "theme": theme,
        "steps": ["Спросите, на что"], "steps_en": ["Ask what it is for"] })
}

fn opening(serve: bool) -> OpenVisit {
    OpenVisit { ticket: "A001".to_owned(), person: String::new(), theme_id: None, serve }
}

async fn serving(bank: &Bank, login: &str) -> VisitId {
    bank.execute(login, &opening(true)).await.unwrap().visit_id
}

fn knowing(visit_id: VisitId, client_id: ClientId) -> IdentifyVisitor {
    IdentifyVisitor { visit_id, client_id, by: "document".to_owned(), with: "4321".to_owned() }
}

fn operation(visit_id: Option<VisitId>, kind: &str, amount_minor: i64) -> RecordOperation {
    RecordOperation {
        visit_id,
        client_id: None,
        kind: kind.to_owned(),
        currency: Currency::RUB,
        amount_minor,
        reference: "17".to_owned(),
        note: String::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_in_goes_from_the_ticket_to_the_timeline() {
    both(async |bank: &Bank| {
        let theme = theme(bank).await;
        let script = strategy_script("Кредит наличными");
        let ctx = bank.as_role("methodologist");
        let name = "strategy.save_script";
        bank.services.bus.execute_json(&ctx, ctx.command_id(), name, script).await.unwrap();
        let anna = client(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let ticket = format!("person=Анна&theme_id={theme}");
        for number in ["L001", "L002"] {
            assert_eq!(post(bank, &mut browser, "/desk/new", &ticket).await.location(), "/desk");
            assert!(page(&mut browser, "/desk").await.contains(number));
        }
        let (mut db, ctx) = (bank.services.reader.clone(), bank.as_role("manager"));
        let waiting = queries::open(&mut db, &ctx.principal, (bank.branch("01"), START), 10).await;
        let visit = waiting.unwrap()[0].id;
        let steps = format!("/desk/visits/{visit}");
        let home = format!("/desk?visit={visit}");
        let called = post(bank, &mut browser, &format!("{steps}/call"), "a=b").await;
        assert_eq!(called.location(), home);
        let found = page(&mut browser, &format!("{home}&q=Ветрова")).await;
        assert!(found.contains("Ask what it is for"), "the script of the theme");
        assert!(found.contains("Confirm the identity"), "{found}");
        let wrong = format!("client={anna}&by=guess&with=12345678&q=Ветрова");
        let again = post(bank, &mut browser, &format!("{steps}/identify"), &wrong).await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("12345678"), "what was typed is still there");
        let right = format!("client={anna}&by=document&with=4321");
        let known = post(bank, &mut browser, &format!("{steps}/identify"), &right).await;
        assert_eq!(known.location(), home);
        assert!(page(&mut browser, &home).await.contains("A document · 4321"));
        let record =
            format!("visit={visit}&kind=cash_in&amount=1 500,50&currency=RUB&reference=17&note=");
        let recorded = post(bank, &mut browser, "/desk/operations/new", &record).await;
        assert_eq!(recorded.location(), home);
        let tick = "tick=cash-loan:1:Ask what it is for";
        let ticked = post(bank, &mut browser, &format!("{steps}/steps"), tick).await;
        assert_eq!(ticked.location(), home);
        let unfinished =
            post(bank, &mut browser, &format!("{steps}/finish"), "result=&note=Всё").await;
        assert_eq!(unfinished.status, 422);
        assert!(unfinished.body.contains("Всё"));
        let finish = "result=resolved&note=Внесла деньги";
        let done = post(bank, &mut browser, &format!("{steps}/finish"), finish).await;
        assert_eq!(done.location(), "/desk");
        let timeline = page(&mut browser, &format!("/clients/{anna}/timeline")).await;
        assert!(timeline.contains("Кредит наличными") && timeline.contains("Внесла деньги"));
        let sql = "select count(*) from interaction where channel = 'branch' and topic = 'loan' \
                   and waiting_seconds is not null and handling_seconds is not null";
        assert_eq!(number(bank, sql).await, 1);
        let day = page(&mut browser, "/desk/day").await;
        assert!(day.contains("1,500.50"), "{day}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_quicker_serves_and_an_ended_visit_stays_ended() {
    both(async |bank: &Bank| {
        let opened = bank.execute("clerk", &opening(false)).await.unwrap();
        let second = bank.execute("clerk", &opening(false)).await.unwrap();
        assert_eq!((opened.ticket.as_str(), second.ticket.as_str()), ("A001", "A002"));
        let call = CallVisitor { visit_id: opened.visit_id };
        bank.execute("manager", &call).await.unwrap();
        assert_eq!(codes(bank.execute("clerk", &call).await), ["visit-step"]);
        // nobody of another branch serves here
        let far = bank.execute("manager_far", &LeaveVisit { visit_id: second.visit_id }).await;
        assert!(matches!(far, Err(Error::NotFound)), "{far:?}");
        bank.execute("clerk", &LeaveVisit { visit_id: second.visit_id }).await.unwrap();
        let finish = FinishVisit {
            visit_id: opened.visit_id,
            result: "resolved".to_owned(),
            note: String::new(),
            left_out: Vec::new(),
            left_out_reason: String::new(),
        };
        assert_eq!(
            bank.execute("manager", &finish).await.unwrap(),
            None,
            "nobody knows who it was"
        );
        assert_eq!(codes(bank.execute("manager", &finish).await), ["visit-step"]);
        let late = operation(Some(opened.visit_id), "payment", 100);
        assert_eq!(codes(bank.execute("manager", &late).await), ["visit-ended"]);
        let anna = client(bank, "manager", "Ветрова").await;
        let known = bank.execute("manager", &knowing(opened.visit_id, anna)).await;
        assert_eq!(codes(known), ["visit-ended"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_director_is_known_at_every_desk_and_the_companys_manager_is_told() {
    both(async |bank: &Bank| {
        let person = client(bank, "clerk", "Громов").await;
        let register = RegisterClient {
            kind: "company".to_owned(),
            fields: BTreeMap::from([("full_name".to_owned(), "Северный завод".to_owned())]),
            branch_id: Some(bank.branch("03")),
            manager_id: Some(bank.user("manager_far")),
            source: "client".to_owned(),
            ..RegisterClient::default()
        };
        let company = bank.execute("head_office", &register).await.unwrap();
        let link = AddLink {
            from: person,
            to: company,
            kind: LinkKind::Director,
            share_bp: None,
            since: None,
            until: None,
            note: String::new(),
            custom: BTreeMap::new(),
        };
        let link_id = bank.execute("head_office", &link).await.unwrap();
        bank.settle().await;
        let regards = "select count(*) from client_regard";
        assert_eq!(number(bank, regards).await, 0, "an ordinary company");
        let vip = SetSegment { client_ids: vec![company], segment: Segment::Vip };
        bank.execute("head_office", &vip).await.unwrap();
        bank.settle().await;
        assert_eq!(number(bank, regards).await, 1);
        let mut clerk = bank.client("clerk").await;
        assert_eq!(clerk.get(&format!("/clients/{company}")).await.status, 404, "not his client");
        let visit = serving(bank, "clerk").await;
        bank.execute("clerk", &knowing(visit, person)).await.unwrap();
        let desk = page(&mut clerk, &format!("/desk?visit={visit}")).await;
        assert!(desk.contains("Северный завод") && desk.contains("VIP service"), "{desk}");
        bank.settle().await;
        let mut far = bank.client("manager_far").await;
        let notices = page(&mut far, "/me/notices").await;
        assert!(notices.contains("Громов") && notices.contains("Северный завод"), "{notices}");
        let end = EndLink { link_id, until: bank.today(), by_mistake: true };
        bank.execute("head_office", &end).await.unwrap();
        bank.settle().await;
        assert_eq!(number(bank, regards).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_checked_counted_and_taken_back_once() {
    both(async |bank: &Bank| {
        for (kind, amount, code) in [
            ("cash_in", 0, "operation-sum"),
            ("cash_in", -5, "operation-sum"),
            ("cash_in", i64::MAX, "operation-sum"),
            ("document", 5, "operation-no-sum"),
        ] {
            let refused = bank.execute("clerk", &operation(None, kind, amount)).await;
            assert_eq!(codes(refused), [code], "{kind} {amount}");
        }
        let strange = bank.execute("clerk", &operation(None, "robbery", 5)).await;
        assert_eq!(codes(strange), ["not-a-choice"]);
        let homeless = bank.execute("head_office", &operation(None, "cash_in", 5)).await;
        assert!(homeless.is_err(), "head office has no desk");
        let one = bank.execute("clerk", &operation(None, "cash_in", 1_000)).await.unwrap();
        bank.execute("clerk", &operation(None, "cash_in", 250)).await.unwrap();
        bank.execute("manager", &operation(None, "cash_out", 700)).await.unwrap();
        let reverse =
            ReverseOperation { operation_id: one, reason: "не тот счёт".to_owned() };
        assert!(bank.execute("clerk", &reverse).await.is_err(), "not a clerk's right");
        bank.execute("branch_head", &reverse).await.unwrap();
        assert_eq!(codes(bank.execute("branch_head", &reverse).await), ["operation-reversed"]);
        let totals = async |login: &str| {
            let principal = bank.as_role(login).principal;
            let all = queries::OperationsOf::default();
            let mut db = bank.services.reader.clone();
            let rows = queries::totals(&mut db, &principal, &all).await.unwrap();
            rows.into_iter().map(|t| (t.kind, t.count, t.amount_minor)).collect::<Vec<_>>()
        };
        let mut all = totals("branch_head").await;
        all.sort();
        let of = |kind: &str, count, sum| (kind.to_owned(), count, sum);
        assert_eq!(
            all,
            [of("cash_in", 1, -1_000), of("cash_in", 2, 1_250), of("cash_out", 1, 700)],
            "taken back by the head"
        );
        assert_eq!(totals("clerk").await, [of("cash_in", 2, 1_250)], "a clerk sees his own");
        assert_eq!(totals("manager_far").await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn themes_are_two_levels_and_whoever_is_late_is_told() {
    both(async |bank: &Bank| {
        let first = theme(bank).await;
        let under = |parent_id| SaveTheme {
            theme_id: None,
            version: 0,
            parent_id,
            name: "Досрочно".to_owned(),
            name_en: "Early".to_owned(),
            topic: String::new(),
            letter: "L".to_owned(),
            minutes: 10,
            place: 2,
            archived: false,
        };
        let second = bank.execute("methodologist", &under(Some(first))).await.unwrap();
        let third = bank.execute("methodologist", &under(Some(second))).await;
        assert_eq!(codes(third), ["theme-parent"]);
        let itself = SaveTheme { theme_id: Some(first), version: 1, ..under(Some(first)) };
        assert_eq!(codes(bank.execute("methodologist", &itself).await), ["theme-parent"]);
        let change = SaveTheme { theme_id: Some(first), version: 1, ..under(None) };
        bank.execute("methodologist", &change).await.unwrap();
        assert_eq!(codes(bank.execute("methodologist", &change).await), ["theme-changed"]);
        let bad = SaveTheme { letter: "ll".to_owned(), minutes: 0, ..under(None) };
        assert_eq!(
            codes(bank.execute("methodologist", &bad).await),
            ["theme-letter", "theme-minutes"]
        );
        assert!(bank.execute("clerk", &under(None)).await.is_err());
        let mut browser = bank.client("methodologist").await;
        let list = page(&mut browser, "/admin/themes").await;
        assert!(list.contains("Early"));
        let archive =
            SaveTheme { archived: true, theme_id: Some(second), version: 1, ..under(Some(first)) };
        bank.execute("methodologist", &archive).await.unwrap();
        let asked = OpenVisit { theme_id: Some(second), ..opening(true) };
        assert_eq!(codes(bank.execute("clerk", &asked).await), ["not-a-choice"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_above_the_limit_waits_for_the_head_of_the_desks_branch() {
    both(async |bank: &Bank| {
        let limit = SaveRule {
            amount: Some(Money::new(1_000_000, Currency::RUB)),
            ..rule("engagement.record_operation", "desk.reverse")
        };
        set_rule(bank, &limit).await;
        bank.execute("clerk", &operation(None, "cash_out", 999_999)).await.unwrap();
        let id = bank.as_system().command_id();
        let waiting = ask(bank, "clerk", id, &operation(None, "cash_out", 1_000_001)).await;
        assert_eq!(number(bank, "select count(*) from desk_operation").await, 1);
        let far = bank.as_role("manager_far");
        assert!(decide(&far, bank, waiting.approval_id, Verdict::Approve).await.is_err());
        let head = bank.as_role("branch_head");
        decide(&head, bank, waiting.approval_id, Verdict::Approve).await.unwrap();
        let sql = "select count(*) from desk_operation o join staff s on s.id = o.clerk_id and s.login = 'clerk'";
        assert_eq!(number(bank, sql).await, 2, "carried out in the clerk's name");
    })
    .await;
}
