//! What people ask for: lists of letters, and replaying and dropping those that they name.
//! The command line and the HTTP API do the same, by this.

use std::io;
use std::path::PathBuf;

use stormcell_protocol::dead_letter::{
    DroppedLetters, LetterList, LetterStore, ReplayRequested, StoredLetter, WhichLetters,
};

use crate::{Folder, Store, StoreError};

/// Why something that was asked for was not done.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Letters that were named are not there: none was changed, since a number that is
    /// wrong may be a slip.
    #[error(
        "{topology} has no dead letter {} in {}: {}",
        list(numbers), path.display(), why_missing(*letters)
    )]
    Missing {
        /// The topology.
        topology: String,
        /// The file of its store.
        path: PathBuf,
        /// The numbers that are not there.
        numbers: Vec<u64>,
        /// How many letters of the topology are there.
        letters: u64,
    },
    /// It does not say which letters are meant, or says it twice.
    #[error("which letters? Give their numbers, or ask for all of them, but not both")]
    Which,
    /// The folder of the stores cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// No more numbers are told in a message; a request may name millions.
const TOLD: usize = 20;

fn list(numbers: &[u64]) -> String {
    let mut told: Vec<String> = numbers.iter().take(TOLD).map(u64::to_string).collect();
    if numbers.len() > TOLD {
        told.push(format!("and {} more", numbers.len() - TOLD));
    }
    told.join(", ")
}

impl Folder {
    /// What the stores of all topologies hold, by name.
    ///
    /// # Errors
    /// If the folder or a store cannot be read.
    pub fn stores(&self) -> Result<Vec<LetterStore>, RequestError> {
        let topologies = self.topologies().map_err(|source| RequestError::Folder {
            path: self.path().to_owned(),
            source,
        })?;
        let stores = topologies.into_iter().map(|topology| {
            let counts = self.store(&topology).counts()?;
            Ok(LetterStore { topology, counts })
        });
        stores.collect()
    }

    /// The newest letters of a topology, `most` at most and, but for the first one, no more
    /// than so many bytes of them; of those with lower numbers than `before`, if that is
    /// given.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn letters(
        &self,
        topology: &str,
        before: Option<u64>,
        most: usize,
        bytes: u64,
    ) -> Result<LetterList, RequestError> {
        let (counts, newest) = self.store(topology).page(before, most, bytes)?;
        Ok(LetterList {
            topology: topology.to_owned(),
            counts,
            newest,
        })
    }

    /// One letter.
    ///
    /// # Errors
    /// If it is not there, or cannot be read.
    pub fn letter(&self, topology: &str, number: u64) -> Result<StoredLetter, RequestError> {
        let store = self.store(topology);
        let letter = store.get(number)?;
        letter.ok_or_else(|| missing(topology, &store, vec![number]))
    }

    /// Asks for letters to be replayed.
    ///
    /// # Errors
    /// If one of them is not there, or that cannot be stored: then it is asked for none.
    pub fn replay(
        &self,
        topology: &str,
        which: &WhichLetters,
    ) -> Result<ReplayRequested, RequestError> {
        let store = self.store(topology);
        let replay_asked = match named(topology, &store, which)? {
            None => store.ask_all()?,
            Some(numbers) => store.ask(numbers)?.len() as u64,
        };
        Ok(ReplayRequested {
            topology: topology.to_owned(),
            replay_asked,
        })
    }

    /// Forgets letters.
    ///
    /// # Errors
    /// If one of them is not there, or that cannot be stored: then all are kept.
    pub fn drop_letters(
        &self,
        topology: &str,
        which: &WhichLetters,
    ) -> Result<DroppedLetters, RequestError> {
        let store = self.store(topology);
        let dropped = match named(topology, &store, which)? {
            None => store.remove_up_to(u64::MAX)?,
            Some(numbers) => store.remove(numbers)?.len() as u64,
        };
        Ok(DroppedLetters {
            topology: topology.to_owned(),
            dropped,
        })
    }
}

/// The numbers of the letters that are meant, all of which are there; `None`: all letters.
fn named<'a>(
    topology: &str,
    store: &Store,
    which: &'a WhichLetters,
) -> Result<Option<&'a [u64]>, RequestError> {
    match (which.numbers.as_slice(), which.all) {
        ([], true) => Ok(None),
        ([], false) | ([_, ..], true) => Err(RequestError::Which),
        (numbers, false) => match store.absent(numbers)? {
            absent if absent.is_empty() => Ok(Some(numbers)),
            absent => Err(missing(topology, store, absent)),
        },
    }
}

fn missing(topology: &str, store: &Store, numbers: Vec<u64>) -> RequestError {
    RequestError::Missing {
        topology: topology.to_owned(),
        path: store.path().to_owned(),
        numbers,
        letters: store.counts().map_or(0, |counts| counts.letters),
    }
}

/// Why a letter may not be there, and where others are looked for.
fn why_missing(letters: u64) -> &'static str {
    match letters {
        0 => {
            "there are none of a topology of this name; those of `run` are in the folder that it \
             was run in, and those of a supervisor are asked for with --served"
        }
        _ => {
            "it was processed, dropped, or given up for newer ones; `stormcell dead-letter list` \
             with the same options shows those that are there"
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use stormcell_protocol::dead_letter::DeadLetter;

    use super::*;

    fn letter(reason: &str) -> DeadLetter {
        DeadLetter {
            reason: reason.to_owned(),
            ..DeadLetter::example()
        }
    }

    fn numbers(list: &LetterList) -> Vec<u64> {
        list.newest.iter().map(|letter| letter.id).collect()
    }

    #[test]
    fn letters_are_listed_page_by_page() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        assert!(folder.stores().unwrap().is_empty());
        let letters: Vec<_> = ["a", "b", "c", "d"].map(letter).into();
        folder.store("words").add(&letters).unwrap();
        let stores = folder.stores().unwrap();
        assert_eq!(
            (&*stores[0].topology, stores[0].counts.letters),
            ("words", 4)
        );
        let page = |before, most, bytes| {
            let page = folder.letters("words", before, most, bytes).unwrap();
            assert_eq!(page.counts.letters, 4);
            numbers(&page)
        };
        assert_eq!(page(None, 3, u64::MAX), [4, 3, 2]);
        assert_eq!(page(Some(2), 3, u64::MAX), [1]);
        assert_eq!(page(None, 0, u64::MAX), [0_u64; 0]);
        let size = stores[0].counts.bytes / 4;
        assert_eq!(page(None, 9, 2 * size), [4, 3]);
        assert_eq!(page(None, 9, 1), [4], "one is given however long it is");
        assert_eq!(
            numbers(&folder.letters("other", None, 9, 9).unwrap()),
            [0_u64; 0]
        );
    }

    #[test]
    fn nothing_is_done_if_a_number_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        folder.store("words").add(&["a", "b"].map(letter)).unwrap();
        let which = |numbers: &[u64], all| WhichLetters {
            numbers: numbers.to_vec(),
            all,
        };
        for wrong in [which(&[], false), which(&[1], true)] {
            assert!(matches!(
                folder.replay("words", &wrong),
                Err(RequestError::Which)
            ));
        }
        let refused = folder.drop_letters("words", &which(&[1, 7, 9], false));
        let message = refused.unwrap_err().to_string();
        assert!(
            message.starts_with("words has no dead letter 7, 9 in "),
            "{message}"
        );
        let many: Vec<u64> = (1..=100_000).collect();
        let refused = folder.replay("words", &which(&many, false));
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(", 22, and 99978 more in "), "{message}");
        assert!(folder.letter("words", 9).is_err());
        assert_eq!(folder.letter("words", 1).unwrap().letter, letter("a"));

        let asked = folder.replay("words", &which(&[2], false)).unwrap();
        assert_eq!(asked.replay_asked, 1);
        assert!(folder.letter("words", 2).unwrap().replay_asked);
        assert_eq!(
            folder
                .replay("words", &which(&[], true))
                .unwrap()
                .replay_asked,
            2
        );
        assert_eq!(
            folder
                .drop_letters("words", &which(&[1], false))
                .unwrap()
                .dropped,
            1
        );
        assert_eq!(
            folder
                .drop_letters("words", &which(&[], true))
                .unwrap()
                .dropped,
            1
        );
        assert_eq!(
            folder
                .drop_letters("words", &which(&[], true))
                .unwrap()
                .dropped,
            0
        );
    }
}
