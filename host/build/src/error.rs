//! What can go wrong in a build.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Language;

/// What went wrong in a build, complete enough to act on. Cheap to clone: one
/// missing tool may be the reason for several components.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A program is needed that is not installed.
    #[error("`{tool}` is not installed; it is needed {why}\n  install it with: {install}")]
    MissingTool {
        /// The program or part, as people call it.
        tool: String,
        /// What for: completes "it is needed ...".
        why: String,
        /// The exact line that installs it.
        install: String,
    },
    /// A program ended with an error.
    #[error("{}", failed(.command, .status, .output))]
    Failed {
        /// What was run.
        command: String,
        /// How it ended: "exit status: 1", or the signal.
        status: String,
        /// The last lines that it printed, on either output, oldest first.
        output: Vec<String>,
    },
    /// The sources are not valid in their language. Nothing was built.
    #[error("the build failed:{}", lines(.output))]
    Syntax {
        /// What the compiler of the language says, with file and line.
        output: Vec<String>,
    },
    /// A file or folder could not be used.
    #[error("{doing} {}: {error}", .path.display())]
    Io {
        /// What was being done: "reading", "creating".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: Arc<io::Error>,
    },
    /// A project file says something that cannot be built.
    #[error("{}: {message}", .path.display())]
    Project {
        /// The project file.
        path: PathBuf,
        /// What is wrong, what was expected, and what to do.
        message: String,
    },
    /// The source is not a folder.
    #[error("{}: there is no such source folder", .path.display())]
    NotAFolder {
        /// What was named.
        path: PathBuf,
    },
    /// No language knows the folder.
    #[error(
        "{}: nothing here says how to build a component; looked for\n  {}",
        .path.display(), .looked_for.join("\n  ")
    )]
    NoLanguage {
        /// The folder.
        path: PathBuf,
        /// One line for each language.
        looked_for: Vec<String>,
    },
    /// Several languages know the folder.
    #[error(
        "{}: this is a component in {}; keep one and move the other to its own folder",
        .path.display(), listed(.languages)
    )]
    SeveralLanguages {
        /// The folder.
        path: PathBuf,
        /// Those that know it.
        languages: Vec<Language>,
    },
    /// A tool reported success, but what it left is no component.
    #[error("{}: the build left no WebAssembly component: {message}", .path.display())]
    NoComponent {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        message: String,
    },
    /// The folder that everything is kept in has links in it, or was not made by this program
    /// where it is, and it would not be safe to tidy it up.
    #[error(
        "{}: there are links in this folder, or it was not made here and has folders that may \
         not be stormcell's; so nothing in it is used or changed. If it is the right folder, \
         remove it, and everything that is needed is made anew (kept state and dead letters \
         are in its folders state and dead-letters); else name another one with --state-dir",
        .path.display()
    )]
    FromElsewhere {
        /// The folder.
        path: PathBuf,
    },
    /// Something that this program has put there and runs is not as it was.
    #[error(
        "{}: this was changed after it was put there, so nothing of it is run. Remove it, \
         and it is made anew",
        .path.display()
    )]
    Changed {
        /// The file or folder.
        path: PathBuf,
    },
    /// The folder was never built, and nothing is to be built.
    #[error(
        "{}: this source folder has not been built, and --no-build says that nothing is \
         built; build it with: stormcell build {}   (that runs code of its author)",
        .path.display(), .path.display()
    )]
    NotBuilt {
        /// The source folder.
        path: PathBuf,
    },
    /// The folder was built, but from something else, and nothing is to be built.
    #[error(
        "{}: this source folder has changed since it was built, and --no-build says that \
         nothing is built; build it with: stormcell build {}   (that runs code of its \
         author)",
        .path.display(), .path.display()
    )]
    Stale {
        /// The source folder.
        path: PathBuf,
    },
    /// The build was stopped from outside.
    #[error("the build was stopped")]
    Cancelled,
}

impl BuildError {
    /// What the system says about a file or folder; `doing` as in "reading".
    pub fn io(doing: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Io {
            doing,
            path: path.to_owned(),
            error: Arc::new(error),
        }
    }

    /// The same error, with a line more below what a failed program printed: what the
    /// program cannot know. Other errors stay as they are.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        if let Self::Failed { output, .. } = &mut self {
            output.push(format!("note: {}", note.into()));
        }
        self
    }
}

/// What a program printed, and then what was run: an author looks for what is wrong in the
/// source, and not for our command.
fn failed(command: &str, status: &str, output: &[String]) -> String {
    if output.is_empty() {
        return format!("`{command}` failed ({status}) and printed nothing");
    }
    let (program, arguments) = command.split_once(' ').unwrap_or((command, ""));
    let name = program.rsplit('/').next().unwrap_or(program);
    let short = format!("{name} {arguments}");
    let short = short.trim_end();
    let beginning: String = short.chars().take(SHOWN_OF_COMMAND).collect();
    let rest = if beginning.len() < short.len() {
        " …"
    } else {
        ""
    };
    format!(
        "the build failed:{}\n  ({status}: {beginning}{rest})",
        lines(output)
    )
}

/// Characters of a command that are shown below what it printed, from the name of the program
/// on: our own have long paths and many arguments.
const SHOWN_OF_COMMAND: usize = 100;

/// Lines that a program printed, each in a line of its own.
fn lines(output: &[String]) -> String {
    output.iter().fold(String::new(), |mut text, line| {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  | {line}");
        text
    })
}

fn listed(languages: &[Language]) -> String {
    let names: Vec<String> = languages.iter().map(ToString::to_string).collect();
    names.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_comes_after_what_a_failed_program_printed() {
        let failed = BuildError::Failed {
            command: "pip install x".to_owned(),
            status: "exit status: 1".to_owned(),
            output: vec!["no such package".to_owned()],
        };
        assert_eq!(
            failed.with_note("look elsewhere").to_string(),
            "the build failed:\n  | no such package\n  | note: look elsewhere\n  \
             (exit status: 1: pip install x)"
        );
    }

    #[test]
    fn a_long_command_is_cut_below_what_it_printed() {
        let failed = |output: &[&str]| {
            let path = "/long".repeat(50);
            let failed = BuildError::Failed {
                command: format!("{path}/python -m pip install {}", "x".repeat(2_000)),
                status: "exit status: 1".to_owned(),
                output: output.iter().map(ToString::to_string).collect(),
            };
            failed.to_string()
        };
        let said = failed(&["TypeError: x"]);
        assert!(said.ends_with("xxx …)") && said.len() < 200, "{said}");
        assert!(
            said.contains("(exit status: 1: python -m pip install xxx"),
            "{said}"
        );
        assert!(failed(&[]).len() > 2_000);
    }

    #[test]
    fn other_errors_take_no_note() {
        let cancelled = BuildError::Cancelled.with_note("look elsewhere");
        assert_eq!(cancelled.to_string(), BuildError::Cancelled.to_string());
    }
}
