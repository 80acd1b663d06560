//! Jobs, dead letters and tokens.

use kernel::JobId;
use testkit::Bank;

use crate::support::{AskInVain, both, send};

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_job_is_shown_first_and_runs_again_by_a_button() {
    both(async |bank: &Bank| {
        let job: JobId = bank.execute("clerk", &AskInVain {}).await.unwrap().unwrap();
        bank.settle().await;
        let mut admin = bank.client("administrator").await;
        let list = admin.get("/admin/jobs").await.ok();
        assert!(
            list.contains("the line to the moon is cut") && list.contains("Member clerk"),
            "{list}"
        );
        let address = format!("/jobs/{job}");
        let own = bank.client("clerk").await.get_part(&address).await.ok();
        assert!(
            own.starts_with("<section") && own.contains("Failed") && !own.contains("Run again"),
            "{own}"
        );
        assert_eq!(bank.client("manager").await.get(&address).await.status, 404, "somebody else's");
        let retry = format!("/admin/jobs/{job}/retry");
        let denied = send(bank, &mut bank.client("clerk").await, &retry, &[]).await;
        assert_eq!(denied.status, 403);
        let again = send(bank, &mut admin, &retry, &[]).await;
        assert_eq!((again.status, again.location()), (303, address.as_str()));
        assert!(admin.get(&address).await.ok().contains("Waiting"));
        assert_eq!(send(bank, &mut admin, &retry, &[]).await.status, 422, "not dead any more");
        bank.settle().await;
        assert!(admin.get(&address).await.ok().contains("Failed"));
        assert!(admin.get("/admin/jobs?state=done").await.ok().contains("There are no jobs"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_given_up_is_sent_again() {
    both(async |bank: &Bank| {
        let id = bank.form_id();
        let sql = "insert into outbox (id, cause, channel, recipient, payload, state, run_at, attempts, \
                   last_error, created_at) values ($1, $1, 'notice', $2, $3, 'dead', 0, 8, 'no line', 0)";
        let payload = r#"{"kind":"staff-deputy","args":{"name":"Ada"},"href":"/"}"#;
        let mut tx = bank.writer.begin().await.unwrap();
        let message: uuid::Uuid = id.parse().unwrap();
        let recipient = bank.user("clerk").to_string();
        tx.execute(sql, store::params![message, recipient, payload]).await.unwrap();
        tx.commit().await.unwrap();
        let mut admin = bank.client("administrator").await;
        assert!(admin.get("/admin/jobs").await.ok().contains("no line"));
        let path = format!("/admin/messages/{id}/retry");
        assert_eq!(send(bank, &mut admin, &path, &[]).await.status, 303);
        bank.settle().await;
        assert!(!admin.get("/admin/jobs").await.ok().contains("no line"));
        let told = bank.client("clerk").await.get("/me/notices").await.ok();
        assert!(told.contains("You stand in for Ada"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_works_and_is_revoked() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let role = crate::support::role(bank, "administrator").to_string();
        let past = [("name", "Load"), ("role", role.as_str()), ("expires", "22.11.2026")];
        assert_eq!(send(bank, &mut admin, "/admin/tokens/new", &past).await.status, 422);
        let fields = [("name", "Load"), ("role", role.as_str()), ("expires", "23.11.2026")];
        let made = send(bank, &mut admin, "/admin/tokens/new", &fields).await;
        assert_eq!(made.header("cache-control"), "no-store");
        let body = made.ok();
        let token: String = body
            .split(|c: char| !c.is_ascii_hexdigit())
            .find(|word| word.len() == 64)
            .expect("a token")
            .to_owned();
        let list = admin.get("/admin/tokens").await.ok();
        assert!(list.contains("Load") && !list.contains(&token));
        let mut program = bank.stranger();
        program.set_token(&token);
        assert_eq!(list.matches("<time").count(), 1, "made, and never used");
        assert_eq!(program.get("/admin/tokens").await.status, 200);
        let used = admin.get("/admin/tokens").await.ok();
        assert_eq!(used.matches("<time").count(), 2, "made, and used");
        let at = list.find("/revoke").unwrap();
        let start = list[..at].rfind('"').unwrap() + 1;
        let revoke = format!("{}/revoke", &list[start..at]);
        assert_eq!(send(bank, &mut admin, &revoke, &[]).await.status, 303);
        assert_ne!(program.get("/admin/tokens").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_by_itself_and_with_its_owner() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let (auditors, owner) =
            (crate::support::role(bank, "auditor").to_string(), bank.user("auditor"));
        let of = owner.to_string();
        let make = async |admin: &mut testkit::Browser, expires: &str| {
            let fields = [
                ("name", "Load"),
                ("role", auditors.as_str()),
                ("owner", of.as_str()),
                ("expires", expires),
            ];
            send(bank, admin, "/admin/tokens/new", &fields).await
        };
        for (expires, words) in [("", "Fill in this field"), ("01.01.2029", "at most 366 days")] {
            let refused = make(&mut admin, expires).await;
            assert_eq!(refused.status, 422, "{expires}");
            assert!(refused.body.contains(words), "{}", refused.gist());
        }
        let program = async |admin: &mut testkit::Browser| {
            let body = make(admin, "24.11.2026").await.ok();
            let words = body.split(|c: char| !c.is_ascii_hexdigit());
            let mut program = bank.stranger();
            program.set_token(words.into_iter().find(|word| word.len() == 64).unwrap());
            assert_eq!(program.get_part("/me/notices").await.status, 200);
            program
        };
        let mut first = program(&mut admin).await;
        let dismiss = spine::org::edit::DismissStaff {
            staff_id: owner,
            successor_id: bank.user("security_officer"),
        };
        bank.execute("administrator", &dismiss).await.unwrap();
        assert_eq!(first.get_part("/me/notices").await.status, 401);
        let back = spine::org::edit::ReinstateStaff { staff_id: owner };
        bank.execute("administrator", &back).await.unwrap();
        assert_eq!(first.get_part("/me/notices").await.status, 401, "for good");
        let mut second = program(&mut admin).await;
        bank.clock.advance_seconds(2 * 24 * 3_600);
        assert_eq!(second.get_part("/me/notices").await.status, 401);
    })
    .await;
}
