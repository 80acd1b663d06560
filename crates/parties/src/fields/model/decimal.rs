//! Numbers with a fixed count of decimals, as whole ones. No float touches them.

/// Most decimals a number may have.
pub(super) const DECIMALS_MAX: u32 = 6;

/// Reads `1 234,50`, `-0.5`, `12`: the number times ten to the power of `scale`. `None` when it is none, has
/// more decimals, or does not fit.
pub(super) fn parse(text: &str, scale: u32) -> Option<i64> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .map(|c| match c {
            '−' | '–' => '-',
            ',' => '.',
            c => c,
        })
        .collect();
    let (is_negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let width = usize::try_from(scale).ok()?;
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > width {
        return None;
    }
    let all: i64 = format!("{whole}{fraction:0<width$}").parse().ok()?;
    Some(if is_negative { -all } else { all })
}

/// The number as plain text with a point and all its decimals: `-1234.50`.
pub(super) fn plain(scaled: i64, scale: u32) -> String {
    let unit = 10_u64.pow(scale.min(DECIMALS_MAX));
    let (abs, sign) = (scaled.unsigned_abs(), if scaled < 0 { "-" } else { "" });
    match usize::try_from(scale) {
        Ok(width) if width > 0 => format!("{sign}{}.{:0width$}", abs / unit, abs % unit),
        _ => format!("{sign}{abs}"),
    }
}
