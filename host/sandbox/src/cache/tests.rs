#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

const DIGEST: FileDigest = [7; 32];

fn setup() -> (tempfile::TempDir, Engine, Cache) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::default();
    let cache = Cache::open(dir.path(), &engine).unwrap();
    (dir, engine, cache)
}

fn component(engine: &Engine) -> Vec<u8> {
    engine.precompile_component(b"\0asm\x0d\0\x01\0").unwrap()
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
    // Each byte of the MAC and of the header of the code, and some of all the rest.
    let header = 0..MAC_LENGTH + 256;
    let rest = (header.end..entry.len()).step_by(entry.len().div_ceil(200));
    for position in header.chain(rest).chain([entry.len() - 1]) {
        for bit in [0, 7] {
            let mut altered = entry.clone();
            altered[position] ^= 1 << bit;
            std::fs::write(&path, &altered).unwrap();
            assert!(cache.get(&engine, &DIGEST).is_none(), "byte {position}");
        }
    }
    for len in [0, 1, MAC_LENGTH - 1, MAC_LENGTH, entry.len() - 1] {
        std::fs::write(&path, &entry[..len]).unwrap();
        assert!(cache.get(&engine, &DIGEST).is_none(), "cut after {len}");
    }
    let longer = [&entry[..], b"x"].concat();
    std::fs::write(&path, longer).unwrap();
    assert!(cache.get(&engine, &DIGEST).is_none(), "one byte more");
    std::fs::write(&path, &entry).unwrap();
    assert!(cache.get(&engine, &DIGEST).is_some(), "the whole entry is");
}

#[test]
fn an_entry_under_the_name_of_another_component_is_not_loaded() {
    let (_dir, engine, cache) = setup();
    cache.put(&DIGEST, &component(&engine));
    let other = [8; 32];
    cache.put(&other, &component(&engine));
    let (one, two) = (cache.path(&DIGEST), cache.path(&other));
    let between = one.with_extension("between");
    for (from, to) in [(&one, &between), (&two, &one), (&between, &two)] {
        std::fs::rename(from, to).unwrap();
    }
    for digest in [DIGEST, other] {
        assert!(cache.get(&engine, &digest).is_none());
        cache.put(&digest, &component(&engine));
        assert!(cache.get(&engine, &digest).is_some(), "made anew");
    }
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
    assert!(error.to_string().contains("mode 644"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_another_user_has_put_there_is_refused() {
    // Only root can give a file away.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for given in ["compiled", "compiled/key"] {
        let (dir, engine, _) = setup();
        std::os::unix::fs::chown(dir.path().join(given), Some(65_534), None).unwrap();
        let error = Cache::open(dir.path(), &engine).unwrap_err();
        assert!(error.to_string().contains("user 65534"), "{error}");
    }
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

#[test]
fn all_entries_together_are_bounded_and_what_was_used_last_is_kept() {
    let (_dir, engine, mut cache) = setup();
    let code = component(&engine);
    let digests = [[1; 32], [2; 32], [3; 32]];
    let used = |cache: &Cache, digest: &FileDigest, second: u64| {
        let file = File::options().append(true).open(cache.path(digest));
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second);
        file.unwrap().set_modified(time).unwrap();
    };
    let is_there = |cache: &Cache, digest: &FileDigest| cache.path(digest).exists();
    for (digest, second) in digests.iter().zip([1, 2, 3]) {
        cache.put(digest, &code);
        used(&cache, digest, second);
    }
    assert!(digests.iter().all(|digest| is_there(&cache, digest)));
    // The oldest is used again.
    assert!(cache.get(&engine, &digests[0]).is_some());
    let size = cache.path(&DIGEST).with_file_name("other.txt");
    std::fs::write(size, vec![0; 1 << 20]).unwrap();
    cache.most = 3 * (code.len() + MAC_LENGTH) as u64;
    cache.put(&DIGEST, &code);
    assert_eq!(
        digests.map(|digest| is_there(&cache, &digest)),
        [true, false, true]
    );
    // What has just been made stays, however large it is.
    cache.most = 1;
    cache.put(&DIGEST, &code);
    assert!(is_there(&cache, &DIGEST));
    assert!(!digests.iter().any(|digest| is_there(&cache, digest)));
}
