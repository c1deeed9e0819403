#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::Duration;

use redb::{ReadableDatabase as _, ReadableTable as _, TableDefinition};

use super::*;
use crate::bound::Bounded;
use crate::power_cuts::RecordedDisk;
use crate::{META, begin};

const WORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("words");

const LAYOUT: Layout = Layout {
    format: 1,
    cache: 1 << 20,
    patience: Duration::ZERO,
};

/// What is kept.
const HELD: u64 = 2 << 20;
const MOST: u64 = 4 * HELD + (4 << 20);

fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("words.redb");
    let tables =
        |write: &redb::WriteTransaction| write.open_table(WORDS).map(drop).map_err(Into::into);
    LAYOUT.create(&path, tables).unwrap();
    (dir, path)
}

/// Words of so many bytes that are [`HELD`] together, each of them the same letter.
fn words(length: usize, letter: u8) -> Vec<(u64, Vec<u8>)> {
    let count = HELD / (length as u64 + 72);
    (0..count).map(|n| (n, vec![letter; length])).collect()
}

fn write(database: &Database, words: &[(u64, Vec<u8>)]) -> Result<(), redb::Error> {
    let write = begin(database)?;
    {
        let mut table = write.open_table(WORDS)?;
        for (number, word) in words {
            table.insert(number, word.as_slice())?;
        }
    }
    write.commit()?;
    Ok(())
}

/// As a user of such a file does it. False: it was refused.
fn change(file: &mut BoundedFile, words: &[(u64, Vec<u8>)]) -> bool {
    if guarded(|| write(file.database().unwrap(), words)).is_err() {
        assert!(file.was_refused());
        file.make_room().unwrap();
        if guarded(|| write(file.database().unwrap(), words)).is_err() {
            assert!(file.was_refused());
            file.make_room().unwrap();
            return false;
        }
    }
    if file.is_loose(HELD) {
        file.compact().unwrap();
    }
    true
}

fn kept(file: &BoundedFile) -> Vec<(u64, Vec<u8>)> {
    let read = file.database().unwrap().begin_read().unwrap();
    let table = read.open_table(WORDS).unwrap();
    let entries = table.iter().unwrap().map(|entry| {
        let (number, word) = entry.unwrap();
        (number.value(), word.value().to_vec())
    });
    entries.collect()
}

/// What a file takes of the disk, as the system says.
#[cfg(unix)]
fn on_disk(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).unwrap().blocks() * 512
}

/// Sizes of words that fill their pages badly are among these.
#[cfg(unix)]
#[test]
fn a_file_takes_no_more_of_the_disk_than_it_may_and_nothing_that_fits_is_refused() {
    for length in [100, 2_048, 5_000, 65_536, 600_000] {
        let (_dir, path) = place();
        let mut file = BoundedFile::open(LAYOUT, &path, MOST).unwrap();
        for letter in 0..6 {
            let all = words(length, letter);
            assert!(change(&mut file, &all), "{length} bytes, round {letter}");
            assert!(on_disk(&path) <= MOST, "{length}: {}", on_disk(&path));
            let length_now = std::fs::metadata(&path).unwrap().len();
            assert!(length_now <= MOST, "{length}: a length of {length_now}");
            assert_eq!(kept(&file), all);
        }
    }
}

#[test]
fn a_change_for_which_there_is_no_room_is_not_made() {
    let (_dir, path) = place();
    let mut file = BoundedFile::open(LAYOUT, &path, MOST).unwrap();
    let all = words(5_000, 1);
    assert!(change(&mut file, &all));
    let too_much: Vec<_> = (0..3_000).map(|n| (n, vec![2; 5_000])).collect();
    assert!(!change(&mut file, &too_much));
    assert_eq!(kept(&file), all);
    assert!(change(&mut file, &words(5_000, 3)));
    drop(file);
    let file = BoundedFile::open(LAYOUT, &path, MOST).unwrap();
    assert_eq!(kept(&file), words(5_000, 3));
}

/// One that is there and too large can be made less.
#[test]
fn what_is_there_may_stay_and_become_less() {
    let (_dir, path) = place();
    let mut file = BoundedFile::open(LAYOUT, &path, u64::MAX).unwrap();
    let all = words(5_000, 1);
    assert!(change(&mut file, &all));
    drop(file);
    let mut file = BoundedFile::open(LAYOUT, &path, 1 << 20).unwrap();
    for (number, _) in &all {
        assert!(change(&mut file, &[(*number, Vec::new())]));
    }
    assert!(kept(&file).iter().all(|(_, word)| word.is_empty()));
}

#[test]
fn what_a_file_takes_for_nothing_is_given_back() {
    let (_dir, path) = place();
    let mut file = BoundedFile::open(LAYOUT, &path, u64::MAX).unwrap();
    let words: Vec<_> = (0..30).map(|n| (n, vec![1; 1 << 20])).collect();
    for _ in 0..3 {
        guarded(|| write(file.database().unwrap(), &words)).unwrap();
    }
    let none: Vec<_> = (0..30).map(|n| (n, Vec::new())).collect();
    guarded(|| write(file.database().unwrap(), &none)).unwrap();
    assert!(file.is_loose(0), "what was written pays for it");
    file.compact().unwrap();
    assert!(!file.is_loose(0) && !file.is_loose_at_first(0));
    assert!(std::fs::metadata(&path).unwrap().len() < 1 << 20);
    assert_eq!(kept(&file), none);
}

fn open(disk: &RecordedDisk) -> Database {
    let bounded = Bounded::new(disk.clone(), Arc::new(Disk::new(u64::MAX))).unwrap();
    Database::builder().create_with_backend(bounded).unwrap()
}

/// The words on a disk with these bytes.
fn found(bytes: Vec<u8>) -> Vec<(u64, usize)> {
    let database = open(&RecordedDisk::of(bytes));
    let read = database.begin_read().unwrap();
    let table = read.open_table(WORDS).unwrap();
    let entries = table.iter().unwrap().map(|entry| {
        let (number, word) = entry.unwrap();
        assert!(word.value().iter().all(|byte| *byte == 7));
        (number.value(), word.value().len())
    });
    entries.collect()
}

/// Before each operation of a compaction the power goes, or the process is killed.
#[test]
fn a_compaction_keeps_everything_wherever_the_power_goes() {
    let disk = RecordedDisk::default();
    let mut database = open(&disk);
    let write_meta = begin(&database).unwrap();
    drop(write_meta.open_table(META).unwrap());
    write_meta.commit().unwrap();
    let all: Vec<_> = (0..60).map(|n| (n, vec![7; 3_000])).collect();
    write(&database, &all).unwrap();
    // Holes, and pages at the end.
    let most: Vec<_> = (0..50).map(|n| (n, Vec::new())).collect();
    write(&database, &most).unwrap();

    let before = disk.forget();
    let expected = found(before.clone());
    assert!(database.compact().unwrap());
    drop(database);
    assert!(disk.bytes().len() < before.len(), "it became smaller");
    let cuts = disk.cut(before, |done, bytes| {
        assert_eq!(found(bytes), expected, "cut after {done} operations");
    });
    assert!(cuts > 80, "{cuts} cuts");
}
