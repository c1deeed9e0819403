//! Rest: when a spout that had nothing is asked again.
//!
//! A source that says that it wants no rest (`idle-ms` 0) is asked again at once, after
//! others have run, so that a row which comes microseconds later does not wait for a
//! timer. Timers count in milliseconds. A source that goes on having nothing is asked
//! every millisecond from then on, so that it does not keep a core busy for ever.

use std::time::Duration;

/// How often in a row a source is asked again at once. A call of a compiled component
/// costs 2 µs or more, so one that has a row every millisecond never waits.
const AT_ONCE: u32 = 1_000;
/// The shortest rest.
const SHORTEST: Duration = Duration::from_millis(1);
/// The longest rest.
const LONGEST: Duration = Duration::from_secs(1);

/// When a spout that had nothing is asked again.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// How often in a row it was asked and had nothing.
    in_vain: u32,
}

impl Rest {
    /// It had rows.
    pub(super) fn had_rows(&mut self) {
        self.in_vain = 0;
    }

    /// It had nothing, and may be left alone for so long. `None`: it is asked again at
    /// once.
    pub(super) fn had_nothing(&mut self, idle_ms: u32) -> Option<Duration> {
        self.in_vain = self.in_vain.saturating_add(1);
        if idle_ms == 0 && self.in_vain <= AT_ONCE {
            return None;
        }
        Some(Duration::from_millis(idle_ms.into()).clamp(SHORTEST, LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_wants_no_rest_is_asked_at_once_until_it_is_found_idle() {
        let mut rest = Rest::default();
        for _ in 0..2 {
            for _ in 0..AT_ONCE {
                assert_eq!(rest.had_nothing(0), None);
            }
            assert_eq!(rest.had_nothing(0), Some(SHORTEST));
            assert_eq!(rest.had_nothing(0), Some(SHORTEST));
            rest.had_rows();
        }
    }

    #[test]
    fn a_source_rests_as_long_as_it_says_within_bounds() {
        let mut rest = Rest::default();
        assert_eq!(rest.had_nothing(20), Some(Duration::from_millis(20)));
        assert_eq!(rest.had_nothing(u32::MAX), Some(LONGEST));
        rest.in_vain = u32::MAX;
        assert_eq!(rest.had_nothing(0), Some(SHORTEST));
    }
}
