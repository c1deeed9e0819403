//! Which SDK a package is built with.
//!
//! A package that names the SDK by version gets the one that this program carries: the
//! two fit each other, and nothing has to be published for it. One that names it by path
//! gets that.

use std::path::Path;

use crate::{BuildError, Language};

const SDK: &str = "stormcell-sdk";

/// Whether the package depends on the SDK by version.
pub(super) fn wants_published_sdk(manifest: &Path) -> Result<bool, BuildError> {
    let text = stormcell_regular_file::read_to_string(manifest, Language::PROJECT_FILE)
        .map_err(|error| BuildError::io("reading", manifest, error))?;
    let manifest_table: toml::Table =
        toml::from_str(&text).map_err(|error| BuildError::Project {
            path: manifest.to_owned(),
            message: error.to_string(),
        })?;
    let sdk = manifest_table
        .get("dependencies")
        .and_then(|dependencies| dependencies.get(SDK));
    Ok(match sdk {
        Some(toml::Value::String(_)) => true,
        Some(toml::Value::Table(table)) => ["path", "git", "workspace"]
            .iter()
            .all(|key| !table.contains_key(*key)),
        _ => false,
    })
}

/// The option of cargo that puts the SDK in `dir` in its place.
pub(super) fn patch(dir: &Path) -> String {
    let path = toml::Value::String(dir.to_string_lossy().into_owned());
    format!("patch.crates-io.{SDK}.path={path}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn only_a_version_asks_for_the_sdk_that_is_carried() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = dir.path().join("Cargo.toml");
        for (dependency, expected) in [
            ("stormcell-sdk = \"0.1\"", true),
            ("stormcell-sdk = { version = \"0.1\", features = [] }", true),
            ("stormcell-sdk = { path = \"../sdk\" }", false),
            ("stormcell-sdk.workspace = true", false),
            ("other = \"1\"", false),
        ] {
            std::fs::write(&manifest, format!("[dependencies]\n{dependency}\n")).unwrap();
            assert_eq!(
                wants_published_sdk(&manifest).unwrap(),
                expected,
                "{dependency}"
            );
        }
        std::fs::write(&manifest, "[dependencies").unwrap();
        assert!(wants_published_sdk(&manifest).is_err());
    }

    #[test]
    fn a_path_is_quoted() {
        let text = patch(Path::new("/a \"b\""));
        let read: toml::Table = toml::from_str(&text).unwrap();
        let path = &read["patch"]["crates-io"][SDK]["path"];
        assert_eq!(path.as_str(), Some("/a \"b\""));
    }
}
