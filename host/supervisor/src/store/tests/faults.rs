//! Full disks, errors and power cuts.

use std::collections::BTreeMap;
use std::path::Path;

use stormcell_protocol::record::Record;

use super::disk::{Disk, Operation};
use super::*;

/// A record that is told from others by its number, and takes some pages.
fn numbered(number: u32) -> Record {
    let mut record = record("one");
    record.next_incarnation = number;
    record.submitted.file = format!("{number}").repeat(5_000);
    record
}

fn number_in(records: &BTreeMap<String, Record>) -> u32 {
    records.get("one").map_or(0, |record| {
        assert_eq!(*record, numbered(record.next_incarnation));
        record.next_incarnation
    })
}

fn examined(bytes: Vec<u8>) -> u32 {
    number_in(&examine::examine(Path::new("store.redb"), bytes).unwrap())
}

#[tokio::test]
async fn a_full_disk_changes_nothing_and_the_store_goes_on() {
    let disk = Disk::new();
    let store = disk.store();
    store.put(&numbered(1)).await.unwrap();
    for operations in 0..3 {
        disk.is_full_after(operations);
        let error = store.put(&numbered(2)).await.unwrap_err();
        assert!(error.to_string().contains("make room"), "{error}");
        store.put(&numbered(3)).await.unwrap_err();
        store.remove("one").await.unwrap_err();
        disk.has_room();
        assert_eq!(store.get("one").await.unwrap(), Some(numbered(1)));
        assert_eq!(examined(disk.bytes()), 1);
    }
    store.put(&numbered(4)).await.unwrap();
    assert_eq!(examined(disk.bytes()), 4);
}

#[tokio::test]
async fn an_error_at_any_operation_is_told_and_survived() {
    for operations in 0.. {
        let disk = Disk::new();
        let store = disk.store();
        store.put(&numbered(1)).await.unwrap();
        disk.fails_once_after(operations);
        let done = store.put(&numbered(2)).await;
        disk.has_room();
        let found = store.get("one").await.unwrap().unwrap();
        match done {
            Ok(()) => assert_eq!(found, numbered(2)),
            // It may have been at the last sync.
            Err(_) => assert!(found == numbered(1) || found == numbered(2)),
        }
        store.put(&numbered(3)).await.unwrap();
        assert_eq!(examined(disk.bytes()), 3, "after {operations} operations");
        if done.is_ok() {
            assert!(operations > 5, "no operation failed");
            break;
        }
    }
}

/// After each operation of some commits the power goes: what was synced is there, and of
/// what was not, nothing, all, or some.
#[tokio::test]
async fn after_a_power_cut_the_store_holds_what_was_committed() {
    let disk = Disk::new();
    let mut synced = disk.bytes();
    let store = disk.store();
    let mut committed = vec![disk.operations()];
    for number in 1..=4 {
        store.put(&numbered(number)).await.unwrap();
        committed.push(disk.operations());
    }
    let log = disk.log();
    assert!(committed.windows(2).all(|pair| pair[0] < pair[1]));

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
            let number = examined(bytes);
            let least = committed.iter().filter(|count| **count <= done).count();
            let least = u32::try_from(least).unwrap().saturating_sub(1);
            assert!(
                number == least || number == least + 1,
                "cut after {done} operations: {number}, and {least} was committed"
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
