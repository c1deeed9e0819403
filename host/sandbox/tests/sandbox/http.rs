//! The grant `http`: a component calls what it was granted, and nothing else.
//!
//! Servers listen on addresses of this machine, which a grant must name. What names lead
//! to is said by the tests; nothing is looked up.

mod quotas;
mod server;
mod tls;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::{Value, json};
use stormcell_sandbox::{
    CallError, HttpConfig, Resolve, Resolver, Sandbox, SandboxConfig, TaskSpec,
};
use stormcell_topology::HttpGrant;

use crate::support::{Memory, guest, row, task, text, word};
use server::{Answer, Server};

/// Names and what they lead to, each answer once, and the last one from then on.
#[derive(Default)]
pub(crate) struct Names {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn set(&self, name: &str, answers: Vec<Vec<IpAddr>>) {
        self.answers
            .lock()
            .unwrap()
            .insert(name.to_owned(), answers);
    }

    /// How often this name was asked for.
    fn asked(&self, name: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| *asked == name).count()
    }
}

impl Resolve for Names {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answers = answers.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(match answers.len() {
            0 => Vec::new(),
            1 => answers[0].clone(),
            _ => answers.remove(0),
        })
    }
}

static NAMES: LazyLock<Arc<Names>> = LazyLock::new(Arc::default);

/// A sandbox that asks [`NAMES`], and trusts the authority of the tests.
static CALLING: LazyLock<Sandbox> = LazyLock::new(|| {
    Sandbox::new(SandboxConfig {
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("sandbox-cache")),
        max_instances: 100,
        http: HttpConfig {
            resolver: Resolver::Other(Arc::clone(&NAMES) as Arc<dyn Resolve>),
            authorities: vec![tls::AUTHORITY.der()],
        },
        ..SandboxConfig::default()
    })
    .unwrap()
});

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Another address of this machine.
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// A task that does this and may call these.
fn caller(config: Value, hosts: &[&str], networks: &[&str]) -> (TaskSpec, Arc<Memory>) {
    let (mut spec, sink) = task(&word(), config);
    spec.grants.http = Some(HttpGrant {
        hosts: hosts.iter().map(|host| host.parse().unwrap()).collect(),
        networks: networks.iter().map(|net| net.parse().unwrap()).collect(),
    });
    (spec, sink)
}

/// What comes of one call: the text, or the error that the component returned.
async fn called(spec: &TaskSpec) -> String {
    let component = CALLING.load(&guest("guest_bolt")).await.unwrap();
    let mut instance = component.bolt(spec).await.unwrap();
    match instance.execute(&[row()]).await {
        Ok(outcome) => text(&outcome),
        Err(CallError::Returned(error)) => error.into_string(),
        Err(CallError::Fault(fault)) => panic!("{fault}"),
    }
}

/// That a text has all of these words.
#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing: {text}");
    }
}

#[tokio::test]
async fn without_the_grant_it_starts_and_calls_nobody() {
    let server = Server::start(HERE, Answer::Text("in")).await;
    let url = format!("http://127.0.0.1:{}/", server.port);
    let (spec, sink) = task(&word(), json!({ "do": "fetch", "url": url }));
    let said = called(&spec).await;
    let host = format!("`http://127.0.0.1:{}`", server.port);
    says(
        &said,
        &[
            "HttpRequestDenied",
            &host,
            "the component has no grant `http`",
        ],
    );
    assert_eq!(server.connections(), 0);
    let log = sink.log.lock().unwrap();
    assert!(
        log.iter().any(|(_, line)| line.contains("no grant `http`")),
        "{log:?}"
    );
}

#[tokio::test]
async fn a_name_in_a_named_network() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    NAMES.set("api.example", vec![vec![HERE]]);
    let host = format!("http://api.example:{}", server.port);
    let url = format!("{host}/path?query=1");
    let (mut spec, _) = caller(
        json!({ "do": "fetch twice", "url": url }),
        &[&host],
        &["127.0.0.1/32"],
    );
    assert_eq!(called(&spec).await, "200 hello, 200 hello");
    let seen = server.seen();
    says(
        &seen,
        &[
            "GET /path?query=1 HTTP/1.1",
            &format!("host: api.example:{}", server.port),
        ],
    );
    assert_eq!(NAMES.asked("api.example"), 2, "once a request");
    // Other schemes, ports and names are not granted, and not looked up.
    for other in [
        format!("https://api.example:{}/", server.port),
        "http://api.example/".to_owned(),
        format!("http://other.api.example:{}/", server.port),
        format!("http://127.0.0.1:{}/", server.port),
        format!("http://me:secret@api.example:{}/", server.port),
        "http://2130706433/".to_owned(),
    ] {
        spec.config = json!({ "do": "fetch", "url": other });
        let said = called(&spec).await;
        assert!(
            said.contains("HttpRequestDenied") || said.contains("HttpRequestUriInvalid"),
            "{other}: {said}"
        );
        assert!(!said.contains("secret"), "{said}");
    }
    assert_eq!(NAMES.asked("api.example"), 2);
    assert_eq!(NAMES.asked("other.api.example"), 0);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn an_address_that_is_named_by_itself() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    let host = format!("http://127.0.0.1:{}", server.port);
    let mapped = format!("http://[::ffff:127.0.0.1]:{}/", server.port);
    for url in [host.clone(), mapped] {
        let (spec, _) = caller(json!({ "do": "fetch", "url": url }), &[&host], &[]);
        assert_eq!(called(&spec).await, "200 hello");
    }
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine() {
    let server = Server::start(HERE, Answer::Text("in")).await;
    let host = format!("http://inside.example:{}", server.port);
    for found in [
        "127.0.0.1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "::1",
        "64:ff9b::7f00:1",
    ] {
        NAMES.set("inside.example", vec![vec![found.parse().unwrap()]]);
        let (spec, _) = caller(
            json!({ "do": "fetch", "url": host }),
            &[&host],
            &["127.0.0.2/32"],
        );
        let said = called(&spec).await;
        says(
            &said,
            &["DestinationIpProhibited", &host, "grants.http.networks"],
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn of_several_addresses_only_what_is_permitted_is_tried() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    let forbidden = Server::start_at(OTHER, server.port, Answer::Text("in")).await;
    NAMES.set("several.example", vec![vec![OTHER, HERE]]);
    let host = format!("http://several.example:{}", server.port);
    let (spec, _) = caller(
        json!({ "do": "fetch", "url": host }),
        &[&host],
        &["127.0.0.1/32"],
    );
    assert_eq!(called(&spec).await, "200 hello");
    assert_eq!((server.connections(), forbidden.connections()), (1, 0));
}

#[tokio::test]
async fn a_name_that_changes_its_address() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    let inside = Server::start_at(OTHER, server.port, Answer::Text("in")).await;
    NAMES.set("rebinding.example", vec![vec![HERE], vec![OTHER]]);
    let host = format!("http://rebinding.example:{}", server.port);
    let (spec, _) = caller(
        json!({ "do": "fetch twice", "url": host }),
        &[&host],
        &["127.0.0.1/32"],
    );
    let said = called(&spec).await;
    says(&said, &["DestinationIpProhibited", "127.0.0.2"]);
    assert_eq!((server.connections(), inside.connections()), (1, 0));
}

#[tokio::test]
async fn a_redirect_is_a_request_like_any_other() {
    let inside = Server::start(OTHER, Answer::Text("in")).await;
    NAMES.set("open.example", vec![vec![HERE]]);
    NAMES.set("door.example", vec![vec![OTHER]]);
    for (to, why) in [
        (
            format!("http://127.0.0.2:{}/", inside.port),
            "HttpRequestDenied",
        ),
        (
            format!("http://door.example:{}/", inside.port),
            "DestinationIpProhibited",
        ),
    ] {
        let server = Server::start(HERE, Answer::Redirect(to)).await;
        let url = format!("http://open.example:{}", server.port);
        let door = format!("http://door.example:{}", inside.port);
        let hosts = [url.as_str(), door.as_str()];
        let (mut spec, _) = caller(
            json!({ "do": "fetch", "url": url }),
            &hosts,
            &["127.0.0.1/32"],
        );
        // The host does not follow it.
        says(&called(&spec).await, &["302 "]);
        spec.config = json!({ "do": "follow", "url": url });
        says(&called(&spec).await, &[why]);
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn no_tunnel_is_made() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    let host = format!("http://127.0.0.1:{}", server.port);
    let (spec, _) = caller(json!({ "do": "tunnel", "url": host }), &[&host], &[]);
    says(&called(&spec).await, &["HttpRequestMethodInvalid"]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn nobody_listens_and_nobody_knows_the_name() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    let host = format!("http://127.0.0.1:{}", server.port);
    drop(server);
    let (spec, _) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
    says(&called(&spec).await, &["ConnectionRefused"]);
    let host = "http://nowhere.example";
    let (spec, _) = caller(json!({ "do": "fetch", "url": host }), &[host], &[]);
    says(&called(&spec).await, &["DnsError"]);
}

#[tokio::test]
async fn in_a_simulation_there_is_no_network() {
    let server = Server::start(HERE, Answer::Text("hello")).await;
    let host = format!("http://127.0.0.1:{}", server.port);
    let simulated = Sandbox::new(SandboxConfig {
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("sandbox-cache")),
        max_instances: 10,
        simulated: true,
        ..SandboxConfig::default()
    });
    let component = simulated.unwrap().load(&guest("guest_bolt")).await.unwrap();
    let (spec, _) = caller(json!({ "do": "fetch", "url": host }), &[&host], &[]);
    let mut instance = component.bolt(&spec).await.unwrap();
    let Err(CallError::Returned(error)) = instance.execute(&[row()]).await else {
        panic!("it was called");
    };
    says(
        &error,
        &["HttpRequestDenied", "in a simulation there is no network"],
    );
    assert_eq!(server.connections(), 0);
}
