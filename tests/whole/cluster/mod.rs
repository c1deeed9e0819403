//! Whole clusters in one process: a real supervisor and real workers on a paused clock,
//! over a network in memory.
//!
//! Everything is what `stormcell serve` and `stormcell worker` run, but for two things:
//! connections are [`stormcell_links::MemoryNetwork`], and a process is a future
//! ([`processes`]). One thread runs all of it, on a clock that stands still while there
//! is work and else jumps to the next timer. So an hour takes seconds, and whatever
//! happens, happens again with the same seed: the same log, line by line ([`seeds`]).
//!
//! | module | owns |
//! |---|---|
//! | [`simulation`] | the thread, its clock, and the log of what happens |
//! | [`machine`] | a machine with a supervisor and one topology, as tests use it |
//! | [`processes`] | workers as futures that can be killed |
//! | [`guests`] | the components, and a second version of each |
//! | [`topology`] | the topology that runs |
//! | [`checker`] | what must hold at every moment, and at the end |
//! | [`faults`] | what goes wrong, by a seed |
//! | [`scenarios`] | each fault by itself |
//! | [`seeds`] | all faults together, over many seeds |

mod checker;
mod faults;
mod guests;
mod machine;
mod processes;
mod scenarios;
mod seeds;
mod simulation;
mod topology;
