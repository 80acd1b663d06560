//! Inviting a node: the code is made here and kept nowhere but as its hash.

use kernel::BranchId;
use spine::Error;
use spine::replica::commands::InviteNode;
use web::Cx;

use crate::Hub;
use crate::code::Code;

/// What a person or a program says of the node.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) branch_id: BranchId,
    pub(crate) name: String,
    pub(crate) lease_hours: Option<i64>,
    pub(crate) code_days: Option<i64>,
}

/// The command that prepares a node, and its code, which is shown once when that is done.
///
/// # Errors
/// [`Error::NotFound`] where this node has no lines to branches.
pub(crate) fn prepare(cx: &Cx, wanted: Wanted) -> Result<(InviteNode, String), Error> {
    let hub = cx.app.services.memory.get::<Hub>().ok_or(Error::NotFound)?;
    let code = Code::new(cx.ctx.entropy.as_ref(), hub.public().print());
    let Wanted { branch_id, name, lease_hours, code_days } = wanted;
    let code_hash = Code::hash(code.secret());
    Ok((InviteNode { branch_id, name, code_hash, lease_hours, code_days }, code.show()))
}
