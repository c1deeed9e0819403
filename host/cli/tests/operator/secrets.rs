//! A secret is where it is needed, and nowhere else: not in what is stored, logged,
//! printed or answered.

use std::fs;
use std::path::Path;

use crate::LONG;
use crate::cluster::{Cluster, guest};

const SECRET: &str = "Sesam-oeffne-dich-4711";

/// A topology whose bolt says its configuration, a secret among it, and does not start.
fn topology(secret: &str) -> String {
    let component = |name| guest(name).display().to_string();
    format!(
        "\
name: telling
spouts:
  - {{ id: source, component: {}, config: {{ rows: 5 }} }}
bolts:
  - id: relay
    component: {}
    config: {{ refuse: [0, {{ secret: {secret} }}] }}
    grants: {{ env: {{ KEY: {{ secret: {secret} }} }} }}
  - {{ id: hold, component: {}, config: {{ rows: [] }} }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: hold, grouping: {{ type: shuffle }} }}
",
        component("source"),
        component("relay"),
        component("hold"),
    )
}

/// The files below a folder that have these bytes in them. What is no file has none.
fn files_with(folder: &Path, text: &str, found: &mut Vec<String>, looked_at: &mut u32) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        if metadata.is_dir() {
            files_with(&path, text, found, looked_at);
        } else if metadata.is_file()
            && let Ok(content) = fs::read(&path)
        {
            *looked_at += 1;
            let text = text.as_bytes();
            if content.windows(text.len()).any(|part| part == text) {
                found.push(path.display().to_string());
            }
        }
    }
}

/// Submits the topology and waits for the problem that says this.
fn problem_with(cluster: &Cluster, secret: &str, words: &str) -> String {
    let file = cluster.dir().join("telling.yaml");
    fs::write(&file, topology(secret)).unwrap();
    cluster.ask(&["submit", file.to_str().unwrap()]);
    cluster.until(words, LONG, || {
        let problem = cluster.list().first()?.problem.clone()?;
        problem.contains(words).then_some(problem)
    })
}

#[test]
fn nothing_that_is_stored_or_shown_has_a_secret_in_it() {
    let cluster = Cluster::start_with_secret("DOOR", SECRET);
    let problem = problem_with(&cluster, "DOOR", "[secret DOOR]");
    let file = cluster.dir().join("telling.yaml");
    let mut shown = vec![problem];
    for arguments in [
        vec!["list"],
        vec!["show", "telling"],
        vec!["show", "telling", "--output", "json"],
        vec!["logs", "telling"],
        vec!["inspect", file.to_str().unwrap()],
        vec!["inspect", file.to_str().unwrap(), "--output", "json"],
    ] {
        let said = cluster.say(&arguments);
        assert_eq!(said.status, Some(0), "{arguments:?}: {}", said.stderr);
        shown.extend([said.stdout, said.stderr]);
    }
    for text in &shown {
        assert!(!text.contains(SECRET), "{text}");
    }
    assert!(
        shown
            .iter()
            .any(|text| text.contains("KEY, the secret DOOR"))
    );
    let (mut found, mut looked_at) = (Vec::new(), 0);
    files_with(cluster.dir(), SECRET, &mut found, &mut looked_at);
    assert!(looked_at > 3, "{looked_at} files");
    assert_eq!(found, Vec::<String>::new());
    cluster.stop();
}

#[test]
fn a_secret_that_is_not_set_is_named() {
    let cluster = Cluster::start();
    let problem = problem_with(&cluster, "WINDOW", "`WINDOW` is not set");
    for part in ["relay", "STORMCELL_SECRET_WINDOW", "stormcell serve"] {
        assert!(problem.contains(part), "{part}: {problem}");
    }
    cluster.stop();
}
