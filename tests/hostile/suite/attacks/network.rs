//! Reaching other machines, this one, and what the host was started with. There is no grant
//! for sockets: none is made, so no packet leaves the machine.

use crate::guest::Guest;
use crate::scene::Scene;

fn refused(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    survived
        .error(&["a row failed: refused"])
        .no_error("it got out");
}

pub(crate) fn connect_to_loopback(guest: Guest) {
    refused(guest);
}

pub(crate) fn connect_to_loopback_v6(guest: Guest) {
    refused(guest);
}

pub(crate) fn connect_to_private_addresses(guest: Guest) {
    refused(guest);
}

pub(crate) fn connect_to_metadata(guest: Guest) {
    refused(guest);
}

pub(crate) fn send_datagrams(guest: Guest) {
    refused(guest);
}

pub(crate) fn listen_for_others(guest: Guest) {
    refused(guest);
}

pub(crate) fn resolve_names(guest: Guest) {
    refused(guest);
}

pub(crate) fn read_environment(guest: Guest) {
    refused(guest);
}

pub(crate) fn read_input(guest: Guest) {
    refused(guest);
}
