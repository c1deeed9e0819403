use super::*;

fn exports(names: &[&str]) -> Result<(World, &'static str), Unfit> {
    world(
        &names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>(),
    )
}

#[test]
fn the_exported_interface_is_the_world() {
    for (task, expected) in TASKS {
        let name = format!("stormcell:topology/{task}@0.1.0");
        assert_eq!(
            exports(&[&name, "init", "wasi:cli/run@0.2.3"]),
            Ok((expected, "0.1.0"))
        );
    }
}

#[test]
fn another_version_is_named_with_what_the_host_speaks() {
    let Err(Unfit::Version(message)) = exports(&["stormcell:topology/bolt-task@0.2.0"]) else {
        panic!("accepted");
    };
    assert!(
        message
            .starts_with("built for stormcell:topology@0.2.0 (bolt-task), this host speaks 0.1.0"),
        "{message}"
    );
}

#[test]
fn several_versions_are_fine_if_one_is_spoken() {
    assert_eq!(
        exports(&[
            "stormcell:topology/bolt-task@0.9.0",
            "stormcell:topology/bolt-task@0.1.0"
        ]),
        Ok((World::Bolt, "0.1.0"))
    );
}

#[test]
fn no_world_and_two_worlds_are_refused() {
    let Err(Unfit::World(message)) = exports(&["wasi:cli/run@0.2.0"]) else {
        panic!("accepted");
    };
    assert!(message.starts_with("it exports wasi:cli/run@0.2.0; expected one of stormcell:"));
    assert!(matches!(exports(&[]), Err(Unfit::World(_))));
    let Err(Unfit::World(message)) = exports(&[
        "stormcell:topology/bolt-task@0.1.0",
        "stormcell:topology/spout-task@0.1.0",
    ]) else {
        panic!("accepted");
    };
    assert!(
        message.starts_with("it exports bolt-task and spout-task"),
        "{message}"
    );
}

#[test]
fn what_is_no_component_is_named() {
    for (bytes, expected) in [
        (&b""[..], "empty"),
        (b"\0asm\x01\0\0\0", "core WebAssembly module"),
        (b"\0asm\x0d", "cut off"),
        (b"\0asm\x02\0\0\0", "of a version"),
        (b"\x7fELF\x02\x01", "native code"),
        (b"  (component)", "as text"),
        (
            b"#!/bin/sh",
            "not a WebAssembly file: it begins with [23, 21, 2f, 62]",
        ),
    ] {
        let Err(Unfit::NotAComponent(found)) = inspect(bytes) else {
            panic!("{bytes:?} was accepted");
        };
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    // Every truncation and every single-byte change of a small component.
    let component: &[u8] = b"\0asm\x0d\0\x01\0\x07\x05\x01\x42\x00\x00\x00\x0a\x03\x00\x00\x00";
    for len in 0..component.len() {
        let _ = inspect(&component[..len]);
        for value in 0..=u8::MAX {
            let mut changed = component.to_vec();
            changed[len] = value;
            let _ = inspect(&changed);
        }
    }
}

/// A component with these custom sections, the first of them in a component within it.
fn with_sections(inner: &[u8], outer: &[&[u8]]) -> Vec<u8> {
    let section = |data| wasm_encoder::CustomSection {
        name: note::SECTION.into(),
        data: std::borrow::Cow::Borrowed(data),
    };
    let mut within = wasm_encoder::Component::new();
    within.section(&section(inner));
    let mut component = wasm_encoder::Component::new();
    component.section(&wasm_encoder::NestedComponentSection(&within));
    for data in outer {
        component.section(&section(data));
    }
    component.finish()
}

#[test]
fn the_note_is_the_first_one_right_in_the_component() {
    let yes: &[u8] = br#"{"works-at-ticks": true}"#;
    let no: &[u8] = br#"{"works-at-ticks": false}"#;
    let noted = |inner, outer: &[&[u8]]| {
        let Ok(found) = outside(&with_sections(inner, outer)) else {
            panic!("refused");
        };
        found.note.is_some_and(|note| note.works_at_ticks)
    };
    assert!(noted(no, &[yes]));
    assert!(noted(no, &[yes, no]));
    assert!(!noted(yes, &[no, yes]));
    assert!(!noted(yes, &[]));
    assert!(!noted(yes, &[b"not JSON", yes]));
}
