//! Pure: what supervisor, workers and clients say to each other.
//!
//! - [`control`]: between the supervisor and its workers, one JSON document a line
//!   over a local socket;
//! - [`record`]: what the supervisor stores of a topology;
//! - [`api`]: the bodies of the HTTP API;
//! - [`capabilities`]: what components ask for;
//! - [`dead_letter`]: rows that could not be processed;
//! - [`layout`]: the names of files in the data folder;
//! - [`report`]: what a topology did.
//!
//! Nothing here does anything; two programs of different builds may read what the
//! other wrote, so fields are only ever added, with a default.
#![forbid(unsafe_code)]

pub mod api;
pub mod capabilities;
pub mod control;
pub mod dead_letter;
mod fitting;
pub mod layout;
pub mod record;
pub mod report;

pub use fitting::ERRORS;
pub use layout::DataDir;
pub use report::{
    ComponentReport, Ending, ErrorReport, QuarantinedTask, ReplayedLetters, Report, TreeReport,
};
