//! Lingering: a task that has run out of work looks again for a while before it sleeps.
//!
//! To wake a task that sleeps costs its waker a system call, and the kernel a switch:
//! 10 µs and more, in which a busy topology has the next rows. So a task lingers as long
//! as that pays. When it does not, it lingers half as long the next time, down to not at
//! all, so a task that has little to do costs nothing; when a sleep turns out to have been
//! short, it lingers again. Others run meanwhile: each look gives way to them.

use std::time::Duration;

use tokio::time::Instant;

/// A task looks again at most this often.
const MOST: u32 = 128;
/// How often it looks to find out whether that pays: that costs a few microseconds if it
/// does not.
const FEW: u32 = 8;
/// After a sleep that was shorter than this it may pay.
const SHORT: Duration = Duration::from_millis(1);

/// Whether a task that has nothing to do looks again or sleeps.
#[derive(Debug, Default)]
pub(crate) struct Linger {
    /// How often it looks before it sleeps.
    looks: u32,
    /// How often it still looks.
    left: u32,
    /// When it went to sleep, if it has had no work since.
    asleep: Option<Instant>,
}

impl Linger {
    /// The task has had work.
    pub(crate) fn worked(&mut self) {
        match self.asleep.take() {
            None if self.left < self.looks => self.looks = MOST,
            Some(since) if since.elapsed() < SHORT => self.looks = self.looks.max(FEW),
            _ => {}
        }
        self.left = self.looks;
    }

    /// Lets others run. True: look again; false: it is time to sleep.
    pub(crate) async fn again(&mut self) -> bool {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            tokio::task::yield_now().await;
            return true;
        }
        if self.asleep.is_none() {
            self.looks /= 2;
            self.asleep = Some(Instant::now());
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks until it sleeps, and says how often it looked.
    async fn looks(linger: &mut Linger) -> u32 {
        let mut looks = 0;
        while linger.again().await {
            looks += 1;
        }
        looks
    }

    /// Sleeps, and then has work.
    async fn slept(linger: &mut Linger, time: Duration) {
        tokio::time::sleep(time).await;
        linger.worked();
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_has_little_to_do_sleeps_at_once() {
        let mut linger = Linger::default();
        linger.worked();
        assert_eq!(looks(&mut linger).await, 0);
        // At once.
        linger.worked();
        for expected in [FEW, FEW / 2, FEW / 4, FEW / 8, 0, 0] {
            assert_eq!(looks(&mut linger).await, expected);
            assert_eq!(looks(&mut linger).await, 0, "nothing has happened since");
            slept(&mut linger, SHORT).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_finds_work_while_it_looks_goes_on_looking() {
        let mut linger = Linger {
            looks: 2,
            left: 2,
            asleep: None,
        };
        assert!(linger.again().await);
        linger.worked();
        assert_eq!(looks(&mut linger).await, MOST);
    }
}
