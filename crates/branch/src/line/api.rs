//! The centre's end of the lines over HTTP. Everybody may call; who is not known, or does not prove to be who he says he is,
//! gets a code and nothing else.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::limits::API_FILES_BYTES_MAX;
use metrics::counter;
use serde_json::json;
use spine::Error;
use spine::replica::code as words;
use web::{Access, Answer, App, Failure, Routes};

use crate::hub::Hub;

/// Bytes of an envelope with which a node introduces itself.
const ENROL_BYTES_MAX: usize = 8_192;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/branch/v1/keys", Access::Public, keys)
        .post_up_to("/branch/v1/enrol", Access::Public, ENROL_BYTES_MAX, enrol)
        .post_up_to("/branch/v1/exchange", Access::Public, API_FILES_BYTES_MAX, exchange)
}

fn hub(app: &App) -> Result<Arc<Hub>, Error> {
    app.services.memory.get::<Hub>().ok_or(Error::NotFound)
}

/// `GET /branch/v1/keys`: the centre's public keys. Whether they are its own is told by the code a node enrols with.
async fn keys(State(app): State<Arc<App>>) -> Answer {
    Ok(cbor(words::encode(hub(&app)?.public())?))
}

/// `POST /branch/v1/enrol`.
async fn enrol(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let hub = hub(&app)?;
    told(hub.enrol(&body).await)
}

/// `POST /branch/v1/exchange`.
async fn exchange(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let hub = hub(&app)?;
    told(hub.exchange(&body).await)
}

fn told(outcome: Result<Vec<u8>, Error>) -> Answer {
    match outcome {
        Ok(answer) => Ok(cbor(answer)),
        Err(Error::Refused(refusals)) => {
            let code = refusals.0.first().map_or("refused", |r| r.code.as_str());
            counter!("tessera_branch_refused_total").increment(1);
            let status = match code {
                "branch-busy" => StatusCode::TOO_MANY_REQUESTS,
                "branch-envelope-broken" | "branch-message-broken" => StatusCode::BAD_REQUEST,
                _ => StatusCode::FORBIDDEN,
            };
            let body = json!({ "code": code }).to_string();
            Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
        }
        Err(error) => Err(Failure::from(error)),
    }
}

fn cbor(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/cbor")], body).into_response()
}
