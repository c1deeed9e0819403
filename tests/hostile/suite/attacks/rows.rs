//! Rows without end: in cycles, kept, pending, and anchored to very many others.

use crate::beside;
use crate::guest::Guest;
use crate::scene::Scene;

/// What the rows of the attack may take.
const LIMIT: &str = "limits: { row-memory: 16MiB }";
const MET: [&str; 2] = ["more than 16MiB", "limits.row-memory"];

/// What the process may have more while it is attacked: the rows of the attack, and what
/// its calls, its instance and those beside it take. Without the limit it is gigabytes.
const WITHIN: u64 = 384 << 20;

/// Rows are refused, over and over, and those that are not keep it busy. Their trees fail,
/// if they are in any.
fn refused(guest: Guest, bolts: u32) {
    let scene = Scene::cycle(guest, bolts).with(LIMIT).within(WITHIN);
    let survived = scene.play();
    survived
        .error(&["rows for `attack", "were refused"])
        .error(&MET);
}

pub(crate) fn cycle_of_empty_rows(guest: Guest) {
    refused(guest, 1);
}

pub(crate) fn cycle_of_unanchored_rows(guest: Guest) {
    refused(guest, 1);
}

pub(crate) fn cycle_of_two_bolts(guest: Guest) {
    refused(guest, 2);
}

pub(crate) fn cycle_of_long_rows(guest: Guest) {
    refused(guest, 1);
}

pub(crate) fn cycle_of_tiny_batches(guest: Guest) {
    refused(guest, 1);
}

/// What it keeps is let go of with its instance.
pub(crate) fn keep_rows_of_no_tree(guest: Guest) {
    let scene = Scene::cycle(guest, 1).with(LIMIT).within(WITHIN);
    let survived = scene.until_error().play();
    survived.error(&["it keeps", "would keep"]).error(&MET);
}

/// Nothing of it comes through, and nothing is made of what it says.
pub(crate) fn anchor_to_very_many_rows(guest: Guest) {
    let scene = Scene::bolt(guest).rows(4).until_error();
    // What it returns, in its memory and in that of the host.
    let survived = scene
        .with("limits: { memory: 512MiB }")
        .within(768 << 20)
        .play();
    survived.error(&["places in trees", "limits.output-bytes"]);
}

/// The spout is not asked for more while the rows that are pending take as much as they
/// may. Who keeps them for ever loses them all, when they take more than that.
pub(crate) fn empty_rows_without_end(guest: Guest) {
    let most = "max-pending: 4294967295";
    let scene = Scene::spout(guest.clone()).with(most).with(LIMIT);
    let waits = |report: &_| {
        let waiting = &beside::component(report, "attack").waiting;
        waiting.as_deref() == Some("row-memory")
    };
    scene
        .kept("{ id: drain, component: keep_every_row }")
        .over(waits)
        .within(WITHIN)
        .play();
    let scene = Scene::spout(guest).with(most).within(WITHIN);
    let survived = scene
        .kept("{ id: drain, component: keep_every_row, limits: { row-memory: 16MiB } }")
        .over(|report| !beside::component(report, "drain").errors.is_empty())
        .play();
    survived
        .error_of("drain", &["it keeps", "would keep"])
        .error_of("drain", &MET);
}
