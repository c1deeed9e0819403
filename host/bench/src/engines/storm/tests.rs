#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stormcell_build::{BuildEnv, Cancel, Silent};

use super::*;
use crate::Sources;

#[test]
fn versions_are_the_ones_that_are_installed() {
    let pom = include_str!("../../../peers/storm/pom.xml");
    let pinned = format!("<storm.version>{}</storm.version>", kind::VERSION);
    assert!(pom.contains(&pinned), "{pom}");
    let requirements = include_str!("../../../peers/storm/requirements.txt");
    let pinned = install::PYSTORM.what.replace(' ', "==");
    assert!(
        requirements.lines().any(|line| line == pinned),
        "{requirements}"
    );
    assert!(
        install::PYSTORM
            .folder
            .ends_with(&install::PYSTORM.what.replace(' ', "-"))
    );
}

/// The words between `start` and `end`, which are in quotes.
fn words<'a>(source: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let (_, rest) = source.split_once(start).unwrap();
    let (list, _) = rest.split_once(end).unwrap();
    list.split('"').skip(1).step_by(2).collect()
}

#[test]
fn sentences_are_those_of_the_component() {
    let rust = include_str!("../../../components/sentences/src/lib.rs");
    let java =
        include_str!("../../../peers/storm/src/main/java/stormcell/bench/storm/Sentences.java");
    let ours = words(rust, "VOCABULARY: [&str; 32] = [", "];");
    assert_eq!(ours.len(), 32);
    assert_eq!(words(java, "VOCABULARY = {", "};"), ours);
    for (rust_has, java_has) in [
        ("0x9e37_79b9_7f4a_7c15", "0x9e37_79b9_7f4a_7c15L"),
        ("WORDS_A_SENTENCE: usize = 9", "WORDS_A_SENTENCE = 9"),
        ("self.random << 13", "random << 13"),
        ("self.random >> 7", "random >>> 7"),
        ("self.random << 17", "random << 17"),
    ] {
        assert!(rust.contains(rust_has), "{rust_has}");
        assert!(java.contains(java_has), "{java_has}");
    }
}

#[test]
fn every_kind_runs_the_shapes_of_its_language() {
    let names = |kind| -> Vec<_> {
        Storm::new(kind)
            .shapes()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(names(Kind::Parked), ["word-count", "book", "join"]);
    assert!(names(Kind::Default).contains(&"latency-230000".to_owned()));
    assert!(!names(Kind::Default).contains(&"join".to_owned()));
    assert!(names(Kind::Tuned).contains(&"word-count".to_owned()));
    assert!(!names(Kind::Tuned).contains(&"word-count-2-workers".to_owned()));
    assert!(names(Kind::Cluster).contains(&"word-count-2-workers".to_owned()));
    assert!(names(Kind::Cluster).contains(&"recovery".to_owned()));
    assert_eq!(
        names(Kind::Pystorm),
        [
            "identity-python",
            "split-python",
            "word-count-python",
            "word-count-python-split",
        ]
    );
    assert_eq!(names(Kind::Pystorm), names(Kind::StormPy));
}

/// Whether a program is there; says so if it is not.
fn is_there(program: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()));
    if !found {
        eprintln!("skipped: `{program}` is not in PATH");
    }
    found
}

static PREPARING: Mutex<()> = Mutex::new(());

/// Runs a shape for a moment, with what is built kept for the next time.
fn run(kind: Kind, shape: &str) -> Option<Sample> {
    if !["java", "mvn", "python3"].into_iter().all(is_there) {
        return None;
    }
    let state = stormcell_build::state_dir(env!("CARGO_MANIFEST_DIR").as_ref());
    let build = BuildEnv::open(&state, Cancel::default()).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let surroundings = Surroundings {
        binary: "stormcell".into(),
        sources: Sources::unpack(&build).unwrap(),
        build,
        scratch: scratch.path().to_owned(),
        window: Duration::from_secs(1),
        warm_up: Duration::from_secs(1),
        quick: true,
        progress: Arc::new(Silent),
    };
    let shape = Shape::named(shape).unwrap();
    let mut storm = Storm::new(kind);
    {
        // One builds, the other finds it built.
        let _alone = PREPARING.lock().unwrap_or_else(PoisonError::into_inner);
        storm.prepare(&[shape], &surroundings).unwrap();
    }
    let sample = storm.run(shape, &surroundings).unwrap();
    let left = std::fs::read_dir(scratch.path()).unwrap().count();
    assert_eq!(left, 0, "a run cleans up");
    Some(sample)
}

#[test]
fn local_mode_runs_and_is_measured() {
    let Some(sample) = run(Kind::Tuned, "join") else {
        return;
    };
    let quantities: Vec<_> = sample.iter().map(|(quantity, _)| quantity).collect();
    assert_eq!(
        quantities,
        [
            Quantity::Rate,
            Quantity::CpuPerMillion,
            Quantity::PeakMemory
        ]
    );
    assert!(sample.iter().all(|(_, value)| value > 0.0), "{sample:?}");
}

#[test]
fn bolts_in_python_run() {
    let Some(sample) = run(Kind::Pystorm, "split-python") else {
        return;
    };
    assert!(sample.get(Quantity::Rate).unwrap() > 0.0, "{sample:?}");
}
