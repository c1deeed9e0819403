//! Loads: how busy the targets are, as far as the emitting process knows.

/// The load of each target. Only [`crate::Shuffle`] and [`crate::LocalOrShuffle`]
/// ask, and they ask for a few targets a batch, so an implementation should look
/// at live counters rather than copy them.
pub trait Loads {
    /// The rows that are queued for this target or that it works on right now.
    /// A target that was sent rows and has not worked them off is not at 0.
    /// `target` is an index into [`crate::Targets`].
    fn queued(&self, target: usize) -> u64;
}

/// Every target has nothing to do, or nothing is known of them: loads play no part.
#[derive(Debug, Clone, Copy, Default)]
pub struct Idle;

impl Loads for Idle {
    fn queued(&self, _: usize) -> u64 {
        0
    }
}

/// One number a target. A target that has no number is taken to be idle.
impl Loads for [u64] {
    fn queued(&self, target: usize) -> u64 {
        self.get(target).copied().unwrap_or(0)
    }
}

impl Loads for Vec<u64> {
    fn queued(&self, target: usize) -> u64 {
        self.as_slice().queued(target)
    }
}

impl<const N: usize> Loads for [u64; N] {
    fn queued(&self, target: usize) -> u64 {
        self.as_slice().queued(target)
    }
}
