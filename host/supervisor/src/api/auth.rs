//! Only requests with the token are let in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use stormcell_protocol::api::ProblemCode;

use super::answer::Refusal;
use super::connections::{Client, Paced};
use super::{ApiState, info};

/// Lets a request through if it has the token, or is for the OpenAPI document.
pub(super) async fn require_token(
    State(state): State<ApiState>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if request.uri().path() == info::OPENAPI {
        return Ok(next.run(request).await);
    }
    let sent = request.headers().get(AUTHORIZATION);
    let token = sent.and_then(|value| bearer(value.as_bytes()));
    match token {
        Some(token) if state.token.is(token) => {
            let client = request.extensions().get::<Arc<Client>>().map(Arc::clone);
            let answer = next.run(request.map(Paced::body));
            Ok(match client {
                Some(client) => client.answer(answer).await,
                None => answer.await,
            })
        }
        _ => Err(Refusal::new(
            ProblemCode::Unauthorized,
            reason(sent.is_some()),
        )),
    }
}

/// The token of `Bearer TOKEN`; the name of the scheme may be written in any case
/// (RFC 9110, 11.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(b"Bearer ".len())?;
    scheme
        .eq_ignore_ascii_case(b"Bearer ")
        .then(|| token.trim_ascii())
}

fn reason(sent: bool) -> String {
    let what = if sent {
        "the header `Authorization` does not have the token of this supervisor"
    } else {
        "the request has no token"
    };
    format!(
        "{what}: send `Authorization: Bearer TOKEN` with what is in the file `token` of its data \
         folder"
    )
}
