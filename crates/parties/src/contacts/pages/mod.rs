//! Panels of the client card and the dialogs that change what they show.

mod addresses;
mod consent_form;
mod consent_texts;
mod consents;
mod contact_form;
mod contacts;
mod date_form;
mod dates;
mod files;
pub(crate) mod frame;
mod identifier_form;
mod identifiers;

use std::sync::Arc;

use web::{Access, CardPanel, Routes};

const READ: Access = Access::Needs("client.read");
const EDIT: Access = Access::Needs("client.edit");
const KEEP: Access = Access::Needs(crate::contacts::commands::KEEP_TEXTS);

pub(crate) fn routes(routes: Routes) -> Routes {
    other_routes(reach_routes(routes))
}

fn reach_routes(routes: Routes) -> Routes {
    routes
        .get("/clients/{id}/contacts/new", EDIT, contact_form::new_form)
        .post("/clients/{id}/contacts", EDIT, contact_form::add)
        .get("/clients/{id}/contacts/{item}/edit", EDIT, contact_form::edit_form)
        .post("/clients/{id}/contacts/{item}", EDIT, contact_form::edit)
        .post("/clients/{id}/contacts/{item}/archive", EDIT, contact_form::archive)
        .get("/clients/{id}/addresses/new", EDIT, addresses::new_form)
        .post("/clients/{id}/addresses", EDIT, addresses::add)
        .get("/clients/{id}/addresses/{item}/edit", EDIT, addresses::edit_form)
        .post("/clients/{id}/addresses/{item}", EDIT, addresses::edit)
        .post("/clients/{id}/addresses/{item}/archive", EDIT, addresses::archive)
}

fn other_routes(routes: Routes) -> Routes {
    let routes = routes
        .get("/clients/{id}/identifiers/new", EDIT, identifier_form::new_form)
        .post("/clients/{id}/identifiers", EDIT, identifier_form::add)
        .get("/clients/{id}/identifiers/{item}/edit", EDIT, identifier_form::edit_form)
        .post("/clients/{id}/identifiers/{item}", EDIT, identifier_form::edit)
        .post("/clients/{id}/identifiers/{item}/archive", EDIT, identifier_form::archive)
        .get("/clients/{id}/dates/new", EDIT, date_form::new_form)
        .post("/clients/{id}/dates", EDIT, date_form::add)
        .get("/clients/{id}/dates/{item}/edit", EDIT, date_form::edit_form)
        .post("/clients/{id}/dates/{item}", EDIT, date_form::edit)
        .post("/clients/{id}/dates/{item}/archive", EDIT, date_form::archive);
    routes
        .get("/clients/{id}/consents", READ, consents::show)
        .post("/clients/{id}/consents", EDIT, consent_form::say)
        .get("/consent-texts/{what}", Access::Needs("app.use"), consent_texts::show)
        .post("/consent-texts/{what}/close", KEEP, consent_texts::close)
        .get("/admin/consent-texts", KEEP, consent_texts::list)
        .get("/admin/consent-texts/new", KEEP, consent_texts::new_form)
        .post("/admin/consent-texts/new", KEEP, consent_texts::add)
        .get("/clients/{id}/files/new", EDIT, files::new_form)
        .post_files("/clients/{id}/files", EDIT, files::add)
        .get("/clients/{id}/files/{item}", READ, files::download)
        .post("/clients/{id}/files/{item}/archive", EDIT, files::archive)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![
        Arc::new(contacts::ContactsPanel),
        Arc::new(identifiers::IdentifiersPanel),
        Arc::new(dates::DatesPanel),
        Arc::new(files::FilesPanel),
    ]
}

#[cfg(test)]
mod tests {
    use kernel::Lang;
    use web::i18n::Texts;

    use crate::contacts::model::{
        AddressKind, ConsentChannel, ContactKind, DateKind, EvidenceKind, FileKind, Purpose,
        SOURCES,
    };

    fn keys(prefix: &str, words: impl Iterator<Item = &'static str>) -> Vec<String> {
        words.map(|word| format!("{prefix}{word}")).collect()
    }

    #[test]
    fn every_word_and_every_field_has_a_name_in_both_languages() {
        let sources = [web::i18n::SOURCES.as_slice(), crate::pages().texts].concat();
        let texts = Texts::new(&sources).unwrap();
        let mut wanted = keys("contacts-kind-", ContactKind::ALL.iter().map(|w| w.key()));
        wanted.extend(keys("contacts-hint-", ContactKind::ALL.iter().map(|w| w.key())));
        wanted.extend(keys("contacts-address-", AddressKind::ALL.iter().map(|w| w.key())));
        wanted.extend(keys("contacts-date-", DateKind::ALL.iter().map(|w| w.key())));
        wanted.extend(keys("contacts-purpose-", Purpose::ALL.iter().map(|w| w.key())));
        wanted.extend(keys("contacts-channel-", ConsentChannel::ALL.iter().map(|w| w.key())));
        wanted.extend(keys("contacts-evidence-", EvidenceKind::ALL.iter().map(|w| w.key())));
        wanted.extend(keys("contacts-file-", FileKind::ALL.iter().map(|w| w.key())));
        wanted.extend(keys("source-", SOURCES.iter().copied()));
        // the journal calls these changes by the word itself
        let words = ContactKind::ALL.iter().map(|w| w.key());
        let words = words.chain(AddressKind::ALL.iter().map(|w| w.key()));
        wanted.extend(keys("field-", words.chain(Purpose::ALL.iter().map(|w| w.key()))));
        for pack in jurisdiction::packs() {
            wanted.extend(pack.identifiers.iter().map(|kind| format!("field-{}", kind.kind)));
        }
        for key in &wanted {
            let key = if key.starts_with("field-") { key.replace('_', "-") } else { key.clone() };
            for lang in Lang::ALL {
                assert!(texts.has(lang, &key), "{key} in {}", lang.code());
                assert!(!texts.message(lang, &key, &[]).contains('{'), "{key} refers to nothing");
            }
        }
    }
}
