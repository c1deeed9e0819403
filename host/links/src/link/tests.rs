#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use arrow_buffer::{Buffer, MutableBuffer};
use stormcell_acking::{RootId, Update, WorkerIncarnation};
use stormcell_batch::{Batch, ColumnsBuilder, Field, Lineage, Schema, Value, ValueType};

use super::*;
use crate::Credit;
use crate::codec::{KnownSchema, LENGTH, RowsHead, decode_owed};

/// An inbox that wants nothing.
struct Nobody;

impl Inbox for Nobody {
    fn schema(&self, _: u32, _: u32) -> Option<Schema> {
        None
    }
    fn rows(&self, _: Rows, _: Credit) {}
    fn owed(&self, _: Owed) {}
    fn taken(&self, _: u32, _: usize, _: usize) {}
    fn up(&self, _: WorkerIncarnation) -> Touched {
        Touched::NONE
    }
    fn sent_late(&self, _: &Lineage, _: Touched) {}
    fn died(&self, _: WorkerIncarnation) {}
}

fn schema() -> Schema {
    Schema::new([Field::new("text", ValueType::Text)])
}

fn rows(texts: &[String]) -> Rows {
    let mut columns = ColumnsBuilder::new(&schema());
    for text in texts {
        columns.push(vec![Value::Text(text.clone())]);
    }
    let roots: Vec<u64> = (0..texts.len() as u64).collect();
    let edges = roots.clone();
    let batch = Batch::new(columns.finish().unwrap(), Lineage::One { roots, edges });
    Rows {
        task: 1,
        input: 0,
        source_task: 2,
        cost: batch.columns.bytes() as u64,
        batch,
    }
}

fn up(max_frame: usize) -> (Link, Arc<Outgoing>) {
    let link = Link::with_max_frame(1, max_frame);
    let peer = WorkerIncarnation {
        worker: 1,
        number: 1,
    };
    let outgoing = Arc::new(Outgoing::new(1, peer, Touched::from_bits(2)));
    link.up(&outgoing, &Nobody);
    (link, outgoing)
}

fn payloads(outgoing: &Outgoing) -> Vec<Buffer> {
    let mut frames = Vec::new();
    outgoing.frames(0, usize::MAX, &mut frames);
    let payloads = frames.iter().map(|frame| {
        let mut aligned = MutableBuffer::new(frame.len());
        aligned.extend_from_slice(&frame[LENGTH..]);
        aligned.into()
    });
    payloads.collect()
}

/// The texts and roots in all frames.
fn received(outgoing: &Outgoing) -> Vec<(Value, u64)> {
    let known = KnownSchema::new(schema());
    let mut received = Vec::new();
    for payload in payloads(outgoing) {
        let head = RowsHead::decode(&payload).unwrap();
        let batch = head.batch(&payload, &known).unwrap();
        for row in 0..batch.rows() {
            let text = batch.columns.value(row, 0, ValueType::Text);
            let root = batch.lineage.of(row).next().unwrap().0;
            received.push((text, root));
        }
    }
    received
}

#[test]
fn rows_too_long_for_a_frame_go_in_several() {
    const MAX: usize = 4096;
    let (link, outgoing) = up(MAX);
    let texts: Vec<_> = (0..100).map(|n| "x".repeat(n * 7)).collect();
    assert_eq!(link.send_rows(rows(&texts)), outgoing.bit);
    assert!(payloads(&outgoing).len() > 5);
    assert!(payloads(&outgoing).iter().all(|frame| frame.len() <= MAX));
    let sent = texts.into_iter().map(Value::Text).zip(0..);
    assert_eq!(received(&outgoing), sent.collect::<Vec<_>>());
    let all: u64 = outgoing.close().iter().map(|gone| gone.rows).sum();
    assert_eq!(all, 100);
}

#[test]
fn one_row_too_long_for_a_frame_is_lost_and_does_not_wait_for_ever() {
    let (link, outgoing) = up(1000);
    let texts = ["a", &"x".repeat(5000), "b"].map(str::to_owned);
    let sent = rows(&texts);
    let bytes = sent.batch.columns.bytes() as u64;
    link.send_rows(sent);
    let came = received(&outgoing);
    assert_eq!(came.len(), 2);
    assert_eq!(came[1], (Value::Text("b".to_owned()), 2));
    let lost = outgoing.take_lost();
    assert_eq!(lost.len(), 1);
    assert_eq!((lost[0].task, lost[0].rows, lost[0].bytes), (1, 1, 5004));
    let sent = outgoing.close();
    assert_eq!((sent[0].rows, sent[0].bytes + 5004), (2, bytes));
}

#[test]
fn what_is_owed_that_is_too_long_for_a_frame_goes_in_several() {
    let (link, outgoing) = up(500);
    let updates = (0..100).map(|n| Update::new(RootId::from_bits(n), n));
    let owed = Owed {
        updates: updates.collect(),
        extended: vec![RootId::from_bits(7)],
        ..Owed::default()
    };
    link.send_owed(owed.clone());
    let mut all = Owed::default();
    for payload in payloads(&outgoing) {
        assert!(payload.len() <= 500);
        let (_, part) = decode_owed(&payload).unwrap();
        all.updates.extend(part.updates);
        all.extended.extend(part.extended);
    }
    assert_eq!(all, owed);
}

#[test]
fn what_is_owed_waits_within_limits() {
    let link = Link::new(1);
    for number in 0..Link::WAITING_OWED as u64 + 5 {
        link.send_owed(Owed {
            extended: vec![RootId::from_bits(number)],
            ..Owed::default()
        });
    }
    let peer = WorkerIncarnation {
        worker: 1,
        number: 1,
    };
    let outgoing = Arc::new(Outgoing::new(1, peer, Touched::NONE));
    link.up(&outgoing, &Nobody);
    let payloads = payloads(&outgoing);
    assert_eq!(payloads.len(), Link::WAITING_OWED);
    let (_, first) = decode_owed(&payloads[0]).unwrap();
    assert_eq!(first.extended, [RootId::from_bits(5)]);
}

#[test]
fn rows_for_one_that_died_wait_for_the_next() {
    let (link, outgoing) = up(MAX_FRAME);
    let texts = ["a".to_owned()];
    // It dies between being found and being sent to.
    outgoing.close();
    let unsent = link.send(&outgoing, rows(&texts)).unwrap_err();
    link.down();
    assert_eq!(link.send_rows(unsent), Touched::NONE);
    assert_eq!(link.waiting_rows(), 1);
    link.stop();
    assert_eq!(link.waiting_rows(), 0);
    assert_eq!(link.send_rows(rows(&texts)), Touched::NONE);
    assert_eq!(link.waiting_rows(), 0);
}

/// One row of a batch for a worker that was gone kept the whole batch in memory, and was
/// counted as one row.
#[test]
fn rows_that_wait_do_not_keep_others_in_memory() {
    let link = Link::with_max_frame(1, 1 << 20);
    let many: Vec<String> = (0..100).map(|_| "a".repeat(10_000)).collect();
    let all = rows(&many);
    let part = Rows {
        batch: all.batch.slice(7, 1),
        ..all
    };
    link.send_rows(part);
    let state = link.state.lock();
    let waits = &state.rows[0].batch;
    assert_eq!(waits.rows(), 1);
    assert!(
        waits.columns.buffers() < 20_000,
        "{}",
        waits.columns.buffers()
    );
}
