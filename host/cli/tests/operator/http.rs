//! Servers that are called over HTTP (grant `http`), from Python, by `run` and by a worker.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use stormcell_protocol::api::Status;

use crate::LONG;
use crate::cluster::{Cluster, Said, workspace};
use crate::command::stormcell;

/// Answers every request with two lines.
struct Server {
    /// `http://127.0.0.1:PORT`
    url: String,
    /// The first line of each request.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noting = Arc::clone(&seen);
        // It ends with the process of the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let mut head = Vec::new();
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).unwrap();
                    match line.trim_end() {
                        "" => break,
                        line => head.push(line.to_owned()),
                    }
                }
                noting.lock().unwrap().push(head.swap_remove(0));
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\none\ntwo";
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, seen }
    }

    /// What was asked for since this was last called.
    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// The component of `tests/conformance/python/http-spout`.
fn spout() -> PathBuf {
    let source = workspace().join("tests/conformance/python/http-spout");
    let mut command = stormcell();
    command.arg("build").arg(source).args(["--output", "json"]);
    let built = crate::cluster::json(&crate::command::run(&mut command)).unwrap();
    built[0]["component"].as_str().unwrap().into()
}

#[test]
fn python_calls_granted_servers_under_run_and_in_a_worker() {
    let server = Server::start();
    let cluster = Cluster::start();
    let file = cluster.dir().join("called.yaml");
    let text = format!(
        "\
name: called
spouts:
  - id: pages
    component: {}
    config: {{ url: \"{url}\" }}
    grants: {{ http: {{ hosts: [\"{url}\"] }} }}
streams: []
",
        spout().display(),
        url = server.url,
    );
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let asked = ["GET /by-stormcell HTTP/1.1", "GET /by-urllib HTTP/1.1"];
    let refused = "GET http://127.0.0.1:9: the server is not granted. Grant it to the component \
                   `pages`, in the topology file: \
                   `grants: { http: { hosts: [\"http://127.0.0.1:9\"] } }`";

    let run: Said = cluster.run(stormcell().args(["run", file]));
    assert!(run.stderr.contains(refused), "{}", run.stderr);
    run.well();
    assert_eq!(server.seen(), asked);

    cluster.ask(&["submit", file]);
    cluster.until("the topology finishes", LONG, || {
        (cluster.show("called").summary.status == Status::Finished).then_some(())
    });
    assert_eq!(server.seen(), asked);
    let logs = cluster.say(&["logs", "called"]).well();
    assert!(logs.contains(refused), "{logs}");
}
