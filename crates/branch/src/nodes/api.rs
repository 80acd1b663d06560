//! Nodes in the API: which there are and how they stand; inviting and shutting out.

use kernel::{BranchId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spine::Error;
use spine::replica::commands::RevokeNode;
use spine::replica::mode::{Mode, SetSilence};
use spine::replica::nodes::{self, BranchNode};
use uuid::Uuid;
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::invite::{Wanted, prepare};

const NODES: &str = "admin.nodes";
/// Nodes read at most: more branches than any bank has.
const NODES_MAX: i64 = 2_000;

pub(crate) fn api(api: Api) -> Api {
    api.tag("branch-nodes")
        .with(
            Operation::list("/branch-nodes", "list_branch_nodes", NODES, list)
                .about("Nodes at branches, by name; how each stands and what it has not told yet"),
        )
        .with(
            Operation::one("/branch-nodes/{node_id}", "get_branch_node", NODES, get)
                .about("A node at a branch"),
        )
        .with(
            Operation::write(Method::Post, "/branch-nodes", "invite_branch_node", NODES, invite)
                .runs(&["branch.invite_node"])
                .replies::<Invited>()
                .about("Prepares a node; answers the code it enrols with, this once"),
        )
        .with(
            Operation::command::<RevokeNode>(
                Method::Delete,
                "/branch-nodes/{node_id}",
                "revoke_branch_node",
            )
            .about("Shuts a node out for good"),
        )
        .with(
            Operation::command::<SetSilence>(
                Method::Put,
                "/branches/{branch_id}/silence",
                "set_branch_silence",
            )
            .about("Says after how many minutes the nodes of a branch are silent"),
        )
}

/// A node at a branch.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NodeView {
    /// Identity.
    id: Uuid,
    /// The branch it is at.
    branch_id: BranchId,
    /// Its name, as the journal has it.
    name: String,
    /// `invited`, `active` or `revoked`.
    state: String,
    /// When it was last heard.
    seen_at: Option<Timestamp>,
    /// What its clock showed then.
    clock_at: Option<Timestamp>,
    /// The instant its copy shows.
    replica_at: Option<Timestamp>,
    /// Commands it has not told yet.
    pending: i64,
    /// When the oldest of them was done.
    oldest_at: Option<Timestamp>,
    /// Until when it may work.
    lease_until: Option<Timestamp>,
    /// Hours it may work after an answer.
    lease_hours: i64,
    /// The version of its program.
    program: String,
    /// How its branch works.
    mode: Mode,
    /// Minutes after which it is silent; none where silence is no trouble.
    silent_minutes: Option<i64>,
}

impl From<BranchNode> for NodeView {
    fn from(node: BranchNode) -> Self {
        Self {
            id: node.id,
            branch_id: node.branch_id,
            name: node.name,
            state: node.state.key().to_owned(),
            seen_at: node.seen_at,
            clock_at: node.clock_at,
            replica_at: node.replica_at,
            pending: node.pending,
            oldest_at: node.oldest_at,
            lease_until: node.lease_until,
            lease_hours: node.lease_hours,
            program: node.program,
            mode: node.mode,
            silent_minutes: node.silent_minutes,
        }
    }
}

/// A node that may enrol.
#[derive(Debug, Serialize, JsonSchema)]
struct Invited {
    /// Identity.
    id: Uuid,
    /// The code it enrols with, once and within its days. It is kept nowhere.
    code: String,
}

/// A new node.
#[derive(Debug, Deserialize, JsonSchema)]
struct NewNode {
    /// The branch it is at.
    branch_id: BranchId,
    /// Its name, also in the journal.
    #[schemars(length(min = 1, max = 40))]
    name: String,
    /// Hours it may work after the centre's last answer; 72 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 744))]
    lease_hours: Option<i64>,
    /// Days its code is good for; 1 when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 31))]
    code_days: Option<i64>,
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<NodeView>, Problem> {
    let after = query.place::<String>()?;
    let all = nodes::list(&mut call.cx.db, NODES_MAX).await.map_err(Error::from)?;
    let rest = all.into_iter().filter(|n| after.as_ref().is_none_or(|after| n.name > *after));
    let rows: Vec<BranchNode> = rest.take(query.limit() + 1).collect();
    let page = Listing::cut(rows, query.limit(), |node| node.name.clone())?;
    Ok(page.map(NodeView::from))
}

async fn get(mut call: Call, _: NoQuery) -> Result<NodeView, Problem> {
    let id: Uuid = call.id("node_id")?;
    let node = nodes::one(&mut call.cx.db, id).await.map_err(Error::from)?;
    Ok(node.ok_or(Error::NotFound)?.into())
}

async fn invite(mut call: Call, body: NewNode) -> Result<Answer, Problem> {
    if call.is_repeat().await? {
        // the code was told to the first request, and is kept nowhere
        return Err(Error::refused("branch-code-told").into());
    }
    let NewNode { branch_id, name, lease_hours, code_days } = body;
    let wanted = Wanted { branch_id, name, lease_hours, code_days };
    let (command, code) = prepare(&call.cx, wanted)?;
    let id = call.run(&command).await?;
    Ok(Answer::json(&Invited { id, code })?)
}
