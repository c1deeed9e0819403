//! Which lines are wanted.

use stormcell_protocol::api::{LogLevel, LogLine, LogQuery};

/// Whether the line fits everything that the query asks for.
pub(super) fn is_wanted(line: &LogLine, query: &LogQuery) -> bool {
    let component = query.component.as_ref();
    query.since.is_none_or(|since| line.at >= since)
        && query
            .worker
            .is_none_or(|worker| line.worker == Some(worker))
        && query.task.is_none_or(|task| line.task == Some(task))
        && component.is_none_or(|component| line.component.as_ref() == Some(component))
        && query.level.is_none_or(|level| is_of(&line.level, level))
}

fn is_of(written: &str, wanted: LogLevel) -> bool {
    match wanted {
        LogLevel::Stdout => written == "stdout",
        LogLevel::Stderr => written == "stderr",
        LogLevel::Trace => true,
        LogLevel::Debug => severity(written) >= 1,
        LogLevel::Info => severity(written) >= 2,
        LogLevel::Warn => severity(written) >= 3,
        LogLevel::Error => severity(written) >= 4,
    }
}

/// What components print counts as information, on either output; and so does a level
/// of a later version, which is better shown than not.
fn severity(level: &str) -> u8 {
    match level {
        "trace" => 0,
        "debug" => 1,
        "warn" => 3,
        "error" => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(level: &str) -> LogLine {
        LogLine {
            at: 100,
            worker: Some(1),
            incarnation: Some(4),
            component: Some("split".to_owned()),
            task: Some(2),
            level: level.to_owned(),
            message: String::new(),
        }
    }

    #[test]
    fn a_level_is_the_least_that_is_wanted_and_an_output_is_only_itself() {
        let levels = [
            "trace", "debug", "info", "stdout", "stderr", "warn", "error",
        ];
        let wanted = |level| -> Vec<&str> {
            let query = LogQuery {
                level: Some(level),
                ..LogQuery::default()
            };
            levels
                .into_iter()
                .filter(|level| is_wanted(&line(level), &query))
                .collect()
        };
        assert_eq!(wanted(LogLevel::Trace), levels);
        assert_eq!(wanted(LogLevel::Debug), levels[1..]);
        assert_eq!(wanted(LogLevel::Info), levels[2..]);
        assert_eq!(wanted(LogLevel::Warn), ["warn", "error"]);
        assert_eq!(wanted(LogLevel::Error), ["error"]);
        assert_eq!(wanted(LogLevel::Stdout), ["stdout"]);
        assert_eq!(wanted(LogLevel::Stderr), ["stderr"]);
    }

    #[test]
    fn everything_that_is_asked_for_must_fit() {
        let fitting = LogQuery {
            component: Some("split".to_owned()),
            task: Some(2),
            worker: Some(1),
            level: Some(LogLevel::Info),
            since: Some(100),
            ..LogQuery::default()
        };
        assert!(is_wanted(&line("info"), &fitting));
        let unfitting = [
            LogQuery {
                component: Some("count".to_owned()),
                ..fitting.clone()
            },
            LogQuery {
                task: Some(3),
                ..fitting.clone()
            },
            LogQuery {
                worker: Some(0),
                ..fitting.clone()
            },
            LogQuery {
                since: Some(101),
                ..fitting.clone()
            },
        ];
        for query in unfitting {
            assert!(!is_wanted(&line("info"), &query), "{query:?}");
        }
        let of_supervisor = LogLine {
            worker: None,
            component: None,
            task: None,
            ..line("info")
        };
        assert!(!is_wanted(&of_supervisor, &fitting));
        assert!(is_wanted(&of_supervisor, &LogQuery::default()));
    }
}
