//! The component among what cargo says it has built.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The WebAssembly file that the package of `manifest` was built into, by the messages of
/// `cargo build --message-format json`. What is no message is passed over: a build script
/// may print anything.
pub(super) fn find(messages: &str, manifest: &Path) -> Option<PathBuf> {
    let text = |value: &Value| value.as_str().map(PathBuf::from);
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| text(&message["manifest_path"]).as_deref() == Some(manifest))
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| text(&file))
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
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
        let find = |manifest: &str| find(messages, Path::new(manifest));
        assert_eq!(find("/own/Cargo.toml"), Some(PathBuf::from("/t/own.wasm")));
        assert_eq!(find("/other/Cargo.toml"), None);
    }
}
