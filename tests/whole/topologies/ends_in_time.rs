//! A topology that is stopped ends in time, whatever its components do.

use std::time::Duration;

use stormcell_dead_letters::{Bounds, Store};
use stormcell_runtime::{Control, Ending};

use super::harness::{Case, Ran, component, errors, until};

/// So many rows go well, so that those after them come in large calls.
const GOOD: u64 = 1_100;

/// `rows` rows to a bolt that is at fault at each after the first [`GOOD`], and is never given up.
fn faulty(rows: u64, timeout: &str, config: &str, more: &str) -> String {
    format!(
        "
name: ends-in-time
config: {{ message-timeout: {timeout}, max-replays: 0, max-pending: null }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows} }} }}
bolts:
  - id: faulty
    component: relay
    config: {config}
    restart: {{ budget: 10000 }}
    {more}
streams:
  - {{ from: source, to: faulty, grouping: {{ type: shuffle }} }}
"
    )
}

/// Every row that was emitted went well, became a dead letter or failed.
fn none_is_left(ran: &Ran, letters: u64) {
    let trees = ran.report().trees;
    assert_eq!(ran.report().ending, Ending::Stopped);
    assert_eq!(trees.acked, GOOD + letters, "{trees:?}");
    assert_eq!(trees.emitted, trees.acked + trees.failed, "{trees:?}");
    let errors = errors(ran.component("faulty"));
    assert!(errors.contains("is not searched for any more"), "{errors}");
}

/// The rows of the call in hand were halved to the end: minutes, of which nobody had anything.
#[test]
fn a_run_ends_in_time_whatever_its_bolts_do() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::new(dir.path().join("letters.redb"), Bounds::default());
    let given = store.clone();
    let ran = Case::new(faulty(3_000, "3s", "{ trap-from: 1100 }", ""))
        .options(move |options| options.dead_letters = Some(given))
        .run_with(async |control| {
            tokio::time::sleep(Duration::from_secs(2)).await;
            control.stop();
        });
    // Rows may settle for the message time-out, and no longer.
    assert_eq!(ran.elapsed.as_secs(), 5);
    let (counts, _) = store.newest(None, 1).unwrap();
    none_is_left(&ran, counts.letters);
    // Only those that were found to be at fault until then.
    assert!((1..200).contains(&counts.letters), "{}", counts.letters);
    assert_eq!(ran.component("faulty").dead_letters, counts.letters);
}

#[test]
fn who_asks_for_the_end_at_once_does_not_wait_for_rows_to_settle() {
    let ran = Case::new(faulty(3_000, "1h", "{ trap-from: 1100 }", "")).run_with(async |control| {
        tokio::time::sleep(Duration::from_secs(2)).await;
        control.stop();
        tokio::time::sleep(Duration::from_secs(2)).await;
        control.abandon();
    });
    assert_eq!(ran.elapsed.as_secs(), 4);
    none_is_left(&ran, 0);
}

/// Here each try costs computing time.
#[test]
fn a_run_ends_in_time_when_every_call_of_a_bolt_spins() {
    let more = "limits: { call-time: 50ms }\n    grants: { clock: real }";
    let config = "{ work: 20000000, slow-from: 1100 }";
    let ran = Case::new(faulty(3_000, "1s", config, more)).run_parallel_with(async |control| {
        until(&control, |report| {
            component(report, "faulty").rows_in > GOOD
        })
        .await;
        control.stop();
    });
    none_is_left(&ran, 0);
    // To try every row of a call alone takes more than a minute.
    assert!(ran.elapsed.as_secs() < 30, "{:?}", ran.elapsed);
}

/// Four bolts in a row, each of which waits for four seconds when it is closed.
const SLOW_TO_CLOSE: &str = "
name: slow-to-close
spouts:
  - { id: source, component: source, config: { rows: 10 } }
bolts:
  - { id: a, component: relay, config: { close-wait: 4000 } }
  - { id: b, component: relay, config: { close-wait: 4000 } }
  - { id: c, component: relay, parallelism: 2, config: { close-wait: 4000 } }
  - { id: d, component: relay, config: { close-wait: 4000 } }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: a, grouping: { type: shuffle } }
  - { from: a, to: b, grouping: { type: shuffle } }
  - { from: b, to: c, grouping: { type: shuffle } }
  - { from: c, to: d, grouping: { type: shuffle } }
  - { from: d, to: print, grouping: { type: global } }
";

fn slow_to_close(beside: impl AsyncFnOnce(Control) + Send + 'static) -> Ran {
    let ran = Case::new(SLOW_TO_CLOSE).run_with(beside);
    assert_eq!(ran.report().trees.acked, 10);
    assert_eq!(ran.lines("print").last().unwrap(), "close Finished");
    ran
}

/// How many tasks of each of the four had not closed.
fn late(ran: &Ran) -> Vec<usize> {
    let bolts = ["a", "b", "c", "d"].map(|id| ran.component(id));
    let late = bolts.map(|bolt| {
        for task in &bolt.quarantined {
            assert!(task.reason.contains("had taken 10s"), "{}", task.reason);
        }
        let said = errors(bolt).contains("had not closed");
        assert_eq!(said, !bolt.quarantined.is_empty());
        bolt.quarantined.len()
    });
    late.to_vec()
}

#[test]
fn closing_ends_in_time_and_who_did_not_end_is_named() {
    let ran = slow_to_close(async |control| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        control.stop();
    });
    assert_eq!(late(&ran), [0, 0, 2, 1]);
    // Ten seconds, and one for those that were not asked yet.
    assert_eq!(ran.elapsed.as_secs(), 12);
}

#[test]
fn a_topology_that_nobody_stops_closes_for_as_long_as_it_takes() {
    let ran = slow_to_close(async |_| {});
    assert_eq!(late(&ran), [0, 0, 0, 0]);
    assert_eq!(ran.elapsed.as_secs(), 16);
}
