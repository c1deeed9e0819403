//! Whether dead letters of a topology are asked for.
//!
//! A topology that runs finds them by itself. One that has finished has nobody who looks, so
//! its task does: when the API was asked, and every second, because a command may have
//! written to the store, and an earlier supervisor may have ended before it did anything.

use std::time::{Duration, SystemTime};

use stormcell_dead_letters::{Folder, Store, StoreError};
use stormcell_protocol::DataDir;
use tokio::time::Instant;

use crate::blocking::blocking;

/// How often the store is read although its file looks as it did: its time is coarse, and
/// reading it changes that time.
const READ_AGAIN: Duration = Duration::from_secs(60);

/// How soon it is looked again after letters were asked for. If a run of the topology did not
/// get on with them, as on a disk that is full, the next one is not begun at once.
const AFTER_A_RUN: Duration = Duration::from_secs(5);

/// The dead letters of a topology that has finished.
pub(super) struct Letters {
    store: Store,
    /// What the file was like after it was read last, and when that was.
    seen: Option<(SystemTime, u64, Instant)>,
    /// When it is looked again, after letters were asked for.
    not_before: Option<Instant>,
    /// Why it could not be read the last time.
    failed: Option<String>,
}

impl Letters {
    pub(super) fn of(data: &DataDir, topology: &str) -> Self {
        Self {
            store: Folder::new(data.dead_letters()).store(topology),
            seen: None,
            not_before: None,
            failed: None,
        }
    }

    /// Forgets what was seen: somebody has asked for letters.
    pub(super) fn look_again(&mut self) {
        self.seen = None;
        self.not_before = None;
    }

    /// Whether letters are asked for.
    ///
    /// # Errors
    /// If that cannot be read: why, the first time that it is so.
    pub(super) async fn asked(&mut self) -> Result<bool, String> {
        if self.not_before.is_some_and(|at| at > Instant::now()) {
            return Ok(false);
        }
        let state = |store: &Store| {
            let file = std::fs::metadata(store.path()).ok()?;
            Some((file.modified().ok()?, file.len()))
        };
        // What cannot be looked at is not there.
        let Some((modified, bytes)) = state(&self.store) else {
            return Ok(false);
        };
        let known = self.seen.is_some_and(|(at, length, read)| {
            (at, length) == (modified, bytes) && read.elapsed() < READ_AGAIN
        });
        if known {
            return Ok(false);
        }
        let store = self.store.clone();
        let read = blocking(move || {
            let asked = !store.asked(1, |_| true)?.is_empty();
            Ok::<_, StoreError>((asked, state(&store)))
        });
        let reason = match read.await {
            Ok(Ok((asked, after))) => {
                self.failed = None;
                self.not_before = asked.then(|| Instant::now() + AFTER_A_RUN);
                // If they are asked for, it is looked again, until they are replayed.
                let after = after.filter(|_| !asked);
                self.seen = after.map(|(at, length)| (at, length, Instant::now()));
                return Ok(asked);
            }
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        let news = self.failed.as_ref() != Some(&reason);
        self.failed = Some(reason.clone());
        match news {
            true => Err(reason),
            false => Ok(false),
        }
    }
}
