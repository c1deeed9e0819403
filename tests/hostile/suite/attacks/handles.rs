//! Handles of rows, and tasks, that are none of the attack's.

use crate::guest::Guest;
use crate::scene::Scene;

/// What it returned has no effect, and its row fails.
fn refused(guest: Guest, words: &[&str]) {
    let survived = Scene::bolt(guest).rows(3).play();
    survived
        .error(&["what it returned is not valid"])
        .error(words);
    assert_eq!(survived.came_through(), 0.0);
    assert_eq!(survived.component("bait").failed, 3);
}

pub(crate) fn ack_handles_never_given(guest: Guest) {
    refused(
        guest,
        &["it acked row 100000", "which the task does not hold"],
    );
}

pub(crate) fn fail_handles_never_given(guest: Guest) {
    refused(
        guest,
        &["it failed row 100000", "which the task does not hold"],
    );
}

pub(crate) fn keep_handles_never_given(guest: Guest) {
    refused(guest, &["it kept row 100000", "not a row of this call"]);
}

pub(crate) fn extend_handles_never_given(guest: Guest) {
    refused(
        guest,
        &["it extended row 100000", "which the task does not hold"],
    );
}

pub(crate) fn anchor_to_handles_never_given(guest: Guest) {
    refused(
        guest,
        &["it anchored to row 100000", "which the task does not hold"],
    );
}

pub(crate) fn ack_a_row_twice(guest: Guest) {
    refused(guest, &["twice in one call"]);
}

/// The tasks beside it have rows with these handles all the time, and lose none of them.
pub(crate) fn handles_of_other_tasks(guest: Guest) {
    refused(guest, &["it acked row", "which the task does not hold"]);
}

/// Rows reach those who subscribe, and nobody else.
pub(crate) fn direct_to_other_tasks(guest: Guest) {
    let survived = Scene::bolt(guest).sends_directly().rows(3).play();
    survived.error(&["directly to task", "which does not subscribe to the stream"]);
    for id in ["pass", "sink"] {
        let component = survived.component(id);
        assert_eq!(component.rows_in, survived.component("source").out, "{id}");
    }
}
