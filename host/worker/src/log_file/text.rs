//! A log line as it is in the file.

use stormcell_protocol::api::LogLine;

/// A message is cut after this many bytes.
pub(super) const MESSAGE: usize = 64 << 10;

/// Appends the line as JSON, with its line end. The message is cut after [`MESSAGE`]
/// bytes, and is safe to print.
pub(super) fn append(line: &LogLine, to: &mut Vec<u8>) {
    let line = LogLine {
        message: safe(&line.message),
        ..line.clone()
    };
    let start = to.len();
    // Strings and numbers only: this cannot fail. If it did, half a line must not stay.
    if serde_json::to_writer(&mut *to, &line).is_err() {
        to.truncate(start);
        return;
    }
    to.push(b'\n');
}

fn safe(message: &str) -> String {
    let (kept, cut) = message.split_at(message.floor_char_boundary(MESSAGE));
    let mut safe = String::with_capacity(kept.len());
    for c in kept.chars() {
        if is_obeyed(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    if !cut.is_empty() {
        safe.push_str(&format!(" [{} more bytes]", cut.len()));
    }
    safe
}

/// Whether a terminal could obey the character instead of showing it: control
/// characters, and those that change the direction of the text after them.
fn is_obeyed(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    }
}
