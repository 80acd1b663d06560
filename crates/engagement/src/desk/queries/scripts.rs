//! What head office says is to be said and done about a theme. Scripts are the room `strategy`'s; at a branch they are those of
//! the version in force there.

use kernel::Lang;
use store::{Read, StoreError, Value};

use super::{StepRow, ThemeRow, VisitRow, theme};
use crate::desk::model::Outcome;

/// Scripts of one theme shown at most.
const SCRIPTS_MAX: i64 = 5;

/// A script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its key, which stays when its words change.
    pub key: String,
    /// What it is called in Russian.
    pub name: String,
    /// In English.
    pub name_en: String,
    /// What is said and done, in order.
    pub steps: Vec<Step>,
}

/// A step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its place, from 1 on.
    pub place: i64,
    /// In Russian.
    pub words: String,
    /// In English.
    pub words_en: String,
}

impl Script {
    /// Its name for a reader.
    pub fn shown_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.name,
            Lang::En => &self.name_en,
        }
    }
}

impl Step {
    /// Its words for a reader.
    pub fn shown(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.words,
            Lang::En => &self.words_en,
        }
    }
    /// Whether these are its words in either language: two who serve one visitor may read it in two.
    pub fn says(&self, words: &str) -> bool {
        self.words == words || self.words_en == words
    }
}

/// What was recorded of a step. A row with other words at its place is of another version of the script.
pub fn recorded<'a>(rows: &'a [StepRow], script: &Script, step: &Step) -> Option<&'a StepRow> {
    let is_it = |r: &&StepRow| r.script == script.key && r.place == step.place;
    rows.iter().find(|r| is_it(r) && step.says(&r.step))
}

/// The steps that nobody has ticked yet, in order.
pub fn open_steps<'a>(scripts: &'a [Script], rows: &[StepRow]) -> Vec<(&'a Script, &'a Step)> {
    let is_done = |script: &Script, step: &Step| {
        recorded(rows, script, step).is_some_and(|row| row.outcome == Outcome::Done)
    };
    let all = scripts.iter().flat_map(|script| script.steps.iter().map(move |step| (script, step)));
    all.filter(|(script, step)| !is_done(script, step)).collect()
}

/// Scripts whose theme is one of these, or its topic.
///
/// # Errors
/// The database's.
pub async fn scripts<R: Read>(db: &mut R, themes: &[&ThemeRow]) -> Result<Vec<Script>, StoreError> {
    let words = themes.iter().flat_map(|t| [t.name.as_str(), t.name_en.as_str(), t.topic.as_str()]);
    let words: Vec<Value> = words.filter(|w| !w.is_empty()).map(Value::from).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=words.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select key, name, name_en, steps, steps_en from service_script where theme in ({}) \
         order by key limit {SCRIPTS_MAX}",
        places.join(", ")
    );
    let rows = db.query(&sql, &words).await?.into_iter().map(|row| {
        let mut c = row.cols();
        let (key, name, name_en) = (c.take()?, c.take()?, c.take()?);
        let (steps, steps_en): (String, String) = (c.take()?, c.take()?);
        Ok(Script { key, name, name_en, steps: steps_of(&steps, &steps_en) })
    });
    rows.collect()
}

/// The steps out of their lines. A line without words is no step.
fn steps_of(words: &str, words_en: &str) -> Vec<Step> {
    let both = (1..).zip(words.lines().zip(words_en.lines()));
    let steps = both.map(|(place, (words, words_en))| Step {
        place,
        words: words.to_owned(),
        words_en: words_en.to_owned(),
    });
    steps.filter(|s| !s.words.trim().is_empty() && !s.words_en.trim().is_empty()).collect()
}

/// The scripts by which a visitor is served: those of his theme and of the one it stands under.
///
/// # Errors
/// The database's.
pub async fn scripts_of<R: Read>(db: &mut R, visit: &VisitRow) -> Result<Vec<Script>, StoreError> {
    let Some(own) = visit.theme_id else { return Ok(Vec::new()) };
    let Some(own) = theme(db, own).await? else { return Ok(Vec::new()) };
    let above = match own.parent_id {
        Some(above) => theme(db, above).await?,
        None => None,
    };
    let both: Vec<&ThemeRow> = std::iter::once(&own).chain(&above).collect();
    scripts(db, &both).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(place: i64, step: &str, outcome: Outcome) -> StepRow {
        let script = "a".to_owned();
        StepRow { script, place, step: step.to_owned(), outcome, ..StepRow::sample() }
    }

    #[test]
    fn a_tick_counts_in_either_language_and_not_for_other_words() {
        let steps = steps_of("Раз\n\nТри", "One\n\nThree");
        assert_eq!(steps.iter().map(|s| s.place).collect::<Vec<_>>(), [1, 3]);
        let named = |text: &str| text.to_owned();
        let script = Script { key: named("a"), name: named("А"), name_en: named("A"), steps };
        let scripts = [script];
        let places = |rows: &[StepRow]| -> Vec<i64> {
            open_steps(&scripts, rows).into_iter().map(|(_, step)| step.place).collect()
        };
        assert_eq!(places(&[]), [1, 3]);
        assert_eq!(places(&[row(1, "Раз", Outcome::Done)]), [3]);
        assert_eq!(places(&[row(3, "Three", Outcome::Done)]), [1]);
        assert_eq!(places(&[row(1, "Два", Outcome::Done)]), [1, 3], "an older version's words");
        assert_eq!(places(&[row(1, "One", Outcome::LeftOut)]), [1, 3]);
    }
}
