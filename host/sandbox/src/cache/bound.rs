//! Pure: which entries of the cache are too many. The cache is shared by all that a user
//! runs, so nobody else bounds it.

use std::time::SystemTime;

/// Bytes of compiled code that are kept: about thirty components of an interpreted language, or
/// a thousand of Rust.
pub(super) const BYTES: u64 = 2 << 30;

/// An entry of the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// When it was used last.
    pub(super) used: SystemTime,
}

/// The entries that are to go, so that no more than `bytes` are left: those that nobody has
/// used for the longest time. The one that was used last stays, however large it is.
pub(super) fn excess(mut entries: Vec<Entry>, bytes: u64) -> Vec<Entry> {
    entries.sort_by(|one, other| (other.used, &one.name).cmp(&(one.used, &other.name)));
    let mut sum = 0_u64;
    let mut stay = 0;
    for entry in &entries {
        sum = sum.saturating_add(entry.bytes);
        if sum > bytes && stay > 0 {
            break;
        }
        stay += 1;
    }
    entries.split_off(stay)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn entry(name: usize, bytes: u64, used: u64) -> Entry {
        Entry {
            name: name.to_string(),
            bytes,
            used: SystemTime::UNIX_EPOCH + Duration::from_secs(used),
        }
    }

    #[test]
    fn those_go_that_were_not_used_for_the_longest_time() {
        let all = vec![entry(1, 5, 30), entry(2, 5, 10), entry(3, 5, 20)];
        assert_eq!(excess(all.clone(), 15), []);
        assert_eq!(excess(all.clone(), 14), [entry(2, 5, 10)]);
        assert_eq!(excess(all, 1), [entry(3, 5, 20), entry(2, 5, 10)]);
    }

    proptest! {
        #[test]
        fn what_is_left_fits_and_is_newer_than_what_goes(
            entries in prop::collection::vec((0u64..40, 0u64..9), 0..12),
            bytes in 0u64..150,
        ) {
            let entries: Vec<Entry> = entries
                .into_iter()
                .enumerate()
                .map(|(name, (bytes, used))| entry(name, bytes, used))
                .collect();
            let gone = excess(entries.clone(), bytes);
            let left: Vec<&Entry> = entries.iter().filter(|one| !gone.contains(one)).collect();
            prop_assert_eq!(left.len() + gone.len(), entries.len());
            prop_assert_eq!(left.is_empty(), entries.is_empty());
            let sum: u64 = left.iter().map(|one| one.bytes).sum();
            prop_assert!(sum <= bytes || left.len() == 1);
            let newest_gone = gone.iter().map(|one| one.used).max();
            prop_assert!(left.iter().all(|one| Some(one.used) >= newest_gone));
        }
    }
}
