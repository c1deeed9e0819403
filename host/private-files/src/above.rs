//! The folders above one that is private: who can write to one of them can exchange what
//! is below.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use crate::exposed::{Exposed, Kind};
use crate::user;

/// As many symbolic links are followed as Linux follows.
const LINKS: usize = 40;

/// Only its owner may rename or remove what is in such a folder.
const STICKY: u32 = 0o1000;

/// A step of a path.
enum Step {
    Root,
    Up,
    Down(OsString),
}

/// That no other user can exchange what is at this path, which need not be there: neither
/// the folders above it, nor what symbolic links on the way lead through.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    let mut steps = steps(&std::path::absolute(path)?);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    while let Some(step) = steps.pop_front() {
        let name = match step {
            Step::Root => {
                at = PathBuf::from("/");
                continue;
            }
            Step::Up => {
                at.pop();
                continue;
            }
            Step::Down(name) => name,
        };
        let folder = fs::metadata(&at)?;
        if !is_safe(&folder) {
            return Err(Exposed::above(path, &at, &folder).into());
        }
        let next = at.join(name);
        match fs::symlink_metadata(&next) {
            Ok(found) if found.is_symlink() => {
                if !user::is_friend(found.uid()) {
                    return Err(Exposed::owner(&next, &found, Kind::Link).into());
                }
                links += 1;
                if links > LINKS {
                    return Err(rustix::io::Errno::LOOP.into());
                }
                let mut target = self::steps(&fs::read_link(&next)?);
                target.append(&mut steps);
                steps = target;
            }
            Ok(_) => at = next,
            // What is missing is made.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn steps(path: &Path) -> VecDeque<Step> {
    let step = |component| match component {
        Component::RootDir | Component::Prefix(_) => Some(Step::Root),
        Component::ParentDir => Some(Step::Up),
        Component::CurDir => None,
        Component::Normal(name) => Some(Step::Down(name.to_owned())),
    };
    path.components().filter_map(step).collect()
}

/// Whether no other user can exchange what is in a folder.
fn is_safe(folder: &Metadata) -> bool {
    let others = folder.mode() & 0o002 != 0;
    let group = folder.mode() & 0o020 != 0 && !user::is_own_group(folder.gid());
    let writable = others || group;
    user::is_friend(folder.uid()) && (!writable || folder.mode() & STICKY != 0)
}
