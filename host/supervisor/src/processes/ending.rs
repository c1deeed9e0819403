//! Whether a process is on its way out, as the kernel says in `/proc` (proc_pid_stat(5),
//! proc_pid_status(5)).
//!
//! Between the moment at which something ends a process and the moment at which it has ended,
//! its descriptors are closed: its peers notice, and tell the supervisor, which ends it to be
//! certain. What ended it is what was there before. That is known here: a SIGKILL that was
//! sent to a process stays among its pending signals until somebody has waited for it, and a
//! process that exits says so in its flags.

use std::io;

/// The flag of a process that exits (`PF_EXITING`).
const EXITING: u64 = 0x4;
/// The bit of SIGKILL in a set of signals.
const KILL: u64 = 1 << 8;

/// Whether the process with this number is on its way out, or has ended.
pub(super) fn is_ending(pid: u32) -> io::Result<bool> {
    let read = |name: &str| match std::fs::read(format!("/proc/{pid}/{name}")) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    match (read("status")?, read("stat")?) {
        (Some(status), Some(stat)) => Ok(says(&stat, &status)),
        // It has ended, and somebody has waited for it.
        _ => Ok(true),
    }
}

/// Whether these two files say so.
fn says(stat: &str, status: &str) -> bool {
    // The name of the program, in brackets, may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let mut fields = fields.split_whitespace();
    let gone = matches!(fields.next(), Some("Z" | "X" | "x"));
    // The flags are the ninth of all fields, the seventh after the name.
    let flags = fields.nth(5).and_then(|flags| flags.parse::<u64>().ok());
    let exits = flags.is_some_and(|flags| flags & EXITING != 0);
    let killed = status.lines().any(|line| {
        let pending = ["SigPnd:", "ShdPnd:"];
        let set = pending.iter().find_map(|name| line.strip_prefix(name));
        set.and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
            .is_some_and(|set| set & KILL != 0)
    });
    gone || exits || killed
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::process::{Command, Stdio};

    use super::*;

    const ALIVE: &str = "12 (a ) Z 4 ) S 1 12 12 0 -1 4194560 100 0";

    fn status(own: u64, shared: u64) -> String {
        format!(
            "Name:\ta\nSigPnd:\t{own:016x}\nShdPnd:\t{shared:016x}\nSigBlk:\t0000000000000100\n"
        )
    }

    #[test]
    fn what_the_kernel_says_of_a_process() {
        assert!(!says(ALIVE, &status(0, 0)));
        assert!(!says(ALIVE, &status(1 << 14, 1 << 14)), "SIGTERM");
        assert!(says(ALIVE, &status(0, 1 << 8)), "it was killed");
        assert!(says(ALIVE, &status(1 << 8, 0)), "another thread exits");
        let zombie = "12 (a) Z 1 12 12 0 -1 4194560 100 0";
        assert!(says(zombie, &status(0, 0)));
        let exits = "12 (a) R 1 12 12 0 -1 4194564 100 0";
        assert!(says(exits, &status(0, 0)));
        for strange in ["", "12", "12 (a", ")", ") S"] {
            assert!(!says(strange, ""), "{strange}");
        }
    }

    #[test]
    fn a_process_that_was_killed_is_ending_until_it_was_waited_for_and_after() {
        let mut child = Command::new("sleep")
            .arg("600")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let pid = child.id();
        assert!(!is_ending(pid).unwrap());
        // It is at once, however long the end takes.
        child.kill().unwrap();
        assert!(is_ending(pid).unwrap());
        child.wait().unwrap();
        assert!(is_ending(pid).unwrap());
    }
}
