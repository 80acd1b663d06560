//! Demo clients as the parties room takes them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kernel::{Currency, Money, Timestamp};
use parties::client::commands::{LoadedClient, LoadedConsent};
use parties::client::model::ClientKind;

use super::Places;
use crate::model::{
    Channel, Company, Consent, ConsentPurpose, ContactKind, DateKind, DemoClient, Detail,
    IdentifierKind, LegalForm, Person, Sex,
};

pub(super) fn loaded(places: &Places, c: &DemoClient) -> LoadedClient {
    let since = c.since;
    LoadedClient {
        id: places.ids.client(c.number),
        kind: ClientKind::from_key(c.kind.key()).unwrap_or(ClientKind::Person),
        fields: fields(c),
        branch_id: places.branches.get(&c.branch.0).copied(),
        manager_id: places.staff.get(&c.manager.0).copied(),
        roles: since
            .map(|day| {
                let prospect = c.status.key() == "prospect";
                (if prospect { "prospect" } else { "client" }.to_owned(), day)
            })
            .into_iter()
            .collect(),
        contacts: contacts(c),
        identifiers: c
            .identifiers
            .iter()
            .filter_map(|i| {
                let kind = identifier_key(i.kind)?;
                let by = i.issuer.clone().unwrap_or_default();
                Some((kind.to_owned(), i.value.clone(), i.issued, by))
            })
            .collect(),
        addresses: c
            .addresses
            .iter()
            .map(|a| {
                let flat = a.flat.as_ref().map_or(String::new(), |f| format!(", кв. {f}"));
                let street = format!("{}, д. {}{flat}", a.street, a.house);
                (a.kind.key().to_owned(), a.city.to_owned(), street, a.postcode.clone())
            })
            .collect(),
        dates: c
            .dates
            .iter()
            .map(|d| (date_key(d.kind).to_owned(), d.note.to_owned(), d.date, d.yearly))
            .collect(),
        consents: c.consents.iter().map(|word| consent(places, c.number, word)).collect(),
        links: c
            .links
            .iter()
            .map(|link| {
                let share = link.share_bps.map(i64::from);
                (places.ids.client(link.to), link.kind.key().to_owned(), share, link.since)
            })
            .collect(),
        extra_keys: c.accounts.iter().map(|a| ("account".to_owned(), a.number.clone())).collect(),
        main_member: match &c.detail {
            Detail::Circle(circle) => circle.primary.map(|main| places.ids.client(main)),
            Detail::Person(_) | Detail::Company(_) => None,
        },
    }
}

fn fields(c: &DemoClient) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            out.insert(key.to_owned(), value);
        }
    };
    put("segment", Some(c.segment.key().to_owned()));
    put("status", Some(c.status.key().to_owned()));
    put("client_since", c.since.map(|d| d.to_string()));
    put("verified_on", c.since.filter(|_| c.status.key() == "active").map(|d| d.to_string()));
    put("preferred_channel", c.preferred_channel.map(|ch| preferred(ch).to_owned()));
    match &c.detail {
        Detail::Person(person) => person_fields(person, &mut put),
        Detail::Company(company) => company_fields(company, &mut put),
        Detail::Circle(circle) => put("full_name", Some(circle.name.clone())),
    }
    out
}

fn person_fields(p: &Person, put: &mut impl FnMut(&str, Option<String>)) {
    put("last_name", Some(p.last_name.clone()));
    put("first_name", Some(p.first_name.clone()));
    put("patronymic", Some(p.patronymic.clone()));
    put("former_name", p.former_last_name.clone());
    let sex = |s| match s {
        Sex::Male => "m",
        Sex::Female => "f",
    };
    put("sex", p.sex.map(|s| sex(s).to_owned()));
    put("birth_date", p.born.map(|d| d.to_string()));
    put("birth_place", p.birth_place.map(str::to_owned));
    put("citizenship", Some(p.citizenship.to_owned()));
    put("marital", p.marital.map(|m| m.key().to_owned()));
    put("employer", p.employer_name.clone());
    put("job_title", p.position.map(str::to_owned));
    let income = (p.income_minor > 0).then(|| Money::new(p.income_minor, Currency::RUB).plain());
    put("income_minor", income);
}

fn company_fields(c: &Company, put: &mut impl FnMut(&str, Option<String>)) {
    put("short_name", Some(c.short_name.clone()));
    put("full_name", Some(c.full_name.clone()));
    let form = match c.form {
        LegalForm::Ooo => "ООО",
        LegalForm::Ao => "АО",
        LegalForm::Pao => "ПАО",
        LegalForm::Pk => "ПК",
        LegalForm::Ano => "АНО",
    };
    put("legal_form", Some(form.to_owned()));
    put("registered_on", Some(c.registered.to_string()));
    put("okved", Some(c.okved.to_owned()));
    put("employees", Some(c.headcount.to_string()));
}

fn contacts(c: &DemoClient) -> Vec<(String, String, String, bool)> {
    let mut main_seen: Vec<&'static str> = Vec::new();
    c.contacts
        .iter()
        .map(|x| {
            let kind = match x.kind {
                ContactKind::Phone => "phone",
                ContactKind::Email => "email",
                ContactKind::Telegram => "messenger",
                ContactKind::Site => "site",
            };
            let main = !main_seen.contains(&kind);
            main_seen.push(kind);
            (kind.to_owned(), x.value.clone(), x.label.to_owned(), main)
        })
        .collect()
}

const fn identifier_key(kind: IdentifierKind) -> Option<&'static str> {
    match kind {
        IdentifierKind::Inn => Some("inn"),
        IdentifierKind::Snils => Some("snils"),
        IdentifierKind::PassportRu => Some("passport_rf"),
        IdentifierKind::PassportForeign => Some("passport_foreign"),
        IdentifierKind::Ogrn => Some("ogrn"),
        IdentifierKind::Ogrnip => Some("ogrnip"),
        IdentifierKind::Kpp => Some("kpp"),
        IdentifierKind::External => None,
    }
}

const fn preferred(channel: Channel) -> &'static str {
    match channel {
        Channel::Call => "phone",
        Channel::Visit | Channel::Meeting => "branch",
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Chat => "messenger",
        Channel::Letter => "post",
    }
}

/// Consents were taken anew when the law asked for a paper of its own: nobody's is older than the first text of
/// the pack. A refusal is as old as it is.
fn consent(places: &Places, number: u64, word: &Consent) -> LoadedConsent {
    let purpose = consent_key(word.purpose);
    let texts = || places.texts.iter().filter(|text| text.purpose == purpose);
    let first = texts().map(|text| text.from).min();
    let since = word.since;
    let days = i64::try_from(number % 60).unwrap_or(0);
    let said_on = match first.filter(|first| word.granted && *first > since) {
        Some(first) => first.saturating_add(jiff::Span::new().days(days)).min(places.today),
        None => since,
    };
    let in_force = texts().filter(|text| word.granted && text.from <= said_on);
    let text = in_force.max_by_key(|text| text.from);
    // the paper of a branch; calls are recorded under a number of their own
    let kind = if word.channel == Some(Channel::Call) { "call" } else { "paper" };
    LoadedConsent {
        purpose: purpose.to_owned(),
        channel: word.channel.map_or("any", consent_channel).to_owned(),
        is_given: word.granted,
        text_version: text.map(|text| text.version.clone()).unwrap_or_default(),
        evidence_kind: kind.to_owned(),
        evidence: format!("№ {number}-{}", said_on.year()),
        said_at: Timestamp::start_of(said_on, &TimeZone::UTC).plus_hours(9),
    }
}

const fn consent_channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Call => "phone",
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Chat => "messenger",
        Channel::Letter => "post",
        Channel::Visit | Channel::Meeting => "any",
    }
}

const fn consent_key(purpose: ConsentPurpose) -> &'static str {
    match purpose {
        ConsentPurpose::PersonalData => "personal_data",
        ConsentPurpose::Advertising => "advertising",
        ConsentPurpose::CreditBureau => "credit_history",
    }
}

const fn date_key(kind: DateKind) -> &'static str {
    match kind {
        DateKind::Wedding => "wedding",
        DateKind::ChildBorn => "child_born",
        DateKind::HomeBought => "flat_bought",
        DateKind::ContractEnd => "contract_end",
        DateKind::Founded => "anniversary",
        DateKind::CarBought | DateKind::Holiday | DateKind::Retirement => "other",
    }
}
