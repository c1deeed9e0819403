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
