#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

const CARGO: &str = "[package]\nname = \"a\"\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n";
const PYPROJECT: &str = "[tool.stormcell]\nmain = \"split\"\n";
const PACKAGE: &str = "{\"stormcell\": {\"main\": \"count.js\"}}";

#[test]
fn each_language_is_known_by_its_project_file() {
    for (name, text, language) in [
        ("Cargo.toml", CARGO, Language::Rust),
        ("pyproject.toml", PYPROJECT, Language::Python),
        ("package.json", PACKAGE, Language::JavaScript),
    ] {
        let dir = folder(&[(name, text)]);
        assert_eq!(Language::detect(dir.path()).unwrap(), language);
    }
}

#[test]
fn a_project_file_that_is_not_of_a_component_is_told_from_an_absent_one() {
    let dir = folder(&[
        ("Cargo.toml", "[package]\nname = \"a\"\n"),
        ("package.json", "{}"),
    ]);
    let message = Language::detect(dir.path()).unwrap_err().to_string();
    assert!(
        message.contains(
            "Rust: Cargo.toml with crate-type = [\"cdylib\"] under [lib] \
             (the file is there, but has no such thing)"
        ),
        "{message}"
    );
    assert!(
        message.contains("Python: pyproject.toml with a table [tool.stormcell] (no such file)"),
        "{message}"
    );
}

#[test]
fn a_package_json_for_the_tools_beside_a_rust_component_is_no_second_language() {
    let dir = folder(&[("Cargo.toml", CARGO), ("package.json", "{\"name\": \"x\"}")]);
    assert_eq!(Language::detect(dir.path()).unwrap(), Language::Rust);
}

#[test]
fn two_languages_are_refused() {
    let dir = folder(&[("pyproject.toml", PYPROJECT), ("package.json", PACKAGE)]);
    let message = Language::detect(dir.path()).unwrap_err().to_string();
    assert!(message.contains("Python and JavaScript"), "{message}");
}

#[test]
fn a_malformed_project_file_is_named() {
    let dir = folder(&[("package.json", "{")]);
    let message = Language::detect(dir.path()).unwrap_err().to_string();
    assert!(message.contains("package.json"), "{message}");
    assert!(message.contains("line 1"), "{message}");
}

#[test]
fn a_file_or_nothing_is_not_a_folder() {
    let dir = folder(&[("a.txt", "")]);
    for path in [dir.path().join("a.txt"), PathBuf::from("no/such/folder")] {
        let error = Language::detect(&path).unwrap_err();
        assert!(matches!(error, BuildError::NotAFolder { .. }), "{error}");
    }
}
