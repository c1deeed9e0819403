//! What is done to a running topology, in random order.

use std::collections::BTreeMap;
use std::process::Output;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;

use crate::cluster::{guest, json, now};
use crate::journaled::{Journaled, NAME, PARTS};
use crate::processes::signal;
use crate::random::Random;
use crate::verdict::Fault;

/// A worker that is stopped is ended after this time at the latest.
const FENCED: Duration = Duration::from_secs(30);

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    KillWorker,
    KillSupervisor,
    KillEverything,
    StopWorker,
    Rebalance,
    Deploy,
    DeployFailing,
    Deactivate,
}

const ALL: [Action; 8] = [
    Action::KillWorker,
    Action::KillSupervisor,
    Action::KillEverything,
    Action::StopWorker,
    Action::Rebalance,
    Action::Deploy,
    Action::DeployFailing,
    Action::Deactivate,
];

/// Somebody who does all of it, each thing once before any thing twice.
pub(crate) struct Chaos {
    random: Random,
    deck: Vec<Action>,
    /// The version of the bolt that was deployed last.
    version: u32,
    /// What was done, and when.
    pub(crate) faults: Vec<Fault>,
    /// Commands that were refused, because something else was under way: how many of each.
    pub(crate) refused: BTreeMap<String, u32>,
}

impl Chaos {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            deck: Vec::new(),
            version: 1,
            faults: Vec::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Does the next thing, and waits a little.
    pub(crate) fn step(&mut self, journaled: &mut Journaled) {
        if self.deck.is_empty() {
            self.deck.extend(ALL);
            self.random.shuffle(&mut self.deck);
        }
        let Some(action) = self.deck.pop() else {
            return;
        };
        match action {
            Action::KillWorker => self.kill_worker(journaled),
            Action::KillSupervisor => self.kill_supervisor(journaled),
            Action::KillEverything => self.kill_everything(journaled),
            Action::StopWorker => self.stop_worker(journaled),
            Action::Rebalance => self.rebalance(journaled),
            Action::Deploy => self.deploy(journaled),
            Action::DeployFailing => self.deploy_failing(journaled),
            Action::Deactivate => self.deactivate(journaled),
        }
        sleep(self.random.millis(200..2500));
    }

    fn note(&mut self, what: &'static str, detail: &str) {
        let at = now();
        eprintln!("{at} {what} {detail}");
        self.faults.push(Fault { what, at });
    }

    fn kill_worker(&mut self, journaled: &Journaled) {
        let workers = journaled.cluster.workers();
        if let Some(worker) = self.random.choose(&workers) {
            signal(worker.pid, Signal::KILL);
            self.note("kill -9 a worker", &format!("{worker:?}"));
        }
    }

    fn kill_supervisor(&mut self, journaled: &mut Journaled) {
        journaled.cluster.kill_supervisor();
        self.note("kill -9 supervisor", "");
        sleep(self.random.millis(0..1500));
        journaled.cluster.serve();
    }

    fn kill_everything(&mut self, journaled: &mut Journaled) {
        journaled.cluster.kill_everything();
        self.note("kill -9 everything", "");
        sleep(self.random.millis(0..1000));
        journaled.cluster.serve();
    }

    /// A worker that is silent is ended by the supervisor. To wake it up is then too late.
    fn stop_worker(&mut self, journaled: &Journaled) {
        let workers = journaled.cluster.workers();
        let Some(stopped) = self.random.choose(&workers) else {
            return;
        };
        signal(stopped.pid, Signal::STOP);
        self.note("SIGSTOP a worker", &format!("{stopped:?}"));
        let gone = || (!journaled.cluster.workers().contains(stopped)).then_some(());
        journaled
            .cluster
            .until("the stopped worker is ended", FENCED, gone);
        signal(stopped.pid, Signal::CONT);
    }

    fn rebalance(&mut self, journaled: &Journaled) {
        let mut arguments = vec!["rebalance".to_owned(), NAME.to_owned()];
        arguments.extend(["--yes", "--wait", "20s", "--workers"].map(str::to_owned));
        // Mostly several: within one process little can go wrong.
        let workers = self.random.choose(&[1, 2, 2, 3, 3, 4]).copied();
        arguments.push(workers.unwrap_or(3).to_string());
        for (component, most) in [("numbers", PARTS), ("stamp", 4), ("sink", 3)] {
            if self.random.number(0..2) == 0 {
                let tasks = self.random.number(1..most + 1);
                arguments.push(format!("--parallelism={component}={tasks}"));
            }
        }
        self.note("rebalance", &arguments[5..].join(" "));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = journaled.cluster.client(&arguments);
        self.tally("rebalance", &answer);
    }

    fn deploy(&mut self, journaled: &Journaled) {
        self.version = 3 - self.version;
        let version = format!("stamp-{}", self.version);
        self.note("deploy", &version);
        let answer = deploy(journaled, &version);
        self.tally("deploy", &answer);
    }

    /// Whatever happens meanwhile, this version must not be what runs in the end.
    fn deploy_failing(&mut self, journaled: &Journaled) {
        self.note("deploy what fails", "");
        let answer = deploy(journaled, "stamp-failing");
        let error = json(&answer).expect_err("it is not left in place");
        eprintln!("{} {error}", now());
    }

    fn deactivate(&mut self, journaled: &Journaled) {
        self.note("deactivate", "");
        let answer = journaled.cluster.client(&["deactivate", NAME]);
        self.tally("deactivate", &answer);
        sleep(self.random.millis(200..1500));
        self.note("activate", "");
        let answer = journaled.cluster.client(&["activate", NAME]);
        self.tally("activate", &answer);
    }

    /// Whether a command went well. Some may be refused while workers are being started.
    fn tally(&mut self, what: &str, answer: &Output) {
        if let Err(error) = json(answer) {
            eprintln!("{} {what} was refused: {error}", now());
            *self.refused.entry(what.to_owned()).or_default() += 1;
        }
    }
}

/// Gives the bolt this component, watched for a second.
pub(crate) fn deploy(journaled: &Journaled, component: &str) -> Output {
    let path = guest(component);
    let path = path.to_str().unwrap();
    let watched = ["--quiet", "--watch", "1s", "--max-error-rate", "0.2"];
    let mut arguments = vec!["deploy", NAME, "stamp", path];
    arguments.extend(watched);
    journaled.cluster.client(&arguments)
}
