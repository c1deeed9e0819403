#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::*;
use crate::Cancel;

/// A `.stormcell` beside source folders.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        drop(home.env());
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn env(&self) -> BuildEnv {
        BuildEnv::open(&self.path(".stormcell"), Cancel::default()).unwrap()
    }

    fn write(&self, name: &str) {
        let path = self.path(".stormcell").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "12345678").unwrap();
    }

    fn has(&self, name: &str) -> bool {
        self.path(".stormcell").join(name).exists()
    }

    /// Has the source folder been built, to a component that was compiled.
    fn built(&self, name: &str) -> String {
        let (env, source) = (self.env(), self.path(name));
        fs::create_dir_all(&source).unwrap();
        let built = env.work_dir(&source).unwrap().join("component.wasm");
        fs::write(&built, [b"\0asm\x0d\0\x01\0", name.as_bytes()].concat()).unwrap();
        let digest = crate::digest::of_file(&built).unwrap();
        let target = component::path(&env, name, &digest);
        component::note(&built, &target).unwrap();
        component::install(&built, &target).unwrap();
        self.write(&format!("cache/compiled/{digest}-engine.bin"));
        let noted = serde_json::json!({
            "source": source, "component": target.file_name().unwrap().to_str().unwrap(),
            "content": "", "digest": "", "files": [],
        });
        let key = crate::env::source_key(&source);
        record::write(&env, &format!("{BUILT}{key}"), &noted.to_string()).unwrap();
        let of = |path: &Path| path.strip_prefix(env.root()).unwrap().display().to_string();
        of(&target)
    }
}

#[test]
fn what_nobody_uses_is_removed_and_what_is_used_and_what_is_kept_for_people_stays() {
    let home = Home::new();
    let (here, gone) = (home.built("here"), home.built("gone"));
    fs::remove_dir(home.path("gone")).unwrap();
    let sdk = format!("sdk/{}/x", home.env().sdk_digest());
    let stays = [
        "state/of-a-task",
        "dead-letters/of-a-topology",
        "cache/compiled/key",
        "work/rust/release/x",
        "tools/of-something-else/x",
        &sdk,
    ];
    let goes = [
        "set-aside/tools/x",
        "set-aside-2/x",
        "sdk/0123/wit",
        "tools/python-componentize-py-0.1.0/x",
        "tools/javascript-componentize-qjs-0.1.0/x",
        "tools/new.partial/x",
        "components/x.partial",
        "moment-1-2",
        "cache/compiled/0123-engine.bin",
    ];
    let current = format!("tools/{}/x", python::FOLDERS[0].1);
    for name in stays.iter().chain(&goes).chain([&current.as_str()]) {
        home.write(name);
    }
    let env = home.env();
    let found = removable(&env, false);
    for removed in &found {
        assert!(removed.path.exists() && removed.bytes >= 8, "{removed:?}");
    }
    remove(&env, &found).unwrap();
    for name in stays.iter().chain([&current.as_str(), &here.as_str()]) {
        assert!(home.has(name), "{name}");
    }
    for name in goes.iter().chain([&gone.as_str()]) {
        assert!(!home.has(name), "{name}");
    }
    let work: Vec<String> = paths_in(&env.root().join("work"))
        .iter()
        .map(|path| name_of(path))
        .collect();
    assert!(
        matches!(work.as_slice(), [here, rust] if here.starts_with("here-") && rust == "rust"),
        "{work:?}"
    );
    let notes = paths_in(&env.root().join("records"));
    assert!(
        notes.iter().all(|note| !name_of(note).contains("gone")),
        "{notes:?}"
    );
    let compiled = paths_in(&env.cache_dir().join("compiled"));
    assert_eq!(compiled.len(), 2, "{compiled:?}");
    assert_eq!(removable(&env, false), []);
}

#[test]
fn of_everything_only_what_people_keep_is_left() {
    let home = Home::new();
    home.built("here");
    for name in [
        "state/of-a-task",
        "dead-letters/of-a-topology",
        "tools/x/y",
        "bench/x",
        "set-aside/x",
    ] {
        home.write(name);
    }
    let env = home.env();
    remove(&env, &removable(&env, true)).unwrap();
    let mut left: Vec<String> = paths_in(env.root())
        .iter()
        .map(|path| name_of(path))
        .collect();
    left.retain(|name| !["locks", "made", "made-at", ".gitignore"].contains(&name.as_str()));
    assert_eq!(left, ["dead-letters", "state"]);
    // It can be used as before.
    home.built("here");
}

#[test]
fn what_was_moved_away_is_forgotten_only_when_its_component_is_gone() {
    let home = Home::new();
    let component = home.built("moved");
    fs::rename(home.path("moved"), home.path("elsewhere")).unwrap();
    let env = home.env();
    after_build(&env);
    assert!(home.has(&component));
    assert_eq!(Last::all(&env).len(), 1);
    // What a build would have to make anew is gone.
    assert_eq!(
        paths_in(&env.root().join("work")),
        [""; 0].map(PathBuf::from)
    );
    fs::remove_file(home.path(".stormcell").join(component)).unwrap();
    after_build(&env);
    assert_eq!(Last::all(&env), []);
}

#[test]
fn nobody_has_it_alone_while_it_is_used_and_nobody_uses_it_while_somebody_has_it_alone() {
    let home = Home::new();
    let root = home.path(".stormcell");
    let used = home.env();
    let alone = || BuildEnv::open_alone(&root, Cancel::default()).unwrap();
    assert!(alone().is_none());
    drop(used);
    // A process that another test of this program starts has a copy of the lock until it runs
    // its own program.
    let until = Instant::now() + Duration::from_secs(60);
    let alone = loop {
        if let Some(alone) = alone() {
            break alone;
        }
        assert!(Instant::now() < until);
        std::thread::yield_now();
    };
    let cancel = Cancel::default();
    cancel.cancel();
    let waits = BuildEnv::open(&root, cancel).unwrap_err();
    assert!(matches!(waits, BuildError::Cancelled));
    drop(alone);
    home.env();
}
