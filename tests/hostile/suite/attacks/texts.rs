//! Texts that are too many, or that would take over the terminal of who reads them.

use crate::guest::Guest;
use crate::scene::Scene;
use crate::survived::is_plain;

pub(crate) fn log_flood(guest: Guest) {
    let survived = Scene::bolt(guest)
        .with("limits: { log-bytes: 4KiB }")
        .play();
    let log = survived.log();
    // A second's worth for every second that it took, of a hundred megabytes.
    let bytes: usize = log.iter().map(String::len).sum();
    assert!(bytes < 1 << 20, "{bytes} bytes");
    let notice = log.iter().find(|line| line.contains("were dropped"));
    let notice = notice.expect("nothing says that lines were dropped");
    assert!(notice.contains("limits.log-bytes"), "{notice}");
}

/// An instance that replaces another one has no new budget.
pub(crate) fn log_and_trap(guest: Guest) {
    const A_SECOND: usize = 4 << 10;
    let begun = std::time::Instant::now();
    let scene = Scene::bolt(guest).with("limits: { log-bytes: 4KiB }");
    let survived = scene.rows(100).play();
    let seconds = begun.elapsed().as_secs() as usize + 2;
    survived.error(&["trapped in `execute`", "as told"]);
    assert!(survived.attack().restarts > 20);
    let lines = survived.log().into_iter();
    let bytes: usize = lines
        .filter(|line| line.starts_with('x'))
        .map(|line| line.len())
        .sum();
    assert!(bytes <= seconds * A_SECOND, "{bytes} bytes in {seconds} s");
}

/// Lines without a byte are lines, too.
pub(crate) fn log_nothing(guest: Guest) {
    for (budget, most) in [("0B", 0), ("4KiB", 10_000)] {
        let entry = format!("limits: {{ log-bytes: {budget} }}");
        let survived = Scene::bolt(guest.clone()).with(&entry).play();
        let lines = survived.log().iter().filter(|line| line.is_empty()).count();
        assert!(lines <= most, "{lines} lines within {budget} a second");
    }
}

pub(crate) fn log_a_long_line(guest: Guest) {
    let scene = Scene::bolt(guest).with("limits: { output-bytes: 8MiB }");
    scene
        .play()
        .error(&["more than its 8 MiB to the host", "limits.output-bytes"]);
}

pub(crate) fn flood_metrics(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    let names = survived.attack().metrics.len();
    assert!(names <= 256, "{names} names");
}

pub(crate) fn flood_output(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    assert_eq!(survived.printed(), 0);
}

pub(crate) fn escapes_in_logs(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    let log = survived.log();
    assert!(!log.is_empty());
    for line in log {
        assert!(is_plain(&line), "{line:?}");
    }
}

pub(crate) fn escapes_in_errors(guest: Guest) {
    let survived = Scene::bolt(guest).rows(4).play();
    survived.error(&["a row failed", "fine"]).errors_are_plain();
}

pub(crate) fn escapes_in_panics(guest: Guest) {
    let survived = Scene::bolt(guest).play();
    survived
        .error(&["trapped in `execute`", "mine"])
        .errors_are_plain();
}

pub(crate) fn escapes_in_prepare(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    let shown = refused.contains("component `attack`, task ") && refused.contains("fine");
    assert!(shown && is_plain(&refused), "{refused:?}");
}

pub(crate) fn escapes_in_next(guest: Guest) {
    let survived = Scene::spout(guest).play();
    survived.error(&["next failed", "fine"]).errors_are_plain();
}

pub(crate) fn escapes_in_choose(guest: Guest) {
    let survived = Scene::grouping(guest).play();
    survived
        .error_of("bait", &["custom grouping", "fine"])
        .errors_are_plain();
}

pub(crate) fn escapes_in_descriptions(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    assert!(
        refused.contains("attack") && is_plain(&refused),
        "{refused:?}"
    );
}

/// Names are looked at before anybody has validated them.
pub(crate) fn escapes_in_names(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    let shown = refused.contains("it exports") && refused.contains("fine");
    assert!(shown && is_plain(&refused), "{refused:?}");
}

/// Nothing refuses it: what it says of itself is shown, and only shown.
pub(crate) fn escapes_in_summaries(guest: Guest) {
    let summary = guest.described().summary;
    assert!(
        summary.ends_with("fine") && is_plain(&summary),
        "{summary:?}"
    );
    Scene::bolt(guest).play();
}
