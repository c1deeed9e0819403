//! The fault switch: what is lost is replayed, or given up in the end.

use super::basic::{counts, word_count};
use super::harness::{Case, errors};

/// The fault is between a spout and the first bolt, so that no word is counted twice.
#[test]
fn lost_rows_are_replayed_until_the_counts_are_exact() {
    let text = word_count("message-timeout: 5s", 3_000, 2);
    let ran = Case::new(text).drop(0.05).run();
    let trees = ran.report().trees;
    assert_eq!(ran.rows("print"), counts(3_000));
    assert!(trees.dropped_by_fault > 50, "{trees:?}");
    // Every loss is noticed once, by time, and made up for once.
    assert_eq!(trees.timed_out, trees.dropped_by_fault);
    assert_eq!(trees.replayed, trees.dropped_by_fault);
    assert_eq!(
        (trees.emitted, trees.acked, trees.failed),
        (3_000, 3_000, 0)
    );
}

/// Whatever the order of time, the first so many rows that a task sends fare alike.
#[test]
fn the_same_seed_loses_as_many_rows() {
    let lost = |seed| {
        let text = word_count("message-timeout: 5s", 1_000, 2);
        let case = Case::new(text)
            .drop(0.1)
            .options(|options| options.seed = seed);
        case.run().report().trees.dropped_by_fault
    };
    let first = lost(1);
    assert_eq!(lost(1), first);
    assert!((2..12).any(|seed| lost(seed) != first), "{first}");
}

#[test]
fn lost_rows_are_replayed_on_parallel_threads() {
    let text = word_count("message-timeout: 1s", 1_000, 3);
    let ran = Case::new(text).drop(0.05).run_parallel();
    let trees = ran.report().trees;
    assert!(
        trees.replayed > 0 && trees.dropped_by_fault > 0,
        "{trees:?}"
    );
    assert_eq!(
        (trees.emitted, trees.acked, trees.failed),
        (1_000, 1_000, 0)
    );
}

#[test]
fn what_is_always_lost_is_given_up() {
    let text = word_count("message-timeout: 5s, max-replays: 4", 100, 2);
    let ran = Case::new(text).drop(1.0).run();
    let trees = ran.report().trees;
    assert_eq!((trees.emitted, trees.acked, trees.failed), (100, 0, 100));
    assert_eq!((trees.replayed, trees.timed_out), (400, 500));
    assert!(ran.rows("print").is_empty());
    let errors = errors(ran.component("source"));
    assert!(errors.contains("given up after 4 replays"), "{errors}");
    assert!(errors.contains("timed out"), "{errors}");
    // Five attempts, each of one to two time-outs.
    assert!(
        (25..=50).contains(&ran.elapsed.as_secs()),
        "{:?}",
        ran.elapsed
    );
}

/// A spout that replays by itself is told of each failure.
#[test]
fn a_spout_replays_by_its_own_ids() {
    let ran = Case::new(
        "
name: own-replays
config: { message-timeout: 2s }
spouts:
  - id: source
    component: source
    config: { rows: 400, tracking: ids, again: true }
bolts:
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: print, grouping: { type: shuffle } }
",
    )
    .drop(0.2)
    .run();
    let trees = ran.report().trees;
    assert_eq!(ran.numbers("print"), (0..400).collect::<Vec<i64>>());
    assert!(trees.dropped_by_fault > 40, "{trees:?}");
    // Each failure is for good as far as the host is concerned; the spout emits the
    // row again as a new one.
    assert_eq!(trees.failed, trees.dropped_by_fault);
    assert_eq!(trees.emitted, 400 + trees.failed);
    assert_eq!((trees.acked, trees.replayed), (400, 0));
}
