//! Source folders that are submitted and deployed without being built.

use crate::journaled::{Journaled, NAME};

#[test]
fn with_no_build_what_was_not_built_is_neither_submitted_nor_deployed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "pyproject.toml",
        "[tool.stormcell]\nworld = \"bolt\"\nclass = \"split:Split\"\n",
    );
    write(
        "topology.yaml",
        "name: not-built\nspouts: [{ id: s, component: . }]\n",
    );
    let path = folder.path().canonicalize().unwrap();
    let (path, topology) = (path.to_str().unwrap(), path.join("topology.yaml"));
    let journaled = Journaled::submit(1, "60s", "{ keep: 2 }");
    for command in [
        &["submit", topology.to_str().unwrap()][..],
        &["deploy", NAME, "stamp", path],
    ] {
        let said = [command, &["--no-build", "--quiet"]].concat();
        let said = journaled.cluster.say(&said).refused(1);
        assert!(
            said.starts_with(&format!("{path}: this source folder has not been built")),
            "{said}"
        );
        assert!(said.contains(&format!("stormcell build {path}")), "{said}");
    }
}
