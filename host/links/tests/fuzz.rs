//! Fuzz targets: what comes from another process. See `tests/fuzz/README.md`.
#![expect(clippy::unwrap_used, reason = "tests")]

use arbitrary::{Result, Unstructured};
use arrow_buffer::{Buffer, MutableBuffer};
use stormcell_batch::{
    Batch, ColumnsBuilder, Field, Lineage, LineageBuilder, Run, Schema, Value, ValueType,
};
use stormcell_links::Rows;
use stormcell_links::codec::{
    CreditFrame, Hello, Kind, KnownSchema, LENGTH, MAX_FRAME, Refused, RowsHead, Welcome,
    decode_owed, encode_owed, encode_rows, kind,
};

stormcell_fuzz::target! {
    /// Any payload is refused, or says the same when it is sent on.
    fn any_payload(bytes) {
        exercise(bytes, &all_kinds());
    }
}

stormcell_fuzz::target! {
    /// Rows with changes: only those come as far as Arrow.
    fn changed_rows(bytes) {
        let mut input = Unstructured::new(bytes);
        let (schema, rows) = rows(&mut input).unwrap();
        let frame = encode_rows(&rows, MAX_FRAME).unwrap();
        let mut payload = frame[LENGTH..].to_vec();
        exercise(&payload, &schema);
        change(&mut payload, &mut input).unwrap();
        exercise(&payload, &schema);
    }
}

fn exercise(payload: &[u8], schema: &Schema) {
    match kind(payload) {
        Err(_) => {}
        Ok(Kind::Hello) => {
            if let Ok(hello) = Hello::decode(payload) {
                assert_eq!(sent(&hello.encode()), payload);
            }
        }
        Ok(Kind::Welcome) => {
            if let Ok(welcome) = Welcome::decode(payload) {
                assert_eq!(sent(&welcome.encode()), payload);
            }
        }
        Ok(Kind::Refused) => {
            if let Ok(refused) = Refused::decode(payload) {
                assert_eq!(sent(&refused.encode()), payload);
            }
        }
        Ok(Kind::Credit) => {
            if let Ok(credit) = CreditFrame::decode(payload) {
                let again = sent(&credit.encode());
                assert_eq!(CreditFrame::decode(&again).unwrap(), credit);
            }
        }
        Ok(Kind::Owed) => {
            if let Ok((_, owed)) = decode_owed(payload) {
                let again = sent(&encode_owed(&owed, MAX_FRAME));
                assert_eq!(decode_owed(&again).unwrap().1, owed);
            }
        }
        Ok(Kind::Rows) => exercise_rows(payload, schema),
    }
}

fn exercise_rows(payload: &[u8], schema: &Schema) {
    let Ok(head) = RowsHead::decode(payload) else {
        return;
    };
    let known = KnownSchema::new(schema.clone());
    let Ok(batch) = head.batch(&aligned(payload), &known) else {
        return;
    };
    assert_eq!(batch.rows(), head.rows as usize);
    // The law of the codec: what it takes is in proportion to the frame.
    assert!(batch.columns.bytes() <= 8 * payload.len(), "{head:?}");
    let values = values(schema, &batch);
    let lineage = batch.lineage.clone();
    let rows = Rows {
        task: head.task,
        input: head.input,
        source_task: head.source_task,
        batch,
        cost: head.bytes,
    };
    let again = sent(&encode_rows(&rows, MAX_FRAME));
    let head = RowsHead::decode(&again).unwrap();
    let batch = head.batch(&aligned(&again), &known).unwrap();
    assert_eq!(self::values(schema, &batch), values);
    assert_eq!(batch.lineage, lineage);
}

/// All values, as text: numbers that are none are not equal to themselves.
fn values(schema: &Schema, batch: &Batch) -> Vec<String> {
    let row = |row| format!("{:?}", batch.columns.row(schema, row));
    (0..batch.rows()).map(row).collect()
}

/// The payload of a whole frame.
fn sent<E: std::fmt::Debug>(frame: &std::result::Result<Vec<u8>, E>) -> Vec<u8> {
    frame.as_ref().unwrap()[LENGTH..].to_vec()
}

/// As it is when it is read from a connection.
fn aligned(payload: &[u8]) -> Buffer {
    let mut aligned = MutableBuffer::new(payload.len());
    aligned.extend_from_slice(payload);
    aligned.into()
}

/// One field of each type that may be null.
fn all_kinds() -> Schema {
    let fields = ValueType::ALL.iter();
    Schema::new(fields.map(|kind| Field::nullable(format!("{kind}"), *kind)))
}

/// Rows of any schema with at least one field, as every stream has.
fn rows(input: &mut Unstructured<'_>) -> Result<(Schema, Rows)> {
    let mut fields = Vec::new();
    for number in 0..=input.arbitrary::<u8>()? % 4 {
        fields.push(Field {
            name: format!("f{number}"),
            kind: *input.choose(&ValueType::ALL)?,
            nullable: input.arbitrary()?,
        });
    }
    let schema = Schema::new(fields);
    let count = usize::from(input.arbitrary::<u8>()? % 20);
    let mut columns = ColumnsBuilder::new(&schema);
    for _ in 0..count {
        let row = schema.fields().iter().map(|field| value(field, input));
        columns.push(row.collect::<Result<_>>()?);
    }
    let columns = columns.finish().unwrap();
    let rows = Rows {
        task: input.arbitrary()?,
        input: input.arbitrary()?,
        source_task: input.arbitrary()?,
        batch: Batch::new(columns, lineage(count, input)?),
        cost: input.arbitrary()?,
    };
    Ok((schema, rows))
}

fn value(field: &Field, input: &mut Unstructured<'_>) -> Result<Value> {
    if field.nullable && input.arbitrary()? {
        return Ok(Value::Null);
    }
    Ok(match field.kind {
        ValueType::Bool => Value::Bool(input.arbitrary()?),
        ValueType::Int => Value::Int(input.arbitrary()?),
        ValueType::Float => Value::Float(input.arbitrary()?),
        ValueType::Text => Value::Text(String::from_utf8_lossy(some(input)?).into_owned()),
        ValueType::Bytes => Value::Bytes(some(input)?.to_vec()),
        ValueType::Timestamp => Value::Timestamp(input.arbitrary()?),
        ValueType::Json => Value::Json(input.arbitrary::<i16>()?.to_string()),
    })
}

/// A few bytes.
fn some<'a>(input: &mut Unstructured<'a>) -> Result<&'a [u8]> {
    let length = usize::from(input.arbitrary::<u8>()? % 16);
    input.bytes(length.min(input.len()))
}

fn lineage(rows: usize, input: &mut Unstructured<'_>) -> Result<Lineage> {
    Ok(match input.arbitrary::<u8>()? % 4 {
        0 => Lineage::Untracked { rows },
        1 => {
            let mut pairs = || (0..rows).map(|_| input.arbitrary()).collect::<Result<_>>();
            Lineage::One {
                roots: pairs()?,
                edges: pairs()?,
            }
        }
        2 => {
            let mut builder = LineageBuilder::default();
            for _ in 0..rows {
                let count = input.arbitrary::<u8>()? % 4;
                let pairs = (0..count).map(|_| input.arbitrary::<(u64, u64)>());
                builder.push(pairs.collect::<Result<Vec<_>>>()?);
            }
            builder.finish()
        }
        _ => Lineage::Runs(
            (0..rows.min(1))
                .map(|_| {
                    Ok(Run {
                        root: u64::from(input.arbitrary::<u32>()?),
                        rows: rows as u32,
                        edge: input.arbitrary()?,
                    })
                })
                .collect::<Result<_>>()?,
        ),
    })
}

/// Changes numbers of a payload, and its end.
fn change(payload: &mut Vec<u8>, input: &mut Unstructured<'_>) -> Result<()> {
    while !input.is_empty() {
        let at = usize::from(input.arbitrary::<u16>()?);
        match input.arbitrary::<u8>()? {
            255 => payload.truncate(at),
            254 => payload.extend_from_slice(&input.arbitrary::<[u8; 8]>()?),
            width => {
                // Numbers of metadata and offsets lie at multiples of 4.
                let (step, width) = if width % 2 == 0 { (1, 1) } else { (4, 4) };
                let new = input.arbitrary::<[u8; 4]>()?;
                let at = at.checked_rem(payload.len()).unwrap_or(0) / step * step;
                for (old, new) in payload.iter_mut().skip(at).take(width).zip(new) {
                    *old = new;
                }
            }
        }
    }
    Ok(())
}
