//! API tokens in the API: who holds one, and taking it back. A token is made by a person on a page, for a
//! program hands out no rights.

use kernel::{RoleId, Timestamp, TokenId, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use spine::Error;
use spine::org::edit::RevokeToken;
use web::api::{Api, Call, ListQuery, Listing, Method, Operation, Problem};

use super::queries;

pub(crate) fn api(api: Api) -> Api {
    api.tag("tokens")
        .with(
            Operation::list("/tokens", "list_tokens", "admin.staff", list)
                .about("API tokens, newest first; never the token itself"),
        )
        .with(Operation::command::<RevokeToken>(
            Method::Delete,
            "/tokens/{token_id}",
            "revoke_token",
        ))
}

/// An API token.
#[derive(Debug, Serialize, JsonSchema)]
struct TokenView {
    /// Identity.
    id: TokenId,
    /// What it is for.
    name: String,
    /// Whose it is, if anybody's.
    user_id: Option<UserId>,
    /// The role it acts in.
    role_id: RoleId,
    /// When it was made.
    created_at: Timestamp,
    /// When it ends.
    expires_at: Option<Timestamp>,
    /// When it was taken back.
    revoked_at: Option<Timestamp>,
    /// When it was last in use.
    used_at: Option<Timestamp>,
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<TokenView>, Problem> {
    let before = query.place::<Timestamp>()?.unwrap_or(Timestamp::from_micros(i64::MAX));
    let rows = queries::list(&mut call.cx.db, before, query.limit_and_one()).await;
    let page = Listing::cut(rows.map_err(Error::from)?, query.limit(), |row| row.created_at)?;
    Ok(page.map(|row| TokenView {
        id: row.id,
        name: row.name,
        user_id: row.owner,
        role_id: row.role,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        used_at: row.used_at,
    }))
}
