//! Answers: JSON, and what went wrong.

use std::future::Future;

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use stormcell_protocol::api::{Problem, ProblemCode};

use crate::problem;

/// A document, in one line.
pub(super) struct Document<T>(pub(super) StatusCode, pub(super) T);

impl<T: Serialize> IntoResponse for Document<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.1) {
            Ok(mut json) => {
                json.push(b'\n');
                let kind = [(CONTENT_TYPE, "application/json")];
                (self.0, kind, json).into_response()
            }
            Err(error) => {
                Refusal(problem::internal(format!("the answer: {error}"))).into_response()
            }
        }
    }
}

/// What went wrong.
pub(super) struct Refusal(pub(super) Problem);

pub(super) type Result<T, E = Refusal> = std::result::Result<T, E>;

impl Refusal {
    pub(super) fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self(Problem::new(code, message))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = status(&self.0.code);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!("{}", self.0.message);
        }
        let mut response = Document(status, self.0).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"stormcell\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// The HTTP status that goes with a code.
fn status(code: &ProblemCode) -> StatusCode {
    match code {
        ProblemCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ProblemCode::Unsigned | ProblemCode::NotAllowed => StatusCode::FORBIDDEN,
        ProblemCode::NotFound => StatusCode::NOT_FOUND,
        ProblemCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ProblemCode::Exists
        | ProblemCode::Conflict
        | ProblemCode::Busy
        | ProblemCode::MissingSecrets => StatusCode::CONFLICT,
        ProblemCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemCode::Storage => StatusCode::INSUFFICIENT_STORAGE,
        ProblemCode::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Brings it to its end, also if the client goes away: dropping this only stops the
/// waiting.
pub(super) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T> {
    match tokio::spawn(work).await {
        Ok(result) => result.map_err(Refusal),
        Err(error) => Err(Refusal(problem::internal(format!(
            "the request was not brought to its end, which is a bug of stormcell: {error}"
        )))),
    }
}
