//! Computing without end.

use super::says;
use crate::beside;
use crate::guest::Guest;
use crate::scene::Scene;

/// The limit, and what is said when it is met.
const LIMIT: &str = "limits: { call-time: 50ms }";
const MET: [&str; 2] = ["more than its 50ms of CPU time", "limits.call-time"];

fn bolt(guest: Guest) -> Scene {
    Scene::bolt(guest).with(LIMIT)
}

fn spout(guest: Guest) -> Scene {
    Scene::spout(guest).with(LIMIT)
}

/// What a component does to start, it does in its first call.
pub(crate) fn spin_at_start(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(
        &refused,
        &["attack", "CPU time", "`describe`", "limits.call-time"],
    );
}

pub(crate) fn spin_in_core_start(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(
        &refused,
        &["attack", "CPU time", "`instantiate`", "limits.call-time"],
    );
}

pub(crate) fn spin_in_describe(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(
        &refused,
        &["attack", "more than its 1s of CPU time", "`describe`"],
    );
}

pub(crate) fn spin_in_prepare(guest: Guest) {
    let refused = bolt(guest).refused();
    says(&refused, &["component `attack`, task ", "`prepare`"]);
    says(&refused, &MET);
}

pub(crate) fn spin_in_execute(guest: Guest) {
    let survived = bolt(guest).rows(4).play();
    survived.error(&MET).error(&["`execute`"]);
    assert_eq!(survived.component("bait").failed, 4);
}

pub(crate) fn spin_in_tick(guest: Guest) {
    let survived = bolt(guest).with("tick: 10ms").until_error().play();
    survived.error(&MET).error(&["`tick`"]);
    assert_eq!(survived.component("bait").failed, 0);
}

pub(crate) fn spin_in_close(guest: Guest) {
    bolt(guest).play().error(&MET).error(&["`close`"]);
}

pub(crate) fn spin_in_activate(guest: Guest) {
    spout(guest).play().error(&MET).error(&["`activate`"]);
}

pub(crate) fn spin_in_deactivate(guest: Guest) {
    let emits = |report: &_| beside::component(report, "attack").out > 0;
    let survived = spout(guest).over(emits).play();
    survived.error(&MET).error(&["`deactivate`"]);
}

pub(crate) fn spin_in_next(guest: Guest) {
    spout(guest).play().error(&MET).error(&["`next`"]);
}

pub(crate) fn spin_in_acked(guest: Guest) {
    spout(guest).play().error(&MET).error(&["`acked`"]);
}

pub(crate) fn spin_in_failed(guest: Guest) {
    let survived = spout(guest).failing().play();
    survived.error(&MET).error(&["`failed`"]);
}

/// A grouping works in the tasks whose rows it groups, under limits of its own.
pub(crate) fn spin_in_choose(guest: Guest) {
    let survived = Scene::grouping(guest).with(LIMIT).play();
    survived.error_of("bait", &["custom grouping", "`drain`"]);
    survived
        .error_of("bait", &MET)
        .error_of("bait", &["`choose`"]);
}

/// What the host does for a guest is counted as what it does itself.
pub(crate) fn spin_in_host_calls(guest: Guest) {
    bolt(guest).play().error(&MET).error(&["`execute`"]);
}

pub(crate) fn spin_in_bulk_memory(guest: Guest) {
    bolt(guest).play().error(&MET).error(&["`execute`"]);
}

/// Five tasks that compute all the time beside fifty that do their work: each gets its
/// turn, and the five get less if they are given a share.
pub(crate) fn hog_the_cores(guest: Guest) {
    for share in ["", ", limits: { cpu-share: 0.1 }"] {
        let five = format!("parallelism: 5, tick: 1ms, grants: {{ clock: real }}{share}");
        let ticked = |report: &_| beside::component(report, "attack").calls > 20;
        let scene = Scene::bolt(guest.clone()).with(&five);
        let survived = scene.with_fifty_beside().over(ticked).play();
        println!(
            "its tasks are busy for {:.0} % of the time",
            survived.attack().busy_percent
        );
    }
}
