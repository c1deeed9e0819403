//! Component files, by digest.

use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::header::EXPECT;
use axum::http::{HeaderMap, StatusCode};
use futures_util::TryStreamExt;
use stormcell_protocol::api::{ComponentSignature, Problem, ProblemCode, Signed, Uploaded};
use stormcell_topology::units::Size;
use tokio::io::AsyncReadExt;
use tokio_util::io::StreamReader;

use super::answer::{Document, Refusal, Result};
use super::input::{ComponentPath, Json, Path};
use super::{ApiState, ComponentBody};
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
    params(ComponentPath),
    responses(
        (status = 200, description = "It is there"),
        (status = 401, description = "The token is missing or wrong"),
        (status = 404, description = "It is not there"),
        (status = 422, description = "That is not a digest"),
    ),
)]
pub(super) async fn has(
    State(state): State<ApiState>,
    Path(ComponentPath { digest }): Path<ComponentPath>,
) -> Result<StatusCode> {
    if state.backend.has_component(&digest).await? {
        Ok(StatusCode::OK)
    } else {
        Err(problem::not_found(format!("there is no component file {digest}")).into())
    }
}

/// Keep a signature of a component file, which need not be there yet.
#[utoipa::path(
    put,
    path = "/v1/components/{digest}/signature",
    operation_id = "putSignature",
    tag = "components",
    params(ComponentPath),
    request_body = ComponentSignature,
    responses(
        (status = 200, body = Signed, description = "It is kept, if its key is trusted here"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 403, body = Problem, description = "`unsigned`: it is wrong, or the \
            supervisor asks for signatures and does not trust its key"),
        (status = 422, body = Problem, description = "`invalid`"),
        (status = 507, body = Problem, description = "`storage`: it could not be written"),
    ),
)]
pub(super) async fn sign(
    State(state): State<ApiState>,
    Path(ComponentPath { digest }): Path<ComponentPath>,
    Json(signature): Json<ComponentSignature>,
) -> Result<Document<Signed>> {
    let signed = state.backend.put_signature(&digest, signature).await?;
    Ok(Document(StatusCode::OK, signed))
}

/// Upload a component file.
///
/// It is kept durably before the answer. A file that is there already is not read again.
#[utoipa::path(
    put,
    path = "/v1/components/{digest}",
    operation_id = "putComponent",
    tag = "components",
    params(ComponentPath),
    request_body(content = inline(File), content_type = "application/wasm", description = "The file"),
    responses(
        (status = 200, body = Uploaded, description = "It was there already"),
        (status = 201, body = Uploaded, description = "It is new"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 413, body = Problem, description = "`too-large`: over the limit `component-size`, 256 MiB unless `serve` was told another"),
        (status = 422, body = Problem, description = "`invalid`: the digest is not that of the \
            body, or the body broke off"),
        (status = 507, body = Problem, description = "`storage`: it could not be written"),
    ),
)]
pub(super) async fn put(
    State(state): State<ApiState>,
    path: Result<Path<ComponentPath>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Document<Uploaded>> {
    let most = state.backend.component_size();
    let announced = body.size_hint().lower();
    let stream = body.into_data_stream().map_err(std::io::Error::other);
    let mut body: ComponentBody = Box::new(StreamReader::new(stream));
    let result = match path {
        Err(refusal) => Err(refusal),
        Ok(_) if announced > most => Err(too_large(most)),
        Ok(Path(ComponentPath { digest })) => {
            let put = state.backend.put_component(&digest, &mut body).await;
            put.map(|new| Uploaded { digest, new })
                .map_err(Refusal::from)
        }
    };
    if !headers.contains_key(EXPECT) {
        // What goes wrong here is told by what went wrong before, or does not matter.
        let _ = tokio::io::copy(&mut body.take(UNWANTED), &mut tokio::io::sink()).await;
    }
    let uploaded = result?;
    let status = if uploaded.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Document(status, uploaded))
}

fn too_large(most: u64) -> Refusal {
    let most = Size::new(most);
    let message = format!(
        "the component file is too large: the limit `component-size` is {most}; build it \
         optimised and without debug information, or serve with more --component-size"
    );
    Refusal::new(ProblemCode::TooLarge, message)
}
