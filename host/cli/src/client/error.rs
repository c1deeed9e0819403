//! Why a supervisor did not do what it was asked to do.

use std::io;

use stormcell_protocol::api::{Problem, ProblemCode};
use ureq::http::StatusCode;

use super::endpoint::{Address, Endpoint};
use crate::failure::Failure;
use crate::status::Status;

/// Why there is no answer, or no good one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClientError {
    /// Nobody listens, or nobody answers in time. The request may have been heard
    /// only if it says so.
    Absent(String),
    /// The connection ended in the middle of an answer.
    Lost(String),
    /// The token is wrong.
    Unauthorized(String),
    /// What leads to the supervisor cannot be read.
    Denied(String),
    /// The supervisor says no, with this status.
    Refused(Problem, StatusCode),
    /// Something that cannot be: a defect, or not a supervisor.
    Broken(String),
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

impl ClientError {
    /// There is no supervisor at a place.
    pub(super) fn absent(endpoint: &Endpoint, why: Option<&str>) -> Self {
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        Self::Absent(match endpoint {
            Endpoint::Data(data) => {
                let data = data.path().display();
                format!(
                    "no supervisor answers at {data}{why}: start one with `stormcell serve --data {data}`"
                )
            }
            Endpoint::Url(address) => format!(
                "no supervisor answers at {}{why}: start one there with `stormcell serve`, or \
                 name another with --data or --server",
                address.url
            ),
        })
    }

    /// There is nothing at a path.
    pub(super) fn not_found(path: &str) -> Self {
        let message = format!("the supervisor has no {path}");
        let problem = Problem::new(ProblemCode::NotFound, message);
        Self::Refused(problem, StatusCode::NOT_FOUND)
    }

    /// The token is not that of the supervisor.
    pub(super) fn unauthorized(endpoint: &Endpoint) -> Self {
        Self::Unauthorized(match endpoint {
            Endpoint::Data(data) => format!(
                "the supervisor does not accept the token in {}: it may serve another data \
                 folder; name that with --data",
                data.token().display()
            ),
            Endpoint::Url(address) => format!(
                "the supervisor at {} does not accept the token: set STORMCELL_TOKEN to the \
                 content of the file `token` in its data folder",
                address.url
            ),
        })
    }

    /// A request that could not be sent, or was not answered.
    pub(super) fn of_transport(error: ureq::Error, endpoint: &Endpoint, at: &Address) -> Self {
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed => Self::absent(endpoint, Some(&error.to_string())),
            ureq::Error::Timeout(_) => Self::Absent(format!(
                "the supervisor at {} does not answer: look whether it hangs; what was asked may \
                 yet be done",
                at.url
            )),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => Self::absent(endpoint, None),
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof => Self::Lost(format!(
                    "the supervisor at {} ended the connection: {error}",
                    at.url
                )),
                _ => Self::absent(endpoint, Some(&error.to_string())),
            },
            error => Self::Broken(format!("{}: {error}", at.url)),
        }
    }

    /// Whether there is no topology, or no other thing, of that name.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(problem, _) if problem.code == ProblemCode::NotFound)
    }

    /// Whether it may be otherwise in a moment, as when a supervisor is started again.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Absent(_) | Self::Lost(_))
    }
}

/// What a problem comes to whose code only later versions know.
fn of_later(answered: StatusCode) -> Status {
    match answered {
        StatusCode::FORBIDDEN => Status::NoPermission,
        StatusCode::NOT_FOUND => Status::NoInput,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => Status::BadData,
        answered if answered.is_client_error() => Status::Failed,
        _ => Status::Internal,
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let (status, message) = match error {
            ClientError::Absent(message) | ClientError::Lost(message) => {
                (Status::Unavailable, message)
            }
            ClientError::Unauthorized(message) | ClientError::Denied(message) => {
                (Status::NoPermission, message)
            }
            ClientError::Broken(message) => (Status::Internal, message),
            ClientError::Interrupted => (Status::Interrupted, "interrupted".to_owned()),
            ClientError::Refused(problem, answered) => {
                let status = match problem.code {
                    ProblemCode::Invalid | ProblemCode::TooLarge => Status::BadData,
                    ProblemCode::NotFound => Status::NoInput,
                    ProblemCode::Unauthorized | ProblemCode::Unsigned | ProblemCode::NotAllowed => {
                        Status::NoPermission
                    }
                    ProblemCode::Exists
                    | ProblemCode::Busy
                    | ProblemCode::Conflict
                    | ProblemCode::MissingSecrets => Status::Failed,
                    ProblemCode::Other(_) => of_later(answered),
                    _ => Status::Internal,
                };
                return Self::refused(status, problem);
            }
        };
        Self::new(status, message)
    }
}
