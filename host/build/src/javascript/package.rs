//! The `package.json` of a component.

use std::path::Path;

use serde_json::{Map, Value};

use super::workspace::Workspace;
use crate::{BuildError, Language, sources};

/// The world that a component is built against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum World {
    Bolt,
    Spout,
    CustomGrouping,
}

impl World {
    /// Its name in WIT.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bolt => "bolt",
            Self::Spout => "spout",
            Self::CustomGrouping => "custom-grouping",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Bolt, Self::Spout, Self::CustomGrouping]
            .into_iter()
            .find(|world| world.name() == name)
    }
}

/// What a build wants to know of it.
#[derive(Debug)]
pub(super) struct Package {
    main: String,
    world: World,
    /// Paths of modules that it has in common with other components.
    shared: Vec<String>,
    /// Those for development left out.
    dependencies: Vec<Dependency>,
}

/// A package that another one depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dependency {
    /// The object of `package.json` that names it.
    pub(super) group: &'static str,
    pub(super) name: String,
    pub(super) version: String,
}

/// The objects of `package.json` that name what npm installs for a build.
pub(super) const GROUPS: [&str; 3] = ["dependencies", "optionalDependencies", "peerDependencies"];

/// How the names of files end that npm takes for archives.
pub(super) const ARCHIVES: [&str; 3] = [".tgz", ".tar.gz", ".tar"];

/// The SDK comes with the program that builds.
pub(super) const SDK: &str = "stormcell";

impl Package {
    /// Reads the `package.json` in a source folder.
    pub(super) fn read(source: &Path) -> Result<Self, BuildError> {
        let path = source.join(Language::JavaScript.project_file());
        let text = sources::read_text(&path)?;
        let by_path = Workspace::around(source).by_path(source, &text);
        Self::parse(&by_path.unwrap_or(text))
            .map_err(|message| BuildError::Project { path, message })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let package: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        let main = match package.get("main") {
            None => "index.js".to_owned(),
            Some(Value::String(main)) => main.clone(),
            Some(other) => {
                return Err(format!(
                    "\"main\": expected the main file as a string, such as \"index.js\", got {other}"
                ));
            }
        };
        let world = package
            .get("stormcell")
            .and_then(|stormcell| stormcell.get("world"));
        let world = match world {
            None => {
                return Err(
                    "there is no world; add \"stormcell\": { \"world\": \"bolt\" } (or spout, or \
                     custom-grouping)"
                        .to_owned(),
                );
            }
            Some(value) => value.as_str().and_then(World::from_name).ok_or_else(|| {
                format!(
                    "\"stormcell\": {{ \"world\" }}: expected \"bolt\", \"spout\" or \
                     \"custom-grouping\", got {value}"
                )
            })?,
        };
        let dependencies = listed_in(&package)?;
        let shared = package.get("stormcell").and_then(|own| own.get("shared"));
        Ok(Self {
            main,
            world,
            shared: shared.map(shared_in).transpose()?.unwrap_or_default(),
            dependencies,
        })
    }

    /// The main file, relative to the source folder.
    pub(super) fn main(&self) -> &str {
        &self.main
    }

    /// The world.
    pub(super) fn world(&self) -> World {
        self.world
    }

    /// Paths of modules that it has in common with other components.
    pub(super) fn shared(&self) -> &[String] {
        &self.shared
    }

    /// Whether there is anything to install.
    pub(super) fn has_dependencies(&self) -> bool {
        let mut listed = self.dependencies.iter();
        listed.any(|listed| listed.name != SDK && listed.group != "peerDependencies")
    }

    /// The packages that npm is told to install.
    pub(super) fn dependencies(&self) -> &[Dependency] {
        &self.dependencies
    }
}

/// The dependencies in the text of a `package.json`.
pub(super) fn dependencies(text: &str) -> Result<Vec<Dependency>, String> {
    listed_in(&serde_json::from_str(text).map_err(|error| error.to_string())?)
}

fn shared_in(listed: &Value) -> Result<Vec<String>, String> {
    let paths = listed.as_array().and_then(|paths| {
        let texts = paths.iter().map(|path| path.as_str().map(str::to_owned));
        texts.collect()
    });
    paths.ok_or_else(|| {
        format!(
            "\"stormcell\": {{ \"shared\" }}: expected a list of paths, as [\"../shared\"], got \
             {listed}"
        )
    })
}

fn listed_in(package: &Map<String, Value>) -> Result<Vec<Dependency>, String> {
    let mut found = Vec::new();
    for group in GROUPS {
        let entries = match package.get(group) {
            None => continue,
            Some(Value::Object(entries)) => entries,
            Some(other) => return Err(format!("\"{group}\": expected an object, got {other}")),
        };
        for (name, version) in entries {
            let version = version.as_str().unwrap_or_default().to_owned();
            if name != SDK && is_from_git(&version) {
                return Err(format!(
                    "\"{group}\": {name:?} is {version:?}: npm does not know this, or would fetch it \
                     with git and run programs of it; expected a version that is published, the \
                     URL of an archive (....tgz), or a folder (\"file:../{name}\")"
                ));
            }
            found.push(Dependency {
                group,
                name: name.clone(),
                version,
            });
        }
    }
    match package.get("overrides").and_then(elsewhere_in) {
        Some(version) => Err(format!(
            "\"overrides\": {version:?} is a path, or npm would fetch it with git; expected \
             versions that are published. A folder is named under \"dependencies\""
        )),
        None => Ok(found),
    }
}

/// A version in `overrides` that is a path, or that npm would fetch with git.
fn elsewhere_in(overrides: &Value) -> Option<&str> {
    match overrides {
        Value::String(version) => {
            (is_local(version) || is_from_git(version)).then_some(version.as_str())
        }
        Value::Object(entries) => entries.values().find_map(elsewhere_in),
        _ => None,
    }
}

/// Whether npm takes this for a path.
pub(super) fn is_local(version: &str) -> bool {
    let small = version.trim().to_lowercase();
    ["file:", ".", "/", "~/"]
        .iter()
        .any(|beginning| small.starts_with(beginning))
        || (!small.contains(':') && ARCHIVES.iter().any(|end| small.ends_with(end)))
}

/// Whether npm might fetch this with git: it is no version, tag, path or archive. A version
/// that only other programs know, such as `workspace:*`, counts as well.
fn is_from_git(version: &str) -> bool {
    let is_plain = !version.contains([':', '/']);
    let is_path = ["file:", "npm:", ".", "/", "~"]
        .iter()
        .any(|beginning| version.starts_with(beginning));
    let address = version.split(['?', '#']).next().unwrap_or_default();
    let is_archive = ["http:", "https:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
        && [".tgz", ".tar.gz"]
            .iter()
            .any(|ending| address.ends_with(ending));
    !(is_plain || is_path || is_archive)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_package_says_its_main_file_its_world_and_what_it_depends_on() {
        let package = Package::parse(
            r#"{"main": "src/count.ts", "stormcell": {"world": "bolt"},
                "dependencies": {"words": "file:../words", "left": "1.0.0", "stormcell": "0.1.0"}}"#,
        )
        .unwrap();
        assert_eq!(package.main(), "src/count.ts");
        assert_eq!(package.world(), World::Bolt);
        assert!(package.has_dependencies());
        let listed = package.dependencies().iter();
        let local: Vec<_> = listed.filter(|listed| is_local(&listed.version)).collect();
        assert_eq!(local.len(), 1);
        assert_eq!(local[0].name, "words");
    }

    #[test]
    fn the_main_file_is_index_js_and_the_sdk_is_no_dependency() {
        let package = Package::parse(
            r#"{"stormcell": {"world": "custom-grouping"}, "dependencies": {"stormcell": "*"}}"#,
        )
        .unwrap();
        assert_eq!(package.main(), "index.js");
        assert!(!package.has_dependencies());
    }

    #[test]
    fn what_npm_fetches_with_git_is_refused_and_all_else_is_left_to_it() {
        let parse = |version: &str| {
            let dependencies = serde_json::json!({"stormcell": "*", "words": version});
            Package::parse(
                &serde_json::json!({"stormcell": {"world": "bolt"}, "dependencies": dependencies})
                    .to_string(),
            )
        };
        for version in [
            "git+https://h/words.git",
            "git+ssh://git@h/words.git#v1",
            "git://h/words",
            "git@h:u/words.git",
            "ssh://h/words",
            "github:u/words",
            "gitlab:u/words",
            "gist:0123",
            "u/words",
            "u/words#semver:1",
            "workspace:*",
            "https://github.com/u/words",
            "https://github.com/u/words.git#x.tgz",
        ] {
            let message = parse(version).unwrap_err();
            assert!(message.contains(version), "{message}");
            assert!(message.contains("file:../words"), "{message}");
        }
        for version in [
            "",
            "*",
            "^1.2.3 || 2.x",
            ">=1 <3",
            "latest",
            "npm:@own/words@1",
            "file:../words",
            "file:words.tgz",
            "https://h/words-1.0.0.tgz",
            "https://h/words.tar.gz?x=y",
        ] {
            parse(version).unwrap();
        }
    }

    #[test]
    fn what_cannot_be_built_is_said() {
        for (text, expected) in [
            (r#"{"stormcell": {}}"#, "there is no world; add"),
            (
                r#"{"stormcell": {"world": "blot"}}"#,
                r#"expected "bolt", "spout" or "custom-grouping", got "blot""#,
            ),
            (
                r#"{"stormcell": {"world": "bolt"}, "main": 1}"#,
                "\"main\": expected the main file",
            ),
            (
                r#"{"stormcell": {"world": "bolt", "shared": "../lib"}}"#,
                r#"expected a list of paths, as ["../shared"], got "../lib""#,
            ),
            (
                r#"{"stormcell": {"world": "bolt"}, "dependencies": []}"#,
                "expected an object, got []",
            ),
            ("[]", "invalid type"),
        ] {
            let message = Package::parse(text).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
