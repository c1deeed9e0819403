//! What counts say beside their baseline.

use std::collections::BTreeMap;

/// A path with its count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Count {
    /// The name of the path.
    pub(crate) name: String,
    /// Instructions a row.
    pub(crate) now: f64,
    /// How many per cent more or less than the baseline are nothing to speak of.
    pub(crate) tolerance: f64,
}

/// What is to be said of a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// As the baseline has it, within the tolerance.
    Same {
        /// The instructions a row of the baseline.
        baseline: f64,
    },
    /// More than the tolerance allows: this fails.
    Slower {
        /// The instructions a row of the baseline.
        baseline: f64,
    },
    /// Less than the tolerance: the baseline should be lowered.
    Faster {
        /// The instructions a row of the baseline.
        baseline: f64,
    },
    /// It has no baseline: this fails.
    New,
}

impl Verdict {
    /// Whether it fails the build.
    pub(crate) fn fails(&self) -> bool {
        matches!(self, Self::Slower { .. } | Self::New)
    }

    /// The baseline, if there is one.
    pub(crate) fn baseline(&self) -> Option<f64> {
        match self {
            Self::Same { baseline } | Self::Slower { baseline } | Self::Faster { baseline } => {
                Some(*baseline)
            }
            Self::New => None,
        }
    }
}

impl Count {
    /// What it says beside the baseline.
    pub(crate) fn verdict(&self, baseline: &BTreeMap<String, f64>) -> Verdict {
        let Some(&baseline) = baseline.get(&self.name) else {
            return Verdict::New;
        };
        let difference = percent(baseline, self.now);
        if difference > self.tolerance {
            Verdict::Slower { baseline }
        } else if difference < -self.tolerance {
            Verdict::Faster { baseline }
        } else {
            Verdict::Same { baseline }
        }
    }
}

/// By how many per cent `now` is more than `baseline`.
pub(crate) fn percent(baseline: f64, now: f64) -> f64 {
    if baseline == now {
        return 0.0;
    }
    100.0 * (now - baseline) / baseline
}

/// The names of a baseline that are those of no path.
pub(crate) fn without_path(
    baseline: &BTreeMap<String, f64>,
    is_path: impl Fn(&str) -> bool,
) -> Vec<&str> {
    baseline
        .keys()
        .map(String::as_str)
        .filter(|name| !is_path(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(baseline: f64, now: f64) -> Verdict {
        let count = Count {
            name: "path".to_owned(),
            now,
            tolerance: 2.0,
        };
        count.verdict(&BTreeMap::from([("path".to_owned(), baseline)]))
    }

    #[test]
    fn the_tolerance_holds_both_ways() {
        let baseline = 100.0;
        assert_eq!(verdict(baseline, 102.0), Verdict::Same { baseline });
        assert_eq!(verdict(baseline, 98.0), Verdict::Same { baseline });
        assert_eq!(verdict(baseline, 102.01), Verdict::Slower { baseline });
        assert_eq!(verdict(baseline, 97.99), Verdict::Faster { baseline });
    }

    #[test]
    fn what_took_nothing_and_takes_something_is_slower() {
        assert!(verdict(0.0, 0.01).fails());
        assert_eq!(verdict(0.0, 0.0), Verdict::Same { baseline: 0.0 });
    }

    #[test]
    fn what_is_faster_passes() {
        assert!(!verdict(100.0, 50.0).fails());
    }

    #[test]
    fn a_path_without_a_baseline_fails() {
        let count = Count {
            name: "new".to_owned(),
            now: 1.0,
            tolerance: 2.0,
        };
        let verdict = count.verdict(&BTreeMap::new());
        assert_eq!(verdict, Verdict::New);
        assert!(verdict.fails());
    }

    #[test]
    fn a_baseline_without_a_path_is_found() {
        let baseline = BTreeMap::from([("gone".to_owned(), 1.0), ("there".to_owned(), 1.0)]);
        assert_eq!(without_path(&baseline, |name| name == "there"), ["gone"]);
    }
}
