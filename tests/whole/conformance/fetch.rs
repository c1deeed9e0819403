//! `fetch` and timers of JavaScript: the bolt in `tests/conformance/javascript/http`, and
//! what a server of the test answers it.

mod server;

use std::sync::OnceLock;
use std::time::Duration;

use stormcell_sandbox::{LogLevel, TaskSpec};
use stormcell_topology::HttpGrant;

use super::bolt::Bolt;
use super::language::{Language, Loaded, odd_bolt};
use super::outcome::{Fate::Acked, Fate::Failed, rows};
use super::row::row;
use crate::support;
use server::Server;

fn loaded() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| {
        let built = support::build(&["tests/conformance/javascript/http"]);
        let files = built.unwrap_or_else(|error| panic!("{error}"));
        Loaded::load(&files[0]).unwrap_or_else(|error| panic!("{error}"))
    })
}

fn granted(spec: &mut TaskSpec, hosts: &[&str]) {
    spec.grants.http = Some(HttpGrant {
        hosts: hosts.iter().map(|host| host.parse().unwrap()).collect(),
        networks: Vec::new(),
    });
}

/// A bolt that may call these.
fn calling(hosts: &[&str]) -> Bolt {
    Bolt::of(Language::JavaScript, loaded(), |spec| granted(spec, hosts))
}

/// That a command about this server is acked and notes this.
#[track_caller]
fn notes(bolt: &mut Bolt, command: &'static str, url: &str, expected: &[&str]) {
    let call = bolt.send(&[row(command).text(url)]);
    let outcome = rows([Acked]);
    let handle = call.row(0);
    call.is(&expected
        .iter()
        .fold(outcome, |outcome, note| outcome.note(note, &[handle])));
}

#[track_caller]
fn answers(command: &'static str, expected: &[&str]) {
    let server = Server::start();
    let url = server.url();
    notes(&mut calling(&[&url]), command, &url, expected);
}

#[test]
fn a_response_has_status_headers_and_text() {
    answers(
        "get",
        &[
            "200 true /text?q=a%20b text/plain",
            r#"["a=1","b=2"] 1, 2"#,
            "/text?q=a%20b 1",
        ],
    );
}

#[test]
fn a_body_is_sent_as_json_a_form_or_bytes() {
    answers("post", &["POST application/json 19 é 2"]);
    answers(
        "form",
        &["application/x-www-form-urlencoded;charset=UTF-8 a=1+2&b=%C3%A9%26"],
    );
    answers("bytes", &["256 true"]);
    answers("large", &["1000000"]);
}

#[test]
fn what_is_not_found_is_a_response() {
    answers("missing", &["404 false nothing is here"]);
    answers("head", &["200  \"\""]);
}

/// Without a grant it starts, and calls nobody.
#[test]
fn a_refused_server_and_the_grant_to_write_are_named() {
    let server = Server::start();
    let url = server.url();
    let grant = format!("grants: {{ http: {{ hosts: [\"{url}\"] }} }}");
    let mut without = Bolt::of(Language::JavaScript, loaded(), |_| {});
    for bolt in [&mut without, &mut calling(&["http://example.org"])] {
        let call = bolt.send(&[row("refused").text(&url)]);
        call.is(&rows([Failed]));
        let refused = format!("TypeError: fetch: GET {url} was refused");
        call.failed_with(call.row(0), &[&refused, &grant, "http.js:"]);
    }
    let message = format!(
        "TypeError | fetch: GET {url} was refused: the component is not granted it. If it may \
         call this server, write in the topology file, at the component: {grant}"
    );
    notes(&mut without, "refused-caught", &url, &[&message]);
}

#[test]
fn an_address_that_is_not_public_is_refused_with_what_to_write() {
    let mut bolt = calling(&["http://localhost:1"]);
    let call = bolt.send(&[row("refused").text("http://localhost:1")]);
    call.is(&rows([Failed]));
    call.failed_with(
        call.row(0),
        &["is not one of a public server", "networks: [ADDRESS/32]"],
    );
}

#[test]
fn a_network_that_fails_is_a_type_error_with_its_cause() {
    // Nobody listens where a server was.
    let url = Server::start().url();
    let message = format!(
        "TypeError | fetch failed | ECONNREFUSED | GET {url}: the connection was refused: nobody \
         listens there"
    );
    notes(&mut calling(&[&url]), "no-server", &url, &[&message]);
}

#[test]
fn redirects_are_followed_shown_or_refused() {
    let server = Server::start();
    let url = server.url();
    let refused = format!(
        "TypeError | fetch failed | redirect | GET {url}: the server redirects (302), and \
         redirect: 'error' refuses that"
    );
    let many = format!(
        "TypeError | fetch failed | too-many-redirects | GET {url}: more than 20 redirects"
    );
    notes(
        &mut calling(&[&url]),
        "redirects",
        &url,
        &["true /echo GET", "POST x", "302 /echo", &refused, &many],
    );
}

/// The grant counts for each hop.
#[test]
fn a_redirect_to_a_server_that_is_not_granted_is_refused() {
    let (server, other) = (Server::start(), Server::start());
    let (url, elsewhere) = (server.url(), other.url());
    server.redirect_to(&format!("{elsewhere}/text"));
    let message = format!(
        "TypeError | fetch: GET {elsewhere} (to which {url} redirects) was refused: the component \
         is not granted it. If it may call this server, write in the topology file, at the \
         component: grants: {{ http: {{ hosts: [\"{elsewhere}\"] }} }}"
    );
    let mut bolt = calling(&[&url]);
    notes(&mut bolt, "redirect-elsewhere", &url, &[&message]);
}

#[test]
fn a_request_ends_when_it_is_aborted_or_its_time_is_over() {
    answers(
        "timeout",
        &["TimeoutError | The operation was aborted due to timeout"],
    );
    answers(
        "abort",
        &[
            "Error | enough",
            "AbortError | This operation was aborted",
            "200 AbortError | This operation was aborted",
        ],
    );
}

#[test]
fn bodies_are_as_long_as_the_limits_say() {
    let server = Server::start();
    let url = server.url();
    let limited = |change: fn(&mut TaskSpec)| {
        Bolt::of(Language::JavaScript, loaded(), |spec| {
            granted(spec, &[&url]);
            change(spec);
        })
    };
    let mut bolt = limited(|spec| spec.limits.http_response_bytes = 50_000);
    let call = bolt.send(&[row("too-large").text(&url)]);
    call.is(&rows([Failed]));
    call.failed_with(call.row(0), &["limits.http-response-bytes"]);
    let long = format!(
        "200 TypeError | fetch failed | HTTP-response-body-size | GET {url}: the body of the \
         response is too long (limits.http-response-bytes)"
    );
    notes(&mut bolt, "unsaid", &url, &[&long]);
    let mut bolt = limited(|spec| spec.limits.http_request_bytes = 50_000);
    let call = bolt.send(&[row("too-large").text(&url)]);
    call.is(&rows([Failed]));
    call.failed_with(call.row(0), &["limits.http-request-bytes"]);
}

#[test]
fn requests_are_made_together() {
    answers("together", &["01234567"]);
}

#[test]
fn more_requests_than_connections_take_turns() {
    let server = Server::start();
    let url = server.url();
    let mut bolt = Bolt::of(Language::JavaScript, loaded(), |spec| {
        granted(spec, &[&url]);
        spec.limits.http_requests = 100_000;
        spec.limits.host_time = Duration::from_secs(60);
    });
    notes(&mut bolt, "many", &url, &["300 1"]);
}

#[test]
fn what_lost_a_race_is_ended_with_the_row() {
    answers("first", &["200"]);
}

#[test]
fn a_request_that_nobody_waits_for_is_made() {
    let server = Server::start();
    let url = server.url();
    let mut bolt = calling(&[&url]);
    bolt.send(&[row("unasked").text(&url)]).is(&rows([Acked]));
    notes(&mut bolt, "seen", &url, &["1"]);
}

/// Resources of the host and connections are given back: a row that leaked any would be
/// refused at last.
#[test]
fn whatever_a_row_leaves_open_is_closed_with_it() {
    let server = Server::start();
    let url = server.url();
    let mut bolt = Bolt::of(Language::JavaScript, loaded(), |spec| {
        granted(spec, &[&url]);
        spec.limits.http_connections = 4;
        spec.limits.http_requests = 100_000;
        spec.limits.resources = 128;
    });
    for _ in 0..20 {
        for command in ["unread", "with-one-signal"] {
            notes(&mut bolt, command, &url, &["done"]);
        }
        notes(&mut bolt, "first", &url, &["200"]);
    }
}

#[test]
fn a_body_is_gone_with_the_call_that_made_the_request() {
    let server = Server::start();
    let url = server.url();
    let mut bolt = calling(&[&url]);
    notes(&mut bolt, "read-later", &url, &[]);
    let message = format!(
        "TypeError | fetch: the body of the response to GET {url} was not read before the call \
         ended that made the request, and is gone: read it in the same call"
    );
    notes(&mut bolt, "read-later", &url, &[&message]);
}

#[test]
fn what_fetch_cannot_mean_is_refused() {
    answers(
        "cannot-mean",
        &[
            "TypeError | Request: body: expected text, bytes or URLSearchParams, got Object: use \
             JSON.stringify",
            "TypeError | Request: one with GET has no body",
            "TypeError | Request: mode no-cors is not there: responses are not opaque",
            "TypeError | Request: the option integrity is not there: nobody would check it",
            "TypeError | Request: the option dispatcher is not there: the host makes the \
             connections",
            "TypeError | Request: fetch does not send TRACE",
            "TypeError | fetch: the header host is of the connection, which the host makes; \
             leave it out",
            "TypeError | Request: signal: expected an AbortSignal, got string",
            "TypeError | Invalid URL",
            "TypeError | fetch: data: is not there, only http: and https:",
        ],
    );
    answers(
        "compressed",
        &[
            "200 TypeError | fetch: the body of the response is compressed (content-encoding: \
           gzip), which a component cannot undo: leave the header accept-encoding out of the \
           request",
        ],
    );
}

#[test]
fn timers_fire_in_order_before_a_row_is_done() {
    // Far enough from each other: they are started one after the other.
    notes(&mut calling(&[]), "sleeps", "", &["100 200 300 3"]);
}

#[test]
fn a_timer_that_nobody_waits_for_is_dropped_with_a_warning() {
    let mut bolt = calling(&[]);
    notes(&mut bolt, "leaves-a-timer", "", &["done"]);
    notes(&mut bolt, "leaves-a-timer", "", &["done"]);
    let logs = bolt.said.take().logs;
    let [(LogLevel::Warn, text)] = &logs[..] else {
        panic!("{logs:?}");
    };
    assert!(text.contains("a timer was still running"), "{text}");
}

#[test]
fn what_a_timer_throws_fails_its_row() {
    let mut bolt = calling(&[]);
    let call = bolt.send(&[row("throws-in-a-timer").text(""), row("sleeps").text("")]);
    call.is(&rows([Failed, Acked]).note("100 200 300 3", &[call.row(1)]));
    call.failed_with(call.row(0), &["Error: in a timer", "http.js:"]);
}

/// A component that does not call servers cannot be used to call them.
#[test]
fn only_what_uses_fetch_imports_it() {
    let imports = |loaded: &Loaded| {
        let mut imports = loaded.description.imports.iter();
        imports.any(|import| import.starts_with("wasi:http/"))
    };
    assert!(imports(loaded()));
    assert!(!imports(odd_bolt()));
    assert!(!imports(&Language::JavaScript.components().bolt));
}
