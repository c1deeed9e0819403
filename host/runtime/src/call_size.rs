//! How many rows a call is given, or asked for.
//!
//! The limits of a component hold for a call, whatever the number of its rows. So how many it
//! gets is decided by what its rows have used lately: as many as take a few tens of
//! milliseconds, and a part of each limit. It begins with one row, and may get twice as many
//! each time, so that a healthy component whose rows are slow does not come to a limit which
//! each of its rows keeps. Memory is counted by itself ([`memory`]), because what a call needed
//! of it is seen only when its instance grows.
//!
//! Pure: what a call has used is told by who made it.

mod memory;

use std::time::Duration;

use stormcell_sandbox::FaultKind;
use stormcell_topology::Limits;

pub(crate) use memory::Grown;
use memory::InMemory;

/// How long the rows of a call should compute. Longer calls save nothing that can be measured,
/// and the task hears no command and makes no tick while one goes on.
const TIME: Duration = Duration::from_millis(20);

/// How long they should wait for the host. A component may wait for many of its rows at the same
/// time, as for servers, so more rows need not wait for longer; and nothing else is to be done
/// meanwhile.
const WAIT: Duration = Duration::from_millis(500);

/// The part of a limit that the rows of a call should use: a quarter. The next rows may use
/// more than the last.
const PART: f64 = 4.0;

/// After a call that came to a limit which its rows use up together, one gets so many times
/// fewer rows.
const TOGETHER: usize = 64;

/// What a call has used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    /// Time for which it computed.
    pub(crate) computed: Duration,
    /// Time for which it waited for the host.
    pub(crate) waited: Duration,
    /// Rows that it returned.
    pub(crate) rows: usize,
    /// Bytes that they take.
    pub(crate) bytes: usize,
    /// What its instance had before and after it.
    pub(crate) memory: Grown,
}

impl Used {
    /// What it has used of what a call should: 1 is all of it.
    fn share(self, limits: &Limits) -> f64 {
        let of = |used: f64, limit: f64| PART * used / limit.max(f64::MIN_POSITIVE);
        [
            self.computed.as_secs_f64() / TIME.as_secs_f64(),
            self.waited.as_secs_f64() / WAIT.as_secs_f64(),
            of(self.computed.as_secs_f64(), limits.call_time.as_secs_f64()),
            of(self.waited.as_secs_f64(), limits.host_time.as_secs_f64()),
            of(self.rows as f64, limits.output_rows as f64),
            of(self.bytes as f64, limits.output_bytes as f64),
        ]
        .into_iter()
        .fold(0.0, f64::max)
    }
}

/// The number of rows of the next call of a task.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallSize {
    rows: usize,
    most: usize,
    memory: InMemory,
}

impl CallSize {
    /// Nothing is known yet; never more than `most` rows, which is at least one.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            rows: 1,
            most,
            memory: InMemory::new(),
        }
    }

    /// How many rows the next call gets.
    pub(crate) fn rows(self) -> usize {
        self.rows
    }

    /// A call with so many rows went well.
    pub(crate) fn went_well(&mut self, rows: usize, used: Used, limits: &Limits) {
        if rows == 0 {
            return;
        }
        self.memory.went_well(rows, used.memory, limits.memory);
        let fitting = rows as f64 / used.share(limits);
        // A number that is too large, or infinite, becomes the largest.
        let fitting = (fitting as usize).min(self.memory.rows());
        self.rows = fitting.min(2 * self.rows).clamp(1, self.most);
    }

    /// A call with so many rows did not go well. All of them together may have been too much.
    pub(crate) fn went_wrong(&mut self, rows: usize, kind: Option<FaultKind>) {
        let together = kind.is_some_and(FaultKind::is_of_all_rows);
        let fewer = if together { TOGETHER } else { 2 };
        self.rows = self.rows.min(rows / fewer).max(1);
        if kind == Some(FaultKind::Memory) {
            self.memory.went_wrong(rows);
        }
    }

    /// One row was found to be at fault.
    pub(crate) fn was_one_row(&mut self, kind: FaultKind) {
        if kind == FaultKind::Memory {
            self.memory.was_one_row();
        }
    }

    /// There is another instance: what the last one had says nothing.
    pub(crate) fn anew(&mut self) {
        self.memory.anew();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOST: usize = 1024;

    fn limits() -> Limits {
        Limits::default()
    }

    /// Calls with as many rows as there is room for, each of which takes this long.
    fn after(calls: u32, of_a_row: Duration) -> Vec<usize> {
        let mut size = CallSize::new(MOST);
        (0..calls)
            .map(|_| {
                let rows = size.rows();
                let used = Used {
                    computed: of_a_row * rows as u32,
                    ..Used::default()
                };
                size.went_well(rows, used, &limits());
                rows
            })
            .collect()
    }

    #[test]
    fn quick_rows_soon_come_in_large_calls() {
        let sizes = after(12, Duration::from_nanos(100));
        assert_eq!(sizes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024]);
    }

    #[test]
    fn slow_rows_come_one_by_one() {
        assert_eq!(after(4, Duration::from_millis(200)), [1; 4]);
        assert_eq!(after(4, Duration::from_millis(1)), [1, 2, 4, 8]);
        assert_eq!(after(9, Duration::from_millis(1)).last(), Some(&20));
    }

    /// A bolt that asks servers for all rows of a call at once was given them one by one.
    #[test]
    fn rows_that_wait_at_the_same_time_come_in_large_calls() {
        let after = |wait: fn(u32) -> Duration| {
            let mut size = CallSize::new(MOST);
            for _ in 0..12 {
                let used = Used {
                    waited: wait(size.rows() as u32),
                    ..Used::default()
                };
                size.went_well(size.rows(), used, &limits());
            }
            size.rows()
        };
        assert_eq!(after(|_| Duration::from_millis(100)), MOST);
        assert_eq!(after(|rows| Duration::from_millis(100) * rows), 5);
        assert_eq!(after(|rows| Duration::from_secs(1) * rows), 1);
    }

    #[test]
    fn a_call_whose_rows_were_too_much_together_is_followed_by_a_small_one() {
        for kind in [
            FaultKind::CpuTime,
            FaultKind::HostTime,
            FaultKind::Memory,
            FaultKind::OutputRows,
            FaultKind::OutputBytes,
        ] {
            let mut size = CallSize::new(MOST);
            size.rows = MOST;
            size.went_wrong(MOST, Some(kind));
            assert_eq!(size.rows(), 16);
            size.went_wrong(16, Some(kind));
            assert_eq!(size.rows(), 1);
        }
        for kind in [None, Some(FaultKind::Trap), Some(FaultKind::Stack)] {
            let mut size = CallSize::new(MOST);
            size.rows = MOST;
            size.went_wrong(MOST, kind);
            assert_eq!(size.rows(), 512);
        }
    }

    /// Calls became twice as large again after each good one, and went over the limit again.
    #[test]
    fn a_call_that_went_over_the_limit_of_memory_does_not_come_again() {
        let mut size = CallSize::new(MOST);
        size.rows = 64;
        size.went_wrong(64, Some(FaultKind::Memory));
        size.anew();
        for _ in 0..20 {
            size.went_well(size.rows(), Used::default(), &limits());
        }
        assert_eq!(size.rows(), 32);
        size.was_one_row(FaultKind::Memory);
        size.went_well(32, Used::default(), &limits());
        assert_eq!(size.rows(), 64);
    }

    #[test]
    fn what_rows_return_counts_as_well() {
        let limits = limits();
        let of = |used: Used| {
            let mut size = CallSize::new(MOST);
            size.rows = 100;
            size.went_well(100, used, &limits);
            size.rows()
        };
        let bytes = usize::try_from(limits.output_bytes).unwrap_or(usize::MAX);
        let all = Used {
            bytes,
            ..Used::default()
        };
        assert_eq!(of(all), 25);
        let rows = usize::try_from(limits.output_rows).unwrap_or(usize::MAX);
        let all = Used {
            rows,
            ..Used::default()
        };
        assert_eq!(of(all), 25);
        let waited = limits.host_time;
        assert_eq!(
            of(Used {
                waited,
                ..Used::default()
            }),
            10
        );
        assert_eq!(of(Used::default()), 200);
    }

    proptest! {
        /// Whatever rows use, if each of a stretch uses as much as the others, a call keeps
        /// every limit that a few of its rows together keep.
        #[test]
        fn rows_that_are_alike_never_come_near_a_limit(
            nanos in 1u64..4_000_000_000,
            waits in 0u64..4_000_000_000,
            bytes in 0usize..4 << 20,
            calls in 1usize..40,
        ) {
            let limits = limits();
            let mut size = CallSize::new(MOST);
            for _ in 0..calls {
                let rows = size.rows();
                let used = Used {
                    computed: Duration::from_nanos(nanos) * rows as u32,
                    waited: Duration::from_nanos(waits) * rows as u32,
                    rows,
                    bytes: bytes * rows,
                    ..Used::default()
                };
                if rows > 1 {
                    prop_assert!(used.computed <= limits.call_time / 2);
                    prop_assert!(used.waited <= limits.host_time / 2);
                    prop_assert!(used.bytes as u64 <= limits.output_bytes / 2);
                }
                size.went_well(rows, used, &limits);
                prop_assert!((1..=MOST).contains(&size.rows()));
            }
        }

        #[test]
        fn there_is_always_a_size(rows in 0usize..5000, nanos: u64, bytes: usize, bad: bool) {
            let mut size = CallSize::new(MOST);
            let used = Used {
                computed: Duration::from_nanos(nanos),
                waited: Duration::from_nanos(nanos),
                rows,
                bytes,
                memory: Grown {
                    before: nanos,
                    after: nanos.saturating_add(bytes as u64),
                },
            };
            size.went_well(rows, used, &limits());
            size.went_wrong(rows, bad.then_some(FaultKind::Memory));
            prop_assert!((1..=MOST).contains(&size.rows()));
        }
    }
}
