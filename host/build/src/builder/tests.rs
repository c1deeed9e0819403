#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Barrier;

use tempfile::TempDir;

use super::*;
use crate::progress::{Outcome, Phase, Silent};
use crate::{Cancel, Inputs, Output};

const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// A toolchain that copies the file `source.txt` behind the head of a component.
struct Fake {
    language: Language,
    checked_by_tool: bool,
    missing: bool,
    meet: Option<Barrier>,
    writes: Option<&'static str>,
    /// Files that it says that it read, from the source folder.
    reads: Vec<&'static str>,
    installs: AtomicUsize,
    builds: AtomicUsize,
}

impl Fake {
    fn new(language: Language) -> Self {
        Self {
            language,
            checked_by_tool: false,
            missing: false,
            meet: None,
            writes: None,
            reads: Vec::new(),
            installs: AtomicUsize::new(0),
            builds: AtomicUsize::new(0),
        }
    }

    fn counts(&self) -> (usize, usize) {
        (
            self.installs.load(Ordering::Relaxed),
            self.builds.load(Ordering::Relaxed),
        )
    }
}

impl Toolchain for Fake {
    fn language(&self) -> Language {
        self.language
    }

    fn inputs(&self, _: &Path, _: &BuildEnv) -> Result<Inputs, BuildError> {
        Ok(Inputs {
            checked_by_tool: self.checked_by_tool,
            written_by_tool: &["lock"],
            ..Inputs::default()
        })
    }

    fn ensure_tools(&self, _: &BuildEnv, _: &dyn Progress) -> Result<(), BuildError> {
        self.installs.fetch_add(1, Ordering::Relaxed);
        if self.missing {
            return Err(BuildError::MissingTool {
                tool: "fake".to_owned(),
                why: "for this test".to_owned(),
                install: "make fake".to_owned(),
            });
        }
        Ok(())
    }

    fn build(&self, source: &Path, env: &BuildEnv, _: &Step<'_>) -> Result<Output, BuildError> {
        self.builds.fetch_add(1, Ordering::Relaxed);
        if let Some(barrier) = &self.meet {
            barrier.wait();
        }
        let file = source.join("source.txt");
        let text = std::fs::read(&file).map_err(|e| BuildError::io("reading", &file, e))?;
        let built = env.work_dir(source)?.join("built.wasm");
        std::fs::write(&built, [COMPONENT, &text].concat()).unwrap();
        if let Some(name) = self.writes {
            std::fs::write(source.join(name), "written").unwrap();
        }
        let reads = self.reads.iter();
        let read = reads.map(|name| crate::shared::without_dots(&source.join(name)));
        Ok(Output {
            component: built,
            read: Some(read.collect()),
        })
    }
}

struct Project {
    dir: TempDir,
    fake: Arc<Fake>,
    builder: Builder,
}

impl Project {
    fn new(fake: Fake) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let env = BuildEnv::open(&dir.path().join(".stormcell"), Cancel::default()).unwrap();
        let fake = Arc::new(fake);
        let builder = Builder::with_toolchains(env, vec![fake.clone()]);
        Self { dir, fake, builder }
    }

    fn source(&self, name: &str, text: &str) -> PathBuf {
        let source = self.dir.path().join(name);
        std::fs::create_dir_all(&source).unwrap();
        std::fs::write(source.join("pyproject.toml"), "[tool.stormcell]\n").unwrap();
        std::fs::write(source.join("source.txt"), text).unwrap();
        source
    }

    fn build(&self, sources: &[PathBuf]) -> Vec<Built> {
        self.builder
            .build_all(sources, &Silent)
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }
}

#[test]
fn what_has_not_changed_is_not_built_again_and_needs_no_tools() {
    let project = Project::new(Fake::new(Language::Python));
    let source = project.source("split", "one");
    let first = project.build(std::slice::from_ref(&source)).remove(0);
    assert!(!first.up_to_date);
    assert_eq!(
        std::fs::read(&first.component).unwrap(),
        [COMPONENT, b"one"].concat()
    );
    let name = first.component.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("split-"), "{name}");

    // A later run of the program.
    let again = Arc::new(Fake::new(Language::Python));
    let builder = Builder::with_toolchains(project.builder.env().clone(), vec![again.clone()]);
    let second = builder.build(&source, &Silent).unwrap();
    assert!(second.up_to_date);
    assert_eq!(second.component, first.component);
    assert_eq!(again.counts(), (0, 0));

    std::fs::write(source.join("source.txt"), "two").unwrap();
    let third = builder.build(&source, &Silent).unwrap();
    assert!(!third.up_to_date);
    assert_ne!(third.component, first.component);
    assert_eq!(again.counts(), (1, 1));
}

#[test]
fn a_tool_that_says_what_it_read_is_called_when_any_of_it_has_changed_and_not_otherwise() {
    let mut fake = Fake {
        checked_by_tool: true,
        ..Fake::new(Language::Python)
    };
    fake.reads = vec!["../common/words", "../common/absent"];
    let project = Project::new(fake);
    let common = project.dir.path().join("common");
    std::fs::create_dir(&common).unwrap();
    std::fs::write(common.join("words"), "one").unwrap();
    let source = project.source("split", "one");
    let build = || project.build(std::slice::from_ref(&source)).remove(0);
    let first = build();
    let second = build();
    assert!(!first.up_to_date && second.up_to_date);
    assert_eq!(first.component, second.component);
    assert_eq!(project.fake.counts(), (1, 1));
    for (n, (name, text)) in [("words", "two"), ("absent", ""), ("words", "one")]
        .into_iter()
        .enumerate()
    {
        std::fs::write(common.join(name), text).unwrap();
        assert!(!build().up_to_date, "{name}");
        assert!(build().up_to_date, "{name}");
        assert_eq!(project.fake.counts(), (1, n + 2), "{name}");
    }
}

/// Moves the project, or a copy of it, and says whether its component is found without a tool.
fn is_found_after(
    checked_by_tool: bool,
    change: impl Fn(&Path, &Path),
    is_there_before: bool,
) -> bool {
    let mut fake = Fake {
        checked_by_tool,
        ..Fake::new(Language::Python)
    };
    if checked_by_tool {
        fake.reads = vec!["../common/words"];
    }
    let project = Project::new(fake);
    let (old, new) = (
        project.dir.path().join("old"),
        project.dir.path().join("x/new"),
    );
    let source = project.source("old/bolts/split", "one");
    std::fs::create_dir(old.join("bolts/common")).unwrap();
    std::fs::write(old.join("bolts/common/words"), "one").unwrap();
    let built = project.build(&[source]).remove(0);
    std::fs::create_dir(project.dir.path().join("x")).unwrap();
    if is_there_before {
        let copied = std::process::Command::new("cp")
            .arg("-a")
            .args([&old, &new])
            .status();
        assert!(copied.unwrap().success());
    } else {
        std::fs::rename(&old, &new).unwrap();
    }
    change(&old, &new);
    let found = project.build(&[new.join("bolts/split")]).remove(0);
    if found.up_to_date {
        assert_eq!(found.component, built.component);
        assert_eq!(project.fake.counts(), (1, 1));
        // The old place is not needed any more.
        let again = project.build(&[new.join("bolts/split")]).remove(0);
        assert_eq!(again, found);
    }
    found.up_to_date
}

#[test]
fn a_project_that_was_moved_is_not_built_again() {
    for checked_by_tool in [false, true] {
        assert!(is_found_after(checked_by_tool, |_, _| {}, false));
        assert!(is_found_after(checked_by_tool, |_, _| {}, true), "copied");
        let source_changed = |_: &Path, new: &Path| {
            std::fs::write(new.join("bolts/split/source.txt"), "two").unwrap();
        };
        assert!(!is_found_after(checked_by_tool, source_changed, false));
    }
    let common_changed = |_: &Path, new: &Path| {
        std::fs::write(new.join("bolts/common/words"), "two").unwrap();
    };
    assert!(!is_found_after(true, common_changed, false));
    let common_gone = |_: &Path, new: &Path| {
        std::fs::remove_file(new.join("bolts/common/words")).unwrap();
    };
    assert!(!is_found_after(true, common_gone, false));
    // The copy may name it by an absolute path.
    let original_changed = |old: &Path, _: &Path| {
        std::fs::write(old.join("bolts/common/words"), "two").unwrap();
    };
    assert!(!is_found_after(true, original_changed, true));
}

#[test]
fn a_source_folder_that_was_renamed_is_not_built_again_and_one_like_it_is_not_either() {
    let project = Project::new(Fake::new(Language::Python));
    let source = project.source("split", "one");
    let first = project.build(std::slice::from_ref(&source)).remove(0);
    let renamed = project.dir.path().join("renamed");
    std::fs::rename(&source, &renamed).unwrap();
    let like = project.source("like", "one");
    let other = project.source("other", "two");
    let built = project.build(&[renamed, like, other]);
    assert_eq!(built[0].component, first.component);
    assert_eq!(built[1].component, first.component);
    assert_ne!(built[2].component, first.component);
    assert_eq!(project.fake.counts(), (1, 2));
}

#[test]
fn a_file_that_a_tool_read_and_that_changed_meanwhile_is_not_taken_for_what_it_was() {
    let mut fake = Fake {
        checked_by_tool: true,
        writes: Some("../common"),
        ..Fake::new(Language::Python)
    };
    fake.reads = vec!["../common"];
    let project = Project::new(fake);
    let source = project.source("split", "one");
    let build = || project.build(std::slice::from_ref(&source)).remove(0);
    build();
    assert!(!build().up_to_date);
}

#[test]
fn what_a_build_leaves_twice_is_kept_once() {
    let project = Project::new(Fake::new(Language::Python));
    let source = project.source("split", "one");
    project.build(std::slice::from_ref(&source));
    let work = project.builder.env().work_dir(&canonical(&source)).unwrap();
    assert_eq!(std::fs::read_dir(work).unwrap().count(), 0);
}

#[test]
fn tools_are_installed_once_and_a_folder_named_twice_is_built_once() {
    let project = Project::new(Fake::new(Language::Python));
    let split = project.source("split", "split");
    let count = project.source("count", "count");
    let sources = [
        split.clone(),
        count,
        project.dir.path().join("split/../split"),
    ];
    let built = project.build(&sources);
    assert_eq!(built.len(), 3);
    assert_eq!(built.first(), built.last());
    assert_eq!(project.fake.counts(), (1, 2));
}

#[test]
fn two_builds_run_at_once() {
    // Each build waits for the other: one after the other would never end.
    let project = Project::new(Fake {
        meet: Some(Barrier::new(2)),
        ..Fake::new(Language::Python)
    });
    let sources = [project.source("a", "a"), project.source("b", "b")];
    assert_eq!(project.build(&sources).len(), 2);
}

#[test]
fn two_builders_of_one_folder_build_it_once() {
    let project = Project::new(Fake::new(Language::Python));
    let source = project.source("split", "one");
    let other = Builder::with_toolchains(project.builder.env().clone(), vec![project.fake.clone()]);
    let start = Barrier::new(2);
    let built = std::thread::scope(|scope| {
        [&project.builder, &other]
            .map(|builder| {
                let (start, source) = (&start, &source);
                scope.spawn(move || {
                    start.wait();
                    builder.build(source, &Silent).unwrap()
                })
            })
            .map(|thread| thread.join().unwrap())
    });
    let [one, two] = built;
    assert_eq!(one.component, two.component);
    assert_eq!(project.fake.counts().1, 1);
}

#[test]
fn one_that_fails_does_not_keep_the_others_from_being_built() {
    let project = Project::new(Fake::new(Language::Python));
    let good = project.source("good", "good");
    let bad = project.source("bad", "bad");
    std::fs::remove_file(bad.join("source.txt")).unwrap();
    let absent = project.dir.path().join("absent");
    let results = project.builder.build_all(&[bad, absent, good], &Silent);
    let [Err(bad), Err(absent), Ok(_)] = results.as_slice() else {
        panic!("{results:?}");
    };
    assert!(bad.to_string().contains("source.txt"), "{bad}");
    assert!(matches!(absent, BuildError::NotAFolder { .. }), "{absent}");
}

#[test]
fn a_missing_tool_fails_every_component_that_needs_it() {
    let project = Project::new(Fake {
        missing: true,
        ..Fake::new(Language::Python)
    });
    let sources = [project.source("a", "a"), project.source("b", "b")];
    for result in project.builder.build_all(&sources, &Silent) {
        assert_eq!(
            result.unwrap_err().to_string(),
            "`fake` is not installed; it is needed for this test\n  install it with: make fake"
        );
    }
    assert_eq!(project.fake.counts(), (1, 0));
}

#[test]
fn a_cancelled_builder_builds_nothing() {
    let project = Project::new(Fake::new(Language::Python));
    let source = project.source("split", "one");
    project.builder.env().cancel().cancel();
    let results = project.builder.build_all(&[source], &Silent);
    assert!(matches!(results.as_slice(), [Err(BuildError::Cancelled)]));
    assert_eq!(project.fake.counts(), (0, 0));
}

#[test]
fn phases_are_told_with_their_end() {
    #[derive(Default)]
    struct Log(Mutex<Vec<String>>);
    impl Progress for Log {
        fn started(&self, phase: &Phase) {
            self.0.lock().unwrap().push(format!("> {}", phase.what));
        }
        fn output(&self, _: &Phase, _: &str) {}
        fn finished(&self, phase: &Phase, _: Duration, outcome: Outcome) {
            self.0
                .lock()
                .unwrap()
                .push(format!("< {} {outcome:?}", phase.what));
        }
    }
    let project = Project::new(Fake::new(Language::Python));
    let good = project.source("good", "good");
    let log = Log::default();
    project.builder.build(&good, &log).unwrap();
    project.builder.build(&good, &log).unwrap();
    std::fs::remove_file(good.join("source.txt")).unwrap();
    project.builder.build(&good, &log).unwrap_err();
    assert_eq!(
        log.0.into_inner().unwrap(),
        [
            "> building good (Python)",
            "< building good (Python) Done",
            "> building good (Python)",
            "< building good (Python) Failed",
        ]
    );
}

#[test]
fn without_building_what_was_built_is_found_and_what_is_not_up_to_date_is_an_error() {
    for checked_by_tool in [false, true] {
        let project = Project::new(Fake {
            checked_by_tool,
            ..Fake::new(Language::Python)
        });
        let source = project.source("split", "one");
        let fake = project.fake.clone();
        let idle =
            Builder::with_toolchains(project.builder.env().clone(), vec![fake]).without_building();
        let find = || idle.build(&source, &Silent);
        let refused = |expected: &str| {
            let message = find().unwrap_err().to_string();
            let command = format!("stormcell build {}", canonical(&source).display());
            for expected in [expected, "--no-build", &command] {
                assert!(message.contains(expected), "{message}");
            }
        };
        refused("has not been built");
        assert_eq!(project.fake.counts(), (0, 0));
        let built = project.build(std::slice::from_ref(&source)).remove(0);
        let found = find().unwrap();
        assert!(found.up_to_date);
        assert_eq!(found.component, built.component);

        std::fs::write(source.join("source.txt"), "two").unwrap();
        refused("has changed since it was built");
        std::fs::write(source.join("source.txt"), "one").unwrap();
        assert_eq!(find().unwrap().component, built.component);
        assert_eq!(project.fake.counts(), (1, 1));

        std::fs::write(&built.component, [COMPONENT, b"other"].concat()).unwrap();
        let message = find().unwrap_err().to_string();
        assert!(message.contains("was changed"), "{message}");
    }
}

#[test]
fn a_lock_file_that_the_tool_writes_does_not_count_as_changed_and_other_files_do() {
    for (written, is_current) in [("lock", true), ("other", false)] {
        let project = Project::new(Fake {
            checked_by_tool: true,
            writes: Some(written),
            ..Fake::new(Language::Python)
        });
        let source = project.source("split", "one");
        project.build(std::slice::from_ref(&source));
        let fake = project.fake.clone();
        let found = Builder::with_toolchains(project.builder.env().clone(), vec![fake])
            .without_building()
            .build(&source, &Silent);
        assert_eq!(found.is_ok(), is_current, "{found:?}");
    }
}

#[test]
fn a_component_that_was_exchanged_is_built_again() {
    let project = Project::new(Fake::new(Language::Python));
    let source = project.source("split", "one");
    let built = project.build(std::slice::from_ref(&source)).remove(0);
    std::fs::write(&built.component, [COMPONENT, b"other"].concat()).unwrap();
    let again = project.build(&[source]).remove(0);
    assert!(!again.up_to_date);
    assert_eq!(
        std::fs::read(&again.component).unwrap(),
        [COMPONENT, b"one"].concat()
    );
}

#[test]
fn what_was_changed_while_it_was_built_is_not_taken_for_what_it_was_before() {
    let project = Project::new(Fake {
        writes: Some("other"),
        ..Fake::new(Language::Python)
    });
    let source = project.source("split", "one");
    let first = project.build(std::slice::from_ref(&source)).remove(0);
    assert!(first.component.is_file());
    // Back to what it was when that build began.
    std::fs::remove_file(source.join("other")).unwrap();
    let fake = Arc::new(Fake::new(Language::Python));
    let later = Builder::with_toolchains(project.builder.env().clone(), vec![fake.clone()]);
    let second = later.build(&source, &Silent).unwrap();
    assert!(!second.up_to_date);
    assert_ne!(second.component, first.component);
    assert_eq!(fake.counts(), (1, 1));
    assert!(later.build(&source, &Silent).unwrap().up_to_date);
}

#[test]
fn many_folders_of_one_name_keep_what_they_were_built_to_and_build_nothing_again() {
    let project = Project::new(Fake::new(Language::Python));
    let folders: Vec<PathBuf> = (0..12)
        .map(|n| project.source(&format!("{n}/split"), &n.to_string()))
        .collect();
    let built = project.build(&folders);
    for built in built.iter().chain(&project.build(&folders)) {
        assert!(built.component.is_file(), "{built:?}");
    }
    assert_eq!(project.fake.counts(), (1, folders.len()));
    // One goes back to what it was long ago.
    for text in (20..30).map(|n| n.to_string()).chain(["0".to_owned()]) {
        project.source("0/split", &text);
        project.build(&folders[..1]);
    }
    for built in project.build(&folders) {
        assert!(built.component.is_file(), "{built:?}");
    }
}
