//! The instructions that columns and lineages take when rows are parted and joined.
//! `tests/instructions/run batch/`
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::process::ExitCode;

use stormcell_batch::{
    Batch, Columns, ColumnsBuilder, Field, KeyHasher, Lineage, LineageBuilder, Schema, Value,
    ValueType,
};
use stormcell_instructions::{Counter, HotPath, Program};

const ROWS: usize = 1_024;
const SENTENCE: &str = "in the beginning god created the heaven and the earth";

/// Rows of one field.
#[derive(Clone, Copy)]
enum Kind {
    Int,
    Word,
    Sentence,
}

impl Kind {
    fn schema(self) -> Schema {
        let kind = match self {
            Self::Int => ValueType::Int,
            Self::Word | Self::Sentence => ValueType::Text,
        };
        Schema::new([Field::new("value", kind)])
    }

    fn columns(self, rows: usize) -> Columns {
        let mut builder = ColumnsBuilder::new(&self.schema());
        for row in 0..rows {
            builder.push(vec![match self {
                Self::Int => Value::Int(row as i64),
                Self::Word => Value::Text(format!("w{}", row * 7_919 % 5_000)),
                Self::Sentence => Value::Text(format!("{row} {SENTENCE}")),
            }]);
        }
        builder.finish().unwrap()
    }
}

/// One root a row, or two.
fn lineage(rows: usize, roots: u64) -> Lineage {
    let rows = 0..rows as u64;
    if roots == 1 {
        return Lineage::One {
            roots: rows.clone().collect(),
            edges: rows.map(|row| row + 1).collect(),
        };
    }
    let mut builder = LineageBuilder::default();
    for row in rows {
        builder.push((0..roots).map(|root| (root * ROWS as u64 + row, row + 1)));
    }
    builder.finish()
}

/// Every second row.
fn positions() -> Vec<u32> {
    (0..ROWS as u32).step_by(2).collect()
}

fn gather(counter: &mut Counter, kind: Kind) {
    let columns = kind.columns(ROWS);
    counter.count_each(positions, |positions| {
        columns.gather(std::mem::take(positions)).unwrap()
    });
}

fn gather_lineage(counter: &mut Counter, roots: u64) {
    let lineage = lineage(ROWS, roots);
    let positions = positions();
    counter.count(|| lineage.gather(&positions));
}

/// Batches of 64 rows become one.
fn concat(counter: &mut Counter, kind: Kind) {
    let part = Batch::new(kind.columns(64), lineage(64, 1));
    let parts = || vec![part.clone(); ROWS / 64];
    counter.count_each(parts, |parts| Batch::concat(std::mem::take(parts)).unwrap());
}

/// A batch is cut into batches of 64 rows.
fn slice(counter: &mut Counter) {
    let batch = Batch::new(Kind::Word.columns(ROWS), lineage(ROWS, 1));
    counter.count(|| {
        for start in (0..ROWS).step_by(64) {
            std::hint::black_box(batch.slice(start, 64));
        }
    });
}

fn hash(counter: &mut Counter, kind: Kind) {
    let columns = kind.columns(ROWS);
    let hasher = KeyHasher::new(&kind.schema(), &[0]);
    let mut hashes = Vec::new();
    counter.count(|| hasher.hash(&columns, &mut hashes));
}

fn main() -> ExitCode {
    let path = |name: &str, rows: usize, run: fn(&mut Counter)| {
        HotPath::new(format!("batch/{name}"), rows as u32, run)
    };
    let paths = vec![
        path("gather/int", ROWS / 2, |counter| gather(counter, Kind::Int)),
        path("gather/words", ROWS / 2, |counter| {
            gather(counter, Kind::Word)
        }),
        path("gather/sentences", ROWS / 2, |counter| {
            gather(counter, Kind::Sentence)
        }),
        path("gather-lineage/one-root", ROWS / 2, |counter| {
            gather_lineage(counter, 1)
        }),
        path("gather-lineage/two-roots", ROWS / 2, |counter| {
            gather_lineage(counter, 2)
        }),
        path("join/int", ROWS, |counter| concat(counter, Kind::Int)),
        path("join/words", ROWS, |counter| concat(counter, Kind::Word)),
        path("cut/words", ROWS, slice),
        path("hash/int", ROWS, |counter| hash(counter, Kind::Int)),
        path("hash/words", ROWS, |counter| hash(counter, Kind::Word)),
        path("hash/sentences", ROWS, |counter| {
            hash(counter, Kind::Sentence)
        }),
    ];
    Program::new("batch", env!("CARGO_TARGET_TMPDIR"), paths).main()
}
