//! What other users of the machine can get at: nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};

use crate::command::{command, stormcell};
use crate::place::{Place, run};
use crate::topology::{TICKING, component};

/// Another user.
const SOMEBODY: u32 = 65_534;

/// All that is in a folder, and the folder.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            found.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    found
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// That nobody else can use anything in this folder.
fn assert_private(folder: &Path) {
    for path in everything(folder) {
        assert_eq!(
            mode(&path) & 0o077,
            0,
            "{}: {:o}",
            path.display(),
            mode(&path)
        );
    }
}

/// The program under an umask that keeps nothing from anybody.
fn without_umask() -> std::process::Command {
    let mut shell = command("sh");
    let script = "umask 000; exec \"$0\" \"$@\"";
    shell.args(["-c", script, env!("CARGO_BIN_EXE_stormcell")]);
    shell
}

#[test]
fn whatever_the_umask_is_nobody_else_gets_at_a_data_folder() {
    let place = Place::new();
    let server = place.start(without_umask(), &[]);
    place.submit(TICKING);
    place.goes_on();
    assert_private(place.data.path());
    assert!(place.data.cache().join("compiled/key").exists());
    server.stop();

    // As an earlier version has left it.
    for folder in [
        place.data.path().to_owned(),
        place.data.cache(),
        place.data.cache().join("compiled"),
        place.data.sockets(),
        place.data.components(),
    ] {
        set_mode(&folder, 0o777);
    }
    let server = place.serve(&[]);
    place.goes_on();
    assert_private(place.data.path());
    let said = server.said();
    let cache = place.data.cache();
    let expected = format!("other users could get at {} (mode 777)", cache.display());
    assert!(said.contains(&expected), "{said}");
    server.stop();
}

#[test]
fn whatever_the_umask_is_nobody_else_gets_at_what_run_keeps() {
    let place = Place::new();
    let state = place.dir().join("project/.stormcell");
    let mut command = without_umask();
    command
        .args(["validate", &place.file(TICKING), "--state-dir"])
        .arg(&state);
    assert_eq!(run(&mut command).status, Some(0));
    assert_eq!(mode(&state), 0o700);
    assert_private(&state.join("cache"));
}

#[test]
fn what_another_user_could_exchange_is_not_served() {
    let place = Place::new();
    let above = place.dir().join("shared");
    fs::create_dir(&above).unwrap();
    set_mode(&above, 0o777);
    let data = above.join("data");
    let refused = crate::place::refused(&data, &[]);
    refused.assert(
        70,
        &format!(
            "error: cannot use the data folder {data}: other users can exchange what is in the \
             folder {above} (it belongs to user {me}, mode 777), so {data} would not be private: \
             `chmod go-w {above}`, or use another folder",
            data = data.display(),
            above = above.display(),
            me = fs::metadata(&above).unwrap().uid(),
        ),
    );
    assert!(!data.exists());
}

#[test]
fn what_another_user_has_put_there_is_not_served() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not tried: only root can give files away");
        return;
    }
    let place = Place::new();
    place.serve(&[]).stop();
    let data = &place.data;
    for path in [data.path().to_owned(), data.cache(), data.sockets()] {
        lchown(&path, Some(SOMEBODY), None).unwrap();
        let refused = place.refused(&[]);
        let shown = path.display();
        let expected = format!(
            "the folder {shown} belongs to user 65534 (mode 700), not to user 0, who runs this: \
             run it as that user, or, if what is in it can be trusted, `chown 0 {shown}`; else \
             remove it"
        );
        assert!(refused.stderr.contains(&expected), "{}", refused.stderr);
        assert_eq!(refused.status, Some(70));
        lchown(&path, Some(0), None).unwrap();
    }
    // The token, a store, the lock.
    for path in [data.token(), data.store(), data.lock()] {
        lchown(&path, Some(SOMEBODY), None).unwrap();
        let refused = place.refused(&[]);
        let expected = format!("the file {} belongs to user 65534", path.display());
        assert!(refused.stderr.contains(&expected), "{}", refused.stderr);
        assert_ne!(refused.status, Some(0));
        lchown(&path, Some(0), None).unwrap();
    }
    // A link in the place of the cache, and of its folder of compiled code.
    let elsewhere = place.dir().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::remove_dir_all(data.cache()).unwrap();
    symlink(&elsewhere, data.cache()).unwrap();
    lchown(data.cache(), Some(SOMEBODY), None).unwrap();
    let refused = place.refused(&[]);
    let expected = format!("the symbolic link {}", data.cache().display());
    assert!(refused.stderr.contains(&expected), "{}", refused.stderr);
    fs::remove_file(data.cache()).unwrap();
    place.serve(&[]).stop();
}

/// The cache is done without, and nothing is taken from it.
#[test]
fn a_cache_that_another_user_has_put_there_is_not_used() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not tried: only root can give files away");
        return;
    }
    let place = Place::new();
    let state = place.dir().join(".stormcell");
    let with_it = |command: &str, of: &Path| {
        let mut stormcell = stormcell();
        stormcell
            .arg(command)
            .arg(of)
            .arg("--state-dir")
            .arg(&state);
        run(&mut stormcell)
    };
    let topology = place.dir().join("topology.yaml");
    let source = component("source").display();
    let text = format!("name: t\nspouts: [{{ id: s, component: {source} }}]\n");
    fs::write(&topology, text).unwrap();
    with_it("validate", &topology);
    let compiled = state.join("cache/compiled");
    assert!(compiled.join("key").exists());
    lchown(&compiled, Some(SOMEBODY), None).unwrap();
    let before = everything(&compiled);
    let said = with_it("inspect", component("hold"));
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    assert!(
        said.stderr.contains("no cache of compiled components"),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr.contains("belongs to user 65534"),
        "{}",
        said.stderr
    );
    assert_eq!(everything(&compiled), before);
}
