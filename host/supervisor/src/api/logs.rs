//! What the components and the workers of a topology wrote.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use stormcell_protocol::api::{LogLine, LogQuery, Problem};

use super::answer::Result;
use super::input::{Name, Query};
use super::{ApiState, submissions};
use crate::logs;

/// What the components and the workers of a topology wrote, and what the supervisor
/// wrote about it: one JSON document a line, by time.
///
/// Logs belong to a submission. Those of one that has ended can be read until they are removed,
/// or others are newer.
///
/// With `follow`, lines that are written later come as they are written, and the
/// connection stays open.
#[utoipa::path(
    get,
    path = "/v1/topologies/{name}/logs",
    operation_id = "readLogs",
    tag = "topologies",
    params(("name" = String, Path, description = "The topology"), LogQuery),
    responses(
        (
            status = 200,
            body = LogLine,
            content_type = "application/x-ndjson",
            description = "Lines, each a JSON document"
        ),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology or \
            submission, and there are no logs of one"),
        (status = 422, body = Problem, description = "`invalid`: a parameter is wrong"),
        (status = 507, body = Problem, description = "`storage`: the logs cannot be read"),
    ),
)]
pub(super) async fn logs(
    State(state): State<ApiState>,
    Name(name): Name,
    Query(query): Query<LogQuery>,
) -> Result<impl IntoResponse> {
    let all = submissions::of(&state, &name).await?;
    let submission = submissions::which(&name, &all, query.submission.map(u64::from))?.submission;
    let backend = state.backend;
    let topology = name.clone();
    let is_there = move || {
        let topologies = Arc::clone(&backend).list();
        let topology = topology.clone();
        async move {
            let topologies = topologies.await;
            let mut same = topologies.iter().filter(|other| other.name == topology);
            same.any(|other| other.submission == submission)
        }
    };
    let lines = logs::stream(
        &state.data,
        &name,
        submission,
        query,
        is_there,
        state.ending,
    );
    let head = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((head, Body::from_stream(lines)))
}
