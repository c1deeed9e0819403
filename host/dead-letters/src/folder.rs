//! The folder of the stores of several topologies.

use std::io;
use std::path::{Path, PathBuf};

use stormcell_topology::check_name;

use crate::{Bounds, Store};

/// How files of stores end.
const EXTENSION: &str = "redb";

/// A folder with a store for each topology that has dead letters.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// This folder, which need not be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The store of the topology of this name. Nothing is made before a letter is stored.
    pub fn store(&self, topology: &str) -> Store {
        let file = self.0.join(format!("{topology}.{EXTENSION}"));
        Store::new(file, Bounds::default())
    }

    /// The topologies that have a store, by name; none if the folder is not there.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn topologies(&self) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            if let Some(name) = name
                && path.extension().is_some_and(|found| found == EXTENSION)
                && check_name(name).is_ok()
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn only_files_of_stores_are_topologies() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("dead-letters"));
        assert!(folder.topologies().unwrap().is_empty());
        std::fs::create_dir(folder.path()).unwrap();
        for file in ["b.redb", "a.redb", "a.txt", ".new-1", "no name.redb"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        assert_eq!(folder.topologies().unwrap(), ["a", "b"]);
    }
}
