//! What it costs to give rows to a task of another process, beside giving them to one of
//! this process.
//!
//! `cargo bench --profile release -p stormcell-links --bench hop`
//!
//! In process: a queue under a lock and a bell, which is what a mailbox is. Between
//! processes: two [`Links`] over a local socket, so encoding, the socket and decoding,
//! and the credit that goes back. Both ends share the processors here as two workers of
//! one machine do. The receiver takes all that is there; the sender is never more than
//! [`AHEAD`] rows ahead of it, as far as the runtime lets rows queue for a task.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arrow_buffer::{Buffer, MutableBuffer};
use parking_lot::Mutex;
use stormcell_acking::{Touched, WorkerIncarnation};
use stormcell_batch::{Batch, ColumnsBuilder, Field, Lineage, Schema, Value, ValueType};
use stormcell_links::codec::{KnownSchema, LENGTH, MAX_FRAME, RowsHead, encode_rows};
use stormcell_links::{Credit, Inbox, Links, LinksConfig, Owed, Rows, UnixNetwork};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

/// Rows a batch.
const SIZES: [usize; 4] = [1, 16, 128, 1024];

/// So many rows are on their way at most.
const AHEAD: usize = 2048;

/// How often each is measured; the median is printed.
const TIMES: usize = 7;

/// How long one measurement takes, about.
const LENGTH_OF_ONE: Duration = Duration::from_millis(80);

const SENTENCE: &str = "the quick brown fox jumps over the lazy dog";

fn word(row: usize) -> Value {
    Value::Text(format!("word-{}", row % 100))
}

/// Rows as topologies have them.
struct Shape {
    name: &'static str,
    schema: Schema,
    row: fn(usize) -> Vec<Value>,
    tracked: bool,
}

fn shapes() -> [Shape; 4] {
    let int = Field::new("number", ValueType::Int);
    let text = |name| Field::new(name, ValueType::Text);
    [
        Shape {
            name: "int, not tracked",
            schema: Schema::new([int.clone()]),
            row: |row| vec![Value::Int(row as i64)],
            tracked: false,
        },
        Shape {
            name: "word",
            schema: Schema::new([text("word")]),
            row: |row| vec![word(row)],
            tracked: true,
        },
        Shape {
            name: "sentence of 43 bytes",
            schema: Schema::new([text("sentence")]),
            row: |_| vec![Value::Text(SENTENCE.to_owned())],
            tracked: true,
        },
        Shape {
            name: "int, word, float, bool",
            schema: Schema::new([
                int,
                text("word"),
                Field::new("share", ValueType::Float),
                Field::new("flag", ValueType::Bool),
            ]),
            row: |row| {
                vec![
                    Value::Int(row as i64),
                    word(row),
                    Value::Float(row as f64),
                    Value::Bool(row % 2 == 0),
                ]
            },
            tracked: true,
        },
    ]
}

impl Shape {
    /// A batch of this shape, which is input `input` of the receiver.
    fn rows(&self, input: usize, count: usize) -> Rows {
        let mut columns = ColumnsBuilder::new(&self.schema);
        for row in 0..count {
            columns.push((self.row)(row));
        }
        let numbers = 0..count as u64;
        let lineage = match self.tracked {
            true => Lineage::One {
                roots: numbers.clone().collect(),
                edges: numbers
                    .map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
                    .collect(),
            },
            false => Lineage::Untracked { rows: count },
        };
        let batch = Batch::new(columns.finish().expect("they fit"), lineage);
        Rows {
            task: 1,
            input: input as u32,
            source_task: 2,
            cost: batch.cost() as u64,
            batch,
        }
    }
}

/// Another of the same, sharing the values.
fn again(rows: &Rows) -> Rows {
    Rows {
        batch: rows.batch.clone(),
        ..*rows
    }
}

/// A number that grows, and who waits for it.
#[derive(Default)]
struct Counter {
    count: AtomicUsize,
    grown: Notify,
}

impl Counter {
    fn add(&self, more: usize) {
        self.count.fetch_add(more, Ordering::Release);
        self.grown.notify_one();
    }

    fn now(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    async fn until(&self, least: usize) {
        while self.now() < least {
            self.grown.notified().await;
        }
    }
}

/// One end of the link: takes rows at once, and counts what the other end has taken.
struct End {
    schemas: Vec<Schema>,
    received: Counter,
    taken: Counter,
}

impl End {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            schemas: shapes().into_iter().map(|shape| shape.schema).collect(),
            received: Counter::default(),
            taken: Counter::default(),
        })
    }
}

impl Inbox for End {
    fn schema(&self, _: u32, input: u32) -> Option<Schema> {
        self.schemas.get(input as usize).cloned()
    }
    fn rows(&self, rows: Rows, credit: Credit) {
        drop(credit);
        self.received.add(rows.batch.rows());
    }
    fn owed(&self, _: Owed) {}
    fn taken(&self, _: u32, rows: usize, _: usize) {
        self.taken.add(rows);
    }
    fn up(&self, peer: WorkerIncarnation) -> Touched {
        Touched::from_bits(1 << peer.worker)
    }
    fn sent_late(&self, _: &Lineage, _: Touched) {}
    fn died(&self, _: WorkerIncarnation) {}
}

/// Sends so many batches, and waits until they have been taken.
async fn send(batches: usize, size: usize, taken: &Counter, mut push: impl FnMut()) -> Duration {
    let before = taken.now();
    let began = Instant::now();
    for batch in 0..batches {
        let ahead = (batch + 1) * size;
        if ahead > AHEAD {
            taken.until(before + ahead - AHEAD).await;
        }
        push();
    }
    taken.until(before + batches * size).await;
    began.elapsed()
}

/// Nanoseconds a row of `work`, which is told how many batches: the median.
fn measure(size: usize, mut work: impl FnMut(usize) -> Duration) -> f64 {
    // How many take about as long as they should.
    let mut batches = 16;
    while work(batches) < LENGTH_OF_ONE / 2 {
        batches *= 2;
    }
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| work(batches).as_secs_f64() * 1e9 / (batches * size) as f64)
        .collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}

fn in_process(runtime: &Runtime, rows: &Rows) -> f64 {
    #[derive(Default)]
    struct Queue {
        rows: Mutex<VecDeque<Rows>>,
        arrival: Notify,
        taken: Counter,
    }
    let queue = Arc::new(Queue::default());
    let receiver = runtime.spawn({
        let queue = Arc::clone(&queue);
        async move {
            loop {
                let all = std::mem::take(&mut *queue.rows.lock());
                if all.is_empty() {
                    queue.arrival.notified().await;
                }
                for rows in all {
                    queue.taken.add(black_box(&rows).batch.rows());
                }
            }
        }
    });
    let size = rows.batch.rows();
    let nanos = measure(size, |batches| {
        runtime.block_on(send(batches, size, &queue.taken, || {
            queue.rows.lock().push_back(again(rows));
            queue.arrival.notify_one();
        }))
    });
    receiver.abort();
    nanos
}

fn between_processes(runtime: &Runtime, links: &Links, from: &End, rows: &Rows) -> f64 {
    let link = links.link(1);
    let size = rows.batch.rows();
    measure(size, |batches| {
        runtime.block_on(send(batches, size, &from.taken, || {
            link.send_rows(again(rows));
        }))
    })
}

/// Encoding and decoding alone.
fn codec(shape: &Shape, rows: &Rows) -> (f64, f64) {
    let size = rows.batch.rows();
    let timed = |work: &dyn Fn()| {
        measure(size, |batches| {
            let began = Instant::now();
            for _ in 0..batches {
                work();
            }
            began.elapsed()
        })
    };
    let frame = encode_rows(rows, MAX_FRAME).expect("it fits");
    // As it is read: in aligned memory.
    let mut aligned = MutableBuffer::new(frame.len());
    aligned.extend_from_slice(&frame[LENGTH..]);
    let payload: Buffer = aligned.into();
    let known = KnownSchema::new(shape.schema.clone());
    let encode = timed(&|| {
        black_box(encode_rows(black_box(rows), MAX_FRAME).expect("it fits"));
    });
    let decode = timed(&|| {
        let head = RowsHead::decode(black_box(&payload)).expect("a head");
        black_box(head.batch(&payload, &known).expect("rows"));
    });
    (encode, decode)
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (from, to) = (End::new(), End::new());
    let start = |worker: u32, inbox: &Arc<End>| {
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
    println!("ns a row; at most {AHEAD} rows on their way; medians of {TIMES}");
    println!(
        "{:<24} {:>6} {:>11} {:>12} {:>9} {:>9} {:>7}",
        "row", "batch", "in process", "two workers", "(encode", "decode)", "ratio"
    );
    for (input, shape) in shapes().iter().enumerate() {
        for size in SIZES {
            let rows = shape.rows(input, size);
            let (encode, decode) = codec(shape, &rows);
            let here = in_process(&runtime, &rows);
            let there = between_processes(&runtime, &sender, &from, &rows);
            println!(
                "{:<24} {size:>6} {here:>11.1} {there:>12.1} {encode:>9.1} {decode:>9.1} {:>7.0}",
                shape.name,
                there / here
            );
        }
    }
    let sent = from.taken.now();
    assert_eq!(to.received.now(), sent, "every row has come once");
    drop((sender, receiver));
}
