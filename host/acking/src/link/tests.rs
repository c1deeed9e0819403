use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn stamp(incarnation: u32, sequence: u64) -> Stamp {
    Stamp {
        incarnation,
        sequence,
    }
}

#[test]
fn messages_are_numbered_from_zero() {
    let mut link = Outbound::new(3);
    let stamps = [link.stamp(), link.stamp()];
    assert_eq!(stamps, [stamp(3, 0), stamp(3, 1)]);
}

#[test]
fn a_window_that_is_sent_again_is_dropped() {
    let mut link = Inbound::new();
    for sequence in 0..100 {
        assert_eq!(link.receive(stamp(1, sequence)), Verdict::Accept);
    }
    for sequence in 0..36 {
        assert_eq!(link.receive(stamp(1, sequence)), Verdict::TooLate);
    }
    for sequence in 36..100 {
        assert_eq!(link.receive(stamp(1, sequence)), Verdict::Duplicate);
    }
    assert_eq!(link.receive(stamp(1, 100)), Verdict::Accept);
}

/// Whatever is still in the window after a jump is accepted once, at every length
/// of the jump around that of the window.
#[test]
fn a_jump_ahead_leaves_exactly_the_window_open() {
    for jump in 1..=2 * Inbound::WINDOW {
        let mut link = Inbound::new();
        for sequence in [99, 100] {
            assert_eq!(link.receive(stamp(1, sequence)), Verdict::Accept);
        }
        let newest = 100 + jump;
        assert_eq!(link.receive(stamp(1, newest)), Verdict::Accept);
        for sequence in 0..newest {
            let expected = match sequence {
                _ if newest - sequence >= Inbound::WINDOW => Verdict::TooLate,
                99 | 100 => Verdict::Duplicate,
                _ => Verdict::Accept,
            };
            assert_eq!(
                link.receive(stamp(1, sequence)),
                expected,
                "{jump} {sequence}"
            );
        }
    }
}

#[test]
fn nothing_is_accepted_from_the_dead() {
    let mut link = Inbound::new();
    assert_eq!(link.receive(stamp(1, 0)), Verdict::Accept);
    assert_eq!(link.receive(stamp(2, 0)), Verdict::Accept);
    assert_eq!(link.receive(stamp(1, 1)), Verdict::Dead);
    link.died(2);
    assert_eq!(link.receive(stamp(2, 1)), Verdict::Dead);
    // A notice that comes late.
    link.died(1);
    assert_eq!(link.receive(stamp(3, 0)), Verdict::Accept);
    link.died(u32::MAX);
    assert_eq!(link.receive(stamp(u32::MAX, 0)), Verdict::Dead);
}

#[test]
fn the_highest_numbers_do_not_overflow() {
    let mut link = Inbound::new();
    for _ in 0..2 {
        let _ = link.receive(stamp(u32::MAX, u64::MAX));
    }
    assert_eq!(link.receive(stamp(u32::MAX, 0)), Verdict::TooLate);
}

#[derive(Clone, Debug)]
enum Event {
    Receive(Stamp),
    Died(u32),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        50 => (1..4u32, 0..200u64).prop_map(|(i, s)| Event::Receive(stamp(i, s))),
        1 => (1..4u32).prop_map(Event::Died),
    ]
}

proptest! {
    /// The law of the module, against a receiver that remembers everything.
    #[test]
    fn keeps_its_law(events in prop::collection::vec(event(), 0..500)) {
        let mut link = Inbound::new();
        let mut accepted = BTreeSet::new();
        let mut dead = 0;
        for event in events {
            let stamp = match event {
                Event::Died(incarnation) => {
                    link.died(incarnation);
                    dead = dead.max(incarnation);
                    continue;
                }
                Event::Receive(stamp) => stamp,
            };
            let is_dead = stamp.incarnation <= dead;
            dead = dead.max(stamp.incarnation - 1);
            match link.receive(stamp) {
                Verdict::Accept => {
                    prop_assert!(!is_dead);
                    prop_assert!(accepted.insert(stamp));
                }
                Verdict::Duplicate => prop_assert!(accepted.contains(&stamp)),
                Verdict::TooLate => {
                    let newest = accepted.iter().next_back().map_or(0, |a| a.sequence);
                    prop_assert!(newest >= stamp.sequence + Inbound::WINDOW);
                }
                Verdict::Dead => prop_assert!(is_dead),
            }
        }
    }
}
