//! Pure: the components as a graph, for pacing and for closing.
//!
//! Cycles are legal, so both work on the groups of components that reach each
//! other (strongly connected components, Tarjan 1972). Laws:
//! - [`Flow::closing_order`] lists every component once, and no component before
//!   one from which it can be reached, unless the two reach each other;
//! - [`Flow::beyond`] never holds a component that reaches back, so whoever waits
//!   only for those cannot wait for itself.

use std::collections::BTreeSet;

use crate::Topology;

/// Components by position, and who sends to whom.
#[derive(Debug, Clone)]
pub struct Flow {
    successors: Vec<BTreeSet<usize>>,
    /// For each component, the group it is in; groups are numbered so that rows
    /// flow from higher numbers to lower ones.
    group: Vec<usize>,
}

impl Flow {
    /// The flow of a topology; components are named by their position in
    /// [`Topology::components`].
    pub fn of(topology: &Topology) -> Self {
        let components = topology.components();
        let position = |id: &str| components.iter().position(|c| c.id == id);
        let edges = topology
            .subscriptions()
            .iter()
            .filter_map(|s| Some((position(&s.from)?, position(&s.to)?)));
        Self::new(components.len(), edges)
    }

    /// A graph of `len` components.
    pub fn new(len: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut successors = vec![BTreeSet::new(); len];
        for (from, to) in edges {
            successors[from].insert(to);
        }
        let group = groups(&successors);
        Self { successors, group }
    }

    /// Components in the order in which they are to be closed: upstream first.
    pub fn closing_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.group.len()).collect();
        order.sort_by_key(|&component| (std::cmp::Reverse(self.group[component]), component));
        order
    }

    /// The components that rows of this one can reach and that cannot reach it.
    pub fn beyond(&self, component: usize) -> Vec<usize> {
        let mut seen = vec![false; self.group.len()];
        let mut stack = vec![component];
        while let Some(at) = stack.pop() {
            for &next in &self.successors[at] {
                if !seen[next] {
                    seen[next] = true;
                    stack.push(next);
                }
            }
        }
        (0..seen.len())
            .filter(|&other| seen[other] && self.group[other] != self.group[component])
            .collect()
    }
}

/// Tarjan's algorithm with an explicit stack, so that a long chain cannot
/// overflow the thread's. Groups come out in reverse topological order.
fn groups(successors: &[BTreeSet<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let len = successors.len();
    let (mut index, mut low, mut group) = (vec![NONE; len], vec![0; len], vec![NONE; len]);
    let (mut next_index, mut next_group) = (0, 0);
    let mut path = Vec::new();
    for start in 0..len {
        if index[start] != NONE {
            continue;
        }
        let mut work = vec![(start, successors[start].iter())];
        index[start] = next_index;
        low[start] = next_index;
        next_index += 1;
        path.push(start);
        while let Some((at, rest)) = work.last_mut() {
            let at = *at;
            match rest.next() {
                Some(&to) if index[to] == NONE => {
                    index[to] = next_index;
                    low[to] = next_index;
                    next_index += 1;
                    path.push(to);
                    work.push((to, successors[to].iter()));
                }
                Some(&to) => {
                    if group[to] == NONE {
                        low[at] = low[at].min(index[to]);
                    }
                }
                None => {
                    work.pop();
                    if let Some(&(parent, _)) = work.last() {
                        low[parent] = low[parent].min(low[at]);
                    }
                    if low[at] == index[at] {
                        while let Some(member) = path.pop() {
                            group[member] = next_group;
                            if member == at {
                                break;
                            }
                        }
                        next_group += 1;
                    }
                }
            }
        }
    }
    group
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reaches(edges: &[(usize, usize)], from: usize, to: usize, len: usize) -> bool {
        let mut seen = vec![false; len];
        let mut stack = vec![from];
        while let Some(at) = stack.pop() {
            for &(a, b) in edges {
                if a == at && !seen[b] {
                    seen[b] = true;
                    stack.push(b);
                }
            }
        }
        seen[to]
    }

    proptest! {
        #[test]
        fn the_laws_hold(edges in prop::collection::vec((0usize..8, 0usize..8), 0..24)) {
            let graph = Flow::new(8, edges.iter().copied());
            let order = graph.closing_order();
            let position = |c: usize| order.iter().position(|&o| o == c);
            for a in 0..8 {
                prop_assert!(position(a).is_some());
                let beyond = graph.beyond(a);
                for b in 0..8 {
                    let there = reaches(&edges, a, b, 8);
                    let back = reaches(&edges, b, a, 8);
                    prop_assert_eq!(beyond.contains(&b), there && !back && a != b);
                    if there && !back {
                        prop_assert!(position(a) < position(b));
                    }
                }
            }
        }
    }

    #[test]
    fn a_chain_of_many_components_does_not_overflow_the_stack() {
        let graph = Flow::new(100_000, (1..100_000).map(|i| (i - 1, i)));
        assert_eq!(graph.closing_order()[0], 0);
    }
}
