//! A log file: one [`LogLine`] a line, as JSON.
//!
//! Who writes a line never waits for the disk: lines go through a bounded queue to a
//! thread of the file's own. Invariants:
//! - a line is in the file as a whole or not at all, also when the disk is full;
//! - the files of one log, the current one and the one before (`.1`), take at most
//!   about twice [`LogLimits::file_bytes`];
//! - lines that were lost are counted, and the log says so once it can be written again;
//! - nothing in a message that a terminal would obey reaches the file.

mod disk;
mod text;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use stormcell_protocol::api::LogLine;

use disk::Disk;

/// How much a log takes, on disk and in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLimits {
    /// A file is renamed to its name with `.1` before it grows beyond this many bytes.
    pub file_bytes: u64,
    /// Lines that wait to be written take at most about this many bytes; more are lost.
    pub queue_bytes: usize,
}

impl Default for LogLimits {
    /// Files of 16 MiB, and 4 MiB that wait.
    fn default() -> Self {
        Self {
            file_bytes: 16 << 20,
            queue_bytes: 4 << 20,
        }
    }
}

/// How long dropping a [`LogFile`] waits for lines to be written.
const FAREWELL: Duration = Duration::from_secs(2);

/// An open log. Dropping it writes what waits, for at most two seconds.
#[derive(Debug)]
pub struct LogFile {
    shared: Arc<Shared>,
    path: PathBuf,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    queue_bytes: usize,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<LogLine>,
    bytes: usize,
    lost: Option<Lost>,
    /// The thread has taken lines that it has not yet written.
    writing: bool,
    closed: bool,
}

/// Lines that are not in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lost {
    lines: u64,
    reason: String,
    /// The last of them, without its text: when, and by which worker.
    last: LogLine,
}

impl Lost {
    fn add(lost: &mut Option<Self>, line: &LogLine, reason: &str) {
        let lines = lost.as_ref().map_or(0, |lost| lost.lines) + 1;
        *lost = Some(Self {
            lines,
            reason: reason.to_owned(),
            last: LogLine {
                at: line.at,
                worker: line.worker,
                incarnation: line.incarnation,
                component: None,
                task: None,
                level: "warn".to_owned(),
                message: String::new(),
            },
        });
    }

    fn notice(&self) -> LogLine {
        let (lines, were) = match self.lines {
            1 => ("line", "was"),
            _ => ("lines", "were"),
        };
        LogLine {
            message: format!("{} {lines} {were} lost: {}", self.lines, self.reason),
            ..self.last.clone()
        }
    }
}

impl LogFile {
    /// A log at this path, appended to if it is there. Its folder must exist by the time
    /// a line is written; until then, and whenever the disk refuses, lines are lost and
    /// counted, and the next lines try again.
    ///
    /// # Errors
    ///
    /// Only if the thread of the log cannot be started.
    pub fn open(path: impl Into<PathBuf>, limits: LogLimits) -> io::Result<Self> {
        let path = path.into();
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            queue_bytes: limits.queue_bytes,
        });
        let disk = Disk::new(path.clone(), limits.file_bytes);
        let of_thread = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || of_thread.write_until_closed(disk))?;
        Ok(Self { shared, path })
    }

    /// The current file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Has the line written soon. Never waits for the disk; if too much waits already, the
    /// line is lost and counted. Messages over 64 KiB are cut, control characters other
    /// than line ends and tabs are escaped.
    pub fn write(&self, line: LogLine) {
        let size = size_of::<LogLine>() + line.message.len();
        let mut queue = self.shared.queue.lock();
        if queue.bytes + size > self.shared.queue_bytes {
            let reason = "they came faster than they could be written";
            Lost::add(&mut queue.lost, &line, reason);
            return;
        }
        queue.bytes += size;
        queue.lines.push_back(line);
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Waits until all lines so far are written, or lost. Returns false if that takes
    /// longer than `timeout`.
    pub fn flush(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut queue = self.shared.queue.lock();
        while !queue.lines.is_empty() || queue.writing {
            if self
                .shared
                .changed
                .wait_until(&mut queue, deadline)
                .timed_out()
            {
                return queue.lines.is_empty() && !queue.writing;
            }
        }
        true
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        self.shared.queue.lock().closed = true;
        self.shared.changed.notify_all();
        self.flush(FAREWELL);
    }
}

impl Shared {
    fn write_until_closed(&self, mut disk: Disk) {
        loop {
            let mut queue = self.queue.lock();
            queue.writing = false;
            self.changed.notify_all();
            while queue.lines.is_empty() && queue.lost.is_none() && !queue.closed {
                self.changed.wait(&mut queue);
            }
            if queue.lines.is_empty() && queue.lost.is_none() {
                break;
            }
            let lines = std::mem::take(&mut queue.lines);
            queue.bytes = 0;
            let lost = queue.lost.take();
            queue.writing = true;
            drop(queue);
            disk.write(&lines, lost);
        }
        disk.finish();
    }
}

#[cfg(test)]
mod tests;
