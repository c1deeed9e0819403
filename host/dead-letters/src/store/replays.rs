//! Letters that are to be given to their tasks once more.
//!
//! Somebody asks for it here, and whoever runs the topology finds it here: now, or when it
//! runs again. A letter stays until its row is processed.

use redb::{ReadableDatabase as _, ReadableTable as _};
use stormcell_protocol::dead_letter::StoredLetter;

use super::{Store, change, letter};
use crate::StoreError;
use crate::file::{ASKED, LETTERS};

impl Store {
    /// Asks for the letters with these numbers to be replayed. Returns the numbers of
    /// those that are there.
    ///
    /// # Errors
    /// If that cannot be stored: then it is asked for none.
    pub fn ask(&self, ids: &[u64]) -> Result<Vec<u64>, StoreError> {
        self.read(Vec::new(), |database| {
            change(database, |tables, _| {
                let mut asked = Vec::new();
                for &id in ids {
                    if tables.letters.get(id)?.is_some() {
                        tables.asked.insert(id, ())?;
                        asked.push(id);
                    }
                }
                Ok(asked)
            })
        })
    }

    /// Asks for all letters to be replayed. Returns how many there are.
    ///
    /// # Errors
    /// If that cannot be stored: then it is asked for none.
    pub fn ask_all(&self) -> Result<u64, StoreError> {
        self.read(0, |database| {
            change(database, |tables, _| {
                let mut asked = 0;
                for entry in tables.letters.iter()? {
                    tables.asked.insert(entry?.0.value(), ())?;
                    asked += 1;
                }
                Ok(asked)
            })
        })
    }

    /// Letters that are to be replayed and that `wanted` says yes to, the oldest first,
    /// `most` at most.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn asked(
        &self,
        most: usize,
        wanted: impl FnMut(&StoredLetter) -> bool,
    ) -> Result<Vec<StoredLetter>, StoreError> {
        let wanted = std::cell::RefCell::new(wanted);
        self.read(Vec::new(), |database| {
            let read = database.begin_read()?;
            let letters = read.open_table(LETTERS)?;
            let mut found = Vec::new();
            for id in read.open_table(ASKED)?.iter()? {
                let id = id?.0.value();
                if found.len() == most {
                    break;
                }
                if let Some(text) = letters.get(id)? {
                    let letter = letter(id, text.value(), true)?;
                    if (wanted.borrow_mut())(&letter) {
                        found.push(letter);
                    }
                }
            }
            Ok(found)
        })
    }

    /// Letters were replayed: those that were processed are removed, and the others are
    /// put in place of what they were, and are not asked for any more.
    ///
    /// # Errors
    /// If that cannot be stored: then nothing has changed, and they are still asked for.
    pub fn answer(&self, processed: &[u64], failed: &[StoredLetter]) -> Result<(), StoreError> {
        let texts: Vec<_> = failed.iter().map(|stored| stored.letter.clone()).collect();
        let texts = self.texts(&texts)?;
        self.read((), |database| {
            change(database, |tables, held| {
                for &id in processed {
                    tables.remove(id, held)?;
                }
                for (stored, text) in failed.iter().zip(&texts) {
                    tables.asked.remove(stored.id)?;
                    tables.replace(stored.id, text, held)?;
                }
                tables.give_up(&self.bounds, held)?;
                Ok(())
            })
        })
    }
}
