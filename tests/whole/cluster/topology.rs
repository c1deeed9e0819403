//! The topology of simulated clusters.

/// How long a row waits in `hold`, which paces the spouts: they have [`PENDING`] rows each
/// in flight.
pub(super) const TICK_MS: u64 = 100;
/// Rows of a spout task in flight.
pub(super) const PENDING: u64 = 16;
/// After how long rows that are not acked fail.
pub(super) const TIMEOUT_SECONDS: u64 = 60;
/// The tasks of the spout.
pub(super) const SPOUTS: u64 = 2;

/// Rows go from `source` by `relay` to `print`, and to `hold`, which keeps each for a
/// tick. Spout tasks emit what fails again, and say what becomes of their rows. `print`
/// gets all rows with the same text in the same task.
///
/// There are `rows` in all, which is even: about 320 a second.
pub(super) fn text(rows: i64) -> String {
    assert_eq!(rows % SPOUTS as i64, 0);
    let rows = rows / SPOUTS as i64;
    let words: Vec<String> = (0..50).map(|word| format!("word{word}")).collect();
    let words = words.join(", ");
    format!(
        "
name: simulated
config: {{ max-pending: {PENDING}, message-timeout: {TIMEOUT_SECONDS}s }}
spouts:
  - id: source
    component: source
    parallelism: {SPOUTS}
    config: {{ rows: {rows}, tracking: ids, again: true, tell: true, batch: 4, texts: [{words}] }}
    grants: {{ stdout: true }}
bolts:
  - {{ id: relay, component: relay, parallelism: 2 }}
  - {{ id: hold, component: hold, parallelism: 2, tick: {TICK_MS}ms, config: {{ release: 1 }} }}
  - {{ id: print, component: print, parallelism: 2, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: hold, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: print, grouping: {{ type: fields, args: [text] }} }}
"
    )
}
