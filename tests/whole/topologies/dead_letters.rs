//! Rows that cannot be processed: they are stored and done with, and nothing else is.

use std::path::Path;

use stormcell_batch::Value;
use stormcell_dead_letters::{Bounds, Store, StoredLetter};
use stormcell_runtime::Ending;

use super::harness::{Case, Ran, errors};

/// `rows` rows through a bolt with this configuration to one that prints them.
pub(super) fn through(component: &str, config: &str, rows: u64) -> String {
    format!(
        "
name: faulty
config: {{ max-replays: 2 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows}, texts: [a, b] }} }}
bolts:
  - id: faulty
    component: {component}
    config: {config}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: faulty, grouping: {{ type: shuffle }} }}
  - {{ from: faulty, to: print, grouping: {{ type: global }} }}
"
    )
}

pub(super) fn store(dir: &Path) -> Store {
    Store::new(dir.join("letters/faulty.redb"), Bounds::default())
}

/// Runs it with a store, and returns what is in the store then, the oldest first.
fn run(text: String) -> (Ran, Vec<StoredLetter>) {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let given = store.clone();
    let ran = Case::new(text)
        .options(move |options| options.dead_letters = Some(given))
        .run();
    let (counts, mut letters) = store.newest(None, usize::MAX).unwrap();
    assert_eq!(counts.letters, letters.len() as u64);
    letters.reverse();
    (ran, letters)
}

fn all_but(rows: i64, without: &[i64]) -> Vec<i64> {
    (0..rows).filter(|row| !without.contains(row)).collect()
}

/// The numbers of the rows in letters, ascending.
pub(super) fn numbers(letters: &[StoredLetter]) -> Vec<i64> {
    let number = |stored: &StoredLetter| match stored.letter.row[0].value() {
        Ok(Value::Int(number)) => number,
        other => panic!("{other:?}"),
    };
    let mut numbers: Vec<i64> = letters.iter().map(number).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn rows_that_trap_become_dead_letters_and_no_other_row_does() {
    let rows = [0, 1, 499, 500, 998, 999];
    let (ran, letters) = run(through("relay", &format!("{{ trap: {rows:?} }}"), 1_000));
    let trees = ran.report().trees;
    assert_eq!(ran.report().ending, Ending::Finished);
    assert_eq!(ran.numbers("print"), all_but(1_000, &rows));
    assert_eq!((trees.acked, trees.failed, trees.replayed), (1_000, 0, 0));
    assert_eq!(numbers(&letters), rows);
    let faulty = ran.component("faulty");
    assert_eq!((faulty.dead_letters, faulty.failed), (6, 0));
    assert!(faulty.quarantined.is_empty());
    assert!(errors(faulty).contains("a row became a dead letter: "));
}

#[test]
fn a_letter_says_what_happened_where_and_to_which_row() {
    let (ran, letters) = run(through("relay", "{ trap: [333] }", 1_000));
    let [StoredLetter { id, letter, .. }] = letters.as_slice() else {
        panic!("{letters:#?}");
    };
    assert_eq!(*id, 1);
    assert_eq!(
        (letter.topology.as_str(), letter.component.as_str()),
        ("faulty", "faulty")
    );
    // Tasks are numbered by the ids of components.
    assert_eq!((letter.task, letter.source.task), (1, 3));
    assert_eq!(
        (
            letter.source.component.as_str(),
            letter.source.stream.as_str()
        ),
        ("source", "default")
    );
    assert!(letter.digest.starts_with("sha256:"), "{}", letter.digest);
    assert_eq!(letter.cause, "trap");
    assert!(
        letter.reason.contains("trapped in `execute`"),
        "{}",
        letter.reason
    );
    assert!(!letter.backtrace.is_empty());
    // One attempt a halving, and two alone.
    assert!((2..=12).contains(&letter.attempts), "{}", letter.attempts);
    assert_eq!(u64::from(letter.attempts), ran.component("faulty").restarts);
    let values: Vec<Value> = letter
        .row
        .iter()
        .map(|cell| cell.value().unwrap())
        .collect();
    assert_eq!(values, [Value::Int(333), Value::Text("b".to_owned())]);
    let names: Vec<&str> = letter.row.iter().map(|cell| cell.name.as_str()).collect();
    assert_eq!(names, ["i", "text"]);
}

#[test]
fn what_is_not_valid_becomes_a_dead_letter() {
    let (ran, letters) = run(through("raw", "{ do: emit what is not UTF-8 }", 50));
    assert_eq!(ran.report().trees.acked, 50);
    assert_eq!(numbers(&letters), [7]);
    assert_eq!(letters[0].letter.cause, "invalid-output");
}

#[test]
fn rows_that_go_over_a_limit_become_dead_letters() {
    // Each row is returned twice, and two rows are one too many.
    let text = through("relay", "{ copies: 2 }", 3).replace(
        "component: relay",
        "component: relay\n    limits: { output-rows: 1 }",
    );
    let (ran, letters) = run(text);
    assert_eq!((ran.report().trees.acked, ran.rows("print").len()), (3, 0));
    assert_eq!(numbers(&letters), [0, 1, 2]);
    assert!(
        letters
            .iter()
            .all(|stored| stored.letter.cause == "output-rows")
    );
}

/// The first instance traps at a row, and the next does not: the row is not the cause.
#[test]
fn a_fault_of_the_moment_costs_no_row() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let given = store.clone();
    let text = through(
        "relay",
        "{ trap: [5], unless: /state/mark, once-only: true }",
        10,
    )
    .replace(
        "component: relay",
        "component: relay\n    grants: { files: [{ host: ., guest: /state, access: read-write }] }",
    );
    let ran = Case::new(text)
        .base_dir(dir.path())
        .options(move |options| options.dead_letters = Some(given))
        .run();
    assert_eq!(ran.numbers("print"), all_but(10, &[]));
    assert_eq!(ran.component("faulty").restarts, 1);
    assert_eq!(store.counts().unwrap().letters, 0);
}

/// Rows that a bolt fails by itself are no fault of its; they are given up by the spout.
#[test]
fn rows_that_fail_after_all_replays_become_dead_letters_of_the_spout() {
    let (ran, letters) = run(through("relay", "{ fail: [5, 6] }", 100));
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.replayed), (98, 2, 4));
    assert_eq!(numbers(&letters), [5, 6]);
    for StoredLetter { letter, .. } in &letters {
        assert_eq!(
            (letter.component.as_str(), letter.cause.as_str()),
            ("source", "max-replays")
        );
        assert_eq!(
            (letter.attempts, letter.source.stream.as_str()),
            (3, "default")
        );
        for expected in ["at last because it failed in `faulty`, task ", "is failed"] {
            assert!(letter.reason.contains(expected), "{}", letter.reason);
        }
    }
    assert_eq!(ran.component("source").dead_letters, 2);
}

/// Rows that always fail take the place of others for as long as they are replayed, and no
/// longer: with ten pending at most, fifty of them at the beginning keep nobody out.
#[test]
fn rows_that_always_fail_do_not_keep_out_the_others() {
    let bad: Vec<i64> = (0..50).collect();
    let text = through("relay", &format!("{{ fail: {bad:?} }}"), 1_000);
    let text = text.replace("max-replays: 2", "max-replays: 2, max-pending: 10");
    let (ran, letters) = run(text);
    assert_eq!(ran.report().ending, Ending::Finished);
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (950, 50));
    assert_eq!(trees.replayed, 2 * 50);
    assert_eq!(ran.numbers("print"), all_but(1_000, &bad));
    assert_eq!(numbers(&letters), bad);
}

/// The letters of three rows that time out at this bolt.
fn timed_out_at(bolt: &str) -> (Ran, Vec<String>) {
    let (ran, letters) = run(format!(
        "
name: timed-out
config: {{ message-timeout: 10s, max-replays: 0 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: 3 }} }}
bolts:
  - {{ id: first, component: relay }}
  - {{ id: late, {bolt} }}
streams:
  - {{ from: source, to: first, grouping: {{ type: shuffle }} }}
  - {{ from: first, to: late, grouping: {{ type: shuffle }} }}
"
    ));
    assert_eq!(ran.report().trees.timed_out, 3);
    assert_eq!(numbers(&letters), [0, 1, 2]);
    let reasons = letters.into_iter().map(|stored| stored.letter.reason);
    (ran, reasons.collect())
}

/// "It timed out" was all that anybody knew.
#[test]
fn a_letter_of_a_row_that_timed_out_says_who_held_it() {
    let slow =
        "component: relay, config: { wait: 40000 }, limits: { host-time: 1h, output-rows: 4 }";
    let (ran, reasons) = timed_out_at(slow);
    let because = "given up after 0 replays (max-replays), at last because it timed out: ";
    let in_call = format!("{because}`late`, task 2, has been in a call with a row of it for ");
    let is_in_call = |reason: &String| reason.starts_with(&in_call);
    assert!(reasons.iter().all(is_in_call), "{reasons:?}");
    let said = errors(ran.component("source"));
    let expected = "1 rows timed out (message-timeout: 10s): 1 in a call of `late`, task 2";
    assert!(said.contains(expected), "{said}");

    let (ran, reasons) = timed_out_at("component: hold, config: {}");
    let kept = format!("{because}`late`, task 2, keeps a row of it");
    assert_eq!(reasons, [(); 3].map(|()| kept.clone()));
    let said = errors(ran.component("source"));
    assert!(said.contains("3 kept by `late`, task 2"), "{said}");
}

#[test]
fn without_acking_a_row_becomes_a_dead_letter_all_the_same() {
    let text = through("relay", "{ trap: [7] }", 20).replace("max-replays: 2", "acking: false");
    let (ran, letters) = run(text);
    assert_eq!(ran.numbers("print"), all_but(20, &[7]));
    assert_eq!(numbers(&letters), [7]);
}

#[test]
fn a_topology_that_wants_no_dead_letters_gets_none() {
    let text = through("relay", "{ trap: [7], fail: [8] }", 20)
        .replace("max-replays: 2", "max-replays: 2, dead-letters: false");
    let (ran, letters) = run(text);
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.replayed), (18, 2, 4));
    assert_eq!(letters, []);
}

#[test]
fn a_row_that_cannot_be_stored_fails() {
    let dir = tempfile::tempdir().unwrap();
    // No folder can be made where a file is.
    std::fs::write(dir.path().join("letters"), "").unwrap();
    let store = store(dir.path());
    let ran = Case::new(through("relay", "{ trap: [7] }", 20))
        .options(move |options| options.dead_letters = Some(store))
        .run();
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed, trees.replayed), (19, 1, 2));
    assert_eq!(ran.numbers("print"), all_but(20, &[7]));
    let faulty = ran.component("faulty");
    assert_eq!((faulty.dead_letters, faulty.failed), (0, 3));
    assert!(errors(faulty).contains("a dead letter could not be stored"));
}

/// A component that faults whatever it is given does not pour its stream into the store.
#[test]
fn a_task_over_its_budget_makes_no_more_dead_letters() {
    let text = through("relay", "{ always: trap }", 500).replace(
        "component: relay",
        "component: relay\n    restart: { budget: 5 }",
    );
    let (ran, letters) = run(text);
    let trees = ran.report().trees;
    let of = |cause: &str| {
        letters
            .iter()
            .filter(|stored| stored.letter.cause == cause)
            .count()
    };
    // Each was alone in its call, and took one from the budget.
    assert_eq!(of("trap"), 5);
    // The others failed, and failed again whenever they were emitted again.
    assert_eq!((trees.acked, trees.failed), (5, 495));
    assert_eq!(of("max-replays"), 495);
    assert_eq!(ran.component("faulty").quarantined.len(), 1);
}

/// Runs a topology with this store.
pub(super) fn run_with(store: &Store, text: String) -> Ran {
    let given = store.clone();
    Case::new(text)
        .options(move |options| options.dead_letters = Some(given))
        .run()
}

fn only_letter(store: &Store) -> StoredLetter {
    let (_, letters) = store.newest(None, 9).unwrap();
    let [letter] = letters.as_slice() else {
        panic!("{letters:#?}");
    };
    letter.clone()
}

#[test]
fn a_letter_that_is_replayed_is_gone_when_its_row_is_processed() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    run_with(&store, through("relay", "{ trap: [7] }", 20));
    let letter = only_letter(&store);
    assert_eq!(store.ask(&[letter.id]).unwrap(), [letter.id]);
    // The run does not end without it, though its source has nothing.
    let ran = run_with(&store, through("relay", "{}", 0));
    assert_eq!(ran.rows("print"), ["7 b"]);
    let trees = ran.report().trees;
    assert_eq!(
        (trees.emitted, trees.acked),
        (0, 0),
        "it is no row of a spout"
    );
    assert_eq!(store.counts().unwrap().letters, 0);
}

#[test]
fn a_letter_that_is_replayed_in_vain_stays_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    run_with(&store, through("relay", "{ trap: [7] }", 20));
    let before = only_letter(&store);
    for attempts in 1..=2 {
        store.ask(&[before.id]).unwrap();
        let ran = run_with(&store, through("relay", "{ trap: [7] }", 3));
        assert_eq!(ran.numbers("print"), [0, 1, 2]);
        let after = only_letter(&store);
        assert_eq!((after.id, after.replay_asked), (before.id, false));
        assert_eq!(after.letter.attempts, before.letter.attempts + attempts);
        let last = after.letter.last_replay.unwrap();
        assert!(last.starts_with("it failed in `faulty`, task "), "{last}");
        assert!(last.contains("row 7 traps"), "{last}");
        assert_eq!(after.letter.row, before.letter.row);
    }
}

#[test]
fn a_letter_that_no_longer_fits_stays_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    run_with(&store, through("relay", "{ trap: [7] }", 20));
    let letter = only_letter(&store);
    store.ask(&[letter.id]).unwrap();
    let text = through("relay", "{}", 3).replace("to: faulty,", "to: other,");
    let text = text
        .replace(
            "  - id: faulty",
            "  - { id: other, component: relay }\n  - id: faulty",
        )
        .replace(
            "streams:",
            "streams:\n  - { from: other, to: faulty, grouping: { type: shuffle } }",
        );
    let ran = run_with(&store, text);
    assert_eq!(ran.numbers("print"), [0, 1, 2]);
    let after = only_letter(&store);
    assert_eq!(after.letter.attempts, letter.letter.attempts);
    let said = after.letter.last_replay.unwrap();
    assert_eq!(
        said,
        "it was not replayed: it does not subscribe to the stream any more"
    );
}

#[test]
fn a_letter_of_a_spout_is_emitted_once_more() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    run_with(&store, through("relay", "{ fail: [5] }", 10));
    let letter = only_letter(&store);
    assert_eq!(letter.letter.cause, "max-replays");
    for (config, printed, left) in [("{ fail: [5] }", 0, 1), ("{}", 1, 0)] {
        store.ask(&[letter.id]).unwrap();
        let ran = run_with(&store, through("relay", config, 0));
        assert_eq!(ran.rows("print").len(), printed);
        assert_eq!(store.counts().unwrap().letters, left);
    }
}

/// Of more than are replayed at a time, the others were left, and the run ended well.
#[test]
fn a_run_replays_all_letters_that_are_asked_for() {
    const LETTERS: i64 = 200;
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let trap: Vec<i64> = (0..LETTERS).collect();
    let text = through("relay", &format!("{{ trap: {trap:?} }}"), LETTERS as u64);
    let text = text.replace("config: { max-replays: 2 }", "config: { max-replays: 0 }");
    let text = text.replace(
        "component: relay",
        "component: relay\n    restart: { budget: 1000 }",
    );
    run_with(&store, text);
    let (_, letters) = store.newest(None, usize::MAX).unwrap();
    assert_eq!(numbers(&letters), trap);
    let ids: Vec<u64> = letters.iter().map(|letter| letter.id).collect();
    store.ask(&ids).unwrap();
    let ran = run_with(&store, through("relay", "{}", 0));
    assert_eq!(ran.numbers("print"), trap);
    assert_eq!(store.counts().unwrap().letters, 0);
}
