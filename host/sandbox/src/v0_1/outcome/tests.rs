#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use stormcell_batch::{Field, Schema, ValueType};

use super::*;

fn outputs() -> Vec<OutputStream> {
    let schema = Schema::new([Field::new("n", ValueType::Bool)]);
    let stream = |name: &str, direct| OutputStream {
        name: name.to_owned(),
        schema: schema.clone(),
        direct,
    };
    vec![stream("default", false), stream("straight", true)]
}

fn column(rows: u32) -> Vec<wit::ColumnResult> {
    vec![wit::ColumnResult {
        values: wit::ValuesResult::Booleans(vec![1; rows as usize]),
        nulls: None,
    }]
}

fn emission(output: u32, rows: u32) -> wit::Emission {
    wit::Emission {
        output,
        rows,
        columns: column(rows),
        anchors: wit::Anchors::None,
        direct_task: None,
    }
}

fn lift(emission: wit::Emission) -> Result<BoltOutcome, Fault> {
    lift_all(vec![emission], &Limits::default())
}

fn lift_all(emissions: Vec<wit::Emission>, limits: &Limits) -> Result<BoltOutcome, Fault> {
    let outcome = wit::Outcome {
        emissions,
        kept: wit::Kept::These(vec![1, 0, 0, 0]),
        acked: vec![],
        failed: vec![],
        extended: vec![],
    };
    let outputs = outputs();
    bolt(
        outcome,
        &Bounds {
            call: "execute",
            outputs: &outputs,
            limits,
            max_rows: None,
            masks: &Masks::default(),
        },
    )
}

fn assert_invalid<T: std::fmt::Debug>(result: Result<T, Fault>, expected: &str) {
    let fault = result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::InvalidOutput);
    assert!(fault.message.contains(expected), "{}", fault.message);
}

#[test]
fn an_emission_without_rows_is_legal_and_left_out() {
    let outcome = lift_all(vec![emission(0, 0), emission(0, 2)], &Limits::default()).unwrap();
    assert_eq!(outcome.emissions.len(), 1);
    assert_eq!(outcome.kept, Kept::These(vec![1]));
}

#[test]
fn an_output_that_does_not_exist() {
    assert_invalid(lift(emission(2, 1)), "an emission on output 2, it has 2");
}

#[test]
fn a_receiving_task_is_named_exactly_on_direct_streams() {
    assert_invalid(
        lift(emission(1, 1)),
        "stream `straight`: it is direct, and no",
    );
    let mut named = emission(0, 1);
    named.direct_task = Some(3);
    assert_invalid(
        lift(named),
        "stream `default`: it is not direct, and the receiving task 3",
    );
    let mut direct = emission(1, 1);
    direct.direct_task = Some(3);
    assert_eq!(lift(direct).unwrap().emissions[0].direct_task, Some(3));
}

#[test]
fn there_are_as_many_anchors_as_rows() {
    let mut anchored = emission(0, 2);
    anchored.anchors = wit::Anchors::Each(vec![0; 4]);
    assert_invalid(
        lift(anchored),
        "stream `default`: anchors: 1 numbers, expected 2",
    );
}

#[test]
fn rows_are_counted_over_all_emissions() {
    let limits = Limits {
        output_rows: 3,
        ..Limits::default()
    };
    assert!(lift_all(vec![emission(0, 1), emission(0, 2)], &limits).is_ok());
    let fault = lift_all(vec![emission(0, 2), emission(0, 2)], &limits).unwrap_err();
    assert_eq!(fault.kind, FaultKind::OutputRows);
    assert!(fault.message.contains("4 rows"), "{}", fault.message);
    // What is claimed is counted, before a column is looked at.
    let mut claims = emission(0, 0);
    claims.rows = u32::MAX;
    let fault = lift_all(vec![claims], &limits).unwrap_err();
    assert_eq!(fault.kind, FaultKind::OutputRows);
}

#[test]
fn bytes_are_counted_over_all_emissions() {
    let limits = Limits {
        output_bytes: 3,
        ..Limits::default()
    };
    assert!(lift_all(vec![emission(0, 3)], &limits).is_ok());
    let fault = lift_all(vec![emission(0, 2), emission(0, 2)], &limits).unwrap_err();
    assert_eq!(fault.kind, FaultKind::OutputBytes);
}

#[test]
fn a_spout_returns_no_more_rows_than_it_was_asked_for() {
    let next = |tracking, max_rows| {
        let outcome = wit::SpoutOutcome {
            emissions: vec![wit::SpoutEmission {
                output: 0,
                rows: 2,
                columns: column(2),
                tracking,
                direct_task: None,
            }],
            ended: true,
            idle_ms: u32::MAX,
        };
        let outputs = outputs();
        let limits = Limits::default();
        spout(
            outcome,
            &Bounds {
                call: "next",
                outputs: &outputs,
                limits: &limits,
                max_rows,
                masks: &Masks::default(),
            },
        )
    };
    let outcome = next(wit::Tracking::Ids(vec![9; 16]), Some(2)).unwrap();
    assert_eq!(
        outcome.emissions[0].tracking,
        Tracking::Ids(vec![0x0909_0909_0909_0909; 2])
    );
    assert!(outcome.ended && outcome.idle_ms == 1_000);
    assert_invalid(
        next(wit::Tracking::None, Some(1)),
        "2 rows, it was asked for at most 1",
    );
    assert_invalid(
        next(wit::Tracking::Ids(vec![0; 8]), None),
        "ids: 1 ids, expected 2",
    );
}

#[test]
fn a_choice_is_of_the_targets_there_are() {
    let bytes = |numbers: &[u32]| {
        numbers
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let each = |numbers: &[u32]| choice(grouping::Choice::Each(bytes(numbers)), 2, 3);
    assert_eq!(each(&[2, 0]).unwrap(), Choice::Each(vec![2, 0]));
    assert_invalid(each(&[3, 0]), "the target 3, there are 3");
    assert_invalid(each(&[0]), "1 numbers, expected 2");
    let lists = |offsets: &[u32], numbers: &[u32]| {
        let lists = wit::NumberLists {
            offsets: bytes(offsets),
            numbers: bytes(numbers),
        };
        choice(grouping::Choice::Lists(lists), 2, 3)
    };
    assert!(lists(&[0, 0, 3], &[0, 1, 2]).is_ok());
    assert!(
        lists(&[0, 1, 2], &[1, 1]).is_ok(),
        "the same target for two rows"
    );
    assert_invalid(
        lists(&[0, 0, 2], &[1, 1]),
        "row 1 goes to the target 1 twice",
    );
    assert_invalid(lists(&[0, 0, 1], &[9]), "the target 9");
}
