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

/// What a process ended with, and what it last said.
pub(super) fn reason(status: Option<ExitStatus>, ended_here: bool, stderr: &Path) -> String {
    let how = match status {
        // It may have ended by itself in the moment before.
        status if ended_here && status.is_none_or(|status| status.signal() == Some(9)) => {
            "the supervisor ended it (SIGKILL)".to_owned()
        }
        None => "its process is gone; an earlier supervisor had started it".to_owned(),
        Some(status) => how(status),
    };
    match last_lines(stderr) {
        Ok(lines) if !lines.is_empty() => format!("{how}; it last wrote: {lines}"),
        _ => how,
    }
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) => "it exited by itself (status 0)".to_owned(),
        (Some(code), _) => format!("it exited with status {code}"),
        (None, Some(9)) => {
            "it was killed (SIGKILL): by somebody, or because memory ran out".to_owned()
        }
        (None, Some(signal)) => format!("it was ended by signal {signal}{}", name(signal)),
        (None, None) => "it ended".to_owned(),
    }
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
        let status = ExitStatus::from_raw(3 << 8);
        assert_eq!(
            reason(Some(status), false, temp.path()),
            "it exited with status 3; it last wrote: 1 | 2 | 3 | 4[31m | 5"
        );
    }

    #[test]
    fn without_a_file_the_status_is_said() {
        let nowhere = Path::new("/nonexistent/stderr");
        assert!(reason(Some(ExitStatus::from_raw(9)), false, nowhere).contains("memory ran out"));
        assert!(reason(Some(ExitStatus::from_raw(9)), true, nowhere).contains("the supervisor"));
        for ended_here in [false, true] {
            let aborted = reason(Some(ExitStatus::from_raw(6)), ended_here, nowhere);
            assert!(aborted.contains("SIGABRT"), "{aborted}");
        }
        assert!(reason(Some(ExitStatus::from_raw(11)), false, nowhere).contains("SIGSEGV"));
        assert!(reason(None, false, nowhere).contains("earlier supervisor"));
    }
}
