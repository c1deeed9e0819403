//! A secret is where it is needed, and nowhere else: not in what is stored, logged,
//! printed or answered.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::LONG;
use crate::cluster::Cluster;
use crate::relayed::Relayed;

const SECRET: &str = "Sesam-oeffne-dich-4711";

/// Writes a topology whose bolt says its configuration, a secret among it, and does not
/// start. `texts` are those of its rows.
fn topology(dir: &Path, secret: &str, texts: &str) -> String {
    let relay = format!(
        "config: {{ refuse: [0, {{ secret: {secret} }}] }}, \
         grants: {{ env: {{ KEY: {{ secret: {secret} }} }} }}"
    );
    Relayed {
        name: "telling",
        config: "acking: true",
        source: &format!("rows: 5, texts: [{texts}]"),
        relay: &relay,
        hold: "",
    }
    .write(dir)
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

#[test]
fn nothing_that_is_stored_or_shown_has_a_secret_in_it() {
    let cluster = Cluster::start_with_secret("DOOR", SECRET);
    let file = topology(cluster.dir(), "DOOR", "");
    cluster.ask(&["submit", &file]);
    let problem = cluster.until("a problem", LONG, || {
        let problem = cluster.list().first()?.problem.clone()?;
        problem.contains("[secret DOOR]").then_some(problem)
    });
    let mut shown = vec![problem];
    for arguments in [
        vec!["list"],
        vec!["show", "telling"],
        vec!["show", "telling", "--output", "json"],
        vec!["logs", "telling"],
        vec!["inspect", &file],
        vec!["inspect", &file, "--output", "json"],
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
fn secrets_that_are_not_set_are_all_named_before_anything_starts() {
    let cluster = Cluster::start_with_secret("DOOR", SECRET);
    let file = topology(cluster.dir(), "WINDOW", "{ secret: GATE }");
    for command in ["submit", "run"] {
        let said = cluster.say(&[command, &file]);
        assert_eq!(
            (said.status, &*said.stdout),
            (Some(1), ""),
            "{}",
            said.stderr
        );
        for part in [
            "error: `telling` lacks secrets that it refers to:\n",
            "  `GATE` (config.texts[0] of `source`): it is not set\n",
            "  `WINDOW` (config.refuse[1] of `relay`, grants.env.KEY of `relay`): it is not set\n",
            "STORMCELL_SECRET_NAME",
        ] {
            assert!(
                said.stderr.contains(part),
                "{command}: {part}: {}",
                said.stderr
            );
        }
    }
    assert!(cluster.list().is_empty());
    let said = cluster.say(&["submit", &file, "--output", "json"]);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json["error"]["code"], "missing-secrets", "{json}");
    cluster.stop();
}
