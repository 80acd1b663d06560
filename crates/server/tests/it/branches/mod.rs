//! Branches that work on copies of their own, and a centre.

mod basics;
mod doing;
mod simulation;
mod world;
