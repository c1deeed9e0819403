//! Files that are damaged or cut short.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

/// A store with some records, closed, and what it holds.
async fn sound() -> (Vec<u8>, BTreeMap<String, Record>) {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.redb");
    let (store, _) = Store::open(&path).unwrap();
    let mut records = BTreeMap::new();
    for number in 1..=20 {
        let mut record = record(&format!("topology-{number}"));
        record.next_incarnation = number;
        store.put(&record).await.unwrap();
        records.insert(record.submitted.name.clone(), record);
    }
    store.close().await;
    (std::fs::read(path).unwrap(), records)
}

fn examine(bytes: Vec<u8>) -> Result<BTreeMap<String, Record>, StoreError> {
    examine::examine(Path::new("store.redb"), bytes)
}

#[tokio::test]
async fn a_damaged_byte_is_noticed_or_does_no_harm() {
    let (bytes, records) = sound().await;
    assert_eq!(examine(bytes.clone()).unwrap(), records);
    // Every byte of the header, and some of each page that holds anything.
    let header = 0..512;
    let others = (512..bytes.len()).filter(|at| bytes[*at] != 0).step_by(41);
    let (mut noticed, mut harmless) = (0, 0);
    for at in header.chain(others) {
        for bits in [0x01, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= bits;
            match examine(damaged) {
                Ok(found) => {
                    assert_eq!(found, records, "byte {at} ^ {bits:#x}");
                    harmless += 1;
                }
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.contains("store.redb"), "{text}");
                    noticed += 1;
                }
            }
        }
    }
    assert!(noticed > 100, "{noticed} noticed, {harmless} harmless");
}

#[tokio::test]
async fn a_file_that_is_cut_short_is_noticed() {
    let (bytes, _) = sound().await;
    for length in (0..bytes.len()).step_by(7_919) {
        let error = examine(bytes[..length].to_vec()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }
    examine(bytes[..bytes.len() - 1].to_vec()).unwrap_err();
}

#[tokio::test]
async fn what_is_no_store_is_not_touched() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.redb");
    let (sound, _) = sound().await;
    let mut zeroed = sound.clone();
    zeroed[4096..].fill(0);
    for bytes in [Vec::new(), b"hello".to_vec(), vec![0; 1 << 20], zeroed] {
        std::fs::write(&path, &bytes).unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("move it away"), "{text}");
        assert!(text.contains("store.redb"), "{text}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "it was changed");
    }
}
