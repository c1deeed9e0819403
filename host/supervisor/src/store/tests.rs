#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod damage;
pub(crate) mod disk;
mod faults;

use super::*;
use crate::fixtures::record;

#[tokio::test]
async fn what_was_stored_is_there_after_opening_again() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.redb");
    let (store, records) = Store::open(&path).unwrap();
    assert!(records.is_empty());
    let (mut one, two) = (record("one"), record("two"));
    store.put(&one).await.unwrap();
    store.put(&two).await.unwrap();
    one.next_incarnation = 7;
    store.put(&one).await.unwrap();
    assert_eq!(store.get("one").await.unwrap(), Some(one.clone()));
    assert_eq!(store.get("three").await.unwrap(), None);
    store.remove("two").await.unwrap();
    store.remove("three").await.unwrap();
    store.close().await;
    assert!(store.put(&two).await.is_err(), "it is closed for good");

    let (_, records) = Store::open(&path).unwrap();
    assert_eq!(records, [("one".to_owned(), one)].into());
}

#[tokio::test]
async fn an_open_store_is_not_opened_again() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.redb");
    let (store, _) = Store::open(&path).unwrap();
    let refused = Store::open(&path).unwrap_err().to_string();
    assert!(
        refused.contains("another process keeps it open"),
        "{refused}"
    );
    store.put(&record("one")).await.unwrap();
}

#[tokio::test]
async fn a_newer_format_is_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.redb");
    let (store, _) = Store::open(&path).unwrap();
    store
        .run(|database| {
            let write = database.begin_write()?;
            write
                .open_table(stormcell_redb_file::META)?
                .insert("format", FORMAT + 1)?;
            write.commit()?;
            Ok(())
        })
        .await
        .unwrap();
    store.close().await;
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Newer { format, .. } if format == FORMAT + 1));
    assert!(error.to_string().contains("store.redb"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_record_that_is_not_understood_is_damage() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("store.redb");
    let (store, _) = Store::open(&path).unwrap();
    let other = serde_json::to_vec(&record("other")).unwrap();
    for json in [b"{".as_slice(), b"[]", &other] {
        let json = json.to_vec();
        let put = store.run(move |database| change(database, "one", Some(&json)));
        put.await.unwrap();
        store.get("one").await.unwrap_err();
        let (copy, copied) = (temp.path().join("copy"), std::fs::read(&path).unwrap());
        std::fs::write(&copy, copied).unwrap();
        let error = Store::open(&copy).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("`one`"), "{error}");
    }
}

#[test]
fn a_store_that_cannot_be_made_leaves_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("no-folder");
    std::fs::write(&file, "x").unwrap();
    let error = Store::open(&file.join("store.redb")).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"x");
    assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 1);
}
