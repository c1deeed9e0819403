//! What a supervisor cannot start with, or must go on in spite of: each is said clearly,
//! and does no damage.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use rustix::process::{Pid, Resource, Rlimit, Signal, geteuid, prlimit};
use serde_json::json;
use stormcell_protocol::api::Status;

use crate::command::stormcell;
use crate::place::{Place, refused, run, until};
use crate::processes::signal;
use crate::topology::{NAME, TICKING, component};

#[test]
fn a_data_folder_that_cannot_be_one() {
    let place = Place::new();
    let file = place.dir().join("file");
    fs::write(&file, "precious").unwrap();
    let nowhere = place.dir().join("link");
    symlink(place.dir().join("nowhere"), &nowhere).unwrap();
    for path in [&file, &file.join("below"), &nowhere, Path::new("/dev/full")] {
        let path = path.display();
        let not_a_folder = format!(
            "error: cannot use the data folder {path}: {path} is not a folder; give a folder with \
             --data, which is made if it is missing"
        );
        refused(Path::new(&path.to_string()), &[]).assert(70, &not_a_folder);
    }
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    // Nobody can make a folder there.
    let path = "/proc/stormcell";
    let said = refused(Path::new(path), &[]);
    assert_eq!(said.status, Some(70));
    let begin = format!("error: cannot use the data folder {path}: ");
    assert!(said.stderr.starts_with(&begin), "{}", said.stderr);
}

#[test]
fn a_data_folder_that_cannot_be_written_to() {
    if geteuid().is_root() {
        eprintln!("not tested: root may write to every folder");
        return;
    }
    let place = Place::new();
    fs::create_dir(place.data.path()).unwrap();
    let allow = |mode| fs::set_permissions(place.data.path(), Permissions::from_mode(mode));
    allow(0o500).unwrap();
    let path = place.data.path().display();
    place.refused(&[]).assert(
        70,
        &format!(
            "error: cannot use the data folder {path}: {path}/lock is not writable for this user; \
             change its owner, or give another folder with --data"
        ),
    );
    allow(0o700).unwrap();
    place.serve(&[]).stop();
}

#[test]
fn a_port_that_is_in_use() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    server.kill();
    let before = place.workers();

    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    place.refused(&["--bind", &address.to_string()]).assert(
        69,
        &format!(
            "error: {address} is in use: another program, perhaps another `stormcell serve`, \
             listens there; give another address with --bind, or port 0 for any that is free"
        ),
    );
    assert_eq!(place.workers(), before, "they go on");
    let _server = place.serve(&[]);
    place.goes_on();
    assert_eq!(place.workers(), before, "they were taken over");
}

#[test]
fn a_second_supervisor_for_the_same_folder() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    let before = (place.url(), place.token(), place.workers());
    let second = format!(
        "error: another supervisor (process {}) serves the data folder {}: stop it first, or give \
         another folder with --data",
        server.pid(),
        place.data.path().display()
    );
    place.refused(&[]).assert(69, &second);
    // That the folder is served is said first, also if the address is in use as well.
    let address = place.url().replace("http://", "");
    place.refused(&["--bind", &address]).assert(69, &second);
    assert_eq!((place.url(), place.token(), place.workers()), before);
    place.goes_on();
    server.stop();
}

#[test]
fn a_disk_that_is_full_at_the_start() {
    let place = Place::new();
    let mut shell = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" serve --bind 127.0.0.1:0 --data \"$1\" \
                  2>/dev/null >/dev/full";
    let binary = env!("CARGO_BIN_EXE_stormcell");
    shell.args(["-c", script, binary]).arg(place.data.path());
    assert_eq!(run(&mut shell).status, Some(70));
    place.serve(&[]).stop();
}

/// What can be written is limited for the supervisor, not for its workers.
#[test]
fn a_disk_that_is_full_while_topologies_run() {
    let place = Place::new();
    let server = place.serve_on_small_disk();
    place.submit(TICKING);
    let before = place.workers();
    let limit = |bytes| {
        let pid = Pid::from_raw(server.pid().try_into().unwrap());
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(pid, Resource::Fsize, limit).unwrap();
    };

    limit(Some(0));
    let store = place.data.store().display().to_string();
    let no_room = |said: &str| {
        let parts = [
            &store,
            "no room to write",
            "nothing was changed: make room and try again",
        ];
        for part in parts {
            assert!(said.contains(part), "{said}");
        }
    };
    let said = place.client(&["deactivate", NAME]);
    no_room(&said.stderr);
    assert_eq!(said.status, Some(70));
    no_room(&place.client(&["kill", NAME, "--yes"]).stderr);
    let digest = "sha256:3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80";
    let (status, said) = place.upload(digest, b"file");
    assert_eq!(status, 507, "{said}");
    assert!(said.contains("cannot keep component files in "), "{said}");
    assert!(said.contains("make room"), "{said}");
    assert!(!place.has(digest));
    place.goes_on();
    assert_eq!(place.workers(), before);
    let shown = place.show(NAME).summary;
    assert_eq!(shown.status, Status::Active, "it was not deactivated");
    let problem = shown.problem.unwrap();
    assert!(problem.contains("make room and try again"), "{problem}");
    assert_eq!(place.ask(&["list"]).as_array().unwrap().len(), 1);

    limit(None);
    until("there is room", || {
        place.show(NAME).summary.problem.is_none().then_some(())
    });
    place.ask(&["deactivate", NAME]);
    place.ask(&["activate", NAME]);
    assert_eq!(place.try_submit("another").status, Some(0));
    place.goes_on();
    assert_eq!(place.workers()[..1], before[..1]);
    server.stop();
}

#[test]
fn a_component_file_that_is_missing() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    let before = place.workers();
    let digest = place.show(NAME).tasks[0].digest.clone();
    let file = place.data.component(&digest);
    let content = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    // What runs does not need it any more.
    place.goes_on();
    let missing = format!("sha256:{}", "0".repeat(64));
    let body = json!({ "component": "hold", "digest": missing }).to_string();
    let token = format!("Bearer {}", place.token());
    let path = format!("/v1/topologies/{NAME}/deploy");
    let (status, said) = place.request("POST", &path, Some(&token), body.as_bytes());
    assert_eq!(status, 422, "{said}");
    let upload = format!("upload the right one again (PUT /v1/components/{missing})");
    assert!(said.contains(&upload), "{said}");
    place.goes_on();

    // To take it over, another supervisor needs it. Its workers go on meanwhile.
    server.kill();
    let server = place.serve(&[]);
    let problem = until("it says why it does not run", || {
        place.show(NAME).summary.problem
    });
    let folder = place.data.components().display().to_string();
    assert_eq!(
        problem,
        format!(
            "component file {digest} of `hold` is missing from {folder}: upload the right one \
             again (PUT /v1/components/{digest})"
        )
    );
    assert_eq!(place.workers(), before);
    let said = place.client(&["deactivate", NAME]);
    assert_eq!(said.status, Some(1), "{}", said.stderr);
    assert!(said.stderr.contains(&problem), "{}", said.stderr);

    assert_eq!(place.upload(&digest, &content).0, 201);
    place.goes_on();
    assert_eq!(place.workers(), before);
    server.stop();
}

#[test]
fn a_component_file_of_which_only_a_part_comes() {
    let place = Place::new();
    let server = place.serve(&[]);
    let (hold, source) = (component("hold"), component("source"));
    let content = fs::read(hold).unwrap();
    let digest = {
        // What it is, by what the supervisor says of something else under that name.
        let wrong = format!("sha256:{}", "0".repeat(64));
        let (status, said) = place.upload(&wrong, &content);
        assert_eq!(status, 422, "{said}");
        assert!(
            said.contains("it was cut short or changed; upload it again"),
            "{said}"
        );
        let found = said.split("has the digest ").nth(1).unwrap();
        found[.."sha256:".len() + 64].to_owned()
    };
    let uploads = || fs::read_dir(place.data.components()).unwrap().count();
    let (length, part) = (content.len(), &content[..content.len() / 2]);
    let stream = place.upload_part(&digest, length, part);
    until("the upload has begun", || (uploads() == 1).then_some(()));
    assert!(!place.has(&digest));
    drop(stream);
    until("the part is removed", || (uploads() == 0).then_some(()));
    assert!(!place.has(&digest));

    // The supervisor is killed in the middle.
    let _stream = place.upload_part(&digest, length, part);
    until("the upload has begun", || (uploads() == 1).then_some(()));
    server.kill();
    let _server = place.serve(&[]);
    assert_eq!(uploads(), 0);
    assert_eq!(place.upload(&digest, &content).0, 201);
    assert!(place.has(&digest));
    assert!(!place.has(&format!("sha256:{}", "0".repeat(64))));
    // A file that was changed is none, and is put right by an upload.
    fs::copy(source, place.data.component(&digest)).unwrap();
    assert!(!place.has(&digest));
    assert_eq!(place.upload(&digest, &content).0, 201);
    assert!(place.has(&digest));
}

#[test]
fn a_token_that_is_wrong_or_missing() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    let workers = place.workers();
    let (status, said) = place.request("GET", "/v1/topologies", Some("Bearer wrong"), b"");
    assert_eq!(status, 401);
    assert_eq!(
        said.trim_end(),
        json!({
            "code": "unauthorized",
            "message": "the header `Authorization` does not have the token of this supervisor: \
                send `Authorization: Bearer TOKEN` with what is in the file `token` of its data \
                folder",
            "diagnostics": [],
        })
        .to_string()
    );
    let (status, said) = place.request("GET", "/v1/topologies", None, b"");
    assert_eq!(status, 401);
    assert!(said.contains("the request has no token: send"), "{said}");
    let url = place.url();
    let mut command = stormcell();
    command
        .args(["list", "--server", &url])
        .env("STORMCELL_TOKEN", "wrong");
    run(&mut command).assert(
        77,
        &format!(
            "error: the supervisor at {url} does not accept the token: set STORMCELL_TOKEN to the \
             content of the file `token` in its data folder"
        ),
    );

    let (path, data) = (place.data.token(), place.data.path().display());
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    server.kill();
    let shown = path.display();
    place.refused(&[]).assert(
        77,
        &format!(
            "error: cannot use the token in {shown}: others can read or change it (mode 644), and \
             whoever has it controls all topologies; delete it to have a new one made, or keep \
             it: `chmod 600 {shown}`"
        ),
    );
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let server = place.serve(&[]);
    place.goes_on();
    assert_eq!(place.workers(), workers, "they go on");
    let before = place.token();
    fs::remove_file(&path).unwrap();
    place.client(&["list"]).assert(
        77,
        &format!(
            "error: the token {shown} is missing: restart the supervisor, which makes a new one, \
             with `stormcell serve --data {data}`"
        ),
    );
    server.stop();
    let _server = place.serve(&[]);
    assert_ne!(place.token(), before);
}

#[test]
fn an_address_that_others_can_reach() {
    let place = Place::new();
    let server = place.serve(&["--bind", "0.0.0.0:0"]);
    let said = server.said();
    let url = place.url();
    let port = url.rsplit(':').next().unwrap();
    assert_eq!(url, format!("http://127.0.0.1:{port}"));
    let warning = format!(
        "the HTTP API listens at 0.0.0.0:{port}, which other machines may reach, and whoever \
         listens on the way can read the token: put a proxy with TLS before it"
    );
    assert!(said.contains(&warning), "{said}");
    assert_eq!(place.request("GET", "/v1/server", None, b"").0, 401);
    server.stop();
}

#[test]
fn why_a_worker_has_ended_is_in_the_logs() {
    let place = Place::new();
    let server = place.serve(&[]);
    place.submit(TICKING);
    // Its next run has no log yet, only its standard error, when it finds that it has no lock.
    let lock = place.data.worker_lock(NAME, 1);
    fs::rename(&lock, place.dir().join("away")).unwrap();
    fs::create_dir(&lock).unwrap();
    let worker = place.workers()[1].clone();
    signal(worker.pid, Signal::ABORT);
    let logs = || {
        let said = place.client(&["logs", NAME, "--level", "warn"]);
        assert_eq!(said.status, Some(0), "{}", said.stderr);
        said.stdout
    };
    let run = worker.incarnation;
    let ended = format!("worker 1 (incarnation {run}) has ended: ");
    until("the end is in the logs", || {
        logs().contains(&ended).then_some(())
    });
    let said = until("and why the next run ended", || {
        let logs = logs();
        let said = logs.lines().find(|line| line.contains("it last wrote: "));
        said.map(str::to_owned)
    });
    let cannot_lock = format!("cannot lock {}: ", lock.display());
    for part in ["it exited with status ", &cannot_lock, "it is a folder"] {
        assert!(said.contains(part), "{said}");
    }
    fs::remove_dir(&lock).unwrap();
    place.goes_on();
    server.stop();
}
