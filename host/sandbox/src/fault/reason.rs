//! The engine's errors as texts. They name parts of a component by what its author has
//! written.

use std::error::Error;
use std::fmt::Write as _;

use stormcell_topology::plain_text::{Bounded, beginning};
use wasmtime::Trap;

/// Bytes of an error of the engine that are shown.
const SHOWN: usize = 4 << 10;

/// Bytes of the cause of an error, in which words of the engine are looked for.
const CAUSE: usize = 1 << 10;

/// How the engine's list of what was being called begins.
const BACKTRACE: &str = "error while executing at wasm backtrace:";

/// Why a call failed, in words for the author of the component.
pub(crate) fn reason(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => {
            "it aborted (the WebAssembly instruction `unreachable`)".to_owned()
        }
        Some(Trap::MemoryOutOfBounds) => {
            "it reached outside of its memory (in Rust and C too deep a recursion ends like this)"
                .to_owned()
        }
        Some(trap) => trap.to_string(),
        None => whole(error),
    }
}

/// What the engine says and why, without the list of what was being called.
pub(crate) fn whole(error: &wasmtime::Error) -> String {
    let mut text = Bounded::new(SHOWN).stopping();
    let mut between = "";
    for cause in error.chain().filter(|cause| !is_backtrace(*cause)) {
        if write!(text, "{between}{cause}").is_err() {
            break;
        }
        between = ": ";
    }
    text.finish()
}

/// What was at the bottom of it: the beginning of its text.
pub(crate) fn root(error: &wasmtime::Error) -> String {
    beginning(CAUSE, error.root_cause())
}

/// Whether this is the engine's list of what was being called, which is as long as the names
/// in it. Within a chain its type is hidden. Nothing but its first words is rendered.
fn is_backtrace(cause: &(dyn Error + 'static)) -> bool {
    // There is room for the mark that stands where a text was cut.
    beginning(BACKTRACE.len() + '…'.len_utf8(), cause).starts_with(BACKTRACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_up_to_a_bound() {
        let error = wasmtime::Error::msg("the cause").context("what\u{1b} happened");
        assert_eq!(whole(&error), "what\\u{1b} happened: the cause");
        let error = wasmtime::Error::msg("c".repeat(1 << 20)).context("what happened");
        assert_eq!(whole(&error).len(), SHOWN);
        assert_eq!(root(&error).len(), CAUSE);
    }

    #[test]
    fn what_was_being_called_is_not_told() {
        let error = wasmtime::Error::msg("the cause").context(format!("{BACKTRACE}\n  0: main"));
        assert_eq!(whole(&error), "the cause");
    }
}
