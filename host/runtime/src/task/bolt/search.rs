//! The search for the rows at fault in a call, as far as it has come.

use crate::account::Held;
use crate::task::work::Work;

/// How much the search for the rows at fault in a call takes from the budget of its task:
/// one fault however many calls it takes to find the first row, and one for each further
/// row that is found.
#[derive(Debug, Default)]
pub(super) struct Cost {
    paid: u32,
    found: u32,
}

impl Cost {
    /// Whether a fault is one of those that the search is charged for. `found`: a row at
    /// fault was found by it.
    pub(super) fn costs(&mut self, found: bool) -> bool {
        self.found += u32::from(found);
        let costs = self.paid == 0 || self.found > self.paid;
        self.paid += u32::from(costs);
        costs
    }
}

/// Rows of one call that are worked on, in smaller calls if it faults.
#[derive(Debug)]
pub(super) struct Search {
    /// What is left, the next at the end.
    pub(super) left: Vec<Work>,
    /// What it has cost.
    pub(super) cost: Cost,
    /// How many rows stay in flight until it is over.
    pub(super) in_flight: usize,
    /// What the rows are charged with, until all of them are worked off.
    _held: Vec<Option<Held>>,
}

impl Search {
    /// Nothing was tried yet.
    pub(super) fn new(work: Work, in_flight: usize, held: Vec<Option<Held>>) -> Self {
        Self {
            left: vec![work],
            cost: Cost::default(),
            in_flight,
            _held: held,
        }
    }

    /// It goes on with another component: what the rows did to the one before says nothing.
    pub(super) fn anew(&mut self) {
        self.left.iter_mut().for_each(Work::anew);
        self.cost = Cost::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_costs_one_fault_and_one_for_each_further_row() {
        let mut cost = Cost::default();
        let costs: Vec<bool> = [false, false, true, false, true, true]
            .map(|found| cost.costs(found))
            .to_vec();
        assert_eq!(costs, [true, false, false, false, true, true]);
    }

    #[test]
    fn a_call_of_one_row_costs_one() {
        assert!(Cost::default().costs(true));
    }
}
