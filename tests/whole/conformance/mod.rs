//! The conformance components of every SDK do what `tests/conformance/README.md` says.
//!
//! Each test is one function that takes the language as its argument, and is run in
//! every language: `echo::texts::python`. So `cargo test --release -p stormcell-tests
//! --test whole python` tests one SDK.
//!
//! Calls block, on a runtime of the test's own thread, so that tests read as what
//! they are: one call after the other.

/// Makes tests of functions that take a language, in a module each.
macro_rules! in_every_language {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            use crate::conformance::language::Language;

            #[test]
            fn rust() {
                super::$test(Language::Rust);
            }

            #[test]
            fn python() {
                super::$test(Language::Python);
            }

            #[test]
            fn javascript() {
                super::$test(Language::JavaScript);
            }
        }
    )+};
}

mod bolt;
mod cell;
mod http_server;
mod language;
mod outcome;
mod recorder;
mod row;
mod wait;

mod acking;
mod configuration;
mod described;
mod echo;
mod errors;
mod fetch;
mod grouping;
mod limits;
mod nondeterminism;
mod odd;
mod python;
mod python_http;
mod random;
mod seen;
mod spout;
mod state;
mod surroundings;
