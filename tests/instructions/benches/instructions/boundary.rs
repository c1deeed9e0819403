//! One call of a component: lowering, the call, the component itself and lifting.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use stormcell_batch::{Columns, ColumnsBuilder, Field, Schema, Value, ValueType};
use stormcell_instructions::{Counter, HotPath};
use stormcell_sandbox::{
    Component, InputBatch, InputStream, LogLevel, Sandbox, Secrets, SpoutInstance, TaskSink,
    TaskSpec,
};
use stormcell_topology::{Grants, Limits, TextForm};

use crate::components;

const ROWS: usize = 1_024;
const SPOUT_ROWS: u32 = 512;

pub(crate) fn paths() -> Vec<HotPath> {
    let forms = [
        ("packed", TextForm::Packed, ROWS),
        ("packed/1-row", TextForm::Packed, 1),
        ("joined", TextForm::Joined, ROWS),
        ("separate", TextForm::Separate, ROWS),
    ];
    let mut paths: Vec<HotPath> = forms
        .into_iter()
        .map(|(name, form, rows)| {
            let name = format!("components/text/{name}");
            HotPath::new(name, rows as u32, move |counter| {
                execute(counter, "identity", &Rows::words(rows), form);
            })
        })
        .collect();
    paths.extend([
        HotPath::new("components/integers", ROWS as u32, |counter| {
            execute(
                counter,
                "identity-number",
                &Rows::numbers(ROWS),
                TextForm::Packed,
            );
        }),
        HotPath::new("components/spout/next", SPOUT_ROWS, next),
        HotPath::new("components/spout/acked", SPOUT_ROWS, acked),
    ]);
    paths
}

/// Rows of one field.
struct Rows {
    schema: Schema,
    columns: Columns,
}

impl Rows {
    fn words(rows: usize) -> Self {
        Self::new(Field::new("text", ValueType::Text), rows, |row| {
            Value::Text(format!("w{}", row * 7_919 % 5_000))
        })
    }

    fn numbers(rows: usize) -> Self {
        Self::new(Field::new("number", ValueType::Int), rows, |row| {
            Value::Int(row as i64)
        })
    }

    fn new(field: Field, rows: usize, value: impl Fn(usize) -> Value) -> Self {
        let schema = Schema::new([field]);
        let mut columns = ColumnsBuilder::new(&schema);
        for row in 0..rows {
            columns.push(vec![value(row)]);
        }
        let columns = columns.finish().unwrap();
        Self { schema, columns }
    }
}

/// A bolt that returns its rows.
fn execute(counter: &mut Counter, name: &str, rows: &Rows, form: TextForm) {
    let sandbox = components::sandbox();
    components::block_on(async {
        let component = components::load(&sandbox, name).await;
        let mut spec = spec(&component, json!({})).await;
        spec.inputs = vec![InputStream {
            component: "spout".to_owned(),
            stream: "default".to_owned(),
            schema: rows.schema.clone(),
        }];
        spec.text_form = form;
        let mut bolt = component.bolt(&spec).await.unwrap();
        let batches = [InputBatch {
            input: 0,
            source_task: 2,
            first_row: 1_000,
            columns: rows.columns.clone(),
        }];
        let expected = rows.columns.rows();
        counter
            .count_async(async || {
                let outcome = bolt.execute(&batches).await.unwrap();
                assert_eq!(outcome.emissions[0].columns.rows(), expected);
                outcome
            })
            .await;
    });
}

fn next(counter: &mut Counter) {
    let sandbox = components::sandbox();
    components::block_on(async {
        let mut spout = active_spout(&sandbox).await;
        counter
            .count_async(async || {
                let outcome = spout.next(SPOUT_ROWS).await.unwrap();
                assert_eq!(outcome.emissions[0].columns.rows(), SPOUT_ROWS as usize);
                outcome
            })
            .await;
    });
}

fn acked(counter: &mut Counter) {
    let sandbox = components::sandbox();
    components::block_on(async {
        let mut spout = active_spout(&sandbox).await;
        let ids: Vec<u64> = (0..u64::from(SPOUT_ROWS)).collect();
        counter
            .count_async(async || spout.acked(&ids).await.unwrap())
            .await;
    });
}

/// A spout whose rows have ids, ready to be asked for rows.
async fn active_spout(sandbox: &Sandbox) -> SpoutInstance {
    let component = components::load(sandbox, "constant").await;
    let spec = spec(&component, json!({ "tracking": "ids" })).await;
    let mut spout = component.spout(&spec).await.unwrap();
    spout.activate().await.unwrap();
    spout
}

/// The only task of this component, without inputs.
async fn spec(component: &Component, config: serde_json::Value) -> TaskSpec {
    let description = component.describe().await.unwrap();
    TaskSpec {
        topology: "instructions".to_owned(),
        component: "component".to_owned(),
        task: 1,
        task_index: 0,
        task_count: 1,
        inputs: Vec::new(),
        outputs: description.outputs,
        components: Arc::from([
            ("component".to_owned(), vec![1]),
            ("spout".to_owned(), vec![2]),
        ]),
        config,
        limits: Limits::default(),
        grants: Grants::default(),
        secrets: Secrets::default(),
        text_form: description.text_form,
        base_dir: PathBuf::new(),
        sink: Arc::new(Nowhere),
        state: None,
    }
}

/// Nothing is written by these components.
struct Nowhere;

impl TaskSink for Nowhere {
    fn log(&self, _: LogLevel, _: &str) {}
    fn stdout(&self, _: &[u8]) {}
    fn stderr(&self, _: &[u8]) {}
    fn count(&self, _: &str, _: u32) {}
    fn gauge(&self, _: &str, _: f64) {}
}
