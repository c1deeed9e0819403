#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

const GZIP: &[u8] = &[0x1f, 0x8b, 8, 0];

/// A folder with a package in `a/count`, another in `a/words`, and a file that is secret.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        machine.write("a/count/main.js", b"");
        machine.write("a/words/package.json", b"{}");
        machine.write("a/empty/file", b"");
        machine.write("secret", b"secret");
        machine.write("secret.tgz", b"secret");
        machine.write("packed.tgz", GZIP);
        machine.write("packed.zip", GZIP);
        machine.write("packed.tar", &[&[0; 257], &b"ustar\0"[..]].concat());
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn locals(&self, group: &str, version: &str) -> Result<Locals, String> {
        let package = serde_json::json!({
            "stormcell": {"world": "bolt"},
            "dependencies": {"published": "1.0.0"},
            group: {"x": version},
        });
        self.write("a/count/package.json", package.to_string().as_bytes());
        let source = self.path("a/count");
        let package = Package::read(&source).unwrap();
        of(&source, &package).map_err(|error| error.to_string())
    }
}

#[test]
fn a_package_in_a_folder_and_an_archive_are_dependencies() {
    let machine = Machine::new();
    for (version, place, above) in [
        ("file:../words", "a/words", "a"),
        ("../words/", "a/words", "a"),
        ("file:./../words", "a/words", "a"),
        ("file:../../a/words", "a/words", ""),
        ("file:../../packed.tgz", "packed.tgz", ""),
        ("../../packed.tar", "packed.tar", ""),
    ] {
        for group in ["dependencies", "optionalDependencies", "peerDependencies"] {
            let locals = machine.locals(group, version).unwrap();
            assert_eq!(locals.all.len(), 1, "{version}");
            assert_eq!(locals.all[0].place, machine.path(place), "{version}");
            assert_eq!(locals.above, machine.path(above), "{version}");
        }
    }
    assert!(
        machine
            .locals("dependencies", "^1.0.0")
            .unwrap()
            .all
            .is_empty()
    );
}

#[test]
fn any_other_file_or_folder_is_refused_and_the_dependency_named() {
    let machine = Machine::new();
    symlink(machine.path("a/words"), machine.path("a/count/out")).unwrap();
    symlink(machine.path("secret"), machine.path("link.tgz")).unwrap();
    let fifo = machine.path("fifo.tgz");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let up = "../".repeat(40);
    for (version, expected) in [
        ("file:../../secret", "does not end in .tgz"),
        ("file:../../packed.zip", "does not end in .tgz"),
        ("file:../../secret.tgz", "does not begin as an archive"),
        ("file:../../link.tgz", "does not begin as an archive"),
        ("file:../../fifo.tgz", "FIFO"),
        ("file:../../absent.tgz", "cannot be found"),
        ("file:/proc/self/environ", "relative"),
        ("file:///etc/passwd", "relative"),
        ("/etc/passwd", "relative"),
        ("~/package", "relative"),
        ("file:~/package", "relative"),
        ("file:./~/package", "other characters"),
        ("file:../%2e%2e/words", "other characters"),
        ("file:..\\words", "other characters"),
        ("file:..//words", "beside each other"),
        (
            &format!("file:{up}proc/self/environ"),
            "out of the file system",
        ),
        ("file:.", "or a folder above"),
        ("file:..", "or a folder above"),
        ("file:../..", "or a folder above"),
        ("file:../empty", "no package.json"),
        ("file:./out", "leads out of the source folder"),
    ] {
        for group in ["dependencies", "optionalDependencies", "peerDependencies"] {
            let message = machine.locals(group, version).unwrap_err();
            for expected in [expected, "\"x\"", group, "\"file:../x\"", "package.json: "] {
                assert!(message.contains(expected), "{version}: {message}");
            }
        }
    }
}

#[test]
fn what_a_local_dependency_depends_on_by_path_is_looked_at_as_well() {
    let machine = Machine::new();
    let words = |version: &str| {
        let text = format!(r#"{{"dependencies": {{"y": "{version}"}}}}"#);
        machine.write("a/words/package.json", text.as_bytes());
        machine.locals("dependencies", "file:../words")
    };
    machine.write(
        "more/package.json",
        br#"{"dependencies": {"w": "file:../a/words"}}"#,
    );
    let locals = words("file:../../more").unwrap();
    let places: Vec<_> = locals.all.iter().map(|local| local.place.clone()).collect();
    assert_eq!(places, [machine.path("a/words"), machine.path("more")]);
    assert_eq!(locals.above, machine.path(""));
    let message = words("file:../../secret").unwrap_err();
    assert!(message.contains("a/words/package.json: "), "{message}");
    assert!(message.contains("\"y\""), "{message}");
    let message = words("git+https://h/y").unwrap_err();
    assert!(message.contains("with git"), "{message}");
}

#[test]
fn a_lock_file_names_no_other_file_or_folder() {
    let machine = Machine::new();
    let lock = |packages: &str| {
        let text = format!(r#"{{"packages": {packages}}}"#);
        machine.write("a/count/package-lock.json", text.as_bytes());
        machine.locals("dependencies", "file:../words")
    };
    lock(
        r#"{"": {"dependencies": {"x": "file:../words"}}, "../words": {},
            "../words/node_modules/y": {"resolved": "https://r/y.tgz"},
            "node_modules/x": {"resolved": "../words", "link": true}}"#,
    )
    .unwrap();
    for packages in [
        r#"{"../other": {}}"#,
        r#"{"node_modules/../../x": {}}"#,
        r#"{"node_modules/x": {"resolved": "../other", "link": true}}"#,
        r#"{"node_modules/x": {"resolved": "file:../../secret.tgz"}}"#,
        r#"{"node_modules/x": {"dependencies": {"y": "file:../other"}}}"#,
        r#"{"../words": {"optionalDependencies": {"y": "file:../other"}}}"#,
    ] {
        let message = lock(packages).unwrap_err();
        assert!(message.contains("package-lock.json: "), "{message}");
    }
    let old = br#"{"dependencies": {"x": {"version": "file:../other"}}}"#;
    machine.write("a/count/package-lock.json", old);
    let message = machine.locals("dependencies", "file:../words").unwrap_err();
    assert!(message.contains("file:../other"), "{message}");
    std::fs::remove_file(machine.path("a/count/package-lock.json")).unwrap();
    machine.write("a/count/npm-shrinkwrap.json", b"{}");
    let message = machine.locals("dependencies", "file:../words").unwrap_err();
    assert!(message.contains("rename it"), "{message}");
}
