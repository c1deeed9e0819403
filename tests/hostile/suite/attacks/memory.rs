//! Taking memory, in the guest and in the host.

use super::says;
use crate::guest::Guest;
use crate::scene::Scene;

const LIMIT: &str = "limits: { memory: 32MiB }";
const MET: [&str; 2] = ["more memory than its 32 MiB", "limits.memory"];

pub(crate) fn allocate_in_one_memory(guest: Guest) {
    let survived = Scene::bolt(guest).with(LIMIT).rows(8).play();
    survived.error(&MET);
    assert_eq!(survived.component("bait").failed, 8);
}

pub(crate) fn allocate_in_every_call(guest: Guest) {
    let scene = Scene::bolt(guest).with(LIMIT).with("tick: 1ms");
    scene.until_error().play().error(&MET);
}

/// They are made when it is instantiated, so it does not come to describe itself.
fn refused_for_memory(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(
        &refused,
        &["attack", "more memory than its 128 MiB (limits.memory)"],
    );
}

pub(crate) fn allocate_in_many_memories(guest: Guest) {
    refused_for_memory(guest);
}

pub(crate) fn grow_tables(guest: Guest) {
    refused_for_memory(guest);
}

pub(crate) fn memory_too_large(guest: Guest) {
    refused_for_memory(guest);
}

pub(crate) fn table_too_large(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "table"]);
}

pub(crate) fn many_memories(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "too many parts", "memories"]);
}

pub(crate) fn memories_of_one_module(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "does not fit this host", "memories"]);
}

pub(crate) fn many_tables(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["attack", "too many parts", "tables"]);
}

pub(crate) fn many_core_instances(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(
        &refused,
        &["attack", "instances count exceeds limit of 1000"],
    );
}

pub(crate) fn exhaust_call_stack(guest: Guest) {
    Scene::bolt(guest)
        .play()
        .error(&["deeper than its stack of 1 MiB"]);
}

pub(crate) fn exhaust_shadow_stack(guest: Guest) {
    Scene::bolt(guest).play().error(&["recurs"]);
}

/// Its rows time out, and are given up: they are not kept for ever.
pub(crate) fn keep_every_row(guest: Guest) {
    let survived = Scene::bolt(guest).rows(1_000).timeout("1s").play();
    survived.error_of("bait", &["given up after 1 replays"]);
    assert_eq!(survived.component("bait").failed, 1_000);
}
