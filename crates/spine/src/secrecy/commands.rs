//! Writing, testing and releasing rules; opening a card for a while, and the review of that.

use kernel::{ClientId, Refusal, Refusals, Timestamp, UserId, limits};
use policy::{BUILT_IN, Level, Rules};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Read, params};
use uuid::Uuid;

use super::queries::{self, State, Version};
use super::{BUILT_IN_CASES, failed, parse_cases};
use crate::{Change, Command, Error, Rebuilding, Registry, Work};

/// Longest text of rules or cases (bytes).
const TEXT_BYTES_MAX: usize = 200_000;
/// Reasons one may open a card for.
pub const REASONS: [&str; 5] = ["client_here", "client_calls", "absent_manager", "fraud", "other"];
/// How long a card stays open (minutes).
pub const OPEN_MINUTES: i64 = 30;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<ReleaseBuiltIn>();
    registry.add::<DraftPolicy>();
    registry.add::<EditPolicy>();
    registry.add::<TestPolicy>();
    registry.add::<ReleasePolicy>();
    registry.add::<DropPolicy>();
    registry.add::<ReviewGlass>();
}

/// Releases the rules the product comes with as version 1, where there is none.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReleaseBuiltIn {}

impl Command for ReleaseBuiltIn {
    const NAME: &'static str = "secrecy.release_built_in";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (id, now): (Uuid, _) = (w.new_id(), w.ctx.now);
        let added = w
            .execute(
                "insert into secrecy_policy (id, number, title, text, cases, state, made_at, \
                 updated_at, released_at) values ($1, 1, '', $2, $3, 'released', $4, $4, $4) \
                 on conflict (number) do nothing",
                params![id, BUILT_IN, BUILT_IN_CASES, now],
            )
            .await?;
        if added == 1 {
            w.record("secrecy_policy", id, None, Change::new().set("number", 1));
        }
        Ok(())
    }
}

/// Begins a draft from a version.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DraftPolicy {
    /// The version it is made from.
    pub base_id: Uuid,
    /// What it is about.
    pub title: String,
}

impl Command for DraftPolicy {
    const NAME: &'static str = "secrecy.draft_policy";
    const PERMISSION: &'static str = "secrecy.change";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        by_person(w)?;
        let base = queries::one(w, self.base_id).await?.ok_or(Error::NotFound)?;
        let title = checked_title(&self.title)?;
        let (id, now, author): (Uuid, _, _) = (w.new_id(), w.ctx.now, w.actor());
        w.execute(
            "insert into secrecy_policy (id, title, text, cases, state, base_number, made_by, \
             made_at, updated_at) values ($1, $2, $3, $4, 'draft', $5, $6, $7, $7)",
            params![id, title, &base.text, &base.cases, base.number, author, now],
        )
        .await?;
        let change = Change::new().set("title", title).set("base_number", base.number);
        w.record("secrecy_policy", id, None, change);
        Ok(id)
    }
}

/// Changes the text and cases of a draft. What does not read is kept as written: a draft may be wrong.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditPolicy {
    /// Which.
    pub policy_id: Uuid,
    /// The count of its changes the form was made from.
    pub version: i64,
    /// What it is about.
    pub title: String,
    /// The rules.
    pub text: String,
    /// The test cases.
    pub cases: String,
}

impl Command for EditPolicy {
    const NAME: &'static str = "secrecy.edit_policy";
    const PERMISSION: &'static str = "secrecy.change";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        by_person(w)?;
        let old = open_version(w, self.policy_id).await?;
        let title = checked_title(&self.title)?;
        let mut refusals = Refusals::default();
        for (field, text) in [("text", &self.text), ("cases", &self.cases)] {
            if text.len() > TEXT_BYTES_MAX {
                refusals.push(Refusal::field("too-long", field).arg("max", TEXT_BYTES_MAX));
            }
        }
        if old.version != self.version {
            refusals.push(Refusal::new("secrecy-changed-meanwhile"));
        }
        refusals.into_result()?;
        let tidy = |text: &str| text.replace("\r\n", "\n");
        let (text, cases, now) = (tidy(&self.text), tidy(&self.cases), w.ctx.now);
        let change = Change::new()
            .field("title", old.title.as_str(), title)
            .field("text", old.text.as_str(), text.as_str())
            .field("cases", old.cases.as_str(), cases.as_str());
        if change.is_empty() {
            return Ok(());
        }
        w.execute(
            "update secrecy_policy set title = $2, text = $3, cases = $4, state = 'draft', \
             updated_at = $5, version = version + 1 where id = $1",
            params![self.policy_id, title, text, cases, now],
        )
        .await?;
        w.record("secrecy_policy", self.policy_id, None, change);
        Ok(())
    }
}

/// Runs the cases of a draft; it counts as tested when all come out as expected.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TestPolicy {
    /// Which.
    pub policy_id: Uuid,
}

impl Command for TestPolicy {
    const NAME: &'static str = "secrecy.test_policy";
    const PERMISSION: &'static str = "secrecy.change";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        by_person(w)?;
        let version = open_version(w, self.policy_id).await?;
        check(&version)?;
        let now = w.ctx.now;
        w.execute(
            "update secrecy_policy set state = 'tested', updated_at = $2 where id = $1",
            params![version.id, now],
        )
        .await?;
        let change = Change::new().field("state", version.state.key(), State::Tested.key());
        w.record("secrecy_policy", version.id, None, change);
        Ok(())
    }
}

/// Puts a tested draft, or a version of the past, into force. Another person must agree.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReleasePolicy {
    /// Which.
    pub policy_id: Uuid,
    /// The count of its changes that was looked at: what the second person agrees to is what was shown.
    pub version: i64,
}

impl Command for ReleasePolicy {
    const NAME: &'static str = "secrecy.release_policy";
    const PERMISSION: &'static str = "secrecy.change";
    type Output = i64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<i64, Error> {
        by_person(w)?;
        let version = locked(w, self.policy_id).await?;
        if version.version != self.version {
            return Err(Error::refused("secrecy-changed-meanwhile"));
        }
        match version.state {
            State::Tested | State::Past => {}
            State::Draft => return Err(Error::refused("secrecy-not-tested")),
            State::Released => return Err(Error::refused("secrecy-in-force")),
        }
        check(&version)?;
        w.needs_second_person("secrecy-release", Self::PERMISSION);
        let sql = "select coalesce(max(number), 0) + 1 from secrecy_policy";
        let number: i64 = match w.first(sql, &[]).await? {
            Some(row) => row.one()?,
            None => 1,
        };
        let (now, author) = (w.ctx.now, w.actor());
        w.execute("update secrecy_policy set state = 'past' where state = 'released'", &[]).await?;
        let id = if version.state == State::Past { again(w, &version).await? } else { version.id };
        w.execute(
            "update secrecy_policy set state = 'released', number = $2, released_by = $3, \
             released_at = $4, updated_at = $4 where id = $1",
            params![id, number, author, now],
        )
        .await?;
        let change = Change::new()
            .field("state", version.state.key(), State::Released.key())
            .set("number", number);
        w.record("secrecy_policy", id, None, change);
        Ok(number)
    }
}

/// A version of the past comes back under a new number; the old one stays what it was.
async fn again(w: &mut Work<'_>, version: &Version) -> Result<Uuid, Error> {
    let (id, now, author): (Uuid, _, _) = (w.new_id(), w.ctx.now, w.actor());
    w.execute(
        "insert into secrecy_policy (id, title, text, cases, state, base_number, made_by, made_at, \
         updated_at) values ($1, $2, $3, $4, 'tested', $5, $6, $7, $7)",
        params![id, &version.title, &version.text, &version.cases, version.number, author, now],
    )
    .await?;
    Ok(id)
}

/// Throws a draft away.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DropPolicy {
    /// Which.
    pub policy_id: Uuid,
}

impl Command for DropPolicy {
    const NAME: &'static str = "secrecy.drop_policy";
    const PERMISSION: &'static str = "secrecy.change";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        by_person(w)?;
        let old = open_version(w, self.policy_id).await?;
        w.execute("delete from secrecy_policy where id = $1", params![old.id]).await?;
        w.record("secrecy_policy", old.id, None, Change::new().field("title", old.title, ""));
        Ok(())
    }
}

/// What is wrong with a version, as refusals at its fields.
///
/// # Errors
/// Rules that do not read, cases that do not read, cases that come out otherwise.
pub fn check(version: &Version) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    let rules = Rules::read(&version.text);
    if let Err(faults) = &rules {
        let first = faults.0.first().map(|f| f.words.as_str()).unwrap_or_default();
        refusals.push(Refusal::field("secrecy-rules-wrong", "text").arg("words", first));
    }
    let cases = parse_cases(&version.cases);
    match &cases {
        Err(faults) => {
            let line = faults.first().map_or(0, |f| f.line);
            refusals.push(Refusal::field("secrecy-case-unclear", "cases").arg("line", line));
        }
        Ok(cases) if cases.is_empty() => {
            refusals.push(Refusal::field("secrecy-no-cases", "cases"));
        }
        Ok(_) => {}
    }
    if let (Ok(rules), Ok(cases)) = (&rules, &cases) {
        let failed = failed(rules, cases);
        if let Some(first) = failed.first() {
            let refusal = Refusal::field("secrecy-cases-failed", "cases").arg("n", failed.len());
            refusals.push(refusal.arg("line", first.case.line));
        }
    }
    refusals.into_result()
}

/// Rules are made by people.
fn by_person(w: &Work<'_>) -> Result<(), Error> {
    if w.ctx.principal.is_program { Err(Error::refused("secrecy-program")) } else { Ok(()) }
}

async fn locked(w: &mut Work<'_>, id: Uuid) -> Result<Version, Error> {
    let lock = format!("select id from secrecy_policy order by id{}", w.dialect().for_update());
    w.query(&lock, &[]).await?;
    queries::one(w, id).await?.ok_or(Error::NotFound)
}

async fn open_version(w: &mut Work<'_>, id: Uuid) -> Result<Version, Error> {
    let version = locked(w, id).await?;
    if version.state.is_open() { Ok(version) } else { Err(Error::refused("secrecy-not-draft")) }
}

fn checked_title(title: &str) -> Result<&str, Error> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Error::refused_field("required", "title"));
    }
    if title.chars().count() > limits::TEXT_CHARS_MAX {
        let max = limits::TEXT_CHARS_MAX;
        return Err(Refusal::field("too-long", "title").arg("max", max).into());
    }
    Ok(title)
}

/// Opens a client's card to the person who asks, for a while; officers and the client's manager are told at
/// once. The caller has checked that the rules allow it.
///
/// # Errors
/// A reason that is none; a program; the database's.
pub async fn open_card(
    w: &mut Work<'_>,
    (client, level): (ClientId, Level),
    (code, reason): (&str, &str),
    told: &[UserId],
) -> Result<Uuid, Error> {
    by_person(w)?;
    let me = w.actor().ok_or_else(|| Error::refused("secrecy-program"))?;
    let mut refusals = Refusals::default();
    if !REASONS.contains(&code) {
        refusals.push(Refusal::field("not-a-choice", "reason_code"));
    }
    let reason = reason.trim();
    if reason.chars().count() < 5 {
        refusals.push(Refusal::field("secrecy-reason-short", "reason"));
    }
    if reason.chars().count() > limits::TEXT_CHARS_MAX {
        refusals.push(Refusal::field("too-long", "reason").arg("max", limits::TEXT_CHARS_MAX));
    }
    refusals.into_result()?;
    let (id, now): (Uuid, Timestamp) = (w.new_id(), w.ctx.now);
    let until = now.plus_minutes(OPEN_MINUTES);
    let operation = w.ctx.operation_id;
    w.execute(
        "insert into break_glass (id, staff_id, client_id, level, reason_code, reason, at, until, \
         operation_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, me, client, level.key(), code, reason, now, until, operation.uuid()],
    )
    .await?;
    let change = Change::new()
        .set("reason_code", code)
        .set("reason", reason)
        .set("until_at", until.micros());
    w.record("break_glass", id, Some(client), change);
    let payload = json!({
        "kind": "card-opened", "args": { "who": w.ctx.principal.name }, "href": "/admin/break-glass"
    });
    for user in told.iter().filter(|user| **user != me) {
        w.send("notice", &user.to_string(), &payload).await?;
    }
    Ok(id)
}

/// Shuts a card before its time.
///
/// # Errors
/// Not found when it is not this person's or is shut already.
pub async fn shut_card(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    let (me, now) = (w.actor().ok_or(Error::NotFound)?, w.ctx.now);
    let shut = w
        .execute(
            "update break_glass set ended_at = $3 where staff_id = $1 and client_id = $2 \
             and ended_at is null and until > $3",
            params![me, client, now],
        )
        .await?;
    if shut == 0 {
        return Err(Error::NotFound);
    }
    w.record(
        "break_glass",
        client.uuid(),
        Some(client),
        Change::new().set("ended_at", now.micros()),
    );
    Ok(())
}

/// Says of an opened card whether it was justified. Never by who opened it.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReviewGlass {
    /// Which.
    pub glass_id: Uuid,
    /// It was.
    pub is_justified: bool,
    /// In words.
    pub note: String,
}

impl Command for ReviewGlass {
    const NAME: &'static str = "secrecy.review_glass";
    const PERMISSION: &'static str = "secrecy.change";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        by_person(w)?;
        let lock = format!("select id from break_glass where id = $1{}", w.dialect().for_update());
        w.query(&lock, params![self.glass_id]).await?;
        let glass = queries::one_glass(w, self.glass_id).await?.ok_or(Error::NotFound)?;
        let me = w.actor();
        // also when he has opened it under another account of his
        let same = "select 1 from staff_person a join staff_person b on b.number = a.number \
                    where a.staff_id = $1 and b.staff_id = $2";
        let is_same_person = w.first(same, params![me, glass.staff_id]).await?.is_some();
        if me == Some(glass.staff_id) || is_same_person {
            return Err(Error::refused("secrecy-own-glass"));
        }
        if glass.review != "open" {
            return Err(Error::refused("secrecy-reviewed"));
        }
        let note = self.note.trim();
        if note.is_empty() {
            return Err(Error::refused_field("required", "note"));
        }
        if note.chars().count() > limits::TEXT_CHARS_MAX {
            let max = limits::TEXT_CHARS_MAX;
            return Err(Refusal::field("too-long", "note").arg("max", max).into());
        }
        let (word, now) = (if self.is_justified { "justified" } else { "unjustified" }, w.ctx.now);
        w.execute(
            "update break_glass set review = $2, reviewed_by = $3, reviewed_at = $4, \
             review_note = $5 where id = $1",
            params![self.glass_id, word, me, now, note],
        )
        .await?;
        let change = Change::new().field("review", "open", word).set("note", note);
        w.record("break_glass", self.glass_id, Some(glass.client_id), change);
        Ok(())
    }
}

/// Takes the words out of the report of urgent openings of an erased client's card: who opened it, when and on
/// which ground stays.
pub(crate) fn forget_words<'a>(w: &'a mut Work<'_>, client: ClientId) -> Rebuilding<'a> {
    Box::pin(async move {
        let sql = "update break_glass set reason = '', review_note = '' where client_id = $1";
        w.execute(sql, params![client]).await?;
        Ok(())
    })
}
