//! What the centre approves beforehand, as people meet it: a panel of the client card with what there is and how it stands, at
//! the centre a form to approve and one to take it back. The thing itself is the spine's (`spine::authority::PreApproval`).

mod pages;

pub(crate) use pages::{panels, routes};
