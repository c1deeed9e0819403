//! Why a process has ended, for people.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

/// So many bytes at the end of what it wrote to standard error are looked at.
const TAIL: u64 = 4096;
/// So many of its last lines are shown.
const LINES: usize = 5;
/// No line of more characters is shown.
const LINE: usize = 400;
/// The number of SIGKILL.
const KILL: i32 = 9;

/// What is known of the end of a process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct End {
    /// What the kernel says; `None`: it tells that only the process that started it.
    pub(super) status: Option<ExitStatus>,
    /// Whether the supervisor sent it SIGKILL before anything else had ended it.
    pub(super) killed_here: bool,
    /// How many processes the kernel has ended meanwhile because memory ran out, on the
    /// whole machine; 0 if that is not known.
    pub(super) out_of_memory: u64,
}

/// What a process ended with, and what it last said.
pub(super) fn reason(end: End, stderr: &Path) -> String {
    let how = how(end);
    match last_lines(stderr) {
        Ok(lines) if !lines.is_empty() => format!("{how}; it last wrote: {lines}"),
        _ => how,
    }
}

/// That the supervisor ended it is said only if it did: it sent its signal before anything
/// else had ended the process, and the kernel says that this signal is what ended it.
fn how(end: End) -> String {
    let Some(status) = end.status else {
        return match end.killed_here {
            true => "the supervisor ended it (SIGKILL)".to_owned(),
            false => "its process is gone; an earlier supervisor had started it, so the kernel \
                      does not say how"
                .to_owned(),
        };
    };
    match (status.code(), status.signal()) {
        (Some(0), _) => "it exited by itself (status 0)".to_owned(),
        (Some(code), _) => format!("it exited with status {code}"),
        (None, Some(KILL)) if end.killed_here => "the supervisor ended it (SIGKILL)".to_owned(),
        (None, Some(KILL)) => format!(
            "it was killed by signal 9 (SIGKILL), not by stormcell: {}",
            match end.out_of_memory {
                0 => "by somebody, or by the kernel because memory ran out".to_owned(),
                1 => "by the kernel because memory ran out, most likely: it has ended a process \
                      for that since this one was started"
                    .to_owned(),
                several => format!(
                    "by the kernel because memory ran out, most likely: it has ended {several} \
                     processes for that since this one was started"
                ),
            }
        ),
        (None, Some(signal)) => format!("it was ended by signal {signal}{}", name(signal)),
        (None, None) => "it ended".to_owned(),
    }
}

/// How many processes the kernel has ended because memory ran out, since it started
/// (`/proc/vmstat`); `None` if it does not say.
pub(super) fn ended_for_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/vmstat").ok()?;
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
}

fn name(signal: i32) -> &'static str {
    match signal {
        2 => " (SIGINT)",
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// The last lines of a file, on one line, without control characters.
fn last_lines(path: &Path) -> io::Result<String> {
    let mut file = stormcell_regular_file::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<String> = text
        .lines()
        .rev()
        .map(|line| {
            let plain = line.chars().filter(|c| !c.is_control());
            plain.take(LINE).collect::<String>().trim().to_owned()
        })
        .filter(|line| !line.is_empty())
        .take(LINES)
        .collect();
    lines.reverse();
    Ok(lines.join(" | "))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_last_lines_say_why() {
        let temp = tempfile::NamedTempFile::new().unwrap();
        let text = format!("{}\n1\n2\n\n3\n4\u{1b}[31m\n5\n", "x".repeat(10_000));
        std::fs::write(temp.path(), text).unwrap();
        let end = ended(3 << 8, false);
        assert_eq!(
            reason(end, temp.path()),
            "it exited with status 3; it last wrote: 1 | 2 | 3 | 4[31m | 5"
        );
    }

    fn ended(raw: i32, killed_here: bool) -> End {
        End {
            status: Some(ExitStatus::from_raw(raw)),
            killed_here,
            out_of_memory: 0,
        }
    }

    #[test]
    fn what_the_kernel_said_is_said() {
        let killed = how(ended(9, false));
        assert!(
            killed.contains("signal 9 (SIGKILL), not by stormcell: by somebody"),
            "{killed}"
        );
        let for_memory = how(End {
            out_of_memory: 2,
            ..ended(9, false)
        });
        assert!(
            for_memory.contains("not by stormcell") && for_memory.contains("ended 2 processes"),
            "{for_memory}"
        );
        // The kernel does not say how others end that this process did not start.
        let gone = how(End::default());
        assert!(gone.contains("earlier supervisor"), "{gone}");
    }

    /// The law: the supervisor is named only if its signal is what ended the process.
    #[test]
    fn the_supervisor_ended_only_what_its_signal_ended() {
        for raw in (0..0x80).chain((0..=0xff).map(|code| code << 8)) {
            let status = ExitStatus::from_raw(raw);
            for killed_here in [false, true] {
                for out_of_memory in [0, 1] {
                    let said = how(End {
                        status: Some(status),
                        killed_here,
                        out_of_memory,
                    });
                    let by_it = killed_here && status.signal() == Some(KILL);
                    assert_eq!(said.contains("the supervisor"), by_it, "{status}: {said}");
                    if let Some(signal) = status.signal().filter(|_| !by_it) {
                        assert!(said.contains(&format!("signal {signal}")), "{said}");
                    }
                    if let Some(code) = status.code() {
                        assert!(said.contains(&format!("status {code}")), "{said}");
                    }
                }
            }
        }
    }
}
