//! The HTTP API, version 1: how clients use a [`Supervisor`](crate::Supervisor).
//! What it offers is in `docs/http-api.md` and, for programs, in `docs/openapi.json`,
//! which is made from this code.
//!
//! | module | owns |
//! |---|---|
//! | `server` | listening, and the end of it |
//! | `connections` | the connections of clients |
//! | [`token`] | the token that every request must carry |
//! | `routes` | which handler answers which path; the OpenAPI document |
//! | `backend` | what the API needs of a supervisor |
//! | `input`, `answer` | requests and answers, mistakes included |
//! | `topologies`, `changes`, `dead_letters`, `components`, `logs`, `submissions`, `info` | the handlers |
//!
//! Invariants:
//! - nothing but the OpenAPI document is told to, or done for, a request without the token;
//! - every answer that is not a success has a [`Problem`](stormcell_protocol::api::Problem)
//!   as its body;
//! - what a request began is brought to its end, also if the client goes away meanwhile;
//!   only an upload ends with its connection;
//! - no request takes more than a bounded amount of memory.

mod answer;
mod auth;
mod backend;
mod changes;
mod components;
mod connections;
mod dead_letters;
mod error;
mod info;
mod input;
mod logs;
mod openapi;
mod routes;
mod server;
mod submissions;
pub mod token;
mod topologies;

pub use backend::{Backend, ComponentBody};
pub use error::ApiError;
pub use server::{Api, ApiConfig, ApiState};

/// The OpenAPI document of this version, as `GET /v1/openapi.json` gives it.
pub fn openapi_json() -> String {
    openapi::text(routes::routes().into_openapi())
}

#[cfg(test)]
mod tests;
