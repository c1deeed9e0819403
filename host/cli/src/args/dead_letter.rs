//! Arguments of `dead-letter`.

use std::path::PathBuf;

use clap::builder::ValueHint;
use clap::{Args, Subcommand};

use super::values::name;

/// See, replay and drop rows that could not be processed
///
/// A row that faults its component whenever it is tried (it traps, or goes over a
/// limit) is stored as a dead letter, and so is one that failed as often as
/// `max-replays` allows. The store of a topology holds 10,000 letters and 256 MiB at
/// most; then the oldest are given up.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell dead-letter list
  stormcell dead-letter show word-count 7
  stormcell dead-letter show word-count 7 --output json | jq .row
  stormcell dead-letter replay word-count --all && stormcell run topology.yaml --replay-only
  stormcell dead-letter replay word-count 7 --served
  stormcell dead-letter drop word-count 7 8
  stormcell dead-letter list --served

Without --served, --server and --data these are the letters of `stormcell run` in
this folder (see --state-dir). All of this can be done while a topology runs, and
while it does not.")]
pub(crate) struct DeadLetterArgs {
    #[command(subcommand)]
    pub(crate) command: DeadLetterCommand,
}

/// What is done with dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetterCommand {
    /// List dead letters, the newest first
    List {
        /// The topology; without it, all of them
        #[arg(value_name = "TOPOLOGY", value_parser = name)]
        topology: Option<String>,
        /// How many of each topology
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        #[command(flatten)]
        at: LettersAt,
    },
    /// Show a dead letter: its row, what happened, and where
    Show {
        /// The topology
        #[arg(value_name = "TOPOLOGY", value_parser = name)]
        topology: String,
        /// The number of the letter
        #[arg(value_name = "NUMBER")]
        id: u64,
        #[command(flatten)]
        at: LettersAt,
    },
    /// Have the rows of dead letters processed once more
    ///
    /// Each is given to the task that it is a letter of, within a second if the topology
    /// runs. One of a supervisor that has finished runs once more for them, without its
    /// spouts. Else `stormcell run --replay-only` does that, or the next run. A letter whose
    /// row is processed is gone; one whose row fails or faults again stays, with one attempt
    /// more.
    Replay {
        /// The topology
        #[arg(value_name = "TOPOLOGY", value_parser = name)]
        topology: String,
        /// The numbers of the letters
        #[arg(value_name = "NUMBER", required_unless_present = "all")]
        ids: Vec<u64>,
        /// All that are there now
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        #[command(flatten)]
        at: LettersAt,
    },
    /// Drop dead letters: they are gone for good
    Drop {
        /// The topology
        #[arg(value_name = "TOPOLOGY", value_parser = name)]
        topology: String,
        /// The numbers of the letters
        #[arg(value_name = "NUMBER", required_unless_present = "all")]
        ids: Vec<u64>,
        /// All that are there now
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        #[command(flatten)]
        at: LettersAt,
    },
}

impl DeadLetterCommand {
    /// Whose letters are meant.
    pub(crate) fn at(&self) -> &LettersAt {
        match self {
            Self::List { at, .. }
            | Self::Show { at, .. }
            | Self::Replay { at, .. }
            | Self::Drop { at, .. } => at,
        }
    }
}

/// Whose letters.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LettersAt {
    /// Those of the supervisor that the other commands use
    #[arg(long, conflicts_with_all = ["server", "data"])]
    pub(crate) served: bool,
    /// Those of the supervisor at this address, as http://HOST:PORT
    ///
    /// The token is taken from the variable STORMCELL_TOKEN.
    #[arg(long, value_name = "URL", conflicts_with = "data", value_hint = ValueHint::Url)]
    pub(crate) server: Option<String>,
    /// Those in the data folder of a supervisor, which need not run
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data: Option<PathBuf>,
}
