#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bodies;
mod components;
mod dead_letters;
mod document;
mod fake;
mod listening;
mod logs;
mod problems;
mod ranges;
mod served;
mod topologies;
