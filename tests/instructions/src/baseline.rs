//! The committed baseline: a table of one number a path, of which each program has its
//! own part.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;

const HEAD: &str = "\
# The instructions a row that hot paths take, counted by callgrind. Compared with what
# they take now by tests/instructions/run, and written by it when it is told --accept.
";

/// The whole file: the part of each program, by its name.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Baseline {
    programs: BTreeMap<String, Part>,
}

/// The part of one program.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Part {
    /// The versions that it was taken with.
    pub(crate) taken_with: String,
    /// Instructions a row, by the name of the path.
    pub(crate) instructions: BTreeMap<String, f64>,
}

impl Baseline {
    /// Reads it. A file that is not there is an empty baseline.
    ///
    /// # Errors
    /// If it cannot be read or is none.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::file(path)(error)),
        };
        toml::from_str(&text).map_err(|error| Error::Baseline {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// The part of a program; empty if it has none yet.
    pub(crate) fn part(&self, program: &str) -> Part {
        self.programs.get(program).cloned().unwrap_or_default()
    }

    /// Writes it with a new part of a program.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write(mut self, path: &Path, program: &str, part: Part) -> Result<(), Error> {
        self.programs.insert(program.to_owned(), part);
        let table = toml::to_string(&self).map_err(|error| Error::Baseline {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        std::fs::write(path, format!("{HEAD}\n{table}")).map_err(Error::file(path))
    }
}

/// A count with the digits that are kept of it: those that a small tolerance needs.
pub(crate) fn rounded(count: f64) -> f64 {
    let digits = f64::powi(10.0, decimals(count) as i32);
    (count * digits).round() / digits
}

/// A count as it is shown.
pub(crate) fn shown(count: f64) -> String {
    format!("{count:.*}", decimals(count))
}

/// Digits after the point.
fn decimals(count: f64) -> usize {
    if count < 10.0 { 4 } else { 1 }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn part(counts: &[(&str, f64)]) -> Part {
        Part {
            taken_with: "rustc".to_owned(),
            instructions: counts.iter().map(|(n, c)| ((*n).to_owned(), *c)).collect(),
        }
    }

    #[test]
    fn a_program_writes_its_own_part_only() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("baseline.toml");
        let read = || Baseline::read(&file).unwrap();
        let (links, acking) = (
            part(&[("links/word", 20.25)]),
            part(&[("acking/open", 3.0)]),
        );
        read().write(&file, "links", links.clone()).unwrap();
        read().write(&file, "acking", acking.clone()).unwrap();
        assert_eq!(read().part("links"), links);
        assert_eq!(read().part("acking"), acking);
        assert_eq!(read().part("batch"), Part::default());
    }

    #[test]
    fn digits_are_kept_as_a_tolerance_needs_them() {
        assert_eq!(
            (rounded(0.107_421_9), shown(0.107_421_9)),
            (0.1074, "0.1074".to_owned())
        );
        assert_eq!(
            (rounded(406.38), shown(406.38)),
            (406.4, "406.4".to_owned())
        );
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("baseline.toml");
        std::fs::write(&file, "[links]\ntaken-with = 3").unwrap();
        let error = Baseline::read(&file).unwrap_err().to_string();
        assert!(error.contains("baseline.toml"), "{error}");
        assert!(error.contains("taken-with"), "{error}");
    }
}
