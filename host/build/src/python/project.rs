//! What `pyproject.toml` says about a component.

use std::path::{Path, PathBuf};

use crate::{BuildError, Language, sources};

/// The worlds that a Python component can have.
const WORLDS: [&str; 3] = ["bolt", "spout", "custom-grouping"];

/// The tables `[project]` and `[tool.stormcell]` of a `pyproject.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    world: String,
    class: String,
    dependencies: Vec<String>,
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
            .find(|key| !["world", "class"].contains(&key.as_str()))
        {
            return Err(format!(
                "[tool.stormcell] has a key {key:?}; expected `world` and `class`"
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
            dependencies: dependencies(&file)?,
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

    /// What must be installed beside it, as requirements of pip.
    pub(super) fn dependencies(&self) -> &[String] {
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

/// The requirements of `[project]`, without the SDK, which is there anyway.
fn dependencies(file: &toml::Table) -> Result<Vec<String>, String> {
    let Some(listed) = file
        .get("project")
        .and_then(|table| table.get("dependencies"))
    else {
        return Ok(Vec::new());
    };
    let expected = "[project] dependencies: expected a list of texts";
    let mut found = Vec::new();
    for requirement in listed.as_array().ok_or(expected)? {
        let requirement = requirement.as_str().ok_or(expected)?;
        let name: String = requirement
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
            .collect();
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(format!(
                "[project] dependencies: {requirement:?} does not begin with the name of a package"
            ));
        }
        if let Some((_, url)) = requirement.split_once('@')
            && !is_wheel(url)
        {
            return Err(format!(
                "[project] dependencies: {requirement:?} is not a package that is published, nor \
                 the URL of a wheel (....whl): pip would run what is in it"
            ));
        }
        if name != "stormcell" {
            found.push(requirement.to_owned());
        }
    }
    Ok(found)
}

/// Whether a requirement says where its package is.
pub(super) fn is_url(requirement: &str) -> bool {
    requirement.contains('@')
}

/// Whether pip takes what is at this URL for a wheel, which is installed without being
/// built. It builds whatever is none: what is had by a program for versions (`hg+https:`),
/// a folder whose name ends so, and what has another name when pip has decoded it.
fn is_wheel(url: &str) -> bool {
    // Up to a marker, which comes after a space.
    let url = url.split_whitespace().next().unwrap_or_default();
    let address = url.split(['#', '?']).next().unwrap_or_default();
    let Some((scheme, path)) = address.split_once("://") else {
        return false;
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_named_so = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(".whl")
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.+!".contains(c));
    is_named_so
        && match scheme {
            "http" | "https" => path.len() > name.len(),
            "file" => !path.contains('%') && Path::new(path).is_file(),
            _ => false,
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
            "[project]\ndependencies = [\"stormcell\", \"six>=1.0\", \
             \"w @ https://h/w-1-py3-none-any.whl ; python_version > '3'\"]\n{GOOD}"
        );
        let project = Project::parse(&text).unwrap();
        assert_eq!(project.world(), "bolt");
        assert_eq!(project.class(), "words.split:SplitBolt");
        assert_eq!(project.dependencies()[0], "six>=1.0");
        assert_eq!(project.dependencies().len(), 2);
        assert!(Project::parse(GOOD).unwrap().dependencies().is_empty());
    }

    #[test]
    fn only_what_pip_takes_for_a_wheel_is_one() {
        let dir = tempfile::tempdir().unwrap();
        let (file, folder) = (dir.path().join("a-1.whl"), dir.path().join("b-1.whl"));
        std::fs::write(&file, "").unwrap();
        std::fs::create_dir(&folder).unwrap();
        for url in [
            "https://h/w-1-py3-none-any.whl",
            " https://u@h:1/d/w-1+x-py3-none-any.whl#sha256=0 ; python_version > '3'",
            &format!("file://{}", file.display()),
        ] {
            assert!(is_wheel(url), "{url}");
        }
        for url in [
            "https://h/w-1.tar.gz",
            "https://h/w-1.tar.gz?w-1.whl",
            "https://h/w-1.tar.gz#w-1.whl",
            "https://h/w-1.whl;w-1.tar.gz",
            "https://h/w-1.tar.gz%2f.whl",
            "https://h/.whl",
            "https://w-1.whl",
            "git+https://h/w-1.whl",
            "hg+https://h/w-1.whl",
            "svn+ssh://h/w-1.whl",
            "bzr+ftp://h/w-1.whl",
            "file:w-1.whl",
            "./w-1.whl",
            &format!("file://{}", folder.display()),
            &format!("file://{}/%61-1.whl", dir.path().display()),
            "file:///proc/self/cwd/absent-1.whl",
        ] {
            assert!(!is_wheel(url), "{url}");
        }
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
