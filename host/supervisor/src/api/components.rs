//! Component files, by digest.

use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::header::EXPECT;
use axum::http::{HeaderMap, StatusCode};
use futures_util::TryStreamExt;
use stormcell_protocol::api::{Problem, Uploaded};
use tokio::io::AsyncReadExt;
use tokio_util::io::StreamReader;

use super::answer::{Document, Refusal, Result};
use super::input::Name;
use super::{ApiState, ComponentBody};
use crate::components::MAX_COMPONENT;
use crate::problem;

/// How much of a body that nobody wants is taken in, in bytes, so that the client reads
/// the answer instead of failing to send. A client that asked whether to send
/// (`Expect: 100-continue`) waits for the answer anyway.
const UNWANTED: u64 = 64 << 20;

/// The bytes of a component file, for the OpenAPI document.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(
    dead_code,
    reason = "a name for bytes that are never held as one value"
)]
struct File(Vec<u8>);

/// Whether there is a component file.
#[utoipa::path(
    head,
    path = "/v1/components/{digest}",
    operation_id = "hasComponent",
    tag = "components",
    params(("digest" = String, Path, description = "`sha256:` and 64 hexadecimal digits")),
    responses(
        (status = 200, description = "It is there"),
        (status = 401, description = "The token is missing or wrong"),
        (status = 404, description = "It is not there"),
        (status = 422, description = "That is not a digest"),
    ),
)]
pub(super) async fn has(State(state): State<ApiState>, Name(digest): Name) -> Result<StatusCode> {
    if state.backend.has_component(&digest).await? {
        Ok(StatusCode::OK)
    } else {
        Err(problem::not_found(format!("there is no component file {digest}")).into())
    }
}

/// Upload a component file.
///
/// It is kept durably before the answer. A file that is there already is not read again.
#[utoipa::path(
    put,
    path = "/v1/components/{digest}",
    operation_id = "putComponent",
    tag = "components",
    params(("digest" = String, Path, description = "`sha256:` and 64 hexadecimal digits: the \
        SHA-256 of the body")),
    request_body(content = inline(File), content_type = "application/wasm", description = "The file"),
    responses(
        (status = 200, body = Uploaded, description = "It was there already"),
        (status = 201, body = Uploaded, description = "It is new"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 413, body = Problem, description = "`too-large`: over 256 MiB"),
        (status = 422, body = Problem, description = "`invalid`: the digest is not that of the \
            body, or the body broke off"),
        (status = 507, body = Problem, description = "`storage`: it could not be written"),
    ),
)]
pub(super) async fn put(
    State(state): State<ApiState>,
    Name(digest): Name,
    headers: HeaderMap,
    body: Body,
) -> Result<Document<Uploaded>> {
    if body.size_hint().lower() > MAX_COMPONENT {
        let most = MAX_COMPONENT >> 20;
        let message = format!("the component file is too large: at most {most} MiB");
        return Err(Refusal::new("too-large", message));
    }
    let stream = body.into_data_stream().map_err(std::io::Error::other);
    let mut body: ComponentBody = Box::new(StreamReader::new(stream));
    let result = state.backend.put_component(&digest, &mut body).await;
    if !headers.contains_key(EXPECT) {
        // What goes wrong here is told by what went wrong before, or does not matter.
        let _ = tokio::io::copy(&mut body.take(UNWANTED), &mut tokio::io::sink()).await;
    }
    let new = result?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Document(status, Uploaded { digest, new }))
}
