//! What it costs to send a tuple to another process, in nanoseconds a tuple: encoding,
//! decoding, and a whole hop between two [`Links`] over a local socket.
//!
//! `cargo bench --profile release -p stormcell-links --bench hop`. A tuple is one word
//! with one root; what is printed is the time of one tuple.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow_buffer::{Buffer, MutableBuffer};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use stormcell_acking::{Touched, WorkerIncarnation};
use stormcell_batch::{Batch, ColumnsBuilder, Field, Lineage, Schema, Value, ValueType};
use stormcell_links::codec::{KnownSchema, LENGTH, MAX_FRAME, RowsHead, encode_rows};
use stormcell_links::{Credit, Inbox, Links, LinksConfig, Owed, Rows, UnixNetwork};

const SIZES: [usize; 3] = [16, 512, 1024];

/// So many rows are on their way at most, as pacing would have it.
const WINDOW: usize = 64 * 1024;

fn schema() -> Schema {
    Schema::new([Field::new("word", ValueType::Text)])
}

fn rows(count: usize) -> Rows {
    let mut columns = ColumnsBuilder::new(&schema());
    for row in 0..count {
        columns.push(vec![Value::Text(format!("word-{}", row % 100))]);
    }
    let lineage = Lineage::One {
        roots: (0..count as u64).collect(),
        edges: (0..count as u64)
            .map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .collect(),
    };
    Rows {
        task: 1,
        input: 0,
        source_task: 2,
        batch: Batch::new(columns.finish().expect("they fit"), lineage),
    }
}

/// Another of the same, sharing the values.
fn again(rows: &Rows) -> Rows {
    Rows {
        batch: rows.batch.clone(),
        ..*rows
    }
}

/// The payload as it is read: in aligned memory.
fn payload(frame: &[u8]) -> Buffer {
    let payload = &frame[LENGTH..];
    let mut aligned = MutableBuffer::new(payload.len());
    aligned.extend_from_slice(payload);
    aligned.into()
}

/// The share of one tuple.
fn a_tuple(batches: Duration, size: usize) -> Duration {
    batches / size as u32
}

fn codec(c: &mut Criterion) {
    let known = KnownSchema::new(schema());
    for (name, decode) in [("encode", false), ("decode", true)] {
        let mut group = c.benchmark_group(name);
        for size in SIZES {
            let rows = rows(size);
            let frame = encode_rows(&rows, MAX_FRAME).expect("it fits");
            let payload = payload(&frame);
            group.bench_function(BenchmarkId::from_parameter(size), |b| {
                b.iter_custom(|batches| {
                    let began = Instant::now();
                    for _ in 0..batches {
                        if decode {
                            let head = RowsHead::decode(black_box(&payload)).expect("a head");
                            black_box(head.batch(&payload, &known).expect("rows"));
                        } else {
                            black_box(encode_rows(black_box(&rows), MAX_FRAME).expect("it fits"));
                        }
                    }
                    a_tuple(began.elapsed(), size)
                });
            });
        }
        group.finish();
    }
}

/// Takes rows at once, and counts what the other end has taken.
struct Counter {
    schema: Schema,
    received: AtomicUsize,
    taken: AtomicUsize,
    changed: tokio::sync::Notify,
}

impl Counter {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            schema: schema(),
            received: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
            changed: tokio::sync::Notify::new(),
        })
    }

    async fn until(&self, counter: &AtomicUsize, rows: usize) {
        while counter.load(Ordering::Acquire) < rows {
            self.changed.notified().await;
        }
    }
}

impl Inbox for Counter {
    fn schema(&self, _: u32, _: u32) -> Option<Schema> {
        Some(self.schema.clone())
    }
    fn rows(&self, rows: Rows, credit: Credit) {
        drop(credit);
        self.received
            .fetch_add(rows.batch.rows(), Ordering::Release);
        self.changed.notify_one();
    }
    fn owed(&self, _: Owed) {}
    fn taken(&self, _: u32, rows: usize, _: usize) {
        self.taken.fetch_add(rows, Ordering::Release);
        self.changed.notify_one();
    }
    fn up(&self, peer: WorkerIncarnation) -> Touched {
        Touched::from_bits(1 << peer.worker)
    }
    fn sent_late(&self, _: &Lineage, _: Touched) {}
    fn died(&self, _: WorkerIncarnation) {}
}

/// Sends so many batches, never more than the window ahead, and waits until they are
/// there.
async fn hop(links: &Links, from: &Counter, to: &Counter, rows: &Rows, batches: u64) -> Duration {
    let link = links.link(1);
    let size = rows.batch.rows();
    let before = from.taken.load(Ordering::Acquire);
    let arrived = to.received.load(Ordering::Acquire);
    let began = Instant::now();
    for batch in 0..batches as usize {
        let ahead = (batch + 1) * size;
        if ahead > WINDOW {
            from.until(&from.taken, before + ahead - WINDOW).await;
        }
        link.send_rows(again(rows));
    }
    to.until(&to.received, arrived + batches as usize * size)
        .await;
    let took = began.elapsed();
    from.until(&from.taken, before + batches as usize * size)
        .await;
    took
}

fn sockets(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (from, to) = (Counter::new(), Counter::new());
    let start = |worker: u32, inbox: &Arc<Counter>| {
        let network = UnixNetwork::new(folder.path()).expect("a network");
        let links = Links::start(LinksConfig {
            topology: "bench".to_owned(),
            me: WorkerIncarnation { worker, number: 1 },
            network: Arc::new(network),
            inbox: Arc::clone(inbox) as Arc<dyn Inbox>,
        });
        runtime.block_on(links).expect("it listens")
    };
    let (sender, receiver) = (start(0, &from), start(1, &to));
    let peers = [0, 1].map(|worker| WorkerIncarnation { worker, number: 1 });
    sender.peers(&peers);
    receiver.peers(&peers);
    let mut group = c.benchmark_group("hop");
    for size in SIZES {
        let rows = rows(size);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter_custom(|batches| {
                let took = runtime.block_on(hop(&sender, &from, &to, &rows, batches));
                a_tuple(took, size)
            });
        });
    }
    group.finish();
    drop((sender, receiver));
}

criterion_group!(benches, codec, sockets);
criterion_main!(benches);
