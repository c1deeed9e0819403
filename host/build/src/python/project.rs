//! What `pyproject.toml` says about a component.

use std::path::{Path, PathBuf};

use super::requirement::{EXPECTED, Requirement};
use crate::{BuildError, Language, sources};

/// The worlds that a Python component can have.
const WORLDS: [&str; 3] = ["bolt", "spout", "custom-grouping"];

/// The tables `[project]` and `[tool.stormcell]` of a `pyproject.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    world: String,
    class: String,
    shared: Vec<String>,
    dependencies: Vec<Requirement>,
}

impl Project {
    /// Reads the project file of a source folder.
    pub(super) fn read(source: &Path) -> Result<Self, BuildError> {
        let path = source.join(Language::Python.project_file());
        let text = sources::read_text(&path)?;
        Self::parse(&text).map_err(|message| BuildError::Project {
            path: PathBuf::from(&path),
            message,
        })
    }

    /// Reads the text of a project file.
    fn parse(text: &str) -> Result<Self, String> {
        let file: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
        let table = file
            .get("tool")
            .and_then(|tool| tool.get("stormcell"))
            .and_then(toml::Value::as_table)
            .ok_or("there is no table [tool.stormcell]")?;
        if let Some(key) = table
            .keys()
            .find(|key| !["world", "class", "shared"].contains(&key.as_str()))
        {
            return Err(format!(
                "[tool.stormcell] has a key {key:?}; expected `world`, `class` and `shared`"
            ));
        }
        let text_of = |key: &str, example: &str| {
            let value = table.get(key).and_then(toml::Value::as_str);
            value.ok_or_else(|| format!("[tool.stormcell] needs a text {key}, as in {example}"))
        };
        let world = text_of("world", "world = \"bolt\"")?;
        if !WORLDS.contains(&world) {
            return Err(format!(
                "[tool.stormcell] world = {world:?}: expected one of {}",
                WORLDS.join(", ")
            ));
        }
        let class = text_of("class", "class = \"split:SplitBolt\"")?;
        if !is_class(class) {
            return Err(format!(
                "[tool.stormcell] class = {class:?}: expected MODULE:CLASS, as in \
                 \"split:SplitBolt\""
            ));
        }
        Ok(Self {
            world: world.to_owned(),
            class: class.to_owned(),
            shared: shared(table.get("shared"))?,
            dependencies: dependencies(text, &file)?,
        })
    }

    /// The world of the component.
    pub(super) fn world(&self) -> &str {
        &self.world
    }

    /// The class of the component, as MODULE:CLASS.
    pub(super) fn class(&self) -> &str {
        &self.class
    }

    /// Paths of modules that it has in common with other components.
    pub(super) fn shared(&self) -> &[String] {
        &self.shared
    }

    /// What must be installed beside it, as requirements of pip.
    pub(super) fn dependencies(&self) -> &[Requirement] {
        &self.dependencies
    }
}

/// Whether the text is MODULE:CLASS, with dots in the module.
fn is_class(text: &str) -> bool {
    let identifier = |word: &str| {
        word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split_once(':')
        .is_some_and(|(module, class)| module.split('.').all(identifier) && identifier(class))
}

fn shared(listed: Option<&toml::Value>) -> Result<Vec<String>, String> {
    let Some(listed) = listed else {
        return Ok(Vec::new());
    };
    let paths = listed.as_array().and_then(|paths| {
        let texts = paths.iter().map(|path| path.as_str().map(str::to_owned));
        texts.collect()
    });
    paths.ok_or_else(|| {
        format!(
            "[tool.stormcell] shared = {listed}: expected a list of paths, as shared = \
             [\"../shared\"]"
        )
    })
}

/// The requirements of `[project]`, without the SDK, which is there anyway.
fn dependencies(text: &str, file: &toml::Table) -> Result<Vec<Requirement>, String> {
    let Some(listed) = file
        .get("project")
        .and_then(|table| table.get("dependencies"))
    else {
        return Ok(Vec::new());
    };
    let expected = "[project] dependencies: expected a list of texts";
    let mut found = Vec::new();
    for written in listed.as_array().ok_or(expected)? {
        let written = written.as_str().ok_or(expected)?;
        let requirement = Requirement::parse(written).map_err(|reason| {
            let line = line_of(text, written);
            format!("[project] dependencies{line}: {written:?}: {reason}; {EXPECTED}")
        })?;
        if !requirement.is_of("stormcell") {
            found.push(requirement);
        }
    }
    Ok(found)
}

/// The line on which a requirement is written, if it is written there as it is.
fn line_of(text: &str, written: &str) -> String {
    let mut lines = text.lines().zip(1..).filter(|(line, _)| {
        ['"', '\'']
            .iter()
            .any(|quote| line.contains(&format!("{quote}{written}{quote}")))
    });
    match lines.next() {
        Some((_, number)) => format!(", line {number}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const GOOD: &str = "[tool.stormcell]\nworld = \"bolt\"\nclass = \"words.split:SplitBolt\"\n";

    #[test]
    fn a_project_is_read_and_the_sdk_is_no_dependency() {
        let text = format!(
            "[project]\ndependencies = [\"stormcell\", \"Stormcell>=0.1\", \"six>=1.0\", \
             \"w @ https://h/w-1-py3-none-any.whl ; python_version > '3'\"]\n{GOOD}"
        );
        let project = Project::parse(&text).unwrap();
        assert_eq!(project.world(), "bolt");
        assert_eq!(project.class(), "words.split:SplitBolt");
        assert_eq!(project.dependencies()[0].text(), "six>=1.0");
        assert_eq!(project.dependencies().len(), 2);
        assert!(Project::parse(GOOD).unwrap().dependencies().is_empty());
    }

    #[test]
    fn a_dependency_that_pip_would_build_is_refused_with_its_line_and_what_to_write() {
        for dependency in [
            "file:///x/evil-1.0.tar.gz",
            "tools/../../evil",
            "git+file:///x/evil",
            "git+https://h/evil",
            "https://h/evil-1.0.tar.gz",
            "evil @ file:///x",
            "-r requirements.txt",
        ] {
            let text = format!(
                "{GOOD}[project]\ndependencies = [\n    \"six\",\n    \"{dependency}\",\n]\n"
            );
            let message = Project::parse(&text).unwrap_err();
            for expected in [
                dependency,
                "line 7:",
                "as \"six>=1.17\"",
                "the URL of a wheel",
            ] {
                assert!(message.contains(expected), "{message}");
            }
        }
        // What is not written as it is has no line.
        let text = format!("{GOOD}[project]\ndependencies = [\"a\\nb\"]\n");
        let message = Project::parse(&text).unwrap_err();
        assert!(message.contains("dependencies: \"a\\nb\""), "{message}");
    }

    #[test]
    fn what_is_wrong_with_a_project_is_said() {
        let with = |line: &str| format!("[tool.stormcell]\n{line}");
        for (text, expected) in [
            ("[tool]".to_owned(), "no table [tool.stormcell]"),
            ("[tool".to_owned(), "TOML parse error at line 1"),
            (with("class = \"a:B\""), "world = \"bolt\""),
            (with("world = \"bolt\""), "class = \"split:SplitBolt\""),
            (
                with("world = \"bolts\"\nclass = \"a:B\""),
                "expected one of bolt",
            ),
            (with("world = \"bolt\"\nclass = \"a\""), "MODULE:CLASS"),
            (with("world = \"bolt\"\nclass = \"a;b:C\""), "MODULE:CLASS"),
            (format!("{GOOD}main = \"x\""), "a key \"main\""),
            (
                format!("{GOOD}shared = \"../x\""),
                "shared = \"../x\": expected a list of paths",
            ),
            (
                format!("{GOOD}[project]\ndependencies = [1]"),
                "list of texts",
            ),
            (
                format!("{GOOD}[project]\ndependencies = [\"x @ file:///x\"]"),
                "URL of a wheel",
            ),
            (
                format!("{GOOD}[project]\ndependencies = [\"x@git+https://h/x.whl\"]"),
                "URL of a wheel",
            ),
            (
                format!("{GOOD}[project]\ndependencies = [\"--index-url=x\"]"),
                "name of a package",
            ),
        ] {
            let message = Project::parse(&text).unwrap_err();
            assert!(message.contains(expected), "{text}\n{message}");
        }
    }
}
