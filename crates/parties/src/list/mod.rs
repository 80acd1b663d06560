//! placeholder of the slice `list`: being written
pub(crate) fn routes(routes: web::Routes) -> web::Routes {
    routes
}
