//! Exit statuses, as documented in `docs/cli.md` and in `stormcell --help`.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It did what it was asked to do.
    Ok,
    /// A topology lost rows or was given up, or a component could not be built.
    Failed,
    /// The command line is wrong (clap ends with the same status).
    Usage,
    /// A file that was given is wrong: a topology or a component.
    BadData,
    /// A file that was named is not there or cannot be read.
    NoInput,
    /// A program that is needed is not installed.
    Unavailable,
    /// A defect of stormcell, or the system refused something ordinary.
    Internal,
    /// Ctrl-C.
    Interrupted,
}

impl Status {
    /// The number that the shell sees. The middle ones are those of sysexits.h.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::BadData => 65,
            Self::NoInput => 66,
            Self::Unavailable => 69,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}

/// The statuses in the long help.
pub(crate) const HELP: &str = "\
Exit status:
  0    all went well
  1    rows failed for good, a topology was given up, or a build failed
  2    the command line is wrong
  65   a topology file or a component is wrong
  66   a file that was named cannot be read
  69   a program that is needed is not installed
  70   a defect of stormcell, or the system refused something
  130  interrupted by Ctrl-C";
