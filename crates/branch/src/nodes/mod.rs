//! The nodes at branches, as the centre's administrators see them.

pub(crate) mod commands;
pub(crate) mod queries;

use spine::Registry;
use web::{NavItem, Routes};

pub(crate) const NAV: &[NavItem] = &[];

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<commands::KeepSecret>();
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
}
