//! What must hold at every moment of a simulation, and at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use std::sync::Mutex;

use super::simulation::{Log, now};

/// Watches what components print. A `source` with `tell` says what becomes of its rows,
/// and a `print` prints those that it gets.
///
/// A violation is kept, and not a panic at once: it would end a task of the program that
/// is tested, which would take it as a fault of that task.
#[derive(Debug)]
pub(super) struct Checker {
    log: Arc<Log>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    printed: BTreeMap<i64, Printed>,
    acked: BTreeSet<i64>,
    failed: Vec<(Duration, i64)>,
    violations: Vec<String>,
}

/// A row that was printed.
#[derive(Debug, Clone, Default)]
pub(super) struct Printed {
    pub(super) text: String,
    /// When, and by which task, each time.
    pub(super) by: Vec<(Duration, u32)>,
}

impl Checker {
    pub(super) fn new(log: Arc<Log>) -> Self {
        let state = Mutex::default();
        Self { log, state }
    }

    /// A task wrote a line.
    pub(super) fn line(&self, component: &str, task: u32, line: &str) {
        let mut state = self.state.lock().unwrap();
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        let unknown = || self.broken(&format!("{component} printed {line:?}"));
        match (first, rest.parse::<i64>()) {
            ("acked", Ok(row)) => {
                state.acked.insert(row);
                if !state.printed.contains_key(&row) {
                    drop(state);
                    self.broken(&format!("row {row} was acked and has not arrived"));
                }
            }
            ("failed", Ok(row)) => state.failed.push((now(), row)),
            ("activate" | "deactivate" | "close", _) => {}
            (number, _) => match number.parse() {
                Ok(row) => {
                    let printed = state.printed.entry(row).or_default();
                    rest.clone_into(&mut printed.text);
                    printed.by.push((now(), task));
                }
                Err(_) => {
                    drop(state);
                    unknown();
                }
            },
        }
    }

    /// Something must never happen, and has.
    pub(super) fn broken(&self, what: &str) {
        self.log.say(format_args!("BROKEN: {what}"));
        self.state.lock().unwrap().violations.push(what.to_owned());
    }

    /// What has happened that must never happen.
    pub(super) fn violations(&self) -> Vec<String> {
        self.state.lock().unwrap().violations.clone()
    }

    /// Panics if anything has happened that must not.
    pub(super) fn is_sound(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "{violations:#?}");
    }

    /// All rows from 0 to this number are acked and have arrived, and no others. Returns
    /// how many arrived more than once.
    pub(super) fn is_complete(&self, rows: i64) -> usize {
        self.is_sound();
        let state = self.state.lock().unwrap();
        let expected: Vec<i64> = (0..rows).collect();
        let arrived: Vec<i64> = state.printed.keys().copied().collect();
        assert_eq!(arrived, expected, "what arrived");
        let acked: Vec<i64> = state.acked.iter().copied().collect();
        assert_eq!(acked, expected, "what was acked");
        let again = state.printed.values().filter(|row| row.by.len() > 1);
        again.count()
    }

    /// The rows that have arrived, by number.
    pub(super) fn printed(&self) -> BTreeMap<i64, Printed> {
        self.state.lock().unwrap().printed.clone()
    }

    /// How many rows have been printed, each time counted.
    pub(super) fn prints(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.printed.values().map(|row| row.by.len()).sum()
    }

    /// How many rows are acked.
    pub(super) fn acked(&self) -> usize {
        self.state.lock().unwrap().acked.len()
    }

    /// The rows that the spout was told have failed, and when.
    pub(super) fn failed(&self) -> Vec<(Duration, i64)> {
        self.state.lock().unwrap().failed.clone()
    }
}

#[test]
fn what_is_acked_and_has_not_arrived_is_seen() {
    let checker = Checker::new(Arc::default());
    checker.line("print", 1, "0 text");
    checker.line("source", 2, "acked 0");
    assert_eq!(checker.is_complete(1), 0);
    checker.line("print", 1, "0 text");
    assert_eq!(checker.is_complete(1), 1);
    checker.line("source", 2, "acked 1");
    let seen = std::panic::catch_unwind(|| checker.is_sound());
    assert!(seen.is_err());
}
