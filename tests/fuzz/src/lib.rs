//! What all fuzz targets share: how one runs among the tests, and with an engine.
//!
//! A target is a function of bytes that must come back, whatever they are. [`target!`]
//! makes a test of it. It is beside the code that it is about:
//! `grep -rl stormcell_fuzz host`.
//!
//! - Among the tests (`cargo test`) it is given the files of its corpus and of its
//!   crashes, these files with changes, and inputs made of nothing: as many and the same
//!   each time. That takes a second or two.
//! - With an engine (`tests/fuzz/run`, libFuzzer by bolero) it is given what leads to code
//!   that no input has reached, for as long as it is told. An input at which it fails is
//!   left in the folder of its crashes, so it is among the tests from then on.
//!
//! Both folders are in `__fuzz__/TARGET` beside the file of the target.
#![forbid(unsafe_code)]
#![expect(unexpected_cfgs, reason = "`fuzzing` is set by `tests/fuzz/run`")]

#[cfg(not(fuzzing))]
mod inputs;
#[cfg(not(fuzzing))]
mod made;

#[cfg(fuzzing)]
pub use bolero;
#[cfg(not(fuzzing))]
pub use made::{MADE, Place, among_tests};

/// Makes a test of a fuzz target: `target! { fn name(bytes) { … } }`. With `made 100` after
/// it, it is given so many inputs among the tests that are made: for one that takes long.
#[macro_export]
macro_rules! target {
    ($(#[$attribute:meta])* fn $name:ident($bytes:ident) $body:block $(made $made:literal)?) => {
        $(#[$attribute])*
        #[test]
        fn $name() {
            fn target($bytes: &[u8]) $body
            $crate::run!($name, target $(, $made)?);
        }
    };
}

/// Gives a target its inputs.
#[cfg(not(fuzzing))]
#[doc(hidden)]
#[macro_export]
macro_rules! run {
    ($name:ident, $target:path) => {
        $crate::run!($name, $target, $crate::MADE);
    };
    ($name:ident, $target:path, $made:expr) => {
        let place = $crate::Place {
            package: env!("CARGO_MANIFEST_DIR"),
            file: file!(),
            target: stringify!($name),
        };
        $crate::among_tests(&place, $made, $target);
    };
}

/// Has an engine give a target its inputs.
#[cfg(fuzzing)]
#[doc(hidden)]
#[macro_export]
macro_rules! run {
    ($name:ident, $target:path $(, $made:literal)?) => {
        $crate::bolero::check!(name = stringify!($name)).for_each($target);
    };
}
