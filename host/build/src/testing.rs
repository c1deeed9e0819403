//! Tools that tests of this crate have in common: to install them takes longer than all that a
//! test does with them.
//!
//! They are in a folder of the target folder, one for each state of the SDKs, and are installed
//! by the test that needs them first, also of several processes. They are compared before each
//! use, as everywhere. A test that changes tools, or is about how they are installed, has its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::{BuildEnv, Builder, Built, Cancel, Silent, embedded};

/// How the names of these folders begin.
const FOLDER: &str = "tools-of-build-tests-";

/// The `.stormcell` in `root`, which is new, with the common tools.
pub(crate) fn env(root: &Path) -> BuildEnv {
    let env = BuildEnv::open(root, Cancel::default());
    env.expect("a new folder can be opened")
        .with_tools_of(common())
}

/// A builder in it.
pub(crate) fn builder(root: &Path) -> Builder {
    Builder::new(env(root))
}

/// Builds these folders, each of which must come out well.
pub(crate) fn build_all(builder: &Builder, sources: &[PathBuf]) -> Vec<Built> {
    let built = builder.build_all(sources, &Silent).into_iter();
    let built = built.map(|built| built.unwrap_or_else(|error| panic!("{error}")));
    built.collect()
}

/// Whether a component has the text `mark-MARK-end` in it.
pub(crate) fn has_mark(built: &Built, mark: &str) -> bool {
    let bytes = std::fs::read(&built.component).expect("what was built is there");
    String::from_utf8_lossy(&bytes).contains(&format!("mark-{mark}-end"))
}

/// Fails unless each was built anew, with this mark in the place of the one before.
pub(crate) fn assert_anew(built: &[Built], mark: &str, before: &str) {
    for built in built {
        assert!(
            !built.up_to_date && has_mark(built, mark) && !has_mark(built, before),
            "{built:?}"
        );
    }
}

fn common() -> Arc<BuildEnv> {
    static COMMON: OnceLock<Arc<BuildEnv>> = OnceLock::new();
    let open = || {
        let tmp = target().join("tmp");
        let name = format!("{FOLDER}{}", embedded::digest());
        // Of earlier states of the SDKs: what is still used by another process stays.
        for entry in std::fs::read_dir(&tmp).into_iter().flatten().flatten() {
            let other = entry.file_name().to_string_lossy().into_owned();
            if other.starts_with(FOLDER)
                && other != name
                && let Ok(Some(_alone)) = BuildEnv::open_alone(&entry.path(), Cancel::default())
            {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        let env = BuildEnv::open(&tmp.join(name), Cancel::default());
        Arc::new(env.expect("the target folder can be written"))
    };
    COMMON.get_or_init(open).clone()
}

/// The target folder: this program is in `PROFILE/deps` of it.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a program has a file");
    let target = program.ancestors().nth(3);
    target.expect("a test is in a target folder").to_owned()
}
