//! Topologies of real components, run by the runtime.
//!
//! The components are in `tests/guests`, each as small as its part. Most topologies
//! run on one thread and on a clock that stands still while anything can be done
//! and else jumps to the next timer (Storm's `SimulatedTime`), so that time-outs
//! take no time and are exact; those about parallel work run on threads
//! ([`harness`]). Storm's own tests are named where one is the model
//! (`TopologyIntegrationTest`).

pub(crate) mod acking;
mod basic;
mod changes;
mod cycles;
mod dead_letters;
mod ends_in_time;
mod failing_rows;
mod faults;
mod groupings;
mod harness;
mod many_tasks;
mod pressure;
mod quarantine;
mod replay_only;
mod slow_rows;
mod state;
mod stopping;
mod ticks;
mod timeouts;
mod traps;
