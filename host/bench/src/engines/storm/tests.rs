#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
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
    let pinned = format!("pystorm=={}\n", kind::PYSTORM_VERSION);
    assert!(requirements.contains(&pinned), "{requirements}");
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
    assert!(names(Kind::Tuned).contains(&"word-count".to_owned()));
    assert!(!names(Kind::Tuned).contains(&"word-count-2-workers".to_owned()));
    assert!(names(Kind::Cluster).contains(&"word-count-2-workers".to_owned()));
    assert!(names(Kind::Cluster).contains(&"recovery".to_owned()));
    assert_eq!(
        names(Kind::Pystorm),
        [
            "identity-python",
            "identity-python-unacked",
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
    storm.prepare(&[shape], &surroundings).unwrap();
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
