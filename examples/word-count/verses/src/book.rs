//! Reads the verses of a compressed book, one after the other.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use stormcell_sdk::Result;
use stormcell_sdk::anyhow::{Context as _, bail};

/// The longest line that is read, so that a file which is no book does not fill the
/// memory.
const LONGEST_LINE: u64 = 1 << 20;

/// One verse, lent until the next one is read.
#[derive(Debug, PartialEq)]
pub struct Verse<'b> {
    pub reference: &'b str,
    pub text: &'b str,
}

/// A book that is being read. After an error it stays where it is and says the same
/// again, so that no verse is passed over.
pub struct Book<R = File> {
    path: String,
    lines: BufReader<MultiGzDecoder<R>>,
    line: Vec<u8>,
    number: u64,
    broken: Option<String>,
}

impl Book {
    /// Opens the file at a path.
    pub fn open(path: &str) -> Result<Self> {
        let file = File::open(path).with_context(|| {
            format!("cannot open {path} (is its folder granted under `files`?)")
        })?;
        Ok(Self::read(path, file))
    }
}

impl<R: Read> Book<R> {
    fn read(path: &str, file: R) -> Self {
        Self {
            path: path.to_owned(),
            lines: BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)),
            line: Vec::new(),
            number: 0,
            broken: None,
        }
    }

    /// The next verse; `None` at the end of the book.
    pub fn next_verse(&mut self) -> Result<Option<Verse<'_>>> {
        if self.broken.is_none() {
            self.number += 1;
            match self.read_line() {
                Ok(false) => {
                    self.number -= 1;
                    return Ok(None);
                }
                Ok(true) => {}
                Err(error) => self.broken = Some(format!("{error:#}")),
            }
        }
        let broken = match (&self.broken, verse(&self.line)) {
            (None, Ok(_)) => return verse(&self.line).map(Some),
            (Some(broken), _) => broken.clone(),
            (None, Err(error)) => format!("{error:#}"),
        };
        let message = format!("{} line {}: {broken}", self.path, self.number);
        self.broken = Some(broken);
        bail!(message)
    }

    /// Reads a line; false at the end.
    fn read_line(&mut self) -> Result<bool> {
        self.line.clear();
        let read = self
            .lines
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut self.line)?;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if read as u64 == LONGEST_LINE {
            bail!("the line has more than {LONGEST_LINE} bytes");
        }
        Ok(read > 0)
    }
}

/// The verse on a line.
fn verse(line: &[u8]) -> Result<Verse<'_>> {
    let line = std::str::from_utf8(line).context("the line is not UTF-8")?;
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (reference, text) = line
        .split_once('\t')
        .with_context(|| format!("expected a reference, a tab and a text, found {line:.40?}"))?;
    Ok(Verse { reference, text })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text)?;
        Ok(encoder.finish()?)
    }

    fn says(book: &mut Book<&[u8]>) -> String {
        book.next_verse()
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn verses_come_in_order_and_the_last_needs_no_newline() -> Result<()> {
        let file = gzip(b"Ge1:1\tIn the beginning\r\nGe1:2\tAnd\tthe earth")?;
        let mut book = Book::read("book", file.as_slice());
        let first = Verse {
            reference: "Ge1:1",
            text: "In the beginning",
        };
        assert_eq!(book.next_verse()?, Some(first));
        let second = Verse {
            reference: "Ge1:2",
            text: "And\tthe earth",
        };
        assert_eq!(book.next_verse()?, Some(second));
        assert_eq!(book.next_verse()?, None);
        assert_eq!(book.next_verse()?, None);
        Ok(())
    }

    #[test]
    fn a_bad_line_is_named_and_never_passed_over() -> Result<()> {
        for (bad, problem) in [
            (
                &b"no tab\n"[..],
                "expected a reference, a tab and a text, found \"no tab\"",
            ),
            (b"\n", "expected a reference, a tab and a text, found \"\""),
            (
                b"\xff\tx\n",
                "the line is not UTF-8: invalid utf-8 sequence of 1 bytes from index 0",
            ),
        ] {
            let file = gzip(&[b"a\tb\n", bad, b"c\td\n"].concat())?;
            let mut book = Book::read("/data/book.gz", file.as_slice());
            assert!(book.next_verse()?.is_some());
            let expected = format!("/data/book.gz line 2: {problem}");
            assert_eq!(
                [says(&mut book), says(&mut book)],
                [expected.clone(), expected]
            );
        }
        Ok(())
    }

    #[test]
    fn a_file_that_is_cut_off_or_no_gzip_is_an_error() -> Result<()> {
        let file = gzip("a\tb\n".repeat(1000).as_bytes())?;
        let mut cut = Book::read("cut", &file[..file.len() / 2]);
        let end = std::iter::repeat_with(|| says(&mut cut)).take(1001).last();
        assert!(end.is_some_and(|error| error.contains("line ")));
        let plain: &[u8] = b"reference\ttext of a verse\n";
        assert_eq!(
            says(&mut Book::read("plain", plain)),
            "plain line 1: invalid gzip header"
        );
        Ok(())
    }

    #[test]
    fn an_endless_line_is_an_error() -> Result<()> {
        let file = gzip(&vec![b'x'; 2 << 20])?;
        let error = says(&mut Book::read("long", file.as_slice()));
        assert_eq!(error, "long line 1: the line has more than 1048576 bytes");
        Ok(())
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Book::open("/nowhere/book.gz")
            .err()
            .map(|error| format!("{error:#}"));
        let expected = "cannot open /nowhere/book.gz (is its folder granted under `files`?): ";
        assert!(error.is_some_and(|error| error.starts_with(expected)));
    }
}
