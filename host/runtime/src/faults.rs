//! The fault switch for tests: rows that are lost on their way.

use std::str::FromStr;

use stormcell_acking::EdgeIds;

/// Drops a share of the rows that spouts send, after they have been emitted and
/// before any bolt has seen them, as a broken link would.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    drop: f64,
}

impl Fault {
    /// Drops this share: 0 (none) to 1 (all).
    ///
    /// # Errors
    /// If the share is not such a number.
    pub fn drop(share: f64) -> Result<Self, FaultError> {
        if (0.0..=1.0).contains(&share) {
            Ok(Self { drop: share })
        } else {
            Err(FaultError(share.to_string()))
        }
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    /// From `drop=0.01`.
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let share = text
            .strip_prefix("drop=")
            .and_then(|share| share.parse().ok())
            .ok_or_else(|| FaultError(text.to_owned()))?;
        Self::drop(share)
    }
}

/// A fault that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a fault: write drop=SHARE with a share from 0 to 1, as in drop=0.01")]
pub struct FaultError(String);

/// Decides row by row, from a seed.
#[derive(Debug)]
pub(crate) struct Dropper {
    /// Numbers below it, of all 64-bit numbers, mean that a row is dropped.
    below: u64,
    numbers: EdgeIds,
}

impl Dropper {
    pub(crate) fn new(fault: Fault, seed: u64) -> Self {
        Self {
            below: (fault.drop * 2f64.powi(64)) as u64,
            numbers: EdgeIds::new(seed),
        }
    }

    pub(crate) fn drops(&mut self) -> bool {
        // A share of 1 saturates to the largest number, which must count as below.
        self.numbers.next_id() <= self.below && self.below > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_its_share() {
        for (share, low, high) in [(0.0, 0, 0), (0.01, 800, 1200), (1.0, 100_000, 100_000)] {
            let fault = Fault::drop(share).expect("a share");
            let mut dropper = Dropper::new(fault, 7);
            let dropped = (0..100_000).filter(|_| dropper.drops()).count();
            assert!((low..=high).contains(&dropped), "{share}: {dropped}");
        }
    }

    #[test]
    fn only_a_share_is_read() {
        assert!("drop=0.5".parse::<Fault>().is_ok());
        for text in ["drop=2", "drop=-1", "drop=NaN", "drop", "lose=0.1", "drop="] {
            let error = text.parse::<Fault>().expect_err(text).to_string();
            assert!(error.contains("drop=0.01"), "{error}");
        }
    }
}
