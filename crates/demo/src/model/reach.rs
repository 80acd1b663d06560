//! How a client is reached: contacts, addresses, consents, preferred channel.

use super::calendar::add_days;
use super::client::{Address, Consent, Contact, DemoClient, Detail};
use super::dice::{Dice, Salt};
use super::digits;
use super::keys::{AddressKind, Channel, ConsentPurpose, ContactKind, PartyKind, Status};
use super::names::login_word;
use super::organisation::{STREETS, branch};
use super::population::{Family, Ground};

/// Codes of mobile ranges that are in use.
#[rustfmt::skip]
const MOBILE_CODES: &[&str] = &[
    "903", "905", "906", "909", "910", "911", "912", "913", "915", "916", "917", "918", "919", "920",
    "921", "922", "923", "925", "926", "927", "929", "930", "937", "950", "951", "960", "961", "962",
    "963", "964", "965", "967", "968", "980", "981", "982", "983", "985", "987", "988", "999",
];
/// Domains that can never reach a person (RFC 2606).
const DOMAINS: &[&str] = &["example.com", "example.org", "example.net"];

/// Fills contacts, addresses, consents and the preferred channel.
pub(crate) fn fill(ground: Ground, family: Option<&Family>, client: &mut DemoClient) {
    let mut dice = Dice::new(ground.seed, client.number, Salt::Contacts);
    match client.kind {
        PartyKind::Person | PartyKind::SoleTrader => {
            personal_contacts(&mut dice, client);
            client.addresses = home_address(&mut dice, family, client);
        }
        PartyKind::Company => {
            company_contacts(&mut dice, client);
            client.addresses = office_address(&mut dice, client);
        }
        PartyKind::Household | PartyKind::Group => return,
    }
    client.preferred_channel = preferred(&mut dice, client);
    client.consents = consents(&mut dice, ground, client);
}

/// The main phone of a person, as [`fill`] draws it.
pub(crate) fn main_phone(ground: Ground, number: u64) -> Option<Contact> {
    let mut dice = Dice::new(ground.seed, number, Salt::Contacts);
    drawn_phone(&mut dice, number)
}

fn drawn_phone(dice: &mut Dice, number: u64) -> Option<Contact> {
    dice.chance(965).then(|| {
        let value = digits::mobile(dice.word(MOBILE_CODES), number);
        contact(ContactKind::Phone, value, "", dice.chance(850))
    })
}

fn contact(kind: ContactKind, value: String, label: &'static str, verified: bool) -> Contact {
    Contact { kind, value, label, verified }
}

fn personal_contacts(dice: &mut Dice, client: &mut DemoClient) {
    let Detail::Person(person) = &client.detail else {
        return;
    };
    let number = client.number;
    let mailbox = format!("{}.{}", login_word(&person.first_name), login_word(&person.last_name));
    let list = &mut client.contacts;
    list.extend(drawn_phone(dice, number));
    if dice.chance(160) {
        let value = digits::mobile(dice.word(MOBILE_CODES), number + 5_000_000);
        list.push(contact(ContactKind::Phone, value, "рабочий", false));
    }
    if dice.chance(690) {
        let value = format!("{mailbox}.{number}@{}", dice.word(DOMAINS));
        list.push(contact(ContactKind::Email, value, "", dice.chance(600)));
    }
    if dice.chance(180) {
        let value = format!("@demo_{}_{number}", login_word(&person.last_name));
        list.push(contact(ContactKind::Telegram, value, "", false));
    }
}

fn company_contacts(dice: &mut Dice, client: &mut DemoClient) {
    let number = client.number;
    let domain = format!("company{number}.{}", dice.word(DOMAINS));
    let list = &mut client.contacts;
    let main = digits::mobile(dice.word(MOBILE_CODES), number);
    list.push(contact(ContactKind::Phone, main, "приёмная", true));
    if dice.chance(600) {
        let value = digits::mobile(dice.word(MOBILE_CODES), number + 5_000_000);
        list.push(contact(ContactKind::Phone, value, "бухгалтерия", false));
    }
    list.push(contact(ContactKind::Email, format!("office@{domain}"), "", dice.chance(800)));
    if dice.chance(500) {
        list.push(contact(ContactKind::Email, format!("buh@{domain}"), "бухгалтерия", false));
    }
    if dice.chance(450) {
        list.push(contact(ContactKind::Site, format!("https://{domain}"), "", false));
    }
}

fn street_address(dice: &mut Dice, kind: AddressKind, client: &DemoClient) -> Address {
    let home = branch(client.branch);
    let house = dice.range(1, 140);
    let block = dice.range(1, 4);
    let house = if dice.chance(150) { format!("{house}к{block}") } else { house.to_string() };
    Address {
        kind,
        postcode: format!("{}{:03}", home.postcode_region, dice.range(1, 199)),
        city: home.city,
        street: dice.word(STREETS),
        house,
        flat: Some(dice.range(1, 240).to_string()),
    }
}

fn home_address(dice: &mut Dice, family: Option<&Family>, client: &DemoClient) -> Vec<Address> {
    let mut registration = street_address(dice, AddressKind::Registration, client);
    let actual = street_address(dice, AddressKind::Actual, client);
    let lives_elsewhere = dice.chance(170);
    if let Some(family) = family {
        registration.street = family.street;
        registration.house.clone_from(&family.house);
        registration.flat = Some(family.flat.clone());
        return vec![registration];
    }
    if lives_elsewhere { vec![registration, actual] } else { vec![registration] }
}

fn office_address(dice: &mut Dice, client: &DemoClient) -> Vec<Address> {
    let mut seat = street_address(dice, AddressKind::Registration, client);
    seat.flat = Some(format!("офис {}", dice.range(1, 600)));
    vec![seat]
}

fn preferred(dice: &mut Dice, client: &DemoClient) -> Option<Channel> {
    let has = |kind| client.contacts.iter().any(|contact| contact.kind == kind);
    let wish = dice.weighted(
        &[
            (34, Some(Channel::Call)),
            (16, Some(Channel::Sms)),
            (16, Some(Channel::Email)),
            (14, Some(Channel::Chat)),
            (8, Some(Channel::Visit)),
            (12, None),
        ],
        None,
    );
    match wish {
        Some(Channel::Call | Channel::Sms | Channel::Chat) if !has(ContactKind::Phone) => None,
        Some(Channel::Email) if !has(ContactKind::Email) => None,
        wish => wish,
    }
}

fn consents(dice: &mut Dice, ground: Ground, client: &DemoClient) -> Vec<Consent> {
    let Some(since) = client.since else {
        return Vec::new();
    };
    let mut list = Vec::new();
    let mut add = |purpose, channel, granted, since| {
        list.push(Consent { purpose, channel, granted, since });
    };
    add(ConsentPurpose::PersonalData, None, client.status != Status::Closed, since);
    for channel in [Channel::Call, Channel::Sms, Channel::Email] {
        let change = add_days(ground.today, -dice.range(5, 700)).max(since);
        match dice.below(100) {
            0..56 => add(ConsentPurpose::Advertising, Some(channel), true, since),
            56..78 => add(ConsentPurpose::Advertising, Some(channel), false, change),
            _ => {}
        }
    }
    if dice.chance(380) {
        add(
            ConsentPurpose::CreditBureau,
            None,
            true,
            add_days(ground.today, -dice.range(5, 500)).max(since),
        );
    }
    list
}
