//! Changes of a running topology.

use axum::extract::State;
use axum::http::StatusCode;
use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{Deploy, PlanChange, Problem, Rebalance, Rollback, TopologySummary};
use stormcell_protocol::record::Deployment;

use super::ApiState;
use super::answer::{Document, Refusal, Result, to_its_end};
use super::input::{Json, Path, TopologyPath};
use crate::problem;

/// Let the spouts of a topology emit.
#[utoipa::path(
    post,
    path = "/v1/topologies/{name}/activate",
    tag = "topologies",
    params(TopologyPath),
    responses(
        (status = 200, body = TopologySummary, description = "It is active"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology"),
        (status = 409, body = Problem, description = "`conflict`: it is being killed"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn activate(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
) -> Result<Document<TopologySummary>> {
    let answer = to_its_end(state.backend.command(name, Command::Activate)).await?;
    Ok(Document(StatusCode::OK, summary(answer)?))
}

/// Let the spouts of a topology not emit; bolts go on with what is in flight.
#[utoipa::path(
    post,
    path = "/v1/topologies/{name}/deactivate",
    tag = "topologies",
    params(TopologyPath),
    responses(
        (status = 200, body = TopologySummary, description = "It is not active"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology"),
        (status = 409, body = Problem, description = "`conflict`: it is being killed"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn deactivate(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
) -> Result<Document<TopologySummary>> {
    let answer = to_its_end(state.backend.command(name, Command::Deactivate)).await?;
    Ok(Document(StatusCode::OK, summary(answer)?))
}

/// Change the number of workers or tasks, or say what that would change.
///
/// Answered when every worker works by the new plan, or when the old one stays in force.
#[utoipa::path(
    post,
    path = "/v1/topologies/{name}/rebalance",
    tag = "topologies",
    params(TopologyPath),
    request_body = Rebalance,
    responses(
        (status = 200, body = PlanChange, description = "What has changed, or would"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology"),
        (status = 409, body = Problem, description = "`busy`: another change is under way; \
            `conflict`: rows did not settle in time, a worker is down, or tasks would not fit the \
            memory of their worker; `missing-secrets`: the topology refers to secrets that the \
            supervisor does not have. Nothing has changed."),
        (status = 422, body = Problem, description = "`invalid`"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn rebalance(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
    Json(rebalance): Json<Rebalance>,
) -> Result<Document<PlanChange>> {
    let command = Command::Rebalance(rebalance);
    match to_its_end(state.backend.command(name, command)).await? {
        Answer::Plan(change) => Ok(Document(StatusCode::OK, *change)),
        other => Err(unexpected(&other)),
    }
}

/// Give a spout or bolt another component file, which must be there: upload it first.
///
/// Answered when the first tasks run it, or cannot; how it goes on is in `deployments`
/// of the topology.
#[utoipa::path(
    post,
    path = "/v1/topologies/{name}/deploy",
    tag = "topologies",
    params(TopologyPath),
    request_body = Deploy,
    responses(
        (status = 200, body = Deployment, description = "It has begun"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 403, body = Problem, description = "`unsigned`: this supervisor runs only \
            component files that a key it trusts has signed; `not-allowed`: the file asks for \
            more than the one that runs, which `allow` does not allow"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology, \
            spout or bolt, or component file"),
        (status = 409, body = Problem, description = "`busy`: another change is under way; \
            `conflict`: not as things are"),
        (status = 422, body = Problem, description = "`invalid`: the file does not fit; \
            `diagnostics` says why"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn deploy(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
    Json(deploy): Json<Deploy>,
) -> Result<Document<Deployment>> {
    let deployment = to_its_end(state.backend.deploy(name, deploy)).await?;
    Ok(Document(StatusCode::OK, deployment))
}

/// Give a spout or bolt the component file that it ran before its last deployment.
#[utoipa::path(
    post,
    path = "/v1/topologies/{name}/rollback",
    tag = "topologies",
    params(TopologyPath),
    request_body = Rollback,
    responses(
        (status = 200, body = Deployment, description = "It has begun"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 403, body = Problem, description = "`unsigned`: this supervisor runs only \
            component files that a key it trusts has signed"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology, \
            spout or bolt, or nothing was deployed"),
        (status = 409, body = Problem, description = "`busy`: another change is under way; \
            `conflict`: not as things are"),
        (status = 422, body = Problem, description = "`invalid`"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn rollback(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
    Json(rollback): Json<Rollback>,
) -> Result<Document<Deployment>> {
    let deployment = to_its_end(state.backend.rollback(name, rollback)).await?;
    Ok(Document(StatusCode::OK, deployment))
}

/// The topology of an answer that must be one.
pub(super) fn summary(answer: Answer) -> Result<TopologySummary> {
    match answer {
        Answer::Topology(summary) => Ok(*summary),
        other => Err(unexpected(&other)),
    }
}

fn unexpected(answer: &Answer) -> Refusal {
    Refusal(problem::internal(format!(
        "the topology gave an answer to another command, which is a bug of stormcell: {answer:?}"
    )))
}
