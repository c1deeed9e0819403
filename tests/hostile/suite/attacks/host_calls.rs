//! Keeping the host busy, or waiting, or holding what it gives.

use super::says;
use crate::guest::Guest;
use crate::scene::Scene;

fn waits(guest: Guest) {
    let scene = Scene::bolt(guest).with("limits: { host-time: 100ms }");
    scene
        .play()
        .error(&["waited more than its 100ms", "limits.host-time"]);
}

pub(crate) fn sleep_in_host_calls(guest: Guest) {
    waits(guest);
}

/// The pieces are added up.
pub(crate) fn sleep_in_small_pieces(guest: Guest) {
    waits(guest);
}

fn holds(guest: Guest) {
    let scene = Scene::bolt(guest).with("limits: { resources: 64 }");
    scene
        .play()
        .error(&["`execute`", "more than its 64", "limits.resources"]);
}

pub(crate) fn open_resources_without_end(guest: Guest) {
    holds(guest);
}

pub(crate) fn poll_too_much(guest: Guest) {
    holds(guest);
}

fn draws(guest: Guest) {
    let scene = Scene::bolt(guest).with("limits: { random-bytes: 1MiB }");
    scene
        .play()
        .error(&["`execute`", "1 MiB a second", "limits.random-bytes"]);
}

pub(crate) fn random_all_at_once(guest: Guest) {
    draws(guest);
}

pub(crate) fn insecure_random_all_at_once(guest: Guest) {
    draws(guest);
}

pub(crate) fn random_without_end(guest: Guest) {
    draws(guest);
}

pub(crate) fn poll_nothing(guest: Guest) {
    Scene::bolt(guest)
        .play()
        .error(&["`execute`", "empty poll list"]);
}

pub(crate) fn poll_nothing_in_describe(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "`describe`", "empty poll list"]);
}

pub(crate) fn poll_nothing_in_prepare(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(
        &refused,
        &["component `attack`, task ", "`prepare`", "empty poll list"],
    );
}
