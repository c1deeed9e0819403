//! The submissions of a name whose logs are there.

use std::io;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use stormcell_protocol::api::{Problem, Submission};
use stormcell_topology::check_name;

use super::ApiState;
use super::answer::{Document, Refusal, Result, to_its_end};
use super::input::{Name, NameAndNumber};
use crate::blocking::blocking;
use crate::{problem, submissions};

/// The submissions of a name whose logs are there, the earliest first: the topology that is
/// there, and those before it that have ended, as long as their logs are kept.
#[utoipa::path(
    get,
    path = "/v1/topologies/{name}/submissions",
    operation_id = "listSubmissions",
    tag = "topologies",
    params(("name" = String, Path, description = "The topology")),
    responses(
        (status = 200, body = Vec<Submission>, description = "All of them"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there is no such topology, \
            and there are no logs of one"),
        (status = 507, body = Problem, description = "`storage`: they cannot be read"),
    ),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Name(name): Name,
) -> Result<Document<Vec<Submission>>> {
    Ok(Document(StatusCode::OK, of(&state, &name).await?))
}

/// Remove the logs of a submission that has ended, for good.
#[utoipa::path(
    delete,
    path = "/v1/topologies/{name}/submissions/{submission}",
    operation_id = "removeSubmission",
    tag = "topologies",
    params(
        ("name" = String, Path, description = "The topology"),
        ("submission" = u32, Path, description = "Its number"),
    ),
    responses(
        (status = 200, body = Submission, description = "They are removed"),
        (status = 401, body = Problem, description = "`unauthorized`"),
        (status = 404, body = Problem, description = "`not-found`: there are no such logs"),
        (status = 409, body = Problem, description = "`conflict`: it is the topology that is \
            there"),
        (status = 422, body = Problem, description = "`invalid`: that is not a number"),
        (status = 507, body = Problem, description = "`storage`: they cannot be removed"),
    ),
)]
pub(super) async fn remove(
    State(state): State<ApiState>,
    NameAndNumber(name, number): NameAndNumber,
) -> Result<Document<Submission>> {
    let all = of(&state, &name).await?;
    let found = which(&name, &all, Some(number))?.clone();
    if found.current {
        return Err(Refusal(problem::conflict(format!(
            "submission {number} of `{name}` is the topology that is there: its logs can be \
             removed when it was killed"
        ))));
    }
    let (data, submission) = (state.data.clone(), found.submission);
    let work = async move {
        let removed = blocking(move || submissions::remove(&data, &name, submission)).await;
        removed
            .map_err(io::Error::other)
            .flatten()
            .map_err(problem::storage)
    };
    to_its_end(work).await?;
    Ok(Document(StatusCode::OK, found))
}

/// The submissions of a name. Not none.
pub(super) async fn of(state: &ApiState, name: &str) -> Result<Vec<Submission>> {
    let there = Arc::clone(&state.backend).detail(name.to_owned()).await;
    let there = match there {
        // It becomes part of a path.
        Err(problem) if check_name(name).is_err() => return Err(Refusal(problem)),
        there => there,
    };
    let (data, topology) = (state.data.clone(), name.to_owned());
    let listed = blocking(move || submissions::list(&data, &topology)).await;
    let mut all = listed
        .map_err(io::Error::other)
        .flatten()
        .map_err(|error| Refusal(problem::storage(error)))?;
    match there {
        Ok(detail) => {
            let current = detail.summary.submission;
            for one in &mut all {
                one.current = one.submission == current;
            }
            if current != 0 && !all.iter().any(|one| one.current) {
                // Nothing has been written yet.
                all.push(Submission {
                    submission: current,
                    submitted_at: detail.summary.submitted_at,
                    written_at: 0,
                    bytes: 0,
                    current: true,
                });
            }
        }
        Err(problem) if all.is_empty() => return Err(Refusal(problem)),
        Err(_) => {}
    }
    Ok(all)
}

/// The submission that is asked for, or else the one that is there, or else the last.
pub(super) fn which<'a>(
    name: &str,
    all: &'a [Submission],
    asked: Option<u64>,
) -> Result<&'a Submission> {
    let found = match asked {
        Some(number) => all.iter().find(|one| u64::from(one.submission) == number),
        None => all.iter().find(|one| one.current).or(all.last()),
    };
    found.ok_or_else(|| {
        let there: Vec<String> = all.iter().map(|one| one.submission.to_string()).collect();
        let there = match there.is_empty() {
            true => "none".to_owned(),
            false => there.join(", "),
        };
        let wanted = asked.map_or_else(String::new, |number| format!(" {number}"));
        Refusal(problem::not_found(format!(
            "there are no logs of submission{wanted} of `{name}`; there are those of: {there}"
        )))
    })
}
