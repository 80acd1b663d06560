//! What an operation is: its address, its right, the schemas of what it takes and answers, and its work.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use spine::Command;

use super::answer::Answer;
use super::call::{Call, read};
use super::paging::Listing;
use super::problem::Problem;

/// HTTP methods of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes something, or does something to it.
    Post,
    /// Replaces.
    Put,
    /// Changes what is named.
    Patch,
    /// Takes away or archives.
    Delete,
}

impl Method {
    /// As on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// An operation without query parameters.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
pub struct NoQuery {}

/// How a body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// None.
    Nothing,
    /// JSON.
    Json,
    /// JSON with files in base64.
    JsonFiles,
    /// A file as it is.
    File,
}

/// What a good answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 200 with JSON.
    Json,
    /// 200 with JSON and its entity tag.
    Tagged,
    /// 200 with a file.
    File,
    /// 201 with the new id.
    Created,
    /// 204.
    Done,
}

/// What a command answers.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Result")]
struct CommandResult<T> {
    /// The answer.
    result: T,
}

type Work = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;
pub(super) type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// One operation of the API.
#[derive(Clone)]
pub struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) permission: &'static str,
    pub(super) summary: &'static str,
    pub(super) tag: &'static str,
    pub(super) query: Option<MakeSchema>,
    pub(super) take: Take,
    pub(super) body: Option<MakeSchema>,
    pub(super) outcome: Outcome,
    pub(super) reply: Option<MakeSchema>,
    pub(super) is_list: bool,
    pub(super) needs_match: bool,
    pub(super) media: &'static [&'static str],
    pub(super) secret: Option<&'static str>,
    pub(super) example: Option<Json>,
    pub(super) commands: Vec<&'static str>,
    pub(super) work: Arc<dyn Fn(Call) -> Work + Send + Sync>,
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Operation {
    fn new(method: Method, path: &'static str, id: &'static str, permission: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            permission,
            summary: "",
            tag: "",
            query: None,
            take: Take::Nothing,
            body: None,
            outcome: Outcome::Done,
            reply: None,
            is_list: false,
            needs_match: false,
            media: &["application/octet-stream"],
            secret: None,
            example: None,
            commands: Vec::new(),
            work: Arc::new(|_| Box::pin(async { Ok(Answer::done()) })),
        }
    }
    /// Reads a list: a page of rows and where the next begins.
    pub fn list<Q, T, F>(
        path: &'static str,
        id: &'static str,
        permission: &'static str,
        work: fn(Call, Q) -> F,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        T: Serialize + JsonSchema + Send + 'static,
        F: Future<Output = Result<Listing<T>, Problem>> + Send + 'static,
    {
        let mut operation = Self::new(Method::Get, path, id, permission);
        operation.query = Some(schema::<Q>);
        operation.outcome = Outcome::Json;
        operation.reply = Some(schema::<Listing<T>>);
        operation.is_list = true;
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let query = call.read_query()?;
                let path = call.cx.path.clone();
                let listing = work(call, query).await?;
                let mut answer = Answer::json(&listing)?;
                if let Some(next) = &listing.next {
                    answer.link_next(&super::serve::next_address(&path, next));
                }
                Ok(answer)
            })
        });
        operation
    }
    /// Reads one thing; its entity tag comes with it.
    pub fn one<Q, T, F>(
        path: &'static str,
        id: &'static str,
        permission: &'static str,
        work: fn(Call, Q) -> F,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        T: Serialize + JsonSchema + Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let mut operation = Self::new(Method::Get, path, id, permission);
        operation.query = Some(schema::<Q>);
        operation.outcome = Outcome::Tagged;
        operation.reply = Some(schema::<T>);
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let query = call.read_query()?;
                Ok(Answer::tagged(&work(call, query).await?)?)
            })
        });
        operation
    }
    /// Reads a file.
    pub fn file<F>(
        path: &'static str,
        id: &'static str,
        permission: &'static str,
        work: fn(Call) -> F,
    ) -> Self
    where
        F: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let mut operation = Self::new(Method::Get, path, id, permission);
        operation.outcome = Outcome::File;
        operation.work = Arc::new(move |call| Box::pin(work(call)));
        operation
    }
    /// Reads a file that depends on a query.
    pub fn export<Q, F>(
        path: &'static str,
        id: &'static str,
        permission: &'static str,
        work: fn(Call, Q) -> F,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        F: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let mut operation = Self::new(Method::Get, path, id, permission);
        operation.query = Some(schema::<Q>);
        operation.outcome = Outcome::File;
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let query = call.read_query()?;
                work(call, query).await
            })
        });
        operation
    }
    /// Executes one command: the body is its payload, less what the path says.
    pub fn command<C>(method: Method, path: &'static str, id: &'static str) -> Self
    where
        C: Command + JsonSchema,
        C::Output: JsonSchema,
    {
        let mut operation = Self::new(method, path, id, C::PERMISSION);
        operation.take = Take::Json;
        operation.body = Some(schema::<C>);
        operation.commands = vec![C::NAME];
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let command: C = read(payload(&mut call))?;
                call.run(&command).await?;
                Ok(Answer::done())
            })
        });
        operation
    }
    /// Executes one command that makes something, and answers the new id.
    pub fn create<C>(path: &'static str, id: &'static str, location: Option<&'static str>) -> Self
    where
        C: Command + JsonSchema,
        C::Output: JsonSchema,
    {
        let mut operation = Self::command::<C>(Method::Post, path, id);
        operation.outcome = Outcome::Created;
        operation.reply = Some(schema::<C::Output>);
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let command: C = read(payload(&mut call))?;
                Ok(Answer::created(&call.run(&command).await?, location)?)
            })
        });
        operation
    }
    /// Executes one command and answers what it answers, as `result`.
    pub fn answer<C>(path: &'static str, id: &'static str) -> Self
    where
        C: Command + JsonSchema,
        C::Output: JsonSchema,
    {
        let mut operation = Self::command::<C>(Method::Post, path, id);
        operation.outcome = Outcome::Json;
        operation.reply = Some(schema::<CommandResult<C::Output>>);
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let command: C = read(payload(&mut call))?;
                let result = call.run(&command).await?;
                Ok(Answer::json(&CommandResult { result })?)
            })
        });
        operation
    }
    /// Writes in a way of its own: from a body of type `B`.
    pub fn write<B, F>(
        method: Method,
        path: &'static str,
        id: &'static str,
        permission: &'static str,
        work: fn(Call, B) -> F,
    ) -> Self
    where
        B: DeserializeOwned + JsonSchema + Send + 'static,
        F: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let mut operation = Self::new(method, path, id, permission);
        operation.take = Take::Json;
        operation.body = Some(schema::<B>);
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let body = call.read_body()?;
                work(call, body).await
            })
        });
        operation
    }
    /// Takes a file as it is; the query says what it is.
    pub fn upload<Q, F>(
        path: &'static str,
        id: &'static str,
        permission: &'static str,
        work: fn(Call, Q) -> F,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        F: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let mut operation = Self::new(Method::Post, path, id, permission);
        operation.take = Take::File;
        operation.query = Some(schema::<Q>);
        operation.outcome = Outcome::Created;
        operation.work = Arc::new(move |mut call| {
            Box::pin(async move {
                let query = call.read_query()?;
                work(call, query).await
            })
        });
        operation
    }
    /// What it is for, in one line.
    #[must_use]
    pub const fn about(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }
    /// The commands it executes in its own way.
    #[must_use]
    pub fn runs(mut self, commands: &[&'static str]) -> Self {
        self.commands.extend(commands);
        self
    }
    /// It changes something that must be what the caller saw: `If-Match` is required.
    #[must_use]
    pub const fn matching(mut self) -> Self {
        self.needs_match = true;
        self
    }
    /// It answers 201 with the new id of type `T`.
    #[must_use]
    pub fn creates<T: JsonSchema>(mut self) -> Self {
        self.outcome = Outcome::Created;
        self.reply = Some(schema::<T>);
        self
    }
    /// It answers 200 with a `T`.
    #[must_use]
    pub fn replies<T: JsonSchema>(mut self) -> Self {
        self.outcome = Outcome::Json;
        self.reply = Some(schema::<T>);
        self
    }
    /// The body holds files in base64 and may be as large as an upload.
    #[must_use]
    pub const fn with_files(mut self) -> Self {
        self.take = Take::JsonFiles;
        self
    }
    /// A field of the body that must leave no trace, not even in a digest.
    #[must_use]
    pub const fn secret(mut self, field: &'static str) -> Self {
        self.secret = Some(field);
        self
    }
    /// The types of the file it answers.
    #[must_use]
    pub const fn media(mut self, types: &'static [&'static str]) -> Self {
        self.media = types;
        self
    }
    /// A body as it may be sent.
    #[must_use]
    pub fn example(mut self, body: Json) -> Self {
        self.example = Some(body);
        self
    }
    /// Its name.
    pub const fn id(&self) -> &'static str {
        self.id
    }
    /// The commands it executes.
    pub fn commands(&self) -> &[&'static str] {
        &self.commands
    }
    /// The names in its path.
    pub(super) fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

/// The body with what the path says in it.
fn payload(call: &mut Call) -> Json {
    let mut body = match call.body.take() {
        Json::Object(object) => object,
        _ => serde_json::Map::new(),
    };
    for (name, value) in &call.path {
        body.insert(name.clone(), Json::String(value.clone()));
    }
    Json::Object(body)
}

/// Collects the operations of all rooms.
#[derive(Default)]
pub struct Api {
    pub(super) operations: Vec<Operation>,
    tag: &'static str,
}

impl Api {
    /// The subject of the operations that follow.
    #[must_use]
    pub const fn tag(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }
    /// Adds one.
    #[must_use]
    pub fn with(mut self, operation: Operation) -> Self {
        self.operations.push(Operation { tag: self.tag, ..operation });
        self
    }
    /// All so far.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
}
