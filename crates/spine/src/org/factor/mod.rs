//! The second factor of a sign-in: one-time codes by the clock (RFC 6238) and single-use recovery codes.
//!
//! The secret is stored sealed. A code is good for its step of thirty seconds and the one before and after,
//! and once: a step that was used, and every earlier one, is spent. Recovery codes are long and random, so a
//! plain digest of them is enough. A role may require a second factor: its holder without one can do nothing
//! but set one up.

mod code;
pub mod commands;
pub mod queries;

pub use code::{
    RECOVERY_CODES, TotpSecret, normal_recovery_code, purpose, recovery_code_hash, recovery_codes,
};
pub use commands::{
    EnrolTotp, PassTotp, RemoveTotp, RenewRecoveryCodes, ResetSecondFactor, UseRecoveryCode,
};
pub use queries::{SecondFactor, codes_left, second_factor};
