//! A topology that goes on for ever, and of which can be seen whether it does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use stormcell_protocol::api::Status;

use crate::command::stormcell;
use crate::place::{Ended, Place, run, until};
use crate::processes::Worker;

pub(crate) const NAME: &str = "ticking";

/// Acks each row in the second tick after it came, so that it takes little of the machine.
pub(crate) const TICKING: &str =
    "{ id: hold, component: HOLD, tick: 100ms, config: { release: 2 } }";
/// Keeps its rows for ever.
pub(crate) const KEEPING: &str = "{ id: hold, component: HOLD }";
/// Is in its first call for as long as the test may take.
pub(crate) const STUCK: &str = "{ id: hold, component: RELAY, config: { work: 600000000 }, \
                                limits: { call-time: 60s } }";

impl Place {
    /// The topology file with this bolt.
    pub(crate) fn file(&self, bolt: &str) -> String {
        let component = |name| component(name).display().to_string();
        let text = format!(
            "name: {NAME}\n\
             config: {{ message-timeout: 60s, max-pending: 20 }}\n\
             spouts: [{{ id: source, component: {} }}]\n\
             bolts: [{}]\n\
             streams: [{{ from: source, to: hold, grouping: {{ type: shuffle }} }}]\n",
            component("source"),
            bolt.replace("HOLD", &component("hold"))
                .replace("RELAY", &component("relay")),
        );
        let file = self.dir().join("topology.yaml");
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    pub(crate) fn try_submit(&self, name: &str) -> Ended {
        let file = self.file(TICKING);
        self.client(&["submit", &file, "--workers", "2", "--name", name])
    }

    /// Submits it with this bolt, and waits until it works.
    pub(crate) fn submit(&self, bolt: &str) {
        let file = self.file(bolt);
        let done = self.client(&["submit", &file, "--workers", "2"]);
        assert_eq!(done.status, Some(0), "{}", done.stderr);
        self.all_up();
    }

    /// Waits until the topology is active with all its workers, and says which.
    pub(crate) fn all_up(&self) -> Vec<Worker> {
        until("the topology works", || {
            let summary = self.show(NAME).summary;
            let workers = summary.workers;
            (summary.status == Status::Active && workers.up == workers.planned)
                .then(|| self.workers())
        })
    }

    /// Waits until more trees are complete than are now.
    pub(crate) fn goes_on(&self) {
        self.all_up();
        let acked = || self.show(NAME).summary.trees.map_or(0, |trees| trees.acked);
        let before = acked();
        until("more trees are complete", || {
            (acked() > before).then_some(())
        });
    }
}

/// The component file of a folder in `tests/guests`.
pub(crate) fn component(name: &str) -> &'static Path {
    const GUESTS: [&str; 4] = ["source", "hold", "relay", "hop"];
    static BUILT: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/guests");
        let sources = GUESTS.map(|name| guests.join(name));
        let mut command = stormcell();
        command
            .arg("build")
            .args(sources)
            .args(["--output", "json"]);
        let built = run(&mut command).json();
        let path = |at: usize| built[at]["component"].as_str().unwrap().into();
        (0..GUESTS.len()).map(path).collect()
    });
    let at = GUESTS.iter().position(|guest| *guest == name);
    &built[at.unwrap()]
}
