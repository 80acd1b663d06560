//! What was done at this branch and what the centre has made of it, for whoever did it; all of the branch for its head. The
//! rows are the spine's (`spine::replica`); the centre has no such page.

mod pages;
mod queries;

pub(crate) use pages::routes;
