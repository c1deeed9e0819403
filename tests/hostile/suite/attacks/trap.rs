//! Ending itself, at every point of a call.

use super::says;
use crate::beside;
use crate::guest::Guest;
use crate::scene::Scene;

/// What a component does to start, it does in its first call.
pub(crate) fn trap_at_start(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "trapped in `describe`"]);
}

pub(crate) fn trap_in_core_start(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "trapped in `instantiate`"]);
}

pub(crate) fn trap_in_describe(guest: Guest) {
    refused_in_describe(guest);
}

/// Checks that a bolt that traps in `describe` is refused, with its topology. Returns the error.
pub(super) fn refused_in_describe(guest: Guest) -> String {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "trapped in `describe`", "as told"]);
    refused
}

pub(crate) fn trap_in_prepare(guest: Guest) {
    refused_in_prepare(guest);
}

/// The same in `prepare`.
pub(super) fn refused_in_prepare(guest: Guest) -> String {
    let refused = Scene::bolt(guest).refused();
    let task = "component `attack`, task ";
    says(&refused, &[task, "trapped in `prepare`", "as told"]);
    refused
}

pub(crate) fn trap_in_execute(guest: Guest) {
    let survived = Scene::bolt(guest).rows(100).play();
    survived.error(&["trapped in `execute`", "as told"]);
    assert_eq!(survived.component("bait").failed, 100);
}

pub(crate) fn trap_in_tick(guest: Guest) {
    let survived = Scene::bolt(guest).with("tick: 10ms").until_error().play();
    survived.error(&["trapped in `tick`", "as told"]);
    assert_eq!(survived.component("bait").failed, 0);
}

pub(crate) fn trap_in_close(guest: Guest) {
    Scene::bolt(guest)
        .play()
        .error(&["trapped in `close`", "as told"]);
}

pub(crate) fn trap_in_activate(guest: Guest) {
    Scene::spout(guest)
        .play()
        .error(&["trapped in `activate`", "as told"]);
}

pub(crate) fn trap_in_deactivate(guest: Guest) {
    let emits = |report: &_| beside::component(report, "attack").out > 0;
    let survived = Scene::spout(guest).over(emits).play();
    survived.error(&["trapped in `deactivate`", "as told"]);
}

pub(crate) fn trap_in_next(guest: Guest) {
    Scene::spout(guest)
        .play()
        .error(&["trapped in `next`", "as told"]);
}

pub(crate) fn trap_in_acked(guest: Guest) {
    Scene::spout(guest)
        .play()
        .error(&["trapped in `acked`", "as told"]);
}

pub(crate) fn trap_in_failed(guest: Guest) {
    let survived = Scene::spout(guest).failing().play();
    survived.error(&["trapped in `failed`", "as told"]);
}

pub(crate) fn trap_in_choose(guest: Guest) {
    let survived = Scene::grouping(guest).play();
    survived.error_of(
        "bait",
        &["custom grouping", "`drain`", "trapped in `choose`"],
    );
}

pub(crate) fn exit_in_execute(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    survived.error(&["exited with status 0 in `execute`"]);
    assert_eq!(survived.component("bait").failed, 1);
}

/// What clocks and dice say is not the same twice: a row may be acked at one try and fail
/// at the next. All the same each is acked or fails, and nothing waits for ever.
pub(crate) fn nondeterminism(guest: Guest) {
    let survived = Scene::bolt(guest).rows(300).timeout("2s").play();
    survived.error(&["as the die says"]);
    let bait = survived.component("bait");
    assert_eq!(bait.acked + bait.failed, 300);
}

/// Without grants for the machine's clock and random numbers there is nothing to find.
pub(crate) fn tell_one_run_from_another(guest: Guest) {
    // Another attack of this process may have libraries log: what they say is not compared.
    let log = |scene: Scene| {
        let lines = scene.play().log().into_iter();
        lines
            .filter(|line| !line.starts_with("wasmtime"))
            .collect::<Vec<_>>()
    };
    let [first, second] = [(), ()].map(|()| log(Scene::bolt(guest.clone())));
    assert_eq!(first.len(), 1, "{first:#?}");
    assert_eq!(first, second);
    let real = "grants: { clock: real, random: real }";
    assert_ne!(log(Scene::bolt(guest).with(real)), first);
}
