//! Workers for tests: what comes to them is written down.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use stormcell_acking::{RootId, Touched, WorkerIncarnation};
use stormcell_batch::{Batch, ColumnsBuilder, Field, Lineage, Schema, Value, ValueType};
use stormcell_links::{Address, Credit, Inbox, Links, LinksConfig, MemoryNetwork, Owed, Rows};

/// The task that rows are for, in every worker.
pub(crate) const TASK: u32 = 5;

/// A task that is in no worker.
pub(crate) const NO_TASK: u32 = 6;

pub(crate) fn incarnation(worker: u32, number: u32) -> WorkerIncarnation {
    WorkerIncarnation { worker, number }
}

pub(crate) fn address(worker: WorkerIncarnation) -> Address {
    Address::Worker {
        topology: "test".to_owned(),
        worker,
    }
}

/// The bit that stands for an incarnation in every worker.
pub(crate) fn bit(worker: WorkerIncarnation) -> Touched {
    Touched::from_bits(1 << worker.number)
}

/// Rows for a task, one for each number, which is its value and its root.
pub(crate) fn rows_for(task: u32, numbers: &[u64]) -> Rows {
    let mut columns = ColumnsBuilder::new(&schema());
    for &number in numbers {
        columns.push(vec![
            Value::Int(number as i64),
            Value::Text("x".repeat(number as usize % 7)),
        ]);
    }
    let lineage = Lineage::One {
        roots: numbers.to_vec(),
        edges: numbers.to_vec(),
    };
    let batch = Batch::new(columns.finish().unwrap(), lineage);
    Rows {
        task,
        input: 0,
        source_task: 1,
        cost: batch.columns.bytes() as u64,
        batch,
    }
}

pub(crate) fn rows(numbers: &[u64]) -> Rows {
    rows_for(TASK, numbers)
}

/// What is owed, with a number.
pub(crate) fn owed(number: u64) -> Owed {
    Owed {
        extended: vec![RootId::from_bits(number)],
        ..Owed::default()
    }
}

fn schema() -> Schema {
    Schema::new([
        Field::new("number", ValueType::Int),
        Field::new("text", ValueType::Text),
    ])
}

/// What came to a worker.
#[derive(Default)]
pub(crate) struct Record {
    /// The numbers of rows, in the order in which they came.
    pub(crate) rows: Vec<u64>,
    /// The numbers of what is owed.
    pub(crate) owed: Vec<u64>,
    /// Rows and bytes that were reported as taken, by task.
    pub(crate) taken: BTreeMap<u32, (usize, usize)>,
    pub(crate) up: Vec<WorkerIncarnation>,
    pub(crate) died: Vec<WorkerIncarnation>,
    /// Roots of rows that were sent late, and the bit.
    pub(crate) late: Vec<(u64, Touched)>,
    /// Credits of rows that have not been taken.
    pub(crate) credits: Vec<Credit>,
    /// Whether rows are taken as they come.
    pub(crate) takes: bool,
}

#[derive(Default)]
pub(crate) struct Recorder(pub(crate) Mutex<Record>);

impl Inbox for Recorder {
    fn schema(&self, task: u32, _: u32) -> Option<Schema> {
        (task == TASK).then(schema)
    }

    fn rows(&self, rows: Rows, credit: Credit) {
        let mut record = self.0.lock();
        for row in 0..rows.batch.rows() {
            let values = rows.batch.columns.row(&schema(), row);
            let Value::Int(number) = values[0] else {
                panic!("a number was sent")
            };
            assert_eq!(values[1], Value::Text("x".repeat(number as usize % 7)));
            let mut branches = rows.batch.lineage.of(row);
            assert!(
                branches
                    .next()
                    .is_some_and(|(root, _)| root == number as u64)
            );
            record.rows.push(number as u64);
        }
        if record.takes {
            drop(credit);
        } else {
            record.credits.push(credit);
        }
    }

    fn owed(&self, owed: Owed) {
        let numbers = owed.extended.iter().map(|root| root.to_bits());
        self.0.lock().owed.extend(numbers);
    }

    fn taken(&self, task: u32, rows: usize, bytes: usize) {
        let mut record = self.0.lock();
        let total = record.taken.entry(task).or_default();
        total.0 += rows;
        total.1 += bytes;
    }

    fn up(&self, peer: WorkerIncarnation) -> Touched {
        self.0.lock().up.push(peer);
        bit(peer)
    }

    fn sent_late(&self, lineage: &Lineage, touched: Touched) {
        let mut record = self.0.lock();
        let roots = lineage
            .roots()
            .flat_map(|(root, rows)| root..root + u64::from(rows));
        record.late.extend(roots.map(|root| (root, touched)));
    }

    fn died(&self, peer: WorkerIncarnation) {
        self.0.lock().died.push(peer);
    }
}

/// A worker: its links, and what came to it. Dropping the links kills it.
pub(crate) struct Worker {
    pub(crate) me: WorkerIncarnation,
    pub(crate) links: Links,
    pub(crate) recorder: Arc<Recorder>,
}

impl Worker {
    pub(crate) async fn start(network: &MemoryNetwork, me: WorkerIncarnation) -> Self {
        let recorder = Arc::new(Recorder::default());
        let links = Links::start(LinksConfig {
            topology: "test".to_owned(),
            me,
            network: Arc::new(network.at(address(me))),
            inbox: Arc::clone(&recorder) as Arc<dyn Inbox>,
        });
        let links = links.await.unwrap();
        Self {
            me,
            links,
            recorder,
        }
    }

    /// Two workers that know each other.
    pub(crate) async fn pair(network: &MemoryNetwork) -> (Self, Self) {
        let one = Self::start(network, incarnation(0, 1)).await;
        let other = Self::start(network, incarnation(1, 2)).await;
        one.links.peers(&[one.me, other.me]);
        other.links.peers(&[one.me, other.me]);
        (one, other)
    }

    pub(crate) fn send(&self, to: u32, numbers: &[u64]) -> Touched {
        self.links.link(to).send_rows(rows(numbers))
    }

    pub(crate) fn record<T>(&self, look: impl FnOnce(&mut Record) -> T) -> T {
        look(&mut self.recorder.0.lock())
    }

    /// The numbers of the rows that came.
    pub(crate) fn rows(&self) -> Vec<u64> {
        self.record(|record| record.rows.clone())
    }

    /// Takes the rows that wait, and from now on all as they come.
    pub(crate) fn take_all(&self) {
        // Credits look at no record, but need not be dropped under its lock.
        let credits = self.record(|record| {
            record.takes = true;
            std::mem::take(&mut record.credits)
        });
        drop(credits);
    }

    /// What was sent to and received from another worker.
    pub(crate) fn count(&self, worker: u32) -> (u64, u64) {
        let counts = self.links.counts();
        let count = counts.iter().find(|count| count.peer.worker == worker);
        count.map_or((0, 0), |count| (count.sent, count.received))
    }
}

/// Lets everything come to rest: on a paused clock this takes no time.
pub(crate) async fn rest() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}
