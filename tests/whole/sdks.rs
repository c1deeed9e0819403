//! The tests that the SDKs and the example bring in their own languages. They need
//! nothing but the interpreters.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::workspace;

fn succeeds(dir: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .current_dir(dir)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}\n{text}");
    text
}

#[test]
fn the_python_sdk_passes_its_own_tests() {
    let sdk = workspace().join("sdk/python");
    let text = succeeds(
        &sdk,
        "python3",
        &["-m", "unittest", "discover", "-s", "tests", "-t", "."],
    );
    assert!(!text.contains("Ran 0 tests"), "{text}");
}

#[test]
fn the_javascript_sdk_passes_its_own_tests() {
    let text = succeeds(&workspace().join("sdk/js"), "node", &["--test"]);
    assert!(!text.contains("# tests 0"), "{text}");
}

/// As its author would run it, with the SDK installed from its folder.
#[test]
fn the_counter_of_the_example_passes_its_own_test() {
    let dir = tempfile::tempdir().unwrap();
    let source = workspace().join("examples/word-count/count");
    for file in ["package.json", "count.js", "count.test.js"] {
        std::fs::copy(source.join(file), dir.path().join(file)).unwrap();
    }
    let modules = dir.path().join("node_modules");
    std::fs::create_dir(&modules).unwrap();
    let sdk = workspace().join("sdk/js").canonicalize().unwrap();
    std::os::unix::fs::symlink(sdk, modules.join("stormcell")).unwrap();
    let text = succeeds(dir.path(), "node", &["--test"]);
    assert!(!text.contains("# tests 0"), "{text}");
}
