//! Power cuts: what was stored is there, wherever the power goes.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use redb::{Database, StorageBackend};

use super::super::*;
use super::numbered;

/// What was done to a disk.
#[derive(Debug, Clone)]
enum Operation {
    Write(usize, Vec<u8>),
    Length(usize),
    Sync,
}

impl Operation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, data) => bytes[*at..at + data.len()].copy_from_slice(data),
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Sync => {}
        }
    }
}

/// A disk in memory. All clones are the same one.
#[derive(Debug, Clone, Default)]
struct Disk(Arc<Mutex<(Vec<u8>, Vec<Operation>)>>);

impl Disk {
    fn of(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new((bytes, Vec::new()))))
    }

    fn open(&self) -> Database {
        Database::builder()
            .create_with_backend(self.clone())
            .unwrap()
    }

    fn operate(&self, operation: Operation) {
        let mut state = self.0.lock();
        operation.apply(&mut state.0);
        state.1.push(operation);
    }

    fn operations(&self) -> usize {
        self.0.lock().1.len()
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().0.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        out.copy_from_slice(&self.0.lock().0[offset..offset + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.operate(Operation::Length(usize::try_from(len).unwrap()));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(Operation::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.operate(Operation::Write(offset, data.to_vec()));
        Ok(())
    }
}

/// The numbers of the letters on a disk with these bytes, each of which must be whole.
fn found(bytes: Vec<u8>) -> Vec<u64> {
    let database = Disk::of(bytes).open();
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

/// After each operation on the disk the power goes: what was synced is there, and of what
/// was not, nothing, all, or some. Each letter is stored by a process of its own: the file
/// is opened and closed for it.
#[test]
fn what_was_stored_is_there_wherever_the_power_goes() {
    let bounds = Bounds {
        letters: 3,
        bytes: 1 << 20,
    };
    let store = Store::new("t.redb".into(), bounds);
    let disk = Disk::default();
    LAYOUT.initialise(&disk.open(), file::tables).unwrap();
    let mut synced = disk.0.lock().0.clone();
    disk.0.lock().1.clear();
    let mut stored = Vec::new();
    for number in 1..=5 {
        let text = serde_json::to_vec(&numbered(number, 3_000)).unwrap();
        let database = disk.open();
        assert_eq!(store.add_texts(&database, &[text]).unwrap(), [number]);
        stored.push(disk.operations());
        drop(database);
    }
    let log = disk.0.lock().1.clone();

    let newest = |last: u64| (last.saturating_sub(2).max(1)..=last).collect::<Vec<u64>>();
    let mut unsynced: Vec<&Operation> = Vec::new();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut cuts = 0;
    for (done, operation) in log.iter().enumerate() {
        for part in 0..4 {
            let mut bytes = synced.clone();
            for operation in &unsynced {
                let kept = match (part, operation) {
                    // A length is kept, as the writes beyond the old one need it.
                    (_, Operation::Length(_)) | (1, _) => true,
                    (0, _) => false,
                    _ => chance.is_kept(),
                };
                if kept {
                    operation.apply(&mut bytes);
                }
            }
            let least = stored.iter().filter(|count| **count <= done).count() as u64;
            let found = found(bytes);
            assert!(
                found == newest(least) || found == newest(least + 1),
                "cut after {done} operations: {found:?}, and {least} were stored"
            );
            cuts += 1;
        }
        match operation {
            Operation::Sync => {
                for operation in unsynced.drain(..) {
                    operation.apply(&mut synced);
                }
            }
            operation => unsynced.push(operation),
        }
    }
    assert!(cuts > 100, "{cuts} cuts");
}

/// Numbers that look random and are the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn is_kept(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 & 1 == 1
    }
}
