//! What a task keeps: byte strings by key, which outlive its instances, deployments and
//! restarts. Needs the grant `state` in the topology file; each task has its own.
//!
//! A call sees what it changes at once. The changes take effect with the call: when it
//! returns an error, traps or goes over a limit, none of them does. What a call acks has been
//! stored. Rows come at least once: a row that is replayed may have had its effect already,
//! so count by key and id, or store so that a second time makes no difference.
//!
//! Keys have 1 byte to 1 KiB, values at most 1 MiB, and a task keeps no more than its quota
//! (64 MiB unless the topology file says otherwise).
//!
//! ```
//! use stormcell_sdk::{Result, state};
//!
//! /// Counts a word, and says how often it came.
//! fn count(word: &str) -> Result<u64> {
//!     let before = match state::get(word)? {
//!         Some(bytes) => u64::from_le_bytes(bytes.as_slice().try_into()?),
//!         None => 0,
//!     };
//!     state::set(word, (before + 1).to_le_bytes())?;
//!     Ok(before + 1)
//! }
//! assert_eq!(count("to")? + count("to")?, 3);
//! # Ok::<(), stormcell_sdk::Error>(())
//! ```
//!
//! In a test there is one state for each thread: what is prepared anew finds what was set
//! before, also by a call that failed. `testing::take_state` takes all of it.

use std::iter;

use crate::host;

/// How many keys are asked for at a time: the host tells no more.
const PAGE: u32 = 1_000;

/// Why something was not done. Its text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The component is not granted `state`.
    #[error("{0}")]
    NotGranted(String),
    /// A key is empty or longer than 1 KiB.
    #[error("{0}")]
    InvalidKey(String),
    /// A value is longer than 1 MiB.
    #[error("{0}")]
    ValueTooLarge(String),
    /// The task would keep more than its quota, or the call has changed as much as a call
    /// may.
    #[error("{0}")]
    OverQuota(String),
    /// It cannot be read. The same may go well later.
    #[error("{0}")]
    Failed(String),
}

/// The value under a key; `None` if there is none.
///
/// # Errors
/// [`StateError`].
pub fn get(key: &str) -> Result<Option<Vec<u8>>, StateError> {
    host::state_get(key)
}

/// Puts a value under a key, in place of what is there.
///
/// # Errors
/// [`StateError`]; then nothing is changed.
pub fn set(key: &str, value: impl AsRef<[u8]>) -> Result<(), StateError> {
    host::state_set(key, value.as_ref())
}

/// Takes a key and its value away. To remove what is not there is no error.
///
/// # Errors
/// [`StateError`]; then nothing is changed.
pub fn remove(key: &str) -> Result<(), StateError> {
    host::state_remove(key)
}

/// All keys that begin with this, ascending by their bytes. They are asked for in pages, so
/// a key that is set or removed meanwhile is seen or not. After an error there is no more.
pub fn keys(prefix: &str) -> impl Iterator<Item = Result<String, StateError>> {
    let prefix = prefix.to_owned();
    let mut page = Vec::new().into_iter();
    let mut last: Option<String> = None;
    let mut ended = false;
    iter::from_fn(move || {
        if page.len() == 0 && !ended {
            match host::state_keys(&prefix, last.as_deref(), PAGE) {
                Ok(keys) => {
                    ended = keys.is_empty();
                    last = keys.last().cloned();
                    page = keys.into_iter();
                }
                Err(error) => {
                    ended = true;
                    return Some(Err(error));
                }
            }
        }
        page.next().map(Ok)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_order_from_all_pages() {
        let mut expected: Vec<String> = (0..2_500).map(|i| format!("k{i}")).collect();
        for key in &expected {
            set(key, b"").unwrap();
        }
        set("j", b"").unwrap();
        set("l", b"").unwrap();
        expected.sort();
        let found: Result<Vec<_>, _> = keys("k").collect();
        assert_eq!(found.unwrap(), expected);
        assert_eq!(keys("m").count(), 0);
    }

    #[test]
    fn what_is_set_is_there_until_it_is_removed() {
        assert_eq!(get("a"), Ok(None));
        set("a", "1").unwrap();
        set("a", "2").unwrap();
        assert_eq!(get("a"), Ok(Some(b"2".to_vec())));
        remove("a").unwrap();
        remove("a").unwrap();
        assert_eq!(get("a"), Ok(None));
    }

    #[test]
    fn keys_and_values_are_bounded_as_by_the_host() {
        for key in ["", &"k".repeat(1_025)] {
            assert!(matches!(set(key, ""), Err(StateError::InvalidKey(_))));
        }
        set(&"k".repeat(1_024), vec![0; 1 << 20]).unwrap();
        let long = set("a", vec![0; (1 << 20) + 1]);
        assert!(matches!(long, Err(StateError::ValueTooLarge(_))));
    }
}
