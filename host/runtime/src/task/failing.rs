//! Rows that fail again and again: when they are tried again, and when no more.
//!
//! Pure: what failed a row is given, and so is the time. Laws:
//! - a row is tried again at once when it fails for the first time, and then after pauses
//!   that double, up to [`LONGEST`]. A time-out and the death of a worker are no reason to
//!   pause: it took long enough, or it is over;
//! - a row that an exception fails word for word as often as `same-exceptions` says, in
//!   components that do the same each time ([`is_certain`]), is not tried any more;
//! - a row of a spout that has ids of its own is known by its id ([`own::OwnRows`]).

pub(crate) mod own;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::num::NonZeroU64;
use std::time::Duration;

use stormcell_acking::FailReason;
use stormcell_protocol::ErrorReport;

use crate::causes;

/// The pause before a row is tried for the third time.
pub(crate) const FIRST: Duration = Duration::from_millis(50);
/// The longest pause.
pub(crate) const LONGEST: Duration = Duration::from_secs(5);

/// How long a row rests that has failed so often in a row.
pub(crate) fn pause(failures: u32) -> Duration {
    match failures {
        0 | 1 => Duration::ZERO,
        more => FIRST
            .saturating_mul(1_u32.checked_shl(more - 2).unwrap_or(u32::MAX))
            .min(LONGEST),
    }
}

/// What failed a row, as far as it matters whether it is the same as the time before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Failure {
    /// What was said, word for word, and by which component. `None`: no component failed it,
    /// or what it said is not known.
    said: Option<NonZeroU64>,
    /// Of which kind that is: the exception and its place.
    kind: Option<NonZeroU64>,
    /// It is an exception of components that do the same each time.
    certain: bool,
    /// It is a reason to pause.
    pauses: bool,
}

impl Failure {
    /// What failed a row. `certain` says whether a component, and all between the spout and
    /// it, do the same each time.
    pub(crate) fn new(
        reason: FailReason,
        cause: Option<&str>,
        certain: impl Fn(&str) -> bool,
    ) -> Self {
        let pauses = matches!(reason, FailReason::FailedByBolt | FailReason::Overload);
        let parts = cause.filter(|_| reason == FailReason::FailedByBolt);
        let Some((component, said)) = parts.and_then(causes::parts) else {
            return Self {
                pauses,
                ..Self::default()
            };
        };
        let error = ErrorReport::new(0, said);
        Self {
            said: Some(number(&(component, said))),
            kind: Some(number(&(component, error.kind()))),
            // What a bolt fails on purpose, in one line, asks for another try.
            certain: error.has_frames() && certain(component),
            pauses,
        }
    }
}

/// A number for something; others have another, as good as always.
fn number(what: &impl std::hash::Hash) -> NonZeroU64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    NonZeroU64::new(hasher.finish()).unwrap_or(NonZeroU64::MIN)
}

/// How often in a row something was the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Repeats {
    what: Option<NonZeroU64>,
    times: u32,
}

impl Repeats {
    /// It happened again, or something else did. Returns how often in a row it has.
    fn add(&mut self, what: NonZeroU64) -> u32 {
        if self.what != Some(what) {
            *self = Self {
                what: Some(what),
                times: 0,
            };
        }
        self.times = self.times.saturating_add(1);
        self.times
    }
}

/// How a row that the host emits again has failed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct History {
    said: Repeats,
    /// How often it failed for a reason to pause.
    failures: u32,
}

/// What becomes of a row that has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is tried again after a pause.
    Again(Duration),
    /// It fails in the same way each time: so often now.
    Same(u32),
}

impl History {
    /// It failed. `most`: how often it may fail by the same exception where that is certain.
    pub(crate) fn failed(&mut self, failure: &Failure, most: Option<u32>) -> Fate {
        if failure.pauses {
            self.failures = self.failures.saturating_add(1);
        }
        if let Some(said) = failure.said {
            let times = self.said.add(said);
            if failure.certain && most.is_some_and(|most| times >= most) {
                return Fate::Same(times);
            }
        }
        Fate::Again(match failure.pauses {
            true => pause(self.failures),
            false => Duration::ZERO,
        })
    }
}

/// Things that wait for their times, which are of any clock.
#[derive(Debug)]
pub(crate) struct Later<T, Time> {
    waiting: BTreeMap<(Time, u64), T>,
    next: u64,
}

impl<T, Time> Default for Later<T, Time> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<T, Time: Ord + Copy> Later<T, Time> {
    /// It waits until then; behind others that wait until then.
    pub(crate) fn put(&mut self, until: Time, what: T) {
        self.waiting.insert((until, self.next), what);
        self.next = self.next.wrapping_add(1);
    }

    /// Takes one whose time has come.
    pub(crate) fn take(&mut self, now: Time) -> Option<T> {
        let first = self.waiting.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// Takes all, in the order of their times.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = T> + use<T, Time> {
        std::mem::take(&mut self.waiting).into_values()
    }

    /// When the time of the first comes.
    pub(crate) fn first(&self) -> Option<Time> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests;
