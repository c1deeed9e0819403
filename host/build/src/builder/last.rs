//! What source folders were built to last, and from what: so that it can be told without
//! running a tool whether that is still what would come of one of them.
//!
//! Contents are compared, and not places: a folder that was moved, with all that it was built
//! from, needs no build. Files outside of the source folder are looked for at the place that
//! they have from there.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

use crate::{BuildEnv, BuildError, digest, env, record};

/// How the names of all notes of builds begin.
pub(crate) const PREFIX: &str = "built-";

/// The digest of a build of which nobody knows from what it was made.
const UNKNOWN: &str = "unknown";

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Last {
    /// The folder that was built.
    pub(crate) source: PathBuf,
    /// The file name of the component.
    pub(crate) component: String,
    /// The digest of the source folder and of all else that is known before a build.
    pub(crate) content: String,
    /// The digest of all that it was made of.
    pub(crate) digest: String,
    /// The files that its tool read besides.
    pub(crate) files: Vec<PathBuf>,
}

impl Last {
    /// The build of this source folder to this component, from `content` and these files.
    /// With `digest` absent, what it was made of is not known, because something was changed
    /// meanwhile: then it is not up to date.
    pub(super) fn new(
        source: &Path,
        component: &Path,
        content: &str,
        digest: Option<String>,
        files: Vec<PathBuf>,
    ) -> Self {
        let name = component.file_name().unwrap_or_default();
        Self {
            source: source.to_owned(),
            component: name.to_string_lossy().into_owned(),
            content: content.to_owned(),
            digest: digest.unwrap_or_else(|| UNKNOWN.to_owned()),
            files,
        }
    }

    /// Notes that this was the last build of its folder.
    pub(super) fn keep(&self, env: &BuildEnv) -> Result<(), BuildError> {
        let is_text = |file: &&PathBuf| file.to_str().is_some();
        let noted = json!({
            "source": self.source.to_string_lossy(),
            "component": self.component,
            "content": self.content,
            // Files whose names are no text cannot be noted.
            "digest": match self.files.iter().all(|file| is_text(&file)) {
                true => &self.digest,
                false => UNKNOWN,
            },
            "files": self.files.iter().filter(is_text).collect::<Vec<_>>(),
        });
        record::write(env, &name_of(&self.source), &noted.to_string())
    }

    /// The last build of this folder that went well.
    pub(super) fn of(source: &Path, env: &BuildEnv) -> Option<Self> {
        Self::read(&record::read(env, &name_of(source))?)
    }

    /// The last build of each folder, of those that are not there any more as well.
    pub(crate) fn all(env: &BuildEnv) -> Vec<Self> {
        let texts = record::all(env, PREFIX);
        texts.iter().filter_map(|text| Self::read(text)).collect()
    }

    fn read(text: &str) -> Option<Self> {
        let noted: Value = serde_json::from_str(text).ok()?;
        let text = |key: &str| noted[key].as_str().map(str::to_owned);
        let files = noted["files"].as_array()?.iter();
        Some(Self {
            source: PathBuf::from(text("source")?),
            component: text("component")?,
            content: text("content")?,
            digest: text("digest")?,
            files: files
                .filter_map(|file| file.as_str().map(PathBuf::from))
                .collect(),
        })
    }

    /// The file names of the components that folders were built to last which are still there.
    pub(crate) fn in_use(env: &BuildEnv) -> BTreeSet<String> {
        Self::all(env)
            .into_iter()
            .filter(|last| last.source.is_dir())
            .map(|last| last.component)
            .collect()
    }

    /// The same build, as if it had been one of `source`, whose contents have this digest, if
    /// all that it was made of is the same there. `digest_with` is the digest of `source` with
    /// further files.
    pub(super) fn of_other(
        &self,
        source: &Path,
        content: &str,
        digest_with: impl Fn(&[PathBuf]) -> Result<String, BuildError>,
    ) -> Result<Option<Self>, BuildError> {
        if self.content != content || self.digest == UNKNOWN {
            return Ok(None);
        }
        let files = self.files.iter();
        let files = files.map(|file| seen_from(source, &self.source, file));
        let Some(files) = files.collect::<Option<Vec<PathBuf>>>() else {
            return Ok(None);
        };
        if digest_with(&files)? != self.digest {
            return Ok(None);
        }
        // A project may name them by absolute paths: then it is still built from those.
        for (file, now) in self.files.iter().zip(&files) {
            let is_elsewhere = file != now && !file.starts_with(&self.source) && file.exists();
            if is_elsewhere && digest::of_path(file)? != digest::of_path(now)? {
                return Ok(None);
            }
        }
        Ok(Some(Self {
            source: source.to_owned(),
            files,
            ..self.clone()
        }))
    }
}

fn name_of(source: &Path) -> String {
    format!("{PREFIX}{}", env::source_key(source))
}

/// The path that leads from `source` to where `file` is from `before`. `None`: it would lead
/// out of the file system.
fn seen_from(source: &Path, before: &Path, file: &Path) -> Option<PathBuf> {
    let mut from = before.components().peekable();
    let mut to = file.components().peekable();
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let mut path = source.to_owned();
    for _ in from {
        if !path.pop() {
            return None;
        }
    }
    path.extend(to.filter(|part| matches!(part, Component::Normal(_))));
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_where_they_are_from_the_source_folder() {
        for (source, before, file, expected) in [
            (
                "/new/p/a",
                "/old/p/a",
                "/old/p/a/src/lib.rs",
                Some("/new/p/a/src/lib.rs"),
            ),
            (
                "/new/p/a",
                "/old/p/a",
                "/old/p/common/x.rs",
                Some("/new/p/common/x.rs"),
            ),
            (
                "/new/p/a",
                "/old/p/a",
                "/old/Cargo.toml",
                Some("/new/Cargo.toml"),
            ),
            ("/a/b/c", "/a/b/c", "/x/y", Some("/x/y")),
            ("/r/a/b/c", "/a/b/c", "/x/y", Some("/r/x/y")),
            ("/c", "/a/b/c", "/x/y", None),
        ] {
            let seen = seen_from(Path::new(source), Path::new(before), Path::new(file));
            assert_eq!(
                seen.as_deref(),
                expected.map(Path::new),
                "{file} from {source}"
            );
        }
    }
}
