//! Arguments of the command that measures.

use std::sync::LazyLock;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use stormcell_bench::Shape;

use super::values::duration;

/// What stands for every engine.
pub(crate) const ALL: &str = "all";

/// Measure stormcell, alone or beside other engines
///
/// Runs fixed shapes of topologies several times each and shows medians: rows a second,
/// CPU seconds a million rows, the most memory, latencies, and which of the project's
/// targets are met. Engines take turns, and what they need is fetched and built in the
/// project-local folder `.stormcell`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell bench                                every shape, 5 runs each
  stormcell bench --list                         the shapes and the engines
  stormcell bench --shape identity --shape word-count --runs 3
  stormcell bench --against storm-tuned --output json > bench.json
  stormcell bench --against all                  every engine: takes an hour or two
  stormcell bench --growth                       larger tuples, more tasks, more keys
  stormcell bench --quick --shape identity       a few seconds; plausible figures only

Measure on a machine that does nothing else: the load at the beginning is printed with
the figures. The exit status is 1 if a run failed; whether targets are met does not
change it.")]
pub(crate) struct BenchArgs {
    /// Run only this shape; may be given several times
    #[arg(long = "shape", value_name = "SHAPE", value_parser = shapes(),
          hide_possible_values = true)]
    pub(crate) shapes: Vec<String>,
    /// Run this engine as well, or all; may be given several times
    #[arg(long, value_name = "ENGINE|all", value_parser = engines(),
          hide_possible_values = true)]
    pub(crate) against: Vec<String>,
    /// How many runs of each shape on each engine count
    #[arg(long, value_name = "N", default_value_t = 5,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: u32,
    /// How long engines that have no end are measured in each run [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) window: Option<Duration>,
    /// How long they warm up before [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) warm_up: Option<Duration>,
    /// Short runs, to see that everything works
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure instead how the cost of a tuple grows, by powers of ten
    #[arg(long, conflicts_with_all = ["shapes", "against", "window", "warm_up"])]
    pub(crate) growth: bool,
    /// Show the shapes and the engines, and measure nothing
    #[arg(long, conflicts_with_all = ["shapes", "against", "growth"])]
    pub(crate) list: bool,
}

fn shapes() -> PossibleValuesParser {
    static NAMES: LazyLock<Vec<String>> =
        LazyLock::new(|| Shape::all().iter().map(ToString::to_string).collect());
    PossibleValuesParser::new(NAMES.iter().map(String::as_str))
}

fn engines() -> PossibleValuesParser {
    let engines = stormcell_bench::all_engines();
    let names = engines.iter().map(|engine| engine.name());
    PossibleValuesParser::new(
        names
            .filter(|name| *name != stormcell_bench::SUBJECT)
            .chain([ALL]),
    )
}
