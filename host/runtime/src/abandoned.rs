//! Whether what is in flight here was given up.
//!
//! A topology that stops lets rows settle for a while. Then their trees fail, and to go on
//! working on them is of no use to anybody: tasks look here before they try rows once more,
//! and while they wait for another try.

use tokio::sync::watch;

/// Whether what is in flight was given up. It never goes back. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Abandoned(watch::Sender<bool>);

impl Abandoned {
    /// Nothing was given up yet.
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// It is given up now.
    pub(crate) fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was given up.
    pub(crate) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for what is only worth a wait as long as nothing was given up. Returns at once
    /// when it is.
    pub(crate) async fn or(&self, wait: impl Future<Output = ()>) {
        let mut abandoned = self.0.subscribe();
        tokio::select! {
            biased;
            // The sender lives as long as `self`.
            _ = abandoned.wait_for(|abandoned| *abandoned) => {}
            () = wait => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_when_what_is_in_flight_is_given_up() {
        let abandoned = Abandoned::new();
        let begin = Instant::now();
        abandoned.or(sleep(Duration::from_secs(3))).await;
        assert_eq!(begin.elapsed().as_secs(), 3);
        let other = abandoned.clone();
        let gives_up = async {
            sleep(Duration::from_secs(2)).await;
            other.set();
        };
        tokio::join!(abandoned.or(sleep(Duration::from_secs(3_600))), gives_up);
        assert_eq!(begin.elapsed().as_secs(), 5);
        assert!(abandoned.is_set());
        abandoned.or(std::future::pending()).await;
    }
}
