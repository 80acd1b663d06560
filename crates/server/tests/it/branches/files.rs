//! Files of the exchange, as people carry them: from the pages of a branch to those of the centre and back.

use branch::Hub;
use branch::carry::Post;
use branch::hub::kept_keys;
use engagement::interaction::commands::AddNote;
use kernel::ClientId;
use spine::replica::branch::Branch;
use store::{Read, params};
use testkit::{Bank, Reply};

use super::rig::{Rig, at_branch};
use crate::clients::person;
use crate::support::{both, changes, force, number};

const NOTES: &str = "select count(*) from interaction";

fn note(client_id: ClientId) -> AddNote {
    AddNote { client_id, body: "без связи".to_owned() }
}

/// A branch's bank with keys of its own, which the centre knows.
pub(crate) async fn branch_of(centre: &Bank, rig: &Rig) -> Bank {
    let (bank, branch): (Bank, Branch) = Box::pin(at_branch(rig)).await;
    let keys = kept_keys(&bank.services, &bank.app.secret_box).await.unwrap();
    let public = keys.public().unwrap();
    let sql = "update branch_node set sign_key = $1, seal_key = $2 where id = $3";
    force(centre, sql, params![public.sign, public.seal, rig.who.node]).await;
    // both ends of the test draw from the same chance: ids must not be those of the centre
    for _ in 0..1_000 {
        bank.form_id();
    }
    let centre = centre.services.memory.get::<Hub>().unwrap().public().clone();
    bank.services.memory.put(Post { branch, keys, centre });
    bank
}

fn file(reply: &Reply) -> Vec<u8> {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.header("content-disposition").starts_with("attachment; filename=\"01-"));
    assert_eq!(reply.header("cache-control"), "private, no-store");
    reply.bytes.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_carried_from_page_to_page() {
    both(async |centre: &Bank| {
        let client = person(centre, "manager", ["Гусев", "Пётр", ""]).await;
        let rig = Rig::new(centre, "01").await;
        let bank = branch_of(centre, &rig).await;
        bank.execute("manager", &note(client)).await.unwrap();
        let mut head = bank.client("branch_head").await;
        assert!(head.get("/pending").await.ok().contains("Write a file for the centre"));
        let id = bank.form_id();
        assert!(head.get("/pending").await.ok().contains("not yet sent"));
        let out = file(&head.post("/pending/file", &[("_id", &id)]).await);
        let list = head.get("/pending").await.ok();
        assert!(
            list.contains("sent, not answered yet") && !list.contains("not yet sent"),
            "{list}"
        );
        let mut admin = centre.client("administrator").await;
        let page = format!("/admin/nodes/{}", rig.who.node);
        assert!(admin.get(&page).await.ok().contains("Take in and answer"));
        let (take, id) = (format!("{page}/file"), centre.form_id());
        let wrong = admin.upload(&take, &[("_id", &id)], ("file", "a.tessera", b"goose")).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("This is no file of the exchange"), "{}", wrong.body);
        let none = admin.upload(&take, &[("_id", &id)], ("file", "", b"")).await;
        assert_eq!(none.status, 422);
        assert_eq!(number(centre, NOTES).await, 0);
        let sent = ("file", "01-1-out.tessera", out.as_slice());
        let back = file(&admin.upload(&take, &[("_id", &id)], sent).await);
        let refused = "select code from branch_refusal";
        let refused = centre.services.reader.clone().query(refused, &[]).await.unwrap();
        let refused: Vec<String> = refused.into_iter().map(|row| row.one().unwrap()).collect();
        assert_eq!(refused, Vec::<String>::new());
        assert_eq!(number(centre, NOTES).await, 1);
        let told = changes(centre, "branch_node").await.pop().unwrap();
        assert!(told.contains("file_number") && told.contains("\"file_accepted\""), "{told}");
        let by = "select count(*) from journal_entry e join staff s on s.id = e.actor_id \
                  where e.command = 'branch.note_carried' and s.login = 'administrator'";
        assert_eq!(number(centre, by).await, 1);
        let id = bank.form_id();
        let astray = head.upload("/pending/file/in", &[("_id", &id)], ("file", "a", &out)).await;
        assert_eq!(astray.status, 422);
        assert!(astray.body.contains("goes the other way"), "{}", astray.body);
        let taken = head.upload("/pending/file/in", &[("_id", &id)], ("file", "b", &back)).await;
        assert_eq!((taken.status, taken.location()), (303, "/pending"));
        assert!(head.get("/pending").await.ok().contains("sent and accepted"));
        let again = head.upload("/pending/file/in", &[("_id", &id)], ("file", "b", &back)).await;
        assert!(again.status == 422 && again.body.contains("was taken in before"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_for_whoever_answers_for_them() {
    both(async |centre: &Bank| {
        let rig = Rig::new(centre, "01").await;
        let bank = branch_of(centre, &rig).await;
        let mut clerk = bank.client("clerk").await;
        assert!(!clerk.get("/pending").await.ok().contains("Write a file"));
        let id = bank.form_id();
        assert_eq!(clerk.post("/pending/file", &[("_id", &id)]).await.status, 403);
        let sent = ("file", "a", &b"x"[..]);
        let refused = clerk.upload("/pending/file/in", &[("_id", &id)], sent).await;
        assert_eq!(refused.status, 403);
        let take = format!("/admin/nodes/{}/file", rig.who.node);
        let mut head = centre.client("branch_head").await;
        assert_eq!(head.upload(&take, &[("_id", &id)], sent).await.status, 403);
        // the centre has no files to write, a branch none to answer
        assert_eq!(head.post("/pending/file", &[("_id", &id)]).await.status, 404);
        let mut admin = bank.client("administrator").await;
        assert_eq!(admin.upload(&take, &[("_id", &id)], sent).await.status, 404);
    })
    .await;
}
