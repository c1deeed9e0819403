//! Commands on a terminal, where somebody can be asked.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use crate::cluster::{Cluster, Said};

/// Runs its arguments on a terminal of their own, and types its standard input there.
/// Python, which the examples need as well, knows how to make a terminal.
const ON_A_TERMINAL: &str = "\
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
";

impl Cluster {
    /// Runs a command on a terminal on which this is typed; its standard output is all
    /// that can be read there.
    pub(crate) fn on_a_terminal(&self, arguments: &[&str], typed: &str) -> Said {
        let client = self.command(arguments);
        let file = self.dir().join("typed");
        fs::write(&file, typed).unwrap();
        let mut command = Command::new("python3");
        command
            .args(["-c", ON_A_TERMINAL])
            .arg(client.get_program())
            .args(client.get_args())
            .args(["--color", "never"])
            .env("STORMCELL_DATA", self.data())
            .stdin(Stdio::from(File::open(&file).unwrap()));
        self.run(&mut command)
    }
}
