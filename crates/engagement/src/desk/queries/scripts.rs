//! What head office says is to be said and done about a theme. Scripts are the room `strategy`'s; at a branch they are those of
//! the version in force there.

use kernel::Lang;
use store::{Read, StoreError, Value};

use super::ThemeRow;

/// Scripts of one theme shown at most.
const SCRIPTS_MAX: i64 = 5;

/// A script in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// What it is called.
    pub name: String,
    /// What is said and done, in order.
    pub steps: Vec<String>,
}

/// Scripts whose theme is one of these, or its topic.
///
/// # Errors
/// The database's.
pub async fn scripts<R: Read>(
    db: &mut R,
    themes: &[&ThemeRow],
    lang: Lang,
) -> Result<Vec<Script>, StoreError> {
    let words = themes.iter().flat_map(|t| [t.name.as_str(), t.name_en.as_str(), t.topic.as_str()]);
    let words: Vec<Value> = words.filter(|w| !w.is_empty()).map(Value::from).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=words.len()).map(|n| format!("${n}")).collect();
    let (name, steps) = match lang {
        Lang::Ru => ("name", "steps"),
        Lang::En => ("name_en", "steps_en"),
    };
    let sql = format!(
        "select {name}, {steps} from service_script where theme in ({}) order by key limit {SCRIPTS_MAX}",
        places.join(", ")
    );
    let rows = db.query(&sql, &words).await?.into_iter().map(|row| {
        let mut c = row.cols();
        let name = c.take()?;
        let steps: String = c.take()?;
        Ok(Script { name, steps: steps.lines().map(str::to_owned).collect() })
    });
    rows.collect()
}
