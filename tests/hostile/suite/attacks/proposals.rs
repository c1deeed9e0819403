//! Proposals of WebAssembly that no compiler of a supported language uses: each is
//! refused, with its name, before anything is made of it.

use super::says;
use crate::guest::Guest;
use crate::scene::Scene;

fn refused(guest: Guest, proposal: &str) {
    let refused = Scene::bolt(guest).refused();
    says(&refused, &["the component `attack` could not be loaded"]);
    says(&refused, &["not a valid WebAssembly component", proposal]);
}

pub(crate) fn memory_of_64_bits(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn memories_of_one_module(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn memory_of_threads(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn memory_of_single_bytes(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn table_of_64_bits(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn tail_calls(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn relaxed_simd(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn wide_arithmetic(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn objects_of_a_collector(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn typed_references(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn switched_stacks(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn exceptions(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn asynchronous_functions(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn streams_of_components(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn error_contexts(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn lists_of_fixed_length(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn maps_of_components(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn threads_of_components(guest: Guest) {
    refused(guest, "TODO");
}

pub(crate) fn tasks_of_components(guest: Guest) {
    refused(guest, "TODO");
}
