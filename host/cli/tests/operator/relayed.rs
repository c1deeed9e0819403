//! The topology of several tests: a spout `source`, a bolt `relay` that may do wrong, and a
//! bolt `hold` that may keep rows for ever, one task each.

use std::fs;
use std::path::Path;

use crate::cluster::guest;

/// What differs from test to test, in YAML.
pub(crate) struct Relayed<'a> {
    /// Its name, and that of its file.
    pub(crate) name: &'a str,
    /// Its `config`.
    pub(crate) config: &'a str,
    /// The `config` of its spout.
    pub(crate) source: &'a str,
    /// The keys of `relay`, besides its id and its component.
    pub(crate) relay: &'a str,
    /// The rows that `hold` keeps.
    pub(crate) hold: &'a str,
}

impl Relayed<'_> {
    /// Writes its file into a folder, and returns the path.
    pub(crate) fn write(&self, folder: &Path) -> String {
        let Self {
            name,
            config,
            source,
            relay,
            hold,
        } = self;
        let [a, b, c] = ["source", "relay", "hold"].map(|name| guest(name).display().to_string());
        let text = format!(
            "\
name: {name}
config: {{ {config} }}
spouts:
  - {{ id: source, component: {a}, config: {{ {source} }} }}
bolts:
  - {{ id: relay, component: {b}, {relay} }}
  - {{ id: hold, component: {c}, config: {{ rows: [{hold}] }} }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: hold, grouping: {{ type: shuffle }} }}
"
        );
        let file = folder.join(format!("{name}.yaml"));
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }
}
