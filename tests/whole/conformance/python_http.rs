//! What a bolt in Python calls over HTTP, with each library that can. It is granted the
//! server of the test, and no other.

use std::sync::OnceLock;

use stormcell_topology::HttpGrant;

use super::bolt::Bolt;
use super::http_server::Server;
use super::language::{Language, Loaded};
use super::outcome::{Fate::Acked, Fate::Failed, rows};
use super::row::row;
use crate::support;

/// Commands that each library does: what it is told, and what it notes.
macro_rules! with_each_library {
    ($($test:ident: $what:literal, $check:ident($($expected:expr),+);)+) => {$(
        mod $test {
            use super::*;

            #[test]
            fn stormcell() {
                $check(concat!("stormcell ", $what), $($expected),+);
            }

            #[test]
            fn urllib() {
                $check(concat!("urllib ", $what), $($expected),+);
            }

            #[test]
            fn requests() {
                $check(concat!("requests ", $what), $($expected),+);
            }

            #[test]
            fn httpx() {
                $check(concat!("httpx ", $what), $($expected),+);
            }

            #[test]
            fn httpx_async() {
                $check(concat!("httpx-async ", $what), $($expected),+);
            }
        }
    )+};
}

/// The server of all tests.
fn server() -> &'static str {
    static SERVER: OnceLock<Server> = OnceLock::new();
    &SERVER.get_or_init(Server::start).url
}

/// An instance of the bolt, which may call these servers.
fn bolt(hosts: &[&str]) -> Bolt {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let built = support::build(&["tests/conformance/python/http"]);
        let files = built.unwrap_or_else(|error| panic!("{error}"));
        Loaded::load(&files[0]).unwrap_or_else(|error| panic!("{error}"))
    });
    let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
    Bolt::of(Language::Python, loaded, |spec| {
        spec.grants.http = Some(HttpGrant {
            hosts,
            networks: Vec::new(),
        });
    })
}

fn finds(command: &'static str, expected: &str) {
    let mut bolt = bolt(&[server()]);
    // The second time, everything is imported already.
    for _ in 0..2 {
        let call = bolt.send(&[row(command).text(server())]);
        call.is(&rows([Acked]).note(expected, &[call.row(0)]));
    }
}

fn fails(command: &'static str, texts: &[&str]) {
    let mut bolt = bolt(&[server()]);
    for _ in 0..2 {
        let call = bolt.send(&[row(command).text(server())]);
        call.is(&rows([Failed]));
        call.failed_with(call.row(0), texts);
    }
}

with_each_library! {
    gets: "get", finds("200 application/json GET /echo?q=1 k");
    posts: "post", finds("POST {'n': 1}");
    uploads: "upload", finds("PUT 2097152");
    large_bodies: "large", finds("3145728");
    bodies_in_chunks: "chunks", finds("5");
    a_status_is_an_error_of_the_library: "status", fails(&["Error", "404"]);
    what_is_not_granted_says_what_to_write: "refused", fails(&[
        "GET https://api.example.org: the server is not granted",
        "the component `under-test`, in the topology file: `grants: { http: { hosts: [\"https://api.example.org\"] } }`",
    ]);
    servers_that_say_nothing: "silent", fails(&["did not begin within 0.1 s"]);
    servers_that_stop: "stopping", fails(&["did not go on within 0.1 s"]);
    responses_that_break_off: "broken", fails(&["closed the connection before the end of the response"]);
    bodies_over_the_limit: "over the limit", fails(&["`http-response-bytes`"]);
}

#[test]
fn without_a_grant_nothing_is_called() {
    let mut bolt = bolt(&["https://another.example"]);
    for command in ["stormcell get", "urllib get", "requests get", "httpx get"] {
        let call = bolt.send(&[row(command).text(server())]);
        call.is(&rows([Failed]));
        call.failed_with(call.row(0), &[&format!("hosts: [\"{}\"]", server())]);
    }
}

#[test]
fn redirects_are_requests_of_their_own() {
    finds("stormcell redirect", &format!("{}/large?5", server()));
    fails(
        "stormcell redirect elsewhere",
        &["hosts: [\"http://other.example\"]"],
    );
}

#[test]
fn names_of_this_machine_need_a_network() {
    let local = server().replace("127.0.0.1", "localhost");
    let mut bolt = bolt(&[&local]);
    let call = bolt.send(&[row("stormcell address").text(server())]);
    call.is(&rows([Failed]));
    let grant = format!("hosts: [\"{local}\"], networks: [\"127.0.0.1/32\"]");
    call.failed_with(
        call.row(0),
        &["its address is none of a public server", &grant],
    );
}

#[test]
fn bodies_are_read_bit_by_bit_and_given_back() {
    finds("stormcell streamed", "True");
    finds("stormcell unread", "given back");
}

#[test]
fn an_answer_before_the_end_of_the_body_is_taken() {
    finds("stormcell answered early", "413");
}

#[test]
fn what_has_sockets_names_what_works() {
    let what = "stormcell.http, urllib.request, requests and httpx";
    fails("stormcell socket", &["a component has no sockets", what]);
}
