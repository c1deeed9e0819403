#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use arrow_buffer::{Buffer, MutableBuffer};
use proptest::prelude::*;
use proptest::sample::Index;
use stormcell_acking::{FailReason, RootId, Stamp, Touched, Update, WorkerIncarnation};
use stormcell_batch::{
    Batch, ColumnsBuilder, Field, Lineage, LineageBuilder, Run, Schema, Value, ValueType,
};

use super::*;
use crate::{FailedTree, Owed, Rows};

/// The payload of a whole frame, aligned as it is when it is read.
fn payload(frame: &[u8]) -> Buffer {
    let (length, payload) = frame.split_first_chunk::<LENGTH>().unwrap();
    assert_eq!(u32::from_le_bytes(*length) as usize, payload.len());
    aligned(payload)
}

fn aligned(bytes: &[u8]) -> Buffer {
    let mut aligned = MutableBuffer::new(bytes.len());
    aligned.extend_from_slice(bytes);
    aligned.into()
}

fn value(kind: ValueType) -> BoxedStrategy<Value> {
    match kind {
        ValueType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        ValueType::Int => any::<i64>().prop_map(Value::Int).boxed(),
        // Bits must arrive as they are; `PartialEq` of NaN would hide that.
        ValueType::Float => (-1e300..1e300).prop_map(Value::Float).boxed(),
        ValueType::Text => ".{0,12}".prop_map(Value::Text).boxed(),
        ValueType::Bytes => prop::collection::vec(any::<u8>(), 0..12)
            .prop_map(Value::Bytes)
            .boxed(),
        ValueType::Timestamp => any::<i64>().prop_map(Value::Timestamp).boxed(),
        ValueType::Json => any::<u32>()
            .prop_map(|n| Value::Json(n.to_string()))
            .boxed(),
    }
}

fn field() -> impl Strategy<Value = (ValueType, bool)> {
    (prop::sample::select(&ValueType::ALL[..]), any::<bool>())
}

fn row(fields: &[(ValueType, bool)]) -> impl Strategy<Value = Vec<Value>> + use<> {
    let cells = fields.iter().map(|&(kind, nullable)| {
        let null = if nullable { 3 } else { 0 };
        prop_oneof![null => Just(Value::Null), 7 => value(kind)]
    });
    cells.collect::<Vec<_>>()
}

fn lineage(rows: usize) -> impl Strategy<Value = Lineage> {
    let untracked = Just(Lineage::Untracked { rows });
    let one = prop::collection::vec(any::<(u64, u64)>(), rows).prop_map(|pairs| {
        let (roots, edges) = pairs.into_iter().unzip();
        Lineage::One { roots, edges }
    });
    let several = prop::collection::vec(any::<(u64, u64)>(), 0..4);
    let many = prop::collection::vec(several, rows).prop_map(|rows| {
        let mut builder = LineageBuilder::default();
        for pairs in rows {
            builder.push(pairs);
        }
        builder.finish()
    });
    let runs =
        (any::<[u32; 2]>(), any::<[u64; 2]>(), any::<Index>()).prop_map(move |(r, e, cut)| {
            let cut = cut.index(rows.max(1)) as u32;
            let lengths = [cut, rows as u32 - cut];
            let run = |at: usize| Run {
                root: u64::from(r[at]),
                rows: lengths[at],
                edge: e[at],
            };
            Lineage::Runs(
                [0, 1]
                    .map(run)
                    .into_iter()
                    .filter(|run| run.rows > 0)
                    .collect(),
            )
        });
    prop_oneof![untracked, one, many, runs]
}

/// A batch of any schema, often a slice of a larger one.
fn batch() -> impl Strategy<Value = (Schema, Batch)> {
    let fields = prop::collection::vec(field(), 0..6);
    let shape = (fields, 0usize..40);
    shape.prop_flat_map(|(fields, rows)| {
        let content = prop::collection::vec(row(&fields), rows);
        let slice = (any::<Index>(), any::<Index>());
        (Just(fields), content, lineage(rows), slice).prop_map(
            |(fields, content, lineage, (start, end))| {
                let fields = fields.into_iter().enumerate();
                let schema = Schema::new(fields.map(|(i, (kind, nullable))| Field {
                    name: format!("f{i}"),
                    kind,
                    nullable,
                }));
                let rows = content.len();
                let mut columns = ColumnsBuilder::new(&schema);
                for row in content {
                    columns.push(row);
                }
                let columns = columns.finish().unwrap();
                let columns = match schema.is_empty() {
                    true => stormcell_batch::Columns::new(&schema, Vec::new(), rows).unwrap(),
                    false => columns,
                };
                let batch = Batch::new(columns, lineage);
                let (a, b) = (start.index(rows + 1), end.index(rows + 1));
                let (start, end) = (a.min(b), a.max(b));
                (schema, batch.slice(start, end - start))
            },
        )
    })
}

fn owed() -> impl Strategy<Value = Owed> {
    let incarnation = any::<(u64, u32, u32)>().prop_map(|(bit, worker, number)| {
        let incarnation = WorkerIncarnation { worker, number };
        (Touched::from_bits(bit), incarnation)
    });
    let update = any::<(u64, u64, u64)>().prop_map(|(root, xor, touched)| {
        Update::new(RootId::from_bits(root), xor).touching(Touched::from_bits(touched))
    });
    let reason = prop::sample::select(vec![
        FailReason::TimedOut,
        FailReason::FailedByBolt,
        FailReason::WorkerDied,
        FailReason::SpoutRestarted,
        FailReason::Overload,
        FailReason::Stopped,
    ]);
    let cause = prop::option::of(prop::sample::select(vec!["`a`, task 3: no", "ä\nb", "x"]));
    let failed = (any::<u64>(), reason, cause).prop_map(|(root, reason, cause)| FailedTree {
        root: RootId::from_bits(root),
        reason,
        cause: cause.map(Arc::from),
    });
    (
        prop::collection::vec(incarnation, 0..4),
        prop::collection::vec(update, 0..20),
        prop::collection::vec(failed, 0..10),
        prop::collection::vec(any::<u64>().prop_map(RootId::from_bits), 0..10),
    )
        .prop_map(|(incarnations, updates, failed, extended)| Owed {
            incarnations,
            updates,
            failed,
            extended,
        })
}

fn rows(batch: Batch) -> Rows {
    Rows {
        task: 3,
        input: 1,
        source_task: u32::MAX,
        cost: batch.cost() as u64,
        batch,
    }
}

const STAMP: Stamp = Stamp {
    incarnation: 9,
    sequence: 1 << 40,
};

fn content(batch: &Batch, schema: &Schema) -> Vec<Vec<Value>> {
    let rows = 0..batch.rows();
    rows.map(|row| batch.columns.row(schema, row)).collect()
}

/// Reads a payload as anything that it might be. Whatever it is, what comes out can be
/// looked at as a whole.
fn read_as_anything(payload: &Buffer, schema: &Schema) {
    let _ = kind(payload);
    let _ = stamp(payload);
    let _ = Hello::decode(payload);
    let _ = Welcome::decode(payload);
    let _ = Refused::decode(payload);
    let _ = CreditFrame::decode(payload);
    let _ = decode_owed(payload);
    if let Ok(head) = RowsHead::decode(payload)
        && let Ok(batch) = head.batch(payload, &KnownSchema::new(schema.clone()))
    {
        assert_eq!(batch.rows(), head.rows as usize);
        if !schema.is_empty() {
            content(&batch, schema);
        }
        if !matches!(batch.lineage, Lineage::Untracked { .. }) {
            for row in 0..batch.rows() {
                batch.lineage.of(row).count();
            }
        }
    }
}

fn everything() -> Schema {
    let kinds = ValueType::ALL.into_iter();
    Schema::new(kinds.map(|kind| Field::nullable(kind.name(), kind)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn rows_arrive_as_they_were_sent((schema, batch) in batch()) {
        let rows = rows(batch);
        let mut frame = encode_rows(&rows, MAX_FRAME).unwrap();
        set_stamp(&mut frame, STAMP);
        let payload = payload(&frame);
        prop_assert_eq!(kind(&payload).unwrap(), Kind::Rows);
        let head = RowsHead::decode(&payload).unwrap();
        prop_assert_eq!(head.stamp, STAMP);
        prop_assert_eq!((head.task, head.input, head.source_task), (3, 1, u32::MAX));
        prop_assert_eq!(head.bytes, rows.cost);
        let found = head.batch(&payload, &KnownSchema::new(schema.clone())).unwrap();
        prop_assert_eq!(&found.lineage, &rows.batch.lineage);
        prop_assert_eq!(content(&found, &schema), content(&rows.batch, &schema));
    }

    #[test]
    fn only_what_a_slice_shows_is_sent((_, batch) in batch()) {
        let none = encode_rows(&rows(batch.slice(0, 0)), MAX_FRAME).unwrap().len();
        let some = encode_rows(&rows(batch.clone()), MAX_FRAME).unwrap().len();
        let columns = batch.columns.arrays().len();
        let lineage = match &batch.lineage {
            Lineage::Untracked { .. } => 0,
            Lineage::One { roots, .. } | Lineage::Many { roots, .. } => 16 * roots.len(),
            Lineage::Runs(runs) => 20 * runs.len(),
        };
        // Offsets and bits of validity, and what fills up to a multiple of 8.
        let around = columns * (batch.rows() / 8 + 32) + 4 * batch.rows() + 16;
        prop_assert!(some <= none + batch.columns.bytes() + lineage + around);
    }

    #[test]
    fn what_is_owed_arrives_as_it_was_sent(owed in owed()) {
        let mut frame = encode_owed(&owed, MAX_FRAME).unwrap();
        set_stamp(&mut frame, STAMP);
        prop_assert_eq!(decode_owed(&payload(&frame)).unwrap(), (STAMP, owed));
    }

    #[test]
    fn credits_arrive_as_they_were_sent(
        received: u64,
        taken in prop::collection::vec(any::<(u32, u64, u64)>(), 0..9),
    ) {
        let taken = taken.into_iter();
        let taken = taken.map(|(task, rows, bytes)| (task, Taken { rows, bytes }));
        let credit = CreditFrame { received, taken: taken.collect() };
        let frame = credit.encode().unwrap();
        prop_assert_eq!(CreditFrame::decode(&payload(&frame)).unwrap(), credit);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(
        kind in prop_oneof![Just(1u8), Just(2), Just(3), Just(16), Just(17), Just(18), any::<u8>()],
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut all = vec![kind];
        all.extend(bytes);
        read_as_anything(&aligned(&all), &everything());
    }

    #[test]
    fn changed_rows_are_read_without_a_panic(
        (schema, batch) in batch(),
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
        cut in prop::option::of(any::<Index>()),
    ) {
        let frame = encode_rows(&rows(batch), MAX_FRAME).unwrap();
        let mut bytes = frame[LENGTH..].to_vec();
        for (at, change) in changes {
            let at = at.index(bytes.len());
            bytes[at] = change.of(bytes[at]);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_as_anything(&aligned(&bytes), &schema);
        // Also if they lie where arrays cannot.
        let mut shifted = vec![0];
        shifted.extend(&bytes);
        read_as_anything(&aligned(&shifted).slice(1), &schema);
        // Or if the schema is another.
        read_as_anything(&aligned(&bytes), &everything());
    }

    #[test]
    fn changed_owed_is_read_without_a_panic(
        owed in owed(),
        at: Index,
        change in change(),
    ) {
        let frame = encode_owed(&owed, MAX_FRAME).unwrap();
        let mut bytes = frame[LENGTH..].to_vec();
        let at = at.index(bytes.len());
        bytes[at] = change.of(bytes[at]);
        read_as_anything(&aligned(&bytes), &everything());
    }
}

/// A change of a byte: to anything, to the highest, to the next, or of one bit.
#[derive(Debug, Clone, Copy)]
enum Change {
    To(u8),
    Next,
    Flip(u8),
}

impl Change {
    fn of(self, byte: u8) -> u8 {
        match self {
            Self::To(to) => to,
            Self::Next => byte.wrapping_add(1),
            Self::Flip(bit) => byte ^ 1 << bit,
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<u8>().prop_map(Change::To),
        Just(Change::To(0xFF)),
        Just(Change::Next),
        (0u8..8).prop_map(Change::Flip),
    ]
}

#[test]
fn every_byte_of_a_frame_can_be_anything() {
    let schema = everything();
    let mut columns = ColumnsBuilder::new(&schema);
    for n in 0..3 {
        columns.push(vec![
            Value::Bool(n == 1),
            Value::Int(n),
            Value::Float(0.5),
            Value::Text("ä".to_owned()),
            Value::Bytes(vec![1, 2]),
            Value::Null,
            Value::Json("{}".to_owned()),
        ]);
    }
    let mut lineage = LineageBuilder::default();
    for n in 0..3 {
        lineage.push([(n, 1), (7, 2)]);
    }
    let batch = Batch::new(columns.finish().unwrap(), lineage.finish());
    let frame = encode_rows(&rows(batch), MAX_FRAME).unwrap();
    for at in LENGTH..frame.len() {
        for to in [0, 1, 2, 4, 8, 0x7F, 0x80, 0xFF] {
            let mut bytes = frame[LENGTH..].to_vec();
            bytes[at - LENGTH] = to;
            read_as_anything(&aligned(&bytes), &schema);
        }
        read_as_anything(&aligned(&frame[LENGTH..at]), &schema);
    }
}

#[test]
fn a_greeting_arrives_as_it_was_sent() {
    let [from, to] = [(1, 2), (3, 4)].map(|(worker, number)| WorkerIncarnation { worker, number });
    let topology = "word-count".to_owned();
    let hello = Hello { topology, from, to };
    let frame = hello.encode().unwrap();
    assert_eq!(Hello::decode(&payload(&frame)).unwrap(), hello);

    let welcome = Welcome { expected: 5 };
    let frame = welcome.encode().unwrap();
    assert_eq!(Welcome::decode(&payload(&frame)).unwrap(), welcome);

    let reason = "you are dead".to_owned();
    let refused = Refused { reason };
    let frame = refused.encode().unwrap();
    assert_eq!(Refused::decode(&payload(&frame)).unwrap(), refused);
}

#[test]
fn another_version_is_named() {
    let me = WorkerIncarnation {
        worker: 0,
        number: 0,
    };
    let hello = Hello {
        topology: String::new(),
        from: me,
        to: me,
    };
    let mut frame = hello.encode().unwrap();
    frame[LENGTH + 1] = 77;
    let error = Hello::decode(&frame[LENGTH..]).unwrap_err().to_string();
    assert!(error.contains("speaks version 77"), "{error}");
    assert!(error.contains("with one version of stormcell"), "{error}");
}

#[test]
fn what_is_too_long_is_refused_before_it_is_made() {
    let schema = Schema::new([Field::new("text", ValueType::Text)]);
    let mut columns = ColumnsBuilder::new(&schema);
    columns.push(vec![Value::Text("x".repeat(1000))]);
    let batch = Batch::new(columns.finish().unwrap(), Lineage::Untracked { rows: 1 });
    let rows = rows(batch);
    for max in [0, 100, 1000] {
        let error = encode_rows(&rows, max).unwrap_err();
        assert!(matches!(error, CodecError::TooLarge { .. }), "{error}");
    }
    encode_rows(&rows, 1500).unwrap();
    let extended = vec![RootId::from_bits(1); 100];
    let owed = Owed {
        extended,
        ..Owed::default()
    };
    let error = encode_owed(&owed, 100).unwrap_err();
    assert!(matches!(error, CodecError::TooLarge { .. }), "{error}");
}

/// They must not keep acks waiting. What is left out is not told, and nothing else is lost.
#[test]
fn of_many_long_causes_the_first_arrive() {
    let failed: Vec<FailedTree> = (0..100)
        .map(|tree| FailedTree {
            root: RootId::from_bits(tree),
            reason: FailReason::FailedByBolt,
            cause: Some(format!("{tree}{}", "x".repeat(4_000)).into()),
        })
        .collect();
    let owed = Owed {
        failed,
        ..Owed::default()
    };
    let mut frame = encode_owed(&owed, MAX_FRAME).unwrap();
    assert!(frame.len() < 40_000, "{}", frame.len());
    set_stamp(&mut frame, STAMP);
    let (_, found) = decode_owed(&payload(&frame)).unwrap();
    assert_eq!(found.failed.len(), 100);
    for (tree, (found, sent)) in found.failed.iter().zip(&owed.failed).enumerate() {
        assert_eq!((found.root, found.reason), (sent.root, sent.reason));
        let expected = if tree < 8 { sent.cause.clone() } else { None };
        assert_eq!(found.cause, expected, "{tree}");
    }
}

#[test]
fn causes_that_do_not_fit_are_refused() {
    let owed = Owed {
        failed: vec![FailedTree {
            root: RootId::from_bits(1),
            reason: FailReason::FailedByBolt,
            cause: Some("no".into()),
        }],
        ..Owed::default()
    };
    let frame = encode_owed(&owed, MAX_FRAME).unwrap();
    let good = payload(&frame).to_vec();
    decode_owed(&good).unwrap();
    // The number of trees, the length of the text, and the text.
    let end = good.len();
    for (at, byte) in [(end - 10, 2), (end - 6, 1), (end - 6, 3), (end - 1, 0xc3)] {
        let mut bad = good.clone();
        bad[at] = byte;
        decode_owed(&bad).unwrap_err();
    }
}

#[test]
fn rows_of_another_schema_are_refused() {
    let schema = |kind| Schema::new([Field::new("x", kind)]);
    let mut columns = ColumnsBuilder::new(&schema(ValueType::Int));
    columns.push(vec![Value::Int(-1)]);
    let batch = Batch::new(columns.finish().unwrap(), Lineage::Untracked { rows: 1 });
    let frame = encode_rows(&rows(batch), MAX_FRAME).unwrap();
    let payload = payload(&frame);
    let head = RowsHead::decode(&payload).unwrap();
    for kind in [ValueType::Text, ValueType::Bool] {
        let known = KnownSchema::new(schema(kind));
        let found = head.batch(&payload, &known);
        // An integer is long enough for a boolean: Arrow does not send types.
        assert_eq!(found.is_ok(), kind == ValueType::Bool);
    }
    let known = KnownSchema::new(Schema::new([]));
    assert!(head.batch(&payload, &known).is_err());
}
