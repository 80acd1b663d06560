//! Pure rules of links.

mod circle;
mod kind;
mod member;
mod rules;
mod share;

pub use circle::{Circle, Reach, Tie};
pub use kind::{LinkKind, Relation};
pub use member::{CircleWarning, MainMember, MemberRole};
pub use rules::{Draft, Known, check, overlaps};
pub use share::parse_share;
