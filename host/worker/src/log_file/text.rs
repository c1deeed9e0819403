//! A log line as it is in the file.

use stormcell_protocol::api::LogLine;
use stormcell_topology::plain_text;

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
    let mut safe = plain_text::lines(kept).into_owned();
    if !cut.is_empty() {
        safe.push_str(&format!(" [{} more bytes]", cut.len()));
    }
    safe
}
