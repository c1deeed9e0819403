//! The conformance spout: rows in order, tracked in each of the three ways.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use stormcell_batch::Value;
use stormcell_sandbox::{CloseReason, SpoutInstance, TaskSpec, Tracking};
use stormcell_state::{MemoryState, TaskState as _};
use stormcell_topology::{OutputStream, StateGrant};

use super::bolt::spec;
use super::language::Language;
use super::limits::assert_memory_settles;
use super::outcome::first_difference;
use super::recorder::Recorder;
use super::wait::wait;

in_every_language![
    rows_come_in_order_as_many_as_asked_for,
    a_spout_without_rows_ends_at_once,
    the_host_replays_if_it_is_told_to,
    ids_are_exact,
    a_failed_row_comes_again,
    a_row_fails_again_and_again,
    rows_fail_while_others_are_still_to_come,
    a_deactivated_spout_is_told_and_goes_on,
    a_spout_goes_on_from_its_state,
    calls_leave_no_memory_behind,
];

/// The id of the row 0: one more than a float holds exactly.
const FIRST_ID: u64 = 9_007_199_254_740_993;

/// How an emitted row is tracked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tracked {
    Not,
    ById(u64),
    ByHost,
}

/// An emitted row: `n`, `attempt`, and how it is tracked.
type Emitted = (i64, i64, Tracked);

/// A prepared and active spout.
struct Spout {
    language: Language,
    instance: SpoutInstance,
    outputs: Vec<OutputStream>,
}

impl Spout {
    fn new(language: Language, rows: u64, tracking: &str) -> Self {
        Self::with(language, |spec| {
            spec.config = json!({"rows": rows, "tracking": tracking});
        })
    }

    fn with(language: Language, change: impl FnOnce(&mut TaskSpec)) -> Self {
        let of = &language.components().spout;
        let mut spec = spec(&of.description, &Arc::new(Recorder::default()));
        spec.inputs.clear();
        change(&mut spec);
        let spout = async {
            let mut instance = of.component.spout(&spec).await?;
            instance.activate().await?;
            Ok::<_, stormcell_sandbox::CallError>(instance)
        };
        Self {
            language,
            instance: wait(spout).unwrap_or_else(|error| panic!("{language}: {error}")),
            outputs: of.description.outputs.clone(),
        }
    }

    /// Asks for rows: what came, and whether the spout has ended.
    fn next(&mut self, max_rows: u32) -> (Vec<Emitted>, bool) {
        let language = self.language;
        let outcome = wait(self.instance.next(max_rows))
            .unwrap_or_else(|error| panic!("{language}: next({max_rows}): {error}"));
        let mut rows = Vec::new();
        for emission in &outcome.emissions {
            let schema = &self.outputs[emission.output as usize].schema;
            for row in 0..emission.columns.rows() {
                let tracked = match &emission.tracking {
                    Tracking::None => Tracked::Not,
                    Tracking::Ids(ids) => Tracked::ById(ids[row]),
                    Tracking::ReplayedByHost => Tracked::ByHost,
                };
                match emission.columns.row(schema, row)[..] {
                    [Value::Int(n), Value::Int(attempt)] => rows.push((n, attempt, tracked)),
                    ref other => panic!("{language}: next({max_rows}): found a row {other:?}"),
                }
            }
        }
        (rows, outcome.ended)
    }

    /// Asks for rows, which must be these.
    #[track_caller]
    fn expect(&mut self, max_rows: u32, expected: &[Emitted], ended: bool) {
        let (found, has_ended) = self.next(max_rows);
        let language = self.language;
        if let Some(difference) = first_difference("row", expected, &found) {
            panic!("{language}: next({max_rows}): {difference}");
        }
        assert_eq!(has_ended, ended, "{language}: next({max_rows}): ended");
    }

    #[track_caller]
    fn acked(&mut self, ids: &[u64]) {
        let result = wait(self.instance.acked(ids));
        assert_eq!(result, Ok(()), "{}: acked({ids:?})", self.language);
    }

    #[track_caller]
    fn failed(&mut self, ids: &[u64]) {
        let result = wait(self.instance.failed(ids));
        assert_eq!(result, Ok(()), "{}: failed({ids:?})", self.language);
    }

    #[track_caller]
    fn close(&mut self, reason: CloseReason) {
        let result = wait(self.instance.close(reason));
        assert_eq!(result, Ok(()), "{}: close({reason:?})", self.language);
    }
}

/// The rows of a range, at their first attempt.
fn first(rows: std::ops::Range<i64>, tracked: impl Fn(i64) -> Tracked) -> Vec<Emitted> {
    rows.map(|n| (n, 1, tracked(n))).collect()
}

fn id(n: i64) -> u64 {
    FIRST_ID + n.unsigned_abs()
}

fn by_id(n: i64) -> Tracked {
    Tracked::ById(id(n))
}

fn rows_come_in_order_as_many_as_asked_for(language: Language) {
    let untracked = |rows| first(rows, |_| Tracked::Not);
    let mut spout = Spout::new(language, 600, "none");
    spout.expect(1, &untracked(0..1), false);
    spout.expect(7, &untracked(1..8), false);
    spout.expect(512, &untracked(8..520), false);
    spout.expect(80, &untracked(520..600), true);
    spout.expect(10, &[], true);
    spout.close(CloseReason::Finished);
    let mut spout = Spout::new(language, 5, "none");
    spout.expect(1_000_000, &untracked(0..5), true);
    spout.close(CloseReason::Stopped);
}

fn a_spout_without_rows_ends_at_once(language: Language) {
    for tracking in ["none", "ids", "host"] {
        Spout::new(language, 0, tracking).expect(512, &[], true);
    }
}

fn the_host_replays_if_it_is_told_to(language: Language) {
    let mut spout = Spout::new(language, 5, "host");
    spout.expect(3, &first(0..3, |_| Tracked::ByHost), false);
    spout.expect(3, &first(3..5, |_| Tracked::ByHost), true);
}

fn ids_are_exact(language: Language) {
    let mut spout = Spout::new(language, 300, "ids");
    spout.expect(200, &first(0..200, by_id), false);
    let ids: Vec<u64> = (0..200).map(id).collect();
    spout.acked(&ids);
    spout.expect(200, &first(200..300, by_id), true);
    let ids: Vec<u64> = (200..300).map(id).collect();
    spout.acked(&ids);
    spout.expect(10, &[], true);
}

fn a_failed_row_comes_again(language: Language) {
    let mut spout = Spout::new(language, 4, "ids");
    spout.expect(10, &first(0..4, by_id), true);
    spout.acked(&[id(0), id(3)]);
    spout.failed(&[id(2)]);
    spout.expect(10, &[(2, 2, by_id(2))], true);
    spout.acked(&[id(1), id(2)]);
    spout.expect(10, &[], true);
    spout.close(CloseReason::Finished);
}

fn a_row_fails_again_and_again(language: Language) {
    let mut spout = Spout::new(language, 2, "ids");
    spout.expect(10, &first(0..2, by_id), true);
    for attempt in 2..10 {
        spout.failed(&[id(0), id(1)]);
        // One at a time: the spout has not ended while one waits.
        spout.expect(1, &[(0, attempt, by_id(0))], false);
        spout.expect(1, &[(1, attempt, by_id(1))], true);
    }
    spout.acked(&[id(0), id(1)]);
    spout.expect(1, &[], true);
}

fn rows_fail_while_others_are_still_to_come(language: Language) {
    let mut spout = Spout::new(language, 6, "ids");
    spout.expect(3, &first(0..3, by_id), false);
    spout.failed(&[id(1), id(2)]);
    spout.acked(&[id(0)]);
    let mut found = BTreeMap::new();
    let mut calls = 0;
    loop {
        let (rows, ended) = spout.next(2);
        for (n, attempt, tracked) in rows {
            assert_eq!(tracked, by_id(n), "{language}: the id of row {n}");
            found.insert(n, attempt);
        }
        calls += 1;
        assert!(
            calls <= 3,
            "{language}: five rows in twos: not ended after three calls"
        );
        if ended {
            break;
        }
    }
    let expected = BTreeMap::from([(1, 2), (2, 2), (3, 1), (4, 1), (5, 1)]);
    assert_eq!(
        found, expected,
        "{language}: the attempts of rows emitted later"
    );
}

fn a_deactivated_spout_is_told_and_goes_on(language: Language) {
    let mut spout = Spout::new(language, 4, "ids");
    spout.expect(2, &first(0..2, by_id), false);
    assert_eq!(wait(spout.instance.deactivate()), Ok(()), "{language}");
    spout.acked(&[id(0)]);
    spout.failed(&[id(1)]);
    assert_eq!(wait(spout.instance.activate()), Ok(()), "{language}");
    let (rows, ended) = spout.next(10);
    assert_eq!((rows.len(), ended), (3, true), "{language}: {rows:?}");
    assert!(rows.contains(&(1, 2, by_id(1))), "{language}: {rows:?}");
}

fn a_spout_goes_on_from_its_state(language: Language) {
    let store = Arc::new(MemoryState::default());
    let resumed = || {
        Spout::with(language, |spec| {
            spec.config = json!({"rows": 10, "tracking": "none", "resume": true});
            spec.grants.state = Some(StateGrant::default());
            spec.state = Some(Arc::clone(&store) as _);
        })
    };
    let untracked = |rows| first(rows, |_| Tracked::Not);
    resumed().expect(3, &untracked(0..3), false);
    assert_eq!(store.get("next").unwrap().as_deref(), Some(&b"3"[..]));
    let mut spout = resumed();
    spout.expect(4, &untracked(3..7), false);
    spout.expect(1, &untracked(7..8), false);
    resumed().expect(9, &untracked(8..10), true);
}

/// After some calls an instance has the memory that it needs, however many follow.
fn calls_leave_no_memory_behind(language: Language) {
    const ROWS: u32 = 500;
    let mut spout = Spout::new(language, 1_000_000, "ids");
    let calls = |count| {
        for _ in 0..count {
            let (rows, _) = spout.next(ROWS);
            let ids: Vec<u64> = rows.iter().map(|(n, ..)| id(*n)).collect();
            assert_eq!(ids.len(), ROWS as usize, "{language}: next({ROWS})");
            spout.acked(&ids);
        }
        spout.instance.memory()
    };
    assert_memory_settles(language, calls);
}
