//! Skeleton.

mod log_file;

pub use log_file::{LogFile, LogLimits};
