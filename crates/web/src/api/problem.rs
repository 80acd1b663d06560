//! Problems (RFC 9457): how everything that did not go well is answered under `/api`.

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{Refusal, Refusals, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use spine::approval::Waiting;
use spine::{Conflict, Error, Trouble};

use crate::http::Cx;
use crate::i18n::Arg;

/// What went wrong, before it is put into words.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    refusals: Vec<Refusal>,
    conflict: Option<Conflict>,
    permission: Option<String>,
    header: Option<(HeaderName, String)>,
    waiting: Option<Waiting>,
}

impl Inner {
    const fn new(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            code,
            refusals: Vec::new(),
            conflict: None,
            permission: None,
            header: None,
            waiting: None,
        }
    }
}

impl From<Inner> for Problem {
    fn from(inner: Inner) -> Self {
        Self(Box::new(inner))
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str) -> Self {
        Inner::new(status, code).into()
    }
    /// A request that is not of the right shape; `field` is the parameter or header at fault.
    pub fn bad_request(code: &str, field: &str) -> Self {
        Self::bad_parameters(vec![Refusal::field(code, field)])
    }
    pub(super) fn bad_parameters(refusals: Vec<Refusal>) -> Self {
        Inner { refusals, ..Inner::new(StatusCode::BAD_REQUEST, "bad-request") }.into()
    }
    pub(super) fn refused(refusals: Vec<Refusal>) -> Self {
        Inner { refusals, ..Inner::new(StatusCode::UNPROCESSABLE_ENTITY, "refused") }.into()
    }
    pub(super) fn media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type")
    }
    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")
    }
    pub(super) fn precondition_required() -> Self {
        Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition-required")
    }
    pub(super) fn precondition_failed() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "precondition-failed")
    }
    pub(super) fn too_many(seconds: i64) -> Self {
        let header = Some((axum::http::header::RETRY_AFTER, seconds.to_string()));
        Inner { header, ..Inner::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests") }.into()
    }
    fn unauthorized() -> Self {
        let header = Some((WWW_AUTHENTICATE, "Bearer realm=\"Tessera API\"".to_owned()));
        Inner { header, ..Inner::new(StatusCode::UNAUTHORIZED, "unauthorized") }.into()
    }
    fn troubled(trouble: Trouble) -> Self {
        let code = match trouble {
            Trouble::Away => "away",
            Trouble::Full => "full",
            Trouble::Slow => "slow",
        };
        let header = Some((axum::http::header::RETRY_AFTER, "5".to_owned()));
        Inner { header, ..Inner::new(StatusCode::SERVICE_UNAVAILABLE, code) }.into()
    }
    pub(super) fn status(&self) -> StatusCode {
        self.0.status
    }
    /// The problem in words, in the caller's language.
    pub(super) fn body(&self, cx: &Cx) -> ProblemBody {
        let refusals = &self.0.refusals;
        let errors: Vec<FieldError> = refusals
            .iter()
            .zip(cx.refusal_words(refusals.iter()))
            .map(|(refusal, detail)| FieldError {
                code: refusal.code.clone(),
                field: refusal.field.clone(),
                detail,
            })
            .collect();
        let code = match errors.as_slice() {
            [one] => one.code.clone(),
            _ => self.0.code.to_owned(),
        };
        let detail = match &self.0.permission {
            Some(permission) => {
                let right = cx.l.t(&format!("permission-{}", permission.replace('.', "-")));
                cx.l.ta("problem-forbidden-detail", &[("right", Arg::from(&right))])
            }
            None if errors.is_empty() => cx.l.t(&format!("problem-{}-detail", self.0.code)),
            None => errors.iter().map(|e| e.detail.as_str()).collect::<Vec<_>>().join(" "),
        };
        let conflict = self.0.conflict.as_ref().map(|conflict| {
            conflict.fields.iter().cloned().map(ConflictField::from).collect::<Vec<_>>()
        });
        ProblemBody {
            r#type: format!("urn:tessera:problem:{}", self.0.code),
            title: cx.l.t(&format!("problem-{}", self.0.code)),
            status: self.0.status.as_u16(),
            code,
            detail,
            operation_id: cx.ctx.operation_id.to_string(),
            errors,
            permission: self.0.permission.clone(),
            conflict,
        }
    }
    /// What waits for a second person, when this is no problem but a wait.
    pub(super) fn waiting(&self) -> Option<serde_json::Value> {
        let Waiting { approval_id, since, until } = *self.0.waiting.as_ref()?;
        serde_json::to_value(WaitingBody { approval_id, since, until }).ok()
    }
    /// The answer.
    pub(super) fn respond(&self, cx: &Cx) -> Response {
        match (self.0.status, self.0.permission.as_deref()) {
            (StatusCode::FORBIDDEN, Some(right)) => cx.alarm_of("no-right", right),
            (StatusCode::UNAUTHORIZED, _) => cx.alarm("no-token"),
            (StatusCode::TOO_MANY_REQUESTS, _) => cx.alarm("too-many-requests"),
            _ => {}
        }
        let (kind, body) = match self.waiting() {
            Some(waiting) => ("application/json", waiting.to_string()),
            None => {
                let body = serde_json::to_string(&self.body(cx)).unwrap_or_default();
                ("application/problem+json", body)
            }
        };
        let json = [(CONTENT_TYPE, kind)];
        let mut response = (self.0.status, json, body).into_response();
        let headers = response.headers_mut();
        headers.insert("cache-control", HeaderValue::from_static("no-store"));
        if let Some((name, value)) = &self.0.header
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name.clone(), value);
        }
        response
    }
}

impl From<Error> for Problem {
    /// The one place where the end of a command or a read becomes a status. A command that waits for a second
    /// person ends here too: 202, and where the request stands.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(Refusals(refusals)) => Self::refused(refusals),
            Error::Forbidden(permission) => Inner {
                permission: Some(permission),
                ..Inner::new(StatusCode::FORBIDDEN, "forbidden")
            }
            .into(),
            Error::NotFound => Self::new(StatusCode::NOT_FOUND, "not-found"),
            Error::Conflict(conflict) => {
                Inner { conflict: Some(conflict), ..Inner::new(StatusCode::CONFLICT, "conflict") }
                    .into()
            }
            Error::Waiting(waiting) => {
                let place = format!("{}/approvals/{}", super::BASE, waiting.approval_id);
                let header = Some((axum::http::header::LOCATION, place));
                let waiting = Some(waiting);
                Inner { header, waiting, ..Inner::new(StatusCode::ACCEPTED, "waiting") }.into()
            }
            ref error @ Error::Failure(ref source) => {
                crate::http::log_chain(source.as_ref());
                match error.trouble() {
                    Some(trouble) => Self::troubled(trouble),
                    None => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failure"),
                }
            }
        }
    }
}

impl From<Refusals> for Problem {
    fn from(refusals: Refusals) -> Self {
        Self::refused(refusals.0)
    }
}

/// Nothing was changed yet: a second person decides.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WaitingForApproval")]
pub(super) struct WaitingBody {
    /// The request.
    approval_id: uuid::Uuid,
    /// Since when.
    since: Timestamp,
    /// Until when; then it lapses.
    until: Timestamp,
}

/// What every answer under `/api` that is no success looks like.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ProblemBody {
    /// The kind of problem, a URN; it changes no more often than the status.
    r#type: String,
    /// The kind in words, in the language asked for.
    title: String,
    /// The HTTP status.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// Stable code: of the only error, or of the kind.
    code: String,
    /// What happened, in words.
    detail: String,
    /// Names this request in the logs.
    operation_id: String,
    /// All that is wrong with the request, each with its code and field.
    errors: Vec<FieldError>,
    /// The permission that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    permission: Option<String>,
    /// Fields somebody else changed meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<ConflictField>")]
    conflict: Option<Vec<ConflictField>>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
struct FieldError {
    /// Stable code.
    code: String,
    /// The field, parameter or header; null when it is the whole request.
    field: Option<String>,
    /// In words.
    detail: String,
}

/// A field that two changed differently.
#[derive(Debug, Serialize, JsonSchema)]
struct ConflictField {
    /// The field.
    field: String,
    /// What the request was made from.
    original: String,
    /// What the request wants.
    mine: String,
    /// What is stored.
    theirs: String,
    /// Who stored it.
    theirs_by: Option<UserId>,
    /// When.
    theirs_at: Option<Timestamp>,
}

impl From<spine::FieldConflict> for ConflictField {
    fn from(field: spine::FieldConflict) -> Self {
        Self {
            field: field.field,
            original: field.original,
            mine: field.mine,
            theirs: field.theirs,
            theirs_by: field.theirs_by,
            theirs_at: field.theirs_at,
        }
    }
}

/// The answer to who brings no token, or one that is not in force.
pub(crate) fn unknown_caller(cx: &Cx) -> Response {
    Problem::unauthorized().respond(cx)
}

/// The answer while something is the matter with the database.
pub(crate) fn troubled(cx: &Cx, trouble: Trouble) -> Response {
    Problem::troubled(trouble).respond(cx)
}

/// An answer the router itself gave under `/api`, as a problem.
pub(crate) fn of_response(
    cx: &Cx,
    response: Response,
    permission: Option<String>,
    refusals: Vec<Refusal>,
) -> Response {
    let mut problem = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed")
        }
        StatusCode::NOT_FOUND => Problem::new(StatusCode::NOT_FOUND, "not-found"),
        StatusCode::FORBIDDEN => Problem::new(StatusCode::FORBIDDEN, "forbidden"),
        StatusCode::UNAUTHORIZED => Problem::unauthorized(),
        status if status.is_server_error() => {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "failure")
        }
        _ => Problem::new(StatusCode::BAD_REQUEST, "bad-request"),
    };
    problem.0.permission = permission;
    problem.0.refusals = refusals;
    let mut answer = problem.respond(cx);
    if let Some(allow) = response.headers().get(axum::http::header::ALLOW) {
        answer.headers_mut().insert(axum::http::header::ALLOW, allow.clone());
    }
    answer
}
