//! None: the subscriber does not care.
//!
//! Law: each row goes to one target, drawn uniformly and independently of all
//! other rows. The draws are those of SplitMix64 from the given seed, so that a
//! run can be repeated.
//!
//! Storm's documentation says that none equals shuffle; its code
//! (`GrouperFactory.NoneGrouper`) draws at random for each tuple, and so does this.
//! [`crate::Shuffle`] is faster and fairer.

use stormcell_batch::Columns;

use crate::random::{SplitMix64, below};
use crate::{Choice, Grouping, Loads, Targets};

/// The none grouping.
#[derive(Debug, Clone)]
pub struct NoGrouping {
    targets: u32,
    random: SplitMix64,
}

impl NoGrouping {
    /// A grouping that draws from this seed. Give each emitting task another one.
    pub fn new(targets: &Targets, seed: u64) -> Self {
        Self {
            targets: targets.len() as u32,
            random: SplitMix64::new(seed),
        }
    }
}

impl Grouping for NoGrouping {
    fn choose(&mut self, rows: &Columns, _: &dyn Loads, out: &mut Choice) {
        out.each((0..rows.rows()).map(|_| below(self.random.next(), self.targets)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Idle;
    use crate::test_support::{ask_for_one, rows, targets};

    proptest! {
        /// The cut of a stream into batches, too, plays no part.
        #[test]
        fn the_draws_depend_on_nothing_but_the_seed(
            seed: u64,
            count in 1_usize..40,
            sizes in proptest::collection::vec(0_usize..50, 0..10),
        ) {
            let mut in_batches = NoGrouping::new(&targets(count), seed);
            let mut at_once = in_batches.clone();
            let drawn: Vec<u32> = sizes
                .iter()
                .flat_map(|&size| ask_for_one(&mut in_batches, &rows(size), &Idle, count))
                .collect();
            let expected = ask_for_one(&mut at_once, &rows(sizes.iter().sum()), &Idle, count);
            prop_assert_eq!(drawn, expected);
        }
    }

    /// Pearson's test: with 9 degrees of freedom the sum passes 27.9 once in a
    /// thousand seeds, so that of ten fixed seeds none should.
    #[test]
    fn the_draws_are_uniform() {
        for seed in 0..10 {
            let drawn = draw(seed, 10, 100_000);
            let mut counts = [0_u32; 10];
            for target in drawn {
                counts[target as usize] += 1;
            }
            let sum: f64 = counts
                .iter()
                .map(|&n| (f64::from(n) - 1e4).powi(2) / 1e4)
                .sum();
            assert!(sum < 27.9, "seed {seed}: {counts:?}");
        }
    }

    /// Each of the 25 pairs of neighbours comes equally often: 24 degrees of
    /// freedom, once in a thousand above 51.2.
    #[test]
    fn a_draw_does_not_depend_on_the_one_before() {
        let drawn = draw(7, 5, 100_001);
        let mut counts = [0_u32; 25];
        for pair in drawn.windows(2) {
            counts[(pair[0] * 5 + pair[1]) as usize] += 1;
        }
        let sum: f64 = counts
            .iter()
            .map(|&n| (f64::from(n) - 4e3).powi(2) / 4e3)
            .sum();
        assert!(sum < 51.2, "{counts:?}");
    }

    fn draw(seed: u64, count: usize, size: usize) -> Vec<u32> {
        let mut grouping = NoGrouping::new(&targets(count), seed);
        ask_for_one(&mut grouping, &rows(size), &Idle, count)
    }
}
