//! How many rows of a call have room in the memory of an instance.
//!
//! What an instance has only grows: what its rows take for the time of a call stays with it
//! and is used again. So nobody sees how much a call needed that fitted into what was there,
//! and what is known of a row is by how much the instance grew when a call had more rows than
//! any before it.
//!
//! Pure: how much an instance has is told by who made the call.

/// The part of the free memory of an instance that is kept for rows which need more than the
/// last: a half.
const KEPT: u64 = 2;

/// If that half is in use, as it is when a component keeps much: the part of what is still
/// free that a call may need more than any before it.
const LAST: u64 = 64;

/// Bytes that an instance had before and after a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Grown {
    pub(crate) before: u64,
    pub(crate) after: u64,
}

/// How many rows have room in the memory of an instance, as far as its calls tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct InMemory {
    /// What the instance had before its first call.
    base: Option<u64>,
    /// The most rows that it had in one call.
    largest: usize,
    /// By how much it grew for each row that a call had more than any before; later, by how
    /// much it grew for each row.
    of_a_row: f64,
    /// How many rows fit at least.
    fitting: usize,
    /// More were too many once, and none of them alone.
    ceiling: usize,
}

impl InMemory {
    /// Nothing is known.
    pub(super) fn new() -> Self {
        Self {
            base: None,
            largest: 0,
            of_a_row: 0.0,
            fitting: usize::MAX,
            ceiling: usize::MAX,
        }
    }

    /// How many rows a call may have.
    pub(super) fn rows(self) -> usize {
        self.fitting.min(self.ceiling).max(1)
    }

    /// There is another instance.
    pub(super) fn anew(&mut self) {
        *self = Self {
            ceiling: self.ceiling,
            ..Self::new()
        };
    }

    /// A call with so many rows went well, of an instance that may have so many bytes.
    pub(super) fn went_well(&mut self, rows: usize, grown: Grown, limit: u64) {
        let Grown { before, after } = grown;
        let base = *self.base.get_or_insert(before);
        let by = after.saturating_sub(before);
        let more = rows.saturating_sub(self.largest);
        if more > 0 {
            self.of_a_row = by as f64 / more as f64;
            self.largest = rows;
        } else if by > 0 {
            self.of_a_row = by as f64 / rows as f64;
        }
        let target = base.saturating_add(limit.saturating_sub(base) / KEPT);
        let spare = target.saturating_sub(after);
        let spare = spare.max(limit.saturating_sub(after) / LAST);
        // If it did not grow, this is infinite, or no number if there is nothing to spare:
        // then a call has no more rows than were well.
        let further = spare as f64 / self.of_a_row;
        self.fitting = self.largest.saturating_add(further as usize);
    }

    /// A call with so many rows went over the limit. A call that had as many before, and kept
    /// it, says that the instance kept too much by and by: the next one begins anew.
    pub(super) fn went_wrong(&mut self, rows: usize) {
        if rows > self.largest {
            self.ceiling = self.ceiling.min(rows / 2).max(1);
        }
    }

    /// It was one row that goes over the limit by itself.
    pub(super) fn was_one_row(&mut self) {
        self.ceiling = usize::MAX;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: u64 = 1 << 20;
    const LIMIT: u64 = 128 * MIB;

    /// An instance whose rows take so much for the time of a call, and leave so much.
    struct Instance {
        has: u64,
        kept: u64,
        a_row: u64,
        left: u64,
    }

    impl Instance {
        fn new(a_row: u64, left: u64) -> Self {
            Self {
                has: MIB,
                kept: MIB,
                a_row,
                left,
            }
        }

        /// `None`: it went over the limit.
        fn call(&mut self, rows: usize) -> Option<Grown> {
            let before = self.has;
            self.kept += self.left * rows as u64;
            let after = before.max(self.kept + self.a_row * rows as u64);
            self.has = after;
            (after <= LIMIT).then_some(Grown { before, after })
        }
    }

    /// The sizes of calls that double until they may not.
    fn sizes(instance: &mut Instance, calls: usize) -> Vec<usize> {
        let mut size = InMemory::new();
        let mut rows = 1;
        (0..calls)
            .map(|_| {
                let now = rows;
                let grown = instance.call(now).expect("it keeps its limit");
                size.went_well(now, grown, LIMIT);
                rows = size.rows().min(2 * now).min(1024);
                now
            })
            .collect()
    }

    #[test]
    fn calls_of_rows_that_need_much_use_half_of_what_is_free() {
        let mut instance = Instance::new(2 * MIB, 0);
        let sizes = sizes(&mut instance, 50);
        assert_eq!(sizes[..5], [1, 2, 4, 8, 16]);
        assert_eq!(sizes.last(), Some(&31));
        assert_eq!(instance.has, 63 * MIB);
    }

    #[test]
    fn rows_that_need_little_are_not_held_up() {
        assert_eq!(sizes(&mut Instance::new(1_000, 0), 11).last(), Some(&1024));
    }

    /// A cache that is filled at the first row is no property of rows.
    #[test]
    fn what_the_first_row_takes_once_does_not_make_all_calls_small() {
        let mut size = InMemory::new();
        let first = Grown {
            before: MIB,
            after: 31 * MIB,
        };
        size.went_well(1, first, LIMIT);
        assert_eq!(size.rows(), 2);
        let after = first.after;
        size.went_well(
            2,
            Grown {
                before: after,
                after,
            },
            LIMIT,
        );
        assert_eq!(size.rows(), usize::MAX);
    }

    #[test]
    fn a_component_that_keeps_much_still_gets_many_rows() {
        let mut size = InMemory::new();
        let grown = |before, after| Grown { before, after };
        size.went_well(1, grown(100 * MIB, 100 * MIB + (64 << 10)), LIMIT);
        size.went_well(2, grown(100 * MIB, 100 * MIB), LIMIT);
        assert!(size.rows() >= 1024);
        // It grows by and by, for what it keeps of 1,024 rows.
        size.went_well(1024, grown(110 * MIB, 110 * MIB + (256 << 10)), LIMIT);
        assert!(size.rows() >= 1024);
    }

    #[test]
    fn rows_that_were_too_many_together_come_no_more_in_such_calls() {
        let mut size = InMemory::new();
        size.went_wrong(64);
        assert_eq!(size.rows(), 32);
        size.anew();
        assert_eq!(size.rows(), 32);
        size.went_wrong(1);
        assert_eq!(size.rows(), 1);
        size.was_one_row();
        assert_eq!(size.rows(), usize::MAX);
    }

    #[test]
    fn a_component_that_keeps_too_much_by_and_by_is_not_given_fewer_rows() {
        let mut size = InMemory::new();
        let quick = Grown {
            before: MIB,
            after: MIB,
        };
        size.went_well(1024, quick, LIMIT);
        size.went_wrong(1024);
        assert_eq!(size.rows(), usize::MAX);
    }

    proptest! {
        /// Whatever rows need, if each needs as much as the others, calls with several keep
        /// the limit, and leave room.
        #[test]
        fn rows_that_are_alike_never_go_over_the_limit(
            a_row in 0u64..64 * MIB,
            calls in 1usize..60,
        ) {
            let mut instance = Instance::new(a_row, 0);
            let sizes = sizes(&mut instance, calls);
            prop_assert!(sizes.last() == Some(&1) || instance.has <= LIMIT / 4 * 3);
        }
    }
}
