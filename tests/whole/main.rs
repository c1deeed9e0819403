//! Whole-program tests: real components in every language, the real binary.
#![expect(clippy::unwrap_used, reason = "tests")]

mod cluster;
mod conformance;
mod sdks;
mod support;
mod topologies;
