//! A topology that prints three words and has then finished.

use std::fs;
use std::path::PathBuf;

use crate::cluster::{Cluster, guest};

/// Its name.
pub(crate) const NAME: &str = "words";

/// Its file, beside the data folder.
pub(crate) fn file(cluster: &Cluster) -> PathBuf {
    let text = format!(
        "\
name: {NAME}
spouts:
  - {{ id: source, component: {}, config: {{ rows: 3, texts: [to, be, or] }} }}
bolts:
  - {{ id: print, component: {}, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: print, grouping: {{ type: shuffle }} }}
",
        guest("source").display(),
        guest("print").display(),
    );
    let file = cluster.dir().join("words.yaml");
    fs::write(&file, text).unwrap();
    file
}
