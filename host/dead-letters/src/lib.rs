//! The store of dead letters: rows that could not be processed ([`DeadLetter`]), in one
//! file a topology.
//!
//! Invariants:
//! - what [`Store::add`] has returned numbers for is on the disk and survives the end of
//!   the process and a power cut; an `add` that fails has stored nothing;
//! - a store never holds more than its [`Bounds`]: the oldest letters are given up for new
//!   ones, and counted;
//! - the number of a letter is never used again, whatever becomes of the letter;
//! - a file is open only for as long as something is done with it, so workers, the
//!   supervisor and commands use it beside each other, each for a moment alone;
//! - a file that is damaged or of a newer format keeps its contents (redb notes in
//!   the head of a file that it was opened).
//!
//! All calls block.
#![forbid(unsafe_code)]

mod bounds;
mod error;
mod file;
mod folder;
mod requests;
mod store;
mod turn;

pub use bounds::Bounds;
pub use error::StoreError;
pub use folder::Folder;
pub use requests::RequestError;
pub use store::Store;
pub use stormcell_protocol::dead_letter::{DeadLetter, LetterCounts, StoredLetter};
pub use turn::Turn;
