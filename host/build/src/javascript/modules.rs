//! Where the modules of one package are bundled: a copy of it, in which npm has installed
//! those that it depends on.
//!
//! npm writes beside the `package.json`, and reads settings there with which a package
//! could have it write anywhere, or run a program of its own as `git`. So it is given a
//! copy, with only such settings as say where packages are.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use stormcell_regular_file as regular_file;

use super::local::{self, Local};
use super::npm;
use super::package::{GROUPS, Package, SDK, is_local};
use super::workspace::{Workspace, path_from};
use crate::env::{create_dir, remove_dir, remove_file, source_key};
use crate::progress::Step;
use crate::shared::Shared;
use crate::sources::{self, note};
use crate::{BuildEnv, BuildError, Inputs, Language, digest, record};

/// npm's settings of a package.
const SETTINGS: &str = ".npmrc";

/// The bytes that an archive of a package has at most: 1 GiB.
const LARGEST_ARCHIVE: u64 = 1 << 30;

/// What npm and esbuild look for in a folder and in all above it.
const LOOKED_FOR: [&str; 4] = ["package.json", "tsconfig.json", "jsconfig.json", ".npmrc"];

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
    /// Adds a note to an error about files that the author may miss in the copy.
    pub(super) fn explain(&self, error: BuildError) -> BuildError {
        let error = match error.to_string().contains("Could not resolve") {
            true => error.with_note(format!(
                "a component is made of files in its source folder, but in none that begins with a \
                 dot or is called {}, of what package.json names as \"stormcell\": {{ \"shared\": \
                 [\"../shared\"] }}, and of files in a package that package.json depends on, as \
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
    let around = env.work_dir(source)?.join("npm");
    let copies = around.join("copies");
    no_special_files_above(&copies)?;
    let locals = local::of(source, package)?;
    let copy_of = |path: &Path| copies.join(path.strip_prefix(&locals.above).unwrap_or(path));
    let copy = copy_of(source);
    let wanted = wanted(source, &locals.all)?;
    let stamp = format!("npm-{}", source_key(source));
    let is_installed = package.has_dependencies()
        && copy.is_dir()
        && record::read(env, &stamp).as_ref() == Some(&wanted);
    if !is_installed {
        record::remove(env, &stamp)?;
        remove_dir(&around)?;
    }
    let (archives, folders): (Vec<&Local>, Vec<&Local>) =
        locals.all.iter().partition(|local| local.is_archive);
    let mut from_to = vec![(source, copy.clone())];
    from_to.extend(
        folders
            .iter()
            .map(|local| (local.origin.as_path(), copy_of(&local.place))),
    );
    let shared = locals.shared.iter();
    let (folders_shared, files_shared): (Vec<&Shared>, Vec<&Shared>) =
        shared.partition(|shared| shared.origin.is_dir());
    from_to.extend(
        folders_shared
            .iter()
            .map(|shared| (shared.origin.as_path(), copy_of(&shared.place))),
    );
    for (_, copy) in &from_to {
        remove_sources(copy)?;
    }
    keep_to(&around)?;
    let mut left_out = Vec::new();
    for (folder, copy) in &from_to {
        left_out.extend(sources::copy(folder, copy)?);
        // npm does as it says, and unlike that of the package itself it was not checked.
        remove_file(&copy.join("npm-shrinkwrap.json"))?;
    }
    let mut roots: Vec<PathBuf> = from_to.iter().map(|(_, copy)| copy.clone()).collect();
    for shared in files_shared {
        let copy = copy_of(&shared.place);
        sources::copy_file(&shared.origin, &copy)?;
        roots.push(copy);
    }
    let workspace = Workspace::around(source);
    let packages = folders.iter().map(|local| local.place.as_path());
    for place in packages.chain([source]) {
        name_folders(&workspace, place, &copy_of(place))?;
    }
    // A file that locks versions has all that is installed.
    if !copy.join("package-lock.json").is_file() {
        let packages: Vec<(&Path, PathBuf)> = folders
            .iter()
            .map(|local| (local.place.as_path(), copy_of(&local.place)))
            .collect();
        depend_on_all(source, &copy, &packages)?;
    }
    remove_file(&copy.join(SETTINGS))?;
    if package.has_dependencies() && !is_installed {
        let archives: Vec<(&Path, PathBuf)> = archives
            .iter()
            .map(|local| (local.origin.as_path(), copy_of(&local.place)))
            .collect();
        if let Err(error) = install(source, &copy, &archives, env, step) {
            // Copies for npm are not left behind. If they cannot be removed now, the next build
            // removes them, or says why it cannot.
            let _ = remove_dir(&around);
            return Err(error);
        }
        record::write(env, &stamp, &wanted)?;
    }
    Ok(Modules {
        source: copy,
        // Only packages: archives are copied as well, but not for the bundle.
        roots,
        left_out,
    })
}

/// Puts files into the folder around the copies with which npm and esbuild look no further for
/// them: those in the folders of the project are not part of the build.
fn keep_to(around: &Path) -> Result<(), BuildError> {
    create_dir(around)?;
    for name in [Language::JavaScript.project_file(), "tsconfig.json"] {
        let file = around.join(name);
        std::fs::write(&file, "{}\n").map_err(|error| BuildError::io("writing", &file, error))?;
    }
    Ok(())
}

/// Has the `package.json` in the copy of a package name the folders of those packages of the
/// workspace that it depends on.
fn name_folders(workspace: &Workspace, place: &Path, copy: &Path) -> Result<(), BuildError> {
    let file = copy.join(Language::JavaScript.project_file());
    let text = sources::read_text(&file)?;
    match workspace.by_path(place, &text) {
        Some(text) => {
            std::fs::write(&file, text).map_err(|error| BuildError::io("writing", &file, error))
        }
        None => Ok(()),
    }
}

/// Has the `package.json` in the copy of the package depend on what packages in folders depend
/// on: npm makes links to these folders, and installs nothing for what is at the end of a link.
/// What the package names itself stays as it is.
fn depend_on_all(
    source: &Path,
    copy: &Path,
    packages: &[(&Path, PathBuf)],
) -> Result<(), BuildError> {
    let file = |copy: &Path| copy.join(Language::JavaScript.project_file());
    // What is no JSON object was refused before.
    let read = |copy: &Path| -> Result<Map<String, Value>, BuildError> {
        let text = sources::read_text(&file(copy))?;
        Ok(serde_json::from_str(&text).unwrap_or_default())
    };
    let mut package = read(copy)?;
    let mut is_changed = false;
    for (place, of) in packages {
        for (name, version) in installed_for(&read(of)?) {
            let is_named = |group: &&str| {
                package
                    .get(*group)
                    .is_some_and(|all| all.get(&name).is_some())
            };
            if name == SDK || GROUPS.iter().any(&is_named) {
                continue;
            }
            let version = match local::resolve(place, &version) {
                Ok((folder, _)) if is_local(&version) => {
                    format!("file:{}", path_from(source, &folder))
                }
                _ => version,
            };
            let all = package
                .entry("dependencies")
                .or_insert_with(|| Value::Object(Map::new()));
            if let Some(all) = all.as_object_mut() {
                all.insert(name, version.into());
                is_changed = true;
            }
        }
    }
    if !is_changed {
        return Ok(());
    }
    let (file, text) = (file(copy), Value::Object(package).to_string());
    std::fs::write(&file, text).map_err(|error| BuildError::io("writing", &file, error))
}

/// What npm would install for a package, with the versions.
fn installed_for(package: &Map<String, Value>) -> Vec<(String, String)> {
    let groups = ["dependencies", "optionalDependencies"];
    let groups = groups
        .iter()
        .filter_map(|group| package.get(*group)?.as_object());
    let versions = groups.flatten();
    versions
        .filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned())))
        .collect()
}

/// That npm and esbuild, which look for these files in all folders above, can read them:
/// one that is a FIFO would have them wait without an end.
fn no_special_files_above(copies: &Path) -> Result<(), BuildError> {
    for folder in copies.ancestors() {
        for name in LOOKED_FOR {
            sources::check_no_special_file(&folder.join(name))?;
        }
    }
    Ok(())
}

/// Has npm install in `copy`. The archives are beside it only while npm runs: the bundle has
/// of them what npm has unpacked.
fn install(
    source: &Path,
    copy: &Path,
    archives: &[(&Path, PathBuf)],
    env: &BuildEnv,
    step: &Step<'_>,
) -> Result<(), BuildError> {
    step.line("installing the dependencies of package.json");
    for (archive, copy) in archives {
        if let Some(parent) = copy.parent() {
            create_dir(parent)?;
        }
        regular_file::copy(archive, copy, LARGEST_ARCHIVE)
            .map_err(|error| BuildError::io("copying", archive, error))?;
    }
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
    for (_, copy) in archives {
        remove_file(copy)?;
    }
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
fn wanted(source: &Path, locals: &[Local]) -> Result<String, BuildError> {
    let mut hasher = Sha256::new();
    let of_package = [
        Language::JavaScript.project_file(),
        "package-lock.json",
        SETTINGS,
    ];
    let of_locals = locals.iter().map(|local| match local.is_archive {
        true => local.origin.clone(),
        false => local.origin.join(Language::JavaScript.project_file()),
    });
    let files = of_package.map(|name| source.join(name));
    for file in files.into_iter().chain(of_locals) {
        hasher.update(file.as_os_str().as_encoded_bytes());
        let digest = if file.is_file() {
            digest::of_file(&file)?
        } else {
            "absent".to_owned()
        };
        hasher.update(digest);
    }
    for local in locals {
        hasher.update(local.place.as_os_str().as_encoded_bytes());
    }
    Ok(digest::hex(&hasher.finalize()))
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
}
