//! placeholder until the pages are written
use std::sync::Arc;
pub(crate) fn routes(routes: web::Routes) -> web::Routes {
    routes
}
pub(crate) fn panels() -> Vec<Arc<dyn web::CardPanel>> {
    Vec::new()
}
