//! The panels of links and of the household or group, the dialogs that change them, and the page with the
//! graph and the group.

mod circle;
mod ending;
mod exposure;
mod graph;
mod main_member;
mod new_link;
mod panel;
pub(crate) mod pick;
mod words;

pub(crate) use panel::own_record;

use std::sync::Arc;

use web::{Access, CardPanel, Routes};

pub(crate) fn routes(routes: Routes) -> Routes {
    let (read, edit) = (Access::Needs("client.read"), Access::Needs("client.edit"));
    routes
        .get_lagging("/clients/pick", read, pick::found)
        .get("/clients/{id}/links", read, graph::page)
        .get("/clients/{id}/links/new", edit, new_link::new_form)
        .post("/clients/{id}/links", edit, new_link::add)
        .get("/clients/{id}/links/{item}/end", edit, ending::end_form)
        .post("/clients/{id}/links/{item}/end", edit, ending::end)
        .get("/clients/{id}/main-member", edit, main_member::form)
        .post("/clients/{id}/main-member", edit, main_member::save)
}

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(circle::CirclePanel), Arc::new(panel::LinksPanel), Arc::new(exposure::GroupPanel)]
}

#[cfg(test)]
mod tests {
    use kernel::Lang;
    use web::i18n::Texts;

    use crate::client::model::ClientKind;
    use crate::links::model::{CircleWarning, MemberRole, Relation};

    #[test]
    fn every_role_and_warning_has_words_in_both_languages() {
        let sources = [web::i18n::SOURCES.as_slice(), crate::pages().texts].concat();
        let texts = Texts::new(&sources).unwrap();
        let roles = MemberRole::ALL.map(|role| format!("circle-role-{}", role.key()));
        let warnings = CircleWarning::ALL.map(|one| format!("circle-warning-{}", one.key()));
        for key in roles.iter().chain(&warnings) {
            for lang in Lang::ALL {
                assert!(texts.has(lang, key), "{key} in {}", lang.code());
            }
        }
    }

    #[test]
    fn every_relation_has_a_name_in_both_languages() {
        let sources = [web::i18n::SOURCES.as_slice(), crate::pages().texts].concat();
        let texts = Texts::new(&sources).unwrap();
        for relation in ClientKind::ALL.iter().flat_map(|kind| Relation::of(*kind)) {
            let key = format!("links-kind-{}", relation.key());
            for lang in Lang::ALL {
                assert!(texts.has(lang, &key), "{key} in {}", lang.code());
            }
        }
    }
}
