//! Saving a script and taking one away.

use kernel::{Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use super::queries;
use crate::EDIT;

/// Characters of a key, of a name and a theme, of a step; steps at most.
pub(crate) const KEY_CHARS_MAX: usize = 40;
pub(crate) const NAME_CHARS_MAX: usize = 120;
const STEP_CHARS_MAX: usize = 500;
const STEPS_MAX: usize = 50;

/// Saves a script.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveScript {
    /// Which; none for a new one.
    #[serde(default)]
    pub script_id: Option<Uuid>,
    /// Short name in programs and lists, such as `card-lost`.
    pub key: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// What it is about.
    pub theme: String,
    /// What is said and done, in order, in Russian.
    pub steps: Vec<String>,
    /// The same in English.
    pub steps_en: Vec<String>,
    /// The revision that was read; saving over a later one is refused.
    #[serde(default)]
    pub revision: Option<i64>,
}

impl SaveScript {
    fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        check_key(&self.key, &mut refusals);
        for (field, text) in
            [("name", &self.name), ("name_en", &self.name_en), ("theme", &self.theme)]
        {
            check_text(field, text, NAME_CHARS_MAX, &mut refusals);
        }
        for (field, steps) in [("steps", &self.steps), ("steps_en", &self.steps_en)] {
            if steps.is_empty() {
                refusals.push(Refusal::field("required", field));
            }
            let long = steps.iter().any(|step| step.chars().count() > STEP_CHARS_MAX);
            if long || steps.len() > STEPS_MAX {
                let refusal = Refusal::field("strategy-steps-long", field);
                refusals.push(refusal.arg("max", STEPS_MAX).arg("chars", STEP_CHARS_MAX));
            }
        }
        if self.steps.len() != self.steps_en.len() {
            refusals.push(Refusal::field("strategy-steps-differ", "steps_en"));
        }
        refusals.into_result()
    }
}

/// Whether a key is one.
pub(crate) fn check_key(key: &str, refusals: &mut Refusals) {
    let is_key = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.bytes().all(is_key) {
        refusals.push(Refusal::field("strategy-key-shape", "key").arg("max", KEY_CHARS_MAX));
    }
}

/// Whether a text is there and not too long.
pub(crate) fn check_text(field: &str, text: &str, max: usize, refusals: &mut Refusals) {
    if text.trim().is_empty() {
        refusals.push(Refusal::field("required", field));
    } else if text.chars().count() > max {
        refusals.push(Refusal::field("too-long", field).arg("max", max));
    }
}

/// The steps as they are kept: one a line.
fn lines(steps: &[String]) -> String {
    let one = |step: &String| step.split_whitespace().collect::<Vec<_>>().join(" ");
    steps.iter().map(one).collect::<Vec<_>>().join("\n")
}

impl Command for SaveScript {
    const NAME: &'static str = "strategy.save_script";
    const PERMISSION: &'static str = EDIT;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        self.check()?;
        let before = match self.script_id {
            Some(id) => Some(queries::one(w, id).await?.ok_or(Error::NotFound)?),
            None => None,
        };
        let revision = before.as_ref().map_or(0, |b| b.revision);
        if before.is_some() && self.revision.is_some_and(|read| read != revision) {
            return Err(Error::refused("strategy-changed-meanwhile"));
        }
        let id = self.script_id.unwrap_or_else(|| w.new_id());
        let sql = "insert into service_script (id, key, name, name_en, theme, steps, steps_en, revision) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do update set key = excluded.key, \
                   name = excluded.name, name_en = excluded.name_en, theme = excluded.theme, \
                   steps = excluded.steps, steps_en = excluded.steps_en, revision = excluded.revision";
        if queries::has_key(w, &self.key, id).await? {
            return Err(Error::refused_field("strategy-key-taken", "key"));
        }
        let (name, name_en, theme) = (self.name.trim(), self.name_en.trim(), self.theme.trim());
        let (steps, steps_en) = (lines(&self.steps), lines(&self.steps_en));
        let (was, was_en) = before
            .as_ref()
            .map_or_else(Default::default, |b| (b.steps.join("\n"), b.steps_en.join("\n")));
        let old = |of: fn(&queries::Script) -> &str| {
            before.as_ref().map_or(serde_json::Value::Null, |b| of(b).into())
        };
        let change = Change::new()
            .field("key", old(|b| &b.key), self.key.as_str())
            .field("name", old(|b| &b.name), name)
            .field("name_en", old(|b| &b.name_en), name_en)
            .field("theme", old(|b| &b.theme), theme)
            .field("steps", was, steps.as_str())
            .field("steps_en", was_en, steps_en.as_str());
        let key = self.key.as_str();
        let row = params![id, key, name, name_en, theme, steps, steps_en, revision + 1];
        w.execute(sql, row).await?;
        w.record("service_script", id, None, change);
        Ok(id)
    }
}

/// Takes a script away; versions that were published keep it.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DropScript {
    /// Which.
    pub script_id: Uuid,
}

impl Command for DropScript {
    const NAME: &'static str = "strategy.drop_script";
    const PERMISSION: &'static str = EDIT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let before = queries::one(w, self.script_id).await?.ok_or(Error::NotFound)?;
        w.execute("delete from service_script where id = $1", params![self.script_id]).await?;
        let change = Change::new().field("key", before.key, serde_json::Value::Null);
        w.record("service_script", self.script_id, None, change);
        Ok(())
    }
}
