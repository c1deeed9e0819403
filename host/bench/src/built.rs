//! Components out of the sources that this program carries.

use std::path::PathBuf;

use stormcell_build::Builder;

use crate::{BenchError, Surroundings};

/// The file of a component by the name of its source folder: `identity`,
/// `python/identity`; built if it is not there yet.
///
/// # Errors
/// [`BenchError::Build`] if it cannot be built.
pub(crate) fn component(name: &str, surroundings: &Surroundings) -> Result<PathBuf, BenchError> {
    let builder = Builder::new(surroundings.build.clone());
    let source = surroundings.sources.component(name);
    Ok(builder
        .build(&source, surroundings.progress.as_ref())?
        .component)
}
