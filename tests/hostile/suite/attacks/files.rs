//! Reaching what lies outside of a granted folder, and what blocks in one.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, FileType, Mode, RenameFlags};

use stormcell_topology::FileGrant;
use tempfile::TempDir;

use crate::guest::Guest;
use crate::scene::Scene;

/// A folder with one that is granted, in which links lead out, and with what nobody has
/// granted.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let granted = dir.path().join("granted");
    fs::create_dir(&granted).unwrap();
    fs::write(granted.join("mine"), "mine").unwrap();
    fs::write(dir.path().join("secret"), "secret").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret", granted.join("link")).unwrap();
        std::os::unix::fs::symlink("..", granted.join("above")).unwrap();
    }
    dir
}

fn grant(access: &str) -> String {
    format!("grants: {{ files: [{{ host: granted, guest: /data, access: {access} }}] }}")
}

/// It is refused, and what it was not granted is as before.
fn refused(guest: Guest, access: &str) {
    let dir = folder();
    let scene = Scene::bolt(guest)
        .with(&grant(access))
        .in_folder(dir.path());
    let survived = scene.play();
    survived
        .error(&["a row failed: refused"])
        .no_error("it got out");
    let outside = fs::read_dir(dir.path()).unwrap();
    let mut outside: Vec<_> = outside.map(|entry| entry.unwrap().file_name()).collect();
    outside.sort();
    assert_eq!(outside, ["granted", "secret"]);
    let secret = fs::read_to_string(dir.path().join("secret")).unwrap();
    assert_eq!(secret, "secret");
    let mine = fs::read_to_string(dir.path().join("granted/mine")).unwrap();
    assert_eq!(mine, "mine");
}

pub(crate) fn read_by_parent(guest: Guest) {
    refused(guest, "read");
}

pub(crate) fn read_by_many_parents(guest: Guest) {
    refused(guest, "read");
}

pub(crate) fn read_by_absolute_path(guest: Guest) {
    refused(guest, "read");
}

pub(crate) fn read_by_symlink(guest: Guest) {
    refused(guest, "read");
}

pub(crate) fn read_by_linked_folder(guest: Guest) {
    refused(guest, "read");
}

pub(crate) fn read_by_new_symlink(guest: Guest) {
    refused(guest, "read-write");
}

pub(crate) fn read_by_hard_link(guest: Guest) {
    refused(guest, "read-write");
}

pub(crate) fn rename_out_of_its_folder(guest: Guest) {
    refused(guest, "read-write");
}

pub(crate) fn write_where_it_may_read(guest: Guest) {
    refused(guest, "read");
}

/// Each is a file of the host's process, which has a thousand on many machines.
pub(crate) fn open_files_without_end(guest: Guest) {
    let dir = folder();
    let scene = Scene::bolt(guest)
        .with(&grant("read"))
        .in_folder(dir.path());
    let survived = scene.with("limits: { resources: 64 }").play();
    survived.error(&["`execute`", "more than its 64", "limits.resources"]);
}

/// The entries of a folder are not in memory once for each time that it is listed.
pub(crate) fn list_a_large_folder(guest: Guest) {
    const FILES: usize = 20_000;
    let dir = folder();
    for n in 0..FILES {
        let name = format!("{n:0>200}");
        fs::write(dir.path().join("granted").join(name), "").unwrap();
    }
    let scene = Scene::bolt(guest).with(&grant("read")).within(512 << 20);
    // The folder has three more entries.
    let entries = format!("{} entries", FILES + 3);
    scene.in_folder(dir.path()).play().error(&[&entries]);
}

/// The folder is full when it holds its quota, and no earlier than a little before.
fn fills(guest: Guest, least: u64) {
    const QUOTA: u64 = 4 << 20;
    let dir = tempfile::tempdir().unwrap();
    let granted = dir.path().join("granted");
    fs::create_dir(&granted).unwrap();
    let grant = "grants: { files: [{ host: granted, guest: /data, access: read-write, \
                 quota: 4MiB }] }";
    let scene = Scene::bolt(guest).with(grant).in_folder(dir.path());
    scene.play().error(&["refused: "]).no_error("it got out");
    let entries = fs::read_dir(&granted).unwrap();
    let sizes = entries.map(|entry| entry.unwrap().metadata().unwrap().len() + FileGrant::ENTRY);
    let held: u64 = sizes.sum();
    assert!((least..=QUOTA).contains(&held), "{held}");
}

pub(crate) fn fill_the_disk(guest: Guest) {
    fills(guest, 3 << 20);
}

pub(crate) fn fill_with_files(guest: Guest) {
    fills(guest, 3 << 20);
}

pub(crate) fn fill_by_length(guest: Guest) {
    fills(guest, 0);
}

pub(crate) fn fill_with_deleted_files(guest: Guest) {
    fills(guest, 0);
}

/// A folder that is granted, with what blocks who opens it, and with links to that.
fn blocking_folder() -> TempDir {
    let dir = folder();
    let granted = dir.path().join("granted");
    for link in ["link", "above"] {
        fs::remove_file(granted.join(link)).unwrap();
    }
    let make = |name: &str, kind, device| {
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(CWD, granted.join(name), kind, mode, device)
    };
    make("fifo", FileType::Fifo, 0).unwrap();
    make("socket", FileType::Socket, 0).unwrap();
    // Only root makes devices, and not everywhere: this is `/dev/zero`, which has no end.
    let _ = make(
        "device",
        FileType::CharacterDevice,
        rustix::fs::makedev(1, 5),
    );
    std::os::unix::fs::symlink("fifo", granted.join("to_fifo")).unwrap();
    dir
}

pub(crate) fn open_what_blocks(guest: Guest) {
    for access in ["read", "read-write"] {
        let dir = blocking_folder();
        let scene = Scene::bolt(guest.clone()).with(&grant(access));
        let survived = scene.in_folder(dir.path()).play();
        survived.no_error("it got out");
        if access == "read-write" {
            survived.error(&[
                "a row failed: refused",
                "and read mine",
                "`fifo` was not opened: it is a FIFO",
                "`socket` was not opened: it is a socket",
            ]);
        }
    }
}

/// A process has 512 threads for what blocks.
pub(crate) fn block_every_thread(guest: Guest) {
    let dir = blocking_folder();
    let scene = Scene::bolt(guest)
        .with(&grant("read"))
        .with("parallelism: 64");
    let scene = scene.with("limits: { host-time: 50ms }").rows(2_000);
    let survived = scene.in_folder(dir.path()).play();
    survived
        .error(&["refused: Permission denied", "`fifo` was not opened"])
        .no_error("it got out");
}

/// Exchanges two names again and again, until it is told to end.
fn exchanging(one: &Path, other: &Path, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let (one, other, stop) = (one.to_owned(), other.to_owned(), Arc::clone(stop));
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            rustix::fs::renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE).unwrap();
            std::thread::yield_now();
        }
    })
}

/// A folder in the granted one is exchanged for a link that leads out, and back.
pub(crate) fn read_by_exchanged_folder(guest: Guest) {
    let dir = folder();
    let granted = dir.path().join("granted");
    let outside = dir.path().join("outside");
    fs::create_dir(granted.join("folder")).unwrap();
    fs::write(granted.join("folder/file"), "mine").unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "secret").unwrap();
    fs::write(outside.join("other"), "secret").unwrap();
    std::os::unix::fs::symlink("../outside", granted.join("leads-out")).unwrap();
    let stop = Arc::default();
    let exchanged = exchanging(&granted.join("folder"), &granted.join("leads-out"), &stop);
    let scene = Scene::bolt(guest).with(&grant("read-write"));
    let survived = scene.in_folder(dir.path()).play();
    stop.store(true, Ordering::Relaxed);
    exchanged.join().unwrap();
    survived
        .error(&["a row failed: refused: often"])
        .no_error("it got out");
    let mut names: Vec<_> = fs::read_dir(&outside)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["file", "other"]);
    let secret = fs::read_to_string(outside.join("file")).unwrap();
    assert_eq!(secret, "secret");
}

/// What is granted is never what somebody has put in its place.
pub(crate) fn exchange_its_own_grant(guest: Guest) {
    let dir = folder();
    let granted = dir.path().join("granted");
    let grants = "grants: { files: [{ host: granted, guest: /data, access: read-write }, \
                  { host: granted/inner, guest: /inner }] }";
    let scene = Scene::bolt(guest).with(grants).in_folder(dir.path());
    let survived = scene
        .before(move || {
            // The link that an attack before this one has left, and the folder that it moved.
            let _ = fs::remove_file(granted.join("inner"));
            let _ = fs::remove_dir(granted.join("before"));
            fs::create_dir(granted.join("inner")).unwrap();
        })
        .play();
    survived
        .error(&["granted/inner", "is a symbolic link to ..", "grants.files"])
        .no_error("it got out");
}
