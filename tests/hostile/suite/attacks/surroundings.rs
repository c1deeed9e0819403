//! What the host was started with.

use crate::guest::Guest;
use crate::scene::Scene;

fn refused(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    survived
        .error(&["a row failed: refused"])
        .no_error("it got out");
}

pub(crate) fn read_environment(guest: Guest) {
    refused(guest);
}

pub(crate) fn read_input(guest: Guest) {
    refused(guest);
}
