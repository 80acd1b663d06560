//! Phone numbers: read as people write them, kept as E.164 with the country.

use kernel::Refusal;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::codes;

/// Longest text that is read as a phone number (characters).
const PHONE_CHARS_MAX: usize = 100;

/// What a number is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneKind {
    /// A line at a place.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// The numbering plan of the country does not tell the two apart.
    FixedOrMobile,
    /// Free for the caller.
    TollFree,
    /// The caller pays a surcharge.
    PremiumRate,
    /// Caller and owner share the cost.
    SharedCost,
    /// Internet telephony.
    Voip,
    /// Anything else: pagers, company-wide numbers, voice mail.
    Other,
}

/// A valid phone number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// `+79161234567`: the form that is stored, compared and dialled.
    pub e164: String,
    /// ISO 3166-1 alpha-2 code of the country (+7 is both Russia and Kazakhstan).
    pub country: String,
    /// What it is connected to.
    pub kind: PhoneKind,
    /// Extension, digits only.
    pub ext: Option<String>,
    /// As written inside the country: `8 (916) 123-45-67`; without the extension.
    pub national: String,
    /// As written for abroad: `+7 916 123-45-67`; without the extension.
    pub international: String,
}

/// Whether a code is a region phone numbers can belong to.
pub(crate) fn is_region(code: &str) -> bool {
    region_of(code).is_some()
}

/// The region of a code; any two letters parse, so the numbering plans decide.
fn region_of(code: &str) -> Option<Region> {
    let region: Region = code.parse().ok()?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| region)
}

/// Reads a phone number; `region` (ISO 3166-1 alpha-2, a pack's `phone_region`) is the country it
/// belongs to when it carries none.
///
/// # Errors
/// Refuses with `phone-region` when the region is unknown and `phone-invalid` when the text is no
/// number that can exist.
pub fn parse_phone(raw: &str, region: &str) -> Result<Phone, Refusal> {
    let region = region_of(region).ok_or_else(|| {
        let shown: String = region.chars().take(8).collect();
        Refusal::new(codes::PHONE_REGION).arg("region", shown)
    })?;
    let invalid = || Refusal::new(codes::PHONE_INVALID);
    if raw.chars().take(PHONE_CHARS_MAX + 1).count() > PHONE_CHARS_MAX {
        return Err(invalid());
    }
    let mut number = PHONE_NUMBER_UTIL.parse(raw, Some(region)).map_err(|_| invalid())?;
    if !PHONE_NUMBER_UTIL.is_valid_number(&number) {
        return Err(invalid());
    }
    let country = PHONE_NUMBER_UTIL.get_region_for_number(&number).ok_or_else(invalid)?;
    let kind = kind_of(&number);
    let ext = number.extension.take().map(|digits| digits.nfkc().collect::<String>());
    let ext = ext.filter(|digits| !digits.is_empty());
    // digits of other scripts, which nobody here could dial
    if ext.as_ref().is_some_and(|digits| !digits.bytes().all(|b| b.is_ascii_digit())) {
        return Err(invalid());
    }
    let format = |form| PHONE_NUMBER_UTIL.format(&number, form).into_owned();
    Ok(Phone {
        e164: format(PhoneNumberFormat::E164),
        country: country.to_string(),
        kind,
        ext,
        national: format(PhoneNumberFormat::National),
        international: format(PhoneNumberFormat::International),
    })
}

fn kind_of(number: &PhoneNumber) -> PhoneKind {
    match PHONE_NUMBER_UTIL.get_number_type(number) {
        PhoneNumberType::FixedLine => PhoneKind::FixedLine,
        PhoneNumberType::Mobile => PhoneKind::Mobile,
        PhoneNumberType::FixedLineOrMobile => PhoneKind::FixedOrMobile,
        PhoneNumberType::TollFree => PhoneKind::TollFree,
        PhoneNumberType::PremiumRate => PhoneKind::PremiumRate,
        PhoneNumberType::SharedCost => PhoneKind::SharedCost,
        PhoneNumberType::VoIP => PhoneKind::Voip,
        PhoneNumberType::PersonalNumber
        | PhoneNumberType::Pager
        | PhoneNumberType::UAN
        | PhoneNumberType::VoiceMail
        | PhoneNumberType::Unknown => PhoneKind::Other,
    }
}
