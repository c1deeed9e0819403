//! What is no file where a file is expected: FIFOs, which nobody writes to, devices, which
//! have no end, sockets and folders. Whoever puts one there holds up nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, mkfifoat};

use crate::command::stormcell;
use crate::place::{Ended, Place, run};

/// What is no file, and how each is called.
fn special(dir: &Path) -> Vec<(PathBuf, &'static str)> {
    let at = |name: &str| dir.join(name);
    mkfifoat(CWD, at("fifo"), Mode::from_raw_mode(0o600)).unwrap();
    symlink("fifo", at("to-fifo")).unwrap();
    symlink("/dev/zero", at("endless")).unwrap();
    // Whoever binds it may go: its name stays.
    drop(UnixListener::bind(at("socket")).unwrap());
    vec![
        (at("fifo"), "it is a FIFO"),
        (at("to-fifo"), "it is a FIFO"),
        (at("endless"), "it is a device"),
        (at("socket"), "it is a socket"),
    ]
}

fn topology(dir: &Path, component: &Path) -> String {
    let component = component.display();
    let text = format!(
        "name: special\n\
         spouts: [{{ id: source, component: {component} }}]\n\
         bolts: [{{ id: hold, component: {component} }}]\n\
         streams: [{{ from: source, to: hold, grouping: {{ type: shuffle }} }}]\n"
    );
    let file = dir.join("special.yaml");
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn alone(arguments: &[&str]) -> Ended {
    run(stormcell().args(arguments))
}

fn refuses(ended: &Ended, what: &str) {
    assert_ne!(ended.status, Some(0), "{}", ended.stdout);
    assert!(ended.stderr.contains(what), "{what}: {}", ended.stderr);
}

#[test]
fn what_is_no_file_is_refused_at_once_wherever_a_file_is_expected() {
    let place = Place::new();
    for (path, what) in special(place.dir()) {
        let name = path.to_str().unwrap();
        let of_it = topology(place.dir(), &path);
        for arguments in [
            ["validate", &of_it].as_slice(),
            &["inspect", &of_it],
            &["run", "--time", "1s", &of_it],
            &["validate", name],
            &["run", name],
            &["inspect", name],
            &["sign", "--key", name, name],
        ] {
            refuses(&alone(arguments), what);
        }
        // A component is known by its name.
        let wasm = path.with_extension("wasm");
        symlink(&path, &wasm).unwrap();
        let wasm = wasm.to_str().unwrap();
        refuses(&alone(&["inspect", wasm]), what);
    }
}

#[test]
fn a_supervisor_is_sent_nothing_that_is_no_file() {
    let place = Place::new();
    let server = place.serve(&[]);
    let file = place.file(crate::topology::TICKING);
    assert_eq!(place.client(&["submit", &file]).status, Some(0));
    for (path, what) in special(place.dir()) {
        let of_it = topology(place.dir(), &path);
        refuses(&place.client(&["submit", &of_it]), what);
        let name = path.to_str().unwrap();
        refuses(&place.client(&["deploy", "ticking", "hold", name]), what);
    }
    drop(server);
}

/// What somebody has put into the data folder does not keep a supervisor from starting, or it
/// says what is in its way.
#[test]
fn what_is_no_file_in_a_data_folder_is_refused() {
    for name in ["store.redb", "token", "lock"] {
        let place = Place::new();
        drop(place.serve(&[]));
        let path = match name {
            "token" => place.data.token(),
            "lock" => place.data.lock(),
            _ => place.data.store(),
        };
        fs::remove_file(&path).unwrap();
        mkfifoat(CWD, &path, Mode::from_raw_mode(0o600)).unwrap();
        let ended = place.refused(&[]);
        refuses(&ended, "it is a FIFO");
        assert!(
            ended.stderr.contains(path.to_str().unwrap()),
            "{}",
            ended.stderr
        );
    }
}
