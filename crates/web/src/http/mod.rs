//! The request half of the web room: routes with their access rule, the request's context, error pages,
//! forms, sessions, live updates, and what other rooms register to be shown.

mod access;
mod address;
mod alarm;
mod app;
mod breached;
mod chrome;
mod contact_file;
mod cookies;
mod cx;
mod errors;
mod form_data;
mod gallery;
mod gate;
mod health;
mod https_client;
mod line;
mod live;
mod me;
mod moved;
mod oidc;
mod own;
mod own_passkeys;
mod pages;
mod passkey;
mod reads;
mod resend;
mod scanner;
mod second_step;
mod security;
mod seen;
mod sign_in;
mod supervisor;
mod ticket;
mod waiting;

pub use access::{Access, RouteInfo, Routes};
pub use app::{App, DemoMode, Guards, READER_PORT, Setting, build_router};
pub use breached::Breached;
pub use contact_file::{CardAddress, CardPoint, ContactCard, ContactFormat, PointKind};
pub use cx::Cx;
pub(crate) use errors::log_chain;
pub use errors::{Answer, BadRequest, Failure};
pub(crate) use form_data::pairs;
pub use form_data::{FormData, Upload, UploadForm, read_upload};
pub use https_client::{HttpsClient, HttpsClientError, https_client};
pub use oidc::{Provider, ProviderError, ProviderSetting};
pub use own::{Drawing, OwnColumn, OwnList, OwnObject, OwnPages, OwnRecord, OwnRecords};
pub use pages::{
    Action, AddedField, AddedFields, CardClient, CardPanel, ColumnKind, FieldsAdded, Hits,
    ListColumn, MoreNav, MoreNavOf, MoreNavs, Moved, MovedTo, NavItem, Pages, PanelMarkup,
    PanelSlot, SearchHit, SearchSource,
};
pub use reads::{CardRead, Logging, ReadLog, Reads};
pub use scanner::Scanner;
pub use sign_in::{hash_token, new_token};
pub use supervisor::{approved_part, supervisor_part};
