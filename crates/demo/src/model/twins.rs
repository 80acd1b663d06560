//! Clients entered twice: a person who came to another branch, or called, and got a second card. The
//! second card says the same in other words, as second cards do.

use super::client::{DemoClient, Person};
use super::keys::{ContactKind, PartyKind};
use super::population::{BLOCK, Ground, kind, profile};
use super::{person, reach};

/// Place in a block of a second card, and how far before it the first one stands.
const PLACE: u64 = 28;
const BACK: u64 = 5;
/// One block of so many has one.
const BLOCKS: u64 = 2;

/// The first card of a client who was entered again as `number`.
pub fn first_card(number: u64) -> Option<u64> {
    let has = number % BLOCK == PLACE && number / BLOCK % BLOCKS == 1;
    has.then(|| number - BACK)
}

/// What the second card says of the person on the first.
pub(super) fn enter_again(ground: Ground, number: u64, again: &mut Person) {
    let Some(first) = first_of(ground, number) else { return };
    let Person { last_name, first_name, patronymic, sex, born, birth_place, citizenship, .. } =
        person::person(ground, first, profile(ground, first)).person;
    again.last_name = last_name;
    again.first_name = first_name;
    again.patronymic = patronymic;
    again.former_last_name = None;
    again.sex = sex;
    again.born = born;
    again.birth_place = birth_place;
    again.citizenship = citizenship;
    match number / BLOCK / BLOCKS % 4 {
        0 => again.patronymic.clear(),
        1 => again.last_name = again.last_name.replace('ё', "е").replace("нн", "н"),
        2 => std::mem::swap(&mut again.last_name, &mut again.first_name),
        _ => {}
    }
}

/// A second card has the phone of the first and no papers: nobody asked for them.
pub(super) fn reach_again(ground: Ground, client: &mut DemoClient) {
    let Some(first) = first_of(ground, client.number) else { return };
    client.identifiers.clear();
    client.contacts.retain(|contact| contact.kind != ContactKind::Phone);
    let phone = reach::main_phone(ground, first);
    client.contacts.splice(0..0, phone);
}

/// As [`first_card`], when a person stands on both.
fn first_of(ground: Ground, number: u64) -> Option<u64> {
    let first = first_card(number)?;
    let is_person = |number| kind(ground, number) == PartyKind::Person;
    (is_person(first) && is_person(number)).then_some(first)
}
