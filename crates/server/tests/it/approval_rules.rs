//! The pages of the rules of the second person.

use testkit::Bank;

use crate::support::both;

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_made_changed_and_removed_on_its_pages() {
    both(async |bank: &Bank| {
        let mut officer = bank.client("security_officer").await;
        let page = "/admin/approval-rules";
        let form = async |officer: &mut testkit::Browser, to: &str, pairs: &[(&str, &str)]| {
            let id = bank.form_id();
            let mut fields = vec![("_id", id.as_str())];
            fields.extend_from_slice(pairs);
            officer.post(to, &fields).await
        };
        let bad = [
            ("command", ""),
            ("checker", "client.assign"),
            ("hours", "0"),
            ("amount", "much"),
            ("field", "note"),
        ];
        let reply = form(&mut officer, &format!("{page}/new"), &bad).await;
        assert_eq!(reply.status, 422);
        assert!(reply.body.contains("value=\"much\""), "what was typed is kept");
        let good = [
            ("command", "parties.edit_client"),
            ("checker", "client.assign"),
            ("hours", "24"),
            ("field", "note"),
        ];
        let reply = form(&mut officer, &format!("{page}/new"), &good).await;
        assert_eq!((reply.status, reply.location()), (303, page), "{}", reply.gist());
        let rules = bank.services.directory.get();
        let made = rules.rules["parties.edit_client"][0].clone();
        assert_eq!(made.field.as_deref(), Some("note"));
        let wide =
            [("command", "parties.edit_client"), ("checker", "client.assign"), ("hours", "48")];
        let reply = form(&mut officer, &format!("{page}/{}", made.id), &wide).await;
        assert_eq!(reply.status, 303);
        assert_eq!(bank.services.directory.get().rules["parties.edit_client"][0].hours, 48);
        let reply = form(&mut officer, &format!("{page}/{}/drop", made.id), &[]).await;
        assert_eq!(reply.status, 303);
        assert!(bank.services.directory.get().rules.is_empty());
        let mut head = bank.client("branch_head").await;
        assert_eq!(head.get(page).await.status, 403);
    })
    .await;
}
