#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use super::*;

const ENTRY: u64 = FileGrant::ENTRY;

fn opened(dir: &Path) -> Arc<File> {
    Arc::new(File::open(dir).unwrap())
}

fn quota(dir: &Path, most: u64) -> Quota {
    Quotas::default().quota(opened(dir), most).unwrap()
}

#[tokio::test]
async fn what_is_there_counts_and_what_is_deleted_does_not() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    fs::write(dir.path().join("sub/file"), [0; 1_000]).unwrap();
    let quota = quota(dir.path(), 2 * ENTRY + 1_500);
    assert!(quota.reserve(501).await.is_none());
    drop(quota.reserve(500).await.unwrap());
    // Nothing was written after all.
    drop(quota.reserve(500).await.unwrap());
    assert!(quota.reserve(501).await.is_none());
    fs::remove_file(dir.path().join("sub/file")).unwrap();
    drop(quota.reserve(1_500 + ENTRY).await.unwrap());
}

#[tokio::test]
async fn what_is_being_written_counts_twice_rather_than_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let quota = quota(dir.path(), 10_000);
    let writing = quota.reserve(6_000).await.unwrap();
    assert!(quota.reserve(6_000).await.is_none());
    drop(writing);
    // The folder is empty still.
    assert!(quota.reserve(6_000).await.is_some());
}

#[tokio::test]
async fn a_deleted_file_counts_while_it_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let quota = quota(dir.path(), 10_000);
    let path = dir.path().join("file");
    fs::write(&path, [0; 5_000]).unwrap();
    let file = Arc::new(File::open(&path).unwrap());
    quota.opened(&file);
    fs::remove_file(&path).unwrap();
    assert!(quota.reserve(5_001).await.is_none());
    drop(file);
    assert!(quota.reserve(10_000).await.is_some());
}

#[tokio::test]
async fn all_who_have_a_folder_share_its_sum() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    let quotas = Quotas::default();
    let one = quotas.quota(opened(dir.path()), 20_000).unwrap();
    let same = quotas
        .quota(opened(&dir.path().join("sub/..")), 20_000)
        .unwrap();
    let _reserved = one.reserve(10_000).await.unwrap();
    assert!(same.reserve(10_000).await.is_none());
    assert!(one.is_of_same_folder(&same));
}

/// What has the name of a folder later is another one.
#[tokio::test]
async fn what_is_counted_is_the_folder_that_was_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (granted, empty) = (dir.path().join("granted"), dir.path().join("empty"));
    fs::create_dir(&granted).unwrap();
    fs::create_dir(&empty).unwrap();
    let quotas = Quotas::default();
    let one = quotas.quota(opened(&granted), 20_000).unwrap();
    fs::write(granted.join("file"), [0; 10_000]).unwrap();
    fs::rename(&granted, dir.path().join("moved")).unwrap();
    fs::rename(&empty, &granted).unwrap();
    assert!(one.reserve(10_000).await.is_none());
    let other = quotas.quota(opened(&granted), 20_000).unwrap();
    assert!(!one.is_of_same_folder(&other));
    assert!(other.reserve(10_000).await.is_some());
}

#[tokio::test]
async fn a_folder_that_is_gone_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let quota = quota(dir.path(), 10_000);
    fs::remove_dir(dir.path()).unwrap();
    assert!(quota.reserve(1).await.is_none());
}

#[tokio::test]
async fn what_others_write_is_seen_after_a_part_of_the_quota() {
    let dir = tempfile::tempdir().unwrap();
    let most = 1 << 20;
    let quota = quota(dir.path(), most);
    drop(quota.reserve(1).await.unwrap());
    fs::write(dir.path().join("of others"), vec![0; most as usize]).unwrap();
    let mut bytes = 0;
    while quota.reserve(1_000).await.is_some() {
        bytes += 1_000;
    }
    assert!(bytes <= most / PART, "{bytes}");
}
