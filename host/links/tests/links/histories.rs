//! Random histories of two workers: worker 0 lives for ever, worker 1 dies and comes
//! back, and connections between them break. Whatever happens:
//! - a row sent to an incarnation that lives to the end comes once, in order; one sent
//!   to another comes at most once, and to no other;
//! - a row that found nobody alive is told of once when it is sent late;
//! - each incarnation is up once and dies once, if it does;
//! - every row sent is reported as taken once;
//! - at rest, what one has sent the other has received.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use stormcell_acking::Touched;
use stormcell_links::MemoryNetwork;
use tokio::time::sleep;

use crate::support::{TASK, Worker, address, bit, incarnation, owed, rest, rows};

#[derive(Debug, Clone)]
enum Event {
    /// Worker 0 sends rows.
    Send(u64),
    /// Worker 0 sends what is owed.
    Owe,
    /// Worker 1 sends rows.
    SendBack(u64),
    Cut,
    Part,
    Join,
    Run(u32),
    Sleep(u64),
    /// Worker 1 takes the oldest rows that wait.
    Take,
    /// Worker 1 dies.
    Kill,
    /// Worker 1 comes back, and is told of worker 0.
    Start,
    /// The supervisor tells worker 0 who is alive.
    Tell,
    /// It becomes slow to connect, or not.
    Delay(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (1u64..5).prop_map(Event::Send),
        3 => Just(Event::Owe),
        4 => (1u64..5).prop_map(Event::SendBack),
        3 => Just(Event::Cut),
        1 => Just(Event::Part),
        2 => Just(Event::Join),
        8 => (1u32..12).prop_map(Event::Run),
        3 => (0u64..5).prop_map(Event::Sleep),
        3 => Just(Event::Take),
        1 => Just(Event::Kill),
        2 => Just(Event::Start),
        2 => Just(Event::Tell),
        1 => (0u64..3).prop_map(Event::Delay),
    ]
}

/// What happened, apart from what the workers know.
struct History {
    network: MemoryNetwork,
    one: Worker,
    other: Option<Worker>,
    /// Every incarnation of worker 1 that has died.
    gone: Vec<Worker>,
    next_incarnation: u32,
    next_number: u64,
    /// Rows that worker 0 sent, and the answer.
    sent: BTreeMap<u64, Touched>,
    bytes: usize,
    owed: Vec<u64>,
    /// What each incarnation of worker 1 sent.
    back: BTreeMap<u32, Vec<u64>>,
}

impl History {
    async fn new() -> Self {
        let network = MemoryNetwork::new();
        let one = Worker::start(&network, incarnation(0, 1)).await;
        Self {
            network,
            one,
            other: None,
            gone: Vec::new(),
            next_incarnation: 2,
            next_number: 0,
            sent: BTreeMap::new(),
            bytes: 0,
            owed: Vec::new(),
            back: BTreeMap::new(),
        }
    }

    fn numbers(&mut self, count: u64) -> Vec<u64> {
        let first = self.next_number;
        self.next_number += count;
        (first..self.next_number).collect()
    }

    async fn apply(&mut self, event: Event) {
        let one = address(self.one.me);
        let other = self.other.as_ref().map(|other| address(other.me));
        match event {
            Event::Send(count) => {
                let numbers = self.numbers(count);
                let rows = rows(&numbers);
                self.bytes += rows.batch.columns.bytes();
                let touched = self.one.links.link(1).send_rows(rows);
                self.sent.extend(numbers.iter().map(|&n| (n, touched)));
            }
            Event::Owe => {
                let number = self.numbers(1)[0];
                self.one.links.link(1).send_owed(owed(number));
                self.owed.push(number);
            }
            Event::SendBack(count) => {
                let numbers = self.numbers(count);
                if let Some(other) = &self.other {
                    other.send(0, &numbers);
                    let back = self.back.entry(other.me.number).or_default();
                    back.extend(numbers);
                }
            }
            Event::Cut => {
                if let Some(other) = other {
                    self.network.cut(&one, &other);
                }
            }
            Event::Part => {
                if let Some(other) = other {
                    self.network.part(&one, &other);
                }
            }
            Event::Join => {
                if let Some(other) = other {
                    self.network.join(&one, &other);
                }
            }
            Event::Run(times) => {
                for _ in 0..times {
                    tokio::task::yield_now().await;
                }
            }
            Event::Sleep(ms) => sleep(Duration::from_millis(ms)).await,
            Event::Take => {
                if let Some(other) = &self.other {
                    let credit = other.record(|record| {
                        let some = !record.credits.is_empty();
                        some.then(|| record.credits.remove(0))
                    });
                    drop(credit);
                }
            }
            Event::Kill => {
                if let Some(Worker {
                    me,
                    links,
                    recorder,
                }) = self.other.take()
                {
                    drop(links);
                    // What came to it is looked at later.
                    let links = Worker::start(&MemoryNetwork::new(), me).await.links;
                    self.gone.push(Worker {
                        me,
                        links,
                        recorder,
                    });
                }
            }
            Event::Start => {
                if self.other.is_none() {
                    let me = incarnation(1, self.next_incarnation);
                    self.next_incarnation += 1;
                    let other = Worker::start(&self.network, me).await;
                    other.links.peers(&[self.one.me, me]);
                    self.other = Some(other);
                }
            }
            Event::Tell => {
                let other = self.other.as_ref().map(|other| other.me);
                let alive: Vec<_> = other.into_iter().chain([self.one.me]).collect();
                self.one.links.peers(&alive);
            }
            Event::Delay(ms) => self.network.delay(Duration::from_millis(ms)),
        }
    }

    /// Heals everything, waits for rest, and looks whether all is as it must be.
    async fn check(mut self) {
        for event in [Event::Start, Event::Join, Event::Tell, Event::Owe] {
            self.apply(event).await;
        }
        let must_come = self.owed.last().copied();
        for worker in self.other.iter().chain(&self.gone) {
            worker.take_all();
        }
        self.one.take_all();
        rest().await;
        let other = self.other.as_ref().unwrap();
        let record = self.one.record(std::mem::take);

        // Lives and deaths.
        let mut died = record.up.clone();
        assert_eq!(died.pop(), Some(other.me), "the last is up");
        assert!(died.is_sorted_by(|a, b| a < b), "each is up once");
        assert_eq!(record.died, died, "all others died, once");

        // Rows to worker 1.
        let late: BTreeMap<u64, Touched> = record.late.iter().copied().collect();
        assert_eq!(late.len(), record.late.len(), "told of once");
        for worker in self.gone.iter().chain([other]) {
            let rows = worker.rows();
            assert!(rows.is_sorted_by(|a, b| a < b), "in order, once: {rows:?}");
            for row in &rows {
                let touched = self.sent[row];
                let touched = match touched {
                    Touched::NONE => late[row],
                    known => known,
                };
                assert_eq!(touched, bit(worker.me), "row {row} came to another");
            }
        }
        let came: BTreeSet<u64> = other.rows().into_iter().collect();
        for (row, &touched) in &self.sent {
            let late = late.get(row).copied();
            assert_eq!(touched == Touched::NONE, late.is_some(), "row {row}");
            if touched == bit(other.me) || late == Some(bit(other.me)) {
                assert!(came.contains(row), "row {row} is lost");
            }
        }

        // What is owed.
        let mut owed = other.record(|record| record.owed.clone());
        assert_eq!(owed.last().copied(), must_come);
        owed.sort_unstable();
        assert!(owed.is_sorted_by(|a, b| a < b), "owed once");

        // Rows from worker 1.
        let (last, earlier): (Vec<u64>, Vec<u64>) = record.rows.iter().partition(|row| {
            self.back
                .get(&other.me.number)
                .is_some_and(|b| b.contains(row))
        });
        let back = self.back.remove(&other.me.number).unwrap_or_default();
        assert_eq!(last, back, "all of the last, in order");
        assert!(earlier.is_sorted_by(|a, b| a < b), "in order, once");

        // Queues and counts.
        let taken = record.taken.get(&TASK).copied().unwrap_or_default();
        assert_eq!(taken, (self.sent.len(), self.bytes), "taken, or lost");
        assert_eq!(self.one.links.waiting_rows(), 0);
        let (one, other) = (self.one.count(1), other.count(0));
        assert_eq!((one.0, one.1), (other.1, other.0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_is_lost_or_doubled(events in prop::collection::vec(event(), 0..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut history = History::new().await;
            for event in events {
                history.apply(event).await;
            }
            history.check().await;
        });
    }
}
