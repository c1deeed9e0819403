//! Where `.stormcell` is: the one folder that everything is kept in.

use std::path::{Path, PathBuf};

use crate::Language;

/// The name of the folder.
pub(crate) const NAME: &str = ".stormcell";

/// The `.stormcell` folder for work on `start`, a topology's folder or a source
/// folder: in the nearest ancestor (or itself) that already has one or that is
/// the root of a git checkout; if there is none, in the nearest one that is the
/// root of a cargo workspace; else in `start` itself.
///
/// Git comes before cargo because a Rust component is often a workspace of its
/// own inside a larger project, whose components should share their tools.
pub fn state_dir(start: &Path) -> PathBuf {
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    let root = start
        .ancestors()
        .find(|dir| dir.join(NAME).is_dir() || dir.join(".git").exists())
        .or_else(|| start.ancestors().find(|dir| is_workspace(dir)))
        .unwrap_or(&start);
    root.join(NAME)
}

fn is_workspace(dir: &Path) -> bool {
    stormcell_regular_file::read_to_string(&dir.join("Cargo.toml"), Language::PROJECT_FILE)
        .ok()
        .and_then(|text| toml::from_str::<toml::Table>(&text).ok())
        .is_some_and(|table| table.contains_key("workspace"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn tree(folders: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for folder in folders {
            std::fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        dir
    }

    #[test]
    fn git_wins_over_a_workspace_further_in() {
        let dir = tree(&["p/.git", "p/examples/a/verses"]);
        let source = dir.path().join("p/examples/a/verses");
        std::fs::write(source.join("Cargo.toml"), "[workspace]\n").unwrap();
        assert_eq!(state_dir(&source), dir.path().join("p/.stormcell"));
    }

    #[test]
    fn a_folder_that_is_there_is_used() {
        let dir = tree(&["p/.git", "p/a/.stormcell", "p/a/b"]);
        assert_eq!(
            state_dir(&dir.path().join("p/a/b")),
            dir.path().join("p/a/.stormcell")
        );
    }

    #[test]
    fn without_git_the_nearest_workspace() {
        let dir = tree(&["p/.stormcell.d", "p/a"]);
        std::fs::write(dir.path().join("p/Cargo.toml"), "[workspace]\n").unwrap();
        std::fs::write(dir.path().join("p/a/Cargo.toml"), "[package]\n").unwrap();
        assert_eq!(
            state_dir(&dir.path().join("p/a")),
            dir.path().join("p/.stormcell")
        );
    }

    #[test]
    fn else_the_folder_itself() {
        let dir = tree(&["p"]);
        // The temporary folder may lie in a checkout; then that rule holds.
        if !dir.path().ancestors().any(|d| d.join(".git").exists()) {
            assert_eq!(
                state_dir(&dir.path().join("p")),
                dir.path().join("p/.stormcell")
            );
        }
    }
}
