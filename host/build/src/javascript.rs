//! Components in JavaScript.

use std::path::{Path, PathBuf};

use crate::progress::{Progress, Step};
use crate::{BuildEnv, BuildError, Inputs, Language, Toolchain};

/// Builds components in JavaScript.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JavaScriptToolchain;

impl Toolchain for JavaScriptToolchain {
    fn language(&self) -> Language {
        Language::JavaScript
    }

    fn inputs(&self, _source: &Path, _env: &BuildEnv) -> Result<Inputs, BuildError> {
        Ok(Inputs::default())
    }

    fn ensure_tools(&self, _env: &BuildEnv, _progress: &dyn Progress) -> Result<(), BuildError> {
        Ok(())
    }

    fn build(
        &self,
        source: &Path,
        _env: &BuildEnv,
        _step: &Step<'_>,
    ) -> Result<PathBuf, BuildError> {
        Err(BuildError::Project {
            path: source.join(self.language().project_file()),
            message: format!("{} components cannot be built yet", self.language()),
        })
    }
}
