//! What decides what cargo makes of a package besides files that belong to it: variables that
//! it gets, settings of the user, and which cargo and rustc they are. No program is run for
//! this.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::{BuildEnv, Settings};

/// Variables that decide where programs are and how they talk, and not what they make: whether
/// a path leads to other programs now is looked at.
const OF_NO_CONSEQUENCE: [&str; 13] = [
    "PATH",
    "SHELL",
    "TMPDIR",
    "LANG",
    "LANGUAGE",
    "TERM",
    "NO_COLOR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "CARGO_TERM_COLOR",
    "CARGO_TERM_QUIET",
];

/// Programs that compile.
const PROGRAMS: [&str; 2] = ["cargo", "rustc"];

/// Facts that are others when cargo might make something else of the same files.
pub(super) fn facts(env: &BuildEnv) -> Vec<String> {
    let variables = env.passed_on(Settings::Rust);
    let value = |name: &str| {
        let found = variables.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.clone())
    };
    let mut facts: Vec<String> = variables
        .iter()
        .filter(|(name, _)| is_of_consequence(name))
        .map(|(name, value)| format!("{}={}", name.display(), value.display()))
        .collect();
    facts.sort();
    let path = env
        .search_path()
        .map(OsString::from)
        .or_else(|| value("PATH"));
    for program in PROGRAMS {
        let mut folders = std::env::split_paths(path.as_deref().unwrap_or_default());
        let found = folders.find_map(|folder| told(&folder.join(program)));
        facts.push(format!("{program}: {found:?}"));
    }
    facts.extend(["RUSTC", "RUSTC_WRAPPER"].iter().filter_map(|name| {
        let program = value(name)?;
        told(Path::new(&program))
    }));
    // Of rustup all programs are one, which starts those of a toolchain.
    if let Some(rustup) = home(value("RUSTUP_HOME"), value("HOME"), ".rustup") {
        let settings = fs::read_to_string(rustup.join("settings.toml"));
        facts.extend(settings.ok());
        let toolchains = fs::read_dir(rustup.join("toolchains"));
        let mut programs: Vec<String> = toolchains
            .into_iter()
            .flatten()
            .flatten()
            .flat_map(|toolchain| PROGRAMS.map(|name| toolchain.path().join("bin").join(name)))
            .filter_map(|program| Some(format!("{}: {}", program.display(), told(&program)?)))
            .collect();
        programs.sort();
        facts.extend(programs);
    }
    facts
}

/// The files that are there in which the user has settings of cargo for all packages.
pub(super) fn settings_of_user(env: &BuildEnv) -> Vec<PathBuf> {
    let variables = env.passed_on(Settings::Rust);
    let value = |name: &str| {
        let found = variables.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.clone())
    };
    let cargo = home(value("CARGO_HOME"), value("HOME"), ".cargo");
    let files = cargo.map(|cargo| ["config.toml", "config"].map(|name| cargo.join(name)));
    let files = files.into_iter().flatten();
    files.filter(|file| file.is_file()).collect()
}

fn home(named: Option<OsString>, home: Option<OsString>, name: &str) -> Option<PathBuf> {
    let named = named.filter(|named| !named.is_empty());
    named
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(home?).join(name)))
}

fn is_of_consequence(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let small = name.to_ascii_lowercase();
    !OF_NO_CONSEQUENCE
        .iter()
        .any(|other| other.to_ascii_lowercase() == small)
        && !name.starts_with("LC_")
}

/// Which file this is, if it is one: where links lead, its length, and when it was written.
fn told(file: &Path) -> Option<String> {
    let file = fs::canonicalize(file).ok()?;
    let metadata = fs::metadata(&file).ok().filter(fs::Metadata::is_file)?;
    let written = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let (length, written) = (metadata.len(), written.as_nanos());
    Some(format!("{} {length} {written}", file.display()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::Cancel;

    #[test]
    fn another_compiler_and_other_variables_are_other_facts_and_another_terminal_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let env = BuildEnv::open(&path(".stormcell"), Cancel::default()).unwrap();
        let bin = path("rustup/toolchains/stable/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir(path("bin")).unwrap();
        fs::write(path("bin/cargo"), "").unwrap();
        fs::write(path("rustup/settings.toml"), "default").unwrap();
        fs::write(bin.join("rustc"), "1").unwrap();
        let facts_with = |name: &str, value: &str| {
            let rustup = path("rustup").display().to_string();
            let variables = [("RUSTUP_HOME", rustup.as_str()), (name, value)];
            let variables = variables.map(|(name, value)| (name.into(), value.into()));
            let env = env.clone().with_search_path(path("bin"));
            facts(&env.with_variables(variables))
        };
        let same = facts_with("TERM", "xterm");
        assert_eq!(facts_with("TERM", "dumb"), same);
        assert_eq!(facts_with("HTTPS_PROXY", "http://proxy"), same);
        let mut seen = vec![same];
        let mut is_new = |facts: Vec<String>| {
            assert!(!seen.contains(&facts), "{facts:?}");
            seen.push(facts);
        };
        is_new(facts_with("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"));
        fs::write(bin.join("rustc"), "22").unwrap();
        is_new(facts_with("TERM", "xterm"));
        fs::write(path("rustup/settings.toml"), "other").unwrap();
        is_new(facts_with("TERM", "xterm"));
        fs::write(path("bin/cargo"), "another").unwrap();
        is_new(facts_with("TERM", "xterm"));
    }

    #[test]
    fn settings_of_the_user_are_those_of_his_cargo() {
        let dir = tempfile::tempdir().unwrap();
        let env = BuildEnv::open(&dir.path().join(".stormcell"), Cancel::default()).unwrap();
        let cargo = dir.path().join(".cargo");
        fs::create_dir(&cargo).unwrap();
        let home = |name: &str, path: &Path| {
            let env = env.clone().with_variables([(name.into(), path.into())]);
            settings_of_user(&env)
        };
        assert_eq!(home("HOME", dir.path()), [""; 0].map(PathBuf::from));
        fs::write(cargo.join("config.toml"), "").unwrap();
        assert_eq!(home("HOME", dir.path()), [cargo.join("config.toml")]);
        assert_eq!(home("CARGO_HOME", &cargo), [cargo.join("config.toml")]);
    }
}
