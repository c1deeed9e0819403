//! One bad file and one expected text for each mistake: `tests/bad/*.yaml` and
//! `*.stderr`. To accept new texts, run with `SNAPSHOTS=overwrite`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use snapbox::{Assert, Data};
use stormcell_batch::{Field, ValueType};
use stormcell_topology::{Code, Diagnostics, InputRequirement, Style, check, decode, parse};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a folder with this ending, by name.
fn files(name: &str, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    files.sort();
    files
}

/// What is said of a bad file: errors, or the warnings if there are none.
fn said(path: &Path) -> Diagnostics {
    let bytes = fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    match decode(name, &bytes).and_then(|text| support::validate(name, &text)) {
        Ok(checked) => checked.warnings,
        Err(diagnostics) => diagnostics,
    }
}

#[test]
fn every_mistake_is_told_as_expected() {
    let assert = Assert::new().action_env("SNAPSHOTS");
    let mut failed = Vec::new();
    for path in files("tests/bad", "yaml") {
        let expected = Data::read_from(&path.with_extension("stderr"), None).raw();
        let text = said(&path).render(Style::Plain);
        if let Err(difference) = assert.try_eq(Some(&path.display()), text.into(), expected) {
            failed.push(format!("{}\n{difference}", path.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A component may be made to lack thousands of things.
#[test]
fn what_a_component_lacks_is_told_up_to_a_bound() {
    let text = fs::read_to_string(folder("tests/bad/not-provided.yaml")).unwrap();
    let parsed = parse("t.yaml", &text).unwrap();
    let components = parsed.component_refs().iter().map(|needed| {
        let mut said = support::describe(&needed.path).unwrap();
        if needed.path == "./fetch" {
            said.imports = (0..1_000).map(|n| format!("a:b/c{n}")).collect();
            let fields = (0..5_000).map(|n| Field::new(format!("f{n}"), ValueType::Text));
            let fields = fields.collect();
            said.inputs = vec![InputRequirement {
                stream: None,
                fields,
            }];
        }
        (needed.key.clone(), Ok(said))
    });
    let found = check(&parsed, &components.collect()).unwrap_err();
    // And one that says how many imports there are besides.
    assert_eq!(found.items().len(), 20 + 20 + 1);
    let shown = found.render(Style::Plain);
    assert!(shown.contains("imports 980 more that nobody provides"));
    assert!(shown.len() < 32 << 10, "{} bytes", shown.len());
}

#[test]
fn every_code_has_a_bad_file() {
    let told: BTreeSet<Code> = files("tests/bad", "yaml")
        .iter()
        .flat_map(|path| {
            said(path)
                .items()
                .iter()
                .map(|item| item.code)
                .collect::<Vec<_>>()
        })
        .collect();
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    assert_eq!(told, all);
}

#[test]
fn every_expected_text_has_a_bad_file() {
    let names = |ending| -> Vec<PathBuf> {
        let files = files("tests/bad", ending);
        files.iter().map(|path| path.with_extension("")).collect()
    };
    assert_eq!(names("yaml"), names("stderr"));
}

#[test]
fn every_page_has_a_code_and_says_what_is_wrong_and_right() {
    let pages: Vec<String> = files("explain", "md")
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(pages, codes);
    for code in Code::ALL {
        let page = code.page();
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        assert!(
            page.contains("\nWrong:\n") && page.contains("\nRight:\n"),
            "{code}"
        );
    }
}

/// The same mistakes for programs: each with a place inside of the file.
#[test]
fn every_mistake_has_a_place_in_json() {
    for path in files("tests/bad", "yaml") {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let json = said(&path).to_json();
        for item in json.as_array().unwrap() {
            let line = usize::try_from(item["line"].as_u64().unwrap()).unwrap();
            let column = usize::try_from(item["column"].as_u64().unwrap()).unwrap();
            let shown = text.lines().nth(line - 1).unwrap_or("");
            assert!(
                column <= shown.chars().count() + 1,
                "{}: {item}",
                path.display()
            );
            assert!(!item["message"].as_str().unwrap().is_empty());
        }
    }
}
