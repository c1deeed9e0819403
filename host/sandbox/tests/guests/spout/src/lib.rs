//! A spout that counts.

use std::cell::Cell;

use exports::stormcell::topology::spout_task::{
    CloseReason, Context, Description, Guest, SpoutOutcome,
};
use stormcell::topology::config;
use stormcell::topology::types::{
    Column, Field, OutputStream, SpoutEmission, TextForm, Tracking, ValueType, Values,
};

wit_bindgen::generate!({
    path: "../../../../../wit/v0.1.0",
    world: "spout",
});

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static TOLD: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

struct Spout;
export!(Spout);

impl Guest for Spout {
    fn describe() -> Description {
        Description {
            summary: "Counts".to_owned(),
            outputs: vec![OutputStream {
                name: "default".to_owned(),
                fields: vec![Field {
                    name: "n".to_owned(),
                    kind: ValueType::Integer,
                    nullable: false,
                }],
                direct: false,
            }],
            inputs: vec![],
            config_schema: None,
            text_form: TextForm::Packed,
            capabilities: vec![],
        }
    }

    fn prepare(_: Context) -> Result<(), String> {
        Ok(())
    }

    fn activate() -> Result<(), String> {
        ACTIVE.set(true);
        Ok(())
    }

    fn deactivate() -> Result<(), String> {
        ACTIVE.set(false);
        Ok(())
    }

    fn next(max_rows: u32) -> Result<SpoutOutcome, String> {
        if !ACTIVE.get() {
            return Err("it is not active".to_owned());
        }
        let rows = match config::get("greedy") {
            Some(_) => max_rows + 1,
            None => max_rows,
        };
        let first = NEXT.get();
        let numbers: Vec<u8> = (first..first + u64::from(rows))
            .flat_map(u64::to_le_bytes)
            .collect();
        NEXT.set(first + u64::from(rows));
        Ok(SpoutOutcome {
            emissions: vec![SpoutEmission {
                output: 0,
                rows,
                columns: vec![Column {
                    values: Values::Integers(numbers.clone()),
                    nulls: None,
                }],
                tracking: Tracking::Ids(numbers),
                direct_task: None,
            }],
            ended: first > 0,
            idle_ms: 5_000,
        })
    }

    fn acked(ids: Vec<u8>) -> Result<(), String> {
        let (acked, failed) = TOLD.get();
        TOLD.set((acked + sum(&ids), failed));
        Ok(())
    }

    fn failed(ids: Vec<u8>) -> Result<(), String> {
        let (acked, failed) = TOLD.get();
        TOLD.set((acked, failed + sum(&ids)));
        Ok(())
    }

    fn close(_: CloseReason) -> Result<(), String> {
        let (acked, failed) = TOLD.get();
        Err(format!("acked {acked}, failed {failed}"))
    }
}

fn sum(ids: &[u8]) -> u64 {
    ids.chunks_exact(8)
        .map(|id| id.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte)))
        .sum()
}
