//! Which words the tasks that count wrote down (`components/journaled/count`).

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

/// All words of a sentence, a bit each.
const ALL: u16 = (1 << 9) - 1;
/// A place is the number of a sentence times this, and the number of the word in it.
const PLACES: u32 = 16;

/// Which words of which sentences were written down.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<u16>);

impl Places {
    /// Reads what all instances wrote down.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let mut places = Self::default();
        let read = |places: &mut Self| -> io::Result<()> {
            for entry in fs::read_dir(folder)? {
                places.add(BufReader::with_capacity(
                    1 << 16,
                    File::open(entry?.path())?,
                ))?;
            }
            Ok(())
        };
        match read(&mut places) {
            Ok(()) => Ok(places),
            Err(error) => Err(format!("reading {}: {error}", folder.display())),
        }
    }

    /// Adds the places of one file. The last one counts only if it is whole.
    fn add(&mut self, mut file: impl io::Read) -> io::Result<()> {
        let mut place = [0; 4];
        loop {
            match file.by_ref().read_exact(&mut place) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
            let place = u32::from_le_bytes(place);
            let sentence = (place / PLACES) as usize;
            if sentence >= self.0.len() {
                self.0.resize(sentence + 1, 0);
            }
            self.0[sentence] |= 1 << (place % PLACES);
        }
    }

    /// Whether all words of a sentence are there.
    pub(super) fn has(&self, sentence: u64) -> bool {
        let words = usize::try_from(sentence).ok().and_then(|at| self.0.get(at));
        words.is_some_and(|words| words & ALL == ALL)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn file(places: impl Iterator<Item = u32>) -> Vec<u8> {
        places.flat_map(u32::to_le_bytes).collect()
    }

    #[test]
    fn a_sentence_is_there_when_its_words_are_wherever_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes);
        let sentence = |number: u32| (0..9).map(move |word| number * PLACES + word);
        write("a", file(sentence(2).take(5).chain(sentence(0)))).unwrap();
        write("b", file(sentence(2).skip(4).chain(sentence(1).skip(1)))).unwrap();
        let places = Places::read(folder.path()).unwrap();
        let there = [0, 1, 2, 3, u64::MAX].map(|number| places.has(number));
        assert_eq!(there, [true, false, true, false, false]);
    }

    #[test]
    fn a_place_that_is_not_whole_does_not_count() {
        let mut places = Places::default();
        let bytes = file(0..9);
        places.add(&bytes[..bytes.len() - 1]).unwrap();
        assert!(!places.has(0));
        places.add(&bytes[bytes.len() - 4..]).unwrap();
        assert!(places.has(0));
    }
}
