//! What requests bring with them.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as PathError, MapDeserializer};
use stormcell_protocol::api::ProblemCode;
use stormcell_protocol::api::ranges::{
    Digest, LetterNumber, Name, SubmissionNumber, Text as _, Whole as _,
};
use utoipa::IntoParams;

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
        let start = bytes.trim_ascii_start().first();
        if start.is_none() {
            return Err(Refusal(problem::invalid(
                "the request has no body: expected a JSON object",
            )));
        }
        // serde takes a list for an object as well: its members in order.
        if start == Some(&b'[') {
            return Err(Refusal(problem::invalid(
                "the body is a list: expected a JSON object",
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

/// The path of something of a topology.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct TopologyPath {
    /// The topology.
    #[serde(deserialize_with = "Name::read")]
    #[param(value_type = Name, inline)]
    pub(super) name: String,
}

/// The path of a dead letter.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct LetterPath {
    /// The topology.
    #[serde(deserialize_with = "Name::read")]
    #[param(value_type = Name, inline)]
    pub(super) name: String,
    /// The number of the letter.
    #[serde(deserialize_with = "LetterNumber::read_text")]
    #[param(value_type = LetterNumber, inline)]
    pub(super) number: u64,
}

/// The path of a submission.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SubmissionPath {
    /// The topology.
    #[serde(deserialize_with = "Name::read")]
    #[param(value_type = Name, inline)]
    pub(super) name: String,
    /// The number of the submission.
    #[serde(deserialize_with = "SubmissionNumber::read_text")]
    #[param(value_type = SubmissionNumber, inline)]
    pub(super) submission: u32,
}

/// The path of something of a component file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ComponentPath {
    /// The digest of the file.
    #[serde(deserialize_with = "Digest::read")]
    #[param(value_type = Digest, inline)]
    pub(super) digest: String,
}

/// The variable parts of the path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Refusal> {
        let invalid = |why: String| Refusal(problem::invalid(format!("the path: {why}")));
        let found = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|rejection| invalid(rejection.body_text()))?;
        let found = MapDeserializer::new(found.iter());
        serde_path_to_error::deserialize(found)
            .map(Self)
            .map_err(|error: serde_path_to_error::Error<PathError>| invalid(error.to_string()))
    }
}
