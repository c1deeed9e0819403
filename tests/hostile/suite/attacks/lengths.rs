//! Texts that are too long, on each way out of a component.

use stormcell_topology::plain_text::{ERROR, NAME, SENTENCE};

use super::says;
use crate::guest::Guest;
use crate::scene::Scene;
use crate::survived::is_plain;

pub(crate) fn say_as_much_as_it_can(guest: Guest) {
    let played = |how: &str| {
        let config = format!("config: {{ how: \"{how}\" }}, tick: 10ms");
        Scene::bolt(guest.clone()).with(&config).rows(4)
    };
    for (how, words) in [
        ("error", [" failed: many", " more)"]),
        ("reasons", ["a row failed: many", " more)"]),
        ("panic", ["trapped in `execute`", "words"]),
        ("lines", ["It wrote to standard error", "as told"]),
        (
            "servers",
            [
                "The host says: the request to `http://long.",
                "no grant `http`",
            ],
        ),
    ] {
        let survived = played(how).play();
        survived.error(&words).nothing_is_too_long();
    }
    let survived = played("panic").with_dead_letters().play();
    survived.nothing_is_too_long();
    assert_eq!(survived.letters().len(), 4);
    let survived = played("log").play();
    survived.nothing_is_too_long();
    assert!(survived.log().len() >= 3, "{}", survived.log().len());
    let survived = played("tick").until_error().play();
    survived
        .error(&["tick failed", " more)"])
        .nothing_is_too_long();
    let survived = played("close").play();
    survived
        .error(&["close failed", " more)"])
        .nothing_is_too_long();
    for how in ["error in prepare", "panic in prepare"] {
        let refused = played(how).refused();
        let length = refused.len();
        assert!(
            length <= ERROR && is_plain(&refused),
            "{how}: {length} bytes"
        );
        says(&refused, &["component `attack`, task ", "words"]);
    }
}

/// Twenty frames made an error of two megabytes.
pub(crate) fn long_names_in_frames(guest: Guest) {
    let survived = Scene::bolt(guest).with_dead_letters().rows(4).play();
    survived
        .error(&["deeper than its stack", "long_name_"])
        .nothing_is_too_long();
    let letters = survived.letters();
    assert_eq!(letters.len(), 4);
    assert!(letters[0].letter.backtrace[0].starts_with("long_name_"));
}

pub(crate) fn long_export_names(guest: Guest) {
    let refused = guest.not_loaded();
    assert!(refused.len() <= 2 * SENTENCE, "{} bytes", refused.len());
    assert!(is_plain(&refused), "{refused:?}");
    says(&refused, &["it exports", " more)", "expected one of"]);
    says(&Scene::bolt(guest).refused(), &["attack", "it exports"]);
}

pub(crate) fn long_import_name(guest: Guest) {
    let refused = Scene::bolt(guest).refused();
    assert!(refused.len() <= 2 * SENTENCE, "{} bytes", refused.len());
    says(&refused, &["attack", "xxx"]);
}

pub(crate) fn describe_long_texts(guest: Guest) {
    let said = guest.described();
    let output = &said.outputs[0];
    let names = [&output.name, &output.schema.fields()[0].name];
    for (text, most) in [
        (&said.summary, SENTENCE),
        (names[0], NAME),
        (names[1], NAME),
    ] {
        assert!(text.len() <= most && is_plain(text), "{} bytes", text.len());
        says(text, &["\\u{1b}[2Jxxx", " more)"]);
    }
    assert_eq!(said.capabilities.len(), 1);
    let refused = Scene::bolt(guest).refused();
    assert!(refused.len() <= 4 * SENTENCE, "{} bytes", refused.len());
    says(&refused, &["attack", "a name that is not allowed"]);
}

pub(crate) fn schema_long_texts(guest: Guest) {
    let refused = Scene::bolt(guest).with("config: { key: x }").refused();
    assert!(refused.len() <= 32 << 10, "{} bytes", refused.len());
    says(
        &refused,
        &["attack", "is missing", "must not be the text `x`"],
    );
}

pub(crate) fn flood_metrics_after_faults(guest: Guest) {
    let survived = Scene::bolt(guest).rows(8).play();
    let names = survived.attack().metrics.len();
    assert_eq!(names, 256, "those of the first instance, and no others");
    assert!(survived.attack().restarts > 1);
}
