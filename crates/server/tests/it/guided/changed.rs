//! Steps in two languages, of two versions of a script, and of a theme that is changed while somebody is served.

use engagement::desk::commands::{ChooseTheme, RecordOperation, SaveTheme, TickVisitStep};
use engagement::desk::queries;
use kernel::{Currency, DeskThemeId, VisitId};
use testkit::Bank;

use super::{ROWS, STEPS, end, left, script, themes, tick, visit};
use crate::engagement::{codes, page, post};
use crate::support::{both, number};

/// What is recorded of a visit: words, outcome, reason.
async fn recorded(bank: &Bank, visit: VisitId) -> Vec<(String, &'static str, String)> {
    let rows = queries::steps(&mut bank.services.reader.clone(), visit).await.unwrap();
    rows.into_iter().map(|row| (row.step, row.outcome.key(), row.reason)).collect()
}

fn of(step: &str, outcome: &'static str, reason: &str) -> (String, &'static str, String) {
    (step.to_owned(), outcome, reason.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_one_in_both_languages_and_what_is_done_stays_done() {
    both(async |bank: &Bank| {
        let theme = themes(bank).await;
        let id = script(bank, None, &STEPS).await;
        let served = visit(bank, "clerk", theme, true).await;
        bank.execute("clerk", &tick(served, 1, "Identify the client")).await.unwrap();
        bank.execute("manager", &tick(served, 1, "Установить личность")).await.unwrap();
        assert_eq!(number(bank, ROWS).await, 1);
        // the page of the other desk is older than the tick
        let all: Vec<_> = (1..).zip(STEPS).map(|(place, (ru, _))| left(place, ru)).collect();
        let stale = bank.execute("manager", &end(served, all.clone(), "спешит")).await;
        assert_eq!(codes(stale), ["visit-step-changed"]);
        let made_up = [&all[1..], &[left(4, "Станцевать")]].concat();
        let made_up = bank.execute("manager", &end(served, made_up, "спешит")).await;
        assert_eq!(codes(made_up), ["visit-step-changed"]);
        assert_eq!(recorded(bank, served).await, [of("Identify the client", "done", "")]);
        let back = TickVisitStep {
            done: false, ..tick(served, 1, "Установить личность")
        };
        bank.execute("manager", &back).await.unwrap();
        assert_eq!(number(bank, ROWS).await, 0, "the tick of the other language");
        // another version has another step at the place: what was done of the old one stays
        bank.execute("clerk", &tick(served, 1, "Identify the client")).await.unwrap();
        bank.clock.advance_seconds(60);
        script(bank, Some(id), &[("Поздороваться", "Say hello")]).await;
        bank.execute("manager", &tick(served, 1, "Поздороваться")).await.unwrap();
        let both = [of("Identify the client", "done", ""), of("Поздороваться", "done", "")];
        assert_eq!(recorded(bank, served).await, both);
        bank.execute("clerk", &end(served, Vec::new(), "")).await.unwrap();
    })
    .await;
}

async fn other_theme(bank: &Bank) -> DeskThemeId {
    let save = SaveTheme {
        theme_id: None,
        version: 0,
        parent_id: None,
        name: "Прочее".to_owned(),
        name_en: "Anything else".to_owned(),
        topic: String::new(),
        letter: "A".to_owned(),
        minutes: 10,
        place: 2,
        archived: false,
    };
    bank.execute("methodologist", &save).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_theme_is_no_way_round_the_steps() {
    both(async |bank: &Bank| {
        let (theme, others) = (themes(bank).await, other_theme(bank).await);
        script(bank, None, &STEPS).await;
        let choose = |visit_id, theme_id| ChooseTheme { visit_id, theme_id, left_out: Vec::new() };
        // nothing was done yet: he came for something else, that is all
        let served = visit(bank, "clerk", theme, true).await;
        let made_up = ChooseTheme { left_out: vec![left(1, STEPS[0].0)], ..choose(served, others) };
        let refused = bank.execute("clerk", &made_up).await;
        assert_eq!(codes(refused), ["visit-step-changed"], "there is nothing to leave out");
        bank.execute("clerk", &choose(served, others)).await.unwrap();
        bank.execute("clerk", &choose(served, theme)).await.unwrap();
        assert_eq!(number(bank, ROWS).await, 0);
        bank.execute("clerk", &tick(served, 1, STEPS[0].0)).await.unwrap();
        let refused = bank.execute("clerk", &choose(served, others)).await;
        assert_eq!(codes(refused), ["visit-theme-steps"]);
        // on the page the clerk needs to name nothing, and is told what will come of it
        let mut clerk = bank.client("clerk").await;
        let home = format!("/desk?visit={served}");
        assert!(
            page(&mut clerk, &home).await.contains("stand in the report of the day as left out")
        );
        let to = format!("/desk/visits/{served}/theme");
        let done = post(bank, &mut clerk, &to, &format!("theme_id={others}")).await;
        assert_eq!(done.location(), home);
        let why = "theme-changed";
        let all = [
            of(STEPS[0].0, "done", ""),
            of(STEPS[1].1, "left_out", why),
            of(STEPS[2].1, "left_out", why),
        ];
        assert_eq!(recorded(bank, served).await, all);
        let day = page(&mut clerk, "/desk/day").await;
        assert!(day.contains("The theme of the visit was changed") && !day.contains(why));
        assert!(day.contains("Block the card") && !day.contains("Anything else · Block"));
        // back again the steps are open, and who unticks takes nothing out of the report
        bank.execute("clerk", &choose(served, theme)).await.unwrap();
        let back = TickVisitStep { done: false, ..tick(served, 2, STEPS[1].1) };
        bank.execute("clerk", &back).await.unwrap();
        assert_eq!(number(bank, ROWS).await, 3);
        let open = codes(bank.execute("clerk", &end(served, Vec::new(), "")).await);
        assert_eq!(open, ["visit-steps-open"]);
        bank.execute("clerk", &tick(served, 2, STEPS[1].0)).await.unwrap();
        bank.execute("clerk", &end(served, vec![left(3, STEPS[2].0)], "сама")).await.unwrap();
        let all = [
            of(STEPS[0].0, "done", ""),
            of(STEPS[1].1, "done", ""),
            of(STEPS[2].1, "left_out", "сама"),
        ];
        assert_eq!(recorded(bank, served).await, all);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_binds_to_the_script_and_what_two_themes_share_is_not_left() {
    both(async |bank: &Bank| {
        let (theme, others) = (themes(bank).await, other_theme(bank).await);
        script(bank, None, &STEPS).await;
        let served = visit(bank, "clerk", theme, true).await;
        let cash = RecordOperation {
            visit_id: Some(served),
            client_id: None,
            kind: "cash_in".to_owned(),
            currency: Currency::RUB,
            amount_minor: 100,
            reference: String::new(),
            note: String::new(),
        };
        bank.execute("clerk", &cash).await.unwrap();
        let mut db = bank.services.reader.clone();
        let row = queries::visit(&mut db, served).await.unwrap().unwrap();
        let above = queries::theme(&mut db, theme).await.unwrap().unwrap().parent_id.unwrap();
        let choose = |theme_id| ChooseTheme { visit_id: served, theme_id, left_out: Vec::new() };
        bank.execute("clerk", &choose(above)).await.unwrap();
        assert_eq!(number(bank, ROWS).await, 0, "its script is the script of both");
        let refused = bank.execute("clerk", &choose(others)).await;
        assert_eq!(codes(refused), ["visit-theme-steps"]);
        let leaves = queries::left_by_theme(&mut db, &row, others).await.unwrap();
        assert_eq!(leaves.len(), 3);
    })
    .await;
}
