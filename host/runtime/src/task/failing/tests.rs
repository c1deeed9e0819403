#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;
use crate::causes::cause;

const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"count.py\", line 7, in \
                         process\nKeyError: 'a'";

fn by(component: &str, task: u32, what: &str) -> Failure {
    let cause = cause(component, task, what);
    let sure = |component: &str| component == "sure";
    Failure::new(FailReason::FailedByBolt, Some(&cause), sure)
}

#[test]
fn pauses_double_up_to_the_longest() {
    let pauses: Vec<u128> = (0..12).map(|n| pause(n).as_millis()).collect();
    let expected = [0, 0, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000];
    assert_eq!(pauses, expected);
    assert_eq!(pause(u32::MAX), LONGEST);
}

#[test]
fn an_exception_of_a_component_that_does_the_same_each_time_is_not_tried_for_ever() {
    let mut history = History::default();
    let mut failed = |failure: Failure| history.failed(&failure, Some(3));
    assert_eq!(
        failed(by("sure", 5, TRACEBACK)),
        Fate::Again(Duration::ZERO)
    );
    // In another task of the component it is the same.
    assert_eq!(failed(by("sure", 6, TRACEBACK)), Fate::Again(FIRST));
    // Another exception: from the beginning.
    let other = TRACEBACK.replace("'a'", "'b'");
    assert_eq!(failed(by("sure", 5, &other)), Fate::Again(2 * FIRST));
    assert_eq!(failed(by("sure", 5, &other)), Fate::Again(4 * FIRST));
    assert_eq!(failed(by("sure", 5, &other)), Fate::Same(3));
}

#[test]
fn what_may_pass_is_tried_again() {
    // A component that sees time or the world, a row that is failed on purpose, and whatever
    // is no failure of a bolt.
    let timed_out = Failure::new(FailReason::TimedOut, None, |_| true);
    let overload = Failure::new(FailReason::Overload, None, |_| true);
    for failure in [
        by("http", 5, TRACEBACK),
        by("sure", 5, "not yet"),
        timed_out,
        overload,
        Failure::new(FailReason::FailedByBolt, None, |_| true),
    ] {
        let mut history = History::default();
        for _ in 0..100 {
            let fate = history.failed(&failure, Some(1));
            assert!(matches!(fate, Fate::Again(_)), "{failure:?}");
        }
        let rests = failure != timed_out;
        let expected = if rests { LONGEST } else { Duration::ZERO };
        assert_eq!(history.failed(&failure, Some(1)), Fate::Again(expected));
    }
    let mut history = History::default();
    for _ in 0..100 {
        let fate = history.failed(&by("sure", 5, TRACEBACK), None);
        assert!(
            matches!(fate, Fate::Again(_)),
            "the topology does not want it"
        );
    }
}

proptest! {
    /// Whatever is put in, all of it comes out once, none before its time, and by time.
    #[test]
    fn what_waits_comes_when_its_time_has_come(
        steps in prop::collection::vec((0_u64..50, any::<bool>()), 1..60),
    ) {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let (mut later, mut put, mut now) = (Later::default(), Vec::new(), 0);
        let mut taken = Vec::new();
        for (number, (ms, puts)) in steps.into_iter().enumerate() {
            if puts {
                later.put(at(now + ms), number);
                put.push((now + ms, number));
                continue;
            }
            now += ms;
            while let Some(number) = later.take(at(now)) {
                let (due, _) = *put.iter().find(|(_, put)| *put == number).unwrap();
                prop_assert!(due <= now);
                taken.push(number);
            }
            let waiting = put.iter().filter(|(_, number)| !taken.contains(number));
            let first = waiting.map(|(due, _)| *due).min();
            prop_assert_eq!(later.first(), first.map(at));
            prop_assert!(first.is_none_or(|due| due > now));
        }
        taken.extend(later.take_all());
        taken.sort_unstable();
        put.sort_unstable_by_key(|(_, number)| *number);
        prop_assert_eq!(taken, put.into_iter().map(|(_, number)| number).collect::<Vec<_>>());
        prop_assert_eq!(later.len(), 0);
    }
}
