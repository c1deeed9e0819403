//! Keeping more than one may.

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
