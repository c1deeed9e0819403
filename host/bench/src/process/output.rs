//! What a program prints: its standard output line by line, and the end of its standard
//! error.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many of the last lines of standard error are kept.
const KEPT: usize = 60;

/// What came of waiting for a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A line, without its end.
    Line(String),
    /// None within the time.
    Nothing,
    /// There will be none: the output is closed.
    Closed,
}

/// What a program prints.
#[derive(Debug)]
pub(super) struct Lines {
    stdout: Receiver<String>,
    stderr: Arc<Mutex<VecDeque<String>>>,
    /// Closed when the end of standard error has been read.
    stderr_open: Receiver<()>,
}

impl Lines {
    /// Reads both outputs, which are pipes, on threads of their own, so that the program
    /// never waits for somebody who reads.
    pub(super) fn of(child: &mut Child) -> Self {
        let (sender, stdout) = mpsc::channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || each_line(output, |line| sender.send(line).is_ok()));
        }
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let (open, stderr_open) = mpsc::channel::<()>();
        if let Some(output) = child.stderr.take() {
            let kept = Arc::clone(&stderr);
            std::thread::spawn(move || {
                let _open = open;
                each_line(output, |line| {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    if kept.len() == KEPT {
                        kept.pop_front();
                    }
                    kept.push_back(line);
                    true
                });
            });
        }
        Self {
            stdout,
            stderr,
            stderr_open,
        }
    }

    /// Waits so long for the next line of standard output.
    pub(super) fn next(&self, limit: Duration) -> Next {
        match self.stdout.recv_timeout(limit) {
            Ok(line) => Next::Line(line),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::Closed,
        }
    }

    /// The last lines of standard error; of a program that has ended, all of them are
    /// there.
    pub(super) fn errors(&self) -> String {
        // A process that was not found may hold it open: then what is there must do.
        let _ = self.stderr_open.recv_timeout(Duration::from_millis(200));
        let kept = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// The last lines of a longer text.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let kept = &lines[lines.len().saturating_sub(KEPT)..];
    kept.iter().map(|line| format!("{line}\n")).collect()
}

/// Hands over each line until the output ends or nobody wants more.
fn each_line(output: impl Read, mut take: impl FnMut(String) -> bool) {
    let mut reader = BufReader::new(output);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match reader.read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let line = String::from_utf8_lossy(&bytes);
                if !take(line.trim_end_matches(['\n', '\r']).to_owned()) {
                    return;
                }
            }
        }
    }
}
