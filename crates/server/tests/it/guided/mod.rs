//! Guided service: a visitor is served by the steps of the theme's script, and what is left out is told with a reason.

mod changed;
mod rows;

use engagement::desk::commands::{
    CallVisitor, FinishVisit, IdentifyVisitor, LeaveVisit, LeftOut, OpenVisit, SaveTheme,
    TickVisitStep,
};
use engagement::desk::queries;
use kernel::{ClientId, DeskThemeId, Lang, VisitId};
use spine::Error;
use spine::org::commands::SavePreferences;
use strategy::script_commands::SaveScript;
use testkit::Bank;
use uuid::Uuid;

use crate::engagement::{client, codes, page, post};
use crate::support::{both, changes, number};

const STEPS: [(&str, &str); 3] = [
    ("Установить личность", "Identify the client"),
    ("Заблокировать карту", "Block the card"),
    ("Предложить новую карту", "Offer a new card"),
];

/// A theme with a script, and one under it, of which nothing more is said.
async fn themes(bank: &Bank) -> DeskThemeId {
    let save = |parent_id, name: &str, name_en: &str| SaveTheme {
        theme_id: None,
        version: 0,
        parent_id,
        name: name.to_owned(),
        name_en: name_en.to_owned(),
        topic: String::new(),
        letter: "C".to_owned(),
        minutes: 10,
        place: 1,
        archived: false,
    };
    let above = bank.execute("methodologist", &save(None, "Карты", "Cards")).await.unwrap();
    let under = save(Some(above), "Карта утеряна", "Lost card");
    bank.execute("methodologist", &under).await.unwrap()
}

/// Saves the script, over the one there is when its id is given.
async fn script(bank: &Bank, script_id: Option<Uuid>, steps: &[(&str, &str)]) -> Uuid {
    let save = SaveScript {
        script_id,
        key: "card-lost".to_owned(),
        name: "Карта утеряна".to_owned(),
        name_en: "Lost card".to_owned(),
        theme: "Карты".to_owned(),
        steps: steps.iter().map(|(ru, _)| (*ru).to_owned()).collect(),
        steps_en: steps.iter().map(|(_, en)| (*en).to_owned()).collect(),
        revision: None,
    };
    bank.execute("methodologist", &save).await.unwrap()
}

/// A visitor of the theme before somebody.
async fn visit(bank: &Bank, login: &str, theme: DeskThemeId, serve: bool) -> VisitId {
    let open = OpenVisit {
        ticket: "C001".to_owned(),
        person: String::new(),
        theme_id: Some(theme),
        serve,
    };
    bank.execute(login, &open).await.unwrap().visit_id
}

fn tick(visit_id: VisitId, place: i64, step: &str) -> TickVisitStep {
    let (script, step) = ("card-lost".to_owned(), step.to_owned());
    TickVisitStep { visit_id, script, place, step, done: true }
}

fn left(place: i64, step: &str) -> LeftOut {
    LeftOut { script: "card-lost".to_owned(), place, step: step.to_owned() }
}

fn end(visit_id: VisitId, left_out: Vec<LeftOut>, reason: &str) -> FinishVisit {
    FinishVisit {
        visit_id,
        result: "resolved".to_owned(),
        note: String::new(),
        left_out,
        left_out_reason: reason.to_owned(),
    }
}

fn knowing(visit_id: VisitId, client_id: ClientId) -> IdentifyVisitor {
    IdentifyVisitor { visit_id, client_id, by: "document".to_owned(), with: String::new() }
}

const ROWS: &str = "select count(*) from visit_step";

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_ends_when_each_step_is_ticked_or_left_out_for_a_reason() {
    both(async |bank: &Bank| {
        let theme = themes(bank).await;
        script(bank, None, &STEPS).await;
        let served = visit(bank, "clerk", theme, true).await;
        bank.execute("clerk", &tick(served, 1, "Identify the client")).await.unwrap();
        let anna = client(bank, "clerk", "Ветрова").await;
        bank.execute("clerk", &knowing(served, anna)).await.unwrap();
        let refused = bank.execute("clerk", &end(served, Vec::new(), "")).await;
        let Err(Error::Refused(refusals)) = refused else { panic!("{refused:?}") };
        let refusal = &refusals.0[0];
        assert_eq!(refusal.code, "visit-steps-open");
        assert_eq!(refusal.field.as_deref(), Some("left_out_reason"));
        assert_eq!(refusal.args, [("count".to_owned(), "2".to_owned())]);
        let both = vec![left(2, "Block the card"), left(3, "Предложить новую карту")];
        let one = bank.execute("clerk", &end(served, both[..1].to_vec(), "некогда")).await;
        assert_eq!(codes(one), ["visit-steps-open"]);
        let mute = bank.execute("clerk", &end(served, both.clone(), " ")).await;
        assert_eq!(codes(mute), ["required"]);
        let named = vec![both[0].clone(), left(3, "Танцевать")];
        let others = bank.execute("clerk", &end(served, named, "некогда")).await;
        assert_eq!(codes(others), ["visit-steps-open"], "that is no step of the script");
        bank.execute("clerk", &end(served, both, "Спешит на поезд")).await.unwrap();
        let mine = format!("{ROWS} where client_id is not null and outcome = 'left_out'");
        assert_eq!((number(bank, ROWS).await, number(bank, &mine).await), (3, 2));
        let told = changes(bank, "visit_step").await;
        assert_eq!(told.len(), 3);
        assert!(told[1].contains("Block the card") && told[1].contains("Спешит на поезд"));
        // who sees what: the head of the branch, the clerk his own, another branch nothing
        for (login, sees) in
            [("branch_head", true), ("clerk", true), ("manager", false), ("manager_far", false)]
        {
            let mut browser = bank.client(login).await;
            let day = page(&mut browser, "/desk/day").await;
            assert!(day.contains("Steps left out"), "{login}");
            let said =
                day.contains("Lost card · Block the card") && day.contains("Спешит на поезд");
            assert_eq!(said, sees, "{login}");
        }
        // who goes away before he was served owes nothing
        let gone = visit(bank, "clerk", theme, true).await;
        bank.execute("clerk", &LeaveVisit { visit_id: gone }).await.unwrap();
        // words of a program that knows of no steps
        let ctx = bank.as_role("clerk");
        let open = OpenVisit {
            ticket: "A001".to_owned(),
            person: String::new(),
            theme_id: None,
            serve: true,
        };
        let plain = bank.execute("clerk", &open).await.unwrap().visit_id;
        let old = serde_json::json!({ "visit_id": plain, "result": "resolved" });
        let name = "engagement.finish_visit";
        bank.services.bus.execute_json(&ctx, ctx.command_id(), name, old).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ticks_are_set_and_taken_back_by_those_who_serve_there() {
    both(async |bank: &Bank| {
        let theme = themes(bank).await;
        let id = script(bank, None, &STEPS).await;
        let served = visit(bank, "clerk", theme, false).await;
        let first = tick(served, 1, "Установить личность");
        assert_eq!(codes(bank.execute("clerk", &first).await), ["visit-not-served"]);
        bank.execute("clerk", &CallVisitor { visit_id: served }).await.unwrap();
        let far = bank.execute("manager_far", &first).await;
        assert!(matches!(far, Err(Error::NotFound)), "{far:?}");
        bank.execute("clerk", &first).await.unwrap();
        bank.execute("manager", &first).await.unwrap();
        assert_eq!(changes(bank, "visit_step").await.len(), 1, "it was ticked already");
        let back = TickVisitStep { done: false, ..first.clone() };
        for _ in 0..2 {
            bank.execute("manager", &back).await.unwrap();
            assert_eq!(number(bank, ROWS).await, 0);
        }
        assert_eq!(changes(bank, "visit_step").await.len(), 2, "taken back once");
        bank.execute("clerk", &first).await.unwrap();
        let long = "я".repeat(501);
        for (bad, code) in [
            (tick(served, 2, &long), "too-long"),
            (tick(served, 2, " "), "required"),
            (tick(served, 0, "x"), "not-a-choice"),
            (tick(served, i64::MAX, "x"), "not-a-choice"),
            (TickVisitStep { script: "s".repeat(41), ..first.clone() }, "too-long"),
            (tick(served, 2, "Offer a new card"), "visit-step-changed"),
        ] {
            assert_eq!(codes(bank.execute("clerk", &bad).await), [code], "{bad:?}");
        }
        let many = vec![left(2, "Block the card"); 251];
        let many = bank.execute("clerk", &end(served, many, "x")).await;
        assert_eq!(codes(many)[0], "visit-steps-many");
        let long = end(served, vec![left(2, "Block the card"), left(3, "Offer a new card")], &long);
        assert_eq!(codes(bank.execute("clerk", &long).await), ["too-long"]);
        // the script is changed while he sits there: what was ticked in other words is open again
        script(bank, Some(id), &[("Поздороваться", "Say hello"), STEPS[0]]).await;
        let open = codes(bank.execute("clerk", &end(served, Vec::new(), "")).await);
        assert_eq!(open, ["visit-steps-open"]);
        for (place, step) in [(1, "Say hello"), (2, "Identify the client")] {
            bank.execute("clerk", &tick(served, place, step)).await.unwrap();
        }
        bank.execute("clerk", &end(served, Vec::new(), "")).await.unwrap();
        assert_eq!(codes(bank.execute("clerk", &back).await), ["visit-not-served"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_leads_from_step_to_step_in_either_language_and_loses_nothing() {
    both(async |bank: &Bank| {
        let theme = themes(bank).await;
        script(bank, None, &STEPS).await;
        let served = visit(bank, "clerk", theme, true).await;
        let lang = SavePreferences { lang: Some(Lang::Ru), theme: None, density: None };
        bank.execute("manager", &lang).await.unwrap();
        let (mut clerk, mut other) = (bank.client("clerk").await, bank.client("manager").await);
        let (home, steps) = (format!("/desk?visit={served}"), format!("/desk/visits/{served}"));
        let desk = page(&mut clerk, &home).await;
        assert!(desk.contains("0 of 3 done") && desk.contains("Steps that are not ticked: 3"));
        let to = format!("{steps}/steps");
        let ticked = post(bank, &mut clerk, &to, "tick=card-lost:1:Identify the client").await;
        assert_eq!(ticked.location(), home);
        let desk = page(&mut other, &home).await;
        assert!(desk.contains("Установить личность") && desk.contains("Заблокировать карту"));
        let now = desk.split("step-now\" aria-current=\"step\"").nth(1).unwrap();
        assert!(now.find("Заблокировать").unwrap() < now.find("Предложить").unwrap());
        assert_eq!(desk.matches("name=\"untick\"").count(), 1);
        // what was typed stays when a step is ticked, and when the end is refused
        let typed = "result=thinking&note=Перезвонит сама&left_out_reason=";
        let tick = format!("{typed}&tick=card-lost:2:Заблокировать карту");
        let kept = post(bank, &mut other, &to, &tick).await;
        assert_eq!(kept.status, 200);
        let kept = kept.body;
        assert!(kept.contains("Перезвонит сама") && kept.contains("value=\"thinking\" selected"));
        assert_eq!(kept.matches("name=\"untick\"").count(), 2);
        let left = "left=card-lost:3:Предложить новую карту";
        let refused =
            post(bank, &mut other, &format!("{steps}/finish"), &format!("{typed}&{left}")).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.body.contains("Перезвонит сама") && refused.body.contains("без объяснения: 1")
        );
        // what changes there is fetched from the desk, not from where the form was sent
        assert!(refused.body.contains(&format!("data-live-src=\"{home}\"")));
        assert!(!refused.body.contains(&format!("data-live-src=\"{steps}")));
        for garbage in ["tick=", "tick=a:b", "tick=a:b:c", "x=y"] {
            assert_eq!(post(bank, &mut other, &to, garbage).await.status, 404, "{garbage}");
        }
        let old =
            post(bank, &mut other, &to, &format!("{typed}&tick=card-lost:3:Станцевать")).await;
        assert_eq!(old.status, 422);
        assert!(
            old.body.contains("Перезвонит сама")
                && old.body.contains("Сценарий только что изменили")
        );
        let done = format!("{typed}Карта не нужна&{left}");
        let done = post(bank, &mut other, &format!("{steps}/finish"), &done).await;
        assert_eq!(done.location(), "/desk");
        let rows = queries::steps(&mut bank.services.reader.clone(), served).await.unwrap();
        let rows: Vec<(&str, &str)> =
            rows.iter().map(|r| (r.step.as_str(), r.reason.as_str())).collect();
        let last = ("Предложить новую карту", "Карта не нужна");
        assert_eq!(rows, [("Identify the client", ""), ("Заблокировать карту", ""), last]);
    })
    .await;
}
