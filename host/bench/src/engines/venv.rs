//! Python engines, each in a virtual environment of its own.

use std::path::Path;

use stormcell_build::{BuildError, Venv};

use crate::Surroundings;

/// Makes it from a file of pinned requirements, unless it is there and works. Only what is
/// published in binary form is installed: nothing is compiled here.
pub(super) fn ensure(
    venv: &Venv,
    requirements: &Path,
    surroundings: &Surroundings,
) -> Result<(), BuildError> {
    let packages = [
        "--only-binary".as_ref(),
        ":all:".as_ref(),
        "--requirement".as_ref(),
        requirements.as_os_str(),
    ];
    venv.ensure(
        &surroundings.build,
        surroundings.progress.as_ref(),
        &packages,
    )
}
