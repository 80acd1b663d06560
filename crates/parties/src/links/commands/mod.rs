//! Making and ending links, and choosing who stands for a household or group. A link needs `client.edit`
//! over one side and sight of the other.

mod main_member;
mod own;

use std::collections::BTreeMap;

use kernel::{ClientId, Date, LinkId, Refusal, Refusals, limits};
use serde::{Deserialize, Serialize};
use spine::secrecy::Group;
use spine::{Change, Command, Error, FieldEdit, OwnValues, Typed, Work};
use store::{Read, params};

use super::model::{Draft, LinkKind, check};
use super::queries;
use crate::client::queries::{ClientHead, head};

pub use main_member::SetMainMember;
pub(crate) use own::LINK;

/// Makes a link: `from` is `kind` of `to`.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddLink {
    /// Who holds it.
    pub from: ClientId,
    /// The other one.
    pub to: ClientId,
    /// Kind.
    pub kind: LinkKind,
    /// Share in basis points, for owners.
    pub share_bp: Option<i64>,
    /// First day.
    pub since: Option<Date>,
    /// Last day, for a link that is over.
    pub until: Option<Date>,
    /// In words.
    pub note: String,
    /// Fields the bank has added, by key, as typed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

impl Command for AddLink {
    const NAME: &'static str = "parties.add_link";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = LinkId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<LinkId, Error> {
        let (from, to) = both_sides(w, self.from, self.to).await?;
        let draft = Draft {
            from: (self.from, from.kind),
            to: (self.to, to.kind),
            kind: self.kind,
            share_bp: self.share_bp,
            since: self.since,
            until: self.until,
        };
        let known = queries::known_of(w, self.from, self.to).await?;
        let ancestors = match self.kind {
            LinkKind::GroupMember => queries::groups_above(w, self.to).await?,
            _ => Vec::new(),
        };
        let today = w.ctx.now.date_in(&jiff::tz::TimeZone::UTC);
        let mut refusals = check(&draft, &known, &ancestors, today);
        check_note(self.kind, &self.note, &mut refusals);
        let edits = FieldEdit::over(&OwnValues::default(), &self.custom);
        let typed =
            Typed { object: LINK.key, stored: None, edits: &edits, refusals: &mut refusals };
        let own = w.own_values(typed).await?;
        refusals.into_result()?;
        let id: LinkId = w.new_id();
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_link (id, from_id, to_id, kind, share_bp, since, until, note, \
             author_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                id,
                self.from,
                self.to,
                self.kind,
                self.share_bp,
                self.since,
                self.until,
                self.note.trim(),
                author,
                now
            ],
        )
        .await?;
        w.write_own(&LINK, id, &own).await?;
        let change = || {
            own.noted(Change::new())
                .set("kind", self.kind.key())
                .set("share_bp", self.share_bp)
                .set("since", self.since.map(|d| d.to_string()))
                .set("until", self.until.map(|d| d.to_string()))
                .set("note", Some(self.note.trim()).filter(|t| !t.is_empty()))
        };
        // in the history of both, each naming the other by id: his name may be a secret there
        w.record("link", id, Some(self.from), change().set("to_id", self.to.to_string()));
        w.record("link", id, Some(self.to), change().set("from_id", self.from.to_string()));
        touch(w, self.from, self.to).await?;
        Ok(id)
    }
}

/// Ends a link on a day, or takes back one that was made by mistake.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EndLink {
    /// Which.
    pub link_id: LinkId,
    /// Its last day.
    pub until: Date,
    /// It never held: it leaves the history of the client too (not the journal).
    pub by_mistake: bool,
}

impl Command for EndLink {
    const NAME: &'static str = "parties.end_link";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let link = queries::one(w, self.link_id).await?.ok_or(Error::NotFound)?;
        both_sides(w, link.from, link.to).await?;
        if link.since.is_some_and(|since| self.until < since) && !self.by_mistake {
            return Err(Error::refused_field("until-before-since", "until"));
        }
        let now = w.ctx.now;
        let change = if self.by_mistake {
            w.execute(
                "update client_link set archived_at = $2 where id = $1",
                params![link.id, now],
            )
            .await?;
            Change::new().set("archived", true)
        } else {
            w.execute(
                "update client_link set until = $2 where id = $1",
                params![link.id, self.until],
            )
            .await?;
            let before = link.until.map(|d| d.to_string());
            Change::new().field("until", before, self.until.to_string())
        };
        w.record("link", link.id, Some(link.from), change.clone());
        w.record("link", link.id, Some(link.to), change);
        let today = now.date_in(&jiff::tz::TimeZone::UTC);
        if self.by_mistake || self.until < today {
            main_member::resign(w, &link).await?;
        }
        touch(w, link.from, link.to).await
    }
}

/// Both clients, when the person may change one and see the other. Rows are locked in id order, so that
/// two people who link the same clients wait for each other and never in a circle.
async fn both_sides(
    w: &mut Work<'_>,
    from: ClientId,
    to: ClientId,
) -> Result<(ClientHead, ClientHead), Error> {
    let lock = format!(
        "select id from client where id in ($1, $2) order by id{}",
        w.dialect().for_update()
    );
    w.query(&lock, params![from, to]).await?;
    let ctx = w.ctx;
    let from = head(w, &ctx.principal, from).await?;
    let to = head(w, &ctx.principal, to).await?;
    // a link tells of both its ends
    if !from.sees(Group::Links) || !to.sees(Group::Links) {
        return Err(Error::NotFound);
    }
    let may_edit = |side: &ClientHead| ctx.principal.reaches("client.edit", side.owner());
    if may_edit(&from) || may_edit(&to) { Ok((from, to)) } else { Err(Error::NotFound) }
}

async fn touch(w: &mut Work<'_>, from: ClientId, to: ClientId) -> Result<(), Error> {
    let now = w.ctx.now;
    w.execute("update client set updated_at = $3 where id in ($1, $2)", params![from, to, now])
        .await?;
    Ok(())
}

fn check_note(kind: LinkKind, note: &str, refusals: &mut Refusals) {
    if note.chars().count() > limits::TEXT_CHARS_MAX {
        refusals.push(Refusal::field("too-long", "note").arg("max", limits::TEXT_CHARS_MAX));
    }
    if kind == LinkKind::Other && note.trim().is_empty() {
        refusals.push(Refusal::field("required", "note"));
    }
}
