//! `kernel`: the types every room of Tessera shares.
//!
//! Owns typed ids, money, instants, the clock and the source of randomness, refusals and languages, and the rule by which
//! an operation is done without asking the centre.
//! It knows nothing of async, SQL or HTTP.

mod context;
mod id;
mod lang;
pub mod limits;
mod money;
pub mod offline;
mod refusal;
mod secret;
pub mod template;
mod time;

pub use context::{Clock, Entropy, FixedClock, RandomEntropy, SeededEntropy, SystemClock};
pub use id::*;
pub use lang::Lang;
pub use money::{Currency, Money, MoneyError};
pub use refusal::{Refusal, Refusals};
pub use secret::Secret;
pub use time::{Timestamp, parse_date};

/// Civil date (no time zone): birthdays, due dates, value dates.
pub use jiff::civil::Date;
