//! What a source folder was built to last, and from what: so that it can be told without
//! building whether that is still what would come of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{BuildEnv, BuildError, Inputs, Language, digest, env, record};

/// How the names of all notes of builds begin.
const PREFIX: &str = "built-";

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Last {
    /// The file name of the component.
    component: String,
    /// The digest of all that it was made of.
    digest: String,
    /// The files that its tool read besides the source folder and the inputs.
    files: Vec<PathBuf>,
}

impl Last {
    /// Notes that this component was built. With `files` absent, what it was made of is
    /// not known, because something was changed meanwhile: then it is not up to date.
    pub(super) fn note(
        source: &Path,
        language: Language,
        env: &BuildEnv,
        (inputs, files): (&Inputs, Option<Vec<PathBuf>>),
        component: &Path,
    ) -> Result<(), BuildError> {
        let name = component.file_name().unwrap_or_default();
        let is_known = files.is_some();
        let files: Vec<PathBuf> = files
            .into_iter()
            .flatten()
            .filter(|file| file.to_str().is_some())
            .collect();
        let digest = if is_known {
            digest_of(source, language, env, inputs, &files)?
        } else {
            "unknown".to_owned()
        };
        let noted = json!({
            "source": source.to_string_lossy(),
            "component": name.to_string_lossy(),
            "digest": digest,
            "files": files,
        });
        record::write(env, &name_of(source), &noted.to_string())
    }

    /// The last build of this folder that went well.
    pub(super) fn of(source: &Path, env: &BuildEnv) -> Option<Self> {
        let noted: Value = serde_json::from_str(&record::read(env, &name_of(source))?).ok()?;
        let text = |key: &str| noted[key].as_str().map(str::to_owned);
        let files = noted["files"].as_array()?.iter();
        Some(Self {
            component: text("component")?,
            digest: text("digest")?,
            files: files
                .filter_map(|file| file.as_str().map(PathBuf::from))
                .collect(),
        })
    }

    /// Whether it is this component.
    pub(super) fn is(&self, component: &Path) -> bool {
        component.file_name() == Some(self.component.as_ref())
    }

    /// The file names of the components that folders were built to last which are still there.
    pub(super) fn in_use(env: &BuildEnv) -> BTreeSet<String> {
        record::all(env, PREFIX)
            .into_iter()
            .filter_map(|text| serde_json::from_str::<Value>(&text).ok())
            .filter(|noted| {
                let source = noted["source"].as_str();
                source.is_some_and(|source| Path::new(source).is_dir())
            })
            .filter_map(|noted| noted["component"].as_str().map(str::to_owned))
            .collect()
    }

    /// Its component, if that would be built today as well.
    pub(super) fn component_if_current(
        &self,
        source: &Path,
        language: Language,
        env: &BuildEnv,
        inputs: &Inputs,
    ) -> Result<Option<PathBuf>, BuildError> {
        let today = digest_of(source, language, env, inputs, &self.files)?;
        let component = env.components_dir().join(&self.component);
        Ok((today == self.digest).then_some(component))
    }
}

fn name_of(source: &Path) -> String {
    format!("{PREFIX}{}", env::source_key(source))
}

fn digest_of(
    source: &Path,
    language: Language,
    env: &BuildEnv,
    inputs: &Inputs,
    files: &[PathBuf],
) -> Result<String, BuildError> {
    let mut inputs = inputs.clone();
    inputs.paths.extend_from_slice(files);
    digest::of_inputs(source, language, env.sdk_digest(), &inputs)
}
