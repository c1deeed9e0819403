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
