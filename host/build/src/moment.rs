//! What was changed since a moment.

use std::fs::Metadata;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::env::remove_file;
use crate::{BuildEnv, BuildError, sources};

/// For so many milliseconds the next tick of the clock is waited for.
const TICKS: u32 = 50;

/// A moment, by the clock by which the system notes when something about a file was changed
/// last. Nobody can set that, unlike the time at which its contents were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64, i64);

impl Moment {
    /// This moment: later than the last change of any file before the call. The system's clock
    /// for changes stands still for some milliseconds at a time, so the next tick is waited for.
    ///
    /// # Errors
    /// [`BuildError::Io`] if no file can be written.
    pub(crate) fn now(env: &BuildEnv) -> Result<Self, BuildError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("moment-{}-{number}", std::process::id());
        let file = env.root().join(name);
        let touch = || {
            std::fs::write(&file, "")
                .and_then(|()| std::fs::metadata(&file))
                .map(|metadata| changed_at(&metadata))
                .map_err(|error| BuildError::io("writing", &file, error))
        };
        let last = touch()?;
        let mut now = last;
        // Where such a clock has whole seconds, or is set back, less is known.
        for _ in 0..TICKS {
            if now > last {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
            now = touch()?;
        }
        remove_file(&file)?;
        Ok(now)
    }

    /// Whether a file, or one of the sources in a folder except those called `but`, may have
    /// been changed since. What cannot be looked at may have been.
    pub(crate) fn is_before_change_of(self, path: &Path, but: &[&str]) -> bool {
        let later = |path: &Path| {
            std::fs::metadata(path).is_ok_and(|metadata| changed_at(&metadata) >= self)
        };
        if !path.is_dir() {
            return later(path);
        }
        let Ok(sources) = sources::of(path) else {
            return true;
        };
        sources
            .iter()
            .filter(|source| !but.iter().any(|name| source.name == Path::new(name)))
            .any(|source| later(&source.path))
    }
}

#[cfg(unix)]
fn changed_at(metadata: &Metadata) -> Moment {
    use std::os::unix::fs::MetadataExt as _;
    Moment(metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed_at(metadata: &Metadata) -> Moment {
    let since = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .unwrap_or_default();
    Moment(
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        i64::from(since.subsec_nanos()),
    )
}
