//! Where compiled components are kept: one folder for all that a user runs, so that `run`,
//! `submit`, `sign`, the supervisor and its workers compile a component once, by its digest,
//! whatever their projects and data folders are.
//!
//! That is safe, because an entry counts only with an HMAC under a key that only this user can
//! read (`host/sandbox/src/cache.rs`), and a folder that another user could exchange is not
//! used.

use std::ffi::OsString;
use std::path::PathBuf;

use rustix::fs::{Access, access};
use stormcell_private_files as private_files;

/// The variable that names the folder.
pub(crate) const VARIABLE: &str = "STORMCELL_CACHE";

/// The folder, made if it is missing; else `otherwise`, if it cannot be used, as by a user
/// without a home.
pub(crate) fn folder(otherwise: Option<PathBuf>) -> Option<PathBuf> {
    let of_user = of_user(|name| std::env::var_os(name).filter(|value| !value.is_empty()));
    let usable = of_user.filter(|folder| {
        private_files::folder(folder)
            // It may be on a file system that is read-only, as a home of a service is.
            .and_then(|()| Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?))
            .inspect_err(|error| {
                tracing::debug!(
                    folder = %folder.display(), %error,
                    "compiled components are not kept here"
                );
            })
            .is_ok()
    });
    usable.or(otherwise)
}

/// The folder of the user, by the XDG Base Directory Specification, which says that relative
/// paths are ignored.
fn of_user(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| {
        let path = variable(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let named = variable(VARIABLE).and_then(|path| std::path::absolute(path).ok());
    named
        .or_else(|| absolute("XDG_CACHE_HOME").map(|cache| cache.join("stormcell")))
        .or_else(|| absolute("HOME").map(|home| home.join(".cache/stormcell")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Option<PathBuf> {
        of_user(|name| {
            let mut all = variables.iter();
            all.find(|(found, _)| *found == name)
                .map(|(_, value)| value.into())
        })
    }

    #[test]
    fn the_folder_is_that_of_the_user_or_the_one_that_is_named() {
        let home = ("HOME", "/home/ada");
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[home]), Some("/home/ada/.cache/stormcell".into()));
        let cache = ("XDG_CACHE_HOME", "/caches");
        assert_eq!(found(&[home, cache]), Some("/caches/stormcell".into()));
        let relative = ("XDG_CACHE_HOME", "caches");
        assert_eq!(
            found(&[home, relative]),
            Some("/home/ada/.cache/stormcell".into())
        );
        let named = (VARIABLE, "/here");
        assert_eq!(found(&[home, cache, named]), Some("/here".into()));
    }
}
