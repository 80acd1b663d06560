//! Guided service without a line: what was ticked and left out is the same at both ends, by whichever version of a script and in
//! whichever language; and what people do of it in the histories.

use engagement::desk::commands::{
    ChooseTheme, FinishVisit, LeftOut, OpenVisit, SaveTheme, TickVisitStep,
};
use engagement::desk::queries;
use kernel::{DeskThemeId, Lang, VisitId};
use spine::Error;
use spine::bundle::Stage;
use strategy::script_commands::SaveScript;
use testkit::kinds;
use uuid::Uuid;

use crate::bundle::publish;
use crate::desk::Desk;
use crate::doing::{Done, Somebody};
use crate::world::World;

/// The words of the only script's steps, in two versions of it.
const VERSIONS: [&[(&str, &str)]; 2] = [
    &[("Установить личность", "Identify"), ("Заблокировать карту", "Block the card")],
    &[("Поздороваться", "Say hello"), ("Предложить новую карту", "Offer a new card")],
];

fn theme(name: &str) -> SaveTheme {
    SaveTheme {
        theme_id: None,
        version: 0,
        parent_id: None,
        name: name.to_owned(),
        name_en: name.to_owned(),
        topic: String::new(),
        letter: "C".to_owned(),
        minutes: 10,
        place: 1,
        archived: false,
    }
}

fn script(script_id: Option<Uuid>, steps: &[(&str, &str)]) -> SaveScript {
    SaveScript {
        script_id,
        key: "s".to_owned(),
        name: "Карты".to_owned(),
        name_en: "Cards".to_owned(),
        theme: "Карты".to_owned(),
        steps: steps.iter().map(|(ru, _)| (*ru).to_owned()).collect(),
        steps_en: steps.iter().map(|(_, en)| (*en).to_owned()).collect(),
        revision: None,
    }
}

/// A theme with a script and one without, at the centre; the script, which is not published yet.
pub(super) async fn themes(centre: &Desk) -> (DeskThemeId, DeskThemeId, Uuid) {
    let cards = centre.execute("methodologist", &theme("Карты")).await.unwrap();
    let others = centre.execute("methodologist", &theme("Прочее")).await.unwrap();
    let script = centre.execute("methodologist", &script(None, VERSIONS[0])).await.unwrap();
    (cards, others, script)
}

fn left(place: i64, step: &str) -> LeftOut {
    LeftOut { script: "s".to_owned(), place, step: step.to_owned() }
}

fn tick(visit_id: VisitId, place: i64, step: &str) -> TickVisitStep {
    TickVisitStep { visit_id, script: "s".to_owned(), place, step: step.to_owned(), done: true }
}

fn end(visit_id: VisitId, left_out: Vec<LeftOut>) -> FinishVisit {
    let left_out_reason = if left_out.is_empty() { "" } else { "Спешит" }.to_owned();
    let (result, note) = ("resolved".to_owned(), String::new());
    FinishVisit { visit_id, result, note, left_out, left_out_reason }
}

async fn open(bank: &Desk, theme_id: DeskThemeId) -> VisitId {
    let (ticket, person) = ("C001".to_owned(), String::new());
    let open = OpenVisit { ticket, person, theme_id: Some(theme_id), serve: true };
    bank.execute("clerk", &open).await.unwrap().visit_id
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    let Err(Error::Refused(refusals)) = outcome else { panic!("{outcome:?}") };
    refusals.0[0].code.clone()
}

/// What is recorded of a visit: words, outcome, reason.
async fn recorded(bank: &Desk, visit: VisitId) -> Vec<(String, &'static str, String)> {
    let rows = queries::steps(&mut bank.services.reader.clone(), visit).await.unwrap();
    rows.into_iter().map(|row| (row.step, row.outcome.key(), row.reason)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_changed_under_an_older_script_leaves_the_same_steps_out_at_the_centre() {
    for kind in kinds() {
        let world = World::new(kind, &["01"]).await;
        let (centre, place) = (&world.centre_bank, &world.places[0]);
        let (cards, others, id) = themes(centre).await;
        publish(centre, Stage::all(), None).await;
        world.heal().await;
        centre.execute("methodologist", &script(Some(id), VERSIONS[1])).await.unwrap();
        publish(centre, Stage::all(), None).await;
        let visit_id = open(&place.bank, cards).await;
        place.bank.execute("clerk", &tick(visit_id, 1, "Identify")).await.unwrap();
        let choose = ChooseTheme { visit_id, theme_id: others, left_out: Vec::new() };
        assert_eq!(code(place.bank.execute("clerk", &choose).await), "visit-theme-steps");
        let left_out = vec![left(2, "Заблокировать карту")];
        let choose = ChooseTheme { left_out, ..choose };
        place.bank.execute("clerk", &choose).await.unwrap();
        place.bank.execute("clerk", &end(visit_id, Vec::new())).await.unwrap();
        let of =
            |words: &str, outcome, reason: &str| (words.to_owned(), outcome, reason.to_owned());
        let all =
            [of("Identify", "done", ""), of("Заблокировать карту", "left_out", "theme-changed")];
        assert_eq!(recorded(&place.bank, visit_id).await, all);
        for _ in 0..2 {
            world.heal().await;
            for bank in [centre, &place.bank] {
                assert_eq!(recorded(bank, visit_id).await, all);
                assert_eq!(bank.number("select count(*) from branch_refusal").await, 0);
            }
        }
        world.check_equal(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_desk_has_done_another_that_did_not_know_does_not_leave_out() {
    for kind in kinds() {
        let world = World::new(kind, &["01", "01"]).await;
        let centre = &world.centre_bank;
        let (cards, _, _) = themes(centre).await;
        publish(centre, Stage::all(), None).await;
        world.heal().await;
        let [first, second] = &world.places[..] else { panic!() };
        let visit_id = open(&first.bank, cards).await;
        world.heal().await;
        // no line: one ticks both in English, the other ends the visit and reads Russian
        for (place, step) in [(1, "Identify"), (2, "Block the card")] {
            first.bank.execute("clerk", &tick(visit_id, place, step)).await.unwrap();
        }
        let both = vec![left(1, "Установить личность"), left(2, "Заблокировать карту")];
        let named = [both.clone(), vec![left(3, "Станцевать")]].concat();
        let made_up = second.bank.execute("clerk", &end(visit_id, named)).await;
        assert_eq!(code(made_up), "visit-step-changed");
        second.bank.execute("clerk", &end(visit_id, both)).await.unwrap();
        first.settle(&world.centre).await;
        world.heal().await;
        let of = |words: &str| (words.to_owned(), "done", String::new());
        for bank in [centre, &first.bank, &second.bank] {
            let all = recorded(bank, visit_id).await;
            assert_eq!(all, [of("Identify"), of("Block the card")]);
        }
        world.check_equal(first).await;
        world.check_equal(second).await;
    }
}

impl Somebody<'_> {
    /// The words of the first step, in one of the languages.
    async fn first_step(&self) -> Option<String> {
        let column = self.dice.one(&["steps", "steps_en"])?;
        let words: String = self.some(&format!("select {column} from service_script")).await?;
        words.lines().next().map(str::to_owned)
    }
    /// A step of a visit is ticked, or its tick taken back.
    pub(super) async fn tick(&self) -> Option<Done> {
        let (visit_id, step) = (self.open_visit().await?, self.first_step().await?);
        let tick = TickVisitStep { done: self.dice.happens(80), ..tick(visit_id, 1, &step) };
        self.execute(&tick).await
    }
    /// He came for something else.
    pub(super) async fn choose(&self) -> Option<Done> {
        let visit_id = self.open_visit().await?;
        let theme_id: DeskThemeId = self.some("select id from desk_theme order by name").await?;
        let mut db = self.bank.services.reader.clone();
        let visit = queries::visit(&mut db, visit_id).await.unwrap()?;
        let leaves = queries::left_by_theme(&mut db, &visit, theme_id).await.unwrap();
        let lang = self.dice.one(&[Lang::Ru, Lang::En])?;
        let left_out = leaves.iter().map(|(_, step)| left(step.place, step.shown(lang))).collect();
        self.execute(&ChooseTheme { visit_id, theme_id, left_out }).await
    }
    /// He was served; half of the time a step is named that was left out.
    pub(super) async fn finish(&self) -> Option<Done> {
        let visit_id = self.open_visit().await?;
        let step = if self.dice.happens(50) { self.first_step().await } else { None };
        let left_out = step.iter().map(|step| left(1, step)).collect();
        self.execute(&end(visit_id, left_out)).await
    }
    /// The script is written anew.
    pub(super) async fn write_script(&self) {
        let script_id = self.some("select id from service_script").await;
        let words = self.dice.one(&VERSIONS).unwrap();
        let keeper = Somebody { login: "methodologist", ..*self };
        keeper.execute(&script(script_id, &words[..1])).await;
    }
}
