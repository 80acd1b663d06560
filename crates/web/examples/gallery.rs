//! The gallery without the application: `cargo run -p web --example gallery -- 127.0.0.1:8099`.
//! Query parameters `lang=en` and `theme=dark` choose the look. For designers and for pictures.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::{Lang, Timestamp};
use maud::Markup;
use web::i18n::{L, SOURCES, Texts};
use web::ui::gallery::{gallery, gallery_dialog, gallery_palette, gallery_rail, gallery_shell};
use web::ui::{Density, Theme};

type Asked = Query<BTreeMap<String, String>>;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".to_owned());
    let texts = Arc::new(Texts::new(&SOURCES)?);
    let app = Router::new()
        .route("/ui", get(page))
        .route("/ui/dialog", get(dialog).post(save))
        .route("/search/palette", get(palette))
        .route("/live", get(live))
        .route("/ui/move", post(|| async { StatusCode::NO_CONTENT }))
        .route("/me/preferences", post(|| async { StatusCode::NO_CONTENT }))
        .merge(web::assets::routes())
        .with_state(texts);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("ready http://{address}/ui");
    axum::serve(listener, app).await?;
    Ok(())
}

fn handle(texts: Arc<Texts>, asked: &BTreeMap<String, String>) -> L {
    let lang = asked.get("lang").and_then(|code| Lang::from_code(code)).unwrap_or_default();
    // A fixed moment: pictures of the gallery can be compared.
    let now =
        "2026-11-23T09:00:00Z".parse().map_or(Timestamp::from_micros(0), Timestamp::from_jiff);
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(3));
    L::new(lang, texts, zone, now)
}

async fn page(State(texts): State<Arc<Texts>>, Query(asked): Asked) -> impl IntoResponse {
    let l = handle(texts, &asked);
    let theme = Theme::from_code(asked.get("theme").map_or("", String::as_str));
    let shell = gallery_shell(&l).look(theme, Density::Compact, asked.contains_key("folded"));
    let page = shell.rail(gallery_rail(&l)).render(&l, &gallery(&l));
    ([(CONTENT_SECURITY_POLICY, POLICY)], page)
}

async fn dialog(State(texts): State<Arc<Texts>>, Query(asked): Asked) -> Markup {
    gallery_dialog(&handle(texts, &asked))
}

/// Refuses a form without a note, to show how a dialog answers; otherwise goes back to the page.
async fn save(State(texts): State<Arc<Texts>>, body: String) -> Response {
    if body.contains("note=&") {
        let again = gallery_dialog(&handle(texts, &BTreeMap::new()));
        return (StatusCode::UNPROCESSABLE_ENTITY, again).into_response();
    }
    Redirect::to("/ui").into_response()
}

/// A line that says nothing: the connection light stays as it is.
async fn live() -> impl IntoResponse {
    let silence = futures_util::stream::pending::<Result<Event, std::convert::Infallible>>();
    Sse::new(silence).keep_alive(KeepAlive::default())
}

async fn palette(State(texts): State<Arc<Texts>>, Query(asked): Asked) -> Markup {
    let query = asked.get("q").cloned().unwrap_or_default();
    gallery_palette(&handle(texts, &asked), &query)
}
