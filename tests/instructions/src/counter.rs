//! What is counted: calls of a path between two markers that callgrind looks for.

use std::hint::black_box;

/// Calls before counting begins: buffers have grown then.
const WARM_UP: usize = 5;
/// Calls that are counted.
pub(crate) const CALLS: usize = 10;

/// Given to a path, which prepares what it needs and has its calls counted, once.
#[derive(Debug, Default)]
pub struct Counter {
    counted: bool,
}

impl Counter {
    pub(crate) fn counted(&self) -> bool {
        self.counted
    }

    /// Counts a call that can be made again and again.
    ///
    /// # Panics
    /// If something was counted before.
    pub fn count<R>(&mut self, mut call: impl FnMut() -> R) {
        for _ in 0..WARM_UP {
            black_box(call());
        }
        self.begin();
        for _ in 0..CALLS {
            black_box(call());
        }
        counting_ends();
    }

    /// Counts a call that changes what it is given: each call is given another, all of
    /// them made before, and dropped after, counting.
    ///
    /// # Panics
    /// As [`Self::count`].
    pub fn count_each<T, R>(
        &mut self,
        given: impl FnMut() -> T,
        mut call: impl FnMut(&mut T) -> R,
    ) {
        let mut given: Vec<T> = std::iter::repeat_with(given)
            .take(WARM_UP + CALLS)
            .collect();
        let mut returned = Vec::with_capacity(given.len());
        let (warm_up, counted) = given.split_at_mut(WARM_UP);
        returned.extend(warm_up.iter_mut().map(&mut call));
        self.begin();
        for given in counted {
            returned.push(call(given));
        }
        counting_ends();
        black_box(returned);
    }

    /// Counts an async call that can be made again and again. To be awaited on the
    /// thread of the caller.
    ///
    /// # Panics
    /// As [`Self::count`].
    pub async fn count_async<R>(&mut self, mut call: impl AsyncFnMut() -> R) {
        for _ in 0..WARM_UP {
            black_box(call().await);
        }
        self.begin();
        for _ in 0..CALLS {
            black_box(call().await);
        }
        counting_ends();
    }

    fn begin(&mut self) {
        assert!(!self.counted, "a path is counted once");
        self.counted = true;
        counting_begins();
    }
}

/// Entering it sets callgrind's counts to zero.
#[inline(never)]
fn counting_begins() {
    // Two functions that did the same could become one.
    black_box(BEGINS.len());
}

/// Entering it writes callgrind's counts.
#[inline(never)]
fn counting_ends() {
    black_box(ENDS.len());
}

/// Patterns of the names of the markers, for callgrind.
pub(crate) const BEGINS: &str = "*counter::counting_begins*";
pub(crate) const ENDS: &str = "*counter::counting_ends*";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_given_what_no_other_was() {
        let (mut made, mut seen) = (0, Vec::new());
        let make = || {
            made += 1;
            made
        };
        Counter::default().count_each(make, |given| seen.push(*given));
        assert_eq!(seen, (1..=WARM_UP + CALLS).collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "a path is counted once")]
    fn a_path_is_counted_once() {
        let mut counter = Counter::default();
        counter.count(|| ());
        counter.count(|| ());
    }
}
