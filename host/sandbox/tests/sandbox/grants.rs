//! A component reaches what it was granted, and nothing else.

use std::path::Path;

use serde_json::json;
use stormcell_sandbox::{CallError, Fault, FaultKind, TaskSpec};
use stormcell_topology::{Access, FileGrant};

use crate::support::{bolt, run, task, text, told, word};

/// A task that does this with this file, and is granted the folder.
fn with_folder(what: &str, path: &str, dir: &Path, access: Access) -> TaskSpec {
    let (mut spec, _) = task(&word(), json!({ "do": what, "path": path }));
    spec.base_dir = dir.to_owned();
    spec.grants.files.push(FileGrant {
        host: "granted".to_owned(),
        guest: "/data".to_owned(),
        access,
        quota: FileGrant::DEFAULT_QUOTA,
    });
    spec
}

/// A folder with one granted folder and a file in and beside it.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("granted")).unwrap();
    std::fs::write(dir.path().join("granted/verse"), "in the beginning").unwrap();
    std::fs::write(dir.path().join("secret"), "not yours").unwrap();
    dir
}

/// What came of it: the text, or the error that the component returned.
async fn result(spec: &TaskSpec) -> String {
    match run(spec).await {
        Ok(outcome) => text(&outcome),
        Err(CallError::Returned(error)) => error.into_string(),
        Err(CallError::Fault(fault)) => panic!("{fault}"),
    }
}

#[tokio::test]
async fn a_folder_to_read() {
    let dir = folder();
    let read = |path: &'static str| with_folder("read", path, dir.path(), Access::Read);
    assert_eq!(result(&read("/data/verse")).await, "in the beginning");
    for outside in [
        "/data/../secret",
        "/secret",
        "/etc/hostname",
        "/data/../../etc/hostname",
    ] {
        let said = result(&read(outside)).await;
        assert!(
            said == "PermissionDenied" || said == "NotFound",
            "{outside}: {said}"
        );
    }
    for what in ["write", "delete"] {
        let spec = with_folder(what, "/data/verse", dir.path(), Access::Read);
        assert_eq!(result(&spec).await, "PermissionDenied", "{what}");
    }
    let verse = std::fs::read_to_string(dir.path().join("granted/verse")).unwrap();
    assert_eq!(verse, "in the beginning");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_does_not_lead_out() {
    let dir = folder();
    std::os::unix::fs::symlink("../secret", dir.path().join("granted/link")).unwrap();
    let spec = with_folder("read", "/data/link", dir.path(), Access::Read);
    assert_eq!(result(&spec).await, "PermissionDenied");
}

#[tokio::test]
async fn a_folder_to_write() {
    let dir = folder();
    let act = |what, path| with_folder(what, path, dir.path(), Access::ReadWrite);
    assert_eq!(result(&act("write", "/data/new")).await, "written");
    let written = std::fs::read_to_string(dir.path().join("granted/new")).unwrap();
    assert_eq!(written, "written");
    assert_eq!(result(&act("delete", "/data/verse")).await, "deleted");
    assert!(!dir.path().join("granted/verse").exists());
    assert_ne!(result(&act("write", "/data/../secret")).await, "written");
    let secret = std::fs::read_to_string(dir.path().join("secret")).unwrap();
    assert_eq!(secret, "not yours");
}

#[tokio::test]
async fn a_granted_folder_that_is_missing_or_a_file() {
    let dir = folder();
    let mut spec = with_folder("read", "/data/verse", dir.path(), Access::Read);
    let mut refused = async |host: &str| -> Fault {
        spec.grants.files[0].host = host.to_owned();
        match bolt().await.bolt(&spec).await {
            Err(CallError::Fault(fault)) => fault,
            _ => panic!("it started"),
        }
    };
    let missing = refused("nowhere").await;
    assert_eq!(missing.kind, FaultKind::Start);
    assert!(
        missing
            .message
            .starts_with("grants.files: the folder `nowhere` (seen as `/data`) does not exist: "),
        "{missing}"
    );
    let file = refused("secret").await;
    assert_eq!(file.kind, FaultKind::Start);
    assert!(
        file.message
            .contains("is a file: grant the folder that it is in"),
        "{file}"
    );
}

#[tokio::test]
async fn nothing_is_granted_by_default() {
    let (mut spec, sink) = task(&word(), json!({ "do": "read", "path": "/data/verse" }));
    assert_ne!(result(&spec).await, "in the beginning");
    for (what, allowed) in [
        ("write", "written"),
        ("connect", "connected"),
        ("resolve", "resolved"),
    ] {
        spec.config = json!({ "do": what, "path": "/data/new" });
        assert_ne!(result(&spec).await, allowed);
    }
    spec.config = json!({ "do": "environment" });
    assert_eq!(result(&spec).await, "[] []");
    spec.config = json!({ "do": "print" });
    assert_eq!(result(&spec).await, "printed");
    assert!(sink.stdout.lock().unwrap().is_empty() && sink.stderr.lock().unwrap().is_empty());
}

#[tokio::test]
async fn granted_output_and_environment() {
    let (mut spec, sink) = told("print");
    spec.grants.stdout = true;
    assert_eq!(result(&spec).await, "printed");
    assert_eq!(*sink.stdout.lock().unwrap(), b"out\n");
    assert_eq!(*sink.stderr.lock().unwrap(), b"err\n");
    let (mut spec, _) = told("environment");
    spec.grants.env.insert("LANGUAGE".to_owned(), "en".into());
    assert_eq!(result(&spec).await, "[\"LANGUAGE=en\"] []");
}
