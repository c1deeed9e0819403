//! The instructions that frames between workers take: encoding and decoding rows, and
//! what is owed to ledgers. `tests/instructions/run links/`
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::process::ExitCode;

use arrow_buffer::Buffer;
use stormcell_acking::{FailReason, RootId, SpoutIndex, Touched, Update, WorkerIncarnation};
use stormcell_batch::{
    Batch, ColumnsBuilder, Field, Lineage, LineageBuilder, Run, Schema, Value, ValueType,
};
use stormcell_instructions::{Counter, HotPath, Program};
use stormcell_links::codec::{
    KnownSchema, LENGTH, MAX_FRAME, RowsHead, decode_owed, encode_owed, encode_rows,
};
use stormcell_links::{FailedTree, Owed, Rows};

const ROWS: usize = 1_024;
const SENTENCE: &str = "in the beginning god created the heaven and the earth";

/// Rows as topologies have them.
#[derive(Clone, Copy)]
enum Kind {
    Int,
    Word,
    Sentence,
    /// An int, a word that may be null, a float and a flag.
    Mixed,
}

impl Kind {
    fn schema(self) -> Schema {
        let int = Field::new("number", ValueType::Int);
        let text = Field::new("text", ValueType::Text);
        match self {
            Self::Int => Schema::new([int]),
            Self::Word | Self::Sentence => Schema::new([text]),
            Self::Mixed => Schema::new([
                int,
                Field::nullable("text", ValueType::Text),
                Field::new("share", ValueType::Float),
                Field::new("flag", ValueType::Bool),
            ]),
        }
    }

    fn row(self, row: usize) -> Vec<Value> {
        let word = Value::Text(format!("w{}", row * 7_919 % 5_000));
        match self {
            Self::Int => vec![Value::Int(row as i64)],
            Self::Word => vec![word],
            Self::Sentence => vec![Value::Text(format!("{row} {SENTENCE}"))],
            Self::Mixed => vec![
                Value::Int(row as i64),
                if row.is_multiple_of(5) {
                    Value::Null
                } else {
                    word
                },
                Value::Float(row as f64),
                Value::Bool(row.is_multiple_of(3)),
            ],
        }
    }
}

/// Which trees rows are in.
#[derive(Clone, Copy)]
enum Trees {
    None,
    /// Rows follow on each other, 64 by the same edge.
    Runs,
    One,
    Two,
}

impl Trees {
    fn of(self, rows: usize) -> Lineage {
        let numbers = 0..rows as u64;
        match self {
            Self::None => Lineage::Untracked { rows },
            Self::Runs => {
                let run = |root| Run {
                    root,
                    rows: 64,
                    edge: root + 1,
                };
                Lineage::Runs(numbers.step_by(64).map(run).collect())
            }
            Self::One => Lineage::One {
                roots: numbers.clone().collect(),
                edges: numbers.map(|row| row + 1).collect(),
            },
            Self::Two => {
                let mut builder = LineageBuilder::default();
                for row in numbers {
                    builder.push([(row, row + 1), (row + ROWS as u64, row + 1)]);
                }
                builder.finish()
            }
        }
    }
}

/// So many rows in these trees.
fn rows(kind: Kind, count: usize, trees: Trees) -> Rows {
    let mut columns = ColumnsBuilder::new(&kind.schema());
    for row in 0..count {
        columns.push(kind.row(row));
    }
    let batch = Batch::new(columns.finish().unwrap(), trees.of(count));
    Rows {
        task: 1,
        input: 0,
        source_task: 2,
        cost: batch.cost() as u64,
        batch,
    }
}

fn encode(counter: &mut Counter, (kind, count, trees): (Kind, usize, Trees)) {
    let rows = rows(kind, count, trees);
    counter.count(|| encode_rows(&rows, MAX_FRAME).unwrap());
}

fn decode(counter: &mut Counter, (kind, count, trees): (Kind, usize, Trees)) {
    let schema = KnownSchema::new(kind.schema());
    let mut frame = encode_rows(&rows(kind, count, trees), MAX_FRAME).unwrap();
    // As it is read from a connection: the payload is aligned.
    let payload = Buffer::from_slice_ref(frame.split_off(LENGTH));
    counter.count(|| {
        let head = RowsHead::decode(&payload).unwrap();
        head.batch(&payload, &schema).unwrap()
    });
}

/// Updates of as many trees, which touched two workers; one in 64 fails, and one in 64
/// has its time-out start again.
fn owed() -> Owed {
    let spout = SpoutIndex::new(0).unwrap();
    let roots: Vec<RootId> = (0..ROWS as u64)
        .map(|tree| RootId::new(spout, 1, tree))
        .collect();
    let some = || roots.iter().step_by(64).copied();
    let worker = |worker| {
        let number = 7;
        let bit = Touched::from_bits(1_u64 << worker);
        (bit, WorkerIncarnation { worker, number })
    };
    Owed {
        incarnations: vec![worker(0), worker(1)],
        updates: roots
            .iter()
            .map(|&root| Update::new(root, !root.to_bits()).touching(Touched::from_bits(3)))
            .collect(),
        failed: some()
            .map(|root| FailedTree {
                root,
                reason: FailReason::FailedByBolt,
                cause: None,
            })
            .collect(),
        extended: some().collect(),
    }
}

fn encode_updates(counter: &mut Counter) {
    let owed = owed();
    counter.count(|| encode_owed(&owed, MAX_FRAME).unwrap());
}

fn decode_updates(counter: &mut Counter) {
    let frame = encode_owed(&owed(), MAX_FRAME).unwrap();
    counter.count(|| decode_owed(&frame[LENGTH..]).unwrap());
}

fn main() -> ExitCode {
    let kinds = [
        ("int-untracked", (Kind::Int, ROWS, Trees::None)),
        ("words", (Kind::Word, ROWS, Trees::One)),
        ("words/runs", (Kind::Word, ROWS, Trees::Runs)),
        ("words/two-roots", (Kind::Word, ROWS, Trees::Two)),
        ("words/1-row", (Kind::Word, 1, Trees::One)),
        ("sentences", (Kind::Sentence, ROWS, Trees::One)),
        ("mixed", (Kind::Mixed, ROWS, Trees::One)),
    ];
    let mut paths = vec![
        HotPath::new("links/encode/updates", ROWS as u32, encode_updates),
        HotPath::new("links/decode/updates", ROWS as u32, decode_updates),
    ];
    for (name, shape) in kinds {
        let count = shape.1 as u32;
        paths.push(HotPath::new(
            format!("links/encode/{name}"),
            count,
            move |counter| {
                encode(counter, shape);
            },
        ));
        paths.push(HotPath::new(
            format!("links/decode/{name}"),
            count,
            move |counter| {
                decode(counter, shape);
            },
        ));
    }
    Program::new("links", env!("CARGO_TARGET_TMPDIR"), paths).main()
}
