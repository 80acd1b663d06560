//! The design system: one component for each thing, as functions and builders that return markup.
//! Components know texts and formats, never business tables or requests; everything shown comes from
//! the caller. `README.md` of this crate lists them; the page `/ui` shows them all.

mod avatar;
mod badge;
mod board;
mod button;
pub mod chart;
mod conflict;
mod field;
mod filter;
mod form;
pub mod gallery;
mod graph;
mod header;
mod kv;
mod menu;
mod overlay;
mod panel;
mod progress;
mod query;
mod shell;
mod shell_menu;
mod state;
mod table;
mod table_row;
mod tabs;
mod tile;
mod timeline;
mod views;

pub use avatar::{avatar, avatar_large, avatar_nameless};
pub use badge::{Tone, badge, badge_with_icon, count, dot, tag};
pub use board::{BoardCard, BoardColumn, board};
pub use button::{Button, copy_button, icon_button};
pub use conflict::{ConflictBy, ConflictField, conflict_chooser, conflict_sides};
pub use field::{Field, Input, Opt};
pub use filter::{Condition, FilterBar, FilterField, FilterValue};
pub use form::{Form, error_summary, form_row};
pub use graph::{GraphEdge, GraphNode, link_graph};
pub use header::{Crumb, PageHeader};
pub use kv::{Kv, Source};
pub use menu::{Menu, MenuItem};
pub use overlay::{PaletteItem, dialog_fragment, palette_results, toast};
pub use panel::{Panel, grid, split, stack};
pub use progress::{StepState, progress, steps};
pub use query::query_string;
pub use shell::{
    BranchLine, Density, LinkState, NavEntry, NavGroup, Person, Shell, Theme, bare_page,
};
pub use shell_menu::ShellLinks;
pub use state::{
    State, empty, failure, hidden, moved, no_right, not_found, offline, skeleton_rows, why_hidden,
};
pub use table::{Align, BulkAction, Column, Pager, SortDirection, Table};
pub use table_row::{Cell, Row};
pub use tabs::{Tab, tabs};
pub use tile::{Tile, money_row, stat, stat_row};
pub use timeline::{Moment, TimelineEntry, timeline};
pub use views::{View, column_chooser, saved_views};
