//! Reading what people type into a field's canonical text, and the keys a value is found and sorted by.

use jiff::civil::{Date, DateTime, Time};
use jurisdiction::Pack;
use kernel::{Currency, Refusal};
use uuid::Uuid;

use super::decimal;
use super::definitions::Field;
use super::kind::FieldKind;
use super::spec::is_invisible;

/// Longest key of a text (characters): what stands behind it does not sort.
const KEY_CHARS_MAX: usize = 100;

/// What reading needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Env {
    /// Today.
    pub(crate) today: Date,
    /// The bank's own currency.
    pub(crate) currency: Currency,
    /// The jurisdiction in force.
    pub(crate) pack: &'static Pack,
}

/// A number as a text that sorts as the number does.
pub(crate) fn key_of_number(number: i64) -> String {
    format!("{:020}", i128::from(number) - i128::from(i64::MIN))
}

impl Field {
    /// What was typed without what no field means to hold.
    pub(crate) fn tidy(&self, typed: &str) -> String {
        let one_line = self.kind() != FieldKind::LongText;
        let lines = typed.replace("\r\n", "\n");
        let plain = lines.chars().filter_map(|c| match c {
            '\n' | '\t' if one_line => Some(' '),
            '\n' | '\t' => Some(c),
            c if is_invisible(c) => None,
            c => Some(c),
        });
        plain.collect::<String>().trim().to_owned()
    }

    /// Reads what was typed; `None`: left empty. Ids of clients and of staff are only read, not looked up.
    ///
    /// # Errors
    /// A refusal at this field.
    pub(crate) fn parse(&self, typed: &str, env: Env) -> Result<Option<String>, Refusal> {
        let text = self.tidy(typed);
        if text.is_empty() {
            let refusal = || Refusal::field("required", &self.key);
            return if self.spec.required { Err(refusal()) } else { Ok(None) };
        }
        self.check_length(&text)?;
        match self.kind() {
            FieldKind::Text => self.parse_line(text).map(Some),
            FieldKind::LongText => Ok(Some(text)),
            FieldKind::Integer | FieldKind::Decimal | FieldKind::Percent | FieldKind::Money => {
                self.parse_number(&text, env).map(Some)
            }
            FieldKind::Date => self.parse_day(&text, env.today).map(Some),
            FieldKind::DateTime => self.parse_moment(&text, env.today).map(Some),
            FieldKind::Flag => self.parse_flag(&text),
            FieldKind::Choice => self.parse_choice(&text).map(Some),
            FieldKind::Choices => self.parse_choices(&text),
            FieldKind::Phone => jurisdiction::parse_phone(&text, &env.pack.phone_region)
                .map(|phone| Some(phone.e164))
                .map_err(|refusal| self.at(refusal)),
            FieldKind::Email => jurisdiction::parse_email(&text)
                .map(|mail| Some(mail.normalised))
                .map_err(|refusal| self.at(refusal)),
            FieldKind::Url => self.parse_url(&text).map(Some),
            FieldKind::Client | FieldKind::Record => Ok(Some(text)),
            FieldKind::Staff => Ok(Some(text.parse::<Uuid>().map_or(text, |id| id.to_string()))),
        }
    }

    fn refuse(&self, code: &str) -> Refusal {
        Refusal::field(code, &self.key)
    }
    fn at(&self, refusal: Refusal) -> Refusal {
        Refusal { field: Some(self.key.clone()), ..refusal }
    }

    fn check_length(&self, text: &str) -> Result<(), Refusal> {
        let own = self.spec.chars_max.and_then(|n| usize::try_from(n).ok());
        // a list of words is as long as the list
        let longest = match self.kind() {
            FieldKind::Choices => kernel::limits::BODY_CHARS_MAX,
            _ => self.spec.longest(),
        };
        let max = own.unwrap_or(longest).min(longest);
        if text.chars().count() > max {
            return Err(self.refuse("too-long").arg("max", max));
        }
        Ok(())
    }

    fn parse_line(&self, text: String) -> Result<String, Refusal> {
        match self.spec.mask.as_deref() {
            Some(mask) if !fits_mask(&text, mask) => {
                Err(self.refuse("mask-differs").arg("mask", mask))
            }
            _ => Ok(text),
        }
    }

    fn parse_number(&self, text: &str, env: Env) -> Result<String, Refusal> {
        let scale = self.spec.scale(env.currency);
        let text =
            text.strip_suffix('%').filter(|_| self.kind() == FieldKind::Percent).unwrap_or(text);
        let number = match self.kind() {
            FieldKind::Money => {
                let currency = self.spec.currency(env.currency);
                kernel::Money::parse(text, currency)
                    .map(|m| m.minor)
                    .map_err(|_| self.refuse("not-an-amount"))?
            }
            FieldKind::Integer => {
                decimal::parse(text, 0).ok_or_else(|| self.refuse("not-a-whole-number"))?
            }
            _ => decimal::parse(text, scale)
                .ok_or_else(|| self.refuse("not-a-decimal").arg("decimals", scale))?,
        };
        let bound = |text: &Option<String>| text.as_deref().and_then(|t| decimal::parse(t, scale));
        if let Some(min) = bound(&self.spec.min).filter(|min| number < *min) {
            return Err(self.refuse("number-small").arg("min", decimal::plain(min, scale)));
        }
        if let Some(max) = bound(&self.spec.max).filter(|max| number > *max) {
            return Err(self.refuse("number-large").arg("max", decimal::plain(max, scale)));
        }
        Ok(decimal::plain(number, scale))
    }

    fn parse_day(&self, text: &str, today: Date) -> Result<String, Refusal> {
        let day = kernel::parse_date(text, today).ok_or_else(|| self.refuse("not-a-date"))?;
        let bound = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<Date>().ok());
        if bound(&self.spec.min).is_some_and(|min| day < min)
            || bound(&self.spec.max).is_some_and(|max| day > max)
            || day.year() < 1
        {
            return Err(self.refuse("date-out-of-range"));
        }
        Ok(day.to_string())
    }

    fn parse_moment(&self, text: &str, today: Date) -> Result<String, Refusal> {
        let iso = text.contains(':').then(|| text.parse::<DateTime>().ok()).flatten();
        let typed = || {
            let (day, time) = text.rsplit_once([' ', 'T'])?;
            let day = kernel::parse_date(day, today)?;
            let (hour, minute) = time.split_once(':')?;
            let minute = minute.get(..2)?;
            Some(day.to_datetime(Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?))
        };
        let moment = iso.or_else(typed).ok_or_else(|| self.refuse("not-a-moment"))?;
        if moment.year() < 1 {
            return Err(self.refuse("not-a-moment"));
        }
        Ok(moment.strftime("%Y-%m-%dT%H:%M").to_string())
    }

    fn parse_flag(&self, text: &str) -> Result<Option<String>, Refusal> {
        match text.to_lowercase().as_str() {
            "1" | "on" | "yes" | "true" | "да" => Ok(Some("1".to_owned())),
            "0" | "off" | "no" | "false" | "нет" => Ok(None),
            _ => Err(self.refuse("not-a-choice")),
        }
    }

    /// An option by its key, else by its label in either language.
    fn option(&self, word: &str) -> Option<&str> {
        let word = word.trim();
        let folded = word.to_lowercase();
        let options = || self.spec.options.iter();
        let by_key = options().find(|o| o.key == word);
        let by_label = || {
            let mut all = options();
            all.find(|o| [&o.label, &o.label_en].iter().any(|l| l.to_lowercase() == folded))
        };
        by_key.or_else(by_label).map(|o| o.key.as_str())
    }

    /// Whether a value chooses a word that was taken out of the list and that the record does not have already.
    pub(crate) fn takes_up_archived(&self, text: &str, theirs: &str) -> bool {
        let chosen = || text.split(',').filter(|key| !theirs.split(',').any(|had| had == *key));
        let is_away = |key: &str| self.spec.options.iter().any(|o| o.archived && o.key == key);
        self.kind().has_options() && chosen().any(is_away)
    }

    fn parse_choice(&self, text: &str) -> Result<String, Refusal> {
        self.option(text).map(str::to_owned).ok_or_else(|| self.refuse("not-a-choice"))
    }

    /// Words parted by commas or semicolons, kept in the order of the list, each once.
    fn parse_choices(&self, text: &str) -> Result<Option<String>, Refusal> {
        let mut chosen = Vec::new();
        for word in text.split([',', ';']).map(str::trim).filter(|word| !word.is_empty()) {
            chosen.push(self.option(word).ok_or_else(|| self.refuse("not-a-choice"))?);
        }
        let words: Vec<&str> = self
            .spec
            .options
            .iter()
            .map(|o| o.key.as_str())
            .filter(|key| chosen.contains(key))
            .collect();
        Ok((!words.is_empty()).then(|| words.join(",")))
    }

    fn parse_url(&self, text: &str) -> Result<String, Refusal> {
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        if is_web_address(&whole) { Ok(whole) } else { Err(self.refuse("not-a-url")) }
    }

    /// A number as people type it, as the canonical text of this field; limits are not asked.
    pub(crate) fn number_text(&self, typed: &str, own: Currency) -> Option<String> {
        let scale = self.spec.scale(own);
        let typed = typed.trim().trim_end_matches('%');
        let number = match self.kind() {
            FieldKind::Money => kernel::Money::parse(typed, self.spec.currency(own)).ok()?.minor,
            _ => decimal::parse(typed, scale)?,
        };
        Some(decimal::plain(number, scale))
    }

    /// The keys a value is found and sorted by, in byte order: one, or one for each chosen word.
    pub(crate) fn keys(&self, text: &str, currency: Currency) -> Vec<String> {
        match self.kind() {
            FieldKind::LongText => Vec::new(),
            FieldKind::Integer | FieldKind::Decimal | FieldKind::Percent | FieldKind::Money => {
                let number = decimal::parse(text, self.spec.scale(currency));
                number.map(key_of_number).into_iter().collect()
            }
            FieldKind::Choices => text.split(',').map(str::to_owned).collect(),
            FieldKind::Text | FieldKind::Url => vec![folded(text)],
            FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Flag
            | FieldKind::Choice
            | FieldKind::Phone
            | FieldKind::Email
            | FieldKind::Client
            | FieldKind::Staff
            | FieldKind::Record => vec![text.to_owned()],
        }
    }
}

/// A text as it is compared: in small letters, cut.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase().chars().take(KEY_CHARS_MAX).collect()
}

/// Whether a text looks as a mask says.
fn fits_mask(text: &str, mask: &str) -> bool {
    let same = |(c, m): (char, char)| match m {
        '9' => c.is_ascii_digit(),
        'A' => c.is_alphabetic(),
        '*' => c.is_alphanumeric(),
        other => c == other,
    };
    text.chars().count() == mask.chars().count() && text.chars().zip(mask.chars()).all(same)
}

/// Whether a text is an address of the web: a scheme, a host with a dot, and nothing that could not stand in one.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':');
    host.contains('.')
        && !host.starts_with('.')
        && host.chars().all(fits)
        && !text.chars().any(|c| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\'))
}
