//! The random numbers that a language gives its programs are those of the task: nothing of
//! them is left from when the component was built.

use std::collections::BTreeSet;

use stormcell_batch::Value;
use stormcell_sandbox::TaskSpec;
use stormcell_topology::Random;

use super::bolt::Bolt;
use super::cell::Cell;
use super::language::Language;
use super::row::row;

in_every_language![
    seeded_numbers_are_those_of_a_task,
    real_numbers_are_others_in_each_instance,
    numbers_take_few_bytes_of_the_host,
];

/// The numbers of `count` rows that a new instance draws in one call.
fn drawn(language: Language, count: usize, change: impl FnOnce(&mut TaskSpec)) -> Vec<String> {
    let mut bolt = Bolt::with(language, change);
    let call = bolt.send(&vec![row("random"); count]);
    let emitted = call.found().emitted.iter();
    let notes = emitted.map(|row| match row.values.as_slice() {
        [Cell(Value::Text(note))] => note.clone(),
        other => panic!("{language}: `random`: expected a note, found {other:?}"),
    });
    let notes: Vec<String> = notes.collect();
    assert_eq!(notes.len(), count, "{language}: `random`");
    notes
}

fn distinct<T: Ord>(all: impl IntoIterator<Item = T>) -> usize {
    BTreeSet::from_iter(all).len()
}

fn seeded_numbers_are_those_of_a_task(language: Language) {
    let task = || drawn(language, 20, |_| {});
    assert_eq!(task(), task(), "{language}: two instances of a task");
    let same = drawn(language, 20, |spec| spec.task = 77);
    assert_eq!(task(), same, "{language}: its id may change");
    let all = [
        task(),
        drawn(language, 20, |spec| spec.task_index = 0),
        drawn(language, 20, |spec| spec.component = "other".to_owned()),
        drawn(language, 20, |spec| spec.topology = "other".to_owned()),
    ];
    assert_eq!(distinct(all.concat()), 80, "{language}: {all:#?}");
}

fn real_numbers_are_others_in_each_instance(language: Language) {
    let real = || drawn(language, 20, |spec| spec.grants.random = Random::Real);
    let all = [real(), real(), real()];
    assert_eq!(distinct(all.concat()), 60, "{language}: {all:#?}");
}

/// However many are drawn.
fn numbers_take_few_bytes_of_the_host(language: Language) {
    let bytes = match language {
        // What `random.seed()` takes, with which componentize-py begins an instance.
        Language::Python => 2_496,
        Language::JavaScript | Language::Rust => 1_024,
    };
    for granted in [Random::Seeded, Random::Real] {
        let numbers = drawn(language, 2_000, |spec| {
            spec.grants.random = granted;
            spec.limits.random_bytes = bytes;
        });
        assert_eq!(distinct(numbers), 2_000, "{language}");
    }
}
