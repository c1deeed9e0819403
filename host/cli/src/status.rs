//! Exit statuses, as documented in `docs/cli.md` and in `stormcell --help`.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It did what it was asked to do.
    Ok,
    /// A topology lost rows or was given up, a component could not be built, a
    /// deployment was rolled back, or the supervisor says that it cannot be done now.
    Failed,
    /// The command line is wrong (clap ends with the same status).
    Usage,
    /// A file that was given is wrong: a topology or a component; or the store of a data
    /// folder is damaged.
    BadData,
    /// A file or a topology that was named is not there or cannot be read.
    NoInput,
    /// A program that is needed is not installed, no supervisor answers, or another one
    /// has the data folder or the address.
    Unavailable,
    /// A defect of stormcell, or the system refused something ordinary.
    Internal,
    /// The supervisor does not accept the token, nobody it trusts has signed a component, or
    /// a deployment asks for more than it may; or the token cannot be read.
    NoPermission,
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
            Self::NoPermission => 77,
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
  1    rows failed for good, a topology was given up, a build failed, a deployment was
       rolled back, or the supervisor refused what cannot be done now
  2    the command line is wrong
  65   a topology file or a component is wrong, or the store of a supervisor is damaged
  66   a file that was named cannot be read, or there is no such topology
  69   a program that is needed is not installed, no supervisor answers, or another
       one has the data folder or the address
  70   a defect of stormcell, or the system refused something
  77   the supervisor does not accept the token, nobody it trusts has signed a
       component, or a deployment asks for more than it may; or the token cannot be
       used
  130  interrupted by Ctrl-C";
