//! Why pip finds no package that will do: it only says that it found none.

use super::{Requirement, VENV};
use crate::{BuildEnv, BuildError, Invocation};

/// What pip says before the requirement that it cannot satisfy.
const NOT_FOUND: &str = "No matching distribution found for ";

/// Adds to an error of `pip install` what it means.
pub(super) fn explain(error: BuildError, env: &BuildEnv) -> BuildError {
    let BuildError::Failed { output, .. } = &error else {
        return error;
    };
    let Some(requirement) = output.iter().find_map(|line| not_found(line)) else {
        return error.with_note(PURE_PYTHON);
    };
    let note = note(&requirement, |name, kind| is_published(name, kind, env));
    error.with_note(note)
}

/// Only these can be used.
const PURE_PYTHON: &str = "components can use packages of pure Python (wheels named \
                           ...-none-any.whl) and no others. Of those that call servers over HTTP, \
                           requests, urllib3 and httpx work, and stormcell.http is there";

/// What sort of package is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Any, also an archive of sources.
    Any,
    /// A wheel for this machine.
    Wheel,
}

/// The requirement that a line of pip says it cannot satisfy.
fn not_found(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(NOT_FOUND)?;
    let written = rest.split(" (").next().unwrap_or(rest).trim();
    Requirement::parse(written)
        .ok()
        .filter(|requirement| !requirement.is_url())
        .map(|requirement| requirement.text().to_owned())
}

/// What to tell of a requirement that no wheel of pure Python satisfies.
fn note(requirement: &str, is_published: impl Fn(&str, Kind) -> bool) -> String {
    if is_published(requirement, Kind::Wheel) {
        return format!("{requirement} has compiled parts: {PURE_PYTHON}");
    }
    if is_published(requirement, Kind::Any) {
        return format!(
            "{requirement} is published as an archive of its sources only, and a build does not \
             run the setup.py that is in it. Make a wheel of it once, which does: python3 -m pip \
             wheel --no-deps --wheel-dir wheels '{requirement}'. If its name ends in \
             -none-any.whl, depend on that file: \"NAME @ file:///FOLDER/wheels/FILE.whl\""
        );
    }
    format!(
        "where pip looks there is no package {requirement}; look at its name and version. {PURE_PYTHON}"
    )
}

/// Whether the index has such a package. pip only lists what there is.
fn is_published(requirement: &str, kind: Kind, env: &BuildEnv) -> bool {
    let name = name_of(requirement);
    let listing: Invocation = VENV.run(env).args(["-m", "pip", "index", "versions"]);
    let listing = match kind {
        Kind::Any => listing,
        Kind::Wheel => listing.args(["--only-binary", ":all:"]),
    };
    listing
        .args(["--disable-pip-version-check", "--no-input", "--"])
        .arg(name)
        .run(None)
        .is_ok()
}

/// The name at the beginning of a requirement.
fn name_of(requirement: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    requirement
        .split(|c: char| !is_part(c))
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_that_lacks_is_named_with_why_and_what_to_do() {
        let line = "ERROR: No matching distribution found for docopt==0.6.2 (from x==1)";
        let requirement = not_found(line).unwrap_or_default();
        assert_eq!(requirement, "docopt==0.6.2");
        assert_eq!(name_of(&requirement), "docopt");
        assert_eq!(not_found("ERROR: something else"), None);
        assert_eq!(
            not_found("No matching distribution found for -r evil"),
            None
        );

        let source_only = note(&requirement, |_, kind| kind == Kind::Any);
        for expected in [
            "archive of its sources",
            "pip wheel",
            "'docopt==0.6.2'",
            "file:///",
        ] {
            assert!(source_only.contains(expected), "{source_only}");
        }
        let compiled = note("numpy", |_, _| true);
        assert!(compiled.contains("numpy has compiled parts"), "{compiled}");
        let nowhere = note("nmupy", |_, _| false);
        assert!(nowhere.contains("no package nmupy"), "{nowhere}");
    }
}
