//! Full disks, errors and power cuts.

use std::collections::BTreeMap;
use std::path::Path;

use stormcell_protocol::record::Record;

use super::disk::Disk;
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
        assert_eq!(examined(disk.recorded().bytes()), 1);
    }
    store.put(&numbered(4)).await.unwrap();
    assert_eq!(examined(disk.recorded().bytes()), 4);
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
        assert_eq!(
            examined(disk.recorded().bytes()),
            3,
            "after {operations} operations"
        );
        if done.is_ok() {
            assert!(operations > 5, "no operation failed");
            break;
        }
    }
}

/// The power goes before each operation of some commits.
#[tokio::test]
async fn after_a_power_cut_the_store_holds_what_was_committed() {
    let disk = Disk::new();
    let before = disk.recorded().bytes();
    let store = disk.store();
    let mut committed = vec![disk.recorded().operations()];
    for number in 1..=4 {
        store.put(&numbered(number)).await.unwrap();
        committed.push(disk.recorded().operations());
    }
    assert!(committed.windows(2).all(|pair| pair[0] < pair[1]));

    let cuts = disk.recorded().cut(before, |done, bytes| {
        let number = examined(bytes);
        let least = committed.iter().filter(|count| **count <= done).count();
        let least = u32::try_from(least).unwrap().saturating_sub(1);
        assert!(
            number == least || number == least + 1,
            "cut after {done} operations: {number}, and {least} was committed"
        );
    });
    assert!(cuts > 100, "{cuts} cuts");
}
