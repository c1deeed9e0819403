//! The log of one task: what its guest logs, and what libraries log on its behalf.
//!
//! Both are without secrets, escaped, cut, and within the same bytes a second
//! (`limits.log-bytes`), and both go to the sink of the task, which says whose they are.
//! Where the output of the guest goes to a log, it is within these bytes as well.
//!
//! A library says what it has to say wherever it is called, and does not know for whom. So
//! while a call of a guest is polled, its log is that of the thread ([`within`]), and who
//! gets events of libraries asks for it ([`log_of_library`]).

use std::cell::Cell;
use std::fmt::{self, Display, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use stormcell_topology::plain_text::{LOG_LINE, bounded_line};

use crate::log_budget::LogBudget;
use crate::secrets::Masks;
use crate::{LogLevel, TaskSink};

/// Where everything goes that is logged by and for an instance.
pub(crate) struct TaskLog {
    /// What must not be shown.
    pub(crate) masks: Masks,
    sink: Arc<dyn TaskSink>,
    /// The budget of the task, which all its instances share.
    budget: Arc<Mutex<LogBudget>>,
    /// Whether the sink was told that output is discarded.
    discards: AtomicBool,
}

/// An output that a guest prints to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printed {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

thread_local! {
    /// The log of the task whose call is polled on this thread.
    static CURRENT: Cell<Option<Arc<TaskLog>>> = const { Cell::new(None) };
}

impl TaskLog {
    pub(crate) fn new(
        sink: Arc<dyn TaskSink>,
        masks: Masks,
        budget: Arc<Mutex<LogBudget>>,
    ) -> Self {
        Self {
            masks,
            sink,
            budget,
            discards: AtomicBool::new(false),
        }
    }

    /// Logs a line, if the budget allows.
    pub(crate) fn log(&self, level: LogLevel, message: &str) {
        // Before it is cut: a part of a secret is not known to be one.
        let message = self.masks.apply(message);
        self.add(level, &bounded_line(LOG_LINE, message));
    }

    /// Logs what is said on behalf of the guest. It is made only if there is room for it,
    /// and no more of it than a line has.
    pub(crate) fn log_on_behalf(&self, level: LogLevel, said: &dyn Display) {
        if self.budget.lock().refuse_unmade(Instant::now()) {
            return;
        }
        let line = self.line_of_library(said);
        if !self.add(level, &line) {
            // The next lines are made only to be dropped, too.
            self.budget.lock().spend();
        }
    }

    /// Passes on the output of the guest as it is. Lines for which a log has no room are dropped.
    pub(crate) fn print(&self, to: Printed, bytes: &[u8]) {
        let pass_on = |bytes: &[u8]| match to {
            Printed::Out => self.sink.stdout(bytes),
            Printed::Err => self.sink.stderr(bytes),
        };
        if !self.sink.logs_output() {
            return pass_on(bytes);
        }
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            for part in line.chunks(LOG_LINE) {
                if self.has_room(part.len()) {
                    pass_on(part);
                }
            }
        }
    }

    /// The guest wrote something to an output that is not shown.
    pub(crate) fn output_is_discarded(&self) {
        if !self.discards.swap(true, Ordering::Relaxed) {
            self.sink.output_is_discarded();
        }
    }

    fn line_of_library(&self, said: &dyn Display) -> String {
        if self.masks.is_empty() {
            return bounded_line(LOG_LINE, said);
        }
        let mut beginning = Beginning(String::new());
        match write!(beginning, "{said}") {
            Ok(()) => bounded_line(LOG_LINE, self.masks.apply(&beginning.0)),
            Err(_) => "a line of a library is not shown: it is so long that it would have to be \
                       cut, perhaps within a secret"
                .to_owned(),
        }
    }

    /// Returns whether the budget allowed it.
    fn add(&self, level: LogLevel, line: &str) -> bool {
        let has_room = self.has_room(line.len());
        if has_room {
            self.sink.log(level, line);
        }
        has_room
    }

    /// Whether the budget allows a line of this length. If so, a line before it says how many
    /// were dropped.
    fn has_room(&self, length: usize) -> bool {
        let mut budget = self.budget.lock();
        let notice = match budget.admit(length, Instant::now()) {
            true => budget.take_notice(),
            false => return false,
        };
        // Whoever writes it may log, too.
        drop(budget);
        if let Some(notice) = notice {
            self.sink.log(LogLevel::Warn, &notice);
        }
        true
    }
}

impl Drop for TaskLog {
    fn drop(&mut self) {
        let notice = self.budget.lock().take_notice();
        if let Some(notice) = notice {
            self.sink.log(LogLevel::Warn, &notice);
        }
    }
}

/// The beginning of a text, as it is: an error if there is more.
struct Beginning(String);

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len().saturating_add(text.len()) > LOG_LINE {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

/// Does some work on behalf of the task with this log, on this thread.
pub(crate) fn within<R>(log: &mut Option<Arc<TaskLog>>, work: impl FnOnce() -> R) -> R {
    struct Turn<'a>(&'a mut Option<Arc<TaskLog>>);
    impl Turn<'_> {
        fn swap(&mut self) {
            *self.0 = CURRENT.replace(self.0.take());
        }
    }
    impl Drop for Turn<'_> {
        fn drop(&mut self) {
            self.swap();
        }
    }
    let mut turn = Turn(log);
    turn.swap();
    work()
}

/// Logs what a library says, in the name of the task whose call is polled on this thread
/// and within its budget. Returns whether there is one; the sink of the task may have
/// dropped the line.
pub fn log_of_library(level: LogLevel, said: &dyn Display) -> bool {
    // What the sink does is not for the task.
    let Ok(Some(log)) = CURRENT.try_with(Cell::take) else {
        return false;
    };
    log.log_on_behalf(level, said);
    // It was there a moment ago.
    let _ = CURRENT.try_with(|current| current.set(Some(log)));
    true
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::secrets::masks_of;

    fn budget(bytes_a_second: u64) -> Arc<Mutex<LogBudget>> {
        Arc::new(Mutex::new(LogBudget::new(bytes_a_second)))
    }

    /// A sink that writes what is printed to a log, or to a terminal.
    #[derive(Default)]
    struct Printing {
        logs: bool,
        printed: Mutex<Vec<u8>>,
        log: Mutex<Vec<String>>,
    }

    impl TaskSink for Printing {
        fn log(&self, _: LogLevel, message: &str) {
            self.log.lock().push(message.to_owned());
        }
        fn logs_output(&self) -> bool {
            self.logs
        }
        fn stdout(&self, bytes: &[u8]) {
            self.printed.lock().extend(bytes);
        }
        fn stderr(&self, bytes: &[u8]) {
            self.stdout(bytes);
        }
        fn count(&self, _: &str, _: u32) {}
        fn gauge(&self, _: &str, _: f64) {}
    }

    /// A task that printed without end filled the log of its worker, and the lines of others were
    /// lost.
    #[test]
    fn what_is_printed_to_a_log_is_within_its_budget() {
        const MOST: u64 = 10_000;
        for logs in [false, true] {
            let sink = Arc::new(Printing {
                logs,
                ..Printing::default()
            });
            let log = TaskLog::new(Arc::clone(&sink) as _, Masks::default(), budget(MOST));
            let piece = [b"line\n\n".repeat(5_000), vec![b'x'; 5 * LOG_LINE]].concat();
            log.print(Printed::Out, b"first\nand ");
            log.print(Printed::Err, &piece);
            drop(log);
            let (printed, said) = (sink.printed.lock(), sink.log.lock());
            assert!(printed.starts_with(b"first\nand line\n\nline\n"));
            if logs {
                // A slow machine may take more than a second for it.
                assert!(printed.len() < piece.len() / 2, "{}", printed.len());
                assert!(said[0].contains("limits.log-bytes"), "{said:?}");
            } else {
                assert_eq!(printed.len(), 10 + piece.len());
                assert!(said.is_empty());
            }
        }
    }

    /// Keeps lines.
    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    impl TaskSink for Kept {
        fn log(&self, _: LogLevel, message: &str) {
            // As a sink that logs itself.
            assert!(!log_of_library(LogLevel::Warn, &"by the sink"));
            self.0.lock().push(message.to_owned());
        }
        fn stdout(&self, _: &[u8]) {}
        fn stderr(&self, _: &[u8]) {}
        fn count(&self, _: &str, _: u32) {}
        fn gauge(&self, _: &str, _: f64) {}
    }

    fn log(bytes_a_second: u64) -> (Option<Arc<TaskLog>>, Arc<Kept>) {
        let kept = Arc::new(Kept::default());
        let budget = budget(bytes_a_second);
        let log = TaskLog::new(Arc::clone(&kept) as _, Masks::default(), budget);
        (Some(Arc::new(log)), kept)
    }

    #[test]
    fn lines_are_cut_at_a_character_and_escaped() {
        let (log, kept) = log(1 << 20);
        let log = log.unwrap();
        log.log(LogLevel::Info, "a\nb\u{1b}[0m\tc");
        log.log(LogLevel::Info, &"é".repeat(LOG_LINE));
        let lines = kept.0.lock();
        assert_eq!(lines[0], "a\\nb\\u{1b}[0m\\tc");
        assert!(lines[1].len() <= LOG_LINE, "{}", lines[1].len());
        assert!(
            lines[1].ends_with("é… (16.0 KiB more)"),
            "{}",
            &lines[1][16_000..]
        );
    }

    #[test]
    fn what_libraries_say_is_of_the_task_whose_call_it_is() {
        let (mut one, of_one) = log(1 << 20);
        let (mut other, of_other) = log(1 << 20);
        let say = |what: &str| log_of_library(LogLevel::Warn, &what);
        assert!(!say("before"));
        within(&mut one, || {
            assert!(say("a"));
            within(&mut other, || assert!(say("b")));
            assert!(say("c"));
        });
        assert!(!say("after"));
        assert!(
            !std::thread::spawn(|| log_of_library(LogLevel::Warn, &"x"))
                .join()
                .unwrap()
        );
        assert_eq!(*of_one.0.lock(), ["a", "c"]);
        assert_eq!(*of_other.0.lock(), ["b"]);
        assert!(one.is_some() && other.is_some());
    }

    #[test]
    fn the_log_is_given_back_when_the_call_panics() {
        let (mut one, _) = log(1);
        let panics = std::panic::AssertUnwindSafe(|| within(&mut one, || panic!("as told")));
        assert!(std::panic::catch_unwind(panics).is_err());
        assert!(one.is_some());
        assert!(!log_of_library(LogLevel::Warn, &"after"));
    }

    #[test]
    fn a_flood_of_a_library_is_within_the_budget_of_the_task_and_counted() {
        let (mut one, kept) = log(1_000);
        within(&mut one, || {
            for _ in 0..10_000 {
                assert!(log_of_library(LogLevel::Warn, &"0123456789"));
            }
        });
        // A slow machine may take more than a second for it.
        drop(one);
        let mut lines = kept.0.lock();
        let notice = lines.pop().unwrap();
        assert!(notice.contains("limits.log-bytes"), "{notice}");
        assert!(lines.len() < 10_000 / 2, "{}", lines.len());
    }

    #[test]
    fn no_part_of_a_secret_is_left_where_a_line_is_cut() {
        let masks = masks_of("open sesame");
        let kept = Arc::new(Kept::default());
        let log = TaskLog::new(Arc::clone(&kept) as _, masks, budget(1 << 30));
        for before in [0, LOG_LINE - 40, LOG_LINE - 30, LOG_LINE - 5, LOG_LINE] {
            let said = format!("{}open sesame", "x".repeat(before));
            log.log(LogLevel::Info, &said);
            log.log_on_behalf(LogLevel::Info, &said);
        }
        let lines = kept.0.lock();
        assert_eq!(lines[0], "[secret A]");
        assert_eq!(lines[1], "[secret A]");
        for line in lines.iter() {
            assert!(!line.contains("open") && line.len() <= LOG_LINE);
        }
    }

    #[test]
    fn without_a_budget_nothing_is_even_made() {
        struct Unmade;
        impl Display for Unmade {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                panic!("it was made")
            }
        }
        let (mut one, kept) = log(0);
        within(&mut one, || {
            assert!(log_of_library(LogLevel::Warn, &Unmade))
        });
        drop(one);
        assert_eq!(kept.0.lock().len(), 1, "that a line was dropped");
    }
}
