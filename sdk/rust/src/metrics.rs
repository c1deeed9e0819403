//! A component's own figures, shown in the summary of its component.
//!
//! Names have 1 to 128 characters of letters, digits, `_`, `-` and `.`; a task has at
//! most 256 of them, and the host ignores further ones.
//!
//! ```
//! use stormcell_sdk::metrics;
//! metrics::count("pages.fetched", 1);
//! metrics::gauge("cache.bytes", 4096.0);
//! ```

use crate::host;

/// Adds to a counter.
pub fn count(name: &str, increment: u32) {
    host::count(name, increment);
}

/// Sets a gauge. A component's gauge is the sum over its tasks.
pub fn gauge(name: &str, value: f64) {
    host::gauge(name, value);
}
