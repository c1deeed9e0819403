//! The components of the shapes, built from the sources in this program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use stormcell_build::Builder;

use super::NAME;
use crate::{BenchError, Language, Surroundings};

/// Components by the names of their source folders: `identity`, `python/identity`.
#[derive(Debug, Default)]
pub(super) struct Components(BTreeMap<&'static str, PathBuf>);

impl Components {
    /// Builds what is out of date.
    ///
    /// # Errors
    /// [`BenchError::Build`] if one cannot be built.
    pub(super) fn build(
        names: BTreeSet<&'static str>,
        surroundings: &Surroundings,
    ) -> Result<Self, BenchError> {
        let sources: Vec<_> = names
            .iter()
            .map(|name| surroundings.sources.component(name))
            .collect();
        let builder = Builder::new(surroundings.build.clone());
        let built = builder.build_all(&sources, surroundings.progress.as_ref());
        names
            .into_iter()
            .zip(built)
            .map(|(name, built)| Ok((name, built?.component)))
            .collect::<Result<_, BenchError>>()
            .map(Self)
    }

    /// The file of one that was built.
    ///
    /// # Errors
    /// [`BenchError::Component`] if it was not.
    pub(super) fn file(&self, name: &str) -> Result<&Path, BenchError> {
        let file = self.0.get(name).map(PathBuf::as_path);
        file.ok_or_else(|| BenchError::Component {
            component: name.to_owned(),
            what: format!("{NAME} was not prepared for a shape that needs it"),
        })
    }
}

/// The component that emits its rows as they are.
pub(super) fn identity(language: Language) -> &'static str {
    match language {
        Language::Own => "identity",
        Language::Python => "python/identity",
        Language::JavaScript => "javascript/identity",
    }
}

/// The component that splits texts.
pub(super) fn split(language: Language) -> &'static str {
    match language {
        Language::Own => "split",
        Language::Python => "python/split",
        Language::JavaScript => "javascript/split",
    }
}

/// The component that counts words.
pub(super) fn count(language: Language) -> &'static str {
    match language {
        Language::Own => "count",
        Language::Python => "python/count",
        Language::JavaScript => "javascript/count",
    }
}
