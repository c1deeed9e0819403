//! The supervisor itself, and this API.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use stormcell_protocol::api::{Problem, Server};

use super::ApiState;
use super::answer::Document;

/// The path of the OpenAPI document, which is given without the token.
pub(super) const OPENAPI: &str = "/v1/openapi.json";

/// The supervisor: its version, process and data folder.
#[utoipa::path(
    get,
    path = "/v1/server",
    operation_id = "showServer",
    tag = "supervisor",
    responses(
        (status = 200, body = Server, description = "The supervisor"),
        (status = 401, body = Problem, description = "`unauthorized`: the token is missing or wrong"),
    ),
)]
pub(super) async fn server(State(state): State<ApiState>) -> Document<Server> {
    Document(
        StatusCode::OK,
        Server {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            data: state.data.path().display().to_string(),
            uptime_seconds: state.started.elapsed().as_secs(),
        },
    )
}

/// This document. Needs no token.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "showOpenApi",
    tag = "supervisor",
    security(()),
    responses((status = 200, content_type = "application/json", description = "OpenAPI 3.1")),
)]
pub(super) async fn openapi() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(super::openapi_json);
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str())
}
