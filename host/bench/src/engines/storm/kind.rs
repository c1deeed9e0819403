//! The ways in which Storm is measured, and what each can run.

use super::install::PYSTORM;
use crate::{Language, Shape};

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

    /// Whether bolts are in Python.
    pub(super) fn is_python(self) -> bool {
        matches!(self, Self::StormPy | Self::Pystorm)
    }

    /// Whether it can run a shape.
    pub(super) fn runs(self, shape: Shape) -> bool {
        let speaks = |language| match language {
            Language::Own => !self.is_python(),
            Language::Python => self.is_python(),
            Language::JavaScript => false,
        };
        match shape {
            // What it is for: shapes with more threads than there are cores.
            Shape::Identity { .. }
            | Shape::Split { .. }
            | Shape::Latency { .. }
            | Shape::ColdStart
                if self == Self::Parked =>
            {
                false
            }
            Shape::Identity { language, .. } | Shape::Split { language } => speaks(language),
            Shape::WordCount {
                split,
                count,
                workers,
            } => {
                // Words of a split in Python may be counted in Java.
                speaks(split)
                    && (speaks(count) || count == Language::Own)
                    && (workers == 1 || self == Self::Cluster)
            }
            Shape::Book | Shape::Join | Shape::Latency { .. } | Shape::ColdStart => {
                !self.is_python()
            }
            Shape::Recovery => self == Self::Cluster,
            Shape::Instances | Shape::Swap | Shape::Operator { .. } => false,
        }
    }
}
