//! Names of people and companies: one normal form, a Latin form, tokens to search by, likeness.

mod latin;
mod normal;
mod search;
mod skeleton;

pub use latin::transliterate;
pub use normal::normalise_name;
pub use search::{search_prefix, search_token, search_tokens, similarity, trigrams};
