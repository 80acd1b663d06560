//! A node at work in the small bank, and what the centre has refused of it.

use ::branch::Hub;
use engagement::interaction::commands::AddNote;
use kernel::{ClientId, CommandId, UserId};
use parties::client::commands::{EditClient, FieldEdit};
use parties::contacts::commands::{AddDate, DateFields};
use parties::contacts::model::DateKind;
use server::wiring;
use spine::approval::commands::SaveRule;
use spine::replica::branch::{self, Branch, Taken};
use spine::replica::centre::Centre;
use spine::replica::commands::{EnrolNode, Enrolled, InviteNode};
use spine::replica::message::{Pushed, Up, Want};
use spine::{Command, Error, Replicated};
use uuid::Uuid;

use super::site::Site;

/// A node of the branch of this person, that has enrolled.
async fn enrolled(site: &Site, name: &str, member: UserId) -> Enrolled {
    let services = &site.services;
    let ctx = services.system("test");
    let branch_id = services.directory.get().staff[&member].branch_id.expect("a branch");
    let code_hash = name.as_bytes().to_vec();
    let (name, hash) = (name.to_owned(), code_hash.clone());
    let invite =
        InviteNode { branch_id, name, code_hash: hash, lease_hours: None, code_days: None };
    services.execute(&ctx, ctx.command_id(), &invite).await.expect("a node");
    let enrol =
        EnrolNode { code_hash, sign_key: vec![1; 32], seal_key: vec![2; 32], by_file: false };
    services.execute(&ctx, ctx.command_id(), &enrol).await.expect("it enrols")
}

/// What the rooms say of their tables.
fn said() -> Vec<Replicated> {
    wiring::modules().iter().flat_map(|m| m.replicated.to_vec()).collect()
}

/// The line between a node and the centre.
pub(crate) struct Line {
    branch: Branch,
    centre: Centre,
    node: Uuid,
}

impl Line {
    /// Everything is told, and everything heard.
    pub(crate) async fn talk(&self) {
        while exchange(&self.branch, &self.centre, self.node).await == Taken::More {}
    }
}

/// A node at the branch of a member of staff, with its copy.
pub(crate) async fn joined(centre_site: &Site, name: &str, member: UserId) -> (Site, Line) {
    let who = enrolled(centre_site, name, member).await;
    let centre = Centre::new(&centre_site.services, &said()).await.expect("the centre");
    centre.watch().await.expect("it watches");
    let node = who.node;
    let hub = centre_site.services.memory.get::<Hub>().expect("the centre's keys");
    let trusted = &hub.public().sign;
    let site = Site::open_branch(async |services| {
        branch::begin(services, who.clone(), services.clock.now()).await.expect("a branch");
        let branch = Branch::open(services, &said(), "0.3.0").await.expect("a branch");
        let branch = branch.trusting(trusted);
        while exchange(&branch, &centre, node).await == Taken::More {}
    })
    .await;
    let branch = Branch::open(&site.services, &said(), "0.3.0").await.expect("a branch");
    let branch = branch.trusting(trusted);
    (site, Line { branch, centre, node })
}

/// A request of this person that waits for somebody else at the centre.
async fn waits(site: &Site, member: UserId) {
    let services = &site.services;
    let ctx = services.system("test");
    let rule = SaveRule {
        rule_id: None,
        command: AddDate::NAME.to_owned(),
        field: None,
        amount: None,
        branch_id: None,
        region_id: None,
        maker_role: None,
        checker: "client.assign".to_owned(),
        hours: 24,
    };
    services.execute(&ctx, ctx.command_id(), &rule).await.expect("a rule");
    let fields = DateFields {
        title: "Открытие дела".to_owned(),
        on_date: "2020-12-10".to_owned(),
        yearly: true,
    };
    let client_id = site.person("Щербакова").await.into();
    let date = AddDate { client_id, kind: DateKind::Other, fields };
    let ctx = services.ctx(services.directory.principal(member).expect("the manager"), "web");
    let waits = services.execute(&ctx, ctx.command_id(), &date).await;
    assert!(matches!(waits, Err(Error::Waiting(_))), "{waits:?}");
}

/// A node at the branch of the manager `manager`, with its copy, a request of his that waits at the centre, and three things that
/// were done there, one of them refused.
pub(crate) async fn branch_of(centre_site: &Site) -> Site {
    let member: UserId =
        centre_site.value("select id from staff where login = $1", "manager").await;
    waits(centre_site, member).await;
    let (site, line) = joined(centre_site, "desk-3", member).await;
    let client: ClientId = site.person("Щербакова").await.into();
    let sql = "select coalesce(job_title, '') from client where id = $1";
    let original: String = site.value(sql, client).await;
    let edit = |site: &Site, value: &str| {
        let mut edit = edit(client, "job_title", value);
        edit.edits[0].original.clone_from(&original);
        let services = site.services.clone();
        async move {
            let principal = services.directory.principal(member).expect("the manager");
            let ctx = services.ctx(principal, "web");
            services.execute(&ctx, ctx.command_id(), &edit).await
        }
    };
    edit(&site, "главный бухгалтер").await.expect("done at the branch");
    edit(centre_site, "ревизор").await.expect("done at the centre");
    line.talk().await;
    let principal = site.services.directory.principal(member).expect("the manager");
    let ctx = site.services.ctx(principal, "web");
    for body in ["Зайдёт за картой в пятницу", "Просит перезвонить"]
    {
        let note = AddNote { client_id: client, body: body.to_owned() };
        site.services.execute(&ctx, ctx.command_id(), &note).await.expect("a note");
    }
    site
}

async fn exchange(branch: &Branch, centre: &Centre, node: Uuid) -> Taken {
    let up = branch.say().await.expect("a word");
    let down = centre.answer(node, &up).await.expect("an answer");
    branch.take(down).await.expect("it is taken in")
}

fn edit(client_id: ClientId, field: &str, value: &str) -> EditClient {
    let original = String::new();
    let edits = vec![FieldEdit { field: field.to_owned(), original, value: value.to_owned() }];
    EditClient { client_id, edits, source: "clerk".to_owned() }
}

/// A node `desk-1` of which a conflict and a wrong field were refused.
pub(crate) async fn refused(site: &Site) {
    let services = &site.services;
    let ctx = services.system("test");
    let client: ClientId = site.person("Щербакова").await.into();
    let sql = "select manager_id from client where id = $1";
    let manager: UserId = site.value(sql, client).await;
    let who = enrolled(site, "desk-1", manager).await;
    let centre = Centre::new(services, &said()).await.expect("the centre");
    let at = services.clock.now();
    let pushed = |field: &str, value: &str| {
        let mut edit = edit(client, field, value);
        edit.edits[0].original = "кассир".to_owned();
        let id: CommandId = ctx.command_id();
        let payload = serde_json::to_string(&edit).expect("a payload");
        let (name, channel) = (EditClient::NAME.to_owned(), "web".to_owned());
        let (at, supervisor, pre_approval) = (at.plus_hours(-2), None, None);
        let bundle = None;
        Pushed { id, name, payload, actor: manager, at, channel, bundle, supervisor, pre_approval }
    };
    let up = Up {
        number: 1,
        at,
        schema: 0,
        program: "0.3.0".to_owned(),
        taken: None,
        commands: vec![pushed("job_title", "старший кассир"), pushed("no_such_field", "x")],
        waiting: 3,
        oldest: Some(at.plus_hours(-30)),
        replica_at: Some(at.plus_hours(-1)),
        want: Want::Nothing,
        holds: spine::bundle::Holds::default(),
        tables: Vec::new(),
        ask: None,
        keeps: Vec::new(),
    };
    centre.answer(who.node, &up).await.expect("an answer");
}
