//! The packages of an npm workspace that a component is in.
//!
//! npm makes links in the `node_modules` of the workspace's root to its packages, and a package
//! names another by any version. A build runs npm in a copy, which knows no workspace, and such a
//! name would be looked for among those that are published. So here a dependency on a package of
//! the workspace is read as one on its folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::package::{GROUPS, is_local};
use crate::{Language, shared, sources};

/// The folders of the packages of a workspace, by the names of the packages.
#[derive(Debug, Default)]
pub(super) struct Workspace(BTreeMap<String, PathBuf>);

impl Workspace {
    /// The workspace that the package in `source` is in: the nearest one around it in the
    /// project; one without packages if there is none.
    pub(super) fn around(source: &Path) -> Self {
        let project = shared::project_of(source);
        let folders = source.ancestors().skip(1);
        folders
            .take_while(|folder| folder.starts_with(&project))
            .find_map(Self::at)
            .unwrap_or_default()
    }

    /// The workspace whose root is this folder.
    fn at(root: &Path) -> Option<Self> {
        let package = read(root)?;
        let listed = package.get("workspaces")?;
        let listed = listed.get("packages").unwrap_or(listed).as_array()?;
        let mut members = BTreeMap::new();
        for pattern in listed.iter().filter_map(Value::as_str) {
            for folder in matching(root, pattern) {
                let name = read(&folder).and_then(|package| {
                    let name = package.get("name")?.as_str()?;
                    Some(name.to_owned())
                });
                if let Some(name) = name {
                    members.entry(name).or_insert(folder);
                }
            }
        }
        Some(Self(members))
    }

    /// The text of the `package.json` of the package in `folder`, in which each dependency on a
    /// package of the workspace names its folder. `None`: it has none.
    pub(super) fn by_path(&self, folder: &Path, text: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut package: Map<String, Value> = serde_json::from_str(text).ok()?;
        let mut is_changed = false;
        for group in GROUPS {
            let Some(entries) = package.get_mut(group).and_then(Value::as_object_mut) else {
                continue;
            };
            for (name, version) in entries {
                let written = version.as_str().unwrap_or_default();
                // These say which package it is.
                let is_another = is_local(written)
                    || ["npm:", "http:", "https:"]
                        .iter()
                        .any(|by| written.starts_with(by));
                if let Some(member) = self.0.get(name)
                    && !is_another
                {
                    *version = format!("file:{}", path_from(folder, member)).into();
                    is_changed = true;
                }
            }
        }
        is_changed.then(|| Value::Object(package).to_string())
    }
}

fn read(folder: &Path) -> Option<Map<String, Value>> {
    let file = folder.join(Language::JavaScript.project_file());
    serde_json::from_str(&sources::read_text(&file).ok()?).ok()
}

/// The folders that a pattern of `workspaces` names: a path in which `*` stands for anything but
/// a `/`. (`**` stands for one folder here.)
fn matching(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    for part in pattern.split('/').filter(|part| !["", "."].contains(part)) {
        found = match part.contains('*') {
            false => found.into_iter().map(|folder| folder.join(part)).collect(),
            true => {
                let entries = found
                    .iter()
                    .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
                let mut folders: Vec<PathBuf> = entries
                    .filter(|entry| fits(part, &entry.file_name().to_string_lossy()))
                    .map(|entry| entry.path())
                    .collect();
                folders.sort();
                folders
            }
        };
    }
    found.retain(|folder| folder.is_dir() && !folder.ends_with("node_modules"));
    found
}

/// Whether a name fits a pattern with `*` in it.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            let ends = (0..=rest.len()).filter(|at| rest.is_char_boundary(*at));
            ends.filter_map(|at| rest.get(at..))
                .any(|rest| fits(after, rest))
        }),
    }
}

/// The path of a folder from another.
pub(super) fn path_from(folder: &Path, to: &Path) -> String {
    let (mut from, mut to) = (folder.components().peekable(), to.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| "..".to_owned());
    let down = to.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let path: Vec<String> = up.chain(down).collect();
    path.join("/")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_dependency_on_a_package_of_the_workspace_is_one_on_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for (name, text) in [
            (
                "package.json",
                r#"{"workspaces": ["packages/*", "tools/norm"]}"#,
            ),
            ("topology.yaml", ""),
            ("packages/count/package.json", r#"{"name": "count"}"#),
            ("packages/words/package.json", r#"{"name": "@own/words"}"#),
            ("packages/nameless/package.json", "{}"),
            ("tools/norm/package.json", r#"{"name": "norm"}"#),
        ] {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let source = root.join("packages/count");
        let workspace = Workspace::around(&source);
        let by_path = |dependencies: &str| {
            let text = format!(r#"{{"dependencies": {{{dependencies}}}}}"#);
            let text = workspace.by_path(&source, &text)?;
            let package: Value = serde_json::from_str(&text).unwrap();
            Some(package["dependencies"].to_string())
        };
        assert_eq!(
            by_path(r#""@own/words": "*", "lodash": "4", "norm": "workspace:^1""#).unwrap(),
            r#"{"@own/words":"file:../words","lodash":"4","norm":"file:../../tools/norm"}"#
        );
        for other in [
            r#""lodash": "4""#,
            r#""norm": "file:../norm""#,
            r#""norm": "npm:@other/norm@1""#,
            r#""norm": "https://h/norm.tgz""#,
        ] {
            assert_eq!(by_path(other), None, "{other}");
        }
        // The project ends below the workspace.
        std::fs::write(root.join("packages/topology.yaml"), "").unwrap();
        let none = Workspace::around(&source);
        assert_eq!(
            none.by_path(&source, r#"{"dependencies": {"norm": "*"}}"#),
            None
        );
    }

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        for (pattern, name, expected) in [
            ("*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("*-é", "x-é", true),
            ("a", "ab", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
