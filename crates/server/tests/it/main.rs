//! The integration tests: the whole program, on both databases, in one binary.

mod sign_in;
mod support;
