//! Power cuts: what was stored is there, wherever the power goes.

use redb::Database;
use stormcell_redb_file::power_cuts::RecordedDisk;

use super::super::*;
use super::numbered;

fn open(disk: &RecordedDisk) -> Database {
    Database::builder()
        .create_with_backend(disk.clone())
        .unwrap()
}

/// The numbers of the letters on a disk with these bytes, each of which must be whole.
fn found(bytes: Vec<u8>) -> Vec<u64> {
    let database = open(&RecordedDisk::of(bytes));
    assert_eq!(stormcell_redb_file::format(&database).unwrap(), Some(1));
    let read = database.begin_read().unwrap();
    let letters = read.open_table(LETTERS).unwrap();
    let ids: Vec<u64> = letters
        .iter()
        .unwrap()
        .map(|entry| {
            let (id, text) = entry.unwrap();
            let stored = letter(id.value(), text.value(), false).unwrap();
            assert_eq!(stored.letter, numbered(id.value(), 3_000));
            id.value()
        })
        .collect();
    let held = counts(&read.open_table(META).unwrap()).unwrap();
    assert_eq!(held.letters, ids.len() as u64);
    ids
}

/// The power goes before each operation on the disk. Each letter is stored by a process of its
/// own: the file is opened and closed for it.
#[test]
fn what_was_stored_is_there_wherever_the_power_goes() {
    let bounds = Bounds {
        letters: 3,
        bytes: 1 << 20,
    };
    let store = Store::new("t.redb".into(), bounds);
    let disk = RecordedDisk::default();
    LAYOUT.initialise(&open(&disk), file::tables).unwrap();
    let before = disk.forget();
    let mut stored = Vec::new();
    for number in 1..=5 {
        let text = serde_json::to_vec(&numbered(number, 3_000)).unwrap();
        let database = open(&disk);
        assert_eq!(store.add_texts(&database, &[text]).unwrap(), [number]);
        stored.push(disk.operations());
        drop(database);
    }

    let newest = |last: u64| (last.saturating_sub(2).max(1)..=last).collect::<Vec<u64>>();
    let cuts = disk.cut(before, |done, bytes| {
        let least = stored.iter().filter(|count| **count <= done).count() as u64;
        let found = found(bytes);
        assert!(
            found == newest(least) || found == newest(least + 1),
            "cut after {done} operations: {found:?}, and {least} were stored"
        );
    });
    assert!(cuts > 100, "{cuts} cuts");
}
