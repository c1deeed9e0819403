//! The functions of a guest that were being called when a call failed.

use wasmtime::WasmBacktrace;

use super::names;
use crate::debug_info::{Line, Place};

/// Lines of a backtrace at most.
const LINES: usize = 32;

/// A function that was being called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Called {
    /// As it is shown, by the name section of its module.
    pub(crate) function: String,
    /// Where in it, if that is known.
    pub(crate) place: Option<Place>,
}

/// What was being called, innermost first.
pub(crate) fn called(error: &wasmtime::Error) -> Vec<Called> {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    let frames = trace.frames().iter().take(LINES);
    let called = frames.map(|frame| Called {
        function: match frame.func_name() {
            Some(name) => names::function(name),
            None => format!("function {}", frame.func_index()),
        },
        place: frame
            .module_offset()
            .and_then(|offset| u32::try_from(offset).ok())
            .map(|offset| Place {
                offset,
                function: frame.func_index(),
            }),
    });
    called.collect()
}

/// The lines of a backtrace: for each function its name, or if the lines of its place are
/// known those, with the functions that the compiler inlined there.
pub(crate) fn backtrace<L: AsRef<[Line]>>(
    called: &[Called],
    lines: impl Fn(Place) -> Option<L>,
) -> Vec<String> {
    let mut shown = Vec::new();
    for Called { function, place } in called {
        let lines = place.and_then(&lines);
        match lines.as_ref().map(AsRef::as_ref) {
            None | Some([]) => shown.push(function.clone()),
            Some(lines) => shown.extend(lines.iter().map(|line| line.shown(function))),
        }
    }
    let more = shown.len().saturating_sub(LINES);
    if more > 0 {
        shown.truncate(LINES);
        shown.push(format!("{more} more"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(function: &str, offset: u32) -> Called {
        let place = Place {
            offset,
            function: 0,
        };
        Called {
            function: function.to_owned(),
            place: Some(place),
        }
    }

    #[test]
    fn inlined_functions_are_told_and_lines_are_counted() {
        let line = |function: Option<&str>| Line {
            function: function.map(str::to_owned),
            file: Some("lib.rs".to_owned()),
            line: Some(7),
        };
        let lines = [line(Some("inner")), line(None)];
        let known = |place: Place| (place.offset == 1).then_some(lines.as_slice());
        let all = [called("outer", 1), called("main", 2)];
        assert_eq!(
            backtrace(&all, known),
            ["inner at lib.rs:7", "outer at lib.rs:7", "main"]
        );
        let many = vec![called("f", 1); LINES];
        let shown = backtrace(&many, known);
        assert_eq!(shown.len(), LINES + 1);
        assert_eq!(shown[LINES], format!("{LINES} more"));
    }
}
