//! The integration tests: the whole program, on both databases, in one binary.

// Helpers of tests may stop the test, as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod api;
mod approval_rules;
mod approval_walk;
mod approvals;
mod backup;
mod berka;
mod browser;
mod bus;
mod cards;
mod circles;
mod client_edits;
mod client_files;
mod client_list;
mod clients;
mod command_line;
mod consents;
mod contacts;
mod demo_load;
mod duplicates;
mod engagement;
mod engagement_tasks;
mod golden;
mod guard;
mod holdings_feed;
mod holdings_pages;
mod import;
mod import_safety;
mod jobs;
mod journal;
mod keys;
mod links;
mod looks;
mod merge_histories;
mod merges;
mod oidc;
mod operation;
mod privacy;
mod schema;
mod search;
mod second_factor;
mod sign_in;
mod sign_in_marks;
mod smoke;
mod strangers;
mod support;
