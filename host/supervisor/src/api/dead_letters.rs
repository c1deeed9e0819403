//! Dead letters: rows that could not be processed.
//!
//! They are in files that workers write to, and are there for as long as nobody drops them,
//! also of topologies that were killed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use stormcell_dead_letters::{Folder, RequestError};
use stormcell_protocol::api::Problem;
use stormcell_protocol::dead_letter::{
    DroppedLetters, LetterList, LetterQuery, LetterStore, ReplayRequested, StoredLetter,
    WhichLetters,
};
use stormcell_topology::check_name;

use super::ApiState;
use super::answer::{Document, Result, to_its_end};
use super::input::{Json, LetterPath, Path, Query, TopologyPath};
use crate::blocking::blocking;
use crate::problem;

/// How many letters are listed if nobody says how many.
const LISTED: u32 = 50;
/// No more bytes of letters are listed at a time, but for the first one.
const BYTES: u64 = 16 << 20;

/// How many dead letters each topology has that has a store of them, by name.
#[utoipa::path(
    get,
    path = "/v1/dead-letters",
    operation_id = "listDeadLetterStores",
    tag = "dead letters",
    responses(
        (status = 200, body = Vec<LetterStore>, description = "All stores, and how much is in them"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 507, body = Problem, description = "`storage`: they cannot be read"),
    ),
)]
pub(super) async fn stores(State(state): State<ApiState>) -> Result<Document<Vec<LetterStore>>> {
    done(&state, |letters| letters.stores()).await
}

/// The newest dead letters of a topology, the newest first.
#[utoipa::path(
    get,
    path = "/v1/dead-letters/{name}",
    operation_id = "listDeadLetters",
    tag = "dead letters",
    params(TopologyPath, LetterQuery),
    responses(
        (status = 200, body = LetterList, description = "The newest letters"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology, \
            and there are no letters of it"),
        (status = 422, body = Problem, description = "`invalid`: a parameter is wrong"),
        (status = 507, body = Problem, description = "`storage`: they cannot be read"),
    ),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
    Query(query): Query<LetterQuery>,
) -> Result<Document<LetterList>> {
    let limit = query.limit.unwrap_or(LISTED);
    known(&state, &name).await?;
    done(&state, move |letters| {
        letters.letters(&name, query.before, limit as usize, BYTES)
    })
    .await
}

/// One dead letter: its row, what happened, and where.
#[utoipa::path(
    get,
    path = "/v1/dead-letters/{name}/{number}",
    operation_id = "showDeadLetter",
    tag = "dead letters",
    params(LetterPath),
    responses(
        (status = 200, body = StoredLetter, description = "The letter"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology or \
            letter"),
        (status = 422, body = Problem, description = "`invalid`: that is not a number"),
        (status = 507, body = Problem, description = "`storage`: it cannot be read"),
    ),
)]
pub(super) async fn show(
    State(state): State<ApiState>,
    Path(LetterPath { name, number }): Path<LetterPath>,
) -> Result<Document<StoredLetter>> {
    known(&state, &name).await?;
    done(&state, move |letters| letters.letter(&name, number)).await
}

/// Have the rows of dead letters processed once more.
///
/// Each is given to the task that it is a letter of, within a second if the topology runs. A
/// topology that has finished runs once more for them, with the components and grants that it
/// had, and its spouts emit nothing else; one that is inactive does it as it is. A letter whose
/// row is processed is gone; one that fails again stays, and `last_replay` says why. How many
/// there were of each is in `replayed_letters` of the topology.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/{name}/replay",
    operation_id = "replayDeadLetters",
    tag = "dead letters",
    params(TopologyPath),
    request_body = WhichLetters,
    responses(
        (status = 200, body = ReplayRequested, description = "They are asked for"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology or \
            letter; nothing was done"),
        (status = 409, body = Problem, description = "`conflict`: no task could be given them, \
            because the topology was killed or its components are missing; nothing was done"),
        (status = 422, body = Problem, description = "`invalid`"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn replay(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
    Json(which): Json<WhichLetters>,
) -> Result<Document<ReplayRequested>> {
    known(&state, &name).await?;
    Arc::clone(&state.backend).may_replay(name.clone()).await?;
    let asked_of = name.clone();
    let asked = done(&state, move |letters| letters.replay(&name, &which)).await?;
    state.backend.letters_asked(&asked_of);
    Ok(asked)
}

/// Forget dead letters, for good.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/{name}/drop",
    operation_id = "dropDeadLetters",
    tag = "dead letters",
    params(TopologyPath),
    request_body = WhichLetters,
    responses(
        (status = 200, body = DroppedLetters, description = "They are removed"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology or \
            letter; nothing was done"),
        (status = 422, body = Problem, description = "`invalid`"),
        (status = 507, body = Problem, description = "`storage`: it could not be stored"),
    ),
)]
pub(super) async fn drop_letters(
    State(state): State<ApiState>,
    Path(TopologyPath { name }): Path<TopologyPath>,
    Json(which): Json<WhichLetters>,
) -> Result<Document<DroppedLetters>> {
    known(&state, &name).await?;
    done(&state, move |letters| letters.drop_letters(&name, &which)).await
}

/// That there is such a topology, or letters of it. A name becomes part of a path: it is
/// looked at before.
async fn known(state: &ApiState, name: &str) -> Result<()> {
    let there = check_name(name).is_ok() && {
        let letters = Folder::new(state.data.dead_letters());
        let store = letters.store(name).path().to_owned();
        blocking(move || store.exists()).await.unwrap_or(false)
    };
    if !there {
        Arc::clone(&state.backend).detail(name.to_owned()).await?;
    }
    Ok(())
}

/// Does something with the letters, to its end.
async fn done<T: Send + 'static>(
    state: &ApiState,
    work: impl FnOnce(&Folder) -> Result<T, RequestError> + Send + 'static,
) -> Result<Document<T>> {
    let letters = Folder::new(state.data.dead_letters());
    let work = async move {
        match blocking(move || work(&letters)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(refused(&error)),
            Err(error) => Err(problem::internal(error)),
        }
    };
    Ok(Document(StatusCode::OK, to_its_end(work).await?))
}

fn refused(error: &RequestError) -> Problem {
    match error {
        RequestError::Missing { .. } => problem::not_found(error),
        RequestError::Which => problem::invalid(error),
        RequestError::Folder { .. } | RequestError::Store(_) => problem::storage(error),
    }
}
