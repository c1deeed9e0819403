//! The life of a topology, against workers that do what a test wants of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cluster;
mod counting;
mod deploying;
mod finishing;
mod process;
mod random;
mod rebalancing;
mod stopping;
mod topology;
mod working;
