//! Components are compiled once, and a client sees what the supervisor does meanwhile.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use stormcell_protocol::api::Status;
use tempfile::TempDir;

use crate::cluster::{Cluster, guest};
use crate::{LONG, words};

/// The compiled components in a folder: which file each entry is.
fn entries(folder: &Path, ending: &str) -> BTreeMap<PathBuf, u64> {
    let entries = fs::read_dir(folder.join("compiled")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let found = paths.filter(|path| path.extension().is_some_and(|found| found == ending));
    found
        .map(|path| (path.clone(), fs::metadata(path).unwrap().ino()))
        .collect()
}

/// `run`, `submit`, `sign`, the supervisor and its workers each compiled the same file.
#[test]
fn a_component_is_compiled_once_whoever_wants_it() {
    let compiled = TempDir::new().unwrap();
    let cluster = Cluster::start_with_compiled(compiled.path());
    let file = words::file(&cluster);
    let file = file.to_str().unwrap();
    let key = cluster.dir().join("release");
    let key = key.to_str().unwrap();
    // Signatures lie beside the component.
    let component = cluster.dir().join("source.wasm");
    fs::copy(guest("source"), &component).unwrap();
    let component = component.to_str().unwrap();
    let stormcell = |arguments: &[&str]| {
        let mut command = cluster.command(arguments);
        command.env("STORMCELL_CACHE", compiled.path());
        cluster.run(&mut command).well()
    };
    stormcell(&["run", file]);
    let once = entries(compiled.path(), "bin");
    assert_eq!(once.len(), 2, "{once:?}");
    stormcell(&["keygen", key]);
    stormcell(&["sign", component, "--key", &format!("{key}.key")]);
    stormcell(&["inspect", component]);
    stormcell(&["submit", file, "--wait"]);
    // One that is compiled again is another file.
    assert_eq!(entries(compiled.path(), "bin"), once);
    assert!(!cluster.data().join("cache").exists());
    cluster.stop();
}

/// The supervisor was silent for 30 s after the upload.
#[test]
fn a_client_sees_what_the_supervisor_does() {
    let compiled = TempDir::new().unwrap();
    let cluster = Cluster::start_with_compiled(compiled.path());
    let file = words::file(&cluster);
    let file = file.to_str().unwrap();
    let mut validate = cluster.command(&["validate", file]);
    validate.env("STORMCELL_CACHE", compiled.path());
    cluster.run(&mut validate).well();
    // The supervisor is to compile them again, and believes that somebody else does just now.
    for entry in entries(compiled.path(), "bin").into_keys() {
        fs::remove_file(entry).unwrap();
    }
    let locks = entries(compiled.path(), "lock").into_keys();
    let locks: Vec<File> = locks
        .map(|path| {
            let lock = File::options().write(true).open(path).unwrap();
            lock.try_lock().unwrap();
            lock
        })
        .collect();
    assert_eq!(locks.len(), 2);

    // The client has others to compile for it.
    let said = cluster.dir().join("said");
    let mut submit = cluster.command(&["submit", file, "--output", "json"]);
    submit.stdout(File::create(cluster.dir().join("answer")).unwrap());
    submit.stderr(File::create(&said).unwrap());
    let mut submit = submit.spawn().unwrap();
    let doing = format!("compiling component 1 of 2: {}", guest("source").display());
    let preparing = cluster.until("it is being prepared", LONG, || cluster.list().pop());
    assert_eq!(preparing.status, Status::Preparing);
    cluster.until("it is compiled", LONG, || {
        let detail = cluster.show(words::NAME);
        (detail.summary.operation.as_deref() == Some(&doing)).then_some(())
    });
    let expected = format!("{}: {doing}\n", words::NAME);
    cluster.until("the client says so", LONG, || {
        fs::read_to_string(&said)
            .unwrap()
            .contains(&expected)
            .then_some(())
    });
    let refused = cluster.say(&["activate", words::NAME]).refused(1);
    assert_eq!(
        refused,
        format!("`words` is being submitted ({doing}); try again when it is there")
    );
    let again = cluster.say(&["submit", file, "--quiet"]).refused(1);
    assert!(
        again.starts_with("there is a topology `words` already"),
        "{again}"
    );
    assert_eq!(submit.try_wait().unwrap(), None);

    drop(locks);
    let status = cluster.until("it is submitted", LONG, || submit.try_wait().unwrap());
    assert!(status.success(), "{}", fs::read_to_string(&said).unwrap());
    let answer = fs::read(cluster.dir().join("answer")).unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["topology"]["name"], words::NAME);
    cluster.until("it has finished", LONG, || {
        (cluster.show(words::NAME).summary.status == Status::Finished).then_some(())
    });
    cluster.stop();
}
