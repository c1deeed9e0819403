//! `stormcell bench`: shapes measured on this binary and on other engines.

mod growth;
mod list;
mod progress;

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use stormcell_bench::{
    BenchError, Engine, Machine, Plan, Results, SUBJECT, Scratch, Settings, Shape, Sources, Style,
    Surroundings,
};
use stormcell_build::BuildEnv;

use crate::args::{ALL_ENGINES, BenchArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::{format, state};
use progress::Progress;

/// How long an engine without an end is measured, and how long it warms up.
const WINDOW: Duration = Duration::from_secs(10);
/// The same, if figures only have to be plausible.
const QUICK_WINDOW: Duration = Duration::from_secs(2);

/// Measures what was asked for.
pub(crate) async fn run(
    args: &BenchArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    if args.list {
        return Ok(list::list(&stormcell_bench::all_engines()));
    }
    if args.growth {
        return growth::run(args, console, interrupt).await;
    }
    let build = state::open(Path::new("."), console, interrupt.cancel())?;
    let work = Work {
        shapes: shapes(args),
        against: args.against.clone(),
        runs: args.runs,
        window: args.window,
        warm_up: args.warm_up,
        quick: args.quick,
    };
    let console = console.clone();
    // It waits for processes all the time.
    let results = tokio::task::spawn_blocking({
        let console = console.clone();
        move || work.measure(build, &console)
    });
    let results = results
        .await
        .map_err(|error| Failure::new(Status::Internal, error.to_string()))?
        .map_err(|error| failure(&error))?;
    Ok(CommandOutput {
        text: stormcell_bench::report(&results, style(&console)),
        json: output::json(&results)?,
        status: if results.is_complete() {
            Status::Ok
        } else {
            Status::Failed
        },
    })
}

/// The shapes in the order of tables, whichever way they were named.
fn shapes(args: &BenchArgs) -> Vec<Shape> {
    Shape::all()
        .into_iter()
        .filter(|shape| args.shapes.is_empty() || args.shapes.contains(&shape.to_string()))
        .collect()
}

/// stormcell and the others that were named.
fn engines(against: &[String]) -> Vec<Box<dyn Engine>> {
    let is_named = |name: &str| {
        against
            .iter()
            .any(|named| named == name || named == ALL_ENGINES)
    };
    stormcell_bench::all_engines()
        .into_iter()
        .filter(|engine| engine.name() == SUBJECT || is_named(engine.name()))
        .collect()
}

/// What is to be measured.
struct Work {
    shapes: Vec<Shape>,
    /// The engines that were named.
    against: Vec<String>,
    runs: u32,
    /// How long an engine without an end is measured, if that was said.
    window: Option<Duration>,
    /// How long it warms up, likewise.
    warm_up: Option<Duration>,
    quick: bool,
}

impl Work {
    fn measure(self, build: BuildEnv, console: &Console) -> Result<Results, BenchError> {
        let date = format::timestamp(format::now_millis());
        let machine = Machine::this();
        let scratch = Scratch::new(&build)?;
        let usual = surroundings(build, &scratch, self.quick, console)?;
        let surroundings = Surroundings {
            window: self.window.unwrap_or(usual.window),
            warm_up: self.warm_up.unwrap_or(usual.warm_up),
            ..usual
        };
        let plan = Plan {
            shapes: self.shapes,
            runs: self.runs,
        };
        let mut engines = engines(&self.against);
        let progress = Progress::new(console);
        let shapes = stormcell_bench::run(&mut engines, &plan, &surroundings, &progress)?;
        let engines = engines.iter();
        let results = Results {
            date,
            machine,
            settings: Settings {
                runs: self.runs,
                window_seconds: surroundings.window.as_secs_f64(),
                warm_up_seconds: surroundings.warm_up.as_secs_f64(),
                quick: surroundings.quick,
            },
            engines: engines
                .map(|engine| (engine.name().to_owned(), engine.about()))
                .collect(),
            shapes,
            targets: Vec::new(),
        };
        Ok(results.evaluated())
    }
}

/// What engines need, with the usual times, for this program as it is now.
fn surroundings(
    build: BuildEnv,
    scratch: &Scratch,
    quick: bool,
    console: &Console,
) -> Result<Surroundings, BenchError> {
    let window = if quick { QUICK_WINDOW } else { WINDOW };
    Ok(Surroundings {
        binary: scratch.binary()?,
        sources: Sources::unpack(&build)?,
        build,
        scratch: scratch.path().to_owned(),
        window,
        warm_up: window,
        quick,
        progress: Arc::from(crate::progress::new(console)),
    })
}

/// What standard output can show.
fn style(console: &Console) -> Style {
    let terminal = io::stdout().is_terminal();
    Style {
        unicode: terminal,
        colour: terminal && console.colour,
    }
}

fn failure(error: &BenchError) -> Failure {
    if error.is_cancelled() {
        return Failure::new(Status::Interrupted, "the benchmark was stopped");
    }
    let status = match error {
        BenchError::Missing { .. } => Status::Unavailable,
        BenchError::Io { .. } => Status::Internal,
        _ => Status::Failed,
    };
    Failure::new(status, error.to_string())
}
