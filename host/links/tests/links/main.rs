//! Links between workers as a whole, on a network in memory and a paused clock.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod histories;
mod lives;
mod reconnects;
mod sockets;
mod support;
