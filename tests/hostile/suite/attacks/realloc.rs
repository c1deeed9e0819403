//! Guests that attack while their host allocates in them, or lets them free.

use crate::guest::Guest;
use crate::scene::Scene;

fn fails(guest: Guest, words: &[&str]) {
    let survived = Scene::bolt(guest)
        .with("limits: { call-time: 50ms }")
        .play();
    survived.error(&["`execute`"]).error(words);
}

pub(crate) fn panic_in_realloc(guest: Guest) {
    fails(guest, &["trapped", "unreachable"]);
}

pub(crate) fn spin_in_realloc(guest: Guest) {
    fails(guest, &["CPU time", "limits.call-time"]);
}

pub(crate) fn realloc_out_of_range(guest: Guest) {
    fails(guest, &["realloc return: beyond end of memory"]);
}

pub(crate) fn realloc_misaligned(guest: Guest) {
    fails(guest, &["aligned"]);
}

pub(crate) fn realloc_calls_host(guest: Guest) {
    fails(guest, &["cannot leave component instance"]);
}

pub(crate) fn trap_in_post_return(guest: Guest) {
    fails(guest, &["trapped", "unreachable"]);
}

pub(crate) fn spin_in_post_return(guest: Guest) {
    fails(guest, &["CPU time", "limits.call-time"]);
}
