//! What is wrong with something that should be private, and what to do.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use stormcell_regular_file::NotRegular;

use crate::user;

/// Something that should be private is another user's, or could be changed or read by one.
/// It is in an [`io::Error`] of the kind [`io::ErrorKind::Other`].
#[derive(Debug, thiserror::Error)]
pub enum Exposed {
    /// It belongs to another user.
    #[error(
        "the {kind} {} belongs to user {owner} (mode {mode:03o}), not to user {me}, who runs this: \
         run it as that user, or, if what is in it can be trusted, `chown {me} {}`; else remove \
         it", path.display(), path.display()
    )]
    Owner {
        /// What it is.
        kind: &'static str,
        /// Where it is.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Its permissions.
        mode: u32,
        /// Whose it should be.
        me: u32,
    },
    /// Another user could put something else in its place.
    #[error(
        "other users can exchange what is in the folder {} (it belongs to user {owner}, mode \
         {mode:03o}), so {} would not be private: {advice}", above.display(), path.display()
    )]
    Above {
        /// What should be private.
        path: PathBuf,
        /// The folder above it.
        above: PathBuf,
        /// Whose that folder is.
        owner: u32,
        /// Its permissions.
        mode: u32,
        /// What to do.
        advice: String,
    },
    /// Others can read or change it.
    #[error(
        "other users can read or change {} (mode {mode:03o}): if none of them has, `chmod 600 {}`; \
         else replace it", path.display(), path.display()
    )]
    Secret {
        /// Where it is.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is no regular file.
    #[error("{}: {found}", path.display())]
    NotAFile {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        found: NotRegular,
    },
}

/// What belongs to another user.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Folder,
    File,
    Link,
}

impl Exposed {
    pub(crate) fn owner(path: &Path, found: &Metadata, kind: Kind) -> Self {
        Self::Owner {
            kind: match kind {
                Kind::Folder => "folder",
                Kind::File => "file",
                Kind::Link => "symbolic link",
            },
            path: path.to_owned(),
            owner: found.uid(),
            mode: found.mode() & 0o777,
            me: user::me(),
        }
    }

    pub(crate) fn above(path: &Path, above: &Path, found: &Metadata) -> Self {
        let advice = if user::is_friend(found.uid()) {
            format!("`chmod go-w {}`, or use another folder", above.display())
        } else {
            "use a folder in one that is yours".to_owned()
        };
        Self::Above {
            path: path.to_owned(),
            above: above.to_owned(),
            owner: found.uid(),
            mode: found.mode() & 0o7777,
            advice,
        }
    }

    pub(crate) fn secret(path: &Path, found: &Metadata) -> Self {
        Self::Secret {
            path: path.to_owned(),
            mode: found.mode() & 0o777,
        }
    }

    /// Whether an error is that others could have read a secret.
    pub fn is_secret(error: &io::Error) -> bool {
        let exposed = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Self>());
        matches!(exposed, Some(Self::Secret { .. }))
    }

    /// Whether an error is this one, which says by itself where it is and what to do.
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

impl From<Exposed> for io::Error {
    fn from(exposed: Exposed) -> Self {
        Self::other(exposed)
    }
}
