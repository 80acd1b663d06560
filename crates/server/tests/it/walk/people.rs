//! Who walks: one of every built-in role, somebody without any role, nobody, and a program of every role in
//! the name of its person.

use std::collections::BTreeSet;
use std::sync::Arc;

use spine::Principal;
use spine::org::commands::CreateToken;
use spine::org::{ROLES, Seed, SeedStaff};
use testkit::{Bank, Browser};

use crate::secrecy::cast::Cast;

/// Somebody who asks.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) browser: Browser,
    pub(crate) principal: Arc<Principal>,
    pub(crate) is_program: bool,
    /// Nobody is signed in.
    pub(crate) is_nobody: bool,
    /// What no answer may hold.
    pub(crate) unheard: Vec<String>,
    /// Canaries some answer has held.
    pub(crate) heard: BTreeSet<String>,
}

/// Everybody.
pub(crate) async fn all(bank: &Bank) -> Vec<Person> {
    let seed = Seed {
        staff: vec![SeedStaff {
            login: "no_role".to_owned(),
            name: "Никто".to_owned(),
            name_en: "Member no_role".to_owned(),
            branch: None,
            team: None,
            roles: Vec::new(),
            password_hash: None,
            lang: kernel::Lang::En,
            must_change_password: false,
        }],
        ..Seed::default()
    };
    let made = bank.execute_system(&seed).await.unwrap();
    let mut people = Vec::new();
    for role in ROLES {
        let principal = bank.services.directory.principal(bank.user(role.key)).unwrap();
        let browser = bank.client(role.key).await;
        people.push(person(role.key, browser, principal, false));
    }
    let stranger = bank.services.directory.principal(made.staff["no_role"]).unwrap();
    let browser = signed_in(bank, made.staff["no_role"]).await;
    people.push(person("no_role", browser, stranger, false));
    for role in ROLES {
        people.push(program(bank, role.key).await);
    }
    let nobody = Arc::new(Principal::nobody());
    people.push(Person { is_nobody: true, ..person("nobody", bank.stranger(), nobody, false) });
    people
}

fn person(
    name: &'static str,
    browser: Browser,
    principal: Arc<Principal>,
    is_program: bool,
) -> Person {
    Person {
        name,
        browser,
        principal,
        is_program,
        is_nobody: false,
        unheard: Vec::new(),
        heard: BTreeSet::new(),
    }
}

async fn signed_in(bank: &Bank, user: kernel::UserId) -> Browser {
    let token = web::new_token(bank.services.entropy.as_ref());
    let session = spine::org::commands::OpenSession {
        user_id: user,
        token_hash: web::hash_token(&token),
        address: "127.0.0.1".to_owned(),
        agent: "walk".to_owned(),
        device: String::new(),
        must_change_password: false,
    };
    bank.execute_system(&session).await.unwrap();
    let mut browser = bank.stranger();
    browser.set_cookie("sid", &token);
    browser
}

async fn program(bank: &Bank, role: &'static str) -> Person {
    let token = web::new_token(bank.services.entropy.as_ref());
    let user = bank.user(role);
    let command = CreateToken {
        token_hash: web::hash_token(&token),
        name: format!("program of {role}"),
        role_key: role.to_owned(),
        user_id: Some(user),
        expires_at: None,
        limit: None,
    };
    bank.execute_system(&command).await.unwrap();
    let directory = &bank.services.directory;
    let id = directory.get().roles.values().find(|r| r.key == role).unwrap().id;
    let principal = directory.role_principal(id, Some(user), None).unwrap();
    let mut browser = bank.stranger();
    browser.set_token(&token);
    person(role, browser, principal, true)
}

/// Tells everybody's ears what they must not hear.
pub(crate) fn listen(people: &mut [Person], cast: &Cast) {
    for person in people {
        person.unheard = cast.unheard(&person.principal);
    }
}
