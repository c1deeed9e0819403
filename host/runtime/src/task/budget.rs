//! The budget of a task: how many faults it may have before it is given up.
//!
//! Pure: the time of each fault is given. A fault counts until it is older than the
//! window and a call has gone well since ([`Restart`]). A task that faults whatever it is
//! given is given up, however long each of its calls takes to fault; one that faults now
//! and then for ever is not.

use std::collections::VecDeque;
use std::time::Duration;

use stormcell_topology::Restart;

/// The faults of a task that count.
#[derive(Debug)]
pub(crate) struct Budget {
    rule: Restart,
    /// When they happened; at most one more than the budget.
    faults: VecDeque<Duration>,
    /// How many of them, the oldest, came before the last call that went well.
    forgivable: usize,
}

impl Budget {
    /// A budget of which nothing is spent.
    pub(crate) fn new(rule: Restart) -> Self {
        Self {
            rule,
            faults: VecDeque::new(),
            forgivable: 0,
        }
    }

    /// The rule that it keeps.
    pub(crate) fn rule(&self) -> &Restart {
        &self.rule
    }

    /// A call went well.
    pub(crate) fn good(&mut self) {
        self.forgivable = self.faults.len();
    }

    /// A fault at this time, which never goes back. Returns how many faults count now, if
    /// they are more than the budget.
    pub(crate) fn fault(&mut self, now: Duration) -> Option<u32> {
        while self.forgivable > 0
            && let Some(oldest) = self.faults.front()
            && now.saturating_sub(*oldest) > self.rule.window
        {
            self.faults.pop_front();
            self.forgivable -= 1;
        }
        if self.faults.len() <= self.rule.budget as usize {
            self.faults.push_back(now);
        }
        let faults = u32::try_from(self.faults.len()).unwrap_or(u32::MAX);
        (faults > self.rule.budget).then_some(faults)
    }
}

#[cfg(test)]
mod tests {
    use stormcell_topology::WhenSpent;

    use super::*;

    fn budget(budget: u32) -> Budget {
        Budget::new(Restart {
            budget,
            window: Duration::from_secs(60),
            then: WhenSpent::Quarantine,
        })
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_fault_more_than_the_budget_is_too_much() {
        let mut budget = budget(3);
        let spent: Vec<_> = (0..5).map(|second| budget.fault(at(second))).collect();
        assert_eq!(spent, [None, None, None, Some(4), Some(4)]);
    }

    #[test]
    fn without_a_budget_the_first_fault_is_too_much() {
        assert_eq!(budget(0).fault(at(0)), Some(1));
    }

    #[test]
    fn a_fault_is_forgotten_after_the_window_if_a_call_went_well() {
        let mut budget = budget(2);
        assert_eq!(budget.fault(at(0)), None);
        budget.good();
        assert_eq!(budget.fault(at(30)), None);
        budget.good();
        // The first is older than the window, the second is not.
        assert_eq!(budget.fault(at(61)), None);
        budget.good();
        assert_eq!(budget.fault(at(62)), Some(3));
    }

    #[test]
    fn faults_within_the_window_count_whatever_goes_well_between() {
        let mut budget = budget(2);
        for second in [0, 30] {
            assert_eq!(budget.fault(at(second)), None);
            budget.good();
        }
        // Exactly as old as the window is not older.
        assert_eq!(budget.fault(at(60)), Some(3));
    }

    /// Such as one that computes for an hour and then goes over its limit.
    #[test]
    fn faults_without_a_good_call_between_are_never_forgotten() {
        let mut budget = budget(2);
        assert_eq!(budget.fault(at(0)), None);
        assert_eq!(budget.fault(at(3_600)), None);
        assert_eq!(budget.fault(at(7_200)), Some(3));
    }

    #[test]
    fn a_task_that_faults_now_and_then_is_never_given_up() {
        let mut budget = budget(2);
        for minute in 0..10_000 {
            assert_eq!(budget.fault(at(61 * minute)), None);
            budget.good();
            assert!(budget.faults.len() <= 3);
        }
    }
}
