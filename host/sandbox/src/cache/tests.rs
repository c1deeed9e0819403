#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

const DIGEST: FileDigest = [7; 32];

fn setup() -> (tempfile::TempDir, Engine, Cache) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::default();
    let cache = Cache::open(dir.path(), &engine).unwrap();
    (dir, engine, cache)
}

fn component(engine: &Engine) -> Component {
    Component::new(engine, b"\0asm\x0d\0\x01\0").unwrap()
}

#[test]
fn what_was_put_is_got_by_another_process_too() {
    let (dir, engine, cache) = setup();
    assert!(cache.get(&engine, &DIGEST).is_none());
    cache.put(&DIGEST, &component(&engine));
    assert!(cache.get(&engine, &DIGEST).is_some());
    let other = Cache::open(dir.path(), &engine).unwrap();
    assert!(other.get(&engine, &DIGEST).is_some());
}

#[test]
fn an_entry_with_any_bit_changed_is_not_loaded() {
    let (_dir, engine, cache) = setup();
    cache.put(&DIGEST, &component(&engine));
    let path = cache.path(&DIGEST);
    let entry = std::fs::read(&path).unwrap();
    for position in [
        0,
        MAC_LENGTH - 1,
        MAC_LENGTH,
        entry.len() / 2,
        entry.len() - 1,
    ] {
        let mut altered = entry.clone();
        altered[position] ^= 1;
        std::fs::write(&path, &altered).unwrap();
        assert!(cache.get(&engine, &DIGEST).is_none(), "byte {position}");
    }
    for len in [0, MAC_LENGTH - 1, MAC_LENGTH, entry.len() - 1] {
        std::fs::write(&path, &entry[..len]).unwrap();
        assert!(cache.get(&engine, &DIGEST).is_none(), "cut after {len}");
    }
    std::fs::write(&path, &entry).unwrap();
    assert!(cache.get(&engine, &DIGEST).is_some(), "the whole entry is");
}

#[test]
fn an_entry_under_the_name_of_another_component_is_not_loaded() {
    let (_dir, engine, cache) = setup();
    cache.put(&DIGEST, &component(&engine));
    let other = [8; 32];
    std::fs::copy(cache.path(&DIGEST), cache.path(&other)).unwrap();
    assert!(cache.get(&engine, &other).is_none());
}

#[test]
fn an_entry_made_with_another_key_is_not_loaded() {
    let (dir, engine, cache) = setup();
    cache.put(&DIGEST, &component(&engine));
    std::fs::remove_file(dir.path().join("compiled/key")).unwrap();
    let rekeyed = Cache::open(dir.path(), &engine).unwrap();
    assert!(rekeyed.get(&engine, &DIGEST).is_none());
}

#[cfg(unix)]
#[test]
fn only_the_user_can_read_folder_key_and_entries() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, engine, cache) = setup();
    cache.put(&DIGEST, &component(&engine));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&cache.dir), 0o700);
    assert_eq!(mode(&cache.dir.join("key")), 0o600);
    assert_eq!(mode(&cache.path(&DIGEST)), 0o600);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, engine, cache) = setup();
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(cache.dir.join("key"), open).unwrap();
    let error = Cache::open(dir.path(), &engine).unwrap_err();
    assert!(error.to_string().contains("not private"), "{error}");
}

#[test]
fn settings_of_the_engine_have_entries_of_their_own() {
    let mut config = wasmtime::Config::new();
    config.epoch_interruption(true);
    let (dir, engine, cache) = setup();
    cache.put(&DIGEST, &component(&engine));
    let other_engine = Engine::new(&config).unwrap();
    let other = Cache::open(dir.path(), &other_engine).unwrap();
    assert_ne!(cache.path(&DIGEST), other.path(&DIGEST));
    assert!(other.get(&other_engine, &DIGEST).is_none());
}
