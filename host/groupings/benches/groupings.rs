//! How many rows a second the groupings choose for and scatter, without gathering
//! the values: `cargo bench -p stormcell-groupings`.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};
use stormcell_groupings::{
    Choice, Fields, Grouping, Idle, NoGrouping, PartialKey, Scatter, Shuffle, Targets,
};

/// Short words, as in a word count.
fn words(rows: usize) -> (Schema, Columns) {
    let schema = Schema::new([Field::new("word", ValueType::Text)]);
    let mut builder = ColumnsBuilder::new(&schema);
    for row in 0..rows {
        builder.push(vec![Value::Text(format!("w{}", row * 7_919 % 5_000))]);
    }
    let columns = builder.finish().unwrap();
    (schema, columns)
}

fn groupings(criterion: &mut Criterion) {
    for rows in [16, 128, 4_096] {
        let (schema, columns) = words(rows);
        for tasks in [2_usize, 8, 1_000] {
            let targets = Targets::new(0..tasks as u32).unwrap();
            let busy: Vec<u64> = (0..tasks as u64).map(|task| 1 + task % 5).collect();
            let mut bench = |name: &str, mut grouping: Box<dyn Grouping>, busy: &Vec<u64>| {
                let mut group = criterion.benchmark_group(name);
                group.throughput(Throughput::Elements(rows as u64));
                let id = BenchmarkId::from_parameter(format!("{rows} rows to {tasks} tasks"));
                let (mut choice, mut scatter) = (Choice::default(), Scatter::default());
                group.bench_function(id, |bencher| {
                    bencher.iter(|| {
                        if busy.is_empty() {
                            grouping.choose(black_box(&columns), &Idle, &mut choice);
                        } else {
                            grouping.choose(black_box(&columns), busy, &mut choice);
                        }
                        scatter.scatter(&choice, rows, tasks);
                        scatter
                            .parts()
                            .map(|(target, part)| target + part.len(rows))
                            .sum::<usize>()
                    });
                });
                group.finish();
            };
            let idle = Vec::new();
            bench("shuffle, idle", Box::new(Shuffle::new(&targets, 0)), &idle);
            bench("shuffle, busy", Box::new(Shuffle::new(&targets, 0)), &busy);
            let fields = Fields::new(&targets, &schema, &[0]).unwrap();
            bench("fields", Box::new(fields), &idle);
            let partial_key = PartialKey::new(&targets, &schema, &[0]).unwrap();
            bench("partial key", Box::new(partial_key), &idle);
            bench("none", Box::new(NoGrouping::new(&targets, 1)), &idle);
        }
    }
}

criterion_group!(benches, groupings);
criterion_main!(benches);
