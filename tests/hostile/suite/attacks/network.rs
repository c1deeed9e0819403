//! Reaching other machines and this one. There is no grant for sockets. Each attack is
//! played in a network of its own, where somebody counts who comes to addresses that are
//! forbidden: nobody does.

use crate::guest::Guest;
use crate::network::in_own_network;
use crate::scene::Scene;

/// The error is that of the component, which was refused.
fn refused(guest: Guest) {
    in_own_network(guest.name, |_| {
        let survived = Scene::bolt(guest).play();
        survived
            .error(&["a row failed: refused"])
            .no_error("it got out");
    });
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
