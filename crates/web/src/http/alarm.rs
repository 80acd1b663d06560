//! What somebody who watches over the bank wants to hear of: each a line of the log with the target `security` and a
//! number for monitoring. A line names the operation and, when it is known, the person by his id; never a login, an
//! address of the network, a client, or what was typed.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use metrics::counter;
use tower_http::csrf::ProtectionError;

use super::cx::Cx;

/// Counts an event and writes its line.
fn tell(what: &'static str, right: &str, staff: &str, operation: &str) {
    counter!("tessera_alarms_total", "what" => what).increment(1);
    tracing::warn!(target: "security", what, right, staff, operation, "turned away");
}

impl Cx {
    /// Notes that somebody was turned away.
    pub(crate) fn alarm(&self, what: &'static str) {
        self.alarm_of(what, "");
    }
    /// The same, for want of a right.
    pub(crate) fn alarm_of(&self, what: &'static str, right: &str) {
        let staff = self.principal().user_id.map(|id| id.to_string()).unwrap_or_default();
        tell(what, right, &staff, &self.ctx.operation_id.to_string());
    }
}

/// Notes forms that another site has sent; they are turned away before it is known who sends them.
pub(super) async fn foreign_forms(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        tell("foreign-form", "", "", "");
    }
    response
}
