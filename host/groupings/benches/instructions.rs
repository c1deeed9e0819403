//! The instructions that groupings take: choosing the targets of a batch and parting its
//! rows by them, without gathering the values. `tests/instructions/run groupings/`
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::process::ExitCode;

use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};
use stormcell_groupings::{
    All, Choice, Custom, Direct, Fields, Global, Grouping, Idle, LocalOrShuffle, NoGrouping,
    PartialKey, Scatter, Shuffle, Targets,
};
use stormcell_instructions::{Counter, HotPath, Program};

const ROWS: usize = 1_024;

fn schema() -> Schema {
    Schema::new([Field::new("word", ValueType::Text)])
}

/// Short words, as in a word count.
fn words(rows: usize) -> Columns {
    let mut builder = ColumnsBuilder::new(&schema());
    for row in 0..rows {
        builder.push(vec![Value::Text(format!("w{}", row * 7_919 % 5_000))]);
    }
    builder.finish().unwrap()
}

fn targets(tasks: usize) -> Targets {
    Targets::new(0..tasks as u32).unwrap()
}

/// Scatters a choice and looks at the parts.
fn scatter(scatter: &mut Scatter, choice: &Choice, rows: usize, tasks: usize) -> usize {
    scatter.scatter(choice, rows, tasks);
    scatter
        .parts()
        .map(|(target, part)| target + part.len(rows))
        .sum()
}

/// A grouping of so many rows among so many tasks, of which all have the same load, or
/// each another.
fn path<G: Grouping>(
    name: &str,
    (rows, tasks): (usize, usize),
    busy: bool,
    make: impl Fn(&Targets) -> G + Sync + 'static,
) -> HotPath {
    HotPath::new(format!("groupings/{name}"), rows as u32, move |counter| {
        let columns = words(rows);
        let mut grouping = make(&targets(tasks));
        let loads: Vec<u64> = (0..tasks as u64).map(|task| 1 + task % 5).collect();
        let (mut choice, mut parts) = (Choice::default(), Scatter::default());
        counter.count(|| {
            match busy {
                true => grouping.choose(&columns, &loads, &mut choice),
                false => grouping.choose(&columns, &Idle, &mut choice),
            }
            scatter(&mut parts, &choice, rows, tasks)
        });
    })
}

fn direct(counter: &mut Counter) {
    let direct = Direct::new(&targets(4));
    let (mut choice, mut parts) = (Choice::default(), Scatter::default());
    counter.count(|| {
        assert!(direct.choose(2, ROWS, &mut choice));
        scatter(&mut parts, &choice, ROWS, 4)
    });
}

/// What a component chose, one target a row.
fn custom_each(counter: &mut Counter) {
    let custom = Custom::new(&targets(4));
    let chosen: Vec<u32> = (0..ROWS as u32).map(|row| row % 4).collect();
    let (mut choice, mut parts) = (Choice::default(), Scatter::default());
    counter.count(|| {
        custom.accept_each(ROWS, &chosen, &mut choice).unwrap();
        scatter(&mut parts, &choice, ROWS, 4)
    });
}

/// What a component chose, two targets a row.
fn custom_lists(counter: &mut Counter) {
    let mut custom = Custom::new(&targets(4));
    let offsets: Vec<u32> = (0..=ROWS as u32).map(|row| 2 * row).collect();
    let chosen: Vec<u32> = (0..ROWS as u32)
        .flat_map(|row| [row % 4, (row + 1) % 4])
        .collect();
    let (mut choice, mut parts) = (Choice::default(), Scatter::default());
    counter.count(|| {
        custom
            .accept_lists(ROWS, &offsets, &chosen, &mut choice)
            .unwrap();
        scatter(&mut parts, &choice, ROWS, 4)
    });
}

fn fields(targets: &Targets) -> Fields {
    Fields::new(targets, &schema(), &[0]).unwrap()
}

fn partial_key(targets: &Targets) -> PartialKey {
    PartialKey::new(targets, &schema(), &[0]).unwrap()
}

fn main() -> ExitCode {
    let few = (ROWS, 4);
    let paths = vec![
        path("shuffle", few, false, |targets| Shuffle::new(targets, 0)),
        path("shuffle-by-load", few, true, |targets| {
            Shuffle::new(targets, 0)
        }),
        path(
            "shuffle-by-load/1000-tasks",
            (ROWS, 1_000),
            true,
            |targets| Shuffle::new(targets, 0),
        ),
        path("local-or-shuffle", few, true, |targets| {
            let local = |task: u32| task.is_multiple_of(2);
            let targets = Targets::with_locality(targets.tasks().iter().copied(), local).unwrap();
            LocalOrShuffle::new(&targets, 0)
        }),
        path("fields", few, false, fields),
        path("fields/1-row", (1, 4), false, fields),
        path("fields/1000-tasks", (ROWS, 1_000), false, fields),
        path("partial-key", few, false, partial_key),
        path("none", few, false, |targets| NoGrouping::new(targets, 1)),
        path("all", few, false, |_| All),
        path("global", few, false, |_| Global),
        HotPath::new("groupings/direct", ROWS as u32, direct),
        HotPath::new("groupings/custom", ROWS as u32, custom_each),
        HotPath::new("groupings/custom/two-targets", ROWS as u32, custom_lists),
    ];
    Program::new("groupings", env!("CARGO_TARGET_TMPDIR"), paths).main()
}
