#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::{Cancel, Silent};

const VENV: Venv = Venv {
    what: "nothing",
    folder: "python-nothing",
    module: "this_is_no_module",
    why: "to test",
};

#[test]
fn missing_python_is_named_with_the_line_that_installs_it() {
    let root = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let env = BuildEnv::open(root.path(), Cancel::default())
        .unwrap()
        .with_search_path(empty.path());
    let message = VENV.ensure(&env, &Silent, &[]).unwrap_err().to_string();
    assert!(message.contains("`python3` is not installed"), "{message}");
    assert!(message.contains(INSTALL_PYTHON), "{message}");
}

#[cfg(unix)]
#[test]
fn a_python_that_is_old_or_has_no_venv_is_refused() {
    for (printed, expected) in [
        ("3.10.2 old", "3.11 or later (found: 3.10.2)"),
        ("3.11.7 no-venv", "`python3-venv` is not installed"),
        ("nonsense", "found: nonsense"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let bin = tempfile::tempdir().unwrap();
        let python = bin.path().join("python3");
        std::fs::write(&python, format!("#!/bin/sh\necho {printed}\n")).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&python, mode).unwrap();
        let env = BuildEnv::open(root.path(), Cancel::default())
            .unwrap()
            .with_search_path(bin.path());
        let message = VENV.check_python(&env).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_python_of_this_machine_will_do() {
    let root = tempfile::tempdir().unwrap();
    let env = BuildEnv::open(root.path(), Cancel::default()).unwrap();
    VENV.check_python(&env).unwrap();
}
