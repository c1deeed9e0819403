//! The conformance grouping: modulo the number of targets.

use std::sync::Arc;

use serde_json::json;
use stormcell_batch::{ColumnsBuilder, Field, Schema, Value, ValueType};
use stormcell_sandbox::{Choice, GroupingInstance, GroupingSpec, InputStream};
use stormcell_topology::Limits;

use super::language::Language;
use super::limits::assert_memory_settles;
use super::outcome::first_difference;
use super::recorder::Recorder;
use super::wait::wait;

in_every_language![
    a_row_goes_to_its_number_modulo_the_targets,
    a_null_goes_nowhere,
    copies_go_to_the_targets_after_it,
    no_target_gets_a_row_twice,
    batches_of_any_size,
    calls_leave_no_memory_behind,
];

/// A prepared grouping of a stream with the fields `t: text` and `i: int?`.
struct Grouping {
    language: Language,
    instance: GroupingInstance,
    schema: Schema,
}

impl Grouping {
    fn new(language: Language, targets: u32, config: serde_json::Value) -> Self {
        let of = &language.components().grouping;
        let schema = Schema::new([
            Field::new("t", ValueType::Text),
            Field::nullable("i", ValueType::Int),
        ]);
        let spec = GroupingSpec {
            topology: "conformance".to_owned(),
            grouped: InputStream {
                component: "lines".to_owned(),
                stream: "default".to_owned(),
                schema: schema.clone(),
            },
            source_task: 1,
            targets: (10..10 + targets).collect(),
            config,
            limits: Limits::default(),
            text_form: of.description.text_form,
            sink: Arc::new(Recorder::default()),
        };
        let instance = wait(of.component.grouping(&spec));
        Self {
            language,
            instance: instance.unwrap_or_else(|error| panic!("{language}: prepare: {error}")),
            schema,
        }
    }

    /// Rows with these numbers must go to these targets, each given in any order.
    #[track_caller]
    fn expect(&mut self, rows: &[(Option<i64>, Vec<u32>)]) {
        let language = self.language;
        let mut columns = ColumnsBuilder::new(&self.schema);
        for (i, _) in rows {
            let i = i.map_or(Value::Null, Value::Int);
            columns.push(vec![Value::Text("🦀".to_owned()), i]);
        }
        let choice = wait(self.instance.choose(&columns.finish().unwrap()));
        let found = match choice.unwrap_or_else(|error| panic!("{language}: choose: {error}")) {
            Choice::Each(targets) => targets.into_iter().map(|target| vec![target]).collect(),
            Choice::Lists { offsets, targets } => offsets
                .windows(2)
                .map(|of| targets[of[0] as usize..of[1] as usize].to_vec())
                .collect::<Vec<_>>(),
        };
        let found = rows.iter().zip(found).map(|((i, _), mut targets)| {
            targets.sort_unstable();
            (*i, targets)
        });
        let found: Vec<_> = found.collect();
        if let Some(difference) = first_difference("choice for row", rows, &found) {
            panic!("{language}: choose: {difference}");
        }
    }
}

/// Numbers around the ends of the ranges in which they are exact.
const NUMBERS: [i64; 14] = [
    0,
    1,
    6,
    7,
    8,
    -1,
    -7,
    -8,
    (1 << 53) - 1,
    (1 << 53) + 1,
    -(1 << 53) - 1,
    i64::MAX,
    i64::MIN + 1,
    i64::MIN,
];

/// The targets of a row: its number modulo theirs, and those after it.
fn targets(i: i64, targets: u32, copies: u32) -> Vec<u32> {
    let first = i.rem_euclid(i64::from(targets)) as u32;
    let mut chosen: Vec<u32> = (first..first + copies).map(|t| t % targets).collect();
    chosen.sort_unstable();
    chosen
}

fn a_row_goes_to_its_number_modulo_the_targets(language: Language) {
    for count in [1, 2, 7, 1_000] {
        let mut grouping = Grouping::new(language, count, json!({}));
        let rows = NUMBERS.map(|i| (Some(i), targets(i, count, 1)));
        grouping.expect(&rows);
    }
}

fn a_null_goes_nowhere(language: Language) {
    let mut grouping = Grouping::new(language, 3, json!({}));
    grouping.expect(&[(Some(4), vec![1]), (None, vec![]), (Some(5), vec![2])]);
    grouping.expect(&[(None, vec![])]);
    grouping.expect(&[(None, vec![]), (None, vec![])]);
    grouping.expect(&[(Some(1), vec![1])]);
}

fn copies_go_to_the_targets_after_it(language: Language) {
    for copies in [1, 2, 5, 7] {
        let mut grouping = Grouping::new(language, 7, json!({"copies": copies}));
        let mut rows = NUMBERS.map(|i| (Some(i), targets(i, 7, copies))).to_vec();
        rows.insert(3, (None, vec![]));
        grouping.expect(&rows);
    }
}

fn no_target_gets_a_row_twice(language: Language) {
    let mut grouping = Grouping::new(language, 3, json!({"copies": 10}));
    grouping.expect(&[(Some(1), vec![0, 1, 2]), (None, vec![])]);
    let mut grouping = Grouping::new(language, 1, json!({"copies": 2}));
    grouping.expect(&[(Some(-5), vec![0])]);
}

fn batches_of_any_size(language: Language) {
    let mut grouping = Grouping::new(language, 5, json!({"copies": 2}));
    for size in [1, 1_000, 2] {
        let rows: Vec<_> = (0..size).map(|i| (Some(i), targets(i, 5, 2))).collect();
        grouping.expect(&rows);
    }
}

/// After some calls an instance has the memory that it needs, however many follow.
fn calls_leave_no_memory_behind(language: Language) {
    let mut grouping = Grouping::new(language, 5, json!({"copies": 2}));
    let one: Vec<_> = (0..500).map(|i| (Some(i), targets(i, 5, 2))).collect();
    let calls = |count| {
        for _ in 0..count {
            grouping.expect(&one);
        }
        grouping.instance.memory()
    };
    assert_memory_settles(language, calls);
}
