//! How much a store holds.

use stormcell_protocol::dead_letter::{LetterCounts, MOST_LETTERS};

/// How much a store holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How many letters.
    pub letters: u64,
    /// How many bytes all letters take, as JSON.
    pub bytes: u64,
}

impl Default for Bounds {
    /// 10,000 letters and 256 MiB.
    fn default() -> Self {
        Self {
            letters: MOST_LETTERS.into(),
            bytes: 256 << 20,
        }
    }
}

impl Bounds {
    /// What the file may take of the disk, in bytes: a letter takes up to twice its length,
    /// because pages are powers of two, and a change needs as much again until it is made.
    pub(crate) fn on_disk(&self) -> u64 {
        self.bytes.saturating_mul(4).saturating_add(4 << 20)
    }

    /// Whether so much may be held.
    pub(crate) fn hold(&self, held: &LetterCounts) -> bool {
        held.letters <= self.letters && held.bytes <= self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_count() {
        let bounds = Bounds {
            letters: 2,
            bytes: 100,
        };
        let held = |letters, bytes| LetterCounts {
            letters,
            bytes,
            given_up: 7,
        };
        assert!(bounds.hold(&held(2, 100)));
        assert!(!bounds.hold(&held(2, 101)));
        assert!(!bounds.hold(&held(3, 0)));
    }
}
