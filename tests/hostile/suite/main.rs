//! One test for each attack, made by `build.rs` from the files that are there; what the
//! host must do is said in [`attacks`]. See `README.md`.
#![deny(dead_code)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod attacks;
mod beside;
mod bomb;
mod bombs;
mod docs;
mod events;
mod guest;
mod memory;
mod neighbours;
mod network;
mod running;
mod scene;
mod soak;
mod survived;

/// The tests.
mod hostile {
    use crate::guest::Guest;
    use crate::{attacks, bombs};

    include!(concat!(env!("OUT_DIR"), "/tests.rs"));
}
