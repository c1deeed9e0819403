//! Returning what is too much, or what is not what it says.

use super::says;
use crate::beside;
use crate::guest::Guest;
use crate::scene::Scene;
use crate::survived::Survived;

/// It returns something that is refused for this reason; nothing of it comes through, and
/// its row fails.
fn refused(guest: Guest, words: &[&str]) -> Survived {
    refused_in(Scene::bolt(guest), words)
}

fn refused_in(scene: Scene, words: &[&str]) -> Survived {
    let survived = scene.rows(3).play();
    survived.error(&["`execute`"]).error(words);
    assert_eq!(survived.came_through(), 0.0);
    assert_eq!(survived.component("bait").failed, 3);
    survived
}

/// The limit of bytes that a call may return, and what is said when it is met.
fn too_many_bytes(guest: Guest) {
    let scene = Scene::bolt(guest).with("limits: { output-bytes: 8MiB }");
    refused_in(scene, &["more than its 8 MiB", "limits.output-bytes"]);
}

pub(crate) fn return_4_gb(guest: Guest) {
    too_many_bytes(guest);
}

pub(crate) fn return_long_reasons(guest: Guest) {
    too_many_bytes(guest);
}

pub(crate) fn return_many_emissions(guest: Guest) {
    too_many_bytes(guest);
}

/// An error is cut; it is the host that keeps it.
pub(crate) fn return_a_long_error(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    survived.error(&["error error"]);
    for error in &survived.attack().errors {
        assert!(error.message.len() < 65 << 10, "{}", error.message.len());
    }
}

pub(crate) fn return_a_billion_rows(guest: Guest) {
    refused(
        guest,
        &[
            "1000000000 rows",
            "more than its 1000000",
            "limits.output-rows",
        ],
    );
}

pub(crate) fn return_rows_that_overflow(guest: Guest) {
    refused(guest, &["8589934590 rows", "limits.output-rows"]);
}

pub(crate) fn offsets_out_of_range(guest: Guest) {
    refused(
        guest,
        &[
            "stream `default`",
            "the last offset is 4000000000, expected 2",
        ],
    );
}

pub(crate) fn offsets_decrease(guest: Guest) {
    refused(guest, &["the offsets decrease after row 1"]);
}

pub(crate) fn offsets_too_few(guest: Guest) {
    refused(guest, &["2 offsets, expected one more than the 3 rows"]);
}

pub(crate) fn offsets_start_late(guest: Guest) {
    refused(guest, &["the first offset is 1, expected 0"]);
}

pub(crate) fn invalid_utf8(guest: Guest) {
    refused(guest, &["field `value`: row 0 is not UTF-8"]);
}

pub(crate) fn invalid_utf8_across_rows(guest: Guest) {
    refused(guest, &["field `value`: row 0 is not UTF-8"]);
}

pub(crate) fn invalid_utf8_in_a_string(guest: Guest) {
    refused(guest, &["invalid utf-8 sequence"]);
}

pub(crate) fn lying_length(guest: Guest) {
    refused(guest, &["list", "out of bounds"]);
}

pub(crate) fn lying_length_of_handles(guest: Guest) {
    refused(guest, &["list", "out of bounds"]);
}

pub(crate) fn lying_row_count(guest: Guest) {
    refused(guest, &["2 values, expected 5"]);
}

pub(crate) fn wrong_type(guest: Guest) {
    refused(guest, &["field `value`: int, expected text"]);
}

pub(crate) fn wrong_width(guest: Guest) {
    refused(guest, &["anchors: 7 bytes, expected four for each number"]);
}

pub(crate) fn missing_column(guest: Guest) {
    refused(guest, &["0 columns, expected 1"]);
}

pub(crate) fn forbidden_null(guest: Guest) {
    refused(guest, &["row 0 is null, but the field is not nullable"]);
}

pub(crate) fn unknown_output(guest: Guest) {
    refused(guest, &["an emission on output 4294967295, it has 1"]);
}

pub(crate) fn deep_json(guest: Guest) {
    refused(guest, &["limits.json-depth"]);
}

pub(crate) fn return_a_long_value(guest: Guest) {
    let scene = Scene::bolt(guest).with("limits: { value-bytes: 1MiB }");
    refused_in(scene, &["limits.value-bytes"]);
}

pub(crate) fn invalid_discriminant(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    says(
        &refused,
        &["attack", "`describe`", "unexpected discriminant: 200"],
    );
}

pub(crate) fn choose_unknown_targets(guest: Guest) {
    let survived = Scene::grouping(guest).play();
    survived.error_of("bait", &["custom grouping", "the target 7, there are 1"]);
    assert_eq!(survived.came_through(), 0.0);
}

pub(crate) fn return_more_than_asked(guest: Guest) {
    let survived = Scene::spout(guest).play();
    survived.error(&["`next`", "it was asked for at most"]);
    assert_eq!(survived.came_through(), 0.0);
}

/// It confuses itself and nobody else: each row is settled, and told it once.
pub(crate) fn emit_the_same_id_again(guest: Guest) {
    let emits = |report: &_| beside::component(report, "attack").out > 50;
    let survived = Scene::spout(guest).over(emits).play();
    let attack = survived.attack();
    assert_eq!(attack.acked, attack.out);
}
