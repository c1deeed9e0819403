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
    pub(crate) const ALL: [Self; 5] = [
        Self::Tuned,
        Self::Default,
        Self::Cluster,
        Self::StormPy,
        Self::Pystorm,
    ];

    /// Its name, as `--against` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tuned => "storm-tuned",
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
            Self::Default => {
                "Java, local mode (one process, tuples passed by reference), as it comes".to_owned()
            }
            Self::Cluster => {
                "Java, a cluster of ZooKeeper, nimbus, supervisor and workers, tuned settings"
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
