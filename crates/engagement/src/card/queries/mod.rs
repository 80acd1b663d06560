//! Reading cards, their records and what is wrong with them.

mod alarms;
mod cards;
mod records;

pub use alarms::{AlarmRow, alarm, alarms, cut_alarms};
pub use cards::{
    CardRow, allowances, allowed_since, by_id, by_number, held, is_stopped, of_client, profiles,
};
pub use records::{
    ReadingRow, RecordRow, Told, highest_profile, last_of_visit, records, seen, told, untold,
    waiting,
};
