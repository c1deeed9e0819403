//! Calling servers over HTTP that were not granted, or making too much of those that were.
//! Each attack is played in a network of its own, as those of `network`.

use std::time::Instant;

use crate::guest::Guest;
use crate::neighbours::are_measured;
use crate::network::{NAMES, Public, in_own_network};
use crate::scene::Scene;
use crate::survived::Survived;

/// It may call every name, and no address that is not public.
const EVERY_NAME: &str = r#"grants: { http: { hosts: ["http://*"] } }"#;

/// It may call one server.
const ONE: &str = r#"grants: { http: { hosts: ["http://public.example"] } }"#;

/// Plays an attack with these entries, which does not get what it wants.
fn refused(guest: Guest, entry: &'static str, then: impl FnOnce(&Survived, &Public)) {
    in_own_network(guest.name, |public| {
        let survived = Scene::bolt(guest).with(entry).play();
        survived.no_error("it got out");
        then(&survived, public);
    });
}

pub(crate) fn call_without_a_grant(guest: Guest) {
    in_own_network(guest.name, |public| {
        let survived = Scene::bolt(guest).play();
        survived
            .error(&[
                "a row failed: refused",
                "HttpRequestDenied",
                "no grant `http`",
            ])
            .no_error("it got out");
        assert_eq!(public.requests(), 0);
    });
}

pub(crate) fn call_loopback(guest: Guest) {
    refused(guest, EVERY_NAME, |survived, _| {
        survived.error(&[
            "DestinationIpProhibited",
            "127.0.0.1",
            "grants.http.networks",
        ]);
    });
}

pub(crate) fn call_private_addresses(guest: Guest) {
    refused(guest, EVERY_NAME, |survived, _| {
        survived.error(&["DestinationIpProhibited", "10.0.0.1", "grants.http.hosts"]);
    });
}

pub(crate) fn call_metadata(guest: Guest) {
    refused(guest, EVERY_NAME, |survived, _| {
        survived.error(&[
            "DestinationIpProhibited",
            "169.254.169.254",
            "fd00:ec2::254",
        ]);
    });
}

pub(crate) fn call_another_name(guest: Guest) {
    refused(guest, ONE, |survived, _| {
        survived.error(&["HttpRequestDenied", "secret.attacker.example"]);
        assert_eq!(NAMES.asked(), [""; 0], "a name tells nobody anything");
    });
}

pub(crate) fn redirected_inside(guest: Guest) {
    refused(guest, EVERY_NAME, |survived, public| {
        survived.error(&["169.254.169.254", "grants.http.hosts"]);
        assert!(public.requests() > 0, "it was not redirected");
    });
}

pub(crate) fn name_that_moves(guest: Guest) {
    refused(guest, EVERY_NAME, |survived, public| {
        survived.error(&["DestinationIpProhibited", "127.0.0.1"]);
        assert_eq!(public.requests(), 1);
    });
}

pub(crate) fn response_without_end(guest: Guest) {
    const ENTRY: &str = r#"grants: { http: { hosts: ["http://public.example"] } }, limits: { http-response-bytes: 1MiB }"#;
    refused(guest, ENTRY, |survived, _| {
        survived.error(&["longer than 1 MiB", "limits.http-response-bytes"]);
    });
}

pub(crate) fn headers_without_end(guest: Guest) {
    refused(guest, ONE, |survived, _| {
        survived.error(&["HttpResponseHeaderSectionSize"]);
    });
}

pub(crate) fn upload_without_end(guest: Guest) {
    const ENTRY: &str = r#"grants: { http: { hosts: ["http://public.example"] } }, limits: { http-request-bytes: 1MiB }"#;
    refused(guest, ENTRY, |survived, _| {
        survived.error(&["longer than 1 MiB", "limits.http-request-bytes"]);
    });
}

pub(crate) fn connections_without_end(guest: Guest) {
    const ENTRY: &str = r#"grants: { http: { hosts: ["http://public.example"] } }, limits: { http-connections: 3, host-time: 500ms }"#;
    refused(guest, ENTRY, |survived, _| {
        survived.error(&[
            "refused after 3",
            "its 3 connections",
            "limits.http-connections",
        ]);
    });
}

pub(crate) fn requests_without_end(guest: Guest) {
    const ENTRY: &str = r#"grants: { http: { hosts: ["http://public.example"] } }, limits: { http-requests: 10, host-time: 500ms }"#;
    let begun = Instant::now();
    refused(guest, ENTRY, |survived, public| {
        survived.error(&["limits.host-time"]);
        // A new instance has a second's worth at once: there is one after each fault.
        let instances = survived.attack().restarts + 1;
        let most = 10 * (instances as usize + begun.elapsed().as_secs() as usize + 1);
        let requests = public.requests();
        // The server counts those of all attacks.
        assert!(requests <= most || are_measured(), "{requests} requests");
    });
}

pub(crate) fn slow_server(guest: Guest) {
    const ENTRY: &str =
        r#"grants: { http: { hosts: ["http://public.example"] } }, limits: { host-time: 500ms }"#;
    refused(guest, ENTRY, |survived, _| {
        survived.error(&["limits.host-time", "a server"]);
    });
}
