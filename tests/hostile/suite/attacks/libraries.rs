//! Having libraries of the host log: that is the component's own log, or it is not logged.

use crate::guest::Guest;
use crate::neighbours::are_measured;
use crate::network::in_own_network;
use crate::scene::Scene;
use crate::survived::Survived;

/// What a component may log that has no budget: that lines were dropped, once an instance.
fn only_says_what_was_dropped(survived: &Survived) {
    let instances = survived.attack().restarts + 1;
    let log = survived.log();
    assert!(log.len() as u64 <= instances, "{} lines", log.len());
    for line in log {
        assert!(line.contains("limits.log-bytes"), "{line}");
    }
}

pub(crate) fn requests_without_a_url(guest: Guest) {
    let survived = Scene::bolt(guest).with("limits: { log-bytes: 0B }").play();
    survived
        .error(&[
            "a row failed: refused",
            "HttpRequestUriInvalid",
            "it names no server",
            "no grant `http`",
        ])
        .no_error("it got out")
        .nothing_is_unnamed();
    only_says_what_was_dropped(&survived);
}

pub(crate) fn responses_that_break_off(guest: Guest) {
    const ENTRY: &str =
        r#"grants: { http: { hosts: ["http://public.example"] } }, limits: { log-bytes: 0B }"#;
    in_own_network(guest.name, |public| {
        let survived = Scene::bolt(guest).with(ENTRY).play();
        survived
            .error(&["a row failed: refused", "HttpResponseIncomplete"])
            .nothing_is_unnamed();
        only_says_what_was_dropped(&survived);
        assert!(public.requests() >= 25, "{}", public.requests());
    });
}

pub(crate) fn calls_that_libraries_log(guest: Guest) {
    let entry = "limits: { log-bytes: 4KiB }";
    let survived = Scene::bolt(guest.clone()).with(entry).play();
    survived.nothing_is_unnamed();
    let log = survived.log();
    let bytes: usize = log.iter().map(String::len).sum();
    assert!(bytes < 1 << 20, "{bytes} bytes");
    // What is measured is without what libraries say.
    if !are_measured() {
        assert!(
            log.iter().any(|line| line.starts_with("wasmtime_wasi::")),
            "what was asked for is there: {log:#?}"
        );
        assert!(log.iter().any(|line| line.contains("limits.log-bytes")));
    }
    let survived = Scene::bolt(guest).with("limits: { log-bytes: 0B }").play();
    only_says_what_was_dropped(survived.nothing_is_unnamed());
}
