//! What cargo made a component of, besides its source folder: other packages by path, and
//! settings in the folders above.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::sources;

/// The file that locks versions.
const LOCK: &str = "Cargo.lock";

/// Files that cargo and rustup look for in a folder and in all above it.
const LOOKED_FOR: [&str; 6] = [
    "Cargo.toml",
    LOCK,
    "rust-toolchain",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    ".cargo/config",
];

/// What cargo read, by what it wrote in `rules`, beside the component. What it made itself,
/// in `own`, is not among them. Those in the source folder are: some may lie in a folder
/// that no digest of sources covers.
pub(super) fn read(rules: &str, own: &Path) -> Vec<PathBuf> {
    let files: BTreeSet<PathBuf> = listed_in(rules)
        .into_iter()
        .filter(|file| !file.starts_with(own))
        .collect();
    files.into_iter().collect()
}

/// These files, the manifests that they belong to and those above, which may be of a workspace,
/// and the files that lock versions. Of a package elsewhere that has a build script, everything:
/// it may read any of it.
pub(super) fn with_packages(source: &Path, read: Vec<PathBuf>) -> Vec<PathBuf> {
    let (mut own, mut manifests) = (BTreeSet::new(), BTreeSet::new());
    for file in read.iter().filter(|file| !file.starts_with(source)) {
        let folders = file.ancestors().skip(1);
        let mut above = folders
            .map(|folder| folder.join("Cargo.toml"))
            .filter(|manifest| manifest.is_file())
            .peekable();
        own.extend(above.peek().cloned());
        manifests.extend(above);
    }
    let has_script = |manifest: &PathBuf| {
        let text = sources::read_text(manifest).unwrap_or_default();
        let table: toml::Table = text.parse().unwrap_or_default();
        let named = table
            .get("package")
            .and_then(|package| package.get("build"));
        match named {
            Some(named) => named.as_bool() != Some(false),
            None => manifest.with_file_name("build.rs").is_file(),
        }
    };
    let folders = own.iter().filter(|manifest| has_script(manifest));
    let mut files: Vec<PathBuf> = folders
        .filter_map(|manifest| manifest.parent().map(Path::to_owned))
        .collect();
    let locks = source.ancestors().map(|folder| folder.join(LOCK));
    files.extend(locks.filter(|lock| lock.is_file()));
    files.extend(manifests);
    files.extend(read);
    files
}

/// The files that are there in which cargo and rustup look for settings of the package in
/// `source`, the nearest first. Those that lock versions are not among them: cargo writes them.
pub(super) fn settings(source: &Path) -> impl Iterator<Item = PathBuf> {
    looked_for(source).filter(|file| !file.ends_with(LOCK) && file.is_file())
}

/// Where cargo and rustup look for settings of the package in `source`.
pub(super) fn looked_for(source: &Path) -> impl Iterator<Item = PathBuf> {
    let folders = source.ancestors();
    folders.flat_map(|folder| LOOKED_FOR.map(|name| folder.join(name)))
}

/// The files in a rule of make: `made: file file`, with `\` before spaces in names.
fn listed_in(rule: &str) -> Vec<PathBuf> {
    let files = rule.split_once(": ").map_or("", |(_, files)| files);
    let mut names = vec![String::new()];
    let mut characters = files.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, names.last_mut()) {
            ('\\', Some(name)) if characters.peek() == Some(&' ') => {
                characters.next();
                name.push(' ');
            }
            ('\n', _) => break,
            (' ', _) => names.push(String::new()),
            (c, Some(name)) => name.push(c),
            (_, None) => {}
        }
    }
    let names = names.into_iter().filter(|name| !name.is_empty());
    names.map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_rule_lists_files_with_spaces_escaped() {
        assert_eq!(
            listed_in("/t/a.wasm: /p/src/lib.rs /with\\ space/b.rs\n\n/p/src/lib.rs:\n"),
            [Path::new("/p/src/lib.rs"), Path::new("/with space/b.rs")]
        );
        assert_eq!(listed_in(""), [""; 0].map(PathBuf::from));
    }

    #[test]
    fn files_that_were_read_and_their_manifests_count_and_settings_that_are_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for folder in ["p/.cargo", "lib/src", "scripted/src", "work"] {
            std::fs::create_dir_all(path(folder)).unwrap();
        }
        for name in [
            "lib/Cargo.toml",
            "scripted/Cargo.toml",
            "scripted/build.rs",
            "Cargo.lock",
        ] {
            std::fs::write(path(name), "").unwrap();
        }
        std::fs::write(path("p/.cargo/config.toml"), "").unwrap();
        let rule = format!(
            "x: {} {} {} {}",
            path("p/.data/words").display(),
            path("lib/src/lib.rs").display(),
            path("scripted/src/lib.rs").display(),
            path("work/out/made.rs").display()
        );
        let files = with_packages(&path("p"), read(&rule, &path("work")));
        for name in [
            "Cargo.lock",
            "lib/Cargo.toml",
            "lib/src/lib.rs",
            "p/.data/words",
            "scripted",
        ] {
            assert!(files.contains(&path(name)), "{name}: {files:?}");
        }
        for name in ["work/out/made.rs", "lib"] {
            assert!(!files.contains(&path(name)), "{name}: {files:?}");
        }
        let settings: Vec<PathBuf> = settings(&path("p")).collect();
        assert!(
            settings.contains(&path("p/.cargo/config.toml")),
            "{settings:?}"
        );
        assert!(
            settings.iter().all(|file| !file.ends_with(LOCK)),
            "{settings:?}"
        );
    }
}
