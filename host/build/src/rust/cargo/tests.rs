//! What a build returns was made from the sources that were there, whatever cargo takes for up
//! to date: with the real cargo, and packages that depend on nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::{BuildEnv, Builder, Cancel, Silent};

/// A folder of packages with a `.stormcell`.
struct Projects {
    dir: TempDir,
    /// What the folder is called.
    home: &'static str,
}

impl Projects {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir, home: "home" }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(self.home).join(name)
    }

    /// Writes a file that is older than any that was written before: as one that is put back
    /// from a copy with its times, or that is written when the clock has been set back.
    fn write(&self, name: &str, text: &str) {
        static WRITTEN: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let earlier = WRITTEN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 - earlier);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
    }

    /// A package called `mark`, whatever its folder is called, whose component has the value of
    /// `mark` in a section of its own.
    fn package(&self, folder: &str, more: &str, mark: &str) {
        let manifest = format!(
            "[package]\nname = \"mark\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
             [lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n{more}"
        );
        self.write(&format!("{folder}/Cargo.toml"), &manifest);
        self.source(folder, mark);
    }

    fn source(&self, folder: &str, mark: &str) {
        let source = format!(
            "const MARK: &str = {mark};\n\
             #[used]\n#[link_section = \"mark\"]\n\
             static SECTION: [u8; 8] = {{\n\
             let (mut bytes, mut at) = ([b'.'; 8], 0);\n\
             while at < MARK.len() {{ bytes[at] = MARK.as_bytes()[at]; at += 1; }}\n\
             bytes\n}};\n"
        );
        self.write(&format!("{folder}/src/lib.rs"), &source);
    }

    /// A library called `common`.
    fn common(&self, folder: &str, mark: &str) {
        let manifest = "[package]\nname = \"common\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
        self.write(&format!("{folder}/Cargo.toml"), manifest);
        let source = format!("pub const MARK: &str = {mark};\n");
        self.write(&format!("{folder}/src/lib.rs"), &source);
    }

    fn builder(&self, cancel: Cancel) -> Builder {
        Builder::new(BuildEnv::open(&self.path(".stormcell"), cancel).unwrap())
    }

    /// The marks of the components of these folders, built in one go.
    fn marks<const N: usize>(&self, folders: [&str; N]) -> [String; N] {
        let sources = folders.map(|folder| self.path(folder));
        let builder = self.builder(Cancel::default());
        let built = builder.build_all(&sources, &Silent);
        let marks = built.into_iter().map(|built| {
            let built = built.unwrap();
            let found = self.builder(Cancel::default()).without_building();
            let found = found.build(&built.source, &Silent).unwrap();
            assert_eq!(found.component, built.component);
            mark(&fs::read(&built.component).unwrap())
        });
        marks.collect::<Vec<_>>().try_into().unwrap()
    }
}

/// The contents of the section of a component that is called `mark`.
fn mark(component: &[u8]) -> String {
    let name = b"\x04mark";
    let at = component.windows(name.len()).position(|part| part == name);
    let text = &component[at.unwrap() + name.len()..][..8];
    String::from_utf8(text.to_vec()).unwrap().replace('.', "")
}

#[test]
fn packages_of_one_name_have_each_its_own_component() {
    let projects = Projects::new();
    projects.package("a/bolt", "", "\"a\"");
    projects.package("b/bolt", "", "\"b\"");
    let both = ["a/bolt", "b/bolt"];
    assert_eq!(projects.marks(both), ["a", "b"], "two builds at once");
    for _ in 0..2 {
        assert_eq!(projects.marks(["b/bolt"]), ["b"]);
        assert_eq!(projects.marks(["a/bolt"]), ["a"]);
    }
    projects.source("a/bolt", "\"a2\"");
    assert_eq!(projects.marks(both), ["a2", "b"]);
}

#[test]
fn libraries_of_one_name_are_not_mixed_up() {
    let projects = Projects::new();
    let more = "[dependencies]\ncommon = { path = \"common\" }\n";
    for folder in ["a", "b"] {
        projects.package(folder, more, "common::MARK");
        projects.common(&format!("{folder}/common"), &format!("\"{folder}\""));
    }
    assert_eq!(projects.marks(["a"]), ["a"]);
    assert_eq!(projects.marks(["b"]), ["b"]);
    assert_eq!(projects.marks(["a", "b"]), ["a", "b"]);
    projects.common("b/common", "\"b2\"");
    assert_eq!(projects.marks(["a", "b"]), ["a", "b2"]);
}

#[test]
fn older_files_that_were_put_back_are_noticed() {
    let projects = Projects::new();
    let more = "[dependencies]\ncommon = { path = \"../common\" }\n";
    projects.package("source", "", "\"one\"");
    projects.package("library", more, "common::MARK");
    projects.common("common", "\"one\"");
    let text = "include_str!(\"../../outside.txt\")";
    projects.package("outside", "", text);
    projects.write("outside.txt", "one");
    projects.package("hidden", "", "include_str!(\"../.data/mark.txt\")");
    projects.write("hidden/.data/mark.txt", "one");
    let all = ["source", "library", "outside", "hidden"];
    assert_eq!(projects.marks(all), ["one"; 4]);
    for mark in ["two", "one"] {
        let text = format!("\"{mark}\"");
        projects.source("source", &text);
        projects.common("common", &text);
        projects.write("outside.txt", mark);
        projects.write("hidden/.data/mark.txt", mark);
        assert_eq!(projects.marks(all), [mark; 4]);
    }
}

#[test]
fn what_a_build_script_makes_is_made_from_what_is_there() {
    let projects = Projects::new();
    projects.package("scripted", "", "env!(\"MADE\")");
    for (rerun, file) in [
        ("", "scripted/data/mark.txt"),
        (
            "println!(\"cargo:rerun-if-changed=data/mark.txt\");",
            "scripted/data/mark.txt",
        ),
        (
            "println!(\"cargo:rerun-if-changed=../mark.txt\");",
            "mark.txt",
        ),
    ] {
        let path = projects.path(file);
        let script = format!(
            "fn main() {{\n{rerun}\nlet mark = std::fs::read_to_string({path:?}).unwrap();\n\
             println!(\"cargo:rustc-env=MADE={{mark}}\");\n}}\n"
        );
        projects.write("scripted/build.rs", &script);
        for mark in ["one", "two", "one"] {
            projects.write(file, mark);
            assert_eq!(projects.marks(["scripted"]), [mark], "{rerun}");
        }
        // A source of the package is newer, and what the script reads is older.
        projects.write(file, "three");
        let source = projects.path("scripted/src/lib.rs");
        let source = fs::File::options().write(true).open(source).unwrap();
        source
            .set_modified(SystemTime::now() + Duration::from_secs(3600))
            .unwrap();
        assert_eq!(projects.marks(["scripted"]), ["three"], "{rerun}");
    }
}

/// A build is killed when it has built a library, and the library is then as it was before.
#[test]
fn what_a_killed_build_has_left_is_not_used() {
    let projects = Projects::new();
    let more = "[build-dependencies]\ncommon = { path = \"common\" }\n";
    projects.package("p", more, "env!(\"MADE\")");
    projects.common("p/common", "\"one\"");
    let (reached, never) = (projects.path("reached"), projects.path("never"));
    for fifo in [&reached, &never] {
        let made = std::process::Command::new("mkfifo").arg(fifo).status();
        assert!(made.unwrap().success());
    }
    let script = format!(
        "fn main() {{\n\
         if common::MARK == \"two\" {{\n\
         std::fs::write({reached:?}, \"\").unwrap();\n\
         std::fs::read({never:?}).unwrap();\n}}\n\
         println!(\"cargo:rustc-env=MADE={{}}\", common::MARK);\n}}\n"
    );
    projects.write("p/build.rs", &script);
    assert_eq!(projects.marks(["p"]), ["one"]);
    projects.common("p/common", "\"two\"");
    let cancel = Cancel::default();
    let builder = projects.builder(cancel.clone());
    std::thread::scope(|scope| {
        let build = scope.spawn(|| builder.build(&projects.path("p"), &Silent));
        fs::read(&reached).unwrap();
        cancel.cancel();
        assert!(build.join().unwrap().is_err());
    });
    projects.common("p/common", "\"one\"");
    assert_eq!(projects.marks(["p"]), ["one"]);
}

#[test]
fn a_folder_that_moved_with_its_projects_builds_what_is_there() {
    let mut projects = Projects::new();
    projects.package("p", "", "\"one\"");
    assert_eq!(projects.marks(["p"]), ["one"]);
    let from = projects.path("");
    projects.home = "moved";
    fs::rename(from, projects.path("")).unwrap();
    assert_eq!(projects.marks(["p"]), ["one"]);
    projects.source("p", "\"two\"");
    assert_eq!(projects.marks(["p"]), ["two"]);
    // Another project comes to where it was.
    let moved = projects.path("p");
    projects.home = "home";
    fs::create_dir(projects.path("")).unwrap();
    fs::rename(moved, projects.path("q")).unwrap();
    projects.package("p", "", "\"three\"");
    fs::rename(
        projects.dir.path().join("moved/.stormcell"),
        projects.path(".stormcell"),
    )
    .unwrap();
    assert_eq!(projects.marks(["p", "q"]), ["three", "two"]);
}

#[test]
fn code_outside_of_the_source_folder_is_built_again_whatever_way_it_is_named() {
    let projects = Projects::new();
    // A member of a workspace, a path, a link, and what a library names itself.
    let workspace = "[workspace]\nmembers = [\"member\", \"common\"]\nresolver = \"2\"\n\
                     [workspace.dependencies]\ncommon = { path = \"common\" }\n";
    projects.write("w/Cargo.toml", workspace);
    let more = "[dependencies]\ncommon.workspace = true\n";
    projects.package("w/member", more, "common::MARK");
    let manifest = fs::read_to_string(projects.path("w/member/Cargo.toml")).unwrap();
    projects.write(
        "w/member/Cargo.toml",
        &manifest.replace("[workspace]\n", ""),
    );
    projects.common("w/common", "include!(\"../../included.rs\")");
    let more = "[dependencies]\ncommon = { path = \"../w/common\" }\n";
    projects.package("path", more, "common::MARK");
    projects.package("linked", "", "linked::MARK");
    let source = fs::read_to_string(projects.path("linked/src/lib.rs")).unwrap();
    projects.write("linked/src/lib.rs", &format!("mod linked;\n{source}"));
    projects.write(
        "linked.rs",
        "pub const MARK: &str = include!(\"../../w/included.rs\");\n",
    );
    let link = projects.path("linked/src/linked.rs");
    std::os::unix::fs::symlink("../../linked.rs", link).unwrap();
    let all = ["w/member", "path", "linked"];
    for mark in ["one", "two", "one"] {
        projects.write("w/included.rs", &format!("\"{mark}\""));
        assert_eq!(projects.marks(all), [mark; 3]);
    }
    projects.write("linked.rs", "pub const MARK: &str = \"three\";\n");
    projects.common("w/common", "\"three\"");
    assert_eq!(projects.marks(all), ["three"; 3]);
    // Settings of the workspace are of all its packages, also of one that another depends on.
    let profile = format!("{workspace}[profile.release]\nstrip = true\n");
    projects.write("w/Cargo.toml", &profile);
    let builder = projects.builder(Cancel::default());
    let built = all.map(|folder| builder.build(&projects.path(folder), &Silent).unwrap());
    assert_eq!(built.map(|built| built.up_to_date), [false, false, true]);
}

#[test]
fn a_project_that_was_moved_is_up_to_date_and_what_it_was_built_from_still_counts() {
    let projects = Projects::new();
    let more = "[dependencies]\ncommon = { path = \"../common\" }\n";
    projects.package("old/a", more, "common::MARK");
    projects.common("old/common", "\"one\"");
    assert_eq!(projects.marks(["old/a"]), ["one"]);
    let move_to = |from: &str, to: &str| {
        fs::create_dir_all(projects.path(to).parent().unwrap()).unwrap();
        fs::rename(projects.path(from), projects.path(to)).unwrap();
        let built = projects.builder(Cancel::default());
        built
            .build(&projects.path(&format!("{to}/a")), &Silent)
            .unwrap()
    };
    assert!(move_to("old", "deeper/new").up_to_date);
    assert_eq!(projects.marks(["deeper/new/a"]), ["one"]);
    projects.common("deeper/new/common", "\"two\"");
    assert_eq!(projects.marks(["deeper/new/a"]), ["two"]);
    assert!(move_to("deeper/new", "old").up_to_date);
    // Settings above its new place are others.
    projects.write(
        "set/.cargo/config.toml",
        "[profile.release]\nopt-level = 1\n",
    );
    assert!(!move_to("old", "set/new").up_to_date);
}
