//! One run: a JVM, what it says, and what its tree used meanwhile.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Kind;
use super::event::{self, Event, Outcome, Window};
use super::install::{Installed, JAVA};
use super::kind::has_many_tasks;
use crate::{
    BenchError, Finished, Language, Program, Quantity, Running, Sample, Shape, Surroundings,
};

/// How long it may take until a first row is processed.
const STARTS: Duration = Duration::from_secs(180);

/// How long everything else may take longer than it should.
const GRACE: Duration = Duration::from_secs(90);

/// How long it may take until everything is well again after a worker was killed.
const RECOVERS: Duration = Duration::from_secs(400);

/// Runs a shape; `rate` is that of a latency shape, rows a second.
pub(super) fn run(
    kind: Kind,
    shape: Shape,
    rate: Option<u32>,
    installed: &Installed,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let scratch = surroundings.folder("storm-")?;
    let run = Run {
        kind,
        shape,
        surroundings,
    };
    let program = run.program(rate, installed, scratch.path())?;
    match shape {
        Shape::ColdStart => run.start(program),
        Shape::Recovery => run.recovery(program),
        _ => run.window(program),
    }
}

/// What is run.
struct Run<'a> {
    kind: Kind,
    shape: Shape,
    surroundings: &'a Surroundings,
}

impl Run<'_> {
    /// The JVM to start.
    fn program(
        &self,
        rate: Option<u32>,
        installed: &Installed,
        scratch: &Path,
    ) -> Result<Program, BenchError> {
        let shape = match self.shape {
            Shape::Identity { acked: true, .. } | Shape::ColdStart => "identity",
            Shape::Identity { acked: false, .. } => "identity-unacked",
            Shape::WordCount { .. } => "word-count",
            Shape::Book => "book",
            Shape::Join => "join",
            Shape::Split { .. } => "split",
            Shape::Latency { .. } => "latency",
            Shape::Recovery => "recovery",
            Shape::Instances | Shape::Swap | Shape::Operator { .. } => {
                return Err(self.wrong("it has no topology for it"));
            }
        };
        let workers = match self.shape {
            Shape::WordCount { workers, .. } => workers,
            Shape::Recovery => 2,
            _ => 1,
        };
        let window = match self.shape {
            Shape::ColdStart => Duration::ZERO,
            _ => self.surroundings.window,
        };
        let heap: &[&str] = match self.kind {
            // The settings that paid off.
            Kind::Tuned | Kind::Parked | Kind::StormPy | Kind::Pystorm => {
                &["-XX:+UseParallelGC", "-Xmx2g"]
            }
            Kind::Default => &[],
            // Here it only submits the topology, whose workers are processes of their own.
            Kind::Cluster => &["-XX:+UseSerialGC", "-Xmx256m"],
        };
        let settings = match self.kind {
            Kind::Default => "default",
            Kind::Parked => "parked",
            Kind::Cluster if has_many_tasks(self.shape) => "parked",
            Kind::Tuned | Kind::Cluster | Kind::StormPy | Kind::Pystorm => "tuned",
        };
        let cancel = self.surroundings.build.cancel();
        let mut program = Program::new(self.kind.name(), JAVA.program, cancel)
            .hint(JAVA.install)
            .args(heap)
            .arg(format!("-Djava.io.tmpdir={}", scratch.display()))
            .arg("-cp")
            .arg(installed.class_path())
            .arg("stormcell.bench.storm.Main")
            .args(["--shape", shape, "--settings", settings, "--scratch"])
            .arg(scratch.join("run"))
            .args(["--split", self.language(self.split())])
            .args(["--count", self.language(self.count())])
            .args(["--workers", &workers.to_string()])
            .args(["--warm-up", &seconds(self.surroundings.warm_up)])
            .args(["--window", &seconds(window)])
            .args(["--rate", &rate.unwrap_or_default().to_string()])
            .limit(STARTS + self.surroundings.warm_up + window + GRACE + RECOVERS);
        if self.kind == Kind::Cluster {
            program = program.args(["--cluster", "true"]);
        }
        if self.shape == Shape::Book {
            program = program.arg("--book").arg(self.surroundings.sources.book());
        }
        if let Some(python) = &installed.python {
            program = program.arg("--python").arg(python);
        }
        Ok(program)
    }

    /// The language of the bolt that splits, or that is in the middle.
    fn split(&self) -> Language {
        match self.shape {
            Shape::Identity { language, .. }
            | Shape::Split { language }
            | Shape::WordCount {
                split: language, ..
            } => language,
            _ => Language::Own,
        }
    }

    /// The language of the bolt that counts.
    fn count(&self) -> Language {
        match self.shape {
            Shape::WordCount { count, .. } => count,
            _ => Language::Own,
        }
    }

    /// A language, as the command line takes it.
    fn language(&self, language: Language) -> &'static str {
        match language {
            Language::Python if self.kind == Kind::Pystorm => "pystorm",
            Language::Python => "storm-py",
            Language::Own | Language::JavaScript => "java",
        }
    }

    /// Measures how many rows are processed in a window, and at what cost.
    fn window(&self, program: Program) -> Result<Sample, BenchError> {
        let mut jvm = program.start()?;
        wait_for(&mut jvm, STARTS, |event| matches!(event, Event::FirstRow))?;
        let starts = self.surroundings.warm_up + GRACE;
        wait_for(&mut jvm, starts, |event| {
            matches!(event, Event::WindowStarts)
        })?;
        let before = jvm.usage().cpu;
        let ends = self.surroundings.window + GRACE;
        wait_for(&mut jvm, ends, |event| matches!(event, Event::WindowEnds))?;
        let cpu = jvm.usage().cpu.saturating_sub(before);
        let (outcome, finished) = self.result(jvm)?;
        if outcome.failed > 0 {
            return Err(self.wrong(format!("{} rows failed", outcome.failed)));
        }
        if !outcome.errors.is_empty() {
            let errors = outcome.errors.join("\n");
            return Err(self.wrong(format!("tasks reported errors: {errors}")));
        }
        self.sample(&outcome, cpu, &finished)
    }

    /// The figures of a window.
    fn sample(
        &self,
        outcome: &Outcome,
        cpu: Duration,
        finished: &Finished,
    ) -> Result<Sample, BenchError> {
        let Some(window @ Window { rows: 1.., .. }) = &outcome.window else {
            return Err(self.wrong("no row was processed in the window"));
        };
        let mut sample = Sample::default()
            .with(Quantity::Rate, window.rows as f64 / window.seconds)
            .with(
                Quantity::CpuPerMillion,
                cpu.as_secs_f64() / window.rows as f64 * 1e6,
            )
            .with(Quantity::PeakMemory, peak_memory(finished));
        match (&outcome.latencies, self.shape) {
            (Some(latencies), Shape::Latency { .. }) if latencies.latency_rows > 0 => {
                let micros = |nanos: u64| nanos as f64 / 1e3;
                sample = sample
                    .with(Quantity::LatencyP50, micros(latencies.p50_ns))
                    .with(Quantity::LatencyP99, micros(latencies.p99_ns))
                    .with(Quantity::LatencyP999, micros(latencies.p999_ns))
                    .with(Quantity::LatencyMax, micros(latencies.max_ns));
            }
            (_, Shape::Latency { .. }) => return Err(self.wrong("no latency was measured")),
            _ => {}
        }
        Ok(sample)
    }

    /// Measures how long it takes until a first row is processed.
    fn start(&self, program: Program) -> Result<Sample, BenchError> {
        let mut jvm = program.start()?;
        wait_for(&mut jvm, STARTS, |event| matches!(event, Event::FirstRow))?;
        let took = Instant::now().saturating_duration_since(jvm.started());
        let (_, finished) = self.result(jvm)?;
        Ok(Sample::default()
            .with(Quantity::Start, took.as_secs_f64() * 1e3)
            .with(Quantity::PeakMemory, peak_memory(&finished)))
    }

    /// Measures how long it takes until everything is well again after a worker was
    /// killed.
    fn recovery(&self, program: Program) -> Result<Sample, BenchError> {
        let mut jvm = program.start()?;
        wait_for(&mut jvm, STARTS, |event| matches!(event, Event::FirstRow))?;
        let killed = self.surroundings.warm_up + GRACE;
        wait_for(&mut jvm, killed, |event| {
            matches!(event, Event::WorkerKilled)
        })?;
        let (outcome, _) = self.result(jvm)?;
        let Some(recovery) = &outcome.recovery else {
            return Err(self.wrong("no recovery was measured"));
        };
        Ok(Sample::default()
            .with(Quantity::Replay, recovery.replay_ms)
            .with(Quantity::Recovered, recovery.recovered_ms))
    }

    /// Waits for the result and the end.
    fn result(&self, mut jvm: Running) -> Result<(Outcome, Finished), BenchError> {
        let line = wait_for(&mut jvm, GRACE + RECOVERS, |event| {
            matches!(event, Event::Result(_))
        })?;
        let finished = jvm.wait()?;
        match event::read(&line) {
            Some(Event::Result(outcome)) => Ok((outcome, finished)),
            _ => Err(self.wrong(format!("this is not a result: {line}"))),
        }
    }

    fn wrong(&self, what: impl Into<String>) -> BenchError {
        BenchError::Wrong {
            engine: self.kind.name(),
            shape: self.shape,
            what: what.into(),
        }
    }
}

/// Waits for an event; those before it are dropped.
fn wait_for(
    jvm: &mut Running,
    limit: Duration,
    wanted: impl Fn(&Event) -> bool,
) -> Result<String, BenchError> {
    jvm.line_where(limit, |line| {
        event::read(line).as_ref().is_some_and(&wanted)
    })
}

/// In MiB.
fn peak_memory(finished: &Finished) -> f64 {
    finished.usage.peak_memory as f64 / f64::from(1 << 20)
}

fn seconds(duration: Duration) -> String {
    duration.as_secs_f64().to_string()
}
