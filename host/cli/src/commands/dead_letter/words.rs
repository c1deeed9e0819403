//! Dead letters, for people.
//!
//! What a component said, and the values of a row, are texts of strangers: what could
//! change the terminal is escaped.

use std::fmt::Write as _;

use serde_json::Value;
use stormcell_protocol::dead_letter::{
    Cell, LetterList, ReplayRequested, StoredLetter, ValueType, last_failure,
};
use stormcell_topology::plain_text;

use crate::args::LettersAt;
use crate::format;
use crate::table::{self, Align};

/// So many characters of a value or a reason are shown. JSON has all of them.
const SHOWN: usize = 2_000;
/// The same in a list.
const SHOWN_IN_LIST: usize = 100;

/// A line a letter, and how many are not shown.
pub(super) fn list(listed: &[LetterList]) -> String {
    if listed.iter().all(|listed| listed.counts.letters == 0) {
        return "no dead letters\n".to_owned();
    }
    let columns = [
        ("topology", Align::Left),
        ("letter", Align::Right),
        ("found", Align::Left),
        ("component", Align::Left),
        ("task", Align::Right),
        ("cause", Align::Left),
        ("attempts", Align::Right),
        ("replay", Align::Left),
        ("reason", Align::Left),
    ];
    let rows = listed.iter().flat_map(|listed| {
        listed.newest.iter().map(|stored| {
            let StoredLetter { id, letter, .. } = stored;
            // Why it is still there, if it was replayed.
            let reason = letter.last_replay.as_ref().unwrap_or(&letter.reason);
            let reason = format::one_line(last_failure(reason));
            vec![
                listed.topology.clone(),
                id.to_string(),
                format::timestamp(letter.at_ms),
                plain_text::line(&letter.component).into_owned(),
                letter.task.to_string(),
                plain_text::line(&letter.cause).into_owned(),
                format::count(letter.attempts.into()),
                replay_state(stored).to_owned(),
                cut(&plain_text::line(&reason), SHOWN_IN_LIST, "..."),
            ]
        })
    });
    let mut text = table::render(&columns, rows.collect());
    for LetterList {
        topology,
        counts,
        newest,
    } in listed
    {
        let more = counts.letters.saturating_sub(newest.len() as u64);
        if more > 0 {
            let more = format::of(more, "more letter");
            let _ = writeln!(text, "{topology} has {more}");
        }
        if counts.given_up > 0 {
            let given_up = format::of(counts.given_up, "older letter");
            let _ = writeln!(text, "{topology}: {given_up} given up, for want of room");
        }
    }
    text
}

/// Whether a letter is to be replayed, or was.
fn replay_state(stored: &StoredLetter) -> &'static str {
    match (stored.replay_asked, &stored.letter.last_replay) {
        (true, _) => "asked for",
        (false, Some(_)) => "in vain",
        (false, None) => "-",
    }
}

/// That letters are asked for, and who processes them.
pub(super) fn replay(asked: &ReplayRequested, at: &LettersAt) -> String {
    let topology = &asked.topology;
    let who = match (at.data.is_some(), at.served || at.server.is_some()) {
        (true, _) => "within a second if its supervisor runs, else when that is started".to_owned(),
        (false, true) => format!(
            "within a second; `stormcell show {topology}` says how many were processed, and \
             `stormcell dead-letter list {topology} --served` which are left"
        ),
        (false, false) => "within a second if it runs, else by `stormcell run --replay-only` with \
            its topology file, or when it runs next"
            .to_owned(),
    };
    let letters = format::of(asked.replay_asked, "dead letter");
    format!("{letters} of {topology} to be replayed: {who}\n")
}

/// All of a letter.
pub(super) fn letter(stored: &StoredLetter) -> String {
    let StoredLetter {
        id,
        replay_asked,
        letter,
    } = stored;
    let source = &letter.source;
    let mut text = format!(
        "dead letter {id} of {}\n\n\
         found      {}\n\
         component  {}, task {}\n\
         digest     {}\n\
         cause      {}\n\
         attempts   {}\n\
         from       {}, task {}, stream {}\n",
        plain_text::line(&letter.topology),
        format::timestamp(letter.at_ms),
        plain_text::line(&letter.component),
        letter.task,
        plain_text::line(&letter.digest),
        plain_text::line(&letter.cause),
        format::count(letter.attempts.into()),
        plain_text::line(&source.component),
        source.task,
        plain_text::line(&source.stream),
    );
    match (replay_asked, &letter.last_replay) {
        (true, _) => text.push_str("replay     asked for\n"),
        (false, Some(last)) => {
            let last = last.lines().next().unwrap_or_default();
            let _ = writeln!(text, "replay     in vain: {}", plain_text::line(last));
        }
        (false, None) => {}
    }
    text.push_str("\nrow\n");
    for cell in &letter.row {
        let name = plain_text::line(&cell.name);
        let _ = writeln!(text, "  {name} ({}): {}", cell.kind, value(cell));
    }
    text.push_str("\nreason\n");
    for line in cut(&letter.reason, SHOWN, more(&letter.reason).as_str()).lines() {
        let _ = writeln!(text, "  {}", plain_text::line(line));
    }
    for frame in &letter.backtrace {
        let _ = writeln!(text, "    in {}", plain_text::line(frame));
    }
    if let Some(last) = letter
        .last_replay
        .as_ref()
        .filter(|last| last.contains('\n'))
    {
        text.push_str("\nreason of the last replay\n");
        for line in cut(last, SHOWN, more(last).as_str()).lines() {
            let _ = writeln!(text, "  {}", plain_text::line(line));
        }
    }
    text
}

fn value(cell: &Cell) -> String {
    let text = match &cell.value {
        Value::String(_) if cell.kind == ValueType::Bytes => match cell.value() {
            Ok(bytes) => bytes.to_string(),
            Err(_) => cell.value.to_string(),
        },
        // As it came, without the quotes of a text.
        Value::String(text) if cell.kind == ValueType::Json => text.clone(),
        value => value.to_string(),
    };
    plain_text::line(&cut(&text, SHOWN, &more(&text))).into_owned()
}

fn more(text: &str) -> String {
    let left = text.chars().count().saturating_sub(SHOWN);
    format!(
        "... and {} (all of it with --output json)",
        format::of(left as u64, "more character")
    )
}

/// The first characters of a text, and a mark if there are more.
fn cut(text: &str, most: usize, mark: &str) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}{mark}", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stormcell_protocol::dead_letter::{DeadLetter, LetterCounts};

    use super::*;

    fn stored() -> StoredLetter {
        let cell = |name: &str, kind, value| Cell {
            name: name.to_owned(),
            kind,
            value,
        };
        StoredLetter {
            id: 7,
            replay_asked: false,
            letter: DeadLetter {
                reason: "`execute` trapped: \u{1b}[2Junreachable\nIt wrote:\nrow 7".to_owned(),
                row: vec![
                    cell("i", ValueType::Int, json!(7)),
                    cell("text", ValueType::Text, json!("a\n\u{9b}2J\"b\"")),
                    cell("more", ValueType::Json, json!("{ \"a\": 1 }")),
                    cell("none", ValueType::Float, Value::Null),
                    cell("key", ValueType::Bytes, json!("746f206265")),
                    cell("raw", ValueType::Bytes, json!("ff00")),
                ],
                ..DeadLetter::example()
            },
        }
    }

    #[test]
    fn a_letter_is_shown_with_all_it_has_and_changes_no_terminal() {
        assert_eq!(
            letter(&stored()),
            "\
dead letter 7 of word-count

found      2026-11-21T12:34:56.789Z
component  split, task 3
digest     sha256:0123
cause      trap
attempts   12
from       verses, task 1, stream default

row
  i (int): 7
  text (text): \"a\\n\\u{9b}2J\\\"b\\\"\"
  more (json): { \"a\": 1 }
  none (float): null
  key (bytes): b\"to be\"
  raw (bytes): \"ff00\"

reason
  `execute` trapped: \\u{1b}[2Junreachable
  It wrote:
  row 7
    in split::execute at lib.rs:7
"
        );
    }

    #[test]
    fn a_letter_says_how_it_was_replayed() {
        let mut stored = stored();
        stored.letter.last_replay = Some("it timed out".to_owned());
        assert!(letter(&stored).contains("\nreplay     in vain: it timed out\n\nrow\n"));
        let traceback = "it failed in `split`, task 3: KeyError: 'a'\n  File \"split.py\", line 7";
        stored.letter.last_replay = Some(traceback.to_owned());
        let text = letter(&stored);
        for part in [
            "\nreplay     in vain: it failed in `split`, task 3: KeyError: 'a'\n\nrow\n",
            "\nreason of the last replay\n  it failed in `split`, task 3: KeyError: 'a'\n    File",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        stored.replay_asked = true;
        assert!(letter(&stored).contains("\nreplay     asked for\n\nrow\n"));
    }

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        let mut stored = stored();
        stored.letter.row.truncate(2);
        if let Some(cell) = stored.letter.row.get_mut(1) {
            cell.value = json!("é".repeat(5_000));
        }
        let text = letter(&stored);
        assert!(text.contains("ééé... and 3,002 more characters (all of it with --output json)\n"));
    }

    #[test]
    fn letters_are_listed_with_what_is_not_shown() {
        let mut again = stored();
        again.id = 6;
        again.letter.attempts = 13;
        again.letter.last_replay = Some("it timed out".to_owned());
        let listed = LetterList {
            topology: "word-count".to_owned(),
            counts: LetterCounts {
                letters: 3,
                bytes: 100,
                given_up: 1,
            },
            newest: vec![stored(), again],
        };
        assert_eq!(
            list(&[listed]),
            "\
topology    letter  found                     component  task  cause  attempts  replay   reason
word-count       7  2026-11-21T12:34:56.789Z  split         3  trap         12  -        `execute` trapped: \\u{1b}[2Junreachable ... row 7
word-count       6  2026-11-21T12:34:56.789Z  split         3  trap         13  in vain  it timed out
word-count has 1 more letter
word-count: 1 older letter given up, for want of room
"
        );
        assert_eq!(list(&[]), "no dead letters\n");
    }
}
