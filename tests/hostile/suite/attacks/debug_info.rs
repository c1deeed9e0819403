//! Debug information that is hard to read: a trap asks for the files and lines of what was
//! called.

use super::trap::{refused_in_describe, refused_in_prepare};
use crate::guest::Guest;
use crate::scene::Scene;

/// What one error may be with all that is told of where it happened.
const LONGEST: usize = 64 << 10;

fn traps(guest: Guest) {
    let survived = Scene::bolt(guest).rows(10).play();
    survived
        .error(&["trapped in `execute`", "as told", "\n    in "])
        .nothing_is_too_long();
    assert_eq!(survived.component("bait").failed, 10);
}

pub(crate) fn nested_inlined_functions(guest: Guest) {
    traps(guest);
}

pub(crate) fn nested_inlined_functions_in_close(guest: Guest) {
    Scene::bolt(guest)
        .play()
        .error(&["trapped in `close`", "as told"])
        .nothing_is_too_long();
}

pub(crate) fn nested_inlined_functions_in_describe(guest: Guest) {
    let refused = refused_in_describe(guest);
    assert!(refused.len() < LONGEST, "{} bytes", refused.len());
}

pub(crate) fn nested_inlined_functions_in_prepare(guest: Guest) {
    let refused = refused_in_prepare(guest);
    assert!(refused.len() < LONGEST, "{} bytes", refused.len());
}

pub(crate) fn inlined_functions_of_one_name(guest: Guest) {
    traps(guest);
}

pub(crate) fn long_line_program(guest: Guest) {
    traps(guest);
}
