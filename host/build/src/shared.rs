//! Folders and files that components of a project have in common: what a project file names
//! under `shared`, by paths from the source folder.
//!
//! A build hands tools nothing of the machine but what is named, and a project file may come
//! from a stranger. So a path must stay in the project, and lead to no folder that is hidden:
//! keys and settings of people are in such.

use std::path::{Component, Path, PathBuf};

use crate::state_dir;

/// What a file of a topology is called if nobody says otherwise.
const TOPOLOGY: &str = "topology.yaml";

/// A folder or a file that is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shared {
    /// Where it is by its name, an absolute path without `..`.
    pub(crate) place: PathBuf,
    /// Where it is, an absolute path without links.
    pub(crate) origin: PathBuf,
}

/// What a project file in `source` means by these paths.
///
/// # Errors
/// What is wrong with the first that cannot be used, and what to write instead.
pub(crate) fn of(source: &Path, paths: &[String]) -> Result<Vec<Shared>, String> {
    let mut found = Vec::new();
    for path in paths {
        let shared = look_at(source, path).map_err(|reason| {
            format!(
                "shared: {path:?}: {reason}; expected the path of a folder or file of this \
                 project, from the folder of this file, as \"../shared\""
            )
        })?;
        if !found.contains(&shared) {
            found.push(shared);
        }
    }
    Ok(found)
}

fn look_at(source: &Path, path: &str) -> Result<Shared, String> {
    let written = Path::new(path);
    if path.is_empty() || written.is_absolute() {
        return Err("it is not relative".to_owned());
    }
    let place = without_dots(&source.join(written));
    if place.starts_with(source) {
        return Err("it is in the source folder, which is part of the build anyway".to_owned());
    }
    let origin = std::fs::canonicalize(&place)
        .map_err(|error| format!("{} cannot be found: {error}", place.display()))?;
    if source.starts_with(&origin) {
        return Err("the source folder itself is in it".to_owned());
    }
    let project = project_of(source);
    for path in [&place, &origin] {
        let inside = path.strip_prefix(&project).map_err(|_| {
            format!(
                "{} is not in the project, which is {} (the nearest folder with a {TOPOLOGY}, a \
                 .git or a {} in it, or the one around the source folder)",
                path.display(),
                project.display(),
                state_dir::NAME
            )
        })?;
        let is_hidden = |part: Component<'_>| {
            let name = part.as_os_str().to_string_lossy();
            name.starts_with('.')
        };
        if let Some(hidden) = inside.components().find(|part| is_hidden(*part)) {
            return Err(format!(
                "{:?} is hidden, and nothing hidden goes into a component",
                hidden.as_os_str()
            ));
        }
    }
    Ok(Shared { place, origin })
}

/// An absolute path without `.` and `..`, as it is written: links are not looked at.
pub(crate) fn without_dots(path: &Path) -> PathBuf {
    let mut place = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                place.pop();
            }
            part => place.push(part),
        }
    }
    place
}

/// The folder that the components of a project are in: the nearest around `source` that looks
/// like one, else the one that `source` is in.
pub(crate) fn project_of(source: &Path) -> PathBuf {
    let around = source.parent().unwrap_or(source);
    let is_project = |folder: &&Path| {
        [TOPOLOGY, ".git", state_dir::NAME]
            .iter()
            .any(|name| folder.join(name).exists())
    };
    let home = std::env::home_dir().and_then(|home| std::fs::canonicalize(home).ok());
    let is_below_home = |folder: &&Path| {
        let home = home.as_ref();
        home.is_none_or(|home| !home.starts_with(folder))
    };
    let mut folders = around.ancestors().take_while(is_below_home);
    folders.find(is_project).unwrap_or(around).to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn what_is_shared_is_in_the_project_and_not_hidden() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in [
            "p/bolts/split/inner",
            "p/shared",
            "p/.keys",
            "p/shared/.git",
            "other",
        ] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in ["p/topology.yaml", "p/words.py", ".env"] {
            std::fs::write(root.join(file), "").unwrap();
        }
        let source = root.join("p/bolts/split");
        let of = |path: &str| of(&source, &[path.to_owned(), path.to_owned()]);
        for (path, expected) in [
            ("../../shared", "p/shared"),
            (".././../words.py", "p/words.py"),
        ] {
            let place = root.join(expected);
            let origin = place.clone();
            assert_eq!(of(path).unwrap(), [Shared { place, origin }]);
        }
        let mut refused = vec![
            ("", "it is not relative"),
            ("/etc", "it is not relative"),
            ("../../absent", "cannot be found"),
            ("inner", "in the source folder"),
            ("..", "the source folder itself is in it"),
            ("../../..", "the source folder itself is in it"),
            ("../../../other", "is not in the project"),
            ("../../../.env", "is not in the project"),
            ("../../.keys", "is hidden"),
            ("../../shared/.git", "is hidden"),
        ];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root.join("other"), root.join("p/link")).unwrap();
            std::os::unix::fs::symlink(".keys", root.join("p/keys")).unwrap();
            refused.push(("../../link", "is not in the project"));
            refused.push(("../../keys", "is hidden"));
        }
        for (path, expected) in refused {
            let message = of(path).unwrap_err();
            assert!(message.contains(expected), "{path}: {message}");
            assert!(message.contains("as \"../shared\""), "{message}");
        }
    }

    #[test]
    fn without_a_sign_of_a_project_it_is_the_folder_around() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let source = root.join("p/split");
        std::fs::create_dir_all(&source).unwrap();
        // The temporary folder may lie in a checkout; then that is the project.
        let is_in_one = |folder: &Path| {
            let signs = [TOPOLOGY, ".git", state_dir::NAME];
            signs.iter().any(|name| folder.join(name).exists())
        };
        if !root.ancestors().any(is_in_one) {
            assert_eq!(project_of(&source), root.join("p"));
        }
        std::fs::create_dir(root.join(".git")).unwrap();
        assert_eq!(project_of(&source), root);
        std::fs::write(root.join("p/topology.yaml"), "").unwrap();
        assert_eq!(project_of(&source), root.join("p"));
    }
}
