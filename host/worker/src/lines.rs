//! From bytes as they come to lines of text.
//!
//! Invariants: at most [`MAX_LINE`] bytes wait; a longer line is passed on in pieces,
//! none of which ends within a character; bytes that are no text become U+FFFD.

/// The longest line that is kept together, in bytes.
const MAX_LINE: usize = 16 << 10;

/// The line of one output that has no end yet.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    /// Takes bytes and passes on the lines that they end.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut line: impl FnMut(String)) {
        loop {
            let room = MAX_LINE - self.bytes.len();
            let part = &bytes[..bytes.len().min(room)];
            if let Some(end) = part.iter().position(|byte| *byte == b'\n') {
                self.bytes.extend_from_slice(&part[..end]);
                if self.bytes.last() == Some(&b'\r') {
                    self.bytes.pop();
                }
                line(text(&self.bytes));
                self.bytes.clear();
                bytes = &bytes[end + 1..];
            } else {
                self.bytes.extend_from_slice(part);
                bytes = &bytes[part.len()..];
                if self.bytes.len() < MAX_LINE {
                    return;
                }
                let whole = whole_characters(&self.bytes);
                line(text(&self.bytes[..whole]));
                self.bytes.drain(..whole);
            }
        }
    }

    /// The line that has no end, if there is one.
    pub(crate) fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.bytes);
        (!rest.is_empty()).then(|| text(&rest))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How many of these bytes can be passed on without parting a character.
fn whole_characters(bytes: &[u8]) -> usize {
    // A character has at most four bytes, so its first is among the last three.
    let tail = bytes.len().saturating_sub(3);
    let first = bytes[tail..]
        .iter()
        .rposition(|byte| !(0x80..0xc0).contains(byte));
    match first.map(|at| tail + at) {
        Some(at) if std::str::from_utf8(&bytes[at..]).is_err_and(|e| e.error_len().is_none()) => at,
        _ => bytes.len(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(parts: &[&[u8]]) -> (Vec<String>, Option<String>) {
        let mut lines = Lines::default();
        let mut out = Vec::new();
        for part in parts {
            lines.push(part, |line| out.push(line));
            assert!(lines.bytes.len() < MAX_LINE);
        }
        (out, lines.rest())
    }

    #[test]
    fn lines_are_put_together() {
        let (whole, rest) = lines(&[b"on", b"e\ntwo\r\n\nthr", b"ee"]);
        assert_eq!(whole, ["one", "two", ""]);
        assert_eq!(rest.unwrap(), "three");
        assert_eq!(lines(&[b"one\n"]), (vec!["one".to_owned()], None));
    }

    #[test]
    fn a_long_line_comes_in_pieces_of_whole_characters() {
        for characters in ["é", "€", "😀", "x"] {
            let long = characters.repeat(MAX_LINE);
            let (mut pieces, rest) = lines(&[b"-", long.as_bytes()]);
            assert!(pieces.len() >= characters.len());
            assert!(pieces.iter().all(|piece| piece.len() > MAX_LINE - 4));
            pieces.extend(rest);
            assert_eq!(pieces.concat(), format!("-{long}"));
        }
    }

    #[test]
    fn bytes_that_are_no_text_do_no_harm() {
        let (whole, rest) = lines(&[b"a\xff\xfeb\n", &[0x80; 3 * MAX_LINE]]);
        assert_eq!(whole[0], "a\u{fffd}\u{fffd}b");
        assert_eq!(whole.len(), 4);
        assert_eq!(rest, None);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_bytes_come(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..400),
            cut in 0..400_usize,
        ) {
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(lines(&[a, b]), lines(&[&bytes]));
        }
    }
}
