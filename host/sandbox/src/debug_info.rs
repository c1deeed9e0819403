//! Files and lines of what was being called: what the debug information of a component
//! (DWARF) says of places in its code.
//!
//! It is written by a stranger. Whoever reads it may be led to call himself without end, to
//! compute for hours, or to write gigabytes from a few kilobytes. So it is read by a child
//! process, the one that compiles ([`crate::compiler`]), under limits of its own.
//!
//! Invariants:
//! - nothing of it is read in a process that runs tasks; where components are compiled in
//!   the same process there are no files and lines;
//! - each place of a component is asked for once; how many places of one component are asked
//!   for, and how long that takes in all, is bounded ([`looked`]);
//! - a component that could not be read within the limits is not asked for again;
//! - what the child answers is a text of a stranger: bounded, counted, escaped;
//! - nobody waits for it for long, and compiling does not wait for it.

pub(crate) mod answer;
mod looked;
pub(crate) mod lookup;
mod resolver;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::fault::names;
pub(crate) use resolver::{Lines, Resolver};

/// Places that are asked for at a time.
pub(crate) const AT_A_TIME: usize = 32;

/// Functions of one place: the one that was called, and those inlined there.
const FUNCTIONS: usize = 16;

/// A place in the code of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    /// From the beginning of the file of the component, in bytes.
    pub(crate) offset: u32,
    /// The function that it is in, by its index in its module. The engine has modules that
    /// it makes itself, and their offsets mean nothing in the file: there the function is
    /// another one.
    pub(crate) function: u32,
}

/// A function and the line of it that was reached. All texts are as people are shown them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Its name, if it has one here.
    pub(crate) function: Option<String>,
    /// The file.
    pub(crate) file: Option<String>,
    /// The line in the file, from 1 on.
    pub(crate) line: Option<u32>,
}

impl Line {
    /// Of texts as they stand in debug information.
    fn new(function: Option<&str>, file: Option<&str>, line: Option<u32>) -> Self {
        Self {
            function: function.map(names::function),
            file: file.map(names::file),
            line,
        }
    }

    /// `function at file:line`, as much of it as is known.
    pub(crate) fn shown(&self, function: &str) -> String {
        let mut shown = self.function.as_deref().unwrap_or(function).to_owned();
        if let Some(file) = &self.file {
            let _ = write!(shown, " at {file}");
            if let Some(line) = self.line {
                let _ = write!(shown, ":{line}");
            }
        }
        shown
    }
}
