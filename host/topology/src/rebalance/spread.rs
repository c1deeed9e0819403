//! How many tasks of each component each worker gets: as even as can be, and of all
//! even spreads one that keeps most of what is held.
//!
//! Of each component every worker gets the same number (the rounded-down average), and
//! some workers get one more. Which ones is a choice of a set of workers for each
//! component, with sets of given sizes, such that all workers are in as many sets, or
//! one more. It is worth something to be in a set if the worker holds more tasks of
//! the component than the average.
//!
//! Each component chooses for itself first, what is worth something before the rest;
//! then the best is had, but workers may be in too many or too few sets. Chains of
//! swaps mend that: one worker leaves a set that another one joins, and so on. Each
//! chain is one that costs least, which makes the end the best of all even spreads
//! (successive shortest paths for a flow of least cost; Ahuja, Magnanti and Orlin,
//! "Network Flows", 9.7).

use std::collections::VecDeque;

/// Of which component (first index) each worker (second) gets how many of `totals`.
/// `held` says the same of what there is. Without a worker nobody gets anything.
pub(super) fn spread(held: &[Vec<u32>], totals: &[u32]) -> Vec<Vec<u32>> {
    let workers = held.first().map_or(0, Vec::len);
    if workers == 0 {
        return held.to_vec();
    }
    let averages: Vec<u32> = totals.iter().map(|&total| total / workers as u32).collect();
    let mut choice = Choice {
        worth: held
            .iter()
            .zip(&averages)
            .map(|(held, average)| held.iter().map(|held| held > average).collect())
            .collect(),
        chosen: vec![vec![false; workers]; totals.len()],
        sets: vec![0; workers],
    };
    for (component, &total) in totals.iter().enumerate() {
        choice.choose(component, total as usize % workers);
    }
    choice.even_out();
    choice
        .chosen
        .iter()
        .zip(&averages)
        .map(|(chosen, average)| chosen.iter().map(|&one| average + u32::from(one)).collect())
        .collect()
}

struct Choice {
    /// By component and worker: whether it is worth something to choose it.
    worth: Vec<Vec<bool>>,
    /// By component and worker.
    chosen: Vec<Vec<bool>>,
    /// In how many sets each worker is.
    sets: Vec<usize>,
}

/// How a step of a chain is made.
#[derive(Clone, Copy)]
enum Step {
    /// This worker leaves the set of a component and the next one joins it.
    Swap { from: usize, component: usize },
    /// Between a worker and the pool of those that may be in one more set.
    Pool { from: usize },
}

impl Choice {
    /// The set of one component: what is worth something first, then the workers
    /// that are in the fewest sets.
    fn choose(&mut self, component: usize, size: usize) {
        let mut workers: Vec<usize> = (0..self.sets.len()).collect();
        workers.sort_by_key(|&worker| (!self.worth[component][worker], self.sets[worker]));
        for worker in workers.into_iter().take(size) {
            self.chosen[component][worker] = true;
            self.sets[worker] += 1;
        }
    }

    fn even_out(&mut self) {
        let workers = self.sets.len();
        let total: usize = self.sets.iter().sum();
        let (least, more) = (total / workers, total % workers);
        // Who may be in one more set than `least`. The pool, the node after the
        // workers, is owed as many as still lack this, or owes what is too much.
        let pool = workers;
        let mut extra: Vec<bool> = self.sets.iter().map(|&sets| sets > least).collect();
        let excess = |sets: &[usize], extra: &[bool]| -> Vec<i64> {
            let of = |worker: usize| sets[worker] as i64 - least as i64 - i64::from(extra[worker]);
            let mut all: Vec<i64> = (0..workers).map(of).collect();
            let extras = extra.iter().filter(|&&one| one).count();
            all.push(extras as i64 - more as i64);
            all
        };
        loop {
            let excess = excess(&self.sets, &extra);
            let Some(from) = excess.iter().position(|&excess| excess > 0) else {
                return;
            };
            let Some(chain) = self.cheapest_chain(from, &excess, &extra) else {
                return;
            };
            for (step, to) in chain {
                match step {
                    Step::Swap { from, component } => {
                        self.chosen[component][from] = false;
                        self.chosen[component][to] = true;
                        self.sets[from] -= 1;
                        self.sets[to] += 1;
                    }
                    Step::Pool { from } if from == pool => extra[to] = false,
                    Step::Pool { from } => extra[from] = true,
                }
            }
        }
    }

    /// The steps, each with the node it leads to, of a cheapest chain from a node to
    /// one that is owed something. There always is one; `None` only ends the search.
    fn cheapest_chain(
        &self,
        from: usize,
        excess: &[i64],
        extra: &[bool],
    ) -> Option<Vec<(Step, usize)>> {
        let pool = extra.len();
        let mut cost = vec![i64::MAX; pool + 1];
        let mut came: Vec<Option<Step>> = vec![None; pool + 1];
        let mut queue = VecDeque::from([from]);
        let mut queued = vec![false; pool + 1];
        cost[from] = 0;
        while let Some(node) = queue.pop_front() {
            queued[node] = false;
            let mut reach = |to: usize, price: i64, step: Step| {
                let price = cost[node] + price;
                if price < cost[to] {
                    cost[to] = price;
                    came[to] = Some(step);
                    if !std::mem::replace(&mut queued[to], true) {
                        queue.push_back(to);
                    }
                }
            };
            let step = Step::Pool { from: node };
            if node == pool {
                for to in (0..pool).filter(|&to| extra[to]) {
                    reach(to, 0, step);
                }
                continue;
            }
            if !extra[node] {
                reach(pool, 0, step);
            }
            for (component, chosen) in self.chosen.iter().enumerate() {
                if !chosen[node] {
                    continue;
                }
                let worth = &self.worth[component];
                let step = Step::Swap {
                    from: node,
                    component,
                };
                for to in (0..pool).filter(|&to| !chosen[to]) {
                    reach(to, i64::from(worth[node]) - i64::from(worth[to]), step);
                }
            }
        }
        let end = (0..=pool)
            .filter(|&node| excess[node] < 0)
            .min_by_key(|&node| cost[node])?;
        let mut chain = Vec::new();
        let mut node = end;
        while node != from {
            let step = came[node]?;
            chain.push((step, node));
            node = match step {
                Step::Swap { from, .. } | Step::Pool { from } => from,
            };
        }
        chain.reverse();
        Some(chain)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
