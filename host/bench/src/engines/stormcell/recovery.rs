//! The word count without an end over two workers, which are killed in turn while it runs.
//!
//! Its spout is like a log that can be read again: it survives its process. The spout keeps
//! a journal of what it emits and of what it is told is acked, and the tasks that count
//! write down which words they got before they ack them. So what happened after each death
//! is read from files, to the microsecond, and what was lost is seen even if nobody says
//! so.

mod journal;
mod places;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use self::journal::{Death, Journal};
use self::places::Places;
use super::components::Components;
use super::live::{Live, Worker};
use super::throughput;
use crate::{BenchError, Quantity, Sample, Shape, Surroundings};

/// The components that it needs.
pub(super) const COMPONENTS: [&str; 3] =
    ["journaled/sentences", "journaled/split", "journaled/count"];

/// How many workers are killed.
const DEATHS: usize = 6;
/// How many in a quick run.
const QUICK: usize = 2;
/// How long all is well before each death, and after the last one.
const CALM: Duration = Duration::from_millis(700);

/// One run. What it says of replay and recovery is the longest of all deaths.
///
/// # Errors
/// [`BenchError`] if a worker does not come back, or rows stay in flight.
pub(super) fn run(
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let folder = surroundings.folder("recovery-")?;
    let [journal, places] = ["journal", "places"].map(|name| folder.path().join(name));
    for folder in [&journal, &places] {
        std::fs::create_dir(folder).map_err(io("creating", folder))?;
    }
    let topology = topology(&journal, &places, components)?;
    let file = throughput::write(Shape::Recovery, &topology, surroundings)?;
    let live = Live::submit(Shape::Recovery, &file, surroundings)?;

    let mut killed = Vec::new();
    for number in 0..if surroundings.quick { QUICK } else { DEATHS } {
        let workers = live.whole()?;
        std::thread::sleep(CALM);
        let victim = workers.get(number % workers.len().max(1));
        killed.push(kill(&live, victim)?);
        live.replaced(victim.and_then(|victim| victim.pid))?;
    }
    live.whole()?;
    std::thread::sleep(CALM);
    let memory = live.usage().peak_memory as f64 / f64::from(1 << 20);
    live.settle()?;

    let journal = Journal::read(&journal, &killed).map_err(|what| live.wrong(what))?;
    let places = Places::read(&places).map_err(|what| live.wrong(what))?;
    let lost = journal.unsettled() + journal.acked().filter(|row| !places.has(*row)).count();
    let longest = |of: fn(&Death) -> Option<Duration>| {
        let times: Option<Vec<Duration>> = journal.deaths().iter().map(of).collect();
        let longest = times.and_then(|times| times.into_iter().max());
        longest.map(|time| time.as_secs_f64() * 1e3).ok_or_else(|| {
            let deaths = journal.deaths();
            live.wrong(format!("a death was not recovered from: {deaths:?}"))
        })
    };
    let sample = Sample::default()
        .with(Quantity::Rate, journal.rate())
        .with(Quantity::PeakMemory, memory)
        .with(Quantity::Replay, longest(|death| death.replay)?)
        .with(Quantity::Recovered, longest(|death| death.recovered)?)
        .with(Quantity::Lost, lost as f64);
    live.end()?;
    Ok(sample)
}

/// Kills a worker, and says when: microseconds since 1970.
fn kill(live: &Live, victim: Option<&Worker>) -> Result<u64, BenchError> {
    let pid = victim.and_then(|worker| worker.pid).and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| live.wrong("a worker has no process".to_owned()))?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    kill_process(pid, Signal::KILL)
        .map_err(|error| live.wrong(format!("killing a worker: {error}")))?;
    Ok(u64::try_from(now.as_micros()).unwrap_or(u64::MAX))
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BenchError {
    let path: PathBuf = path.to_owned();
    move |error| BenchError::Io { doing, path, error }
}

fn topology(journal: &Path, places: &Path, components: &Components) -> Result<Value, BenchError> {
    let grant = |folder: &Path, guest: &str| {
        let files = json!({
            "host": folder,
            "guest": guest,
            "access": "read-write",
            "quota": "16GiB",
        });
        json!({ "files": [files], "clock": "real", "random": "real" })
    };
    let [sentences, split, count] = COMPONENTS.map(|name| components.file(name));
    Ok(json!({
        "name": "recovery",
        "config": { "acking": true, "max-pending": 5_000 },
        "spouts": [{
            "id": "sentences",
            "component": sentences?,
            "config": { "folder": "/journal" },
            "grants": grant(journal, "/journal"),
        }],
        "bolts": [
            { "id": "split", "component": split?, "parallelism": 2 },
            {
                "id": "count",
                "component": count?,
                "parallelism": 2,
                "config": { "folder": "/places" },
                "grants": grant(places, "/places"),
            },
        ],
        "streams": [
            { "from": "sentences", "to": "split", "grouping": { "type": "shuffle" } },
            { "from": "split", "to": "count", "grouping": { "type": "fields", "args": ["word"] } },
        ],
    }))
}
