//! Which variables of the environment a program of a build gets.
//!
//! A build runs code of whoever wrote the sources, so it gets no more of the environment
//! than its tools need: a variable is passed on because it is listed here, or because
//! `STORMCELL_BUILD_ENV` names it, and not otherwise. What a list lets through by a
//! pattern is kept back all the same if its name says that it is a secret.

use std::ffi::{OsStr, OsString};

/// Names further variables that programs of builds get, with commas between.
pub const ADDED: &str = "STORMCELL_BUILD_ENV";

/// Whose settings a program reads, besides those that every program may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settings {
    /// Nobody's.
    None,
    /// Those of cargo, rustc and rustup, and of the C compilers that crates call.
    Rust,
    /// Those of Python and pip.
    Python,
    /// Those of Node and npm.
    Node,
    /// Those of Java and Maven.
    Java,
}

/// What every program gets: where programs, people's settings and temporary files are,
/// the language of messages, how the network is reached, and whose certificates count.
const EVERYBODY: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TERM",
    "NO_COLOR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NIX_SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "ASDF_DIR",
    "ASDF_DATA_DIR",
    "MISE_DATA_DIR",
];

const RUST: &[&str] = &[
    "CARGO_HOME",
    "CARGO_HTTP_*",
    "CARGO_NET_*",
    "CARGO_REGISTRIES_*",
    "CARGO_REGISTRY_*",
    "CARGO_SOURCE_*",
    "CARGO_BUILD_*",
    "CARGO_PROFILE_*",
    "CARGO_TARGET_*",
    "CARGO_TERM_*",
    "RUSTUP_*",
    "RUSTC",
    "RUSTC_WRAPPER",
    "CC",
    "CC_*",
    "CXX",
    "CXX_*",
    "AR",
    "AR_*",
    "CFLAGS",
    "CFLAGS_*",
    "CXXFLAGS",
    "CXXFLAGS_*",
    "PKG_CONFIG_PATH",
    "LIBCLANG_PATH",
    "WASI_SDK_PATH",
    "WASI_SYSROOT",
    "SDKROOT",
    "DEVELOPER_DIR",
    "MACOSX_DEPLOYMENT_TARGET",
];

const PYTHON: &[&str] = &["PIP_*", "PYENV_ROOT", "PYENV_VERSION", "REQUESTS_CA_BUNDLE"];

const NODE: &[&str] = &[
    "NPM_CONFIG_*",
    "npm_config_*",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NVM_DIR",
    "VOLTA_HOME",
];

const JAVA: &[&str] = &["JAVA_HOME", "JAVA_TOOL_OPTIONS", "M2_HOME", "MAVEN_*"];

/// Parts of the names of secrets. They are looked for in upper case.
const SECRET: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSW",
    "PASSPHRASE",
    "CREDENTIAL",
    "_AUTH",
    "_KEY",
    "APIKEY",
];

/// Lists of folders that programs, or libraries, are looked for in. One that is relative, or
/// empty, is in the folder that a program runs in, which may be of a stranger.
const FOLDERS: &[&str] = &["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// What names of this program's own variables begin with: no build gets one.
const OWN: &str = "STORMCELL_";

/// The variables that a program with these settings gets of all that there are.
pub(crate) fn passed_on(
    all: impl IntoIterator<Item = (OsString, OsString)>,
    settings: Settings,
) -> Vec<(OsString, OsString)> {
    let all: Vec<_> = all.into_iter().collect();
    let added = all
        .iter()
        .find(|(name, _)| name == ADDED)
        .map(|(_, value)| value.to_string_lossy().into_owned())
        .unwrap_or_default();
    let added: Vec<&str> = added.split(',').map(str::trim).collect();
    all.into_iter()
        .filter(|(name, _)| is_passed_on(name, settings, &added))
        .filter_map(
            |(name, value)| match FOLDERS.iter().any(|list| name == **list) {
                true => Some((name, absolute_only(&value)?)),
                false => Some((name, value)),
            },
        )
        .collect()
}

/// Variables that shells set for themselves, or that are named in every message of a panic: a
/// tool that prints these words misses nothing.
const OF_SHELLS: &[&str] = &["_", "PWD", "OLDPWD", "SHLVL", "HOSTNAME", "RUST_BACKTRACE"];

/// The first of these variables that is named in what a program printed and that no program
/// with these settings gets: it may have failed for that.
pub(crate) fn missed<'a>(
    all: &'a [OsString],
    settings: Settings,
    added: &OsStr,
    printed: &[String],
) -> Option<&'a str> {
    let added = added.to_string_lossy();
    let added: Vec<&str> = added.split(',').map(str::trim).collect();
    let is_in_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    all.iter().filter_map(|name| name.to_str()).find(|name| {
        !name.starts_with(OWN)
            && !OF_SHELLS.contains(name)
            && !is_passed_on(OsStr::new(name), settings, &added)
            && printed
                .iter()
                .flat_map(|line| line.split(|c| !is_in_a_name(c)))
                .any(|word| word == *name)
    })
}

/// A list of folders without those that are relative; none if it has no other.
fn absolute_only(folders: &OsStr) -> Option<OsString> {
    let absolute = std::env::split_paths(folders).filter(|folder| folder.is_absolute());
    // What was parted can be joined.
    let joined = std::env::join_paths(absolute).ok()?;
    (!joined.is_empty()).then_some(joined)
}

fn is_passed_on(name: &OsStr, settings: Settings, added: &[&str]) -> bool {
    // No name that is listed or can be named is anything but text.
    let Some(name) = name.to_str() else {
        return false;
    };
    if name.starts_with(OWN) {
        return false;
    }
    added.contains(&name) || (is_listed(name, settings) && !is_secret(name))
}

fn is_listed(name: &str, settings: Settings) -> bool {
    let own = match settings {
        Settings::None => &[],
        Settings::Rust => RUST,
        Settings::Python => PYTHON,
        Settings::Node => NODE,
        Settings::Java => JAVA,
    };
    EVERYBODY
        .iter()
        .chain(own)
        .any(|listed| match listed.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == *listed,
        })
}

/// Whether a name says that its value is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    SECRET.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_was_kept_back_and_is_named_in_an_error_is_found() {
        let all = ["PATH", "MY_SETTING", "OTHER", "STORMCELL_TOKEN", "PWD"].map(OsString::from);
        let missed = |printed: &str, added: &str| {
            let printed = ["error:".to_owned(), printed.to_owned()];
            missed(&all, Settings::Rust, added.as_ref(), &printed).map(str::to_owned)
        };
        let found = Some("MY_SETTING".to_owned());
        let not_defined = "environment variable `MY_SETTING` not defined at compile time";
        assert_eq!(missed(not_defined, ""), found);
        assert_eq!(missed("KeyError: 'MY_SETTING'", "OTHER"), found);
        for (printed, added) in [
            ("KeyError: 'MY_SETTING'", "OTHER, MY_SETTING"),
            ("MY_SETTINGS", ""),
            ("NOT_SET is not set", ""),
            ("PATH and PWD and STORMCELL_TOKEN", ""),
        ] {
            assert_eq!(missed(printed, added), None, "{printed}");
        }
    }

    const ALL: [Settings; 5] = [
        Settings::None,
        Settings::Rust,
        Settings::Python,
        Settings::Node,
        Settings::Java,
    ];

    fn names(all: &[(&str, &str)], settings: Settings) -> Vec<String> {
        let all = all.iter().map(|(name, value)| (name.into(), value.into()));
        passed_on(all, settings)
            .into_iter()
            .map(|(name, _)| name.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn what_tools_need_is_passed_on_and_nothing_else() {
        let there = [
            ("PATH", "/bin"),
            ("HOME", "/home/u"),
            ("LC_ALL", "C"),
            ("https_proxy", "http://proxy"),
            ("SSL_CERT_FILE", "/certs"),
            ("CARGO_HOME", "/cargo"),
            ("PIP_FIND_LINKS", "/wheels"),
            ("npm_config_registry", "http://registry"),
            ("NODE_EXTRA_CA_CERTS", "/certs"),
            ("MAVEN_OPTS", "-Xmx1g"),
            ("AWS_PROFILE", "me"),
            ("DATABASE_URL", "postgres://u:p@h"),
            ("SSH_AUTH_SOCK", "/agent"),
            ("LD_PRELOAD", "/evil.so"),
            ("PYTHONPATH", "/evil"),
            ("PYTHONSTARTUP", "/evil.py"),
        ];
        let everybody = ["PATH", "HOME", "LC_ALL", "https_proxy", "SSL_CERT_FILE"];
        for (settings, own) in [
            (Settings::None, &[][..]),
            (Settings::Rust, &["CARGO_HOME"]),
            (Settings::Python, &["PIP_FIND_LINKS"]),
            (
                Settings::Node,
                &["npm_config_registry", "NODE_EXTRA_CA_CERTS"],
            ),
            (Settings::Java, &["MAVEN_OPTS"]),
        ] {
            assert_eq!(names(&there, settings), [&everybody[..], own].concat());
        }
    }

    #[test]
    fn what_is_named_like_a_secret_is_kept_back_even_if_a_pattern_lets_it_through() {
        let secrets = [
            ("CARGO_REGISTRY_TOKEN", "x"),
            ("CARGO_REGISTRIES_MINE_TOKEN", "x"),
            ("CARGO_REGISTRIES_MINE_SECRET_KEY", "x"),
            ("CARGO_REGISTRY_CREDENTIAL_PROVIDER", "x"),
            ("PIP_PASSWORD", "x"),
            ("PIP_API_KEY", "x"),
            ("NPM_CONFIG__AUTH", "x"),
            ("npm_config__authToken", "x"),
            ("npm_config_//registry/:_password", "x"),
            ("LC_SECRET", "x"),
            ("MAVEN_PASSPHRASE", "x"),
        ];
        for settings in ALL {
            assert_eq!(names(&secrets, settings), [""; 0]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_looked_for_in_the_folder_that_a_program_runs_in() {
        let there = [
            ("PATH", ":/usr/bin:.:bin::/bin:"),
            ("LD_LIBRARY_PATH", ":/opt/lib"),
            ("DYLD_LIBRARY_PATH", ":."),
            ("LANG", ":."),
        ];
        let owned = |(name, value): (&str, &str)| (OsString::from(name), OsString::from(value));
        let expected = [
            ("PATH", "/usr/bin:/bin"),
            ("LD_LIBRARY_PATH", "/opt/lib"),
            ("LANG", ":."),
        ];
        assert_eq!(
            passed_on(there.map(owned), Settings::None),
            expected.map(owned)
        );
    }

    #[test]
    fn an_owner_may_name_more_but_never_what_is_of_stormcell() {
        let there = [
            ("STORMCELL_TOKEN", "x"),
            ("STORMCELL_SECRET_API", "x"),
            ("STORMCELL_HOME", "x"),
            ("SCCACHE_DIR", "/cache"),
            ("CARGO_REGISTRY_TOKEN", "x"),
            ("OTHER", "x"),
            (
                ADDED,
                "SCCACHE_DIR, CARGO_REGISTRY_TOKEN,STORMCELL_TOKEN,STORMCELL_BUILD_ENV,,ABSENT",
            ),
        ];
        for settings in ALL {
            assert_eq!(
                names(&there, settings),
                ["SCCACHE_DIR", "CARGO_REGISTRY_TOKEN"]
            );
        }
    }
}
