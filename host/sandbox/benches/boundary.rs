//! What it costs to cross the boundary: rows through a bolt that returns what it
//! gets, host to guest to host, by rows a call and text form.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::time::Instant;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;
use stormcell_batch::{Field, Schema, Value, ValueType};
use stormcell_topology::TextForm;

#[path = "../tests/sandbox/support.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod support;

const WORDS: [&str; 9] = [
    "in",
    "the",
    "beginning",
    "god",
    "created",
    "the",
    "heaven",
    "and",
    "earth",
];

fn identity(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for (kind, form) in [
        (ValueType::Text, TextForm::Packed),
        (ValueType::Text, TextForm::Separate),
        (ValueType::Text, TextForm::Joined),
        (ValueType::Int, TextForm::Packed),
    ] {
        let schema = Schema::new([Field::new("value", kind)]);
        let (mut spec, _) = support::task(&schema, json!({ "do": "echo" }));
        spec.text_form = form;
        let mut instance = runtime.block_on(support::prepared(&spec));
        let name = match kind {
            ValueType::Int => "int".to_owned(),
            _ => format!("text {form:?}").to_lowercase(),
        };
        let mut group = c.benchmark_group(format!("identity/{name}"));
        for rows in [1, 16, 128, 1024] {
            let values = WORDS
                .iter()
                .cycle()
                .take(rows)
                .zip(0..)
                .map(|(word, i)| match kind {
                    ValueType::Int => vec![Value::Int(i)],
                    _ => vec![Value::Text((*word).to_owned())],
                });
            let batches = [support::batch(support::columns(&schema, values.collect()))];
            group.throughput(Throughput::Elements(rows as u64));
            group.bench_function(BenchmarkId::from_parameter(rows), |b| {
                b.iter_custom(|calls| {
                    runtime.block_on(async {
                        let started = Instant::now();
                        for _ in 0..calls {
                            std::hint::black_box(instance.execute(&batches).await.unwrap());
                        }
                        started.elapsed()
                    })
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30);
    targets = identity
}
criterion_main!(benches);
