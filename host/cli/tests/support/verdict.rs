//! What the files say: whether anything was lost, how much came twice, and how long it took
//! after each fault until all was well again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::files::{Entry, Logged, What};

/// Something that was done to the topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What, in words: faults of the same words are counted together.
    pub(crate) what: &'static str,
    /// When, in milliseconds since 1970.
    pub(crate) at: u64,
}

/// What the files say.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// How many numbers were emitted.
    pub(crate) emitted: usize,
    /// How many times one was emitted: more, if some were emitted again.
    pub(crate) attempts: usize,
    /// How many numbers were acked.
    pub(crate) acked: usize,
    /// Numbers that were emitted and not acked.
    pub(crate) pending: BTreeSet<u64>,
    /// Numbers that were acked, and that the sink never got. Nothing is worse.
    pub(crate) lost: BTreeSet<u64>,
    /// Numbers that the sink got and nobody emitted.
    pub(crate) invented: BTreeSet<u64>,
    /// How often the spout was told of a number that was not in flight.
    pub(crate) strays: usize,
    /// Instances that wrote into a journal after a later instance had begun to: two were
    /// alive at the same time.
    pub(crate) revenants: BTreeSet<u32>,
    /// How many rows the sink got.
    pub(crate) received: usize,
    /// How many of these it had got already.
    pub(crate) duplicates: usize,
    /// How many rows came through each version of the bolt.
    pub(crate) versions: BTreeMap<i64, usize>,
    /// From the first line of the journals to the last, in milliseconds.
    pub(crate) milliseconds: u64,
    /// By what was done: how long each took.
    pub(crate) recoveries: BTreeMap<&'static str, Vec<Recovery>>,
}

/// How long it took until all was well after a fault, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recovery {
    /// Until anything was acked.
    pub(crate) first_ack: u64,
    /// Until everything was acked that had been in flight.
    pub(crate) all_acked: u64,
}

/// Reads a verdict out of the journals, one a part, and what the sink logged.
pub(crate) fn verdict(journals: &[Vec<Entry>], logged: &[Logged], faults: &[Fault]) -> Verdict {
    let entries = || journals.iter().flatten();
    let mut emitted_at: BTreeMap<u64, u64> = BTreeMap::new();
    let mut acked_at: BTreeMap<u64, u64> = BTreeMap::new();
    let mut verdict = Verdict::default();
    for entry in entries() {
        match entry.what {
            What::Emit => {
                verdict.attempts += 1;
                emitted_at.entry(entry.number).or_insert(entry.at);
            }
            What::Ack => {
                acked_at.entry(entry.number).or_insert(entry.at);
            }
            What::Stray => verdict.strays += 1,
            What::Open | What::Fail => {}
        }
    }
    verdict.revenants = journals
        .iter()
        .flat_map(|journal| revenants(journal))
        .collect();
    let emitted: BTreeSet<u64> = emitted_at.keys().copied().collect();
    let acked: BTreeSet<u64> = acked_at.keys().copied().collect();
    let received: BTreeSet<u64> = logged.iter().map(|row| row.number).collect();
    for row in logged {
        *verdict.versions.entry(row.version).or_default() += 1;
    }
    verdict.emitted = emitted.len();
    verdict.acked = acked.len();
    verdict.pending = &emitted - &acked;
    verdict.lost = &acked - &received;
    verdict.invented = &received - &emitted;
    verdict.received = logged.len();
    verdict.duplicates = logged.len() - received.len();
    let begin = entries().map(|entry| entry.at).min().unwrap_or(0);
    let end = entries().map(|entry| entry.at).max().unwrap_or(0);
    verdict.milliseconds = end - begin;
    for fault in faults {
        if let Some(recovery) = recovery(fault.at, &emitted_at, &acked_at) {
            verdict
                .recoveries
                .entry(fault.what)
                .or_default()
                .push(recovery);
        }
    }
    verdict
}

/// The instances that wrote into a journal after a later one.
fn revenants(journal: &[Entry]) -> BTreeSet<u32> {
    let mut over = BTreeSet::new();
    let mut found = BTreeSet::new();
    for pair in journal.windows(2) {
        let (before, now) = (pair[0].tag, pair[1].tag);
        if before != now {
            over.insert(before);
        }
        if over.contains(&now) {
            found.insert(now);
        }
    }
    found
}

/// How long it took after a fault; `None` if nothing was in flight, or it was never acked.
fn recovery(
    fault: u64,
    emitted_at: &BTreeMap<u64, u64>,
    acked_at: &BTreeMap<u64, u64>,
) -> Option<Recovery> {
    let first_ack = acked_at.values().filter(|&&at| at > fault).min()?;
    let all_acked = emitted_at
        .iter()
        .filter(|&(_, &at)| at <= fault)
        .map(|(number, _)| acked_at.get(number).copied())
        .filter(|acked| acked.is_none_or(|at| at > fault))
        .collect::<Option<Vec<u64>>>()?
        .into_iter()
        .max()?;
    Some(Recovery {
        first_ack: first_ack - fault,
        all_acked: all_acked - fault,
    })
}

impl Verdict {
    /// Panics unless every number that was emitted was acked, and got to the sink.
    pub(crate) fn assert_nothing_lost(&self) {
        let some = |numbers: &BTreeSet<u64>| numbers.iter().copied().take(20).collect::<Vec<_>>();
        assert!(self.emitted > 0, "nothing was emitted");
        assert_eq!(
            self.lost.len(),
            0,
            "acked but missing: {:?} ...",
            some(&self.lost)
        );
        assert_eq!(
            self.pending.len(),
            0,
            "never acked: {:?} ...",
            some(&self.pending)
        );
        assert_eq!(
            self.invented.len(),
            0,
            "never emitted: {:?} ...",
            some(&self.invented)
        );
        assert_eq!(
            self.strays, 0,
            "the spout was told of rows that were not in flight"
        );
        assert!(
            self.revenants.is_empty(),
            "two incarnations of a task were alive: {:?}",
            self.revenants
        );
    }
}

/// The value that this share of the sorted values does not exceed (nearest rank).
fn quantile(sorted: &[u64], share: f64) -> u64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let seconds = self.milliseconds as f64 / 1e3;
        writeln!(f, "emitted            {:>9}", self.emitted)?;
        writeln!(f, "acked              {:>9}", self.acked)?;
        writeln!(f, "acked but missing  {:>9}", self.lost.len())?;
        writeln!(f, "never acked        {:>9}", self.pending.len())?;
        writeln!(
            f,
            "emitted again      {:>9}  {:.2} %",
            self.attempts - self.emitted,
            percent(self.attempts - self.emitted, self.emitted)
        )?;
        writeln!(
            f,
            "duplicates         {:>9}  {:.2} %",
            self.duplicates,
            percent(self.duplicates, self.emitted)
        )?;
        writeln!(
            f,
            "acked a second     {:>9.0}  over {seconds:.1} s",
            self.acked as f64 / seconds.max(0.001)
        )?;
        for (version, rows) in &self.versions {
            writeln!(f, "through version {version}  {rows:>9}")?;
        }
        writeln!(
            f,
            "\n{:<22} {:>6} {:>22} {:>28}",
            "fault", "times", "first ack p50/p99", "all in flight acked p50/p99"
        )?;
        for (what, recoveries) in &self.recoveries {
            let sorted = |of: fn(&Recovery) -> u64| {
                let mut times: Vec<u64> = recoveries.iter().map(of).collect();
                times.sort_unstable();
                times
            };
            let times =
                |times: &[u64]| format!("{} / {} ms", quantile(times, 0.5), quantile(times, 0.99));
            let (first, all) = (sorted(|r| r.first_ack), sorted(|r| r.all_acked));
            writeln!(
                f,
                "{what:<22} {:>6} {:>22} {:>28}",
                recoveries.len(),
                times(&first),
                times(&all)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(lines: &[(char, What, u64, u64)]) -> Vec<Entry> {
        let entry = |&(tag, what, number, at): &(char, What, u64, u64)| Entry {
            tag: tag.into(),
            what,
            number,
            at,
        };
        lines.iter().map(entry).collect()
    }

    fn logged(numbers: &[u64]) -> Vec<Logged> {
        let row = |&number: &u64| Logged { number, version: 1 };
        numbers.iter().map(row).collect()
    }

    #[test]
    fn what_was_acked_and_is_not_there_is_lost() {
        use What::{Ack, Emit, Open};
        let journal = entries(&[
            ('a', Open, 1, 0),
            ('a', Emit, 0, 1),
            ('a', Emit, 2, 1),
            ('a', Emit, 4, 1),
            ('a', Ack, 0, 2),
            ('a', Ack, 2, 3),
        ]);
        let verdict = verdict(&[journal], &logged(&[0, 0, 9]), &[]);
        assert_eq!(
            (verdict.emitted, verdict.acked, verdict.attempts),
            (3, 2, 3)
        );
        assert_eq!(verdict.lost, [2].into());
        assert_eq!(verdict.pending, [4].into());
        assert_eq!(verdict.invented, [9].into());
        assert_eq!((verdict.received, verdict.duplicates), (3, 1));
        let failed = std::panic::catch_unwind(|| verdict.assert_nothing_lost());
        assert!(failed.is_err());
    }

    #[test]
    fn an_instance_that_writes_after_its_successor_is_found() {
        use What::{Ack, Emit, Open, Stray};
        let tidy = entries(&[('a', Open, 1, 0), ('a', Emit, 0, 1), ('b', Open, 1, 2)]);
        let untidy = entries(&[
            ('c', Open, 1, 0),
            ('c', Emit, 1, 1),
            ('d', Open, 1, 2),
            ('c', Ack, 1, 3),
            ('d', Stray, 1, 4),
        ]);
        let verdict = verdict(&[tidy, untidy], &[], &[]);
        assert_eq!(verdict.revenants, ['c', 'd'].map(u32::from).into());
        assert_eq!(verdict.strays, 1);
    }

    #[test]
    fn a_recovery_ends_when_all_that_was_in_flight_is_acked() {
        use What::{Ack, Emit};
        let journal = entries(&[
            ('a', Emit, 0, 10),
            ('a', Emit, 1, 11),
            ('a', Ack, 0, 20),
            ('a', Emit, 2, 99),
            // Killed at 100; 1 and 2 are in flight.
            ('b', Emit, 1, 150),
            ('b', Emit, 2, 150),
            ('b', Emit, 3, 160),
            ('b', Ack, 1, 170),
            ('b', Ack, 2, 190),
            ('b', Ack, 3, 500),
        ]);
        let faults = [
            Fault {
                what: "kill",
                at: 100,
            },
            // Nothing is in flight any more.
            Fault {
                what: "kill",
                at: 600,
            },
        ];
        let verdict = verdict(&[journal], &logged(&[0, 1, 2, 3]), &faults);
        let expected = Recovery {
            first_ack: 70,
            all_acked: 90,
        };
        assert_eq!(
            verdict.recoveries,
            BTreeMap::from([("kill", vec![expected])])
        );
        assert_eq!(verdict.attempts - verdict.emitted, 2);
        verdict.assert_nothing_lost();
    }

    #[test]
    fn quantiles_are_values_that_are_there() {
        assert_eq!(quantile(&[7], 0.99), 7);
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!(
            (quantile(&hundred, 0.5), quantile(&hundred, 0.99)),
            (50, 99)
        );
    }
}
