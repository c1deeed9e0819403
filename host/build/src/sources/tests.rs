#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::os::unix::fs::{MetadataExt as _, symlink};

use tempfile::TempDir;

use super::*;

fn folder(files: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        create_dir(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    dir
}

fn names(root: &Path) -> Vec<String> {
    let found = of(root).unwrap().into_iter();
    found
        .map(|source| format!("{} {:?}", source.name.display(), source.kind))
        .collect()
}

#[test]
fn links_are_taken_as_links_and_those_that_lead_out_are_left_out() {
    let elsewhere = folder(&["secret"]);
    let dir = folder(&["a.py", "src/b.py"]);
    let link = |to: &Path, name: &str| symlink(to, dir.path().join(name)).unwrap();
    link("a.py".as_ref(), "inside");
    link("../a.py".as_ref(), "src/up");
    link("src".as_ref(), "folder");
    link("nowhere".as_ref(), "dangling");
    link(elsewhere.path(), "out");
    link(&elsewhere.path().join("secret"), "file-out");
    link("../secret".as_ref(), "above");
    link("src/../../x".as_ref(), "round-about");
    // By their names these are inside, but `up` is the folder itself.
    create_dir(&dir.path().join("src/deep")).unwrap();
    link("../..".as_ref(), "src/deep/up");
    link("src/deep/up/..".as_ref(), "through-a-link");
    assert_eq!(
        names(dir.path()),
        [
            "a.py File",
            "above LinkOut",
            "file-out LinkOut",
            "folder Link(\"src\")",
            "inside Link(\"a.py\")",
            "out LinkOut",
            "round-about LinkOut",
            "src/b.py File",
            "src/deep/up Link(\"../..\")",
            "src/up Link(\"../a.py\")",
            "through-a-link LinkOut",
        ]
    );
}

#[test]
fn links_to_folders_that_double_at_each_step_are_walked_once() {
    let dir = folder(&["d40/x"]);
    for n in 0..40 {
        let folder = dir.path().join(format!("d{n}"));
        create_dir(&folder).unwrap();
        for side in ["left", "right"] {
            symlink(format!("../d{}", n + 1), folder.join(side)).unwrap();
        }
    }
    assert_eq!(of(dir.path()).unwrap().len(), 81);
}

#[test]
fn a_copy_is_another_file_and_has_nothing_that_a_link_leads_out_to() {
    let elsewhere = folder(&["secret"]);
    let dir = folder(&["a.py", "src/b.py", ".git/config", "__pycache__/x", "c.pyc"]);
    symlink("../a.py", dir.path().join("src/up")).unwrap();
    symlink(elsewhere.path(), dir.path().join("out")).unwrap();
    let target = tempfile::tempdir().unwrap();
    let target = target.path().join("copy");
    assert_eq!(copy(dir.path(), &target).unwrap(), [Path::new("out")]);
    assert_eq!(
        names(&target),
        ["a.py File", "src/b.py File", "src/up Link(\"../a.py\")"]
    );
    let inode = |root: &Path| root.join("a.py").metadata().unwrap().ino();
    assert_ne!(inode(dir.path()), inode(&target));
    std::fs::write(target.join("src/up"), "changed").unwrap();
    assert_eq!(std::fs::read(dir.path().join("a.py")).unwrap(), b"a.py");
}

#[test]
fn a_project_file_that_is_no_file_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pyproject.toml");
    symlink("/dev/zero", &path).unwrap();
    let message = read_text(&path).unwrap_err().to_string();
    assert!(message.contains("it is a device"), "{message}");
}
