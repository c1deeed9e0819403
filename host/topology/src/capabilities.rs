//! What components ask for beyond their own memory, in words: one table from the interfaces
//! that a component may import to what they give and to the grant that opens them.
//!
//! A component cannot use what it does not import. That it imports something does not say
//! that it uses it: toolchains of languages import all of WASI for whatever they build. What
//! its author says that it cannot do without is told apart ([`Capability`]).

use std::fmt;

use crate::description::{Capability, Description};

/// How a component gets what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Every component has it: it reaches nothing that is not its own.
    Always,
    /// What it gets is said by this key under `grants`.
    Grant(&'static str),
    /// Nobody is given it: every call answers with an error.
    Never,
    /// The host does not have it: the component is not run.
    Unknown,
}

/// A kind of thing that components ask for.
#[derive(Debug, PartialEq, Eq)]
struct Kind {
    name: &'static str,
    words: &'static str,
    given: Given,
    /// How the names of its interfaces begin.
    interfaces: &'static [&'static str],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "files",
        words: "reads and writes files, in granted folders only",
        given: Given::Grant("files"),
        interfaces: &["wasi:filesystem/"],
    },
    Kind {
        name: "http",
        words: "calls HTTP servers, granted ones only",
        given: Given::Grant("http"),
        interfaces: &["wasi:http/"],
    },
    Kind {
        name: "state",
        words: "has the host keep values for it, if that is granted",
        given: Given::Grant("state"),
        interfaces: &["stormcell:topology/state"],
    },
    Kind {
        name: "env",
        words: "reads environment variables, granted ones only",
        given: Given::Grant("env"),
        interfaces: &["wasi:cli/environment"],
    },
    Kind {
        name: "stdout",
        words: "writes to standard output and error, which is shown if that is granted",
        given: Given::Grant("stdout"),
        interfaces: &["wasi:cli/stdout", "wasi:cli/stderr"],
    },
    Kind {
        name: "clock",
        words: "reads the clock, and waits; the real one only if that is granted",
        given: Given::Grant("clock"),
        interfaces: &["wasi:clocks/"],
    },
    Kind {
        name: "random",
        words: "asks for random numbers, real ones only if that is granted",
        given: Given::Grant("random"),
        interfaces: &["wasi:random/"],
    },
    Kind {
        name: "sockets",
        words: "opens connections of its own, which is never granted",
        given: Given::Never,
        interfaces: &["wasi:sockets/"],
    },
    Kind {
        name: "config",
        words: "reads its configuration",
        given: Given::Always,
        interfaces: &["stormcell:topology/config"],
    },
    Kind {
        name: "log",
        words: "writes log lines",
        given: Given::Always,
        interfaces: &["stormcell:topology/logging"],
    },
    Kind {
        name: "metrics",
        words: "has counters and gauges of its own",
        given: Given::Always,
        interfaces: &["stormcell:topology/metrics"],
    },
    Kind {
        name: "stdin",
        words: "reads standard input, which is empty",
        given: Given::Always,
        interfaces: &["wasi:cli/stdin"],
    },
    Kind {
        name: "terminal",
        words: "asks whether it writes to a terminal, which it does not",
        given: Given::Always,
        interfaces: &["wasi:cli/terminal-"],
    },
    Kind {
        name: "exit",
        words: "ends its own instance",
        given: Given::Always,
        interfaces: &["wasi:cli/exit"],
    },
    Kind {
        name: "streams",
        words: "moves bytes, and waits, for the others",
        given: Given::Always,
        interfaces: &["wasi:io/"],
    },
];

/// What interfaces give that are not in the table.
const UNKNOWN: Kind = Kind {
    name: "unknown",
    words: "imports what this host does not have",
    given: Given::Unknown,
    interfaces: &[],
};

/// Types only: they give nothing.
const NOTHING: &str = "stormcell:topology/types";

/// Something that a component asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// A word for it: `files`, `http`, `sockets`.
    pub name: &'static str,
    /// The same for people: what it does.
    pub words: &'static str,
    /// How it gets it.
    pub given: Given,
    /// The interfaces that it imports for it, by full name.
    pub interfaces: Vec<String>,
    /// Whether it says itself that it cannot do without.
    pub declared: bool,
}

impl Asked {
    /// Whether it reaches what is not the component's own, so that it matters who asks
    /// for it.
    pub fn reaches_out(&self) -> bool {
        self.given != Given::Always
    }
}

impl fmt::Display for Asked {
    /// `http: calls HTTP servers, granted ones only (grants.http)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.words)?;
        match self.given {
            Given::Grant(key) => write!(f, " (grants.{key})"),
            Given::Always | Given::Never | Given::Unknown => Ok(()),
        }
    }
}

/// The words for all that components may ask for and that reaches what is not their own.
pub fn names() -> impl Iterator<Item = &'static str> {
    let asked = KINDS.iter().filter(|kind| kind.given != Given::Always);
    asked.map(|kind| kind.name)
}

/// What a component asks for, what reaches farthest first.
pub fn asked(description: &Description) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    for kind in KINDS.iter().chain([&UNKNOWN]) {
        let imports = description.imports.iter();
        let interfaces: Vec<String> = imports
            .filter(|import| kind_of(import) == Some(kind))
            .cloned()
            .collect();
        let declares = |capability: &Capability| kind.given == Given::Grant(capability.grant());
        let declared = description.capabilities.iter().any(declares);
        if declared || !interfaces.is_empty() {
            asked.push(Asked {
                name: kind.name,
                words: kind.words,
                given: kind.given,
                interfaces,
                declared,
            });
        }
    }
    asked
}

/// Whether a component can use what this key under `grants` opens: it imports an interface for
/// it, or says that it cannot do without.
pub(crate) fn can_use(description: &Description, grant: &str) -> bool {
    let opens = |asked: &Asked| matches!(asked.given, Given::Grant(key) if key == grant);
    asked(description).iter().any(opens)
}

/// How the names of the interfaces begin that this key under `grants` opens.
pub(crate) fn interfaces_of(grant: &str) -> impl Iterator<Item = &'static str> {
    let opened = KINDS
        .iter()
        .filter(move |kind| matches!(kind.given, Given::Grant(key) if key == grant));
    opened.flat_map(|kind| {
        kind.interfaces
            .iter()
            .map(|name| name.trim_end_matches('/'))
    })
}

fn kind_of(import: &str) -> Option<&'static Kind> {
    if import.starts_with(NOTHING) {
        return None;
    }
    let is_of = |kind: &&Kind| {
        let mut beginnings = kind.interfaces.iter();
        beginnings.any(|beginning| import.starts_with(beginning))
    };
    Some(KINDS.iter().find(is_of).unwrap_or(&UNKNOWN))
}

/// How what a component asks for differs from what another one does. Only what reaches out
/// counts ([`Asked::reaches_out`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// What it asks for and the other one did not; or says that it cannot do without, which
    /// the other one did not say.
    pub more: Vec<Asked>,
    /// What it does not ask for any more.
    pub less: Vec<Asked>,
}

/// The difference from one component to the one that is to take its place.
pub fn difference(before: &Description, after: &Description) -> Difference {
    let (before, after) = (asked(before), asked(after));
    let find = |all: &[Asked], name| all.iter().find(|asked| asked.name == name).cloned();
    let is_more = |asked: &Asked| match find(&before, asked.name) {
        Some(earlier) => asked.declared && !earlier.declared,
        None => true,
    };
    let more = after.iter().filter(|asked| asked.reaches_out());
    let less = before.iter().filter(|asked| asked.reaches_out());
    Difference {
        more: more.filter(|asked| is_more(asked)).cloned().collect(),
        less: less
            .filter(|asked| find(&after, asked.name).is_none())
            .cloned()
            .collect(),
    }
}

#[cfg(test)]
mod tests;
