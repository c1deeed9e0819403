//! The ways in which Storm is measured, and what each can run.

use super::install::PYSTORM;
use crate::{Language, Pace, Shape};

/// The version that `peers/storm/pom.xml` pins.
pub(super) const VERSION: &str = "2.8.3";

/// A way in which Storm is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Local mode, with the settings that paid off.
    Tuned,
    /// The same, and bolts without work park instead of spinning.
    Parked,
    /// Local mode, with the settings that it comes with.
    Default,
    /// A real cluster on this machine, with the settings that paid off.
    Cluster,
    /// Bolts in Python with the storm.py that comes with it.
    StormPy,
    /// Bolts in Python with pystorm.
    Pystorm,
}

impl Kind {
    /// All of them, in the order of tables.
    pub(crate) const ALL: [Self; 6] = [
        Self::Tuned,
        Self::Parked,
        Self::Default,
        Self::Cluster,
        Self::StormPy,
        Self::Pystorm,
    ];

    /// Its name, as `--against` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tuned => "storm-tuned",
            Self::Parked => "storm-parked",
            Self::Default => "storm-default",
            Self::Cluster => "storm-cluster",
            Self::StormPy => "storm-py",
            Self::Pystorm => "pystorm",
        }
    }

    /// One line for people.
    pub(super) fn about(self) -> String {
        let how = match self {
            Self::Tuned => {
                "Java, local mode (one process, tuples passed by reference), tuned settings"
                    .to_owned()
            }
            Self::Parked => "as storm-tuned, and bolts without work park".to_owned(),
            Self::Default => {
                "Java, local mode (one process, tuples passed by reference), as it comes".to_owned()
            }
            Self::Cluster => {
                "Java, a cluster of ZooKeeper, nimbus, supervisor and workers, as storm-parked"
                    .to_owned()
            }
            Self::StormPy => "ShellBolts in Python with its own storm.py".to_owned(),
            Self::Pystorm => format!("ShellBolts in Python with {}", PYSTORM.what),
        };
        format!("Apache Storm {VERSION}: {how}")
    }

    /// Whether it runs a shape: the tuned one runs all that it can, the others those for
    /// which they are there. A run of Storm takes half a minute.
    pub(super) fn runs(self, shape: Shape) -> bool {
        match self {
            Self::Tuned => java(shape, 1),
            Self::Parked => java(shape, 1) && has_many_tasks(shape),
            Self::Default => {
                java(shape, 1) && (is_basic(shape) || shape == Shape::Latency { pace: PACE })
            }
            Self::Cluster => java(shape, 2) && is_basic(shape) || shape == Shape::Recovery,
            Self::StormPy | Self::Pystorm => match shape {
                Shape::Identity {
                    language, acked, ..
                } => acked && language == Language::Python,
                Shape::Split { language } => language == Language::Python,
                // Words of a split in Python may be counted in Java.
                Shape::WordCount { split, workers, .. } => {
                    split == Language::Python && workers == 1
                }
                _ => false,
            },
        }
    }
}

/// The rate that every engine is to keep, whatever it is capable of.
const PACE: Pace = Pace::Rate(230_000);

/// Whether a shape has more tasks than a small machine has cores.
pub(super) fn has_many_tasks(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::WordCount { .. } | Shape::Book | Shape::Join | Shape::Recovery
    )
}

/// What shows how fast an engine is, and how long it takes to start.
fn is_basic(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Identity { .. } | Shape::WordCount { .. } | Shape::ColdStart
    )
}

/// Whether there is a topology of a shape in Java, over so many workers at most.
fn java(shape: Shape, most_workers: u8) -> bool {
    match shape {
        Shape::Identity { language, .. } | Shape::Split { language } => language == Language::Own,
        Shape::WordCount {
            split,
            count,
            workers,
        } => split == Language::Own && count == Language::Own && workers <= most_workers,
        Shape::Book | Shape::Join | Shape::Latency { .. } | Shape::ColdStart => true,
        Shape::Recovery | Shape::Instances | Shape::Swap | Shape::Operator { .. } => false,
    }
}
