//! Which language a source folder is in.

use std::fmt;
use std::io;
use std::path::Path;

use crate::BuildError;

/// A language that components can be built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// A cargo package whose library is a `cdylib`.
    Rust,
    /// A folder whose `pyproject.toml` has a table `[tool.stormcell]`.
    Python,
    /// A folder whose `package.json` has an object `"stormcell"`. JavaScript and
    /// TypeScript.
    JavaScript,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        })
    }
}

impl Language {
    /// Every language, in the order in which they are looked for.
    pub const ALL: [Self; 3] = [Self::Rust, Self::Python, Self::JavaScript];

    /// The file that says how a component in this language is built.
    pub const fn project_file(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Python => "pyproject.toml",
            Self::JavaScript => "package.json",
        }
    }

    /// The bytes that a project file has at most: 4 MiB.
    pub(crate) const PROJECT_FILE: u64 = 4 << 20;

    /// What the project file must have in it to be that of a component.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Rust => "crate-type = [\"cdylib\"] under [lib]",
            Self::Python => "a table [tool.stormcell]",
            Self::JavaScript => "an object \"stormcell\"",
        }
    }

    /// Finds out which language a source folder is in.
    ///
    /// # Errors
    /// [`BuildError::NoLanguage`] with what was looked for and what was found
    /// instead, [`BuildError::SeveralLanguages`], [`BuildError::Io`] if a file
    /// cannot be read, and [`BuildError::Project`] if one is malformed.
    pub fn detect(source: &Path) -> Result<Self, BuildError> {
        if !source.is_dir() {
            return Err(BuildError::NotAFolder {
                path: source.to_owned(),
            });
        }
        let mut found = Vec::new();
        let mut looked_for = Vec::new();
        for language in Self::ALL {
            let file = source.join(language.project_file());
            let text = match stormcell_regular_file::read_to_string(&file, Self::PROJECT_FILE) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    looked_for.push(format!(
                        "{language}: {} with {} (no such file)",
                        language.project_file(),
                        language.marker()
                    ));
                    continue;
                }
                Err(error) => return Err(BuildError::io("reading", &file, error)),
            };
            let marked = language
                .is_marked(&text)
                .map_err(|message| BuildError::Project {
                    path: file.clone(),
                    message,
                })?;
            if marked {
                found.push(language);
            } else {
                looked_for.push(format!(
                    "{language}: {} with {} (the file is there, but has no such thing)",
                    language.project_file(),
                    language.marker()
                ));
            }
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(BuildError::NoLanguage {
                path: source.to_owned(),
                looked_for,
            }),
            several => Err(BuildError::SeveralLanguages {
                path: source.to_owned(),
                languages: several.to_vec(),
            }),
        }
    }

    /// Whether this project file is that of a component.
    fn is_marked(self, text: &str) -> Result<bool, String> {
        match self {
            Self::Rust => {
                let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
                Ok(table
                    .get("lib")
                    .and_then(|lib| lib.get("crate-type").or_else(|| lib.get("crate_type")))
                    .and_then(toml::Value::as_array)
                    .is_some_and(|kinds| kinds.iter().any(|k| k.as_str() == Some("cdylib"))))
            }
            Self::Python => {
                let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
                Ok(table
                    .get("tool")
                    .and_then(|tool| tool.get("stormcell"))
                    .is_some_and(toml::Value::is_table))
            }
            Self::JavaScript => {
                let value: serde_json::Value =
                    serde_json::from_str(text).map_err(|e| e.to_string())?;
                Ok(value
                    .get("stormcell")
                    .is_some_and(serde_json::Value::is_object))
            }
        }
    }
}

#[cfg(test)]
mod tests;
