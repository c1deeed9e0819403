//! What became of the dead letters that were replayed in this process, and whether some are
//! left: counted by whoever replays them, read by reports and probes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use stormcell_protocol::ReplayedLetters;

/// Counts dead letters that are replayed.
#[derive(Debug)]
pub(crate) struct Replayed {
    processed: AtomicU64,
    in_vain: AtomicU64,
    left: AtomicBool,
}

impl Replayed {
    /// Nothing yet. `left`: whether there may be letters that are asked for.
    pub(crate) fn new(left: bool) -> Self {
        Self {
            processed: AtomicU64::new(0),
            in_vain: AtomicU64::new(0),
            left: AtomicBool::new(left),
        }
    }

    /// What became of so many letters is stored.
    pub(crate) fn count(&self, processed: usize, in_vain: usize) {
        let (processed, in_vain) = (processed as u64, in_vain as u64);
        self.processed.fetch_add(processed, Ordering::Relaxed);
        self.in_vain.fetch_add(in_vain, Ordering::Relaxed);
    }

    /// What became of letters so far.
    pub(crate) fn counts(&self) -> ReplayedLetters {
        ReplayedLetters {
            processed: self.processed.load(Ordering::Relaxed),
            in_vain: self.in_vain.load(Ordering::Relaxed),
        }
    }

    /// Some are asked for, or none.
    pub(crate) fn set_left(&self, left: bool) {
        self.left.store(left, Ordering::SeqCst);
    }

    /// Whether some are asked for, as far as is known.
    pub(crate) fn are_left(&self) -> bool {
        self.left.load(Ordering::SeqCst)
    }
}
