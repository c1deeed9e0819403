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
    refused(guest, "memory64");
}

pub(crate) fn memory_of_threads(guest: Guest) {
    refused(guest, "threads");
}

pub(crate) fn memory_of_single_bytes(guest: Guest) {
    refused(guest, "custom page sizes");
}

pub(crate) fn table_of_64_bits(guest: Guest) {
    refused(guest, "memory64");
}

pub(crate) fn tail_calls(guest: Guest) {
    refused(guest, "tail calls");
}

pub(crate) fn relaxed_simd(guest: Guest) {
    refused(guest, "relaxed SIMD");
}

pub(crate) fn wide_arithmetic(guest: Guest) {
    refused(guest, "wide arithmetic");
}

pub(crate) fn objects_of_a_collector(guest: Guest) {
    refused(guest, "gc feature");
}

pub(crate) fn typed_references(guest: Guest) {
    refused(guest, "function references");
}

pub(crate) fn switched_stacks(guest: Guest) {
    refused(guest, "stack switching");
}

pub(crate) fn exceptions(guest: Guest) {
    refused(guest, "exceptions proposal");
}

pub(crate) fn asynchronous_functions(guest: Guest) {
    refused(guest, "async");
}

pub(crate) fn streams_of_components(guest: Guest) {
    refused(guest, "`stream` requires the component model async feature");
}

pub(crate) fn error_contexts(guest: Guest) {
    refused(guest, "error-context");
}

pub(crate) fn lists_of_fixed_length(guest: Guest) {
    refused(guest, "fixed-length lists");
}

pub(crate) fn maps_of_components(guest: Guest) {
    refused(guest, "map feature");
}

pub(crate) fn threads_of_components(guest: Guest) {
    refused(guest, "shared-everything-threads");
}

pub(crate) fn tasks_of_components(guest: Guest) {
    refused(guest, "component model async feature");
}
