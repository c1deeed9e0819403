//! What is run. A shape is the same for every engine: the same data, the same operators,
//! the same number of tasks.

use std::fmt;

/// The language in which the bolts of a shape are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
    /// Whatever the engine itself is written in.
    Own,
}

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// A constant text of 10 bytes → a bolt that emits its rows as they are → a bolt that
    /// does nothing; one task each.
    Identity {
        /// Whether every row is tracked and acked.
        acked: bool,
        /// The language of the bolt in the middle.
        language: Language,
    },
    /// Sentences of nine words → 2 tasks that split them → 2 tasks that count words by
    /// key; acked.
    WordCount {
        /// The language of the task that splits.
        split: Language,
        /// The language of the task that counts.
        count: Language,
        /// Over how many worker processes.
        workers: u8,
    },
    /// The verses of a book instead of constant sentences; acked, 2 + 2 tasks.
    Book,
    /// A spout → two bolts that each emit every row → a bolt that joins each pair, whose
    /// output is anchored to both; acked.
    Join,
    /// Sentences → a bolt that splits them → a bolt that does nothing; one task each,
    /// acked.
    Split {
        /// The language of the task that splits.
        language: Language,
    },
    /// The acked identity chain at a fixed rate: how long from when a row was to be
    /// emitted until its spout was told that it is acked.
    Latency {
        /// How fast.
        pace: Pace,
    },
    /// 10,000 tasks of one bolt, of which 1 % get rows.
    Instances,
    /// The word count without an end over 2 workers, its components deployed again and
    /// again.
    Swap,
    /// The word count without an end over 2 workers, one of which is killed.
    Recovery,
    /// From the start of the command until the first row is acked.
    ColdStart,
    /// One operator on one core over the same batches, without an engine around it.
    Operator {
        /// Which one.
        operator: Operator,
    },
}

/// How fast a latency shape runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pace {
    /// So many rows a second.
    Rate(u32),
    /// So many per cent of the rate of the same chain when nothing holds it back.
    PercentOfPeak(u8),
}

/// An operator of [`Shape::Operator`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// Splits sentences into words.
    Split,
    /// Counts words.
    Count,
}

impl fmt::Display for Shape {
    /// Its name, as `--shape` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity { acked, language } => {
                write!(
                    f,
                    "identity{}{}",
                    suffix(*language),
                    if *acked { "" } else { "-unacked" }
                )
            }
            Self::WordCount {
                split,
                count,
                workers,
            } => {
                f.write_str("word-count")?;
                f.write_str(suffix(*split))?;
                if split != count {
                    f.write_str(suffix(*count))?;
                }
                if *workers > 1 {
                    write!(f, "-{workers}-workers")?;
                }
                Ok(())
            }
            Self::Book => f.write_str("book"),
            Self::Join => f.write_str("join"),
            Self::Split { language } => write!(f, "split{}", suffix(*language)),
            Self::Latency {
                pace: Pace::Rate(rate),
            } => write!(f, "latency-{rate}"),
            Self::Latency {
                pace: Pace::PercentOfPeak(percent),
            } => {
                write!(f, "latency-{percent}-percent")
            }
            Self::Instances => f.write_str("instances"),
            Self::Swap => f.write_str("swap"),
            Self::Recovery => f.write_str("recovery"),
            Self::ColdStart => f.write_str("cold-start"),
            Self::Operator {
                operator: Operator::Split,
            } => f.write_str("operator-split"),
            Self::Operator {
                operator: Operator::Count,
            } => f.write_str("operator-count"),
        }
    }
}

fn suffix(language: Language) -> &'static str {
    match language {
        Language::Rust | Language::Own => "",
        Language::Python => "-python",
        Language::JavaScript => "-javascript",
    }
}
