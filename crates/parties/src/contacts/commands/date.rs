//! Important dates and life events.

use kernel::{ClientId, Date, DateId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::secrecy::Group;
use spine::{Change, Command, Error, Work};
use store::params;

use super::{date_text, editable, has_room, touch};
use crate::contacts::model::{DateKind, Merge, check_text, optional_date};
use crate::contacts::queries;

/// What a form of an important date holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DateFields {
    /// In words; required for the kind `other`.
    pub title: String,
    /// ISO text.
    pub on_date: String,
    /// Comes round every year.
    pub yearly: bool,
}

/// Adds an important date.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddDate {
    /// Whose.
    pub client_id: ClientId,
    /// About what.
    pub kind: DateKind,
    /// The rest.
    pub fields: DateFields,
}

impl Command for AddDate {
    const NAME: &'static str = "parties.add_date";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = DateId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<DateId, Error> {
        editable(w, self.client_id, Group::History).await?;
        has_room(queries::dates(w, self.client_id).await?.len())?;
        let (title, on_date) = checked(self.kind, &self.fields)?;
        let id: DateId = w.new_id();
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_date (id, client_id, kind, title, on_date, yearly, author_id, at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                id,
                self.client_id,
                self.kind,
                &title,
                on_date,
                self.fields.yearly,
                author,
                now
            ],
        )
        .await?;
        let change = Change::new()
            .set("kind", self.kind.key())
            .set("title", Some(title).filter(|t| !t.is_empty()))
            .set("on_date", on_date.to_string())
            .set("yearly", self.fields.yearly.then_some(true));
        w.record("date", id, Some(self.client_id), change);
        touch(w, self.client_id).await?;
        Ok(id)
    }
}

/// Changes an important date: a plan moved, an event happened on another day.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditDate {
    /// Which.
    pub date_id: DateId,
    /// What the form showed when it was opened.
    pub original: DateFields,
    /// What the person wants.
    pub fields: DateFields,
}

impl Command for EditDate {
    const NAME: &'static str = "parties.edit_date";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let found = queries::date(w, self.date_id).await?.ok_or(Error::NotFound)?;
        editable(w, found.client_id, Group::History).await?;
        // read again: now nobody else can change it until we are done
        let stored = queries::date(w, self.date_id).await?.ok_or(Error::NotFound)?;
        let (title, on_date) = checked(stored.kind, &self.fields)?;
        let (was, before) = (&self.original, date_text(Some(stored.on_date)));
        let mut merge = Merge::new(stored.author_id, stored.at);
        let title = merge.text("title", &was.title, &title, &stored.title);
        let day = merge.text("on_date", &was.on_date, &date_text(Some(on_date)), &before);
        merge.finish()?;
        let yearly = Merge::flag(was.yearly, self.fields.yearly, stored.yearly);
        let change = Change::new()
            .field("title", stored.title.as_str(), title.as_str())
            .field("on_date", before.as_str(), day.as_str())
            .field("yearly", stored.yearly, yearly);
        let (now, author) = (w.ctx.now, w.actor());
        // written even when nothing differs: saving a past plan unchanged confirms that it happened
        w.execute(
            "update client_date set title = $2, on_date = $3, yearly = $4, author_id = $5, at = $6 \
             where id = $1",
            params![stored.id, &title, &day, yearly, author, now],
        )
        .await?;
        let change = if change.is_empty() { Change::new().set("confirmed", true) } else { change };
        w.record("date", stored.id, Some(stored.client_id), change);
        touch(w, stored.client_id).await
    }
}

/// Archives an important date.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveDate {
    /// Which.
    pub date_id: DateId,
}

impl Command for ArchiveDate {
    const NAME: &'static str = "parties.archive_date";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let stored = queries::date(w, self.date_id).await?.ok_or(Error::NotFound)?;
        editable(w, stored.client_id, Group::History).await?;
        let now = w.ctx.now;
        w.execute("update client_date set archived_at = $2 where id = $1", params![stored.id, now])
            .await?;
        let gone: Option<&str> = None;
        let change = Change::new().field("kind", stored.kind.key(), gone).field(
            "on_date",
            date_text(Some(stored.on_date)),
            gone,
        );
        w.record("date", stored.id, Some(stored.client_id), change);
        touch(w, stored.client_id).await
    }
}

fn checked(kind: DateKind, fields: &DateFields) -> Result<(String, Date), Error> {
    let mut refusals = Refusals::default();
    let title = check_text("title", &fields.title, &mut refusals);
    if kind == DateKind::Other && title.is_empty() {
        refusals.push(Refusal::field("required", "title"));
    }
    let day = optional_date("on_date", &fields.on_date, &mut refusals);
    if day.is_none() && refusals.of("on_date").is_none() {
        refusals.push(Refusal::field("required", "on_date"));
    }
    refusals.into_result()?;
    Ok((title, day.ok_or_else(|| Error::refused_field("required", "on_date"))?))
}
