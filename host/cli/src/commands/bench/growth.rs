//! `stormcell bench --growth`: how the cost of a tuple grows.

use std::path::Path;

use serde::Serialize;
use stormcell_bench::growth::{self, Dimension, Growth};
use stormcell_bench::{BenchError, Machine, Scratch};
use stormcell_build::BuildEnv;

use super::{failure, surroundings};
use crate::args::BenchArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::{format, state};

/// What is printed for programs.
#[derive(Serialize)]
struct Measured {
    date: String,
    machine: Machine,
    runs: u32,
    quick: bool,
    growth: Vec<Growth>,
}

/// Measures every dimension.
pub(super) async fn run(
    args: &BenchArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let build = state::open(Path::new("."), console, interrupt.cancel())?;
    let (runs, quick) = (args.runs, args.quick);
    let console = console.clone();
    // It waits for processes all the time.
    let measured = tokio::task::spawn_blocking(move || measure(runs, quick, build, &console))
        .await
        .map_err(|error| Failure::new(Status::Internal, error.to_string()))?
        .map_err(|error| failure(&error))?;
    let text = format!(
        "{}\n{}\nmedians of {} {}\n\n{}",
        measured.date,
        measured.machine.line(),
        measured.runs,
        if measured.runs == 1 { "run" } else { "runs" },
        growth::text(&measured.growth)
    );
    Ok(CommandOutput::ok(text, output::json(&measured)?))
}

fn measure(
    runs: u32,
    quick: bool,
    build: BuildEnv,
    console: &Console,
) -> Result<Measured, BenchError> {
    let date = format::timestamp(format::now_millis());
    let machine = Machine::this();
    let scratch = Scratch::new(&build)?;
    let surroundings = surroundings(build, &scratch, quick, console)?;
    let told = |what: &str| {
        if !console.quiet {
            console.say(what);
        }
    };
    let dimensions = Dimension::all().into_iter();
    let growth = dimensions
        .map(|dimension| growth::measure(dimension, runs, &surroundings, &told))
        .collect::<Result<_, _>>()?;
    Ok(Measured {
        date,
        machine,
        runs,
        quick,
        growth,
    })
}
