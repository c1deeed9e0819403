//! What requests bring with them.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use stormcell_protocol::api::ProblemCode;

use super::ApiState;
use super::answer::Refusal;
use crate::problem;

/// How large the JSON document of a request may be, in bytes.
pub(super) const DOCUMENT: usize = 4 << 20;

/// A JSON document. Its content type is not looked at, so `curl -d` does.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(unreadable)?;
        if bytes.trim_ascii().is_empty() {
            return Err(Refusal(problem::invalid(
                "the request has no body: expected a JSON object",
            )));
        }
        match axum::Json::from_bytes(&bytes) {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(Refusal(problem::invalid(rejection.body_text()))),
        }
    }
}

fn unreadable(rejection: BytesRejection) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!("the body is too large: at most {DOCUMENT} bytes");
        return Refusal::new(ProblemCode::TooLarge, message);
    }
    Refusal(problem::invalid(rejection.body_text()))
}

/// The parameters after `?`.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Refusal> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection: QueryRejection| Refusal(problem::invalid(rejection.body_text())))
    }
}

/// The variable part of the path.
pub(super) struct Name(pub(super) String);

impl FromRequestParts<ApiState> for Name {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Refusal> {
        path(parts, state).await.map(Self)
    }
}

/// The variable parts of the path: a name and a number.
pub(super) struct NameAndNumber(pub(super) String, pub(super) u64);

impl FromRequestParts<ApiState> for NameAndNumber {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Refusal> {
        let (name, number) = path(parts, state).await?;
        Ok(Self(name, number))
    }
}

async fn path<T: DeserializeOwned + Send>(
    parts: &mut Parts,
    state: &ApiState,
) -> Result<T, Refusal> {
    axum::extract::Path::from_request_parts(parts, state)
        .await
        .map(|axum::extract::Path(value)| value)
        .map_err(|rejection: PathRejection| Refusal(problem::invalid(rejection.body_text())))
}
