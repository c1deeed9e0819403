#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::{Builder, Cancel, Silent};

#[test]
fn missing_python_is_named_with_the_line_that_installs_it() {
    let root = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let env = BuildEnv::open(root.path(), Cancel::default())
        .unwrap()
        .with_search_path(empty.path());
    let message = PythonToolchain
        .ensure_tools(&env, &Silent)
        .unwrap_err()
        .to_string();
    assert!(message.contains("`python3` is not installed"), "{message}");
    assert!(message.contains(INSTALL_PYTHON), "{message}");
}

#[cfg(unix)]
#[test]
fn a_python_that_is_old_or_has_no_venv_is_refused() {
    for (printed, expected) in [
        ("3.9.2 old", "3.10 or later (found: 3.9.2)"),
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
        let message = check_python(&env).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_python_of_this_machine_will_do() {
    let root = tempfile::tempdir().unwrap();
    let env = BuildEnv::open(root.path(), Cancel::default()).unwrap();
    check_python(&env).unwrap();
}

/// Installs the tool and builds: needs Python and its package registry.
#[test]
fn sources_are_built_and_mistakes_are_shown_with_file_and_line() {
    let root = tempfile::tempdir().unwrap();
    let builder = Builder::new(BuildEnv::open(root.path(), Cancel::default()).unwrap());
    let source = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(source.path().join(name), text).unwrap();
    let project = |dependency: &str| {
        format!(
            "[project]\ndependencies = [{dependency}]\n\
             [tool.stormcell]\nworld = \"bolt\"\nclass = \"words:Words\"\n"
        )
    };
    let build = || builder.build(source.path(), &Silent);
    let failure = || build().unwrap_err().to_string();
    let module = source.path().join("words.py").display().to_string();

    write("pyproject.toml", &project(""));
    write("words.py", "class Words\n    pass\n");
    let message = failure();
    assert!(
        message.contains(&format!("\"{module}\", line 1")),
        "{message}"
    );
    assert!(message.contains("SyntaxError: expected ':'"), "{message}");

    write("words.py", "import nothing_of_this_name\n");
    let message = failure();
    assert!(
        message.contains(&format!("\"{module}\", line 1")),
        "{message}"
    );
    assert!(
        message.contains("No module named 'nothing_of_this_name'"),
        "{message}"
    );

    write(
        "words.py",
        "from stormcell import Bolt\nclass Word(Bolt): ...\n",
    );
    let message = failure();
    assert!(message.contains("cannot import name 'Words'"), "{message}");

    write(
        "words.py",
        "from stormcell import Bolt\nclass Words(Bolt):\n    outputs = ['word']\n",
    );
    let message = failure();
    assert!(
        message.contains("Words.outputs: expected Stream(...)"),
        "{message}"
    );

    write("pyproject.toml", &project("\"numpy\""));
    let message = failure();
    assert!(message.contains("packages of pure Python"), "{message}");

    write("pyproject.toml", &project("\"six==1.17.0\""));
    write(
        "words.py",
        "import six\nfrom stormcell import Bolt, Stream\n\
         class Words(Bolt):\n    outputs = [Stream(word=str)]\n    text = six.text_type\n",
    );
    let built = build().unwrap();
    assert!(built.component.metadata().unwrap().len() > 1_000_000);
}
