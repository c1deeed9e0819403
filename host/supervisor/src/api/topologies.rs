//! Topologies: submitting, looking at and killing them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{AppendHeaders, IntoResponse};
use stormcell_protocol::api::{
    KeptState, Kill, Killed, Problem, Submit, Submitted, TopologyDetail, TopologySummary,
};

use super::ApiState;
use super::answer::{Document, Result, to_its_end};
use super::input::{Json, Path, Query, TopologyPath};

/// All topologies, by name.
#[utoipa::path(
    get,
    path = "/v1/topologies",
    operation_id = "listTopologies",
    tag = "topologies",
    responses(
        (status = 200, body = Vec<TopologySummary>, description = "All topologies"),
        (status = 401, body = Problem, description = "`unauthorized`"),
    ),
)]
pub(super) async fn list(State(state): State<ApiState>) -> Document<Vec<TopologySummary>> {
    Document(StatusCode::OK, state.backend.list().await)
}

/// Submit a topology. Its component files must be there: upload them first.
///
/// It is stored durably before the answer.
#[utoipa::path(
    post,
    path = "/v1/topologies",
    operation_id = "submitTopology",
    tag = "topologies",
    request_body = Submit,
    responses(
        (status = 201, body = Submitted, description = "It starts", headers(
            ("Location" = String, description = "Its path"),
        )),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 403, body = Problem, description = "`unsigned`: this supervisor runs only \
            component files that a key it trusts has signed"),
        (status = 409, body = Problem, description = "`exists`: there is one with this name; \
            `conflict`: it cannot start as things are, or its tasks may use more memory than \
            a worker has; `missing-secrets`: it refers to secrets that the supervisor does not \
            have"),
        (status = 413, body = Problem, description = "`too-large`: the document is over 4 MiB"),
        (status = 422, body = Problem, description = "`invalid`: the request or the topology \
            file has mistakes; `diagnostics` has those of the file"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn submit(
    State(state): State<ApiState>,
    Json(submit): Json<Submit>,
) -> Result<impl IntoResponse> {
    let submitted: Submitted = to_its_end(state.backend.submit(submit)).await?;
    let path = format!("/v1/topologies/{}", submitted.topology.name);
    Ok((
        AppendHeaders([(LOCATION, path)]),
        Document(StatusCode::CREATED, submitted),
    ))
}

/// One topology: its workers, tasks, report and deployments.
#[utoipa::path(
    get,
    path = "/v1/topologies/{name}",
    operation_id = "showTopology",
    tag = "topologies",
    params(TopologyPath),
    responses(
        (status = 200, body = TopologyDetail, description = "The topology"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology"),
    ),
)]
pub(super) async fn show(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
) -> Result<Document<TopologyDetail>> {
    let detail = state.backend.detail(name).await?;
    Ok(Document(StatusCode::OK, detail))
}

/// Kill a topology: its spouts stop, rows in flight settle, and it is removed.
///
/// Answered at once; it is gone when `GET` says `not-found`. What its tasks keep (grant
/// `state`) stays, or with `remove_state` is gone by then as well.
#[utoipa::path(
    delete,
    path = "/v1/topologies/{name}",
    operation_id = "killTopology",
    tag = "topologies",
    params(TopologyPath, Kill),
    responses(
        (status = 202, body = Killed, description = "It is being drained"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology"),
        (status = 409, body = Problem, description = "`conflict`: it is about to be gone"),
        (status = 422, body = Problem, description = "`invalid`: a parameter is wrong"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn kill(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
    Query(kill): Query<Kill>,
) -> Result<Document<Killed>> {
    let killed = to_its_end(state.backend.kill(name, kill)).await?;
    Ok(Document(StatusCode::ACCEPTED, killed))
}

/// Remove what the tasks of a topology kept (grant `state`) that there is no more.
///
/// What the tasks of one that is there keep is removed when it is killed with
/// `remove_state`.
#[utoipa::path(
    delete,
    path = "/v1/topologies/{name}/state",
    operation_id = "removeState",
    tag = "topologies",
    params(TopologyPath),
    responses(
        (status = 200, body = KeptState, description = "It is removed"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: nothing is kept under this \
            name"),
        (status = 409, body = Problem, description = "`conflict`: there is a topology of this \
            name"),
        (status = 507, body = Problem, description = "`storage`: it cannot be removed: all of \
            it is there, or nothing"),
    ),
)]
pub(super) async fn remove_state(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
) -> Result<Document<KeptState>> {
    let removed = to_its_end(state.backend.remove_state(name)).await?;
    Ok(Document(StatusCode::OK, removed))
}
