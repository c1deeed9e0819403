//! Whose code runs, and how much of it: component files that were changed, compiled code,
//! signatures, and topologies that do not fit.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::json;

use crate::place::{Ended, Place, until};
use crate::processes::signal;
use crate::topology::{NAME, TICKING, component};

impl Place {
    /// Copies of the components, and a topology file of them: signatures beside those
    /// that were built would be seen by other tests.
    fn copied(&self) -> (String, [PathBuf; 2]) {
        let files = ["source", "hold"].map(|name| {
            let copy = self.dir().join(name).with_extension("wasm");
            fs::copy(component(name), &copy).unwrap();
            copy
        });
        let [source, hold] = files.each_ref().map(|path| path.display().to_string());
        let text = format!(
            "name: {NAME}\n\
             spouts: [{{ id: source, component: {source} }}]\n\
             bolts: [{{ id: hold, component: {hold}, tick: 100ms, config: {{ release: 2 }} }}]\n\
             streams: [{{ from: source, to: hold, grouping: {{ type: shuffle }} }}]\n",
        );
        let file = self.dir().join("copied.yaml");
        fs::write(&file, text).unwrap();
        (file.to_str().unwrap().to_owned(), files)
    }

    fn key(&self, name: &str) -> String {
        let name = self.dir().join(name).to_str().unwrap().to_owned();
        ok(self.client_less(&["keygen", &name]));
        name
    }

    /// Runs a command that needs no supervisor.
    fn client_less(&self, arguments: &[&str]) -> Ended {
        crate::place::run(crate::command::stormcell().args(arguments))
    }

    fn sign(&self, key: &str, file: &Path) {
        let key = format!("{key}.key");
        ok(self.client_less(&["sign", "--key", &key, file.to_str().unwrap()]));
    }
}

fn ok(ended: Ended) -> String {
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    ended.stdout
}

/// The same component with a section that changes nothing, and another digest.
fn altered(content: &[u8]) -> Vec<u8> {
    [content, &[0, 2, 1, b'x']].concat()
}

#[test]
fn a_component_file_that_was_exchanged_behind_its_back_is_not_run() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    let digest = place.show(NAME).tasks[0].digest.clone();
    let file = place.data.component(&digest);
    let content = fs::read(&file).unwrap();
    fs::write(&file, altered(&content)).unwrap();
    // What runs is not read again.
    place.goes_on();
    let body = json!({ "component": "hold", "digest": digest }).to_string();
    let token = format!("Bearer {}", place.token());
    let path = format!("/v1/topologies/{NAME}/deploy");
    let (status, said) = place.request("POST", &path, Some(&token), body.as_bytes());
    assert_eq!(status, 422, "{said}");
    assert!(said.contains("has been changed"), "{said}");

    // A worker that begins reads it, and runs nothing.
    for worker in place.workers() {
        signal(worker.pid, Signal::KILL);
    }
    until("a worker says why it ends", || {
        let workers = place.show(NAME).workers;
        workers
            .into_iter()
            .filter_map(|worker| worker.last_exit)
            .find(|why| why.contains("was changed"))
    });
    fs::write(&file, &content).unwrap();
    place.goes_on();
    server.stop();
}

#[test]
fn compiled_code_is_refused_by_every_way_in() {
    let place = Place::new();
    let server = place.serve(&[]);
    let (topology, [source, _]) = place.copied();
    fs::write(&source, b"\x7fELF\x02\x01\x01 compiled elsewhere").unwrap();
    for command in ["run", "validate", "submit"] {
        let data = ["--data", place.data.path().to_str().unwrap()];
        let more = if command == "submit" { &data[..] } else { &[] };
        let ended = place.client_less(&[&[command, &topology], more].concat());
        assert_eq!(ended.status, Some(65), "{command}: {}", ended.stderr);
        let expected =
            "native code (a .cwasm or a program), which the host never takes from others";
        assert!(
            ended.stderr.contains(expected),
            "{command}: {}",
            ended.stderr
        );
    }
    // By the API alone.
    let content = fs::read(&source).unwrap();
    let wrong = format!("sha256:{}", "0".repeat(64));
    let (_, said) = place.upload(&wrong, &content);
    let digest = said.split("has the digest ").nth(1).unwrap();
    let digest = digest.split(' ').next().unwrap();
    assert_eq!(place.upload(digest, &content).0, 201);
    let name = |path: &Path| path.to_str().unwrap().to_owned();
    let text = fs::read_to_string(&topology).unwrap();
    let hold = place.dir().join("hold.wasm");
    let body = json!({
        "file": text,
        "base_dir": "/",
        "components": { (name(&source)): digest, (name(&hold)): digest },
    });
    let token = format!("Bearer {}", place.token());
    let path = "/v1/topologies";
    let (status, said) = place.request("POST", path, Some(&token), body.to_string().as_bytes());
    assert_eq!(status, 422, "{said}");
    assert!(said.contains("never takes from others"), "{said}");
    server.stop();
}

#[test]
fn a_topology_that_does_not_fit_is_refused_with_the_sum() {
    let place = Place::new();
    let server = place.serve(&["--worker-memory", "200MiB"]);
    let file = place.file(TICKING);
    let refused = place.client(&["submit", &file]);
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    let table = "\
error: `ticking` does not fit: the tasks of worker 0 may use 264MiB of memory together, and a worker may use 200MiB
  component                         tasks  memory each  together
  hold                                  1       128MiB    128MiB
  source                                1       128MiB    128MiB
  rows of each component, at least      2         4MiB      8MiB
  sum                                                     264MiB
use more workers (--workers), lower `limits: {memory: ...}` of its components, or serve with more --worker-memory";
    assert!(refused.stderr.contains(table), "{}", refused.stderr);
    place.submit(TICKING);
    let refused = place.client(&["rebalance", NAME, "--workers", "1", "--yes"]);
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("does not fit"),
        "{}",
        refused.stderr
    );
    place.goes_on();
    server.stop();

    let refused = place.client_less(&["run", &file, "--memory", "263MiB"]);
    assert_eq!(refused.status, Some(65), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("or raise --memory"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_component_that_is_too_large_is_refused_by_every_way_in() {
    let place = Place::new();
    let server = place.serve(&["--component-size", "1KiB"]);
    let file = place.file(TICKING);
    let here = place.client(&["submit", &file, "--component-size", "1KiB"]);
    assert_eq!(here.status, Some(65), "{}", here.stderr);
    assert!(
        here.stderr.contains("the limit `component-size`"),
        "{}",
        here.stderr
    );
    let there = place.client(&["submit", &file]);
    assert_eq!(there.status, Some(65), "{}", there.stderr);
    let expected = "the limit `component-size` is 1KiB";
    assert!(there.stderr.contains(expected), "{}", there.stderr);
    server.stop();
}

#[test]
fn components_are_run_if_a_trusted_key_has_signed_them() {
    let place = Place::new();
    let (topology, files) = place.copied();
    let (release, other) = (place.key("release"), place.key("other"));
    let trusted = format!("{release}.pub");
    let server = place.serve(&["--trusted-key", &trusted, "--require-signatures"]);
    let refused = |expected: &str| {
        let ended = place.client(&["submit", &topology, "--workers", "2"]);
        assert_eq!(ended.status, Some(77), "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    };
    refused("is not signed by a key that this supervisor trusts");
    for file in &files {
        place.sign(&other, file);
    }
    refused("that signed it is not trusted here");
    for file in &files {
        place.sign(&release, file);
    }
    ok(place.client(&["submit", &topology, "--workers", "2"]));
    place.all_up();
    let shown = ok(place.client(&["show", NAME]));
    assert_eq!(shown.matches("ed25519:").count(), 2, "{shown}");
    let inspected = ok(place.client_less(&["inspect", files[1].to_str().unwrap()]));
    assert!(
        inspected.contains("it is signed by ed25519:"),
        "{inspected}"
    );

    // A deployment is checked as well: a file that nobody signed, and a signature of
    // another file.
    let [_, hold] = &files;
    let next = place.dir().join("next.wasm");
    fs::write(&next, altered(&fs::read(hold).unwrap())).unwrap();
    let deploy = || place.client(&["deploy", NAME, "hold", next.to_str().unwrap()]);
    let unsigned = deploy();
    assert_eq!(unsigned.status, Some(77), "{}", unsigned.stderr);
    assert!(
        unsigned.stderr.contains("is not signed"),
        "{}",
        unsigned.stderr
    );
    let signature = |path: &Path| path.with_extension("wasm.sig");
    fs::copy(signature(hold), signature(&next)).unwrap();
    let wrong = deploy();
    assert_eq!(wrong.status, Some(77), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("is wrong"), "{}", wrong.stderr);
    place.goes_on();
    place.sign(&release, &next);
    ok(deploy());
    place.goes_on();
    server.stop();
}

#[test]
fn keys_are_kept_apart_and_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let key = place.key("release");
    let private = format!("{key}.key");
    let mode = fs::metadata(&private).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = place.client_less(&["keygen", &key]);
    assert_eq!(again.status, Some(1));
    assert!(
        again.stderr.contains("never written over"),
        "{}",
        again.stderr
    );
    place.refused(&["--trusted-key", &private]).assert(
        65,
        &format!(
            "error: {private}: it is a private key: give the public one, and keep the private \
                 one where components are signed"
        ),
    );
    let (_, files) = place.copied();
    let public = format!("{key}.pub");
    let wrong = place.client_less(&["sign", "--key", &public, files[0].to_str().unwrap()]);
    assert_eq!(wrong.status, Some(65), "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("not an Ed25519 private key"),
        "{}",
        wrong.stderr
    );
    // One that could not be written whole is not there at all.
    fs::remove_file(&private).unwrap();
    let half = place.client_less(&["keygen", &key]);
    assert_eq!(half.status, Some(1));
    assert!(half.stderr.contains("release.pub is there already"));
    assert!(!Path::new(&private).exists());
}
