//! Keeping more than one may.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stormcell_topology::StateGrant;

use crate::beside;
use crate::guest::Guest;
use crate::scene::Scene;

fn granted(guest: Guest, quota: &str) -> Scene {
    let grant = format!("grants: {{ state: {{ quota: {quota} }} }}");
    Scene::bolt(guest).with(&grant)
}

pub(crate) fn fill_its_state(guest: Guest) {
    let survived = granted(guest, "4MiB").play();
    survived.error(&[
        "a row failed: refused",
        "OverQuota",
        "4194304",
        "grants.state",
    ]);
}

pub(crate) fn keep_keys_without_end(guest: Guest) {
    let survived = granted(guest, "1MiB").play();
    survived.error(&[
        "a row failed: refused",
        "OverQuota",
        "1048576",
        "64 bytes for each key",
    ]);
}

pub(crate) fn keep_long_keys_and_values(guest: Guest) {
    let survived = granted(guest, "1GiB").play();
    survived
        .error(&["a row failed: refused", "ValueTooLarge", "InvalidKey"])
        .no_error("it got out");
}

pub(crate) fn list_keys_without_end(guest: Guest) {
    let scene = granted(guest, "64MiB");
    let survived = scene.with("limits: { call-time: 500ms }").play();
    survived.error(&["`execute`", "limits.call-time"]);
}

pub(crate) fn keep_state_without_a_grant(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    survived
        .error(&["a row failed: refused", "NotGranted", "`state: true`"])
        .no_error("it got out");
}

/// How often it is overwritten: with values of each length, and after each other length.
const CALLS: u64 = 16;

/// Its file takes no more of the disk than it may while it is written, and is no longer than
/// that when it is not.
pub(crate) fn overwrite_its_state(guest: Guest) {
    const QUOTA: u64 = 16 << 20;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hostile/attack/0.redb");
    let stop = Arc::new(AtomicBool::new(false));
    let watched = std::thread::spawn({
        let (file, stop) = (file.clone(), Arc::clone(&stop));
        move || {
            let mut most = 0;
            while !stop.load(Ordering::Relaxed) {
                let on_disk = fs::metadata(&file).map_or(0, |file| file.blocks() * 512);
                most = most.max(on_disk);
                std::thread::sleep(Duration::from_millis(1));
            }
            most
        }
    });
    let grants = "grants: { state: { quota: 16MiB } }, limits: { call-time: 30s }";
    let scene = Scene::spout(guest).with(grants).keeping_in(dir.path());
    let scene = scene.over(|report| {
        let attack = beside::component(report, "attack");
        attack.acked >= CALLS || !attack.errors.is_empty()
    });
    let survived = scene.play();
    stop.store(true, Ordering::Relaxed);
    let most = watched.join().unwrap();
    let attack = survived.attack();
    assert!(attack.errors.is_empty(), "{:#?}", attack.errors);
    let may = StateGrant::on_disk(QUOTA);
    let length = fs::metadata(&file).unwrap().len();
    println!("{QUOTA} bytes of quota: {most} of the disk at most, {length} long at the end");
    assert!(most > QUOTA / 2 && most <= may, "{most} of {may}");
    assert!(length <= may, "{length} of {may}");
}
