//! Refusals: business answers shown to a person, translated, with a stable code.

use serde::{Deserialize, Serialize};

/// One reason why a command or form was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable code, also the message key (`refusal-` + code in the Fluent files).
    pub code: String,
    /// The form field it belongs to, if any.
    pub field: Option<String>,
    /// Arguments of the message, name and value.
    pub args: Vec<(String, String)>,
}

impl Refusal {
    /// A refusal of the whole command.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), field: None, args: Vec::new() }
    }
    /// A refusal of one field.
    pub fn field(code: &str, field: &str) -> Self {
        Self { code: code.to_owned(), field: Some(field.to_owned()), args: Vec::new() }
    }
    /// Adds a message argument.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
    /// The Fluent key of the message.
    pub fn message_key(&self) -> String {
        format!("refusal-{}", self.code)
    }
}

/// All refusals of one form, collected so that they are shown at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals(pub Vec<Refusal>);

impl Refusals {
    /// Adds one refusal.
    pub fn push(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }
    /// `Ok` when nothing was refused.
    pub fn into_result(self) -> Result<(), Refusals> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
    /// The first refusal of a field.
    pub fn of(&self, field: &str) -> Option<&Refusal> {
        self.0.iter().find(|r| r.field.as_deref() == Some(field))
    }
    /// Refusals that belong to no field.
    pub fn general(&self) -> impl Iterator<Item = &Refusal> {
        self.0.iter().filter(|r| r.field.is_none())
    }
}

impl From<Refusal> for Refusals {
    fn from(one: Refusal) -> Self {
        Self(vec![one])
    }
}
