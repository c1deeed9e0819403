//! Where the modules of one package are bundled: a copy of it, in which npm has installed
//! those that it depends on.
//!
//! npm writes beside the `package.json`, and reads settings there with which a package
//! could have it write anywhere, or run a program of its own as `git`. So it is given a
//! copy, with only such settings as say where packages are.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::npm;
use super::package::Package;
use crate::env::{create_dir, remove_dir, remove_file, source_key};
use crate::progress::Step;
use crate::sources::{self, note};
use crate::{BuildEnv, BuildError, Inputs, Language, digest, record};

/// npm's settings of a package.
const SETTINGS: &str = ".npmrc";

/// Where to bundle.
#[derive(Debug)]
pub(super) struct Modules {
    /// The copy of the package.
    pub(super) source: PathBuf,
    /// The folders that may go into the bundle.
    pub(super) roots: Vec<PathBuf>,
    left_out: Vec<PathBuf>,
}

impl Modules {
    /// Adds to an error what the author may miss in the copy.
    pub(super) fn explain(&self, error: BuildError) -> BuildError {
        let error = match error.to_string().contains("Could not resolve") {
            true => error.with_note(format!(
                "what a component is made of is in its folder, but in none that begins with a \
                 dot or is called {}, or in a package that package.json depends on, as \
                 \"file:../shared\"",
                Inputs::IGNORED_FOLDERS.join(", ")
            )),
            false => error,
        };
        match note(&self.left_out) {
            Some(note) => error.with_note(note),
            None => error,
        }
    }
}

/// Copies the package, and installs what it depends on unless that has been done.
pub(super) fn prepare(
    source: &Path,
    package: &Package,
    env: &BuildEnv,
    step: &Step<'_>,
) -> Result<Modules, BuildError> {
    let copies = env.work_dir(source)?.join("npm");
    let mut folders = vec![source.to_owned()];
    for path in package.local_dependencies(source) {
        // What is not there is npm's to complain about.
        folders.extend(std::fs::canonicalize(path));
    }
    let above = common_ancestor(&folders);
    let copy_of = |path: &Path| copies.join(path.strip_prefix(&above).unwrap_or(path));
    let copy = copy_of(source);
    let wanted = wanted(source, &folders)?;
    let stamp = format!("npm-{}", source_key(source));
    let is_installed = package.has_dependencies()
        && copy.is_dir()
        && record::read(env, &stamp).as_ref() == Some(&wanted);
    if !is_installed {
        record::remove(env, &stamp)?;
        remove_dir(&copies)?;
    }
    let mut left_out = Vec::new();
    for folder in &folders {
        let copy = copy_of(folder);
        remove_sources(&copy)?;
        if folder.is_file() {
            if let Some(parent) = copy.parent() {
                create_dir(parent)?;
            }
            std::fs::copy(folder, &copy)
                .map_err(|error| BuildError::io("copying", folder, error))?;
        } else {
            left_out.extend(sources::copy(folder, &copy)?);
        }
    }
    remove_file(&copy.join(SETTINGS))?;
    if package.has_dependencies() && !is_installed {
        install(source, &copy, env, step)?;
        record::write(env, &stamp, &wanted)?;
    }
    // One that is named by an absolute path is linked to where it is.
    let roots = std::iter::once(copies).chain(folders.into_iter().skip(1));
    Ok(Modules {
        source: copy,
        roots: roots.collect(),
        left_out,
    })
}

fn install(source: &Path, copy: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<(), BuildError> {
    step.line("installing the dependencies of package.json");
    let settings = copy.join(SETTINGS);
    if let Ok(text) = sources::read_text(&source.join(SETTINGS)) {
        std::fs::write(&settings, where_packages_are(&text))
            .map_err(|error| BuildError::io("writing", &settings, error))?;
    }
    let npm = if copy.join("package-lock.json").is_file() {
        npm(env, "ci", copy)
    } else {
        npm(env, "install", copy).arg("--no-package-lock")
    };
    npm.arg("--omit=dev").run(Some(step))?;
    remove_file(&settings)
}

/// The lines of npm's settings that say where packages are and how they are had from there.
fn where_packages_are(settings: &str) -> String {
    let is_kept = |line: &&str| {
        let key = line.split('=').next().unwrap_or_default().trim();
        key.starts_with("//")
            || ["registry", "strict-ssl", "legacy-peer-deps"].contains(&key)
            || (key.starts_with('@') && key.ends_with(":registry"))
    };
    let lines = settings.lines().filter(is_kept);
    lines.map(|line| format!("{line}\n")).collect()
}

/// What decides what is installed.
fn wanted(source: &Path, folders: &[PathBuf]) -> Result<String, BuildError> {
    let mut hasher = Sha256::new();
    let of_package = [
        Language::JavaScript.project_file(),
        "package-lock.json",
        SETTINGS,
    ];
    let files =
        of_package
            .map(|name| source.join(name))
            .into_iter()
            .chain(folders.iter().skip(1).map(|folder| {
                if folder.is_file() {
                    folder.clone()
                } else {
                    folder.join(Language::JavaScript.project_file())
                }
            }));
    for file in files {
        hasher.update(file.as_os_str().as_encoded_bytes());
        let digest = if file.is_file() {
            digest::of_file(&file)?
        } else {
            "absent".to_owned()
        };
        hasher.update(digest);
    }
    Ok(digest::hex(&hasher.finalize()))
}

/// The innermost folder that all of these are in.
fn common_ancestor(folders: &[PathBuf]) -> PathBuf {
    let first = folders.first().and_then(|folder| folder.parent());
    first
        .into_iter()
        .flat_map(Path::ancestors)
        .find(|above| {
            folders
                .iter()
                .all(|folder| folder.starts_with(above) && folder != above)
        })
        .unwrap_or(Path::new("/"))
        .to_owned()
}

/// Removes what was copied by an earlier build, but not what npm installed.
fn remove_sources(copy: &Path) -> Result<(), BuildError> {
    if !copy.exists() {
        return Ok(());
    }
    for source in sources::of(copy)? {
        remove_file(&source.path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_package_s_settings_only_those_count_that_say_where_packages_are() {
        let settings = "registry=https://r\n@own:registry = https://o\n//o/:_authToken=${T}\n\
                        git=./evil.sh\nglobal=true\nprefix=/home/u\ncache=/home/u/.ssh\n\
                        script-shell=./evil\nignore-scripts=false\nnode-options=--require=./x\n\
                        ; registry\nlegacy-peer-deps=true\n";
        assert_eq!(
            where_packages_are(settings),
            "registry=https://r\n@own:registry = https://o\n//o/:_authToken=${T}\n\
             legacy-peer-deps=true\n"
        );
    }

    #[test]
    fn copies_lie_to_each_other_as_the_folders_do() {
        let above = |folders: &[&str]| {
            let folders: Vec<_> = folders.iter().map(PathBuf::from).collect();
            common_ancestor(&folders)
        };
        assert_eq!(above(&["/a/b/count"]), Path::new("/a/b"));
        assert_eq!(above(&["/a/b/count", "/a/words"]), Path::new("/a"));
        assert_eq!(above(&["/a/b/count", "/a/b/count/lib"]), Path::new("/a/b"));
        assert_eq!(above(&["/a/b/count", "/a/b"]), Path::new("/a"));
        assert_eq!(above(&["/a/b/count", "/c"]), Path::new("/"));
    }
}
