//! A log line as it is in the file.

use stormcell_protocol::api::LogLine;
use stormcell_topology::plain_text;

/// Appends the line as JSON, with its line end. The message is no longer than an error
/// ([`plain_text::ERROR`]), and is safe to print.
pub(super) fn append(line: &LogLine, to: &mut Vec<u8>) {
    let line = LogLine {
        message: plain_text::error(&line.message),
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
