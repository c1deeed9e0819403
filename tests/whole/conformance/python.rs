//! What a bolt in Python has of the files that it was built from, and what it is told of
//! those things that it cannot have. It is granted nothing.

use std::sync::OnceLock;

use super::bolt::Bolt;
use super::language::{Language, Loaded};
use super::outcome::{Fate::Acked, Fate::Failed, rows};
use super::row::row;
use crate::support;

/// An instance of the bolt, which is built and loaded by the first test that wants it.
fn bolt() -> Bolt {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let built = support::build(&["tests/conformance/python/library"]);
        let files = built.unwrap_or_else(|error| panic!("{error}"));
        Loaded::load(&files[0]).unwrap_or_else(|error| panic!("{error}"))
    });
    Bolt::of(Language::Python, loaded, |_| {})
}

fn finds(command: &'static str, expected: &str) {
    let mut bolt = bolt();
    // The second time, it is there already.
    for _ in 0..2 {
        let call = bolt.send(&[row(command)]);
        call.is(&rows([Acked]).note(expected, &[call.row(0)]));
    }
}

fn fails(command: &'static str, texts: &[&str]) {
    let mut bolt = bolt();
    for _ in 0..2 {
        let call = bolt.send(&[row(command)]);
        call.is(&rows([Failed]));
        call.failed_with(call.row(0), texts);
    }
}

#[test]
fn all_of_the_standard_library_is_there() {
    finds("strptime", "2024-05-01T12:00:00+00:00");
    finds("codecs", "abc abc abc abc abc abc abc");
    finds("arguments", "Namespace()");
}

#[test]
fn modules_of_the_author_and_his_dependencies_are_there() {
    finds("own-module", "words");
    finds("by-name", "words");
    finds("dependency", "2024-05-01T00:00:00");
    finds("data-of-dependency", "True");
    finds("version-of-dependency", "2.9.0.post0");
}

#[test]
fn files_beside_modules_are_there_and_cannot_be_changed() {
    finds("data", "to or\nzoë\n");
    finds("data-otherwise", "1 ['__init__.py', 'late.py', 'stop.txt']");
    let refused = "part of the component, which is read-only: write to a folder that is granted";
    fails("write", &[refused, "stop.txt", "library_bolt.py"]);
}

/// CPython begins with another seed in each build, and would say another number.
#[test]
fn hashes_do_not_depend_on_the_build() {
    finds(
        "hash",
        "[-1510391148338886176, -549530700167014611, 1099511627776]",
    );
    finds("hash-of-other-module", "-1510391148338886176");
}

#[test]
fn a_log_line_with_a_wrong_format_is_logged() {
    let mut bolt = bolt();
    let call = bolt.send(&[row("log-wrong")]);
    call.is(&rows([Acked]).note("None", &[call.row(0)]));
    let said: String = bolt
        .said
        .take()
        .logs
        .into_iter()
        .map(|line| line.1)
        .collect();
    for expected in [
        "--- Logging error ---\\nTypeError: %d format",
        "Logged from library/library_bolt.py, line ",
        "Message: 'cannot store %d'\\nArguments: ('to be',)",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn time_zones_are_there() {
    finds("zone", "2024-07-01T00:00:00+02:00");
}

#[test]
fn event_loops_need_no_sockets() {
    finds("asyncio", "['a', 'b']");
    fails(
        "asyncio-for-ever",
        &["waits for something that never comes"],
    );
}

#[test]
fn errors_show_the_lines_of_modules_that_were_imported_late() {
    fails(
        "traceback",
        &[
            "\"library/words/late.py\", line ",
            "raise KeyError(\"late\")",
        ],
    );
    fails("not-valid", &["SyntaxError: '(' was never closed", "x = ("]);
}

#[test]
fn what_cannot_work_says_why() {
    fails("thread", &["RuntimeError: a component has one thread"]);
    fails(
        "process",
        &["OSError", "a component cannot start processes"],
    );
    fails("socket", &["a component has no sockets"]);
    fails(
        "ssl",
        &["No module named 'ssl': it cannot work in a component, where there are no sockets"],
    );
}
