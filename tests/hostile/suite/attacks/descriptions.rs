//! Descriptions that attack who reads them: all that is checked before anything runs.

use super::says;
use crate::guest::Guest;
use crate::scene::Scene;

fn refused(guest: Guest, words: &[&str]) {
    says(&Scene::bolt(guest).refused(), words);
}

pub(crate) fn describe_at_length(guest: Guest) {
    refused(
        guest,
        &[
            "attack",
            "more than its 1 MiB",
            "`describe`",
            "limits.output-bytes",
        ],
    );
}

pub(crate) fn describe_too_many_streams(guest: Guest) {
    refused(
        guest,
        &[
            "attack",
            "more than its 1 MiB",
            "`describe`",
            "limits.output-bytes",
        ],
    );
}

/// It is no schema for anything, and takes everything.
pub(crate) fn schema_without_end(guest: Guest) {
    Scene::bolt(guest).with("config: { key: value }").play();
}

/// Nothing is fetched: the check of a topology reaches nobody.
pub(crate) fn schema_from_elsewhere(guest: Guest) {
    refused(guest, &["attack", "no JSON Schema"]);
}

pub(crate) fn schema_from_a_file(guest: Guest) {
    refused(guest, &["attack", "no JSON Schema"]);
}

pub(crate) fn schema_too_deep(guest: Guest) {
    refused(guest, &["attack", "recursion limit"]);
}

/// Patterns are matched in a time that grows with the text and with nothing else, so this
/// one does no harm; the value does not match it.
pub(crate) fn schema_slow_pattern(guest: Guest) {
    let value = "a".repeat(10_000);
    let refused = Scene::bolt(guest)
        .with(&format!("config: {{ key: {value}b }}"))
        .refused();
    says(&refused, &["attack", "configuration"]);
}

pub(crate) fn schema_large_pattern(guest: Guest) {
    refused(guest, &["attack", "no JSON Schema"]);
}

pub(crate) fn schema_explodes(guest: Guest) {
    refused(guest, &["attack", "20000 of its parts"]);
}

pub(crate) fn schema_long_chain(guest: Guest) {
    refused(guest, &["attack", "100 deep"]);
}

pub(crate) fn schema_many_patterns(guest: Guest) {
    refused(guest, &["attack", "1000 patterns"]);
}
