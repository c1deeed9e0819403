//! A folder never holds more than its quota, however it is filled.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde_json::json;
use stormcell_sandbox::{CallError, TaskSpec};
use stormcell_topology::{Access, FileGrant};

use crate::support::{run, task, word};

const QUOTA: u64 = 4 << 20;

/// A task that fills this folder in this way.
fn filling(dir: &Path, by: &str) -> TaskSpec {
    let config = json!({ "do": "fill", "path": "/data", "by": by });
    let (mut spec, _) = task(&word(), config);
    spec.grants.files.push(FileGrant {
        host: dir.to_string_lossy().into_owned(),
        guest: "/data".to_owned(),
        access: Access::ReadWrite,
        quota: QUOTA,
    });
    spec
}

/// Runs it until it is told to stop.
async fn fill(spec: &TaskSpec) {
    match run(spec).await {
        // The second is what its libc makes of any error of a stream.
        Err(CallError::Returned(error)) if error == "StorageFull" || error == "Uncategorized" => {}
        other => panic!("it was not told that the disk is full: {other:?}"),
    }
}

/// The bytes of the files in a folder, each once, and [`FileGrant::ENTRY`] for each entry.
fn size(dir: &Path) -> u64 {
    let mut files = BTreeMap::new();
    let mut entries = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let metadata = entry.unwrap().metadata().unwrap();
        entries += 1;
        if metadata.is_file() {
            files.insert(metadata.ino(), metadata.len());
        }
    }
    files.values().sum::<u64>() + entries * FileGrant::ENTRY
}

#[tokio::test]
async fn a_folder_is_full_when_it_has_its_quota() {
    for by in [
        "one file",
        "files",
        "empty files",
        "folders",
        "length",
        "holes",
        "links",
        "deleted files",
    ] {
        let dir = tempfile::tempdir().unwrap();
        fill(&filling(dir.path(), by)).await;
        let size = size(dir.path());
        assert!(size <= QUOTA, "{by}: {size}");
        if by != "deleted files" {
            assert!(size > QUOTA - (2 << 20), "{by}: {size}");
        }
    }
}

#[tokio::test]
async fn what_is_deleted_makes_room() {
    let dir = tempfile::tempdir().unwrap();
    let spec = filling(dir.path(), "one file");
    for _ in 0..2 {
        fill(&spec).await;
        // Nothing more fits, to whoever it belongs.
        fill(&filling(dir.path(), "one file")).await;
        let size = size(dir.path());
        assert!(size > QUOTA - (128 << 10) && size <= QUOTA, "{size}");
        std::fs::remove_file(dir.path().join("one")).unwrap();
    }
}

#[tokio::test]
async fn tasks_share_the_quota_of_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (
        filling(dir.path(), "files"),
        filling(dir.path(), "one file"),
    );
    tokio::join!(fill(&one), fill(&other));
    let size = size(dir.path());
    assert!(size <= QUOTA, "{size}");
}
