//! `jurisdiction`: law and formats of a country as data.
//!
//! Owns the jurisdiction packs (TOML files under `packs/`, embedded), the validators and normalisers
//! they name, and the rules by which names, phones and e-mails are compared. It is pure: no async,
//! no SQL, no HTTP, no clock. Whatever comes from outside is answered with a value or a
//! [`kernel::Refusal`], never with a panic.

mod account_key;
mod birth_number;
mod codes;
mod consent;
mod country;
mod digits;
mod email;
pub mod fellegi_sunter;
mod identifier;
mod iso;
mod kazakhstan;
mod mask;
mod names;
mod number;
mod pack;
mod pan;
mod phone;
mod russia;
mod validity;

pub use account_key::check_account_key;
pub use birth_number::{BirthFacts, Sex, decode_czech_birth_number};
pub use codes::CODES;
pub use consent::{ConsentTerm, ConsentText};
pub use country::{iban_length, is_country};
pub use email::{Email, parse_email};
pub use identifier::{Certainty, Checked, validate_identifier, validate_identifier_for};
pub use kazakhstan::decode_iin;
pub use names::{
    normalise_name, search_prefix, search_token, search_tokens, similarity, transliterate, trigrams,
};
pub use number::{number_forms, number_key};
pub use pack::{
    IdentifierKind, NameTransliteration, Pack, PackError, Retention, Subject, Validator, packs,
};
pub use pan::{MaskedPan, mask_pan};
pub use phone::{Phone, PhoneKind, parse_phone};
pub use russia::check_issuer_code;
pub use validity::{Validity, ValidityRule, Verdict, document_validity};

/// The Fluent messages this crate owns (refusals, kinds of identifiers) in a language.
pub const fn messages(lang: kernel::Lang) -> &'static str {
    match lang {
        kernel::Lang::Ru => include_str!("../i18n/ru.ftl"),
        kernel::Lang::En => include_str!("../i18n/en.ftl"),
    }
}
