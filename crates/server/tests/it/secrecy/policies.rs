//! Rules in versions: written, tested, released with a second person, brought back.

use spine::Error;
use spine::approval::{Decision, Verdict};
use spine::secrecy::commands::{DraftPolicy, EditPolicy, ReleasePolicy, TestPolicy};
use spine::secrecy::queries::{self, Version};
use spine::secrecy::{BUILT_IN, BUILT_IN_CASES, Group};
use testkit::Bank;
use uuid::Uuid;

use super::cast::Cast;
use super::code;
use crate::support::both;

const EXTRA: &str = "@id(\"no-balances-for-operators\") @ru(\"Оператор не видит остатков.\") \
     @en(\"An operator sees no balances.\")\nforbid (principal, action == Action::\"read\", resource)\n\
     when { principal.roles.contains(\"operator\") && resource.group == Group::\"holdings\" };";

async fn versions(bank: &Bank) -> Vec<Version> {
    queries::versions(&mut bank.services.reader.clone(), 50).await.unwrap()
}

async fn version(bank: &Bank, id: Uuid) -> Version {
    queries::one(&mut bank.services.reader.clone(), id).await.unwrap().unwrap()
}

/// A draft with this text and these cases.
pub(super) async fn draft(bank: &Bank, text: &str, cases: &str) -> Uuid {
    let base_id = versions(bank).await.iter().find(|v| v.number.is_some()).unwrap().id;
    let draft = DraftPolicy { base_id, title: "Новое".to_owned() };
    let id = bank.execute("security_officer", &draft).await.unwrap();
    let edit = EditPolicy {
        policy_id: id,
        version: 1,
        title: "Новое".to_owned(),
        text: text.to_owned(),
        cases: cases.to_owned(),
    };
    bank.execute("security_officer", &edit).await.unwrap();
    id
}

async fn release(bank: &Bank, id: Uuid) -> Result<i64, Error> {
    let seen = version(bank, id).await.version;
    bank.execute("security_officer", &ReleasePolicy { policy_id: id, version: seen }).await
}

async fn agree(bank: &Bank, who: &str, waiting: Result<i64, Error>) -> Result<(), Error> {
    let Err(Error::Waiting(waiting)) = waiting else { panic!("{waiting:?}") };
    let ctx = bank.as_role(who);
    let decision = Decision {
        approval_id: waiting.approval_id,
        verdict: Verdict::Approve,
        note: String::new(),
    };
    bank.services.decide(&ctx, ctx.command_id(), &decision).await
}

/// Writes, tests and releases rules.
pub(super) async fn put_into_force(bank: &Bank, text: &str) {
    let id = draft(bank, text, "clerk open branch find = yes").await;
    bank.execute("security_officer", &TestPolicy { policy_id: id }).await.unwrap();
    let waiting = release(bank, id).await;
    agree(bank, "administrator", waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_bank_has_the_built_in_rules_as_version_one() {
    both(async |bank: &Bank| {
        let all = versions(bank).await;
        assert_eq!((all.len(), all[0].number), (1, Some(1)));
        assert_eq!((all[0].text.as_str(), all[0].cases.as_str()), (BUILT_IN, BUILT_IN_CASES));
        assert_eq!(bank.services.directory.get().secrecy.number, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_come_into_force_tested_and_with_a_second_person_and_can_be_brought_back() {
    both(async |bank: &Bank| {
        let cast = Cast::enter(bank).await;
        let money = &cast.of("branch").canaries(Group::Holdings)[2];
        let card = format!("/clients/{}", cast.of("branch").id);
        let mut desk = bank.client("operator").await;
        assert!(desk.get(&card).await.ok().contains(money.as_str()));
        let opened = "operator restricted elsewhere read holdings opened = yes";
        let cases = BUILT_IN_CASES.replace(opened, "operator open branch read holdings = no");
        let id = draft(bank, &format!("{BUILT_IN}\n{EXTRA}"), &cases).await;
        assert_eq!(code(release(bank, id).await), "secrecy-not-tested");
        bank.execute("security_officer", &TestPolicy { policy_id: id }).await.unwrap();
        let page = bank.client("security_officer").await.get(&format!("/admin/secrecy/{id}?role=operator")).await.ok();
        for shown in ["An operator sees no balances.", "differences from the version in force", "What changes"] {
            assert!(page.contains(shown), "{shown}");
        }
        let waiting = release(bank, id).await;
        assert!(matches!(waiting, Err(Error::Waiting(_))));
        assert!(desk.get(&card).await.ok().contains(money.as_str()), "not yet in force");
        agree(bank, "administrator", waiting).await.unwrap();
        assert!(!desk.get(&card).await.ok().contains(money.as_str()));
        let all = versions(bank).await;
        assert_eq!(all.iter().map(|v| v.number).collect::<Vec<_>>(), [Some(2), Some(1)]);
        // why: the officer asks for another person
        let number: String = crate::clients::text(bank, &format!("select number from client where id in (select id from client where display_name like '{}%')", cast.of("branch").name())).await.unwrap();
        let ask = format!("/admin/secrecy/explain?staff={}&client={number}", bank.user("operator"));
        let why = bank.client("security_officer").await.get(&ask).await.ok();
        assert!(why.contains("no-balances-for-operators") && why.contains("Not allowed by the rules"));
        // and back
        let old = all[1].id;
        let waiting = release(bank, old).await;
        agree(bank, "administrator", waiting).await.unwrap();
        assert!(desk.get(&card).await.ok().contains(money.as_str()));
        assert_eq!(bank.services.directory.get().secrecy.number, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_wrong_or_fails_its_cases_is_never_released() {
    both(async |bank: &Bank| {
        let bad = [
            ("permit (principal, action, resource);", BUILT_IN_CASES, "secrecy-rules-wrong"),
            ("@id(\"x\")@ru(\"р\")@en(\"e\")permit (principal, action, resource) when { resource.levl == 1 };", BUILT_IN_CASES, "secrecy-rules-wrong"),
            (BUILT_IN, "clerk secret branch read holdings = yes", "secrecy-cases-failed"),
            (BUILT_IN, "clerk sekret branch", "secrecy-case-unclear"),
            (BUILT_IN, "", "secrecy-no-cases"),
        ];
        for (text, cases, why) in bad {
            let id = draft(bank, text, cases).await;
            let test = TestPolicy { policy_id: id };
            assert_eq!(code(bank.execute("security_officer", &test).await), why);
            assert_eq!(code(release(bank, id).await), "secrecy-not-tested");
            bank.client("security_officer").await.get(&format!("/admin/secrecy/{id}")).await.ok();
        }
        // what is stored broken all the same changes nothing
        crate::support::force(bank, "update secrecy_policy set text = 'oops', number = 9 where number = 1", &[]).await;
        bank.services.directory.reload(&bank.services.reader).await.unwrap();
        assert_eq!(bank.services.directory.get().secrecy.number, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_after_it_was_looked_at_is_not_released() {
    both(async |bank: &Bank| {
        let id = draft(bank, BUILT_IN, BUILT_IN_CASES).await;
        bank.execute("security_officer", &TestPolicy { policy_id: id }).await.unwrap();
        let waiting = release(bank, id).await;
        let seen = version(bank, id).await;
        let edit = EditPolicy {
            policy_id: id,
            version: seen.version,
            title: seen.title,
            text: format!("{BUILT_IN}\n{EXTRA}"),
            cases: seen.cases,
        };
        bank.execute("security_officer", &edit).await.unwrap();
        let agreed = agree(bank, "administrator", waiting).await;
        assert_eq!(code(agreed), "secrecy-changed-meanwhile");
        assert_eq!(bank.services.directory.get().secrecy.number, 1);
    })
    .await;
}
