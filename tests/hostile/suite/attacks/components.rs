//! Component files that attack who reads and compiles them.

use super::says;
use crate::guest::Guest;
use crate::scene::Scene;

fn refused(guest: Guest, words: &[&str]) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["the component `attack` could not be loaded"]);
    says(&refused, words);
}

pub(crate) fn deep_nesting(guest: Guest) {
    refused(guest, &["limit `component-nesting`", "is 32"]);
}

pub(crate) fn huge_type(guest: Guest) {
    refused(guest, &["type size"]);
}

pub(crate) fn deep_type(guest: Guest) {
    refused(guest, &["type"]);
}

pub(crate) fn many_imports(guest: Guest) {
    refused(guest, &["limit `component-names`", "is 1000"]);
}

pub(crate) fn many_exports(guest: Guest) {
    refused(guest, &["limit `component-names`", "is 1000"]);
}

pub(crate) fn large_file(guest: Guest) {
    refused(guest, &["limit `component-size`", "is 16MiB"]);
}

pub(crate) fn many_functions(guest: Guest) {
    refused(guest, &["limit `compile-", "make it smaller"]);
}

pub(crate) fn slow_function(guest: Guest) {
    refused(guest, &["limit `compile-", "make it smaller"]);
}

/// It is compiled like any other, and does no harm.
pub(crate) fn deep_blocks(guest: Guest) {
    Scene::bolt(guest).play();
}

pub(crate) fn forged_length(guest: Guest) {
    refused(guest, &["cut off"]);
}

pub(crate) fn forged_count(guest: Guest) {
    refused(guest, &["not a valid WebAssembly component"]);
}

pub(crate) fn forged_header(guest: Guest) {
    refused(guest, &["WebAssembly"]);
}

pub(crate) fn cut_off(guest: Guest) {
    refused(guest, &["unexpected end-of-file"]);
}

pub(crate) fn compiled_code(guest: Guest) {
    refused(guest, &["never takes from others"]);
}

pub(crate) fn broken_bytecode(guest: Guest) {
    refused(guest, &["not a valid WebAssembly component"]);
}
