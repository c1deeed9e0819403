//! Log lines. The host adds time, topology, component and task.
//!
//! ```
//! use stormcell_sdk::log;
//! log::info!("{} words", 3);
//! ```

use crate::host;

/// How serious a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every step.
    Trace,
    /// For who looks for a fault.
    Debug,
    /// Worth knowing.
    Info,
    /// Something is odd, and work goes on.
    Warn,
    /// Something failed.
    Error,
}

/// Writes a line. The host cuts lines over 16 KiB, escapes control characters, and drops
/// and counts lines above the component's budget.
pub fn log(level: Level, message: &str) {
    host::log(level, message);
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log_trace {
    ($($part:tt)*) => { $crate::log::log($crate::log::Level::Trace, &::std::format!($($part)*)) };
}
/// Writes a line at the level [`Trace`](Level::Trace), with the arguments of [`format!`].
#[doc(inline)]
pub use crate::__log_trace as trace;

#[doc(hidden)]
#[macro_export]
macro_rules! __log_debug {
    ($($part:tt)*) => { $crate::log::log($crate::log::Level::Debug, &::std::format!($($part)*)) };
}
/// Writes a line at the level [`Debug`](Level::Debug), with the arguments of [`format!`].
#[doc(inline)]
pub use crate::__log_debug as debug;

#[doc(hidden)]
#[macro_export]
macro_rules! __log_info {
    ($($part:tt)*) => { $crate::log::log($crate::log::Level::Info, &::std::format!($($part)*)) };
}
/// Writes a line at the level [`Info`](Level::Info), with the arguments of [`format!`].
#[doc(inline)]
pub use crate::__log_info as info;

#[doc(hidden)]
#[macro_export]
macro_rules! __log_warn {
    ($($part:tt)*) => { $crate::log::log($crate::log::Level::Warn, &::std::format!($($part)*)) };
}
/// Writes a line at the level [`Warn`](Level::Warn), with the arguments of [`format!`].
#[doc(inline)]
pub use crate::__log_warn as warn;

#[doc(hidden)]
#[macro_export]
macro_rules! __log_error {
    ($($part:tt)*) => { $crate::log::log($crate::log::Level::Error, &::std::format!($($part)*)) };
}
/// Writes a line at the level [`Error`](Level::Error), with the arguments of [`format!`].
#[doc(inline)]
pub use crate::__log_error as error;
