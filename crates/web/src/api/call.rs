//! One request of an operation, checked and read.

use std::str::FromStr;

use kernel::CommandId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use spine::{Command, Error};

use super::answer::etag_of;
use super::problem::Problem;
use crate::http::Cx;

/// A checked request.
pub struct Call {
    /// Who asks, reads, texts.
    pub cx: Cx,
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Json,
    pub(super) body: Json,
    /// The content, when the operation takes a file.
    pub content: Vec<u8>,
    /// The id its command runs under.
    pub(super) command_id: CommandId,
    /// The caller gave a key, so it may be a repeat.
    pub(super) has_key: bool,
    pub(super) if_match: Option<String>,
    /// The hash of the token it came with.
    pub(super) caller: Vec<u8>,
}

/// What the address says: an id in the path that leads nowhere is *not found*.
pub type Item<T> = Result<T, Problem>;

impl Call {
    /// A part of the path.
    ///
    /// # Errors
    /// Not found, when it cannot be one.
    pub fn id<T: FromStr>(&self, name: &str) -> Item<T> {
        self.part(name).and_then(|text| text.parse().ok()).ok_or_else(|| Error::NotFound.into())
    }
    /// A part of the path as it was sent.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str())
    }
    /// The id the request's command runs under.
    pub const fn command_id(&self) -> CommandId {
        self.command_id
    }
    /// Executes a command under the request's key.
    ///
    /// # Errors
    /// As [`spine::Bus::execute`].
    pub async fn run<C: Command>(&self, command: &C) -> Result<C::Output, Error> {
        self.cx.execute(self.command_id, command).await
    }
    /// Whether this very request was executed before: preconditions held then, and the first answer stands.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_repeat(&mut self) -> Result<bool, Error> {
        if !self.has_key {
            return Ok(false);
        }
        Ok(spine::org::queries::is_known(&mut self.cx.db, self.command_id).await?)
    }
    /// Checks the caller's `If-Match` against what the thing looks like now. What was executed before
    /// passes: its change is why the tag is another.
    ///
    /// # Errors
    /// 412 when the thing is no longer what the caller saw.
    pub async fn must_match<T: Serialize>(&mut self, now: &T) -> Result<(), Problem> {
        let tag = etag_of(now)?;
        let given = self.if_match.as_deref().unwrap_or("*");
        let fits = given.split(',').map(str::trim).any(|one| one == "*" || one == tag);
        if fits || self.is_repeat().await? { Ok(()) } else { Err(Problem::precondition_failed()) }
    }
    pub(super) fn read_query<Q: DeserializeOwned>(&mut self) -> Result<Q, Problem> {
        serde_json::from_value(self.query.take())
            .map_err(|_| Problem::bad_request("api-parameter-unclear", "query"))
    }
    pub(super) fn read_body<B: DeserializeOwned>(&mut self) -> Result<B, Problem> {
        read(self.body.take())
    }
}

/// A body the schema let through but the type does not: numbers out of range and the like.
pub(super) fn read<B: DeserializeOwned>(body: Json) -> Result<B, Problem> {
    serde_json::from_value(body).map_err(|error| {
        let reason = kernel::Refusal::new("payload-shape").arg("reason", error.to_string());
        Problem::refused(vec![reason])
    })
}
