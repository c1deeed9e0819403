//! What the components leave in files: the journals of `journal-spout` and the logs of
//! `log-sink` (`tests/guests`). A line without an end was being written when its process
//! died, and counts for nothing.

use std::fs;
use std::path::Path;

/// What a line of a journal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// An instance begins.
    Open,
    /// The number is emitted.
    Emit,
    /// The spout was told that its tree is complete.
    Ack,
    /// The spout was told that its tree failed.
    Fail,
    /// The spout was told of a number that was not in flight.
    Stray,
}

/// A line of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The instance that wrote it, by a random number.
    pub(crate) tag: u32,
    pub(crate) what: What,
    pub(crate) number: u64,
    /// When, in milliseconds since 1970.
    pub(crate) at: u64,
}

/// A line of a log of the sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) number: u64,
    /// The version of the bolt that it came through.
    pub(crate) version: i64,
}

/// The journals, one a part of the numbers.
pub(crate) fn journals(folder: &Path) -> Vec<Vec<Entry>> {
    texts(folder, "journal")
        .iter()
        .map(|text| journal(text))
        .collect()
}

/// The logs of all instances of the sink.
pub(crate) fn logs(folder: &Path) -> Vec<Logged> {
    texts(folder, "log")
        .iter()
        .flat_map(|text| log(text))
        .collect()
}

fn texts(folder: &Path, extension: &str) -> Vec<String> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'))
}

fn journal(text: &str) -> Vec<Entry> {
    whole_lines(text)
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let [tag, what, number, at] = words[..] else {
                panic!("this is not a line of a journal: {line:?}");
            };
            let what = match what {
                "open" => What::Open,
                "emit" => What::Emit,
                "ack" => What::Ack,
                "fail" => What::Fail,
                "stray" => What::Stray,
                _ => panic!("this is not a line of a journal: {line:?}"),
            };
            Entry {
                tag: u32::from_str_radix(tag, 16).unwrap(),
                what,
                number: number.parse().unwrap(),
                at: at.parse().unwrap(),
            }
        })
        .collect()
}

fn log(text: &str) -> Vec<Logged> {
    whole_lines(text)
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let [number, version, _at] = words[..] else {
                panic!("this is not a line of a log: {line:?}");
            };
            Logged {
                number: number.parse().unwrap(),
                version: version.parse().unwrap(),
            }
        })
        .collect()
}

#[test]
fn a_line_without_an_end_counts_for_nothing() {
    let entries = journal("aa open 3 1\naa emit 12 2\naa ack 1");
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (entries[1].what, entries[1].number, entries[1].at),
        (What::Emit, 12, 2)
    );
    assert_eq!(
        log("12 1 5\n13 2 6\n14 2 7"),
        [
            Logged {
                number: 12,
                version: 1
            },
            Logged {
                number: 13,
                version: 2
            },
        ]
    );
}
