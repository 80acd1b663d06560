//! How numbers, money, dates, instants and phones are written for people, in both languages.
//! Groups are kept together by no-break spaces, minus is the real minus sign.

mod agent;
mod cell;
mod number;
mod phone;
mod time;

pub use agent::{agent, device};
pub use cell::spreadsheet_cell;
pub use number::{amount_typed, integer, money, money_compact, money_whole, percent};
pub use phone::phone;
pub use time::{
    date, datetime, day_heading, days_between, month_short, relative, relative_day, relative_tag,
    time,
};

use kernel::{Date, Money, Timestamp};
use maud::Markup;

use crate::i18n::L;

/// No-break space.
pub const NBSP: char = '\u{a0}';
/// The minus sign (not a hyphen).
pub const MINUS: char = '\u{2212}';

impl L {
    /// See [`money`].
    pub fn money(&self, amount: Money) -> String {
        money(self.lang, amount)
    }
    /// See [`money_whole`].
    pub fn money_whole(&self, amount: Money) -> String {
        money_whole(self.lang, amount)
    }
    /// See [`money_compact`].
    pub fn money_compact(&self, amount: Money) -> String {
        money_compact(self, amount)
    }
    /// See [`integer`].
    pub fn int(&self, number: i64) -> String {
        integer(self.lang, number)
    }
    /// See [`percent`].
    pub fn percent(&self, basis_points: i64) -> String {
        percent(self.lang, basis_points)
    }
    /// See [`date`].
    pub fn date(&self, day: Date) -> String {
        date(self, day)
    }
    /// See [`datetime`].
    pub fn datetime(&self, instant: Timestamp) -> String {
        datetime(self, instant)
    }
    /// See [`relative_tag`].
    pub fn ago(&self, instant: Timestamp) -> Markup {
        relative_tag(self, instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{SOURCES, Texts};
    use jiff::tz::TimeZone;
    use kernel::{Currency, Lang};
    use std::sync::Arc;

    fn l(lang: Lang) -> L {
        let texts = Arc::new(Texts::new(&SOURCES).unwrap());
        let now = "2026-11-23T09:00:00Z".parse::<jiff::Timestamp>().unwrap();
        let zone = TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC);
        L::new(lang, texts, zone, Timestamp::from_jiff(now))
    }

    fn plain(text: &str) -> String {
        text.replace(NBSP, " ")
    }

    #[test]
    fn money_is_written_as_each_language_writes_it() {
        let rub = |minor| Money::new(minor, Currency::RUB);
        let ru = |m| plain(&money(Lang::Ru, m));
        assert_eq!(ru(rub(123_456_789)), "1 234 567,89 ₽");
        assert_eq!(ru(rub(-5)), "−0,05 ₽");
        assert_eq!(ru(rub(0)), "0,00 ₽");
        assert_eq!(plain(&money(Lang::En, rub(-123_456_789))), "RUB −1,234,567.89");
        assert_eq!(plain(&money_whole(Lang::Ru, rub(123_456_750))), "1 234 568 ₽");
        assert_eq!(plain(&money_whole(Lang::Ru, rub(-49))), "0 ₽");
        assert_eq!(plain(&money_whole(Lang::En, rub(i64::MIN))), "RUB −92,233,720,368,547,758");
        let jpy = Money::new(1_500, "JPY".parse().unwrap());
        assert_eq!(plain(&money(Lang::Ru, jpy)), "1 500 JPY");
    }

    #[test]
    fn compact_money_rounds_to_one_decimal() {
        let short = |lang, minor| plain(&money_compact(&l(lang), Money::new(minor, Currency::RUB)));
        assert_eq!(short(Lang::Ru, 123_456_789), "1,2 млн ₽");
        assert_eq!(short(Lang::En, 123_456_789), "RUB 1.2m");
        assert_eq!(short(Lang::Ru, 99_900), "999 ₽");
        assert_eq!(short(Lang::Ru, 1_250_000), "12,5 тыс. ₽");
        assert_eq!(short(Lang::Ru, -250_000_000_000), "−2,5 млрд ₽");
    }

    #[test]
    fn percents_dates_and_phones() {
        assert_eq!(plain(&percent(Lang::Ru, 1_250)), "12,5 %");
        assert_eq!(percent(Lang::En, -5), "−0.05%");
        let day = Date::constant(2026, 11, 3);
        assert_eq!(date(&l(Lang::Ru), day), "03.11.2026");
        assert_eq!(plain(&date(&l(Lang::En), day)), "3 Nov 2026");
        assert_eq!(plain(&day_heading(&l(Lang::Ru), day)), "вторник, 3 ноября");
        assert_eq!(plain(&phone("+79161234567")), "+7 916 123-45-67");
        assert_eq!(plain(&phone("+420777123456")), "+420 777 123 456");
        assert_eq!(phone("доб. 12"), "доб. 12");
    }

    #[test]
    fn relative_time_in_both_directions() {
        let ru = l(Lang::Ru);
        let ago = |seconds: i64| plain(&relative(&ru, ru.now.plus_seconds(-seconds)));
        assert_eq!(ago(20), "только что");
        assert_eq!(ago(300), "5 мин назад");
        assert_eq!(ago(3 * 3_600), "3 ч назад");
        assert_eq!(ago(24 * 3_600), "вчера");
        assert_eq!(ago(3 * 86_400), "3 дня назад");
        assert_eq!(ago(30 * 86_400), "24.10.2026");
        assert_eq!(ago(-2 * 3_600), "через 2 ч");
        let en = l(Lang::En);
        assert_eq!(plain(&relative(&en, en.now.plus_minutes(-5))), "5 min ago");
        assert_eq!(relative_day(&en, Date::constant(2026, 11, 26)), "in 3 days");
    }
}
