use std::collections::BTreeMap;
use std::io;

use parking_lot::Mutex;

use super::*;
use crate::processes::Found;

/// Processes that do as they are told, or cannot be known or ended.
#[derive(Default)]
struct Scripted(Mutex<Script>);

#[derive(Default)]
struct Script {
    /// Who holds the lock of a worker; `None`: nobody knows.
    held: BTreeMap<u32, Option<u32>>,
    watched: BTreeMap<WorkerIncarnation, Exited>,
    cannot_end: bool,
}

impl Processes for Scripted {
    fn start(&self, _: &str, _: u32, worker: WorkerIncarnation, exited: Exited) -> io::Result<u32> {
        let mut script = self.0.lock();
        if script.held.contains_key(&worker.worker) {
            return Err(io::Error::other("no more processes"));
        }
        script.held.insert(worker.worker, Some(worker.number));
        script.watched.insert(worker, exited);
        Ok(1)
    }

    fn adopt(&self, _: &str, worker: u32, exited: Exited) -> io::Result<Option<Found>> {
        let mut script = self.0.lock();
        match script.held.get(&worker).copied() {
            None => Ok(None),
            Some(None) => Err(io::Error::other("not known by whom")),
            Some(Some(number)) => {
                let worker = WorkerIncarnation { worker, number };
                script.watched.insert(worker, exited);
                Ok(Some(Found { worker, pid: 1 }))
            }
        }
    }

    fn end(&self, _: &str, worker: WorkerIncarnation) -> io::Result<()> {
        let mut script = self.0.lock();
        if script.cannot_end {
            return Err(io::Error::other("not permitted"));
        }
        if let Some(exited) = script.watched.remove(&worker) {
            script.held.remove(&worker.worker);
            exited(worker, "ended".to_owned());
        }
        Ok(())
    }

    fn locks(&self, _: &str) -> io::Result<Vec<u32>> {
        Ok(self.0.lock().held.keys().copied().collect())
    }
}

struct Test {
    scripted: Arc<Scripted>,
    workers: Workers,
    inputs: mpsc::UnboundedReceiver<Input>,
}

impl Test {
    fn new(held: &[(u32, Option<u32>)]) -> Self {
        let scripted = Arc::new(Scripted::default());
        scripted.0.lock().held = held.iter().copied().collect();
        let (sender, inputs) = mpsc::unbounded_channel();
        let processes: Arc<dyn Processes> = Arc::<Scripted>::clone(&scripted);
        Self {
            scripted,
            workers: Workers::new("words", 1, processes, sender),
            inputs,
        }
    }

    /// The incarnations whose end was told since.
    fn exits(&mut self) -> Vec<WorkerIncarnation> {
        let mut exits = Vec::new();
        while let Ok(Input::Exited(worker, _)) = self.inputs.try_recv() {
            self.workers.exited(worker);
            exits.push(worker);
        }
        exits
    }
}

fn run(worker: u32, number: u32) -> WorkerIncarnation {
    WorkerIncarnation { worker, number }
}

fn exited(events: &[Event]) -> Vec<WorkerIncarnation> {
    events
        .iter()
        .map(|event| match event {
            Event::Exited(worker, _) => *worker,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn workers_of_an_earlier_supervisor_are_sorted_out() {
    // Of three planned: alive, dead, held by who knows whom. And one that is not planned.
    let mut test = Test::new(&[(0, Some(5)), (2, None), (7, Some(6))]);
    assert_eq!(exited(&test.workers.adopt(3)), [run(1, ANY)]);
    assert_eq!(test.exits(), [run(7, 6)], "no plan has work for it");
    assert_eq!(test.workers.count(), 1);
    assert!(!test.workers.none());

    assert!(test.workers.retry().is_empty());
    test.scripted.0.lock().held.remove(&2);
    assert_eq!(exited(&test.workers.retry()), [run(2, ANY)]);
    assert!(test.workers.retry().is_empty(), "it is told once");
}

#[test]
fn who_is_asked_to_end_ends_whoever_it_is() {
    let mut test = Test::new(&[(0, Some(5))]);
    assert!(test.workers.end(run(0, ANY)).is_empty());
    assert_eq!(test.exits(), [run(0, 5)]);
    assert_eq!(
        exited(&test.workers.end(run(0, 5))),
        [run(0, 5)],
        "it is gone"
    );
    assert!(test.workers.none());
}

#[test]
fn another_run_than_the_one_that_is_meant_is_left_alone() {
    let mut test = Test::new(&[(0, Some(6))]);
    assert_eq!(exited(&test.workers.end(run(0, 5))), [run(0, 5)]);
    assert!(test.exits().is_empty());
    assert_eq!(test.workers.count(), 1);
}

#[test]
fn what_cannot_be_ended_is_tried_again() {
    let mut test = Test::new(&[]);
    assert!(test.workers.start(run(0, 1)).is_empty());
    test.scripted.0.lock().cannot_end = true;
    assert!(test.workers.end(run(0, 1)).is_empty());
    assert!(test.workers.retry().is_empty());
    assert!(test.exits().is_empty());
    test.scripted.0.lock().cannot_end = false;
    assert!(test.workers.retry().is_empty());
    assert_eq!(test.exits(), [run(0, 1)]);
    assert!(test.workers.none());

    let mut test = Test::new(&[(0, None)]);
    assert!(test.workers.end(run(0, 3)).is_empty());
    assert!(!test.workers.none());
    test.scripted.0.lock().held.insert(0, Some(3));
    assert!(test.workers.retry().is_empty());
    assert_eq!(test.exits(), [run(0, 3)]);
}

#[test]
fn a_process_that_cannot_be_started_is_told() {
    let mut test = Test::new(&[(0, Some(1))]);
    let events = test.workers.start(run(0, 2));
    let [Event::NotStarted(worker, reason)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(*worker, run(0, 2));
    assert!(reason.contains("no more processes"), "{reason}");
}

#[test]
fn all_are_ended() {
    let mut test = Test::new(&[(1, Some(4)), (9, Some(5))]);
    assert!(test.workers.start(run(0, 6)).is_empty());
    test.workers.end_all(2);
    let mut exits = test.exits();
    exits.sort();
    assert_eq!(exits, [run(0, 6), run(1, 4), run(9, 5)]);
    assert!(test.workers.none());
}
