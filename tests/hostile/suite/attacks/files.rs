//! Reaching what lies outside of a granted folder.

use std::fs;

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
