//! Ticks come at their interval, and what bolts emit when they are closed flows down.

use super::harness::Case;

#[test]
fn ticks_come_at_their_interval() {
    let ran = Case::new(
        "
name: ticks
spouts:
  - { id: source, component: source, config: { rows: 10 } }
bolts:
  - { id: hold, component: hold, tick: 1s, config: { release: 10 } }
  - { id: count, component: count, tick: 100ms, parallelism: 3 }
streams:
  - { from: source, to: hold, grouping: { type: shuffle } }
  - { from: source, to: count, grouping: { type: shuffle } }
",
    )
    .run();
    assert_eq!(ran.elapsed.as_secs(), 10);
    // Three tasks, ten a second.
    let ticks = ran.component("count").metrics["ticks"];
    assert!((270.0..=300.0).contains(&ticks), "{ticks}");
}

/// Rows of so many milliseconds each, through a bolt that ticks ten times a second and emits a
/// row in each tick. Returns how often it did.
fn ticks_beside(rows: u32, wait: u32) -> usize {
    let ran = Case::new(format!(
        "
name: busy
config: {{ message-timeout: 1000s, max-pending: 1 }}
spouts:
  - {{ id: source, component: source, config: {{ rows: {rows} }} }}
bolts:
  - {{ id: busy, component: relay, tick: 100ms, config: {{ wait: {wait} }} }}
  - {{ id: print, component: print, tick: 10ms, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: busy, grouping: {{ type: shuffle }} }}
  - {{ from: busy, to: print, grouping: {{ type: global }} }}
"
    ))
    .run();
    assert_eq!(ran.report().trees.acked, u64::from(rows));
    // `print` does not know ticks: all that it is given as data is what `busy` emits.
    let rows_of_print = ran.numbers("print");
    let ticks = rows_of_print.iter().filter(|i| **i == -1).count();
    assert_eq!(rows_of_print.len(), rows as usize + ticks);
    assert_eq!(
        rows_of_print[ticks..],
        (0..i64::from(rows)).collect::<Vec<_>>()
    );
    ticks
}

/// Each tick was late by the row that came between, and shifted all that followed: of the
/// hundred in ten seconds fifteen were missing.
#[test]
fn ticks_keep_their_schedule_under_load() {
    let ticks = ticks_beside(250, 40);
    assert!((98..=101).contains(&ticks), "{ticks}");
}

#[test]
fn ticks_that_were_missed_do_not_come_in_a_burst() {
    let ticks = ticks_beside(5, 1_000);
    assert!((4..=6).contains(&ticks), "{ticks}");
}

#[test]
fn what_is_emitted_at_the_end_flows_down_before_anything_below_is_closed() {
    let ran = Case::new(
        "
name: close
spouts:
  - { id: source, component: source, config: { rows: 90, texts: [a, b, c] } }
bolts:
  - { id: z-print, component: print, grants: { stdout: true } }
  - { id: a-relay, component: relay, parallelism: 2 }
  - { id: m-count, component: count, parallelism: 2 }
  - { id: b-relay, component: relay }
streams:
  - { from: source, to: m-count, grouping: { type: fields, args: [text] } }
  - { from: m-count, to: a-relay, grouping: { type: shuffle } }
  - { from: a-relay, to: b-relay, grouping: { type: shuffle } }
  - { from: b-relay, to: z-print, grouping: { type: shuffle } }
",
    )
    .run();
    let mut lines = ran.lines("z-print");
    assert_eq!(lines.pop().as_deref(), Some("close Finished"));
    lines.sort();
    assert_eq!(lines, ["30 a", "30 b", "30 c"]);
}
