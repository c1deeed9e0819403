//! Names that are long, or become so when they are made readable.

use super::says;
use crate::guest::Guest;
use crate::scene::Scene;

/// What one error may be with all names in it.
const LONGEST: usize = 64 << 10;

fn fails(guest: Guest, words: &[&str]) {
    let survived = Scene::bolt(guest).play();
    survived.error(words).nothing_is_too_long();
    assert_eq!(survived.component("bait").failed, 1);
}

fn refused(guest: Guest, words: &[&str]) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, words);
    assert!(refused.len() < LONGEST, "{} bytes", refused.len());
}

pub(crate) fn cpp_name_that_expands(guest: Guest) {
    fails(guest, &["`execute`", "empty poll list", "\n    in _Z1f"]);
}

pub(crate) fn cpp_name_that_expands_in_describe(guest: Guest) {
    refused(guest, &["attack", "`describe`", "empty poll list"]);
}

pub(crate) fn cpp_name_that_expands_in_prepare(guest: Guest) {
    let words = ["component `attack`, task ", "`prepare`", "empty poll list"];
    refused(guest, &words);
}

pub(crate) fn cpp_name_that_expands_in_a_trap(guest: Guest) {
    fails(guest, &["trapped in `execute`", "as told", "\n    in _Z1f"]);
}

pub(crate) fn cpp_name_that_expands_without_memory(guest: Guest) {
    let survived = Scene::bolt(guest).with("limits: { memory: 32MiB }").play();
    survived
        .error(&["more memory than its 32 MiB", "\n    in _Z1f"])
        .nothing_is_too_long();
}

pub(crate) fn rust_name_that_expands(guest: Guest) {
    fails(guest, &["trapped in `execute`", "\n    in a::b::<(("]);
}

pub(crate) fn long_function_names(guest: Guest) {
    fails(guest, &["trapped in `execute`", "\n    in nnn"]);
}

pub(crate) fn names_everywhere(guest: Guest) {
    let frame = "\n    in name\\u{1b}[2J";
    fails(guest, &["trapped in `execute`", "as told", frame]);
}

pub(crate) fn many_imported_functions(guest: Guest) {
    let refused = Scene::bolt(guest).within(256 << 20).refused();
    let limit = "limit `component-names`";
    says(&refused, &["`attack` could not be loaded", limit]);
    assert!(refused.len() < LONGEST, "{} bytes", refused.len());
}

pub(crate) fn long_import_names(guest: Guest) {
    let limit = "limit `component-names`";
    refused(guest, &["`attack` could not be loaded", limit]);
}

pub(crate) fn long_export_names(guest: Guest) {
    let limit = "limit `component-names`";
    refused(guest, &["`attack` could not be loaded", limit]);
}
