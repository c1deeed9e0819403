//! The search for the rows at fault in a call, as far as it has come.

use stormcell_topology::plain_text::Said;

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

/// What was wrong with a call of several rows.
#[derive(Debug)]
pub(super) struct WrongCall {
    /// How many rows it had.
    pub(super) rows: usize,
    /// Whether it cost the instance.
    pub(super) cost_instance: bool,
    /// What happened.
    pub(super) reason: Said,
}

/// Rows of one call that are worked on, in smaller calls if it faults.
#[derive(Debug)]
pub(super) struct Search {
    /// What is left, the next at the end.
    left: Vec<Work>,
    /// No call gets more rows.
    most: usize,
    /// What it has cost.
    pub(super) cost: Cost,
    /// What was wrong with the first call that had several rows.
    pub(super) first: Option<WrongCall>,
    /// Whether a row was found to be at fault.
    pub(super) found: bool,
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
            most: usize::MAX,
            cost: Cost::default(),
            first: None,
            found: false,
            in_flight,
            _held: held,
        }
    }

    /// The rows of the next call, at most so many, at least one.
    pub(super) fn next(&mut self, most: usize) -> Option<Work> {
        let work = self.left.pop()?;
        let most = most.min(self.most).max(1);
        if work.rows() <= most {
            return Some(work);
        }
        let (first, rest) = work.cut(most);
        self.left.push(rest);
        Some(first)
    }

    /// A call with so many rows did not go well, and nobody knows which was at fault.
    pub(super) fn went_wrong(
        &mut self,
        rows: usize,
        cost_instance: bool,
        reason: impl FnOnce() -> Said,
    ) {
        self.first.get_or_insert_with(|| WrongCall {
            rows,
            cost_instance,
            reason: reason(),
        });
    }

    /// These rows come next, again.
    pub(super) fn again(&mut self, work: Work) {
        self.left.push(work);
    }

    /// These rows come next, again, in calls of at most so many, and so do those after them:
    /// some of them are slow, and nobody knows which.
    pub(super) fn again_in_small_calls(&mut self, work: Work, most: usize) {
        self.most = most;
        self.left.push(work);
    }

    /// These rows come next, again, in two calls.
    pub(super) fn again_in_halves(&mut self, work: Work) {
        let (first, second) = work.halves();
        self.left.push(second);
        self.left.push(first);
    }

    /// What is left.
    pub(super) fn left(&self) -> &[Work] {
        &self.left
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.left.is_empty()
    }

    /// Takes what is left: it is not worked on.
    pub(super) fn give_up(&mut self) -> Vec<Work> {
        std::mem::take(&mut self.left)
    }

    /// It goes on with another component: what the rows did to the one before says nothing.
    pub(super) fn anew(&mut self) {
        self.first = None;
        self.found = false;
        self.most = usize::MAX;
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
