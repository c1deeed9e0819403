//! What cargo says it has built or found built.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A target of a package: its library, its build script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Artifact {
    /// The name of the package.
    pub(super) package: String,
    /// Its `Cargo.toml`.
    pub(super) manifest: PathBuf,
    /// Whether the package is a folder, and not from a registry or a repository, of which cargo
    /// keeps copies that nobody changes.
    pub(super) is_folder: bool,
    /// The files that it was built into.
    pub(super) files: Vec<PathBuf>,
    /// Whether it has just been built, and was not found up to date.
    pub(super) is_new: bool,
}

/// All artifacts in the messages of `cargo build --message-format json`. What is no message is
/// passed over: a build script may print anything.
pub(super) fn all(messages: &str) -> Vec<Artifact> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter_map(|message| {
            let id = message["package_id"].as_str().unwrap_or_default();
            let files = message["filenames"].as_array().into_iter().flatten();
            Some(Artifact {
                package: package(id).to_owned(),
                manifest: PathBuf::from(message["manifest_path"].as_str()?),
                is_folder: id.starts_with("path+"),
                files: files
                    .filter_map(|file| file.as_str().map(PathBuf::from))
                    .collect(),
                is_new: message["fresh"] != true,
            })
        })
        .collect()
}

/// The WebAssembly file that the package of `manifest` was built into.
pub(super) fn component<'a>(artifacts: &'a [Artifact], manifest: &Path) -> Option<&'a Path> {
    artifacts
        .iter()
        .filter(|artifact| artifact.manifest == manifest)
        .flat_map(|artifact| &artifact.files)
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .map(PathBuf::as_path)
}

/// The name in the specification of a package: `URL#NAME@VERSION`, or `URL#VERSION` if the
/// address ends with the name (The Cargo Book, "Package ID Specifications").
fn package(id: &str) -> &str {
    let (address, rest) = id.rsplit_once('#').unwrap_or((id, ""));
    match rest.split_once('@') {
        Some((name, _)) => name,
        None => {
            let address = address.split('?').next().unwrap_or(address);
            address.rsplit('/').next().unwrap_or(address)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_of_the_package_is_found() {
        let messages = r#"
            warning: not a message
            {"reason":"compiler-artifact","manifest_path":"/dep/Cargo.toml","filenames":["/t/dep.wasm"]}
            {"reason":"compiler-artifact","manifest_path":"/own/Cargo.toml","filenames":["/t/own.rlib"]}
            {"reason":"compiler-artifact","manifest_path":"/own/Cargo.toml","filenames":["/t/own.rlib","/t/own.wasm"]}
            {"reason":"build-finished","success":true}"#;
        let artifacts = all(messages);
        let find = |manifest: &str| component(&artifacts, Path::new(manifest));
        assert_eq!(find("/own/Cargo.toml"), Some(Path::new("/t/own.wasm")));
        assert_eq!(find("/other/Cargo.toml"), None);
    }

    #[test]
    fn what_has_just_been_built_is_told_from_what_was_there_and_folders_from_the_rest() {
        let message = |id: &str, fresh: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"{id}","manifest_path":"/p/Cargo.toml","filenames":[],"fresh":{fresh}}}"#
            )
        };
        for (id, fresh, package, is_folder) in [
            ("path+file:///p#mark@0.1.0", true, "mark", true),
            ("path+file:///a/mark#0.1.0", false, "mark", true),
            (
                "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.0",
                true,
                "serde",
                false,
            ),
            ("git+https://host/x.git?rev=a#0.1.0", false, "x.git", false),
        ] {
            let [artifact] = all(&message(id, fresh)).try_into().unwrap_or_else(|all| {
                panic!("{all:?}");
            });
            assert_eq!(artifact.package, package, "{id}");
            assert_eq!(artifact.is_folder, is_folder, "{id}");
            assert_eq!(artifact.is_new, !fresh, "{id}");
        }
    }
}
