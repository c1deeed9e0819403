//! What goes wrong, and what operators do meanwhile, by a seed.

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::Command;
use stormcell_links::{Address, MemoryNetwork};
use stormcell_protocol::api::{Deploy, Rebalance};
use tokio::time::sleep;

use super::guests::guests;
use super::machine::{Machine, NAME, address};

/// Random numbers (SplitMix64), the same for the same seed.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// One of `from` to `to`, both included.
    pub(super) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from + 1)
    }

    fn time(&mut self, from_ms: u64, to_ms: u64) -> Duration {
        Duration::from_millis(self.between(from_ms, to_ms))
    }

    fn task_count(&mut self) -> u32 {
        self.between(1, 4) as u32
    }
}

/// Something that happens. Workers are meant by their place among those that are alive.
#[derive(Debug)]
pub(super) enum Fault {
    /// The process of a worker ends at once.
    Kill { worker: usize },
    /// All connections between two workers break.
    Cut { one: usize, other: usize },
    /// Two workers cannot connect for a time.
    Part {
        one: usize,
        other: usize,
        time: Duration,
    },
    /// A connection to the supervisor breaks.
    CutOff { worker: usize },
    /// A worker cannot connect to the supervisor for a time.
    PartOff { worker: usize, time: Duration },
    /// There is no supervisor for a time. Meanwhile a worker may end.
    Halt {
        time: Duration,
        killed: Option<usize>,
    },
    /// There is another number of workers and of tasks.
    Rebalance {
        workers: u32,
        relay: u32,
        hold: u32,
        print: u32,
    },
    /// Another file of a component is deployed, for a tenth of its tasks first or for all.
    Deploy {
        component: &'static str,
        second: bool,
        canary: bool,
    },
    /// Spouts do not emit for a time.
    Deactivate { time: Duration },
    /// From now on it takes so long to connect.
    Delay { delay: Duration },
}

impl Fault {
    pub(super) fn random(random: &mut Random) -> Self {
        let pick = |random: &mut Random| random.between(0, 7) as usize;
        match random.between(0, 12) {
            0..=2 => Self::Kill {
                worker: pick(random),
            },
            3 => Self::Cut {
                one: pick(random),
                other: pick(random),
            },
            4 => Self::Part {
                one: pick(random),
                other: pick(random),
                time: random.time(10, 8_000),
            },
            5 => Self::CutOff {
                worker: pick(random),
            },
            6 => Self::PartOff {
                worker: pick(random),
                time: random.time(1_000, 9_000),
            },
            7 => Self::Halt {
                time: random.time(10, 8_000),
                killed: (random.between(0, 1) == 1).then(|| pick(random)),
            },
            8 | 9 => Self::Rebalance {
                workers: random.between(1, 4) as u32,
                relay: random.task_count(),
                hold: random.task_count(),
                print: random.task_count(),
            },
            10 => Self::Deploy {
                component: ["relay", "hold", "print", "source"][random.between(0, 3) as usize],
                second: random.between(0, 1) == 1,
                canary: random.between(0, 1) == 1,
            },
            11 => Self::Deactivate {
                time: random.time(10, 4_000),
            },
            _ => Self::Delay {
                delay: random.time(0, 500),
            },
        }
    }

    /// Has it happen. What it does for a time goes on beside.
    pub(super) async fn happen(self, machine: &mut Machine) {
        machine.say(format_args!("fault: {self:?}"));
        let alive = machine.alive();
        let network = machine.network.clone();
        let pick = |place: usize| alive.get(place % alive.len().max(1)).copied();
        match self {
            Self::Kill { worker } => kill(machine, pick(worker)),
            Self::Cut { one, other } => {
                if let (Some(one), Some(other)) = (pick(one), pick(other)) {
                    network.cut(&address(one), &address(other));
                }
            }
            Self::Part { one, other, time } => {
                if let (Some(one), Some(other)) = (pick(one), pick(other)) {
                    part(machine, address(one), address(other), time);
                }
            }
            Self::CutOff { worker } => {
                if let Some(worker) = pick(worker) {
                    network.cut(&address(worker), &Address::Supervisor);
                }
            }
            Self::PartOff { worker, time } => {
                if let Some(worker) = pick(worker) {
                    part(machine, address(worker), Address::Supervisor, time);
                }
            }
            Self::Halt { time, killed } => {
                machine.halt_supervisor().await;
                sleep(time / 2).await;
                kill(machine, killed.and_then(pick));
                sleep(time / 2).await;
                machine.start_supervisor().await;
            }
            Self::Rebalance {
                workers,
                relay,
                hold,
                print,
            } => {
                let tasks = [("relay", relay), ("hold", hold), ("print", print)];
                let rebalance = Command::Rebalance(Rebalance {
                    workers: Some(workers),
                    parallelism: tasks.map(|(id, tasks)| (id.to_owned(), tasks)).into(),
                    dry_run: false,
                    wait_ms: None,
                });
                command(machine, rebalance);
            }
            Self::Deploy {
                component,
                second,
                canary,
            } => deploy(machine, component, second, canary),
            Self::Deactivate { time } => {
                command(machine, Command::Deactivate);
                sleep(time).await;
                command(machine, Command::Activate);
            }
            Self::Delay { delay } => network.delay(delay),
        }
    }
}

/// All that goes on is over, and nothing is wrong any more.
pub(super) async fn calm(machine: &mut Machine) {
    machine.network.delay(Duration::ZERO);
    while let Some(ended) = machine.beside.join_next().await {
        ended.unwrap();
    }
    // It could not be activated if there was no supervisor, or it was loading components.
    machine
        .until("it can be activated", async |machine| {
            let activated = machine.command(Command::Activate).await;
            // It may have come to its end.
            !activated.is_err_and(|problem| problem.code == "busy")
        })
        .await;
    machine.say(format_args!("calm"));
}

fn kill(machine: &Machine, worker: Option<WorkerIncarnation>) {
    if let Some(WorkerIncarnation { worker, number }) = worker {
        machine.say(format_args!("worker {worker} run {number} is killed"));
        machine.processes.kill(NAME, worker);
    }
}

fn part(machine: &mut Machine, one: Address, other: Address, time: Duration) {
    let network: MemoryNetwork = machine.network.clone();
    network.part(&one, &other);
    machine.beside.spawn(async move {
        sleep(time).await;
        network.join(&one, &other);
    });
}

/// Has the topology do something, and does not wait for it.
fn command(machine: &mut Machine, command: Command) {
    let (supervisor, log) = (machine.supervisor().clone(), Arc::clone(&machine.log));
    machine.beside.spawn(async move {
        match supervisor.command(NAME, command).await {
            Ok(_) => log.say(format_args!("a command is done")),
            Err(problem) => log.say(format_args!("a command is refused: {}", problem.message)),
        }
    });
}

fn deploy(machine: &mut Machine, component: &str, second: bool, canary: bool) {
    let versions = &guests()[component];
    let file = if second {
        &versions.second
    } else {
        &versions.first
    };
    let deploy = Deploy {
        component: component.to_owned(),
        digest: file.digest().to_owned(),
        canary_percent: if canary { 10 } else { 100 },
        max_error_rate: 0.5,
        watch_ms: 2_000,
        allow: Vec::new(),
    };
    let (supervisor, log) = (machine.supervisor().clone(), Arc::clone(&machine.log));
    machine.beside.spawn(async move {
        match supervisor.deploy(NAME, deploy).await {
            Ok(done) => log.say(format_args!("deployed: {:?}", done.outcome)),
            Err(problem) => log.say(format_args!("not deployed: {}", problem.message)),
        }
    });
}
