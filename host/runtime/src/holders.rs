//! Who holds the rows of trees that time out.
//!
//! A ledger knows that a tree is not complete, and not where its rows are: an edge is a random
//! number. So when trees time out, the tasks of the process are asked for them: what waits in
//! their mailboxes, what they keep, and what is in a call that goes on. That costs a look at
//! all rows in the process, once a time-out of a spout task in which trees time out, and is
//! bounded beside: in how many trees are looked for, how many tasks are asked, and how long
//! their answers are waited for. Of other workers it is known only which of them the tree has
//! touched.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::{Ledger, Pending, RootId};
use stormcell_batch::Lineage;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::causes;
use crate::mailbox::Mailbox;
use crate::peers::Peers;
use crate::task::BoltCommand;
use crate::tracker::Tracker;

/// How many of the trees that time out are looked for.
const TREES: usize = 256;

/// How many tasks are asked.
const TASKS: usize = 1_024;

/// How long a task has time to say what it keeps. It answers between two calls.
const PATIENCE: Duration = Duration::from_millis(100);

/// The roots of the trees that are looked for.
#[derive(Debug)]
pub(crate) struct Sought(Vec<u64>);

impl Sought {
    fn new(roots: impl IntoIterator<Item = RootId>) -> Self {
        let mut roots: Vec<u64> = roots.into_iter().map(RootId::to_bits).collect();
        roots.sort_unstable();
        Self(roots)
    }

    /// Calls `each` with those that are in this lineage.
    pub(crate) fn among(&self, lineage: &Lineage, mut each: impl FnMut(u64)) {
        for (first, rows) in lineage.roots() {
            let from = self.0.partition_point(|&root| root < first);
            let end = first.saturating_add(rows.into());
            let here = self.0.iter().skip(from).take_while(|&&root| root < end);
            here.for_each(|&root| each(root));
        }
    }

    /// Whether this root is looked for.
    pub(crate) fn has(&self, root: RootId) -> bool {
        self.0.binary_search(&root.to_bits()).is_ok()
    }
}

/// How a task holds a row. What says most comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Held {
    /// It is in a call that has taken so long.
    InCall(Duration),
    /// The task keeps it, or is about to try it again.
    Kept,
    /// It waits in the mailbox.
    Waiting,
}

/// A task of a bolt in this process.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) component: Arc<str>,
    pub(crate) task: u32,
    pub(crate) mailbox: Arc<Mailbox>,
}

/// All tasks of bolts in this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holders {
    tasks: Arc<[Holder]>,
    peers: Option<Arc<Peers>>,
}

impl Holders {
    pub(crate) fn new(tasks: Vec<Holder>, peers: Option<Arc<Peers>>) -> Self {
        Self {
            tasks: tasks.into(),
            peers,
        }
    }

    /// The mailboxes of these tasks.
    pub(crate) fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        self.tasks.iter().map(|holder| &*holder.mailbox)
    }

    /// Has the trees of a ledger time out whose time is over, and notes where their rows are.
    /// Returns how many do and, of some of them, where; `None` if none does.
    pub(crate) async fn time_out(&self, tracker: &Tracker) -> Option<(usize, Found)> {
        let (all, oldest) = expiring(&tracker.lock());
        if oldest.is_empty() {
            tracker.rotate(|_| Vec::new());
            return None;
        }
        let found = self.ask(&oldest).await;
        tracker.rotate(|ledger| {
            // Some may have been completed meanwhile.
            let (_, oldest) = expiring(ledger);
            let still = Sought::new(oldest.into_iter().map(|tree| tree.root));
            let causes = found.causes();
            causes.filter(|(root, _)| still.has(*root)).collect()
        });
        Some((all, found))
    }

    /// How many trees of a ledger are not settled and, of the oldest of them, where their rows
    /// are; `None` if all are.
    pub(crate) async fn unsettled(&self, tracker: &Tracker) -> Option<(usize, Found)> {
        let (all, oldest) = {
            let ledger = tracker.lock();
            let oldest: Vec<Pending> = ledger.iter().take(TREES).collect();
            (ledger.pending(), oldest)
        };
        match all {
            0 => None,
            _ => Some((all, self.ask(&oldest).await)),
        }
    }

    /// Finds out who holds rows of these trees.
    async fn ask(&self, trees: &[Pending]) -> Found {
        let sought = Arc::new(Sought::new(trees.iter().map(|tree| tree.root)));
        let mut by_root: BTreeMap<u64, (Held, usize)> = BTreeMap::new();
        let mut note = |root, held, at| {
            let known = by_root.entry(root).or_insert((held, at));
            *known = (*known).min((held, at));
        };
        let mut answers = Vec::new();
        for (at, holder) in self.tasks.iter().enumerate().take(TASKS) {
            let mailbox = &holder.mailbox;
            mailbox.look_for(&sought, |root, held| note(root, held, at));
            let (tell, told) = oneshot::channel();
            mailbox.command(BoltCommand::Holds(Arc::clone(&sought), tell));
            answers.push((at, told));
        }
        let until = Instant::now() + PATIENCE;
        for (at, told) in answers {
            if let Ok(Ok(roots)) = timeout_at(until, told).await {
                roots
                    .into_iter()
                    .for_each(|root| note(root, Held::Kept, at));
            }
        }
        let held = |tree: &Pending| match by_root.get(&tree.root.to_bits()) {
            Some(&(held, at)) => self.tasks.get(at).map_or_else(
                || self.elsewhere(tree),
                |holder| Whereabouts::Held(held, Arc::clone(&holder.component), holder.task),
            ),
            None => self.elsewhere(tree),
        };
        Found(trees.iter().map(|tree| (tree.root, held(tree))).collect())
    }

    fn elsewhere(&self, tree: &Pending) -> Whereabouts {
        let peers = self.peers.as_ref();
        Whereabouts::Unknown(peers.map_or_else(Vec::new, |peers| peers.others(tree.touched)))
    }
}

/// How many trees the next rotation fails, and the oldest of them, [`TREES`] at most.
fn expiring(ledger: &Ledger) -> (usize, Vec<Pending>) {
    let mut expiring = ledger.iter().filter(|tree| tree.expiring);
    let oldest: Vec<Pending> = expiring.by_ref().take(TREES).collect();
    (oldest.len() + expiring.count(), oldest)
}

/// Where a row of a tree is, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whereabouts {
    Held(Held, Arc<str>, u32),
    /// In no task of this process; the tree has touched these other workers.
    Unknown(Vec<u32>),
}

/// Where rows of trees are.
#[derive(Debug)]
pub(crate) struct Found(Vec<(RootId, Whereabouts)>);

impl Found {
    /// What is known of each tree, for whoever hears of its end: completes "it timed out: ".
    fn causes(&self) -> impl Iterator<Item = (RootId, Arc<str>)> {
        let causes = self.0.iter();
        causes.map(|(root, place)| (*root, causes::bounded(&place.of_one())))
    }

    /// What is known of them all, the most first: completes "of the first of them, ".
    pub(crate) fn summary(&self) -> String {
        let mut counts: BTreeMap<Whereabouts, usize> = BTreeMap::new();
        for (_, place) in &self.0 {
            *counts.entry(place.without_times()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut text = String::new();
        for (place, count) in counts {
            let separator = if text.is_empty() { "" } else { "; " };
            let _ = write!(text, "{separator}{count} {}", place.of_many());
        }
        text
    }
}

impl Whereabouts {
    /// The same for calls that have taken different times.
    fn without_times(&self) -> Self {
        match self {
            Self::Held(Held::InCall(_), component, task) => {
                Self::Held(Held::InCall(Duration::ZERO), Arc::clone(component), *task)
            }
            other => other.clone(),
        }
    }

    fn of_one(&self) -> String {
        match self {
            Self::Held(Held::InCall(time), component, task) => format!(
                "`{component}`, task {task}, has been in a call with a row of it for {time:.1?}"
            ),
            Self::Held(Held::Kept, component, task) => {
                format!("`{component}`, task {task}, keeps a row of it")
            }
            Self::Held(Held::Waiting, component, task) => {
                format!("a row of it waits for `{component}`, task {task}")
            }
            Self::Unknown(workers) if workers.is_empty() => "no task has a row of it".to_owned(),
            Self::Unknown(workers) => format!(
                "no task of the worker of its spout has a row of it; it has been in {}",
                workers_of(workers)
            ),
        }
    }

    fn of_many(&self) -> String {
        match self {
            Self::Held(Held::InCall(_), component, task) => {
                format!("in a call of `{component}`, task {task}")
            }
            Self::Held(Held::Kept, component, task) => {
                format!("kept by `{component}`, task {task}")
            }
            Self::Held(Held::Waiting, component, task) => {
                format!("waiting for `{component}`, task {task}")
            }
            Self::Unknown(workers) if workers.is_empty() => "in no task".to_owned(),
            Self::Unknown(workers) => format!(
                "in no task of the worker of the spout, but sent to {}",
                workers_of(workers)
            ),
        }
    }
}

/// Workers by their numbers.
fn workers_of(workers: &[u32]) -> String {
    let numbers: Vec<String> = workers.iter().map(u32::to_string).collect();
    match numbers.len() {
        1 => format!("worker {}", numbers.concat()),
        _ => format!("the workers {}", numbers.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use stormcell_acking::SpoutIndex;
    use stormcell_batch::Run;

    use super::*;

    fn root(tree: u64) -> RootId {
        RootId::new(SpoutIndex::new(0).expect("an index"), 1, tree)
    }

    #[test]
    fn roots_are_found_in_every_form_of_lineage() {
        let sought = Sought::new([root(9), root(3), root(4)]);
        let found = |lineage: Lineage| {
            let mut found = Vec::new();
            sought.among(&lineage, |root| {
                found.push(RootId::from_bits(root).counter())
            });
            found
        };
        let runs = [(0, 4), (9, 1), (20, 5)].map(|(first, rows)| Run {
            root: root(first).to_bits(),
            rows,
            edge: 7,
        });
        assert_eq!(found(Lineage::Runs(runs.to_vec())), [3, 9]);
        let one = Lineage::One {
            roots: vec![root(4).to_bits(), Lineage::NO_ROOT, root(5).to_bits()],
            edges: vec![1, 0, 2],
        };
        assert_eq!(found(one), [4]);
        let many = Lineage::Many {
            offsets: vec![0, 2, 2, 3],
            roots: [3, 5, 9].map(|tree| root(tree).to_bits()).to_vec(),
            edges: vec![1, 2, 3],
        };
        assert_eq!(found(many), [3, 9]);
        assert_eq!(found(Lineage::Untracked { rows: 5 }), [0u64; 0]);
        assert!(sought.has(root(9)) && !sought.has(root(5)));
    }

    #[test]
    fn what_is_known_is_told_in_words() {
        let slow: Arc<str> = "slow".into();
        let in_call = |ms| Held::InCall(Duration::from_millis(ms));
        let held = |held| Whereabouts::Held(held, Arc::clone(&slow), 3);
        let found = Found(vec![
            (root(1), held(in_call(12_340))),
            (root(2), held(in_call(1))),
            (root(3), held(Held::Waiting)),
            (root(4), held(Held::Kept)),
            (root(5), Whereabouts::Unknown(vec![])),
            (root(6), Whereabouts::Unknown(vec![2])),
        ]);
        let causes: Vec<_> = found.causes().map(|(_, cause)| cause.to_string()).collect();
        assert_eq!(
            causes,
            [
                "`slow`, task 3, has been in a call with a row of it for 12.3s",
                "`slow`, task 3, has been in a call with a row of it for 1.0ms",
                "a row of it waits for `slow`, task 3",
                "`slow`, task 3, keeps a row of it",
                "no task has a row of it",
                "no task of the worker of its spout has a row of it; it has been in worker 2",
            ]
        );
        assert_eq!(
            found.summary(),
            "2 in a call of `slow`, task 3; 1 kept by `slow`, task 3; 1 waiting for `slow`, \
             task 3; 1 in no task; 1 in no task of the worker of the spout, but sent to worker 2"
        );
    }
}
