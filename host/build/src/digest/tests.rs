#![expect(clippy::unwrap_used, reason = "a test may panic")]

use tempfile::TempDir;

use super::*;

fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("src")).unwrap();
    std::fs::write(dir.path().join("src/a.py"), "a").unwrap();
    std::fs::write(dir.path().join("pyproject.toml"), "b").unwrap();
    dir
}

fn digest(dir: &TempDir, inputs: &Inputs) -> String {
    of_inputs(dir.path(), Language::Python, "sdk", inputs).unwrap()
}

#[test]
fn a_copy_elsewhere_has_the_same_digest() {
    let inputs = Inputs::default();
    assert_eq!(digest(&folder(), &inputs), digest(&folder(), &inputs));
}

/// A FIFO that nobody writes to, a device without an end and folders that link to each other
/// hold nobody up; nor do links that lead to everything there is.
#[cfg(unix)]
#[test]
fn what_has_no_end_does_not_hang_it() {
    use std::os::unix::fs::symlink;

    let inputs = Inputs::default();
    let dir = folder();
    let before = digest(&dir, &inputs);
    let at = |name: &str| dir.path().join(name);
    let made = std::process::Command::new("mkfifo")
        .arg(at("fifo"))
        .status();
    assert!(made.unwrap().success());
    symlink("/dev/zero", at("endless")).unwrap();
    assert_eq!(digest(&dir, &inputs), before);
    symlink("fifo", at("to-fifo")).unwrap();
    symlink("..", at("src/above")).unwrap();
    // Each has the next one four times: 4^12 ways.
    for level in 0..12 {
        std::fs::create_dir(at(&format!("level{level}"))).unwrap();
        for way in 0..4 {
            let link = at(&format!("level{level}/way{way}"));
            symlink(format!("../level{}", level + 1), link).unwrap();
        }
    }
    std::fs::create_dir(at("level12")).unwrap();
    // Links within the folder are taken as what they are.
    assert_ne!(digest(&dir, &inputs), before);
}

#[test]
fn everything_that_matters_changes_it() {
    let inputs = Inputs::default();
    let dir = folder();
    let mut seen = vec![digest(&dir, &inputs)];
    let mut new = |digest: String| {
        assert!(!seen.contains(&digest));
        seen.push(digest);
    };

    new(of_inputs(dir.path(), Language::JavaScript, "sdk", &inputs).unwrap());
    new(of_inputs(dir.path(), Language::Python, "other sdk", &inputs).unwrap());
    new(digest(
        &dir,
        &Inputs {
            facts: vec!["componentize-py 0.25.1".to_owned()],
            ..Inputs::default()
        },
    ));
    let library = folder();
    let with_library = Inputs {
        paths: vec![library.path().to_owned()],
        ..Inputs::default()
    };
    new(digest(&dir, &with_library));
    std::fs::write(library.path().join("src/a.py"), "changed").unwrap();
    new(digest(&dir, &with_library));
    new(digest(
        &dir,
        &Inputs {
            paths: vec![dir.path().join("absent")],
            ..Inputs::default()
        },
    ));

    std::fs::write(dir.path().join("src/a.py"), "changed").unwrap();
    new(digest(&dir, &inputs));
    std::fs::rename(dir.path().join("src/a.py"), dir.path().join("src/b.py")).unwrap();
    new(digest(&dir, &inputs));
    std::fs::write(dir.path().join("src/empty.py"), "").unwrap();
    new(digest(&dir, &inputs));
}

#[test]
fn what_tools_leave_behind_does_not_change_it() {
    let dir = folder();
    let before = digest(&dir, &Inputs::default());
    for ignored in [
        "target/x",
        "src/node_modules/x",
        "src/__pycache__/x",
        ".git/x",
        ".venv/x",
        "venv/x",
    ] {
        let path = dir.path().join(ignored);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    std::fs::write(dir.path().join("src/a.pyc"), "x").unwrap();
    assert_eq!(digest(&dir, &Inputs::default()), before);
}

#[test]
fn a_source_folder_may_itself_have_an_ignored_name() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("target");
    std::fs::create_dir(&source).unwrap();
    let of = || of_inputs(&source, Language::Rust, "", &Inputs::default()).unwrap();
    let before = of();
    std::fs::write(source.join("a"), "a").unwrap();
    assert_ne!(of(), before);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_to_nothing_do_no_harm() {
    use std::os::unix::fs::symlink;
    let dir = folder();
    let before = digest(&dir, &Inputs::default());
    symlink(dir.path(), dir.path().join("src/circle")).unwrap();
    symlink("nowhere", dir.path().join("src/dangling")).unwrap();
    assert_eq!(digest(&dir, &Inputs::default()), before);
}
