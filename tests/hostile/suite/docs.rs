//! The table of limits is complete.

use std::collections::BTreeSet;
use std::path::Path;

use stormcell_topology::Limits;

fn table() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/limits.md");
    std::fs::read_to_string(path).unwrap()
}

/// The names of all attacks.
fn attacks() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["guests/examples", "suite/bombs"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            names.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    names
}

/// What stands in back-ticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_table_has_every_limit_of_a_task() {
    let table = table();
    let limits = serde_json::to_value(Limits::default()).unwrap();
    for name in limits.as_object().unwrap().keys() {
        let row = format!("| `{}` |", name.replace('_', "-"));
        assert!(table.contains(&row), "{row} is missing in docs/limits.md");
    }
}

#[test]
fn every_attack_that_the_table_names_is_there() {
    let attacks = attacks();
    for name in quoted(&table()).filter(|name| is_attack(name)) {
        assert!(attacks.contains(name), "there is no attack `{name}`");
    }
}

/// Whether this is written as attacks are.
fn is_attack(name: &str) -> bool {
    name.contains('_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
