//! What is run. A shape is the same for every engine: the same data, the same operators,
//! the same number of tasks.

use std::fmt;

use serde::{Serialize, Serializer};

/// The language in which the bolts of a shape are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// What the engine itself is written for: Rust for stormcell, Java for Storm.
    Own,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
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
                match (split, count) {
                    (split, count) if split == count => {}
                    (_, Language::Own) => f.write_str("-split")?,
                    (Language::Own, _) => write!(f, "{}-count", suffix(*count))?,
                    _ => f.write_str(suffix(*count))?,
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

impl Shape {
    /// Every shape that is measured, in the order of tables.
    pub fn all() -> Vec<Self> {
        const OWN: Language = Language::Own;
        let identity = |language, acked| Self::Identity { acked, language };
        let word_count = |split, count, workers| Self::WordCount {
            split,
            count,
            workers,
        };
        let split = |language| Self::Split { language };
        let latency = |pace| Self::Latency { pace };
        vec![
            identity(OWN, true),
            identity(OWN, false),
            identity(Language::Python, true),
            identity(Language::Python, false),
            identity(Language::JavaScript, true),
            split(OWN),
            split(Language::Python),
            split(Language::JavaScript),
            word_count(OWN, OWN, 1),
            word_count(OWN, OWN, 2),
            word_count(Language::Python, Language::Python, 1),
            word_count(Language::Python, OWN, 1),
            Self::Book,
            Self::Join,
            latency(Pace::Rate(230_000)),
            latency(Pace::PercentOfPeak(10)),
            latency(Pace::PercentOfPeak(50)),
            latency(Pace::PercentOfPeak(90)),
            Self::Instances,
            Self::ColdStart,
            Self::Swap,
            Self::Recovery,
            Self::Operator {
                operator: Operator::Split,
            },
            Self::Operator {
                operator: Operator::Count,
            },
        ]
    }

    /// The shape of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all()
            .into_iter()
            .find(|shape| shape.to_string() == name)
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn suffix(language: Language) -> &'static str {
    match language {
        Language::Own => "",
        Language::Python => "-python",
        Language::JavaScript => "-javascript",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_has_a_name_of_its_own() {
        for shape in Shape::all() {
            assert_eq!(Shape::named(&shape.to_string()), Some(shape), "{shape}");
        }
        assert_eq!(Shape::named("identity-ruby"), None);
    }

    #[test]
    fn names_say_what_is_not_usual() {
        let word_count = |split, count, workers| {
            Shape::WordCount {
                split,
                count,
                workers,
            }
            .to_string()
        };
        let (own, python, javascript) = (Language::Own, Language::Python, Language::JavaScript);
        assert_eq!(word_count(own, own, 1), "word-count");
        assert_eq!(word_count(own, own, 2), "word-count-2-workers");
        assert_eq!(word_count(python, python, 1), "word-count-python");
        assert_eq!(word_count(python, own, 1), "word-count-python-split");
        assert_eq!(word_count(own, python, 1), "word-count-python-count");
        assert_eq!(
            word_count(python, javascript, 1),
            "word-count-python-javascript"
        );
    }
}
