//! Faults in a row: the next instance is made at once after a few, and later and later after
//! many, so that what faults whatever it is given does not take a core from its neighbours.

use std::time::Duration;

/// Faults in a row that cost no delay.
const FREE_FAULTS: u32 = 32;
/// The longest delay after a fault.
const LONGEST_DELAY: Duration = Duration::from_millis(100);

/// Faults without a good call between.
#[derive(Debug, Default)]
pub(crate) struct Streak(u32);

impl Streak {
    /// A call went well.
    pub(crate) fn good(&mut self) {
        self.0 = 0;
    }

    /// Waits until the next instance is made after another fault.
    pub(crate) async fn wait(&mut self) {
        let delay = self.delay();
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
    }

    /// How long to wait before the next instance.
    fn delay(&mut self) -> Duration {
        self.0 = self.0.saturating_add(1);
        match self.0.checked_sub(FREE_FAULTS + 1) {
            None => Duration::ZERO,
            Some(more) => LONGEST_DELAY.min(Duration::from_millis(1 << more.min(16))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_start_late_grow_and_stay_bounded() {
        let mut streak = Streak::default();
        let delays: Vec<_> = (0..60).map(|_| streak.delay()).collect();
        assert!(delays[..32].iter().all(Duration::is_zero));
        assert!(delays[32] > Duration::ZERO);
        assert!(delays.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(delays[59], LONGEST_DELAY);
        streak.good();
        assert_eq!(streak.delay(), Duration::ZERO);
    }
}
