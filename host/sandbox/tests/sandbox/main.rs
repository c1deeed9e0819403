//! The sandbox with real components in it: those of `tests/guests`, built by the
//! first test that needs one.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backtraces;
mod calls;
mod compiling;
mod echo;
mod fairness;
mod grants;
mod http;
mod invalid;
mod limits;
mod loading;
mod logging;
mod nondeterminism;
mod quotas;
mod secrets;
mod state;
mod support;
