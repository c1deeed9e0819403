//! The letters of one topology.

mod replays;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadableDatabase as _, ReadableTable, Table};
use stormcell_protocol::dead_letter::{DeadLetter, LetterCounts, StoredLetter};
use stormcell_redb_file::{BoundedFile, Fault, META, guarded};

use crate::file::{self, ASKED, LAYOUT, LETTERS};
use crate::{Bounds, StoreError};

/// The numbers that are stored, beside the format.
const NEXT: &str = "next";
const COUNT: &str = "letters";
const BYTES: &str = "bytes";
const GIVEN_UP: &str = "given-up";

/// The store of one topology. Cheap to clone; all stores of one file are the same one.
#[derive(Debug, Clone)]
pub struct Store {
    path: Arc<Path>,
    bounds: Bounds,
}

impl Store {
    /// The store in this file, which is made when the first letter is stored.
    pub fn new(path: PathBuf, bounds: Bounds) -> Self {
        Self {
            path: path.into(),
            bounds,
        }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stores letters, and returns their numbers, ascending. The oldest letters are given
    /// up as far as there is no room for the new ones.
    ///
    /// # Errors
    /// If they cannot be stored: then none is.
    pub fn add(&self, letters: &[DeadLetter]) -> Result<Vec<u64>, StoreError> {
        let texts = self.texts(letters)?;
        LAYOUT
            .create(&self.path, file::tables)
            .map_err(|fault| StoreError::of(&self.path, fault))?;
        self.with(|database| self.add_texts(database, &texts))
    }

    /// The newest letters, the newest first, `most` at most; of those with lower numbers
    /// than `before`, if that is given. And what the store holds.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn newest(
        &self,
        before: Option<u64>,
        most: usize,
    ) -> Result<(LetterCounts, Vec<StoredLetter>), StoreError> {
        self.page(before, most, u64::MAX)
    }

    /// The same, without those that are left when so many bytes are reached, but for the
    /// first one.
    pub(crate) fn page(
        &self,
        before: Option<u64>,
        most: usize,
        bytes: u64,
    ) -> Result<(LetterCounts, Vec<StoredLetter>), StoreError> {
        self.read((LetterCounts::default(), Vec::new()), |database| {
            let read = database.begin_read()?;
            let table = read.open_table(LETTERS)?;
            let asked = read.open_table(ASKED)?;
            let mut found = Vec::new();
            let mut taken = 0_u64;
            let range = table.range(..before.unwrap_or(u64::MAX))?;
            for entry in range.rev().take(most) {
                let (id, text) = entry?;
                taken = taken.saturating_add(text.value().len() as u64);
                if taken > bytes && !found.is_empty() {
                    break;
                }
                let is_asked = asked.get(id.value())?.is_some();
                found.push(letter(id.value(), text.value(), is_asked)?);
            }
            Ok((counts(&read.open_table(META)?)?, found))
        })
    }

    /// The letter with this number, if it is there.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn get(&self, id: u64) -> Result<Option<StoredLetter>, StoreError> {
        self.read(None, |database| {
            let read = database.begin_read()?;
            let table = read.open_table(LETTERS)?;
            let asked = read.open_table(ASKED)?.get(id)?.is_some();
            match table.get(id)? {
                Some(text) => Ok(Some(letter(id, text.value(), asked)?)),
                None => Ok(None),
            }
        })
    }

    /// Which of these numbers no letter has.
    pub(crate) fn absent(&self, ids: &[u64]) -> Result<Vec<u64>, StoreError> {
        self.read(ids.to_vec(), |database| {
            let table = database.begin_read()?.open_table(LETTERS)?;
            let mut absent = Vec::new();
            for &id in ids {
                if table.get(id)?.is_none() {
                    absent.push(id);
                }
            }
            Ok(absent)
        })
    }

    /// What the store holds.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn counts(&self) -> Result<LetterCounts, StoreError> {
        self.read(LetterCounts::default(), |database| {
            let read = database.begin_read()?;
            Ok(counts(&read.open_table(META)?)?)
        })
    }

    /// Removes the letters with these numbers. Returns the numbers of those that were
    /// there.
    ///
    /// # Errors
    /// If they cannot be removed: then none is.
    pub fn remove(&self, ids: &[u64]) -> Result<Vec<u64>, StoreError> {
        self.read(Vec::new(), |database| {
            change(database, |tables, held| {
                let mut removed = Vec::new();
                for &id in ids {
                    if tables.remove(id, held)? {
                        removed.push(id);
                    }
                }
                Ok(removed)
            })
        })
    }

    /// Removes all letters up to this number. Returns how many there were.
    ///
    /// # Errors
    /// If they cannot be removed: then none is.
    pub fn remove_up_to(&self, last: u64) -> Result<u64, StoreError> {
        self.read(0, |database| {
            change(database, |tables, held| {
                let mut removed = 0;
                while let Some(first) = tables.first()?.filter(|first| *first <= last) {
                    removed += u64::from(tables.remove(first, held)?);
                }
                Ok(removed)
            })
        })
    }

    /// Letters as JSON.
    fn texts(&self, letters: &[DeadLetter]) -> Result<Vec<Vec<u8>>, StoreError> {
        let text = |letter: &DeadLetter| {
            let text = serde_json::to_vec(letter).map_err(|error| StoreError::Io {
                path: self.path.to_path_buf(),
                reason: format!("a letter cannot be written as JSON: {error}"),
            })?;
            let bytes = text.len() as u64;
            if bytes > self.bounds.bytes {
                return Err(StoreError::TooLarge {
                    bytes,
                    most: self.bounds.bytes,
                });
            }
            Ok(text)
        };
        letters.iter().map(text).collect()
    }

    fn add_texts(&self, database: &Database, texts: &[Vec<u8>]) -> Result<Vec<u64>, redb::Error> {
        change(database, |tables, held| {
            let mut ids = Vec::with_capacity(texts.len());
            let mut next = tables.next_number()?;
            for text in texts {
                tables.letters.insert(next, text.as_slice())?;
                held.letters += 1;
                held.bytes += text.len() as u64;
                ids.push(next);
                next += 1;
            }
            tables.set_next_number(next)?;
            tables.give_up(&self.bounds, held)?;
            Ok(ids)
        })
    }

    /// Does something with the file, if there is one.
    fn read<T>(
        &self,
        without: T,
        work: impl Fn(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let there = self.path.try_exists();
        match there.map_err(|error| StoreError::of(&self.path, error))? {
            true => self.with(work),
            false => Ok(without),
        }
    }

    /// Does something with the file, for a moment alone: once more after it was made as small
    /// as it can be, if there was no room.
    fn with<T>(&self, work: impl Fn(&Database) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        let failed = |fault| StoreError::of(&self.path, fault);
        let most = self.bounds.on_disk();
        let mut file = BoundedFile::open(LAYOUT, &self.path, most).map_err(failed)?;
        let attempt = |file: &BoundedFile| {
            let database = file.database()?;
            guarded(|| work(database)).map_err(Fault::from)
        };
        let mut result = attempt(&file);
        if result.is_err() && file.was_refused() {
            file.make_room().map_err(failed)?;
            result = attempt(&file);
        }
        if result.is_ok() && file.is_too_long() {
            file.compact().map_err(failed)?;
        }
        result.map_err(failed)
    }
}

/// What is in the file makes no sense.
fn invalid(reason: String) -> redb::Error {
    redb::Error::Io(io::Error::new(io::ErrorKind::InvalidData, reason))
}

fn letter(id: u64, text: &[u8], replay_asked: bool) -> Result<StoredLetter, redb::Error> {
    let letter = serde_json::from_slice(text)
        .map_err(|error| invalid(format!("letter {id} is not understood: {error}")))?;
    Ok(StoredLetter {
        id,
        replay_asked,
        letter,
    })
}

/// The tables of the file, in a change.
struct Tables<'a> {
    meta: Table<'a, &'static str, u64>,
    letters: Table<'a, u64, &'static [u8]>,
    asked: Table<'a, u64, ()>,
}

impl Tables<'_> {
    /// The number of the next letter.
    fn next_number(&self) -> Result<u64, redb::StorageError> {
        Ok(number(&self.meta, NEXT)?.max(1))
    }

    fn set_next_number(&mut self, next: u64) -> Result<(), redb::StorageError> {
        self.meta.insert(NEXT, next)?;
        Ok(())
    }

    /// The number of the oldest letter.
    fn first(&self) -> Result<Option<u64>, redb::StorageError> {
        Ok(self.letters.first()?.map(|(id, _)| id.value()))
    }

    /// Removes a letter. False: it is not there.
    fn remove(&mut self, id: u64, held: &mut LetterCounts) -> Result<bool, redb::StorageError> {
        self.asked.remove(id)?;
        let Some(text) = self.letters.remove(id)? else {
            return Ok(false);
        };
        held.letters = held.letters.saturating_sub(1);
        held.bytes = held.bytes.saturating_sub(text.value().len() as u64);
        Ok(true)
    }

    /// Puts a letter in place of the one with its number, if that is there.
    fn replace(
        &mut self,
        id: u64,
        text: &[u8],
        held: &mut LetterCounts,
    ) -> Result<(), redb::StorageError> {
        let before = self.letters.get(id)?.map(|text| text.value().len() as u64);
        if let Some(before) = before {
            self.letters.insert(id, text)?;
            held.bytes = held.bytes.saturating_sub(before) + text.len() as u64;
        }
        Ok(())
    }

    /// Removes the oldest letters, as far as there are too many.
    fn give_up(
        &mut self,
        bounds: &Bounds,
        held: &mut LetterCounts,
    ) -> Result<(), redb::StorageError> {
        while !bounds.hold(held)
            && let Some(oldest) = self.first()?
        {
            self.remove(oldest, held)?;
            held.given_up += 1;
        }
        Ok(())
    }
}

/// One durable change of the letters and of what is known of them.
fn change<T>(
    database: &Database,
    work: impl FnOnce(&mut Tables<'_>, &mut LetterCounts) -> Result<T, redb::Error>,
) -> Result<T, redb::Error> {
    let write = file::begin(database)?;
    let value;
    {
        let mut tables = Tables {
            meta: write.open_table(META)?,
            letters: write.open_table(LETTERS)?,
            asked: write.open_table(ASKED)?,
        };
        let mut held = counts(&tables.meta)?;
        value = work(&mut tables, &mut held)?;
        tables.meta.insert(COUNT, held.letters)?;
        tables.meta.insert(BYTES, held.bytes)?;
        tables.meta.insert(GIVEN_UP, held.given_up)?;
    }
    write.commit()?;
    Ok(value)
}

fn number(
    meta: &impl ReadableTable<&'static str, u64>,
    name: &str,
) -> Result<u64, redb::StorageError> {
    Ok(meta.get(name)?.map_or(0, |number| number.value()))
}

fn counts(
    meta: &impl ReadableTable<&'static str, u64>,
) -> Result<LetterCounts, redb::StorageError> {
    Ok(LetterCounts {
        letters: number(meta, COUNT)?,
        bytes: number(meta, BYTES)?,
        given_up: number(meta, GIVEN_UP)?,
    })
}

#[cfg(test)]
mod tests;
