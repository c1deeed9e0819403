//! Reading a log again without taking a line twice.

use std::collections::HashMap;

use stormcell_protocol::api::LogLine;

/// Where reading was in the lines of one worker, or of the supervisor: the last line's
/// incarnation and time, and how many lines had just these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    key: (u32, u64),
    lines: usize,
}

/// What has been read of a log. Lines are in order for each worker alone.
#[derive(Debug, Default)]
pub(crate) struct Resume {
    seen: HashMap<Option<u32>, Position>,
    /// What is still to be skipped after the log was opened again.
    skip: HashMap<Option<u32>, Position>,
    first: Option<u64>,
}

impl Resume {
    /// The log is read again from its beginning.
    pub(crate) fn again(&mut self) {
        self.skip = self.seen.clone();
    }

    /// When the first line that was read was written, in milliseconds since 1970.
    pub(crate) fn first(&self) -> Option<u64> {
        self.first
    }

    /// Whether this line was not read before the log was opened again.
    pub(crate) fn is_new(&mut self, line: &LogLine) -> bool {
        let key = (line.incarnation.unwrap_or_default(), line.at);
        if let Some(skip) = self.skip.get_mut(&line.worker) {
            if key < skip.key {
                return false;
            }
            if key == skip.key && skip.lines > 0 {
                skip.lines -= 1;
                return false;
            }
            // From here on everything is new, whatever the clock does.
            self.skip.remove(&line.worker);
        }
        self.first.get_or_insert(line.at);
        let position = self
            .seen
            .entry(line.worker)
            .or_insert(Position { key, lines: 0 });
        if position.key == key {
            position.lines += 1;
        } else {
            *position = Position { key, lines: 1 };
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(worker: Option<u32>, incarnation: u32, at: u64, message: &str) -> LogLine {
        LogLine {
            at,
            worker,
            incarnation: worker.map(|_| incarnation),
            component: None,
            task: None,
            level: "info".to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn lines_are_taken_once_however_often_the_log_is_opened() {
        let first = [
            line(Some(0), 1, 10, "a"),
            line(Some(1), 2, 5, "b"),
            line(Some(0), 1, 10, "c"),
            line(None, 0, 7, "d"),
        ];
        let mut resume = Resume::default();
        assert_eq!(resume.first(), None);
        assert!(first.iter().all(|line| resume.is_new(line)));
        assert_eq!(resume.first(), Some(10));
        for _ in 0..2 {
            resume.again();
            assert!(!first.iter().any(|line| resume.is_new(line)));
        }
        resume.again();
        let second = [
            line(Some(0), 1, 10, "a"),
            line(None, 0, 7, "d"),
            line(Some(0), 1, 10, "c"),
            line(Some(0), 1, 10, "e"),
            line(Some(0), 3, 4, "after a restart, with the clock set back"),
            line(Some(1), 2, 5, "b"),
            line(Some(1), 2, 6, "f"),
            line(None, 0, 7, "g"),
        ];
        let new: Vec<&str> = second
            .iter()
            .filter(|line| resume.is_new(line))
            .map(|line| line.message.as_str())
            .collect();
        assert_eq!(
            new,
            ["e", "after a restart, with the clock set back", "f", "g"]
        );
    }

    #[test]
    fn a_clock_that_is_set_back_loses_nothing_while_reading_goes_on() {
        let mut resume = Resume::default();
        assert!(resume.is_new(&line(Some(0), 1, 100, "a")));
        assert!(resume.is_new(&line(Some(0), 1, 50, "b")));
        assert!(resume.is_new(&line(Some(0), 1, 60, "c")));
    }
}
