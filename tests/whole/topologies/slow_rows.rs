//! Rows that take long: a call has as many as its component works on in a moment, so limits of
//! a call are those of a few rows, and nothing waits for a long one.

use super::harness::{Case, Ran, errors};

/// `rows` rows through a bolt with this configuration and these limits, to one that prints them.
fn through(config: &str, limits: &str, rows: u64) -> Case {
    Case::new(format!(
        "
name: slow-rows
config: {{ message-timeout: 100s, max-replays: 0 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows} }} }}
bolts:
  - id: slow
    component: relay
    config: {config}
    grants: {{ clock: real }}
    limits: {limits}
  - {{ id: print, component: print, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: slow, grouping: {{ type: shuffle }} }}
  - {{ from: slow, to: print, grouping: {{ type: global }} }}
"
    ))
}

/// All rows came through, each once.
fn each_came_through(ran: &Ran, rows: i64) {
    assert_eq!(ran.numbers("print"), (0..rows).collect::<Vec<_>>());
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (rows as u64, 0));
    assert_eq!(trees.replayed, 0);
}

/// Sixty rows of 20 ms were one call, which came to its limit, was searched for a row at fault
/// that it did not have, and lost what its instances had counted.
#[test]
fn rows_that_compute_for_long_are_given_once_and_end_no_instance() {
    let ran = through("{ work: 20000 }", "{ call-time: 200ms }", 60).run_parallel();
    each_came_through(&ran, 60);
    let slow = ran.component("slow");
    assert_eq!((slow.restarts, slow.rows_in), (0, 60));
    assert_eq!(errors(slow), "");
}

#[test]
fn rows_that_wait_for_long_are_given_once_and_end_no_instance() {
    let ran = through("{ wait: 20 }", "{ host-time: 200ms }", 60).run_parallel();
    each_came_through(&ran, 60);
    let slow = ran.component("slow");
    assert_eq!((slow.restarts, slow.rows_in), (0, 60));
    assert_eq!(errors(slow), "");
}

/// Until then they came in calls of a thousand, and nobody could know.
#[test]
fn rows_that_are_slow_all_of_a_sudden_end_one_instance_and_the_limit_is_named() {
    let config = "{ work: 20000, slow-from: 3000 }";
    let ran = through(config, "{ call-time: 200ms }", 3_060).run_parallel();
    each_came_through(&ran, 3_060);
    let slow = ran.component("slow");
    let errors = errors(slow);
    // None, if the first of them happened to come at the end of a call.
    assert!(slow.restarts <= 1, "{errors}");
    if slow.restarts == 1 {
        for expected in [
            "all of them went well in smaller calls",
            "limits.call-time",
            "200ms",
        ] {
            assert!(errors.contains(expected), "{errors}");
        }
    }
}

#[test]
fn a_row_that_takes_too_long_alone_fails_alone() {
    let config = "{ work: 400000, slow-from: 99 }";
    let ran = through(config, "{ call-time: 200ms }", 100).run_parallel();
    assert_eq!(ran.numbers("print"), (0..99).collect::<Vec<_>>());
    let trees = ran.report().trees;
    assert_eq!((trees.acked, trees.failed), (99, 1));
    let errors = errors(ran.component("slow"));
    assert!(errors.contains("limits.call-time"), "{errors}");
    assert!(!errors.contains("went well"), "{errors}");
}

/// Ticks were made when all rows of a call were worked on.
#[test]
fn ticks_come_between_slow_rows() {
    let ran = Case::new(
        "
name: slow-rows
config: { message-timeout: 100s, max-replays: 0 }
spouts:
  - { id: source, component: source, config: { rows: 60 } }
bolts:
  - id: slow
    component: relay
    tick: 100ms
    config: { work: 20000 }
    grants: { clock: real }
  - { id: print, component: print, grants: { stdout: true } }
streams:
  - { from: source, to: slow, grouping: { type: shuffle } }
  - { from: slow, to: print, grouping: { type: global } }
",
    )
    .run_parallel();
    let ticks = ran.numbers("print").iter().filter(|&&i| i == -1).count();
    assert!(ticks >= 5, "{ticks} in more than a second");
    assert_eq!(ran.report().trees.acked, 60);
}
