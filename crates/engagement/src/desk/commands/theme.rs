//! What people come to a branch for: head office says it, every desk offers it.

use kernel::{DeskThemeId, Refusal, Refusals, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::params;

use super::check_lengths;
use crate::desk::queries;
use crate::interaction::model::TOPICS;

/// Adds a theme, or changes one.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveTheme {
    /// Which; a new one when nothing is said.
    #[serde(default)]
    pub theme_id: Option<DeskThemeId>,
    /// The version the form was made from; not looked at for a new one.
    #[serde(default)]
    pub version: i64,
    /// The theme it belongs under; none for one of the first level.
    #[serde(default)]
    pub parent_id: Option<DeskThemeId>,
    /// What it is called in Russian.
    pub name: String,
    /// In English.
    pub name_en: String,
    /// The topic word of contacts about it, may be empty.
    #[serde(default)]
    pub topic: String,
    /// The letter on its tickets.
    pub letter: String,
    /// How long it takes as a rule (minutes).
    pub minutes: i64,
    /// Its place among its neighbours.
    #[serde(default)]
    pub place: i64,
    /// It is offered no more.
    #[serde(default)]
    pub archived: bool,
}

impl SaveTheme {
    fn check(&self, refusals: &mut Refusals) {
        for (text, field) in [(&self.name, "name"), (&self.name_en, "name_en")] {
            if text.trim().is_empty() {
                refusals.push(Refusal::field("required", field));
            }
            check_lengths(&[(text, field, limits::TEXT_CHARS_MAX)], refusals);
        }
        if !self.topic.is_empty() && !TOPICS.contains(&self.topic.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "topic"));
        }
        let mut letters = self.letter.chars();
        let is_letter = letters.next().is_some_and(|c| c.is_alphabetic() && c.is_uppercase());
        if !is_letter || letters.next().is_some() {
            refusals.push(Refusal::field("theme-letter", "letter"));
        }
        if !(1..=240).contains(&self.minutes) {
            refusals.push(Refusal::field("theme-minutes", "minutes"));
        }
        if !(0..=9_999).contains(&self.place) {
            refusals.push(Refusal::field("not-a-choice", "place"));
        }
    }
    /// There are two levels: a theme under another has none under itself.
    async fn check_parent(&self, w: &mut Work<'_>, refusals: &mut Refusals) -> Result<(), Error> {
        let Some(parent) = self.parent_id else { return Ok(()) };
        let above = queries::theme(w, parent).await?;
        let is_first = above.is_some_and(|above| above.parent_id.is_none());
        let has_under = match self.theme_id {
            Some(id) => id == parent || queries::has_under(w, id).await?,
            None => false,
        };
        if !is_first || has_under {
            refusals.push(Refusal::field("theme-parent", "parent_id"));
        }
        Ok(())
    }
}

impl Command for SaveTheme {
    const NAME: &'static str = "engagement.save_theme";
    const PERMISSION: &'static str = "desk.themes";
    type Output = DeskThemeId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<DeskThemeId, Error> {
        let mut refusals = Refusals::default();
        self.check(&mut refusals);
        self.check_parent(w, &mut refusals).await?;
        refusals.into_result()?;
        let (id, before) = match self.theme_id {
            Some(id) => (id, Some(queries::theme(w, id).await?.ok_or(Error::NotFound)?)),
            None => (w.new_id(), None),
        };
        if before.as_ref().is_some_and(|before| before.version != self.version) {
            return Err(Error::refused("theme-changed"));
        }
        let archived = self.archived.then_some(w.ctx.now);
        w.execute(
            "insert into desk_theme (id, parent_id, name, name_en, topic, letter, minutes, place, archived_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do update set parent_id = excluded.parent_id, \
             name = excluded.name, name_en = excluded.name_en, topic = excluded.topic, letter = excluded.letter, \
             minutes = excluded.minutes, place = excluded.place, archived_at = excluded.archived_at, \
             version = desk_theme.version + 1",
            params![
                id,
                self.parent_id,
                self.name.trim(),
                self.name_en.trim(),
                self.topic.as_str(),
                self.letter.as_str(),
                self.minutes,
                self.place,
                archived
            ],
        )
        .await?;
        let change = match before {
            Some(before) => Change::new()
                .field("name", before.name.as_str(), self.name.trim())
                .field("archived", before.archived, self.archived)
                .field("minutes", before.minutes, self.minutes)
                .field("letter", before.letter.as_str(), self.letter.as_str())
                .field("version", before.version, before.version.saturating_add(1)),
            None => Change::new().set("name", self.name.trim()),
        };
        w.record("desk_theme", id, None, change);
        Ok(id)
    }
}
