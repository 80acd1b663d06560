//! What a field is: its kind, what an administrator says of it, how its values are read, and the keys they are
//! found by. Pure.

mod decimal;
mod definitions;
mod key;
mod kind;
mod object;
mod spec;
#[cfg(test)]
mod tests;
mod value;

pub use definitions::{Definitions, Field, IndexState};
pub(crate) use key::{derived_key, derived_object_key, is_key, is_object_key};
pub use kind::FieldKind;
pub use object::{ClientLink, Object, ObjectSpec};
pub(crate) use spec::options_text;
pub use spec::{FieldOption, FieldSpec, LABEL_CHARS_MAX, OPTIONS_MAX, is_invisible, options_of};
pub(crate) use value::{Env, folded};
