//! Roles: the matrix, copies, and who may widen what.

use std::collections::BTreeMap;

use spine::Scope;
use spine::org::edit::{DeleteRole, SaveRole};
use testkit::Bank;

use crate::support::{both, codes, role, send};

fn as_it_is(bank: &Bank, key: &str) -> SaveRole {
    let directory = bank.services.directory.get();
    let role = directory.roles.get(&role(bank, key)).unwrap();
    SaveRole {
        role_id: Some(role.id),
        name: role.name.clone(),
        name_en: role.name_en.clone(),
        grants: role.grants.clone(),
        second_factor: None,
        original: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_copied_changed_given_and_not_deleted_while_held() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let from = role(bank, "manager").to_string();
        let fields =
            [("name", "Старший менеджер"), ("name_en", "Senior manager"), ("from", from.as_str())];
        let made = send(bank, &mut admin, "/admin/roles/new", &fields).await;
        assert_eq!(made.status, 303, "{}", made.gist());
        let page = made.location().to_owned();
        let matrix = admin.get(&page).await.ok();
        assert!(matrix.contains("name=\"grant:client.read\" value=\"branch\" checked"), "copied");
        let grants = [
            ("name", "Старший менеджер"),
            ("name_en", "Senior manager"),
            ("grant:app.use", "bank"),
            ("grant:client.read", "region"),
            ("grant:journal.read", ""),
        ];
        assert_eq!(send(bank, &mut admin, &page, &grants).await.status, 303);
        let directory = bank.services.directory.get();
        let role = directory.roles.values().find(|r| r.name_en == "Senior manager").unwrap();
        let expected = [("app.use", Scope::Bank), ("client.read", Scope::Region)];
        let expected: BTreeMap<String, Scope> = expected.map(|(p, s)| (p.to_owned(), s)).into();
        assert_eq!(role.grants, expected);

        let sql = "insert into staff_role (staff_id, role_id) values ($1, $2)";
        let mut tx = bank.writer.begin().await.unwrap();
        tx.execute(sql, store::params![bank.user("clerk"), role.id]).await.unwrap();
        tx.commit().await.unwrap();
        let held = bank.execute("administrator", &DeleteRole { role_id: role.id }).await;
        assert_eq!(codes(held), ["role-in-use"]);
        let mut tx = bank.writer.begin().await.unwrap();
        tx.execute("delete from staff_role where role_id = $1", store::params![role.id])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(send(bank, &mut admin, &format!("{page}/delete"), &[]).await.status, 303);
        assert_eq!(admin.get(&page).await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn built_in_roles_stay_and_nobody_widens_his_own() {
    both(async |bank: &Bank| {
        let delete = DeleteRole { role_id: role(bank, "clerk") };
        assert_eq!(codes(bank.execute("administrator", &delete).await), ["role-built-in"]);
        let mut renamed = as_it_is(bank, "clerk");
        renamed.name_en = "King".to_owned();
        assert_eq!(codes(bank.execute("administrator", &renamed).await), ["role-built-in"]);

        let mut own = as_it_is(bank, "administrator");
        own.grants.insert("client.read".to_owned(), Scope::Own);
        assert_eq!(codes(bank.execute("administrator", &own).await), ["own-role"]);
        bank.execute("security_officer", &own).await.unwrap();

        let mut mute = as_it_is(bank, "administrator");
        mute.grants.remove("admin.staff");
        assert_eq!(codes(bank.execute("security_officer", &mute).await), ["last-administrator"]);

        let mut wider = as_it_is(bank, "clerk");
        wider.grants.insert("system".to_owned(), Scope::Bank);
        assert_eq!(codes(bank.execute("administrator", &wider).await), ["not-a-choice"]);
    })
    .await;
}
