//! Local or shuffle: stay in the process if possible.
//!
//! Law: if any target is in the process of the emitting task, only such targets get
//! rows, spread as by [`Shuffle`]; otherwise it is [`Shuffle`] over all of them.
//! (Storm's `localOrShuffleGrouping`. Storm's scopes of host and rack do not apply:
//! stormcell's own processes are on one machine.)

use stormcell_batch::Columns;

use crate::{Choice, Grouping, Loads, Shuffle, Targets};

/// The local-or-shuffle grouping.
#[derive(Debug, Clone)]
pub struct LocalOrShuffle {
    shuffle: Shuffle,
}

impl LocalOrShuffle {
    /// A grouping to the local ones of these targets. `start` is as in
    /// [`Shuffle::new`], counted among the targets that are used.
    pub fn new(targets: &Targets, start: usize) -> Self {
        let local: Vec<u32> = (0_u32..)
            .zip(targets.local())
            .filter(|(_, local)| **local)
            .map(|(target, _)| target)
            .collect();
        let shuffle = if local.is_empty() {
            Shuffle::new(targets, start)
        } else {
            Shuffle::among(local, start)
        };
        Self { shuffle }
    }
}

impl Grouping for LocalOrShuffle {
    fn choose(&mut self, rows: &Columns, loads: &dyn Loads, out: &mut Choice) {
        self.shuffle.choose(rows, loads, out);
    }
}
