//! placeholder of the slice `links`: being written
use std::sync::Arc;

pub(crate) fn register(_: &mut spine::Registry) {}
pub(crate) fn routes(routes: web::Routes) -> web::Routes {
    routes
}
pub(crate) fn panels() -> Vec<Arc<dyn web::CardPanel>> {
    Vec::new()
}
