//! What the child answers: for each place its lines, as JSON.

use super::{AT_A_TIME, FUNCTIONS, Line};

/// Bytes of an answer at most: each text of it has a few hundred.
pub(crate) const BYTES: u64 = 2 << 20;

/// An answer.
pub(crate) fn write(lines: &[Vec<Line>]) -> Vec<u8> {
    // A list of texts and numbers can be written.
    serde_json::to_vec(lines).unwrap_or_default()
}

/// The lines of so many places; `None` if this is no answer about them. A child that was
/// taken over by what it read may answer anything, so nothing in it is taken as it comes.
pub(crate) fn read(answer: &[u8], places: usize) -> Option<Vec<Vec<Line>>> {
    if answer.len() as u64 > BYTES || places > AT_A_TIME {
        return None;
    }
    let mut lines: Vec<Vec<Line>> = serde_json::from_slice(answer).ok()?;
    if lines.len() != places {
        return None;
    }
    for lines in &mut lines {
        lines.truncate(FUNCTIONS);
        for line in lines {
            let (function, file) = (line.function.as_deref(), line.file.as_deref());
            *line = Line::new(function, file, line.line);
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(function: &str) -> Line {
        Line::new(Some(function), Some("src/lib.rs"), Some(3))
    }

    #[test]
    fn what_is_written_is_read() {
        let lines = vec![vec![line("a"), Line::new(None, None, None)], Vec::new()];
        assert_eq!(read(&write(&lines), 2), Some(lines));
    }

    #[test]
    fn what_is_no_answer_is_not_taken() {
        let one = write(&[vec![line("a")]]);
        let answers: [(&[u8], usize); 5] = [
            (&one, 2),
            (&one[..one.len() - 1], 1),
            (b"", 0),
            (b"[[{\"function\": 1}]]", 1),
            (&[b'['; 1 << 20], 1),
        ];
        for (answer, places) in answers {
            assert_eq!(read(answer, places), None);
        }
    }

    #[test]
    fn what_is_too_much_is_cut() {
        let unbounded = Line {
            function: Some("\u{1b}".repeat(5_000)),
            file: Some("f\n".repeat(5_000)),
            line: None,
        };
        let lines = read(&write(&[vec![unbounded; 40]]), 1);
        let lines = lines.unwrap_or_default().concat();
        assert_eq!(lines.len(), FUNCTIONS);
        for line in lines {
            let shown = line.shown("f");
            assert!(shown.len() < 600 && !shown.contains(char::is_control));
        }
    }
}
